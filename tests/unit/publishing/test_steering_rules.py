"""What a person's commands make of a delivery: pure transitions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heraut.brands import NetworkName
from heraut.publishing.change_deliveries import beyond_reach
from heraut.publishing.decisions import held, mark_of, released, renewed
from heraut.publishing.model import Attempt, Content, Delivery, Part, Post, Prepared, Source, State

AT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
LATER = AT + timedelta(days=1)


def delivery(**changes: Any) -> Delivery:
    """Give a scheduled delivery."""
    made = Delivery(brand="b", post="p", account="a", network=NetworkName.MASTODON, publish_at=AT, due_at=AT)
    return made.model_copy(update=changes)


def post() -> Post:
    """Give the second version of a post, a day later."""
    return Post(
        brand="b",
        id="p",
        version=2,
        content=Content(parts=(Part(text="x"),)),
        accounts=("a",),
        publish_at=LATER,
        local="2026-11-24T09:30",
        zone="Europe/Paris",
        source=Source(kind="command"),
        created_at=AT,
    )


def test_a_hold_takes_it_out_of_the_machines_sight_and_the_last_one_gone_it_is_back() -> None:
    """Each cause removes only its own."""
    twice = held(held(delivery(), "person:lea"), "pause:b")

    assert (twice.holds, twice.due_at) == (frozenset({"person:lea", "pause:b"}), None)
    once = released(twice, "person:lea")
    assert (once.holds, once.due_at) == (frozenset({"pause:b"}), None)
    assert released(once, "person:lea") == once
    free = released(once, "pause:b")
    assert (free.holds, free.due_at) == (frozenset(), AT)


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({"prepare_at": AT - timedelta(minutes=10)}, AT - timedelta(minutes=10)),
        ({"not_before": AT + timedelta(minutes=5)}, AT + timedelta(minutes=5)),
        ({}, AT),
    ],
)
def test_what_is_released_is_due_when_there_is_something_to_do(changes: dict[str, Any], due: datetime) -> None:
    """Uploads first; never before the network will listen."""
    assert released(held(delivery(**changes), "x"), "x").due_at == due


@pytest.mark.parametrize("moved", [True, False])
def test_new_words_forget_what_the_old_ones_prepared_and_tried(moved: bool) -> None:
    """Only an edit of the time moves the promise."""
    old = delivery(
        prepared=Prepared(version=1),
        preparing_until=AT,
        attempts=3,
        not_before=AT + timedelta(minutes=1),
        local="2026-11-23T09:30",
        attempt=Attempt(id="x", number=3, started_at=AT),
    )

    new = renewed(old, post(), timedelta(minutes=10), State.SCHEDULED, moved=moved)

    promise = LATER if moved else AT
    assert (new.version, new.publish_at, new.prepare_at) == (2, promise, promise - timedelta(minutes=10))
    assert new.due_at == new.prepare_at
    assert (new.prepared, new.preparing_until, new.attempts, new.attempt) == (None, None, 0, None)
    assert new.local == ("2026-11-24T09:30" if moved else "2026-11-23T09:30")
    assert new.not_before == (None if moved else AT + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("state", "holds", "due"),
    [
        (State.SCHEDULED, frozenset(), True),
        (State.SCHEDULED, frozenset({mark_of("lea")}), False),
        (State.DRAFT, frozenset(), False),
        (State.TO_APPROVE, frozenset(), False),
    ],
)
def test_what_does_not_leave_by_itself_is_not_due(state: State, holds: frozenset[str], due: bool) -> None:
    """Drafts, what is to approve, and what is held stay out of the due index; holds stay."""
    new = renewed(delivery(holds=holds), post(), None, state, moved=True)

    assert (new.state, new.holds, new.due_at is not None) == (state, holds, due)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"state": State.DRAFT}, None),
        ({"state": State.TO_APPROVE}, None),
        ({"state": State.FAILED}, None),
        ({"state": State.FAILED, "remote_ids": ("1",)}, None),
        ({"state": State.EXPIRED}, None),
        ({"state": State.SENDING}, "delivery_is_leaving"),
        ({"state": State.UNCONFIRMED}, "delivery_is_leaving"),
        ({"state": State.ASKING}, "delivery_asks"),
        ({"state": State.ASKING, "network": NetworkName.BY_HAND}, "delivery_by_hand_asks"),
        ({"state": State.PUBLISHED}, "delivery_is_out"),
        ({"state": State.CANCELLED}, "delivery_is_cancelled"),
        ({"remote_ids": ("1",)}, "delivery_partly_out"),
        ({"doubt_since": AT}, "delivery_partly_out"),
    ],
)
def test_what_nobody_may_touch_says_why(changes: dict[str, Any], code: str | None) -> None:
    """One reason for each state; none where a decision still reaches it."""
    found = beyond_reach(delivery(**changes))

    assert (found.code if found else None) == code
