"""The rules of pacing: what is worth remembering, whose turn it is, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heraut.allowance import Allowance
from heraut.brands import NetworkName
from heraut.publishing.model import Delivery, Precedence, State
from heraut.publishing.pacing import AHEAD, APART, BEHIND, Pace, line_of, pace_of, turn, upload_turn

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
RESET = NOW + 5 * MINUTE


def delivery(post: str, at: timedelta = timedelta(0), **changes: Any) -> Delivery:
    """A delivery promised `at` from now."""
    made = Delivery(
        brand="b", post=post, account="masto", network=NetworkName.MASTODON, publish_at=NOW + at, due_at=NOW + at
    )
    return made.model_copy(update=changes)


def pace(remaining: int = 0, **changes: Any) -> Pace:
    """What a network told: so many calls until the reset."""
    return Pace(remaining=remaining, resets_at=RESET).model_copy(update=changes)


class TestRemembering:
    @pytest.mark.parametrize(
        ("remaining", "limit", "kept"),
        [
            (0, 300, True),
            (30, 300, True),
            (31, 300, False),
            (213, 300, False),
            (10, 30, True),
            (11, 30, False),
            (0, None, True),
            (11, None, False),
        ],
    )
    def test_only_what_matters(self, remaining: int, limit: int | None, *, kept: bool) -> None:
        """With plenty of calls left nothing is written; from a tenth of the limit, or ten, on it is."""
        found = pace_of(Allowance(remaining, RESET, limit, HOUR), NOW)
        assert found == (Pace(remaining=remaining, resets_at=RESET, limit=limit, window_s=3600) if kept else None)

    def test_what_is_over_is_nothing(self) -> None:
        """A reset that has come holds nobody back."""
        assert pace_of(Allowance(0, NOW), NOW) is None
        assert turn(delivery("a"), [], pace(resets_at=NOW), HOUR, NOW) is None


class TestTurns:
    def test_alone_it_leaves_at_the_reset(self) -> None:
        """The time the network gives, to the millisecond."""
        assert turn(delivery("a"), [], pace(), HOUR, NOW) == RESET

    def test_one_that_leaves_after_the_reset_is_not_held(self) -> None:
        """Nothing that was told is true then."""
        late = delivery("a", 6 * MINUTE)
        assert turn(late, [], pace(), HOUR, late.earliest) is None

    def test_the_best_ranks_first_whatever_their_promise(self) -> None:
        """Precedence, then promise, then name; each asks for itself and all agree."""
        line = [
            delivery("e", precedence=Precedence.RECYCLED),
            delivery("d", precedence=Precedence.SLOT),
            delivery("c", MINUTE),
            delivery("b"),
            delivery("a", -MINUTE, precedence=Precedence.SLOT),
            delivery("f"),
        ]
        turns = {one.post: turn(one, line, pace(), HOUR, NOW) for one in line}
        order = ("b", "f", "c", "a", "d", "e")
        assert turns == {post: RESET + number * APART for number, post in enumerate(order)}

    def test_as_many_as_are_left_go_now(self) -> None:
        """The two best of three; those under way already have taken theirs."""
        line = [delivery("c"), delivery("a"), delivery("b")]
        assert [turn(one, line, pace(2), HOUR, NOW) for one in line] == [RESET, None, None]
        sending = delivery("d", state=State.SENDING)
        assert [turn(one, [*line, sending], pace(2), HOUR, NOW) for one in line] == [RESET + APART, None, RESET]

    @pytest.mark.parametrize(
        "other",
        [
            delivery("a", account="other"),
            delivery("a", state=State.EXPIRED),
            delivery("a", state=State.PUBLISHED),
            delivery("a", holds=frozenset({"pause:*"})),
        ],
    )
    def test_who_does_not_leave_stands_in_no_line(self, other: Delivery) -> None:
        """Another account's, what is over and what is held take nobody's turn."""
        assert turn(delivery("b"), [other], pace(), HOUR, NOW) == RESET

    def test_a_promise_after_the_reset_takes_its_turn_when_it_comes(self) -> None:
        """Until then others go, however low they rank."""
        low = [delivery(f"low{number}", precedence=Precedence.RECYCLED) for number in range(3)]
        exact = delivery("exact", 5 * MINUTE + APART)
        assert [turn(one, [*low, exact], pace(), HOUR, NOW) for one in low] == [
            RESET,
            RESET + 2 * APART,
            RESET + 3 * APART,
        ]

    def test_what_would_be_too_late_takes_no_turn(self) -> None:
        """It is looked at again right after its last instant, and the next in rank has its place."""
        old, young = delivery("old", -50 * MINUTE), delivery("young", precedence=Precedence.SLOT)
        line = [old, young]
        slow = pace(resets_at=NOW + 11 * MINUTE)
        assert turn(old, line, slow, HOUR, NOW) == old.publish_at + HOUR + SECOND
        assert turn(young, line, slow, HOUR, NOW) == slow.resets_at

    def test_more_than_a_window_takes_leave_at_the_networks_rate(self) -> None:
        """Ten in five minutes: eleven leave thirty seconds apart, ten as fast as order allows."""
        told = pace(limit=10, window_s=300)
        many = [delivery(f"{number:02d}") for number in range(11)]
        assert turn(many[10], many, told, 2 * HOUR, NOW) == RESET + 10 * 30 * SECOND
        assert turn(many[9], many[:10], told, 2 * HOUR, NOW) == RESET + 9 * APART

    def test_a_fast_network_is_not_slowed_down(self) -> None:
        """1 500 in five minutes: a fifth of a second apart."""
        many = [delivery(f"{number:02d}") for number in range(3)]
        assert turn(many[2], many, pace(limit=1500, window_s=300), HOUR, NOW) == RESET + 2 * timedelta(seconds=0.2)

    def test_a_thousand_agree_quickly(self) -> None:
        """No two have the same turn, and none leaves before its promise."""
        line = [
            delivery(f"{number:04d}", number * SECOND, precedence=list(Precedence)[number % 3])
            for number in range(1000)
        ]
        turns = [turn(one, line, pace(), 9 * HOUR, NOW) for one in line[::50]]
        assert len(set(turns)) == 20
        assert all(at is not None and at >= one.publish_at for at, one in zip(turns, line[::50], strict=True))

    def test_the_line_is_read_within_bounds(self) -> None:
        """A limit of a whole day, or a week's lateness, does not make every delivery read all of a calendar."""
        assert line_of(pace(), HOUR, NOW) == (NOW - HOUR, RESET + SECOND)
        assert line_of(pace(resets_at=NOW + 20 * HOUR), 99 * HOUR, NOW) == (NOW - BEHIND, NOW + AHEAD + SECOND)


class TestUploads:
    def test_none_is_held_back_while_calls_are_left(self) -> None:
        """Nor once the reset has come."""
        assert upload_turn(delivery("a"), pace(1), HOUR, NOW) is None
        assert upload_turn(delivery("a"), pace(), HOUR, RESET) is None

    def test_they_begin_after_the_reset_in_order_of_precedence(self) -> None:
        """Each precedence within half a minute of its own, always at the same instant for the same delivery."""
        for number, precedence in enumerate(Precedence):
            one = delivery("a", HOUR, precedence=precedence)
            begins = upload_turn(one, pace(), HOUR, NOW)
            assert begins is not None
            assert timedelta(0) <= begins - RESET - number * MINUTE < 30 * SECOND
            assert upload_turn(one, pace(), HOUR, NOW + MINUTE) == begins

    def test_never_past_the_instant_at_which_a_person_hears(self) -> None:
        """An upload that would come too late does not keep its delivery from being told as too late."""
        one = delivery("a", -58 * MINUTE)
        assert upload_turn(one, pace(), HOUR, NOW) == one.publish_at + HOUR + SECOND
