"""The looks ahead, through their handler: what is found is mailed, and mailed once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heraut.aws.looks_table import LooksTable
from tests.functions.conftest import BRAND, Running, event_of, events_of


@pytest.mark.parametrize("event", events_of("check_upcoming"))
def test_every_example_event_is_understood(running: Running, event: Any) -> None:
    """Nothing is queued, nothing is said."""
    assert running.call("check_upcoming", event) == ({"ok": True} if "self_test" in event else None)


def test_what_is_found_is_remembered(running: Running) -> None:
    """Two posts of one account minutes apart: one message, and the look is kept in the table."""
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=30)
    running.queue_post("p1", at=soon)
    running.queue_post("p2", at=soon + timedelta(minutes=4))

    for _ in range(2):
        running.call("check_upcoming", event_of("check_upcoming", "quarter"))

    looks = LooksTable(running.posts_stack.table).looks(BRAND.id)
    assert [(one.id, one.said, one.people) for one in looks] == [
        ("p1@journal", (), ()),
        ("p2@journal", ("close:p1",), ("lea",)),
    ]
