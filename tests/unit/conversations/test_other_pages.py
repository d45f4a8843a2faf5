"""From the page behind any link of an alert one gets to the others: a text message has room for one link."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from heraut.conversations.act_on_alert import act_on_alert
from heraut.pages.visit import Answer, Request
from tests.unit.conversations.test_alerts import BUTTONS, MINUTE, Shop
from tests.unit.conversations.test_channels import at, entered
from tests.unit.conversations.test_channels import shop as channel_shop
from tests.unit.conversations.test_hide import asked as asked_on_facebook


def asked() -> Shop:
    """A shop where somebody asked something."""
    shop = Shop()
    shop.say("c1")
    shop.run(6 * MINUTE)
    return shop


def offers(page: Answer) -> dict[str, str]:
    """What else a page offers: what is posted, by label."""
    return {label: go for go, label in re.findall(r'name="go" value="(\w+)">([^<]+)<', page.body)}


@pytest.mark.parametrize("label", BUTTONS)
def test_each_page_offers_the_others(label: str) -> None:
    """But itself; opening one changes nothing."""
    shop = asked()
    before = shop.kept.open_alerts("martin")

    assert list(offers(shop.visit(shop.told("lea")[0], label))) == [one for one in BUTTONS if one != label]
    assert shop.kept.open_alerts("martin") == before


@pytest.mark.parametrize("label", [one for one in BUTTONS if one != "Répondre"])
def test_the_link_of_a_text_message_leads_to_everything(label: str) -> None:
    """Pressing what else may be done does nothing but lead there, by a link as personal as the first one."""
    shop = asked()
    before = shop.kept.open_alerts("martin")
    message = shop.told("lea")[0]
    go = offers(shop.visit(message, "Répondre"))[label]
    led = shop.visit(message, "Répondre", "POST", go=go)
    assert led.status == 303

    there = act_on_alert(Request("GET", f"/martin/alert/{led.headers['Location']}"), shop.alerts, shop.now)
    direct = shop.visit(message, label)
    assert re.findall("<h1>(.*?)</h1>", there.body) == re.findall("<h1>(.*?)</h1>", direct.body)
    assert "Vous êtes Léa" in there.body
    assert shop.kept.open_alerts("martin") == before
    too_late = shop.now + timedelta(days=7)
    assert act_on_alert(Request("GET", f"/martin/alert/{led.headers['Location']}"), shop.alerts, too_late).status == 410


@pytest.mark.parametrize("label", ["Je prends", "Rien à faire"])
def test_what_leads_nowhere_does_nothing(label: str) -> None:
    """Not even what the page itself would do."""
    shop = asked()
    before = shop.kept.open_alerts("martin")

    assert shop.visit(shop.told("lea")[0], label, "POST", go="is_online").status == 200
    assert shop.kept.open_alerts("martin") == before


def test_a_page_of_an_alert_that_is_over_offers_nothing() -> None:
    """Nor does the one that says that it was done."""
    shop = asked()
    done = shop.visit(shop.told("lea")[0], "Rien à faire", "POST")

    assert (offers(done), offers(shop.visit(shop.told("max")[0], "Answer"))) == ({}, {})


def test_hiding_is_offered_where_it_can_be_done() -> None:
    """On Facebook."""
    shop = asked_on_facebook()
    assert "Masquer" in offers(shop.visit(shop.told("lea")[0], "Je prends"))


def test_whoever_came_by_a_channel_is_led_on_as_such() -> None:
    """For the rest of their hour."""
    made = channel_shop()
    made.say("c1")
    made.run(6 * MINUTE)
    path = entered(made, "Je prends", "max")
    go = offers(at(made, path))["Hand over"]
    led = at(made, path, "POST", f"go={go}").headers["Location"]

    assert at(made, f"/martin/alert/{led}").status == 200
    made.now += timedelta(minutes=61)
    assert at(made, f"/martin/alert/{led}").status == 410
