"""The messages' handler: what the stream carries reaches people."""

from __future__ import annotations

from typing import Any

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from heraut.publishing.model import State
from tests.contracts.stack import REGION
from tests.functions.conftest import Running, event_of, events_of


@pytest.mark.parametrize("event", events_of("tell_people"))
def test_every_example_event_is_understood(running: Running, event: Any) -> None:
    """Nothing comes back when everybody was told."""
    running.queue_post("p1", state=State.FAILED)

    answer = running.call("tell_people", event)

    expected: dict[str, object] = {"ok": True} if "self_test" in event else {"batchItemFailures": []}
    assert answer == expected


def test_a_failure_is_mailed_once(running: Running) -> None:
    """The same record twice is one message."""
    running.queue_post("p1", state=State.FAILED)

    running.call("tell_people", event_of("tell_people", "failed"))
    running.call("tell_people", event_of("tell_people", "failed"))

    sent: Any = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    assert len(sent) == 1
    assert "lea@example.com" in sent[0].destinations
