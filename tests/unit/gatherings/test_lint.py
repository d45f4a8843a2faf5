"""What is said of events when a file is applied, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heraut.brands import Brand
from heraut.gatherings.lint import lint_changes
from tests.twins.gathering_world import APPLIED, BEGINS, ENDS, NAME, WORKSHOP, GatheringWorld

BRAND = GatheringWorld().brand


def found(before: dict[str, Any] | None, after: dict[str, Any] | None, now: Any = APPLIED, *online: str) -> Any:
    """Give what is found of an event that was so and would be so: codes and columns, refusals in capitals."""

    def brand(plain: dict[str, Any] | None) -> Brand:
        return BRAND.model_copy(update={"events": {NAME: plain} if plain else {}})

    told = lint_changes(brand(before), brand(after), lambda _: online, now)
    return [one.code if one.warning else one.code.upper() for one in told]


@pytest.mark.parametrize(
    ("before", "after", "now", "says"),
    [
        (None, WORKSHOP, APPLIED, []),
        (WORKSHOP, WORKSHOP, ENDS + timedelta(days=1), []),
        (None, WORKSHOP, BEGINS - timedelta(hours=3), ["event_reminders_past"]),
        (None, WORKSHOP, BEGINS, ["event_begun_already", "event_reminders_past"]),
        (None, WORKSHOP, ENDS, ["event_is_over"]),
        (None, {**WORKSHOP, "place": None, "address": None}, APPLIED, ["event_no_place"]),
        (WORKSHOP, None, APPLIED, ["EVENT_TAKEN_OUT"]),
        (WORKSHOP, None, ENDS, []),
        ({**WORKSHOP, "cancelled": True}, None, APPLIED, []),
        (WORKSHOP, {**WORKSHOP, "cancelled": True}, BEGINS - timedelta(hours=3), []),
    ],
)
def test_what_is_said(before: Any, after: Any, now: Any, says: list[str]) -> None:
    """Each thing that is doubtful, and nothing where all is well."""
    assert found(before, after, now) == says


def test_what_is_online_is_named_when_it_says_something_else() -> None:
    """Whoever moves an event hears which posts to correct; other words for reminders to come touch none."""
    moved = {**WORKSHOP, "starts": "2026-12-10 19:00"}

    assert found(WORKSHOP, moved, APPLIED, "https://sky.example/1") == ["event_said_already"]
    assert found(WORKSHOP, {**WORKSHOP, "reminders": ["1d"]}, APPLIED, "https://sky.example/1") == []


def test_an_event_stays_of_its_kind() -> None:
    """Its posts, page and calendar entry are of another sort."""
    live = {"kind": "live_qa", "title": "Direct", "accounts": ["sky"], "opens": "2026-12-10 18:30"}

    assert "EVENT_KIND_CHANGED" in found(WORKSHOP, {**live, "closes": "2026-12-10 19:30"})
