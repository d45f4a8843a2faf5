"""The handler of answers by e-mail: a raw mail in the bucket, as SES puts it there, becomes a post that answers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest

from heraut.brands import Account, NetworkName, Urgency
from heraut.conversations.alerts import opened
from heraut.conversations.rules import Verdict
from tests.contracts.test_conversations import said
from tests.functions.conftest import BRAND, Running, event_of, events_of
from tests.ses import DOMAIN, written

KEY = event_of("receive_mail", "answer")["detail"]["object"]["key"]


@pytest.fixture(name="sent")
def _sent(running: Running, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every mail that leaves; the brand has an account whose comments can be answered."""
    found: list[bytes] = []
    monkeypatch.setattr("heraut.aws.mail.SesMail.send", lambda _self, raw, *_: found.append(raw))
    account = Account(name="sky", network=NetworkName.BLUESKY, handle="martin.test")
    running.brands.save(BRAND.model_copy(update={"accounts": (*BRAND.accounts, account), "revision": 2}), 1)
    return found


@pytest.mark.parametrize("event", events_of("receive_mail"))
def test_every_example_event_is_understood(running: Running, event: Any) -> None:
    """SES's own note about the rule, and a mail that was forgotten since, are nobody's answers."""
    running.clients.s3.put_object(
        Bucket="files", Key="mails/AMAZON_SES_SETUP_NOTIFICATION", Body=b"Subject: x\r\n\r\ny"
    )

    assert running.call("receive_mail", event) == ({"ok": True} if "self_test" in event else None)


def test_an_answer_becomes_a_post_once(running: Running, sent: list[bytes], caplog: pytest.LogCaptureFixture) -> None:
    """From the alert's message to the delivery, and to the mail that says so; no word of it reaches the log."""
    now = datetime.now(UTC)
    interaction = said("1", at=now, reference={"cid": "bafy1", "root": "at://x/y/z", "root_cid": "bafy2"})
    alert = opened(interaction, BRAND, now, Verdict(urgency=Urgency.CRISIS))
    running.conversations.receive(interaction, None, alert.model_copy(update={"due_at": now - timedelta(seconds=1)}))
    running.call("escalate_alerts", event_of("escalate_alerts", "minute"))
    address = message_from_bytes(sent[0])["Reply-To"]
    assert re.fullmatch(rf"boulangerie\.[a-z2-7]{{23}}@{re.escape(DOMAIN)}", address)

    secret = "Oui, de 7 h à 19 h, martin-example"
    raw = written(address, secret, "lea@example.com")
    for put in (True, False, True):  # received by two rules, and the first told of twice
        if put:
            running.clients.s3.put_object(Bucket="files", Key=KEY, Body=raw)
        running.call("receive_mail", event_of("receive_mail", "answer"))

    left = running.clients.s3.list_objects_v2(Bucket="files", Prefix="mails/").get("Contents", [])
    assert left == []  # what was read is kept no longer: its address and what it quotes open pages
    (delivery,) = running.posts.queue("boulangerie")
    assert (delivery.account, delivery.answers) == ("sky", interaction.id)
    assert len(sent) == 2
    told = message_from_bytes(sent[1])
    assert (told["To"], told["Reply-To"], told["Auto-Submitted"]) == (
        "=?utf-8?q?L=C3=A9a?= <lea@example.com>",
        None,
        "auto-generated",
    )
    assert "martin-example" not in caplog.text
    held = running.conversations.alert("boulangerie", alert.id)
    assert held is not None
    assert held.replies[interaction.id].by == "lea"
