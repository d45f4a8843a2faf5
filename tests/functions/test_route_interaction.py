"""The reader's handler."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from heraut.conversations.webhook import Webhook
from tests.functions.conftest import Running, event_of, events_of


@pytest.fixture(name="webhook")
def _webhook(running: Running) -> Webhook:
    """The story's webhook, for events of one's own."""
    at = datetime(2026, 11, 22, tzinfo=UTC)
    made = Webhook(brand="boulangerie", account="story", scheme="signed", path_hash="x", made_at=at)
    running.webhooks.save_webhook(made)
    return made


@pytest.mark.parametrize("event", events_of("route_interaction"))
def test_every_example_event_is_understood(running: Running, webhook: Webhook, event: Any) -> None:
    """Only what is none of ours comes back."""
    answer = running.call("route_interaction", event)
    bad = [one["messageId"] for one in event.get("Records", []) if not one["body"].startswith('{"schema"')]
    assert answer == {"ok": True} or [one["itemIdentifier"] for one in answer["batchItemFailures"]] == bad


def test_what_an_event_says_opens_an_alert_once(running: Running, webhook: Webhook) -> None:
    """However often the queue brings it; the webhook notes that it came."""
    for _ in range(2):
        assert running.call("route_interaction", event_of("route_interaction", "one")) == {"batchItemFailures": []}
    (alert,) = running.conversations.open_alerts("boulangerie")
    assert (alert.account, alert.waiting) == ("story", ("f1",))
    kept = running.webhooks.webhook("boulangerie", "story")
    assert kept is not None
    assert kept.heard_at == datetime(2026, 11, 23, 8, 31, tzinfo=UTC)
