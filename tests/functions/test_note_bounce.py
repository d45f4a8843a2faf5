"""The handler of mails that came back, and of text messages that did not arrive."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from heraut.aws.sendings_table import SendingsTable
from heraut.brands import Person, Role, WayName
from heraut.errors import TryAgain
from heraut.notifications.sendings import SendingState
from heraut.publishing.model import State
from tests.contracts.stack import REGION
from tests.functions.conftest import BRAND, Running, event_of, events_of

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
KARIM = Person(id="karim", name="Karim", email="karim@example.com", roles=(Role.ON_CALL,))


@pytest.fixture(name="mailed")
def _mailed(running: Running) -> Running:
    """A failed post was told to Léa by mail; Karim is on call."""
    running.brands.save(BRAND.model_copy(update={"people": (*BRAND.people, KARIM), "revision": 2}), 1)
    running.queue_post("p1", state=State.FAILED)
    running.call("tell_people", event_of("tell_people", "failed"))
    return running


def kept(running: Running) -> Any:
    """What was sent."""
    table = SendingsTable(running.conversations_stack.table)
    (one, *_) = table.sendings("boulangerie", BEGAN)
    return one


@pytest.mark.parametrize("event", events_of("note_bounce"))
def test_every_example_event_is_understood(mailed: Running, event: Any) -> None:
    """Of the sending that it names; Karim hears."""
    if "self_test" in event:
        assert mailed.call("note_bounce", event) == {"ok": True}
        return
    if "awslogs" in event:  # of another program: nobody hears
        mails = len(ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages)
        assert mailed.call("note_bounce", event) is None
        assert len(ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages) == mails
        return
    event["detail"]["mail"]["tags"]["heraut-sending"] = [kept(mailed).id]
    assert mailed.call("note_bounce", event) is None

    sent: Any = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    assert "karim@example.com" in sent[-1].destinations
    assert kept(mailed).state in {SendingState.BOUNCED, SendingState.COMPLAINED}


def test_what_is_not_written_yet_comes_back(mailed: Running) -> None:
    """Lambda brings it again."""
    with pytest.raises(TryAgain):
        mailed.call("note_bounce", event_of("note_bounce", "bounced"))


def test_a_mail_of_somebody_else_is_left_alone(mailed: Running) -> None:
    """Without our tags."""
    event = event_of("note_bounce", "bounced")
    del event["detail"]["mail"]["tags"]["heraut-sending"]
    assert mailed.call("note_bounce", event) is None


def inside(event: Any) -> Any:
    """What CloudWatch Logs packed."""
    return json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))


def logged(*lines: Any, kind: str = "DATA_MESSAGE", at: datetime | None = None) -> Any:
    """The example event with other lines, written at an instant (now)."""
    held = inside(event_of("note_bounce", "refused_text"))
    (first,) = held["logEvents"]
    written = round((at or datetime.now(UTC)).timestamp() * 1000)
    texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
    held |= {
        "messageType": kind,
        "logEvents": [{**first, "id": str(n), "timestamp": written, "message": text} for n, text in enumerate(texts)],
    }
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(held).encode())).decode()}}


def refusal(receipt: str) -> Any:
    """The line of the example event, about another text message."""
    (line,) = inside(event_of("note_bounce", "refused_text"))["logEvents"]
    said = json.loads(line["message"])
    said["notification"]["messageId"] = receipt
    return said


@pytest.fixture(name="texted")
def _texted(running: Running) -> Running:
    """A failed post was told to Léa by text message; she has a mailbox too."""
    ways = {"phone": "+33 6 12 34 56 78", "ways": (WayName.SMS, WayName.EMAIL)}
    lea = BRAND.people[0].model_copy(update=ways)
    running.brands.save(BRAND.model_copy(update={"people": (lea, KARIM), "revision": 2}), 1)
    running.queue_post("p1", state=State.FAILED)
    running.call("tell_people", event_of("tell_people", "failed"))
    return running


def test_a_text_message_that_did_not_arrive_goes_by_the_next_way_once(texted: Running) -> None:
    """By the MessageId that SNS gave; brought twice, told once. Others' and other lines in the batch are left alone."""
    sent = kept(texted)
    assert (sent.way, sent.state, bool(sent.receipt)) == (WayName.SMS, SendingState.SENT, True)
    ses: Any = ses_backends[DEFAULT_ACCOUNT_ID][REGION]
    before = len(ses.sent_messages)
    arrived = {**refusal(sent.receipt), "status": "SUCCESS"}
    elsewhere = datetime(2026, 11, 20, tzinfo=UTC)
    assert texted.call("note_bounce", logged("no JSON", arrived, refusal("somebody-else's"), at=elsewhere)) is None
    assert len(ses.sent_messages) == before

    event = logged(refusal("somebody-else's"), refusal(sent.receipt), at=elsewhere)
    assert texted.call("note_bounce", event) is None
    assert texted.call("note_bounce", event) is None

    (mail,) = ses.sent_messages[before:]
    assert "lea@example.com" in mail.destinations
    assert kept(texted).state is SendingState.REFUSED
    assert kept(texted).tries[-1].problem == "sms_unreachable"


def test_a_text_message_that_may_not_be_written_yet_comes_back_and_holds_up_no_other(texted: Running) -> None:
    """Lambda brings the batch again after a minute; what was told by then is known."""
    with pytest.raises(TryAgain):
        texted.call("note_bounce", logged(refusal("not-yet"), refusal(kept(texted).receipt)))

    assert kept(texted).state is SendingState.REFUSED


def test_cloudwatch_logs_asks_whether_the_function_is_there(texted: Running) -> None:
    """A control message tells of nothing."""
    assert texted.call("note_bounce", logged(refusal(kept(texted).receipt), kind="CONTROL_MESSAGE")) is None
    assert kept(texted).state is SendingState.SENT
