"""The handler of the alerts' minute tick, and of the links in its messages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heraut.brands import Urgency
from heraut.conversations.alerts import opened
from heraut.conversations.rules import Verdict
from tests.contracts.test_conversations import said
from tests.functions.conftest import BRAND, Running, event_of, events_of


def an_alert(running: Running) -> str:
    """Let somebody say something; people are to hear of it now."""
    now = datetime.now(UTC)
    interaction = said("1", at=now)
    alert = opened(interaction, BRAND, now, Verdict(urgency=Urgency.CRISIS))  # told on a Saturday too
    alert = alert.model_copy(update={"due_at": now - timedelta(seconds=1)})
    running.conversations.receive(interaction, None, alert)
    return alert.id


@pytest.mark.parametrize("event", events_of("escalate_alerts"))
def test_every_example_event_is_understood(running: Running, event: Any) -> None:
    """Nothing is due, nothing is said."""
    assert running.call("escalate_alerts", event) == ({"ok": True} if "self_test" in event else None)


def test_a_message_goes_out_and_its_button_closes_the_alert(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the table to the mail, and from the link's page back into the table."""
    sent: list[bytes] = []
    monkeypatch.setattr("heraut.aws.mail.SesMail.send", lambda _self, raw, *_: sent.append(raw), raising=True)
    alert = an_alert(running)
    running.call("escalate_alerts", event_of("escalate_alerts", "minute"))
    (raw,) = sent
    paths = re.findall(rb"https://links\.example(/boulangerie/alert/[A-Za-z0-9_-]{22})", raw.replace(b"=\r\n", b""))
    close = dict.fromkeys(path.decode() for path in paths)
    visit = event_of("act_on_link", "act")
    for path in close:
        answer = running.call("act_on_link", visit | {"rawPath": path})
        assert answer["statusCode"] == 200

    held = running.conversations.alert("boulangerie", alert)
    assert held is not None
    assert (held.told, held.closed_by) == (1, "lea")
