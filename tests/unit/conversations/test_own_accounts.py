"""What the brand's own accounts say to each other opens no alert, however their names are written."""

from __future__ import annotations

from typing import Any

import pytest

from heraut.brands import Account, Brand, NetworkName
from heraut.conversations import Author, Interaction, Kind
from heraut.conversations.receive_interaction import receive_interaction
from tests.twins.conversations import ConversationsTwin
from tests.twins.quotes import QuotesTwin
from tests.unit.conversations.test_alerts import LEA, MONDAY


def brand(handle: str | None) -> Brand:
    """A brand with an account that listens, and another one called so, on two servers."""
    listens = Account(name="mairie", network=NetworkName.MASTODON, instance="https://piaille.fr", handle="mairie")
    other = Account(name="sport", network=NetworkName.MASTODON, instance="https://Mastodon.social/", handle=handle)
    return Brand(id="ville", name="Ville", accounts=(listens, other), people=(LEA,))


def heard(by: str, **more: Any) -> Interaction:
    """A comment that the listening account hears."""
    given: dict[str, Any] = {
        "brand": "ville",
        "account": "mairie",
        "network": NetworkName.MASTODON,
        "id": "1",
        "kind": Kind.REPLY,
        "author": Author(id="9", handle=by, name="Quelqu'un"),
        "text": "Quand ouvrez-vous ?",
        "thread": "0",
        "at": MONDAY,
    }
    return Interaction(**(given | more))


@pytest.mark.parametrize("configured", ["sport", "@sport", "@Sport@mastodon.social", "sport@mastodon.social"])
def test_an_account_of_the_brand_is_known_by_its_name_and_server(configured: str) -> None:
    """Servers give the name alone for their own, and with its server for others."""
    assert (
        receive_interaction(
            heard("@sport@mastodon.social"), brand(configured), ConversationsTwin(), QuotesTwin(), MONDAY
        )
        == "own"
    )


@pytest.mark.parametrize(("by", "configured"), [("@sport", "sport"), ("@sport@ailleurs.fr", "sport"), ("@x", None)])
def test_somebody_of_the_same_name_elsewhere_is_heard(by: str, configured: str | None) -> None:
    """`@sport` on the server that is listened to is somebody else."""
    assert receive_interaction(heard(by), brand(configured), ConversationsTwin(), QuotesTwin(), MONDAY) == "opened"


def test_what_the_listening_account_says_itself_is_its_own() -> None:
    """A reply to oneself."""
    assert receive_interaction(heard("@mairie"), brand("sport"), ConversationsTwin(), QuotesTwin(), MONDAY) == "own"
