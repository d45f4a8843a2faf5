"""More deliveries of one account than its network takes: spread in order, none refused that need not be, none lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from heraut.errors import RateLimited, TryAgain
from heraut.events import EventName
from heraut.problems import problem
from heraut.publishing.model import Precedence, State
from heraut.publishing.pacing import APART
from heraut.publishing.publish_post import publish_post
from tests.twins.desk import Desk
from tests.twins.network import NetworkTwin

if TYPE_CHECKING:
    from heraut.publishing.model import Delivery

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
RANKS = (Precedence.RECYCLED, Precedence.SLOT, Precedence.EXACT)


def burst(desk: Desk, count: int, at: timedelta = MINUTE) -> list[Delivery]:
    """Queue `count` deliveries to one account for the same second, their precedences mixed."""
    return [
        desk.queue(f"post {number:02d}", post=f"p{number:02d}", at=at, precedence=RANKS[number % 3])
        for number in range(count)
    ]


def accepted(desk: Desk, queued: list[Delivery]) -> list[Delivery]:
    """Give the deliveries in the order in which the network took them."""
    by_text = {f"post {one.post[1:]}": one for one in queued}
    return [by_text[entry.text] for entry in desk.network.books]


def rank(delivery: Delivery) -> int:
    """Give the place of a precedence, the best first."""
    return RANKS[::-1].index(delivery.precedence)


@pytest.mark.parametrize("tells", [True, False], ids=["with headers", "only its 429"])
def test_fifty_to_one_account_that_takes_ten_in_five_minutes(*, tells: bool) -> None:
    """At most the first call of a window that is one too many is refused; all leave in time, none is a failed attempt.

    Where the network tells what is left, nothing is refused at all.
    """
    desk = Desk(NetworkTwin(allowed=10, tells=tells))
    queued = burst(desk, 50)

    desk.run(HOUR)

    after = [desk.read(one) for one in queued]
    assert {one.state for one in after} == {State.PUBLISHED}
    assert {one.attempts for one in after} == {1}
    assert [desk.network.times_online(f"post {number:02d}") for number in range(50)] == [1] * 50
    assert max(one.lateness for one in after if one.lateness is not None) <= 25 * MINUTE
    assert len(desk.network.refused) <= (0 if tells else 4)


@pytest.mark.parametrize("tells", [True, False], ids=["with headers", "only its 429"])
def test_they_leave_in_order(*, tells: bool) -> None:
    """Hours given by a person first, then slots, then what is used again; of equals, the first by promise and name.

    The order is known from the first answer on: before it, or before the first refusal, there was no reason to wait.
    """
    desk = Desk(NetworkTwin(allowed=10, tells=tells))
    queued = burst(desk, 50)

    desk.run(HOUR)

    order = accepted(desk, queued)[1 if tells else 10 :]
    assert [rank(one) for one in order] == sorted(rank(one) for one in order)
    assert all(one.post < other.post for one, other in pairwise(order) if rank(one) == rank(other))


def test_a_burst_that_fits_after_the_reset_is_not_drawn_out() -> None:
    """Twelve where ten are taken: the two others leave right after the reset, a few seconds apart."""
    desk = Desk(NetworkTwin(allowed=10))
    queued = burst(desk, 12)

    desk.run(HOUR)

    reset = desk.network.books[0].at + 5 * MINUTE
    assert [entry.at for entry in desk.network.books[10:]] == [reset, reset + APART]
    assert {desk.read(one).state for one in queued} == {State.PUBLISHED}


def test_what_cannot_leave_in_time_is_told() -> None:
    """Thirty where three are taken an hour: those that would be too late expire at their hour, and a person hears."""
    desk = Desk(NetworkTwin(allowed=3, window=HOUR))
    queued = burst(desk, 30)

    desk.run(3 * HOUR)

    after = [desk.read(one) for one in queued]
    gone, late = ([one for one in after if one.state is state] for state in (State.PUBLISHED, State.EXPIRED))
    assert (len(gone) + len(late), desk.network.refused) == (30, [])
    assert {one.precedence for one in gone[1:]} == {Precedence.EXACT}
    for one in late:
        told = desk.posts.story(one.brand, one.post)[-1]
        assert told.name is EventName.EXPIRED
        assert abs(told.at - one.publish_at - HOUR) <= 15 * SECOND
        assert one.problem is not None
        assert one.problem.code == "account_waits"
        assert one.attempts == 0


def test_other_accounts_are_not_held_back() -> None:
    """A limit is an account's own."""
    desk = Desk(NetworkTwin(allowed=1))
    burst(desk, 2)
    other = desk.queue("ailleurs", post="x", account="journal", at=61 * SECOND)

    desk.run(2 * MINUTE)

    assert desk.read(other).state is State.PUBLISHED


def test_an_exact_hour_keeps_its_place_before_a_slot() -> None:
    """One call is left and two want it: the later promise given by a person has it, the slot waits for the reset."""
    desk = Desk(NetworkTwin(allowed=2))
    first = desk.queue("post 00", post="p00", at=10 * SECOND)
    slot = desk.queue("post 01", post="p01", at=30 * SECOND, precedence=Precedence.SLOT)
    exact = desk.queue("post 02", post="p02", at=2 * MINUTE)

    desk.run(HOUR)

    assert accepted(desk, [first, slot, exact]) == [first, exact, slot]
    assert desk.network.calls[1] == exact.publish_at
    assert desk.network.calls[2] == first.publish_at + 5 * MINUTE


def test_ten_workers_at_once_lose_and_double_nothing() -> None:
    """Whoever calls before the first answer is known may be refused; nobody else is, and no refusal is an attempt."""
    desk = Desk(NetworkTwin(allowed=10))
    queued = burst(desk, 50, at=SECOND)
    messages = [message for _, message in desk.take()]
    desk.clock.advance(SECOND)
    with ThreadPoolExecutor(10) as workers:
        list(workers.map(lambda message: publish_post(message, desk.world), messages))
    refused = len(desk.network.refused)

    desk.run(HOUR)

    after = [desk.read(one) for one in queued]
    assert {(one.state, one.attempts) for one in after} == {(State.PUBLISHED, 1)}
    assert sorted(entry.text for entry in desk.network.books) == [f"post {number:02d}" for number in range(50)]
    assert refused < 10
    assert len(desk.network.refused) == refused


def test_a_refusal_without_its_line_still_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network asks for three hours and the line cannot be read: at its hour the delivery is told as too late."""
    desk = Desk()
    delivery = desk.queue()
    desk.network.before = [RateLimited(problem("no_clear_answer"), desk.clock.now() + 3 * HOUR)]

    def slow(*_: object) -> None:
        raise TryAgain("slow")

    monkeypatch.setattr(desk.posts, "queue", slow)
    desk.run(2 * HOUR)

    told = desk.posts.story(delivery.brand, delivery.post)[-1]
    assert (desk.read(delivery).state, told.name) == (State.EXPIRED, EventName.EXPIRED)
    assert abs(told.at - delivery.publish_at - HOUR) <= 15 * SECOND
