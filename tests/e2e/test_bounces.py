"""What did not arrive goes to the others, each by their own way: text message, topic, mail."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from heraut import links as tokens
from heraut.aws.links_table import LinksTable
from heraut.aws.sendings_table import SendingsTable
from heraut.aws.table import Table
from heraut.brands import WayName
from heraut.links import LIFETIME, Action, Link
from heraut.notifications.base import Button, Message
from heraut.notifications.sealing import seal
from heraut.notifications.sendings import Sending, SendingState, Try
from tests.e2e.conftest import BRAND
from tests.e2e.test_publishing import links_in, mail_with, text_of
from tests.e2e.world import eventually

if TYPE_CHECKING:
    from tests.e2e.world import World

EVENT = Path(__file__).parents[2] / "events" / "note_bounce" / "bounced.json"


def mailed(world: World, person: str, receipt: str = "") -> Sending:
    """A message that left for somebody a moment ago, with a link of theirs."""
    now, token = datetime.now(UTC), tokens.new_token()
    lives = {"created_at": now, "expires_at": now + LIFETIME}
    made = {"hash": tokens.hash_of(token), "brand": BRAND, "person": person, "action": Action.PAUSE}
    dynamodb = world.client("dynamodb")
    LinksTable(Table(dynamodb, world.outputs["BrandsTable"])).save(Link.model_validate(made | lives))
    message = Message(
        id=f"revenu/{person}",
        language="fr",
        brand="Essai",
        brand_id=BRAND,
        network=None,
        happened=f"Un message pour {person} est revenu",
        lead="À voir.",
        why="",
        otherwise="",
        buttons=(Button("Voir", tokens.address(world.outputs["LinksUrl"], BRAND, token)),),
    )
    sending = Sending(
        brand=BRAND,
        id=f"{now:%Y%m%d%H%M%S%f}-{person}",
        person=person,
        way=WayName.SMS if person == "sam" else WayName.EMAIL,  # the only one that Sam has
        at=now,
        state=SendingState.SENT,
        tries=(Try(at=now),),
        message=seal(message),
        receipt=receipt,
    )
    SendingsTable(Table(dynamodb, world.outputs["ConversationsTable"])).save_sending(sending)
    return sending


def came_back(world: World, sending: Sending) -> SendingState:
    """Let the mail service say so, and give what became of the sending."""
    event: Any = json.loads(EVENT.read_text(encoding="utf-8"))
    event["detail"]["mail"]["tags"] |= {"heraut-brand": [sending.brand], "heraut-sending": [sending.id]}
    world.invoke("BounceFunction", event)
    return state_of(world, sending)


def kept(world: World) -> SendingsTable:
    """Where messages are written down."""
    return SendingsTable(Table(world.client("dynamodb"), world.outputs["ConversationsTable"]))


def state_of(world: World, sending: Sending) -> SendingState:
    """How far a message came."""
    held = kept(world).sending(sending.brand, sending.id)
    assert held is not None
    return held.state


@pytest.mark.parametrize("person", ["lea", "sam"])
def test_what_came_back_is_told_to_the_others(world: World, person: str) -> None:
    """Léa's to Sam by text message, Sam's to Léa by mail: whose it was, and a link that works."""
    assert came_back(world, mailed(world, person)) is SendingState.BOUNCED

    if person == "lea":
        with urlopen(f"{world.emulator.endpoint}/_ministack/sns/sms-messages", timeout=10) as answer:
            said = answer.read().decode()
        assert "Un message pour lea est revenu" in said
        return
    mail = eventually(lambda: mail_with(world, "Ce message était pour Sam"), 30)
    assert "est revenu" in text_of(mail)
    assert len(links_in(world, mail)) == 1


@pytest.fixture(name="operators", scope="module")
def _operators(world: World) -> str:
    """The log in which SNS writes what operators refused, read by the function as `make refusals` sets it up.

    The emulator's SNS writes nothing there and knows no account's setting: the tests write its lines.
    """
    group, logs = world.outputs["RefusalsLog"], world.client("logs")
    function = world.client("lambda").get_function(FunctionName=world.outputs["BounceFunction"])
    arn = function["Configuration"]["FunctionArn"]
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    logs.put_subscription_filter(logGroupName=group, filterName=world.stack, filterPattern="", destinationArn=arn)
    return group


def refuse(world: World, group: str, *receipts: str) -> None:
    """Write what SNS writes when an operator did not deliver text messages."""
    packed: Any = json.loads(EVENT.with_name("refused_text.json").read_text(encoding="utf-8"))
    (line,) = json.loads(gzip.decompress(b64decode(packed["awslogs"]["data"])))["logEvents"]
    said: Any = json.loads(line["message"])
    ago = datetime.now(UTC) - timedelta(minutes=2)
    lines = [
        {"timestamp": round(ago.timestamp() * 1000), "message": json.dumps(said | {"notification": {"messageId": one}})}
        for one in receipts
    ]
    world.client("logs").put_log_events(logGroupName=group, logStreamName="s", logEvents=lines)


def test_a_text_message_that_no_telephone_got_is_told_to_the_others(world: World, operators: str) -> None:
    """Sam's to Léa by mail: whose it was, why it comes to her, a link that works; another program's is left alone."""
    sending = mailed(world, "sam", receipt="34d9b400-c6dd-5444-820d-fbeb0f1f54cf")
    refuse(world, operators, "1077257a-92f3-5ca3-bc97-6a915b310625", sending.receipt)

    eventually(lambda: state_of(world, sending) is SendingState.REFUSED)
    mail = eventually(lambda: mail_with(world, "n'a pas pu être joint"), 30)
    assert "Ce message était pour Sam" in text_of(mail)
    assert len(links_in(world, mail)) == 1


def test_what_a_function_sent_is_found_by_the_name_that_sns_gave_it(world: World, operators: str) -> None:
    """Léa's mail came back, went to Sam by text message, which no telephone got: Tom hears by his topic."""
    assert came_back(world, mailed(world, "lea")) is SendingState.BOUNCED
    first = datetime.now(UTC) - timedelta(minutes=5)
    *_, text = [one for one in kept(world).sendings(BRAND, first) if one.way is WayName.SMS and one.receipt]
    with urlopen(f"{world.emulator.endpoint}/_ministack/sns/sms-messages", timeout=10) as answer:
        assert text.receipt in answer.read().decode()

    refuse(world, operators, text.receipt)

    eventually(lambda: state_of(world, text) is SendingState.REFUSED)
    passed_on = [one for one in kept(world).sendings(BRAND, text.at) if one.person == "tom"]
    assert [(one.way, one.state) for one in passed_on][-1] == (WayName.TOPIC, SendingState.SENT)
