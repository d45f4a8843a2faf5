"""`heraut alert`: what waits for a person, its story, and the time answers took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import Account, NetworkName
from heraut.clock import SystemClock
from heraut.conversations.alerts import answered, joined, opened, told
from heraut.conversations.receive_interaction import receive_interaction
from heraut.conversations.removing import removing
from tests.contracts.cli_shop import BAKERY, CheckedTwin
from tests.contracts.test_conversations import said
from tests.twins.quotes import QuotesTwin

if TYPE_CHECKING:
    from heraut.conversations import Alert, Interaction
    from tests.contracts.cli_shop import Shop

RULES = ({"name": "Colis", "when": {"words": "colis"}, "then": {"urgency": "high", "assign": "karim", "tell": "lea"}},)


def asked(number: int, text: str = "Où est mon colis ?", thread: str = "post-1") -> Interaction:
    """Something that was said some minutes ago."""
    at = SystemClock().now() - timedelta(minutes=60 - number)
    return said(str(number), thread, brand="martin", at=at, text=text)


def waiting(shop: Shop) -> Alert:
    """A comment that a rule made urgent; Léa was told."""
    one = asked(0)
    receive_interaction(one, BAKERY.model_copy(update={"rules": RULES}), shop.conversations, QuotesTwin(), one.at)
    (alert,) = shop.conversations.open_alerts("martin")
    shop.conversations.change(alert, told(alert, SystemClock().now() - timedelta(minutes=50), ["lea"]))
    return alert


def test_no_alert_says_so(shop: Shop) -> None:
    """And to a program an empty list."""
    assert "Personne n'attend de réponse." in shop.heraut("alert", "list").out
    assert shop.heraut("alert", "list", "--json").json == []
    assert "Aucune réponse sur 30 jours." in shop.heraut("alert", "times").out


def test_open_alerts_are_listed_with_what_is_to_be_done(shop: Shop) -> None:
    """Who waits, how urgent it is, until when, its name."""
    alert = waiting(shop)
    shown = shop.heraut("alert", "list").out

    assert f"Zoé attend une réponse · urgent · {alert.id}" in shown
    assert "Pris en charge par Karim" in shown
    (one,) = shop.heraut("alert", "list", "--json").json
    assert (one["id"], one["urgency"], one["open"], one["targets"]) == (alert.id, "high", True, ["lea"])


def test_an_alert_tells_its_whole_story(shop: Shop) -> None:
    """What was said, which rule decided by which word, who was told, who does it; by its short name too."""
    alert = waiting(shop)
    lines = [line.strip() for line in shop.heraut("alert", "show", alert.id[-6:]).out.splitlines()]

    story = [line.partition(" : ")[2] for line in lines[2:]]
    assert story == [
        "Zoé : « Où est mon colis ? »",
        "règle « Colis » (mot colis) : urgence high, confié à karim, prévient lea",
        "Karim s'en charge",
        "prévenu : Léa",
    ]
    told_as = shop.heraut("alert", "show", alert.id, "--json").json
    assert [one["what"] for one in told_as["story"]] == ["joined", "taken", "told"]
    assert told_as["story"][0]["decisions"][0]["because"] == [{"condition": "words", "found": "colis"}]
    assert told_as["story"][2]["people"] == ["lea"]


def test_taking_and_closing_are_done_in_ones_name(shop: Shop) -> None:
    """What is closed cannot be closed again; the story keeps both."""
    alert = waiting(shop)
    assert shop.heraut("alert", "take", alert.id).status == 0
    assert shop.heraut("alert", "close", alert.id, "--json").json["closed_by"] == "lea"
    again = shop.heraut("alert", "close", alert.id)

    assert (again.status, "déjà fermée" in again.err) == (1, True)
    assert list(shop.conversations.open_alerts("martin")) == []
    story = shop.heraut("alert", "show", alert.id, "--json").json["story"]
    assert [(one["what"], one.get("by")) for one in story[-2:]] == [("taken", "lea"), ("closed", "lea")]
    assert "fermée" in shop.heraut("alert", "show", alert.id).out


def test_handing_over_is_told_to_the_other_and_stays_in_the_story(shop: Shop) -> None:
    """By id or name, with a word; to oneself, to nobody or with a book instead of a word it is refused."""
    alert = waiting(shop)
    assert shop.heraut("alert", "take", alert.id).status == 0
    for to, word in (("lea", ""), ("paul", ""), ("Karim", "x" * 301)):
        assert shop.heraut("alert", "transfer", alert.id, to, "--word", word).status == 1
    assert shop.heraut("alert", "transfer", alert.id, "KARIM", "--word", "Une facture").status == 0

    after = shop.heraut("alert", "show", alert.id, "--json").json
    assert (after["taken_by"], after["handed_over"]["by"], after["notices"][0]["to"]) == ("karim", "lea", "karim")
    assert "Léa l'a transférée à Karim : « Une facture »" in shop.heraut("alert", "show", alert.id).out


def test_an_alert_that_is_none_or_several_is_refused(shop: Shop) -> None:
    """With what to do."""
    assert shop.heraut("alert", "show", "x").status == 1
    first, second = asked(0), asked(1, thread="post-2")
    for one in (first, second):
        shop.conversations.receive(one, None, opened(one, BAKERY, one.at))
    several = shop.heraut("alert", "take", "20")
    assert (several.status, "Plusieurs alertes" in several.err) == (1, True)


def test_the_time_answers_took_is_told_by_network_and_person(shop: Shop) -> None:
    """Half of them, and nine of ten, in working time."""
    always: Any = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00")
    brand = BAKERY.model_copy(update={"working_hours": always})
    now = SystemClock().now()
    first, others = asked(0), [asked(number) for number in range(1, 5)]
    alert = opened(first, brand, now)
    shop.conversations.receive(first, None, alert)
    for one in others:
        shop.conversations.receive(one, alert, alert := joined(alert, one))
    for number, one in enumerate((first, *others)):
        at = now - timedelta(minutes=number)
        shop.conversations.change(alert, alert := answered(alert, one.id, at, asked_at=at - timedelta(minutes=10)))

    assert shop.heraut("alert", "times", "--json").json == []  # nobody knows their working time
    again = asked(6, thread="post-2")
    alert = opened(again, brand, now)
    shop.conversations.receive(again, None, alert)
    asked_at = now - timedelta(minutes=30)
    shop.conversations.change(alert, answered(alert, again.id, now, asked_at=asked_at, brand=brand))
    assert shop.heraut("alert", "times", "--json").json == [
        {
            "brand": "martin",
            "network": "bluesky",
            "person": None,
            "answers": 1,
            "median_minutes": 30.0,
            "p90_minutes": 30.0,
        }
    ]
    assert "la moitié en moins de 30 minutes" in shop.heraut("alert", "times").out


@dataclass
class HidingTwin(CheckedTwin):
    """A network that hides and shows."""

    name: NetworkName = NetworkName.BLUESKY
    done: list[tuple[str, str]] = field(default_factory=list)

    def hide(self, account: Account, secret: Mapping[str, str], interaction: str, now: datetime) -> None:
        self.done.append(("hide", interaction))

    def show(self, account: Account, secret: Mapping[str, str], interaction: str, now: datetime) -> None:
        self.done.append(("show", interaction))

    def delete(self, account: Account, secret: Mapping[str, str], interaction: str, now: datetime) -> None:
        self.done.append(("delete", interaction))


def test_what_a_rule_hid_is_shown_again(shop: Shop) -> None:
    """Once; the story says by whom. Where nothing is hidden it says so."""
    network = HidingTwin()
    shop.networks[NetworkName.BLUESKY] = network
    rule = {"name": "Insultes", "then": {"hide": True, "charter": "Respect", "for_real": True}}
    one, account = asked(0), BAKERY.accounts[1]
    removes = removing(network, account, {}, one.at)
    receive_interaction(
        one, BAKERY.model_copy(update={"rules": (rule,)}), shop.conversations, QuotesTwin(), one.at, removes
    )
    (alert,) = shop.conversations.open_alerts("martin")
    before = shop.conversations.known("martin", "bluesky", one.author.id).member

    assert "De nouveau visible : 1" in shop.heraut("alert", "unhide", alert.id).out
    after = shop.conversations.known("martin", "bluesky", one.author.id).member
    assert (before.count("removed"), after.count("removed")) == (1, 0)
    assert (before.offences(one.at.date()), after.offences(one.at.date())) == (1, 0)
    assert "Rien n'est masqué" in shop.heraut("alert", "unhide", alert.id).err
    assert network.done == [("hide", one.id), ("show", one.id)]
    story = shop.heraut("alert", "show", alert.id).out
    assert "masqué par la règle « Insultes »" in story
    assert "de nouveau visible, par Léa" in story


@pytest.mark.parametrize("days", ["0", "400", "x"])
def test_days_are_days(shop: Shop, days: str) -> None:
    """Else the command is typed wrongly."""
    assert shop.heraut("alert", "times", "--days", days).status == 2
