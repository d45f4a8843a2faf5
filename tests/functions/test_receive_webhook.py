"""The receiver's handler: one address an account, a status for everything, one line of log without what was sent."""

from __future__ import annotations

import base64
import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heraut.conversations.webhook import Webhook, secret_name
from heraut.links import hash_of
from heraut.networks.base import Signs
from heraut.networks.webhooks import scheme
from tests.functions.conftest import Running, event_of, events_of
from tests.functions.test_any_event import JSON, MARK, QUICKLY, TEXT, some

TOKEN = "A" * 22
SECRET = {"signing_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
BODY = json.dumps({"interactions": [{"id": "f1", "text": MARK, "author": {"name": "Zoé"}}]}).encode()


@pytest.fixture(name="webhook")
def _webhook(running: Running) -> Webhook:
    """The story's webhook, for events of one's own."""
    made = Webhook(
        brand="boulangerie", account="story", scheme="signed", path_hash=hash_of(TOKEN), made_at=datetime.now(UTC)
    )
    running.webhooks.save_webhook(made)
    running.clients.ssm.put_parameter(
        Name=f"/heraut/boulangerie/{secret_name('story')}", Value=json.dumps(SECRET), Type="SecureString"
    )
    return made


def sent(body: bytes = BODY, *, encoded: bool = False, **headers: str) -> dict[str, Any]:
    """A request as the function URL gives it, signed now."""
    found = scheme("signed")
    assert isinstance(found, Signs)
    signed = dict(found.sign(body, SECRET, datetime.now(UTC)))
    event: dict[str, Any] = event_of("receive_webhook", "event")
    event["headers"] = {"content-type": "application/json", **signed, **headers}
    text = base64.b64encode(body).decode() if encoded else body.decode()
    return event | {"body": text, "isBase64Encoded": encoded}


def waiting(running: Running) -> list[str]:
    """What was kept."""
    got = running.clients.sqs.receive_message(
        QueueUrl=running.interactions, MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    return [message["Body"] for message in got.get("Messages", [])]


@pytest.mark.parametrize("event", events_of("receive_webhook"))
def test_every_example_event_is_understood(running: Running, event: Any) -> None:
    """An address that nobody was given leads nowhere."""
    answer = running.call("receive_webhook", event)
    assert answer == {"ok": True} or answer["statusCode"] == 404


@pytest.mark.parametrize("encoded", [False, True])
def test_a_signed_event_is_kept_once(running: Running, webhook: Webhook, encoded: bool) -> None:
    """As text or in base64, by the bytes that were signed."""
    handler = running.handler("receive_webhook")
    for _ in range(2):
        assert handler(sent(encoded=encoded))["statusCode"] == 200
    (message,) = waiting(running)
    assert json.loads(message)["body"] == BODY.decode()


def test_bytes_that_are_no_text_arrive(running: Running, webhook: Webhook) -> None:
    """Signed as they are, in base64; JSON they are not."""
    answer = running.call("receive_webhook", sent(b"\xff\xfe\x00", encoded=True))
    assert answer["statusCode"] == 400
    assert waiting(running) == []


def test_a_large_one_waits_in_the_bucket(running: Running, webhook: Webhook) -> None:
    """And its message says so."""
    body = json.dumps({"interactions": [], "more": "x" * 900_000}).encode()
    assert running.call("receive_webhook", sent(body))["statusCode"] == 200
    (key,) = running.objects("files")
    assert key.startswith("webhooks/boulangerie/story/")
    assert len(waiting(running)[0]) < 1_000


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"body": BODY.decode() + " "}, 401),
        ({"headers": {"content-type": "application/json"}}, 401),
        ({"headers": {}}, 415),
        ({"body": "%%%", "isBase64Encoded": True}, 400),
        ({"body": "x" * 5_900_000}, 413),
        ({"body": 5}, 400),
        ({"rawQueryString": "&a=b" * 100}, 400),
        ({"rawPath": f"/boulangerie/journal/{TOKEN}"}, 404),
    ],
)
def test_bad_input_is_one_line_of_log_and_nothing_more(
    running: Running,
    webhook: Webhook,
    changes: dict[str, Any],
    status: int,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No body in it, no header, no signature."""
    caplog.set_level(logging.INFO, "heraut")
    event = sent() | changes
    assert running.call("receive_webhook", event)["statusCode"] == status
    said = [record for record in caplog.records if record.name.startswith("heraut")]
    assert len(said) == 1
    assert MARK not in f"{said[0].__dict__}{capfd.readouterr()}"
    assert waiting(running) == []
    assert not [item for item in running.conversations_stack.items() if "#event" in item["pk"]["S"]]


def test_whatever_comes_gets_an_answer(running: Running, webhook: Webhook, capfd: pytest.CaptureFixture[str]) -> None:
    """Missing keys, wrong types, odd methods: a status, never a traceback; no word of it in a log."""
    handler = running.handler("receive_webhook")
    path = TEXT | st.just(f"/boulangerie/story/{TOKEN}")
    requests = JSON | some(
        rawPath=path,
        body=TEXT,
        isBase64Encoded=st.booleans(),
        rawQueryString=TEXT,
        requestContext=some(http=some(method=TEXT)),
        headers=some(**{"content-type": st.just("application/json") | TEXT}),
    )

    @QUICKLY
    @given(requests)
    def holds(event: Any) -> None:
        answer = handler(event)
        if isinstance(event, dict) and event.get("self_test"):
            return
        assert 400 <= answer["statusCode"] < 500
        assert MARK not in json.dumps(answer)

    holds()
    assert MARK not in "".join(capfd.readouterr())
