"""`heraut people way`: where a person is reached otherwise than by e-mail, kept as a secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from heraut.brands import Channel, WayName

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
