"""`heraut people members`: who of the public speaks to a brand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.clock import SystemClock
from heraut.conversations import Author
from heraut.conversations.receive_interaction import receive_interaction
from tests.contracts.cli_shop import BAKERY
from tests.contracts.test_conversations import said
from tests.twins.quotes import QuotesTwin

if TYPE_CHECKING:
    from tests.contracts.cli_shop import Shop

ZOE = Author(id="did:plc:zoe", handle="@zoe.test", name="Zoé")


def praising(shop: Shop, times: int = 4) -> None:
    """Let Zoé say how good it is."""
    now = SystemClock().now()
    for number in range(times):
        at = now - timedelta(minutes=times - number)
        one = said(str(number), f"post-{number}", brand="martin", author=ZOE, text="Délicieux, bravo !", at=at)
        receive_interaction(one, BAKERY, shop.conversations, QuotesTwin(), at)


def test_who_is_what_to_a_brand_is_shown(shop: Shop) -> None:
    """Group by group, with the numbers it comes from; a group that is empty says so."""
    praising(shop)
    shown = shop.heraut("people", "members", "--brand", "martin").out

    assert "Boulangerie Martin : 1 personnes ont parlé" in shown
    assert "Zoé @zoe.test (Bluesky) : 4 compliments" in shown
    assert "Les plus serviables (ils répondent aux questions des autres) : personne" in shown
    shop.speak("en")
    assert "praised 4 times" in shop.heraut("people", "members", "--group", "ambassador").out


def test_a_program_reads_every_member(shop: Shop) -> None:
    """Also those who are nothing in particular; of one group only these."""
    praising(shop, 1)
    (one,) = shop.heraut("people", "members", "--json").json

    assert (one["name"], one["network"], one["times"], one["groups"]) == ("Zoé", "bluesky", 1, [])
    assert one["counts"]["praise"] == 1
    assert shop.heraut("people", "members", "--group", "troll", "--json").json == []


def test_a_group_that_does_not_exist_is_refused(shop: Shop) -> None:
    """With those that do."""
    refused = shop.heraut("people", "members", "--group", "amis")
    assert (refused.status, "helpful, active, silent, ambassador, troll" in refused.err) == (1, True)
