"""`heraut inbox`: what waits for an answer, for people and for programs."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from heraut.brands import Brand
from heraut.clock import SystemClock
from heraut.conversations import Label
from heraut.conversations.alerts import answered, joined, opened, taken
from tests.contracts.samples import MINUTE, NOW
from tests.contracts.test_conversations import said

if TYPE_CHECKING:
    from heraut.conversations import Alert
    from tests.contracts.cli_shop import Shop

DAY = timedelta(days=1)
MARTIN: dict[str, Any] = {"brand": "martin"}


def waiting(shop: Shop) -> Alert:
    """Two people wait under one post, and a third one got an answer; Léa has taken it."""
    first, second, third = (said(str(number), at=NOW + number * MINUTE, **MARTIN) for number in range(3))
    brand = shop.brands.brand("martin") or Brand(id="martin", name="Martin")
    alert = opened(first, brand, first.at)
    shop.conversations.receive(first, None, alert)
    for one in (second, third):
        shop.conversations.receive(one, alert, alert := joined(alert, one))
    shop.conversations.change(alert, alert := taken(alert, "lea", NOW))
    shop.conversations.change(alert, alert := answered(alert, third.id, third.at))
    return alert


def test_an_empty_inbox_says_so(shop: Shop) -> None:
    """And to a program nothing."""
    assert "Personne n'attend de réponse." in shop.heraut("inbox").out
    assert shop.heraut("inbox", "--json").out == ""


def test_what_waits_is_shown_with_who_takes_care_of_it(shop: Shop) -> None:
    """Who said what, until when, where to answer."""
    waiting(shop)
    shown = shop.heraut("inbox").out

    assert "attend une réponse" in shown
    assert "Bonjour 0" in shown
    assert "Bonjour 2" not in shown
    assert "Pris en charge par" in shown


def test_a_line_of_json_for_each_interaction(shop: Shop) -> None:
    """What was answered is marked so: rules can be tried on it."""
    alert = waiting(shop)
    lines = [json.loads(line) for line in shop.heraut("inbox", "--json").out.splitlines()]

    assert [(one["text"], one["answered"]) for one in lines] == [
        ("Bonjour 0", False),
        ("Bonjour 1", False),
        ("Bonjour 2", True),
    ]
    assert {one["alert"] for one in lines} == {alert.id}
    assert {one["author"]["handle"] for one in lines} == {"@zoe.test"}


def test_praise_is_shown_last_with_the_thanks_that_a_rule_proposes(shop: Shop) -> None:
    """Nobody waits, and a word of thanks would please; a program sees it too; said to be done with, it is gone."""
    kind = said(
        "9", **MARTIN, text="Quel beau travail !", at=SystemClock().now(), labels=(Label(name="praise", rule="word"),)
    )
    brand = shop.brands.brand("martin") or Brand(id="martin", name="Martin")
    alert = opened(kind, brand, SystemClock().now())
    shop.conversations.receive(kind, None, alert)

    shown = shop.heraut("inbox").out
    assert "Personne n'attend de réponse." in shown
    assert shown.index("À remercier, rien d'urgent") < shown.index("Quel beau travail")
    (line,) = [json.loads(line) for line in shop.heraut("inbox", "--json").out.splitlines()]
    assert (line["text"], line["thanks"], line["answered"]) == ("Quel beau travail !", True, False)

    shop.heraut("alert", "close", alert.id)
    assert "À remercier" not in shop.heraut("inbox").out


def test_praise_of_last_week_is_not_shown(shop: Shop) -> None:
    """Thanks that come so late look odd."""
    old = SystemClock().now() - 8 * DAY
    kind = said("9", **MARTIN, text="Quel beau travail !", at=old, labels=(Label(name="praise", rule="word"),))
    brand = shop.brands.brand("martin") or Brand(id="martin", name="Martin")
    shop.conversations.receive(kind, None, opened(kind, brand, old))

    assert "À remercier" not in shop.heraut("inbox").out
