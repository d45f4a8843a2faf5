"""Channels: alerts told where a team reads, and links there that act for nobody until somebody says who they are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from heraut.brands import Channel, Person, Role, WayName
from heraut.conversations.model import What
from heraut.errors import InvalidInput, TryAgain
from tests.twins.brands import BrandsTwin
from tests.unit.conversations.test_alerts import BRAND, BUTTONS, LEA, MAX, MINUTE, NADIA, Shop

if TYPE_CHECKING:
    from heraut.pages.visit import Answer

ROOM = Channel(name="sav", way=WayName.SLACK)
RULES = ({"name": "Au salon", "then": {"tell": ["sav"]}},)


def shop(*people: Person) -> Shop:
    """A bakery whose comments go to a channel."""
    made = Shop()
    changes = {"channels": (ROOM,), "rules": RULES, "people": people or BRAND.people}
    made.brands = BrandsTwin(BRAND.model_copy(update=changes))
    made.rebuild()
    return made


def entered(made: Shop, label: str, name: str) -> str:
    """Press a button in the channel, say who one is, and give the path of the link that one is led to."""
    (message, *_) = made.told("sav")
    answer = made.visit(message, label, "POST", when=name)
    assert answer.status == 303
    return f"/martin/alert/{answer.headers['Location']}"


def at(made: Shop, path: str, method: str = "GET", body: str = "") -> Answer:
    """Visit a path."""
    from heraut.conversations.act_on_alert import act_on_alert
    from heraut.pages.visit import Request

    return act_on_alert(Request(method, path, body), made.alerts, made.now)


def test_a_rule_tells_a_channel_as_it_tells_people() -> None:
    """In the brand's language, with the same content and buttons; nobody else hears at first."""
    made = shop()
    made.say("c1")
    made.run(6 * MINUTE)

    (message,) = made.told("sav")
    assert message.happened == "Zoe attend une réponse"
    assert [one.label for one in message.buttons] == [*BUTTONS, "Voir sur Bluesky"]
    assert made.told("lea") == []


def test_a_link_in_a_channel_asks_who_acts_and_changes_nothing_before() -> None:
    """It shows what it is about, and a button for each person of the brand."""
    made = shop()
    made.say("c1")
    made.run(6 * MINUTE)
    (message,) = made.told("sav")

    for page in (made.visit(message, "Je prends"), made.visit(message, "Je prends", "POST", when="nobody")):
        assert page.status == 200
        assert "Qui êtes-vous" in page.body
        for name in ("Léa", "Max", "Nadia"):
            assert name in page.body
    (alert,) = made.kept.open_alerts("martin")
    assert (alert.taken_by, [one.what for one in made.kept.story("martin", alert.id)]) == (None, [What.TOLD])


def test_whoever_says_their_name_acts_in_it_and_the_story_keeps_where_they_came_from() -> None:
    """Their own link is led to, does what the button said, and lives for an hour."""
    made = shop()
    made.say("c1")
    made.run(6 * MINUTE)
    path = entered(made, "Je prends", "max")
    assert "Max" in at(made, path).body
    assert at(made, path, "POST").status == 200

    (alert,) = made.kept.open_alerts("martin")
    assert alert.taken_by == "max"
    came, took = made.kept.story("martin", alert.id)[-2:]
    assert (came.what, came.by, came.channel) == (What.CAME_BY, "max", "sav")
    assert (took.what, took.by) == (What.TAKEN, "max")
    made.now += timedelta(minutes=61)
    assert at(made, path).status == 410


@pytest.mark.parametrize(("somebody_is_approved", "state"), [(True, "to_approve"), (False, "scheduled")])
def test_a_name_said_in_a_channel_is_nobodys_yes(somebody_is_approved: bool, state: str) -> None:
    """Where a colleague's answers wait for a yes, so do those of whoever says to be the one who gives it."""
    approver = LEA.model_copy(update={"roles": (Role.CONVERSATIONS, Role.APPROVAL)})
    made = shop(approver, MAX.model_copy(update={"answers_approved": somebody_is_approved}), NADIA)
    made.say("c1")
    made.run(6 * MINUTE)
    path = entered(made, "Répondre", "lea")

    from heraut.conversations.reply_page import name_of

    (alert,) = made.kept.open_alerts("martin")
    (said,) = made.kept.interactions("martin", alert.id)
    at(made, path, "POST", f"to={name_of(said)}&text=Oui&when=send")
    given = made.alerts.answers.given("martin", "sky", "c1")
    assert given is not None
    assert (given.by, given.state) == ("lea", state)


def test_a_channel_that_cannot_be_reached_is_said_to_people_instead() -> None:
    """It has no other way: whoever answers comments hears."""
    made = shop()
    made.notifications.failing = {"sav": InvalidInput([])}
    made.say("c1")
    made.run(6 * MINUTE)

    assert [one.happened for one in made.told("lea")] == ["Zoe attend une réponse"]
    assert made.told("nadia") == []


def test_a_channel_that_is_silent_for_a_while_holds_back_nobody() -> None:
    """People hear at once, and once."""
    made = shop()
    made.notifications.failing = {"sav": TryAgain("busy")}
    made.say("c1")
    made.run(20 * MINUTE)

    assert len(made.told("lea")) == 1


def test_an_alert_that_is_over_is_said_to_be() -> None:
    """Nobody is asked who they are for nothing."""
    made = shop()
    made.say("c1")
    made.run(6 * MINUTE)
    (message,) = made.told("sav")
    path = entered(made, "Rien à faire", "lea")
    at(made, path, "POST")

    assert "Léa" in made.visit(message, "Je prends").body
    assert made.visit(message, "Je prends", "POST", when="max").status == 200
