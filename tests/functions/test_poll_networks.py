"""The listening's handler."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.conftest import Running, events_of


@pytest.mark.parametrize("event", events_of("poll_networks"))
def test_every_example_event_is_understood(running: Running, event: Any) -> None:
    """Accounts whose network tells nothing are left alone."""
    assert running.call("poll_networks", event) == ({"ok": True} if "self_test" in event else None)
    assert list(running.conversations.open_alerts("boulangerie")) == []
