"""`heraut people way`: where a person is reached otherwise than by e-mail, kept as a secret."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from heraut.aws.sendings_table import SendingsTable
from heraut.aws.table import Table
from heraut.brands import Channel, WayName
from heraut.notifications.sendings import Sending, SendingState, Try

if TYPE_CHECKING:
    from tests.contracts.cli_shop import Shop

ADDRESS = "https://hooks.example/T000/B000/correct-horse"
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_an_address_is_kept_and_never_shown(shop: Shop) -> None:
    """Beside the secrets of accounts; the command says what is still to be done."""
    said = shop.heraut("people", "way", "lea", "slack", typed=ADDRESS)

    assert (said.status, "ways: [slack, email]" in said.out) == (0, True)
    assert ADDRESS not in said.out + said.err
    assert shop.secrets.secret("martin", "lea.slack") == {"url": ADDRESS}


def test_a_program_is_told_whose_address_was_kept(shop: Shop) -> None:
    """And whether that way is taken; never the address."""
    said = shop.heraut("people", "way", "lea", "slack", "--json", typed=ADDRESS)

    assert said.json == [{"brand": "martin", "person": "lea", "way": "slack", "taken": False}]
    assert ADDRESS not in said.out + said.err


def test_a_program_has_a_key_too(shop: Shop) -> None:
    """As JSON, or a line each."""
    given = json.dumps({"url": ADDRESS, "secret": KEY})

    assert shop.heraut("people", "way", "lea", "webhook", typed=given).status == 0
    assert shop.secrets.secret("martin", "lea.webhook") == {"url": ADDRESS, "secret": KEY}


def test_a_channel_has_an_address_as_people_have(shop: Shop) -> None:
    """Its name stands where a person's would."""
    brand = shop.brands.brand("martin")
    assert brand is not None
    changes = {"channels": (Channel(name="sav", way=WayName.TEAMS),), "revision": brand.revision + 1}
    shop.brands.save(brand.model_copy(update=changes), brand.revision)

    assert shop.heraut("people", "way", "sav", "teams", typed=ADDRESS).status == 0
    assert shop.secrets.secret("martin", "sav.teams") == {"url": ADDRESS}


@pytest.mark.parametrize(
    ("words", "typed", "expected"),
    [
        (("lea", "pigeon"), ADDRESS, "slack, teams, discord, mattermost, webhook"),
        (("lea", "email"), ADDRESS, "slack, teams, discord, mattermost, webhook"),
        (("nobody", "slack"), ADDRESS, "lea"),
        (("lea", "slack"), "", "url"),
        (("lea", "webhook"), ADDRESS, "secret"),
    ],
)
def test_what_cannot_be_kept_is_said(shop: Shop, words: tuple[str, str], typed: str, expected: str) -> None:
    """And nothing is kept."""
    refused = shop.heraut("people", "way", *words, typed=typed)

    assert (refused.status, expected in refused.err) == (1, True)
    assert shop.secrets.secret("martin", f"lea.{words[1]}") is None


def test_a_persons_first_way_is_tried(shop: Shop) -> None:
    """`heraut people check` writes by the ways that the configuration gives; without an address the next one."""
    brand = shop.brands.brand("martin")
    assert brand is not None
    people = tuple(one.model_copy(update={"ways": (WayName.SLACK, WayName.EMAIL)}) for one in brand.people)
    shop.brands.save(brand.model_copy(update={"people": people, "revision": brand.revision + 1}), brand.revision)

    assert shop.heraut("people", "check", "lea").status == 0


def test_what_was_sent_is_shown_try_by_try(shop: Shop) -> None:
    """Who, by which way, how far it came; for programs too."""
    assert shop.heraut("ways", "log").out.strip() == "Aucun message ces jours-ci."
    assert shop.heraut("people", "check", "lea").status == 0
    said = shop.heraut("ways", "log", "lea")
    assert (said.status, "Léa · email · parti" in said.out.replace("\N{NO-BREAK SPACE}", " ")) == (0, True)
    (one,) = shop.heraut("ways", "log", "--json").json
    assert (one["person"], one["way"], one["state"], len(one["tries"])) == ("lea", "email", "sent", 1)
    assert shop.heraut("ways", "log", "karim").out.strip() == "Aucun message ces jours-ci."


def test_a_message_is_sent_again_at_the_next_minute(shop: Shop) -> None:
    """Named as the log names it."""
    shop.heraut("people", "check", "lea")
    (one,) = shop.heraut("ways", "log", "--json").json

    assert shop.heraut("ways", "replay", one["message"]).status == 0
    (after,) = shop.heraut("ways", "log", "--json").json
    assert (after["state"], after["next_at"] is not None) == ("waiting", True)
    refused = shop.heraut("ways", "replay", "x")
    assert (refused.status, "heraut ways log" in refused.err) == (1, True)


def test_a_paused_way_is_taken_up_again(shop: Shop) -> None:
    """What failed is shown with its reason, and leaves."""
    brand = shop.brands.brand("martin")
    assert brand is not None
    people = tuple(one.model_copy(update={"ways": (WayName.WEBHOOK, WayName.EMAIL)}) for one in brand.people)
    shop.brands.save(brand.model_copy(update={"people": people, "revision": brand.revision + 1}), brand.revision)
    shop.heraut("people", "check", "lea")
    assert "non (way_without_address)" in shop.heraut("ways", "log").out

    resumed = shop.heraut("ways", "resume", "lea", "webhook")
    assert (resumed.status, "1 messages" in resumed.out) == (0, True)
    assert shop.heraut("ways", "resume", "lea", "pigeon").status == 1


def test_a_text_message_that_no_telephone_got_says_why(shop: Shop) -> None:
    """In a sentence; programs read its code."""
    now = datetime.now(UTC)
    sent = Sending(
        brand="martin",
        id=f"{now:%Y%m%d%H%M%S%f}-0a1b2c3d",
        person="lea",
        way=WayName.SMS,
        at=now,
        state=SendingState.SENT,
        tries=(Try(at=now),),
        message={"happened": "Zoé attend"},
        receipt="r1",
    )
    kept = SendingsTable(Table(shop.clients.dynamodb, "ConversationsTable"))
    kept.save_sending(sent.ended(SendingState.REFUSED, now, "sms_unknown_number"))

    said = " ".join(shop.heraut("ways", "log", "lea").out.split())
    assert "pas arrivé, dit l'opérateur" in said
    assert "non (Le SMS n'est pas arrivé : ce numéro n'existe pas, dit l'opérateur. Vérifiez-le dans" in said
    (one,) = shop.heraut("ways", "log", "lea", "--json").json
    assert (one["state"], one["tries"][-1]["problem"]) == ("refused", "sms_unknown_number")
