"""Short messages and topics: the twin and SNS (moto) take and refuse the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from heraut.aws.sns import SnsMessages
from heraut.errors import InvalidInput
from tests.contracts.stack import REGION, clients
from tests.twins.sns import SnsTwin

if TYPE_CHECKING:
    from collections.abc import Callable

PHONE = "+33612345678"
FORMS = json.dumps({"default": "Zoé attend", "sqs": "{}"})


@dataclass
class Exchange:
    """One of the two, a topic that is there, and what it sent."""

    sns: SnsMessages | SnsTwin
    topic: str
    texts: Callable[[], list[tuple[str, str]]]


@pytest.fixture(params=["twin", "moto"])
def exchange(request: pytest.FixtureRequest) -> Iterator[Exchange]:
    """The twin, or SNS."""
    if request.param == "twin":
        topic = f"arn:aws:sns:{REGION}:{DEFAULT_ACCOUNT_ID}:equipe"
        twin = SnsTwin(topics=frozenset({topic}))
        yield Exchange(twin, topic, lambda: twin.texts)
        return
    with mock_aws():
        client = clients().sns
        topic = client.create_topic(Name="equipe")["TopicArn"]
        held: Any = sns_backends[DEFAULT_ACCOUNT_ID][REGION].sms_messages
        yield Exchange(SnsMessages(client), topic, lambda: list(held.values()))


def test_a_short_message_goes_to_its_number(exchange: Exchange) -> None:
    """As it was written; each gets a receipt of its own."""
    receipts = {exchange.sns.send_sms(PHONE, "Zoé attend"), exchange.sns.send_sms(PHONE, "Zoé attend")}

    assert exchange.texts() == [(PHONE, "Zoé attend")] * 2
    assert len(receipts - {""}) == 2


@pytest.mark.parametrize("phone", ["0612345678", ""])
def test_what_is_no_number_is_refused_for_good(exchange: Exchange, phone: str) -> None:
    """Trying again would change nothing: the person's next way is taken."""
    with pytest.raises(InvalidInput) as refused:
        exchange.sns.send_sms(phone, "x")

    assert [one.code for one in refused.value.problems] == ["sms_refused"]


def test_a_topic_takes_every_form(exchange: Exchange) -> None:
    """Each kind of listener has its own."""
    exchange.sns.publish(exchange.topic, "Zoé attend", FORMS, {"brand": "martin", "person": "lea"})


def test_a_topic_that_is_not_there_is_said(exchange: Exchange) -> None:
    """Misspelt, or taken away."""
    with pytest.raises(InvalidInput) as refused:
        exchange.sns.publish(f"{exchange.topic}-x", "Zoé attend", FORMS, {"brand": "martin"})

    assert [one.code for one in refused.value.problems] == ["topic_refused"]
