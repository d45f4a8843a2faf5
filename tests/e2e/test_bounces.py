"""A mail that came back goes to the others, each by their own way: text message, topic, mail."""

from __future__ import annotations

import json
from datetime import UTC, datetime
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


def mailed(world: World, person: str) -> Sending:
    """A mail that left for somebody a moment ago, with a link of theirs."""
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
    )
    SendingsTable(Table(dynamodb, world.outputs["ConversationsTable"])).save_sending(sending)
    return sending


def came_back(world: World, sending: Sending) -> SendingState:
    """Let the mail service say so, and give what became of the sending."""
    event: Any = json.loads(EVENT.read_text(encoding="utf-8"))
    event["detail"]["mail"]["tags"] |= {"heraut-brand": [sending.brand], "heraut-sending": [sending.id]}
    world.invoke("BounceFunction", event)
    kept = SendingsTable(Table(world.client("dynamodb"), world.outputs["ConversationsTable"]))
    held = kept.sending(sending.brand, sending.id)
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
