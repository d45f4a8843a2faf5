"""A person's commands against time and the machine: what leaves, once, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import NetworkName
from heraut.errors import InvalidInput, TryAgain
from heraut.events import EventName
from heraut.publishing.answer_post import say_absent, say_online
from heraut.publishing.calendar.columns import Column
from heraut.publishing.cancel_post import cancel_post
from heraut.publishing.hold_post import hold_post, resume_post
from heraut.publishing.model import Attempt, State
from heraut.publishing.publish_now import publish_now
from heraut.publishing.write_post import Given, Written, add_post, edit_post
from tests.twins.desk import BAKERY, Desk
from tests.twins.network import NetworkTwin, cut

if TYPE_CHECKING:
    from heraut.publishing.change_deliveries import Changes
    from heraut.publishing.model import Delivery

Steer = Callable[..., "Changes"]
BONJOUR = ("boulangerie", "p1")
STEERS: tuple[Steer, ...] = (hold_post, cancel_post, publish_now)


def no_fetch(url: str) -> bytes:
    """Open no address."""
    raise AssertionError(url)


def edit(desk: Desk, post: str = "p1", **cells: str) -> Written:
    """Edit a post of the bakery: `text`, `when`."""
    columns = {"text": Column.TEXT, "when": Column.WHEN, "accounts": Column.ACCOUNTS}
    given = Given({columns[name]: value for name, value in cells.items()})
    return edit_post(BAKERY, post, given, desk.world, no_fetch, "lea")


def paris(desk: Desk, ahead: timedelta) -> str:
    """Write a time ahead, with its offset."""
    return (desk.clock.now() + ahead).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def on_the_way(delivery: Delivery, desk: Desk) -> None:
    """Let a worker pass the gate."""
    attempt = Attempt(id="w", number=1, started_at=desk.clock.now())
    assert desk.posts.pass_gate(delivery, attempt, desk.clock.now()).passed


def test_an_edit_while_its_message_waits_goes_out_once_with_the_new_words() -> None:
    """The older message does nothing."""
    desk = Desk()
    delivery = desk.queue("Avant", at=timedelta(minutes=1))

    edit(desk, text="Après")
    desk.run()

    assert [desk.network.times_online(text) for text in ("Avant", "Après")] == [0, 1]
    assert desk.read(delivery).state is State.PUBLISHED


def test_what_is_held_does_not_leave_and_what_is_resumed_does() -> None:
    """Even when its message was already in the queue."""
    desk = Desk()
    delivery = desk.queue("Bonjour", at=timedelta(minutes=1))

    hold_post(desk.world, "boulangerie", "p1", "lea")
    desk.run(timedelta(minutes=5))
    assert desk.network.times_online("Bonjour") == 0
    resume_post(desk.world, "boulangerie", "p1", "lea")
    desk.run(timedelta(minutes=1))

    assert desk.network.times_online("Bonjour") == 1
    assert desk.read(delivery).state is State.PUBLISHED


def test_what_is_resumed_too_late_waits_for_a_decision() -> None:
    """Late is a decision, not an accident."""
    desk = Desk()
    delivery = desk.queue("Bon week-end !", at=timedelta(minutes=1))

    hold_post(desk.world, "boulangerie", "p1", "lea")
    desk.run(timedelta(hours=3))
    resume_post(desk.world, "boulangerie", "p1", "lea")
    desk.run(timedelta(minutes=5))

    assert desk.network.times_online("Bon week-end !") == 0
    assert desk.read(delivery).state is State.EXPIRED


def test_what_is_sent_now_leaves_now_and_not_again_at_its_hour() -> None:
    """The promise moved: the older message is void."""
    desk = Desk()
    delivery = desk.queue("Bonjour", at=timedelta(minutes=2))
    start = desk.clock.now()

    publish_now(desk.world, "boulangerie", "p1", "lea")
    desk.run()

    assert desk.network.times_online("Bonjour") == 1
    published = desk.read(delivery).published_at
    assert published is not None
    assert published - start < timedelta(seconds=5)


def test_what_is_cancelled_never_leaves() -> None:
    """Its message finds it cancelled."""
    desk = Desk()
    desk.queue("Bonjour", at=timedelta(minutes=1))

    cancel_post(desk.world, "boulangerie", "p1", "lea")
    desk.run(timedelta(hours=1))

    assert desk.network.times_online("Bonjour") == 0


def test_an_edit_of_the_time_leaves_at_the_new_time() -> None:
    """Earlier or later, never twice."""
    desk = Desk()
    delivery = desk.queue("Bonjour", at=timedelta(minutes=1))
    then = desk.clock.now() + timedelta(minutes=8)

    edit(desk, when=paris(desk, timedelta(minutes=8)))
    desk.run()

    assert desk.network.times_online("Bonjour") == 1
    published = desk.read(delivery).published_at
    assert published is not None
    assert timedelta(0) <= published - then.replace(microsecond=0) < timedelta(seconds=5)


@pytest.mark.parametrize("steer", STEERS)
def test_a_worker_that_was_faster_wins(steer: Steer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between our reading and our writing it passed the gate: we read again, and refuse."""
    desk = Desk()
    delivery = desk.queue("Bonjour")
    _before_the_next_write(desk, monkeypatch, lambda: on_the_way(delivery, desk))

    changes = steer(desk.world, "boulangerie", "p1", "lea")

    assert changes.changed == []
    assert [why.code for _, why in changes.left] == ["delivery_is_leaving"]
    assert desk.read(delivery).state is State.SENDING


def test_a_worker_that_was_faster_stops_the_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the edit is written."""
    desk = Desk()
    delivery = desk.queue("Bonjour")
    _before_the_next_write(desk, monkeypatch, lambda: on_the_way(delivery, desk))

    with pytest.raises(InvalidInput, match="delivery_is_leaving"):
        edit(desk, text="Autre")

    post = desk.posts.post("boulangerie", "p1")
    assert post is not None
    assert post.version == 1


def test_two_people_who_hold_at_once_both_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """The slower one reads again and adds its mark."""
    desk = Desk()
    delivery = desk.queue("Bonjour")
    _before_the_next_write(desk, monkeypatch, lambda: hold_post(desk.world, "boulangerie", "p1", "karim"))

    hold_post(desk.world, "boulangerie", "p1", "lea")

    assert desk.read(delivery).holds == {"person:lea", "person:karim"}


def test_a_queue_that_does_not_answer_leaves_it_to_the_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written is written; nobody is told that it failed."""
    desk = Desk()

    def down(_: object) -> Any:
        raise TryAgain("send: SlowDown")

    monkeypatch.setattr(desk.outbox, "publish_later", down)
    cells: dict[str, str] = {Column.BRAND: "boulangerie", Column.ACCOUNTS: "masto", Column.TEXT: "Bonjour"}
    cells |= {Column.WHEN: paris(desk, timedelta(seconds=30))}
    written = add_post(Given(cells), desk.world, no_fetch, "lea")
    monkeypatch.undo()
    desk.run()

    assert desk.network.times_online("Bonjour") == 1
    assert desk.read(written.deliveries[0]).state is State.PUBLISHED


def _before_the_next_write(desk: Desk, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> None:
    """Let something happen between the reading and the writing of what comes next."""
    for name in ("change", "edit"):
        write = getattr(desk.posts, name)

        def late(*args: Any, write: Any = write, **more: Any) -> None:
            monkeypatch.undo()
            meanwhile()
            write(*args, **more)

        monkeypatch.setattr(desk.posts, name, late)


class TestAnswers:
    """What may be online, and whose message never arrived."""

    def asked(self, *, accepted: bool) -> tuple[Desk, Delivery]:
        """Lose the answer on a network that knows no repeat and cannot be read."""
        desk = Desk(NetworkTwin(keyed=False, blind=True))
        (desk.network.after if accepted else desk.network.before).append(cut())
        delivery = desk.queue("Bonjour")
        desk.run()
        assert desk.read(delivery).state is State.ASKING
        return desk, delivery

    def test_it_is_online(self) -> None:
        """Published since the doubtful call, said by a person, and never sent again."""
        desk, delivery = self.asked(accepted=True)

        changes = say_online(desk.world, "boulangerie", "p1", "lea")
        desk.run(timedelta(hours=2))

        assert [one.state for one in changes.changed] == [State.PUBLISHED]
        after = desk.read(delivery)
        assert (after.published_at, desk.network.times_online("Bonjour")) == (delivery.publish_at, 1)
        told = [(one.name, one.fields.get("how") or one.fields.get("action")) for one in desk.posts.story(*BONJOUR)]
        assert told[-2:] == [(EventName.PUBLISHED, "said"), (EventName.DECIDED, "is_online")]

    def test_it_is_not(self) -> None:
        """It leaves again, as the same version, once."""
        desk, delivery = self.asked(accepted=False)

        say_absent(desk.world, "boulangerie", "p1", "lea")
        desk.run()

        after = desk.read(delivery)
        assert (after.state, after.version, desk.network.times_online("Bonjour")) == (State.PUBLISHED, 1, 1)

    @pytest.mark.parametrize("answer", [say_online, say_absent])
    def test_two_answers_are_one(self, answer: Steer) -> None:
        """The second person is told that it is decided."""
        desk, delivery = self.asked(accepted=True)
        say_online(desk.world, "boulangerie", "p1", "lea")
        before = desk.read(delivery)

        changes = answer(desk.world, "boulangerie", "p1", "marc")

        assert [why.code for _, why in changes.left] == ["delivery_is_out"]
        assert desk.read(delivery) == before

    @pytest.mark.parametrize("answer", [say_online, say_absent])
    def test_what_waits_is_not_answered_for(self, answer: Steer) -> None:
        """Nobody asked."""
        desk = Desk()
        delivery = desk.queue("Bonjour", at=timedelta(hours=1))

        changes = answer(desk.world, "boulangerie", "p1", "lea")

        assert [why.code for _, why in changes.left] == ["delivery_not_asked"]
        assert desk.read(delivery) == delivery

    def test_by_hand_it_is_said_to_be_done(self) -> None:
        """And never sent by us."""
        desk = Desk(NetworkTwin(name=NetworkName.BY_HAND))
        delivery = desk.queue(account="story")
        desk.run(timedelta(minutes=2))
        assert [why.code for _, why in say_absent(desk.world, *BONJOUR, "lea").left] == ["delivery_by_hand_asks"]

        say_online(desk.world, *BONJOUR, "lea")

        assert (desk.read(delivery).state, desk.network.calls) == (State.PUBLISHED, [])
