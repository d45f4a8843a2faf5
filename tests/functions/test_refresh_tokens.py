"""The renewals' handler."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.conftest import Running, events_of


@pytest.mark.parametrize("event", events_of("refresh_tokens"))
def test_every_example_event_is_understood(running: Running, event: Any) -> None:
    """Accounts whose network has no tokens that expire are left alone."""
    assert running.call("refresh_tokens", event) == ({"ok": True} if "self_test" in event else None)
