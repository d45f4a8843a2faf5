"""The tick: what is due is sent with its delay, sent before it is marked, and nothing late is missed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heraut.errors import TryAgain
from heraut.publishing.dispatch_posts import delay_until, dispatch_posts
from tests.twins.desk import PICTURE, Desk
from tests.twins.network import NetworkTwin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heraut.publishing.store import DueRow

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ahead", "delay"),
    [(-3600.0, 0), (0.0, 0), (1.9, 0), (2.0, 0), (2.999, 0), (3.0, 1), (119.7, 117), (900.0, 898), (9999.0, 900)],
)
def test_the_worker_arrives_early(ahead: float, delay: int) -> None:
    """`max(0, floor(publish_at − now) − 2)` seconds, at most what the queue takes."""
    assert delay_until(NOW + timedelta(seconds=ahead), NOW) == delay


@given(st.floats(min_value=2.0, max_value=900.0))
def test_the_worker_is_never_late(ahead: float) -> None:
    """Whatever the fraction of a second, the message arrives two to three seconds before the instant."""
    left = ahead - delay_until(NOW + timedelta(seconds=ahead), NOW)

    assert 1.99 <= left <= 3.01


def test_only_what_is_due_within_two_minutes_is_sent() -> None:
    """The rest of the queue costs the tick nothing."""
    desk = Desk()
    for number, minutes in enumerate([0.5, 1.9, 2.5, 60, 600]):
        desk.queue(at=timedelta(minutes=minutes + 3), post=f"p{number}")
    desk.clock.advance(timedelta(minutes=3))

    tick = dispatch_posts(desk.posts, desk.outbox, desk.clock.now())

    assert sorted(message.post for message, _ in desk.outbox.queued) == ["p0", "p1"]
    assert (tick.sent, tick.not_accepted) == (2, 0)


def test_a_second_tick_does_not_send_again_at_once() -> None:
    """A row that was sent is marked: it comes back only if nothing came of it, five minutes on."""
    desk = Desk()
    desk.queue(at=timedelta(minutes=4))
    desk.clock.advance(timedelta(minutes=3))

    sent = []
    for _ in range(7):
        sent.append(dispatch_posts(desk.posts, desk.outbox, desk.clock.now()).sent)
        desk.clock.advance(timedelta(minutes=1))

    assert sent == [1, 0, 0, 1, 0, 0, 1]


def test_the_soonest_are_sent_first() -> None:
    """Whatever shard of the index they stand in."""
    desk = Desk()
    for number in range(40):
        desk.queue(at=timedelta(minutes=5, seconds=number * 7 % 40), post=f"p{number}")
    desk.clock.advance(timedelta(minutes=4))

    dispatch_posts(desk.posts, desk.outbox, desk.clock.now())

    instants = [message.at for message, _ in desk.outbox.queued]
    assert instants == sorted(instants)
    assert len(instants) == 40


def test_batches_may_be_sent_side_by_side() -> None:
    """Whatever their order, each delivery is sent once and marked."""
    desk = Desk()
    for number in range(95):
        desk.queue(at=timedelta(minutes=4), post=f"p{number}")
    desk.clock.advance(timedelta(minutes=3))

    with ThreadPoolExecutor(4) as threads:
        tick = dispatch_posts(desk.posts, desk.outbox, desk.clock.now(), threads.map)
        again = dispatch_posts(desk.posts, desk.outbox, desk.clock.now(), threads.map)

    assert sorted(message.post for message, _ in desk.outbox.queued) == sorted(f"p{number}" for number in range(95))
    assert (tick.sent, again.sent) == (95, 0)


def test_what_the_queue_refuses_is_not_marked() -> None:
    """A failed entry of a batch is sent by the next tick."""
    desk = Desk()
    for number in range(12):
        desk.queue(at=timedelta(minutes=4, seconds=number), post=f"p{number}")
    desk.clock.advance(timedelta(minutes=3))
    desk.outbox.refuses = lambda message: message.post == "p7"

    first = dispatch_posts(desk.posts, desk.outbox, desk.clock.now())
    desk.outbox.refuses = lambda _: False
    desk.outbox.queued.clear()
    second = dispatch_posts(desk.posts, desk.outbox, desk.clock.now())

    assert (first.sent, first.not_accepted) == (11, 1)
    assert [message.post for message, _ in desk.outbox.queued] == ["p7"]
    assert second.sent == 1


def test_a_crash_between_sending_and_marking_sends_twice_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It sends first and marks after."""
    desk = Desk()
    desk.queue(at=timedelta(minutes=4))
    desk.clock.advance(timedelta(minutes=3))
    mark = desk.posts.mark_dispatched
    monkeypatch.setattr(desk.posts, "mark_dispatched", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        dispatch_posts(desk.posts, desk.outbox, desk.clock.now())
    monkeypatch.setattr(desk.posts, "mark_dispatched", mark)

    desk.run()

    assert desk.network.times_online("Bonjour") == 1
    assert desk.network.calls == [desk.network.books[0].at]


def test_uploads_that_cannot_be_started_do_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that could not be started stays unmarked for the next tick; the heartbeat knows."""
    desk = Desk(NetworkTwin(ahead=timedelta(minutes=10)))
    desk.queue(at=timedelta(minutes=12), media=(PICTURE,), post="picture")
    desk.queue(at=timedelta(minutes=4), post="text")
    desk.clock.advance(timedelta(minutes=3))
    desk.outbox.preparing.clear()

    def busy(_: object) -> None:
        raise TryAgain("busy")

    monkeypatch.setattr(desk.outbox, "prepare_now", busy)
    tick = dispatch_posts(desk.posts, desk.outbox, desk.clock.now())

    assert [message.post for message, _ in desk.outbox.queued] == ["text"]
    assert (tick.sent, tick.preparing, tick.not_accepted) == (1, 0, 1)


def test_lateness_is_read_from_the_promise() -> None:
    """The alarm reads `publish_at`, however often `due_at` was moved."""
    desk = Desk()
    desk.queue(at=-timedelta(minutes=7))
    desk.clock.advance(timedelta(minutes=6))

    assert dispatch_posts(desk.posts, desk.outbox, desk.clock.now()).oldest_overdue == 13 * 60


def test_what_is_far_away_is_left_to_the_tick() -> None:
    """Writing a time more than three minutes ahead dispatches nothing; a nearer one leaves at once."""
    desk = Desk()

    desk.queue(at=timedelta(minutes=10))
    desk.queue(at=timedelta(minutes=2, seconds=59), post="near")

    assert [(message.post, delay) for message, delay in desk.outbox.queued] == [("near", 177)]


def test_a_busy_part_of_the_index_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """What can be read leaves; the tick knows that it is not complete."""
    desk = Desk()
    for number in range(20):
        desk.queue(at=timedelta(minutes=4), post=f"p{number}")
    desk.clock.advance(timedelta(minutes=3))
    read = desk.posts.due

    def due(shard: str, until: datetime) -> Iterator[DueRow]:
        if shard == "delivery-1":
            raise TryAgain("busy")
        return read(shard, until)

    monkeypatch.setattr(desk.posts, "due", due)
    tick = dispatch_posts(desk.posts, desk.outbox, desk.clock.now())
    monkeypatch.undo()
    after = dispatch_posts(desk.posts, desk.outbox, desk.clock.now())

    assert (tick.unread, tick.complete) == (1, False)
    assert 0 < tick.sent < 20
    assert (tick.sent + after.sent, after.complete) == (20, True)
