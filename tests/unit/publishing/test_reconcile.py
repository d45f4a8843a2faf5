"""A table restored from a backup: nothing leaves until what went out was read back, and nothing goes out twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from heraut.events import EventName
from heraut.publishing.dispatch_posts import Tick, dispatch_posts
from heraut.publishing.model import State
from heraut.publishing.reconcile import AccountRead, Verdict, reconcile
from tests.twins.desk import BAKERY, PICTURE, Desk
from tests.twins.network import NetworkTwin

if TYPE_CHECKING:
    from heraut.networks.base import Job

MINUTE = timedelta(minutes=1)


def verdicts(read: list[AccountRead]) -> dict[str, Verdict]:
    """What became of each delivery, by post."""
    return {one.delivery.post: one.verdict for account in read for one in account.read}


def state(desk: Desk, post: str, account: str = "masto") -> State:
    """How far a delivery has come."""
    found = desk.posts.delivery(BAKERY.id, post, account)
    assert found is not None
    return found.state


def restored() -> Desk:
    """Ten posts were queued, a backup was made, five went out, and the backup is what there is."""
    desk = Desk()
    for number in range(10):
        desk.queue(f"Bonjour {number}", at=timedelta(minutes=10 * number + 5), post=f"p{number}")
    desk.run(MINUTE)  # the first tick
    held = desk.posts.backup()
    desk.run(timedelta(minutes=49))
    assert len(desk.network.books) == 5
    desk.posts.restore(held)
    return desk


def test_nothing_leaves_a_restored_table() -> None:
    """Ticks, messages that were in the queue, uploads: nothing is called and nothing is decided for an hour."""
    desk = restored()
    before = desk.posts.backup()

    desk.run(timedelta(hours=1))

    assert len(desk.network.books) == 5
    assert len(desk.network.calls) == 5
    assert vars(desk.posts)["_deliveries"] == before["_deliveries"]


def test_the_tick_of_a_restored_table_is_not_complete() -> None:
    """No heartbeat: the alarm rings."""
    desk = restored()

    tick = dispatch_posts(desk.posts, desk.outbox, desk.clock.now())

    assert tick == Tick(restored=True)
    assert not tick.complete


def test_what_went_out_is_read_back_and_the_rest_leaves_at_its_time() -> None:
    """The network gets each post once, and the tick goes on by itself."""
    desk = restored()

    read = list(reconcile(desk.world))
    desk.run(timedelta(hours=2))

    assert verdicts(read) == {f"p{number}": Verdict.FOUND for number in range(5)}
    assert [desk.network.times_online(f"Bonjour {number}") for number in range(10)] == [1] * 10
    assert {state(desk, f"p{number}") for number in range(10)} == {State.PUBLISHED}


def test_each_account_is_said_even_where_nothing_was_to_read() -> None:
    """Account by account, so that a person sees that none was left out."""
    read = list(reconcile(restored().world))

    assert [(one.account, len(one.read)) for one in read] == [("journal", 0), ("masto", 5), ("story", 0)]


def test_what_is_not_online_is_a_persons_decision() -> None:
    """One read is no proof of absence: however recent, it does not leave by itself."""
    desk = restored()
    del desk.network.books[4]

    read = list(reconcile(desk.world))
    desk.run(timedelta(hours=2))

    assert verdicts(read)["p4"] is Verdict.ABSENT
    assert state(desk, "p4") is State.EXPIRED
    assert desk.network.times_online("Bonjour 4") == 0
    held = desk.posts.delivery(BAKERY.id, "p4", "masto")
    assert held is not None
    assert held.problem is not None
    assert held.problem.code == "restored_absent"  # an edit since, in other words, may be online: the message says so


def test_what_was_in_doubt_when_the_backup_was_made_is_asked() -> None:
    """It waited for its second attempt: never called too late, which offers it as a new version."""
    desk = restored()
    del desk.network.books[4]
    held = desk.posts.delivery(BAKERY.id, "p4", "masto")
    assert held is not None
    desk.posts.change(held, held.model_copy(update={"doubt_since": held.publish_at}))

    read = list(reconcile(desk.world))

    assert (verdicts(read)["p4"], state(desk, "p4")) == (Verdict.ABSENT, State.ASKING)


@pytest.mark.parametrize("trouble", ["blind", "no read-back"])
def test_what_cannot_be_read_is_asked(trouble: str) -> None:
    """Nobody but a person can say, and nothing leaves meanwhile."""
    desk = restored()
    desk.network.blind = trouble == "blind"
    desk.network.reads_back = trouble != "no read-back"

    read = list(reconcile(desk.world))
    desk.run(MINUTE)

    assert verdicts(read) == {f"p{number}": Verdict.UNREAD for number in range(5)}
    assert {state(desk, f"p{number}") for number in range(5)} == {State.ASKING}
    told = [one.fields for one in desk.posts.story(BAKERY.id, "p1") if one.name is EventName.ASKING]
    assert [one["problem"]["code"] for one in told] == ["restored_unread"]
    assert len(desk.network.books) == 5


def test_an_attempt_under_way_when_the_backup_was_made_is_never_sent_again() -> None:
    """Its network is read back; absent, a person is asked."""
    desk = Desk(NetworkTwin(keyed=False))
    desk.queue("Bonjour", at=MINUTE)
    desk.queue("Bonsoir", at=MINUTE, post="p2")
    backups = []
    accept = desk.network._accept

    def accepting(job: Job, number: int) -> str:
        backups.append(desk.posts.backup())
        return accept(job, number)

    desk.network._accept = accepting  # type: ignore[method-assign]
    desk.run()
    desk.posts.restore(backups[1])
    desk.network.books = [one for one in desk.network.books if one.text == "Bonjour"]

    read = list(reconcile(desk.world))

    assert verdicts(read) == {"p2": Verdict.ABSENT}
    assert state(desk, "p2") is State.ASKING
    assert state(desk, "p1") is State.PUBLISHED


def test_what_a_person_publishes_by_hand_is_said_and_left_to_them() -> None:
    """There is nothing to read there, and nothing that could go out twice by itself."""
    desk = Desk()
    desk.queue("Story", at=timedelta(minutes=30), account="story")
    held = desk.posts.backup()
    desk.run(timedelta(minutes=40))
    desk.posts.restore(held)

    read = list(reconcile(desk.world))

    assert verdicts(read) == {"p1": Verdict.BY_HAND}
    assert state(desk, "p1", "story") is State.SCHEDULED


def test_broken_off_it_goes_on_and_settles_only_at_the_end() -> None:
    """What was read stays read; until every account was, nothing leaves."""
    desk = restored()

    reading = reconcile(desk.world)
    assert [next(reading).account, next(reading).account] == ["journal", "masto"]
    del reading

    assert desk.posts.is_restored()
    assert verdicts(list(reconcile(desk.world))) == {}
    assert not desk.posts.is_restored()


def test_of_two_alike_each_is_found_once() -> None:
    """What one delivery was found to be is no proof for another one."""
    desk = Desk()
    for number in range(2):
        desk.queue("Bonjour", at=timedelta(minutes=5 + 5 * number), post=f"p{number}")
    held = desk.posts.backup()
    desk.run(timedelta(minutes=7))
    desk.posts.restore(held)
    desk.clock.advance(timedelta(minutes=10))

    read = list(reconcile(desk.world))

    assert verdicts(read) == {"p0": Verdict.FOUND, "p1": Verdict.ABSENT}


def test_a_held_post_stays_held() -> None:
    """A person resumes it, or does not."""
    desk = Desk()
    delivery = desk.queue("Bonjour", at=MINUTE)
    desk.posts.change(delivery, delivery.model_copy(update={"holds": frozenset({"person:lea"}), "due_at": None}))
    held = desk.posts.backup()
    desk.posts.is_restored()
    desk.posts.restore(held)
    desk.clock.advance(timedelta(minutes=5))

    read = list(reconcile(desk.world))

    assert verdicts(read) == {"p1": Verdict.ABSENT}
    assert state(desk, "p1") is State.SCHEDULED
    assert desk.read(delivery).holds == {"person:lea"}


def test_uploads_do_not_begin_on_a_restored_table() -> None:
    """Not even what posts nothing: a backup says nothing of what was done since."""
    desk = Desk(NetworkTwin(ahead=timedelta(minutes=10)))
    desk.queue(at=timedelta(minutes=20), media=(PICTURE,))
    desk.posts.is_restored()
    desk.posts.restore(desk.posts.backup())

    desk.run(timedelta(minutes=30))

    assert desk.network.uploads == []
    assert desk.network.calls == []
