"""`heraut moderation log`: what was done to what people said, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.brands import NetworkName
from heraut.conversations import Author
from heraut.conversations.receive_interaction import receive_interaction
from heraut.conversations.removing import removing
from tests.contracts.cli_shop import BAKERY
from tests.contracts.test_cli_alerts import HidingTwin, asked
from tests.twins.quotes import QuotesTwin

if TYPE_CHECKING:
    from tests.contracts.cli_shop import Shop

HIDES = {"name": "Insultes", "when": {"words": "nul"}, "then": {"hide": True, "charter": "Respect", "for_real": True}}
MUTES = {"name": "Silence", "when": {"words": "bof"}, "then": {"mute": True}}
TRIAL = "règle à l'essai (for_real: true la rend réelle)"
TRIES = {"name": "Essai", "when": {"words": "rabais"}, "then": {"delete": True, "charter": "Pas de réclame"}}


def moderated(shop: Shop) -> None:
    """One hidden and shown again, one kept silent, one that a rule on trial would delete; one that nobody touched."""
    shop.networks[NetworkName.BLUESKY] = network = HidingTwin()
    brand = BAKERY.model_copy(update={"rules": (HIDES, MUTES, TRIES)})
    removes = removing(network, BAKERY.accounts[1], {}, asked(0).at)
    zoe = Author(id="did:plc:zoe", handle="@zoe.test", name="Zoé")
    for number, text in enumerate(("C'est nul", "bof", "Un rabais ?", "Bonjour ?")):
        one = asked(number, text, f"post-{number}").model_copy(update={"author": zoe})
        receive_interaction(one, brand, shop.conversations, QuotesTwin(), one.at, removes)
    hidden = min(shop.conversations.open_alerts("martin"), key=lambda alert: alert.opened_at)
    shown = shop.heraut("alert", "unhide", hidden.id, "--json").json
    assert (shown["id"], len(shown["shown_again"])) == (hidden.id, 1)


def test_what_was_moderated_is_told_with_its_reason(shop: Shop) -> None:
    """Newest first: who said what, what was done, by which rule or whom, the charter, the alert to undo it in."""
    moderated(shop)
    lines = shop.heraut("moderation", "log").out.splitlines()

    told = [line.partition(" : ")[2].rpartition(" · ")[0] for line in lines]
    assert told == [
        "Zoé : « C'est nul » · de nouveau visible · par Léa",
        f"Zoé : « Un rabais ? » · pas supprimé · règle « Essai » · charte : « Pas de réclame » · {TRIAL}",
        "Zoé : « bof » · tu (personne n'a été prévenu) · règle « Silence »",
        "Zoé : « C'est nul » · masqué · règle « Insultes » · charte : « Respect »",
    ]
    assert "Rien n'a été modéré" in shop.heraut("moderation", "log", "--brand", "mots").out


def test_the_log_keeps_what_was_done_when_its_author_is_forgotten(shop: Shop) -> None:
    """Not to whom."""
    moderated(shop)
    assert shop.heraut("people", "erase", "@zoe.test", "--brand", "martin", "--yes").status == 0
    kept = shop.heraut("moderation", "log", "--json").json

    assert [one["what"] for one in kept] == ["shown", "not_removed", "muted", "removed"]
    assert {(one["author"], one["text"], one["interaction"]) for one in kept} == {(None, None, None)}
    assert kept[-1]["charter"] == "Respect"
    assert "un message qui n'est plus gardé · masqué" in shop.heraut("moderation", "log").out
