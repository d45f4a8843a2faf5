"""The handler of the morning point: from the tables to the mail, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest

from heraut.brands import Role
from heraut.conversations.alerts import opened
from tests.contracts.test_conversations import said
from tests.functions.conftest import BRAND, Running, event_of, events_of

EIGHT = datetime(2026, 11, 24, 7, 0, 5, tzinfo=UTC)  # in Paris, on a Tuesday


@pytest.fixture(name="sent")
def _sent(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The mails that left."""
    mails: list[bytes] = []
    monkeypatch.setattr("heraut.aws.mail.SesMail.send", lambda _self, raw, *_: mails.append(raw))
    monkeypatch.setattr("heraut.clock.SystemClock.now", lambda _self: EIGHT)
    return mails


@pytest.mark.parametrize("event", events_of("send_morning_point"))
def test_every_example_event_is_understood(running: Running, sent: list[bytes], event: Any) -> None:
    """Nothing is planned on a Tuesday: nothing is said."""
    assert running.call("send_morning_point", event) == ({"ok": True} if "self_test" in event else None)
    assert sent == []


def test_what_leaves_and_who_waits_is_mailed_once(running: Running, sent: list[bytes]) -> None:
    """However often the hour comes."""
    lea = BRAND.people[0].model_copy(update={"roles": tuple(Role)})
    brand = BRAND.model_copy(update={"people": (lea,), "revision": 2})
    running.brands.save(brand, 1)
    running.queue_post("p1", at=EIGHT + timedelta(hours=4, minutes=30) - timedelta(seconds=5))
    asked = said("1", at=EIGHT - timedelta(hours=1))
    running.conversations.receive(asked, None, opened(asked, brand, EIGHT - timedelta(hours=1)))
    for _ in range(2):
        running.call("send_morning_point", event_of("send_morning_point", "hour"))

    (raw,) = sent
    mail = message_from_bytes(raw, policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content().replace("\N{NO-BREAK SPACE}", " ")
    assert "1 réponse attendue et 1 publication prévue" in str(mail["Subject"])
    assert "12 h 30 · Page publique" in text
    assert "Bonjour 1" in text
    assert "https://links.example/boulangerie/alert/" in text
