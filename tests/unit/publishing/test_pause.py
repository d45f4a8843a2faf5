"""The brake: what waits is stopped at once, what left is said, and nothing leaves late without a decision."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import NetworkName
from heraut.errors import Conflict, TryAgain
from heraut.events import EventName
from heraut.publishing.brake import Fate, Pause, Scope
from heraut.publishing.cancel_post import cancel_post
from heraut.publishing.model import Precedence, State
from heraut.publishing.pause_publishing import pause_publishing, stopped_by
from heraut.publishing.resume_publishing import key_of, resume_publishing
from tests.twins.desk import BAKERY, Desk
from tests.twins.network import NetworkTwin, cut

if TYPE_CHECKING:
    from heraut.publishing.resume_publishing import Resumed

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
BRAND = Scope(BAKERY.id)


def pause(desk: Desk, scope: Scope = BRAND, by: str = "lea") -> Pause:
    """Press the red button."""
    return pause_publishing(scope, by, "", desk.pauses, desk.clock.now())[0]


def resume(desk: Desk, fates: dict[str, Fate] | None = None, scope: Scope = BRAND) -> Resumed:
    """Let it go again; `fates` by post."""
    (on,) = (one for one in desk.pauses.pauses([BAKERY.id]) if one.scope == scope)
    chosen = {f"{BAKERY.id}/{post}@masto": fate for post, fate in (fates or {}).items()}
    return resume_publishing(on, chosen, "marc", desk.world, desk.pauses, desk.clock.now())


def held_by(desk: Desk, scope: Scope = BRAND) -> list[tuple[str, bool]]:
    """Give what a pause holds, and whether it is too late for it."""
    (on,) = (one for one in desk.pauses.pauses([BAKERY.id]) if one.scope == scope)
    found = stopped_by(on, desk.posts, desk.brands, desk.clock.now())
    return [(one.delivery.post, one.too_late) for one in found.held]


@pytest.mark.parametrize("scope", [Scope(), BRAND, Scope(BAKERY.id, "masto")], ids=["all", "brand", "account"])
def test_what_is_in_the_queue_already_is_stopped(scope: Scope) -> None:
    """It waits in the queue's delay when the button is pressed, and does not leave."""
    desk = Desk()
    delivery = desk.queue(at=90 * SECOND)
    desk.run(30 * SECOND)

    pause(desk, scope)
    desk.run(30 * MINUTE)

    assert desk.network.calls == []
    assert desk.read(delivery).holds == {scope.mark}
    assert held_by(desk, scope) == [("p1", False)]


def test_a_person_is_not_asked_to_prepare_what_is_paused() -> None:
    """By hand: not ten minutes ahead; when the pause is over, the message of its minute comes."""
    desk = Desk(NetworkTwin(name=NetworkName.BY_HAND))
    delivery = desk.queue(account="story", at=30 * MINUTE)
    pause(desk)

    desk.run(25 * MINUTE)
    before = [event.name for event in desk.posts.story(delivery.brand, delivery.post)]
    resume(desk)
    desk.run(10 * MINUTE)

    assert before == []
    told = [event.name for event in desk.posts.story(delivery.brand, delivery.post)]
    assert told == [EventName.HANDOVER_DUE]


def test_another_account_goes_on() -> None:
    """A pause stops its scope and nothing else."""
    desk = Desk()
    stopped, other = desk.queue("Fil"), desk.queue("Page", account="journal", post="p2")

    pause(desk, Scope(BAKERY.id, "masto"))
    desk.run()

    assert (desk.read(stopped).state, desk.read(other).state) == (State.SCHEDULED, State.PUBLISHED)


def test_pressing_twice_is_pressing_once() -> None:
    """The second one is told who was first."""
    desk = Desk()
    first = pause(desk)
    desk.clock.advance(MINUTE)

    assert pause_publishing(BRAND, "marc", "", desk.pauses, desk.clock.now()) == (first, False)


def test_what_had_left_is_said() -> None:
    """Its call had begun, or it went out during the stop: it is listed with its link."""
    desk = Desk()
    before, during = desk.queue("Avant", at=10 * SECOND), desk.queue("Pendant", at=40 * SECOND, post="p2")
    desk.run(20 * SECOND)
    publish = desk.network.publish

    def pressed_meanwhile(*given: Any) -> Any:
        pause(desk)
        desk.clock.advance(SECOND)
        return publish(*given)

    desk.network.publish = pressed_meanwhile  # type: ignore[method-assign,assignment]
    desk.run(MINUTE)

    (on,) = desk.pauses.pauses([BAKERY.id])
    stopped = stopped_by(on, desk.posts, desk.brands, desk.clock.now())
    assert [(one.post, one.url is not None) for one in stopped.left] == [("p2", True)]
    assert desk.read(before).state is desk.read(during).state is State.PUBLISHED


def test_as_planned_leaves_at_once_when_it_is_not_too_late() -> None:
    """Within what its account allows."""
    desk = Desk()
    delivery = desk.queue()
    pause(desk)
    desk.run(20 * MINUTE)

    resumed = resume(desk)
    desk.run()

    assert [one.post for one in resumed.planned] == ["p1"]
    assert desk.read(delivery).state is State.PUBLISHED
    assert desk.network.times_online("Bonjour") == 1
    assert desk.pauses.pauses([BAKERY.id]) == []


def test_as_planned_is_not_sent_when_it_is_too_late() -> None:
    """A pause of two hours: a person is asked."""
    desk = Desk()
    delivery = desk.queue()
    pause(desk)
    desk.run(timedelta(hours=2))
    assert held_by(desk) == [("p1", True)]

    resume(desk)
    desk.run()

    assert desk.read(delivery).state is State.EXPIRED
    assert desk.network.calls == []


def test_each_has_its_own_fate() -> None:
    """One as planned, one at the next slot, one dropped; what is not due yet keeps its time."""
    desk = Desk()
    deliveries = [desk.queue(f"Texte {name}", post=name) for name in ("a", "b", "c")]
    later = desk.queue("Plus tard", at=timedelta(hours=5), post="later")
    pause(desk)
    desk.run(10 * MINUTE)

    resumed = resume(desk, {"a": Fate.PLANNED, "b": Fate.SHIFTED, "c": Fate.DROPPED})
    desk.run()

    after = [desk.read(one) for one in deliveries]
    assert [one.state for one in after] == [State.PUBLISHED, State.SCHEDULED, State.CANCELLED]
    assert after[1].publish_at > desk.clock.now()
    assert not any(one.holds for one in after)
    assert desk.read(later).publish_at == later.publish_at
    assert ([one.post for one in resumed.shifted], [one.post for one in resumed.dropped]) == (["b"], ["c"])
    desk.run(timedelta(days=1))
    assert [desk.network.times_online(f"Texte {name}") for name in ("a", "b", "c")] == [1, 1, 0]


def test_what_is_shifted_takes_a_slot_and_no_exact_hour() -> None:
    """Where a network is short, hours given by a person leave first."""
    desk = Desk()
    delivery = desk.queue()
    pause(desk)
    desk.run(10 * MINUTE)

    resume(desk, {"p1": Fate.SHIFTED})

    assert desk.read(delivery).precedence is Precedence.SLOT


@pytest.mark.parametrize("fate", [Fate.SHIFTED, Fate.DROPPED])
def test_what_may_be_online_is_neither_shifted_nor_dropped(fate: Fate) -> None:
    """Its first answer was lost, and the pause came before the repeat: a new version would be a second post."""
    desk = Desk(NetworkTwin(hidden_for=10 * HOUR, after=[cut()]))
    delivery = desk.queue()
    desk.run(60 * SECOND)
    pause(desk)
    desk.run(5 * MINUTE)
    assert held_by(desk) == [("p1", False)]

    resumed = resume(desk, {"p1": fate})
    desk.run(timedelta(days=1))

    assert [why.code for _, why in resumed.refused] == ["delivery_partly_out"]
    assert desk.network.times_online("Bonjour") == 1
    assert desk.read(delivery).state is State.PUBLISHED


def test_what_was_cancelled_during_the_pause_is_not_let_go() -> None:
    """Its mark goes, so that nothing holds it should it be revived; nobody looks at it any more."""
    desk = Desk()
    delivery = desk.queue()
    pause(desk)
    desk.run(5 * MINUTE)
    cancel_post(desk.world, BAKERY.id, delivery.post, "lea")

    resumed = resume(desk)

    after = desk.read(delivery)
    assert (after.state, after.holds, after.due_at, resumed.planned) == (State.CANCELLED, frozenset(), None, [])


def test_a_listing_that_lags_by_more_than_the_gate_leaves_no_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    """The listing still shows the doubt; meanwhile it was read back, and stopped at the gate."""
    desk = Desk(NetworkTwin(hidden_for=10 * HOUR, after=[cut()]))
    delivery = desk.queue()
    desk.run(60 * SECOND)
    pause(desk)
    old = list(desk.posts.queue(BAKERY.id))
    desk.run(5 * MINUTE)
    monkeypatch.setattr(desk.posts, "queue", lambda *_, **__: old)

    resume(desk)

    assert desk.read(delivery).holds == frozenset()


def test_the_button_stops_though_somebody_was_interrupted_while_letting_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pause that is ending stops nothing; the new one holds what the old one had not let go yet."""
    desk = Desk()
    first = desk.queue()
    pause(desk)
    desk.run(5 * MINUTE)

    def dies(*_: object) -> None:
        raise TryAgain("gone")

    with monkeypatch.context() as patch:
        patch.setattr(desk.posts, "change", dies)
        with pytest.raises(TryAgain):
            resume(desk)

    pause(desk, by="marc")
    second = desk.queue("Deux", post="p2")
    desk.run(5 * MINUTE)

    assert desk.network.calls == []
    resume(desk)
    desk.run(5 * MINUTE)
    assert [desk.read(one).state for one in (first, second)] == [State.PUBLISHED, State.PUBLISHED]


def test_a_pause_takes_off_its_own_mark_only() -> None:
    """A person holds this post too: it stays."""
    desk = Desk()
    delivery = desk.queue()
    pause(desk)
    desk.run(5 * MINUTE)
    held = desk.read(delivery)
    both = held.model_copy(update={"holds": held.holds | {"person:marc"}})
    desk.posts.change(held, both)

    resume(desk)
    desk.run()

    assert desk.read(delivery).holds == {"person:marc"}
    assert desk.network.calls == []


def test_two_pauses_over_one_account() -> None:
    """Ending one does not let anything leave that the other stops."""
    desk = Desk()
    delivery = desk.queue()
    pause(desk)
    pause(desk, Scope())
    desk.run(5 * MINUTE)

    resume(desk)
    desk.run(5 * MINUTE)
    assert desk.network.calls == []

    resume(desk, scope=Scope())
    desk.run(5 * MINUTE)
    assert desk.read(delivery).state is State.PUBLISHED


def test_who_comes_second_to_end_it_is_told() -> None:
    """Somebody ended it meanwhile: nothing is done twice."""
    desk = Desk()
    on = pause(desk)
    resume(desk)

    with pytest.raises(Conflict):
        resume_publishing(on, {}, "lea", desk.world, desk.pauses, desk.clock.now())


def test_the_story_tells_who_let_it_go() -> None:
    """And what held it."""
    desk = Desk()
    desk.queue()
    pause(desk)
    desk.run(5 * MINUTE)
    resume(desk)

    told = [(one.name, one.fields.get("mark"), one.fields.get("by")) for one in desk.posts.story(BAKERY.id, "p1")]

    assert told == [
        (EventName.DELIVERY_HELD, BRAND.mark, ""),
        (EventName.DELIVERY_RELEASED, BRAND.mark, "marc"),
    ]


@dataclass
class Interrupting:
    """Runs something else just before, or just after, the call number `at` into one of the desk's stores."""

    at: int
    what: Any
    after: bool
    seen: int = 0
    names: list[str] = field(default_factory=list)

    def around(self, store: Any, names: list[str]) -> None:
        for name in names:
            setattr(store, name, self._wrapped(name, getattr(store, name)))

    def _wrapped(self, name: str, call: Any) -> Any:
        def wrapped(*given: Any, **named: Any) -> Any:
            self.seen += 1
            mine = self.seen == self.at
            if mine:
                self.names.append(name)
            if mine and not self.after:
                self.what()
            answer = call(*given, **named)
            if mine and self.after:
                self.what()
            return answer

        return wrapped


POSTS_CALLS = ["delivery", "post", "pass_gate", "brakes", "change"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, 6))
def test_ending_a_pause_at_any_moment_of_the_publisher_leaves_no_mark_behind(at: int, after: bool) -> None:
    """Read the brake, end the pause, write the mark: an order that would hold a post for good."""
    desk = Desk()
    delivery = desk.queue()
    pause(desk)
    interrupting = Interrupting(at, lambda: resume(desk), after)
    interrupting.around(desk.posts, POSTS_CALLS)

    desk.run()

    assert interrupting.names, "the publisher makes fewer calls than this test interrupts"
    assert desk.read(delivery).holds == frozenset()
    assert desk.read(delivery).state is State.PUBLISHED
    assert desk.network.times_online("Bonjour") == 1


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, 6))
def test_pausing_at_any_moment_of_the_publisher_stops_it_or_says_it_left(at: int, after: bool) -> None:
    """Never both, never neither."""
    desk = Desk()
    delivery = desk.queue()
    interrupting = Interrupting(at, lambda: pause(desk), after)
    interrupting.around(desk.posts, POSTS_CALLS)

    desk.run()

    (on,) = desk.pauses.pauses([BAKERY.id])
    stopped = stopped_by(on, desk.posts, desk.brands, desk.clock.now())
    left = [one.post for one in stopped.left]
    held = [one.delivery.post for one in stopped.held]
    assert sorted(left + held) == ["p1"]
    assert bool(left) == (desk.network.times_online("Bonjour") == 1) == (desk.read(delivery).state is State.PUBLISHED)


@pytest.mark.parametrize("at", range(1, 10))
def test_whoever_is_interrupted_while_ending_a_pause_does_it_again(at: int) -> None:
    """After any of its writes: what was chosen is done once, nothing leaves that should not, no mark stays."""
    desk = Desk()
    deliveries = [desk.queue(f"Texte {name}", post=name) for name in ("a", "b", "c")]
    pause(desk)
    desk.run(10 * MINUTE)
    fates = {"b": Fate.SHIFTED, "c": Fate.DROPPED}

    def dies() -> None:
        raise TryAgain("gone")

    interrupting = Interrupting(at, dies, after=True)
    interrupting.around(desk.posts, ["change", "edit", "delivery"])
    interrupting.around(desk.pauses, ["end", "remove"])
    try:
        resume(desk, fates)
    except TryAgain:
        assert interrupting.names
        if desk.pauses.pauses([BAKERY.id]):
            resume(desk, fates)
    desk.run(5 * MINUTE)

    after = [desk.read(one) for one in deliveries]
    assert [one.state for one in after] == [State.PUBLISHED, State.SCHEDULED, State.CANCELLED]
    assert not any(one.holds for one in after)
    assert after[1].publish_at > desk.clock.now()
    assert desk.pauses.pauses([BAKERY.id]) == []


def test_a_choice_names_brand_post_and_account() -> None:
    """Two brands may have a post of the same name."""
    assert key_of(Desk().queue()) == "boulangerie/p1@masto"
