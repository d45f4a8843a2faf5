"""An alert is handed over from the page behind its message: who gets it hears, nobody else does, time goes on."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from heraut.brands import Person, Role, Team
from heraut.conversations.alerts import may_be_handed_to
from heraut.conversations.model import What
from heraut.errors import InvalidInput, TryAgain
from tests.twins.brands import BrandsTwin
from tests.unit.conversations.test_alerts import BRAND, HOUR, LEA, MAX, MINUTE, NADIA, Shop

if TYPE_CHECKING:
    from heraut.conversations import Alert
    from heraut.pages.visit import Answer

BUTTON = "Transférer"


def asked() -> Shop:
    """A shop where somebody asked something, and Léa and Max heard of it."""
    shop = Shop()
    shop.say("c1")
    shop.run(6 * MINUTE)
    return shop


def the_alert(shop: Shop) -> Alert:
    """The one that is open."""
    (alert,) = shop.kept.open_alerts("martin")
    return alert


def press(shop: Shop, to: str, word: str = "", person: str = "lea", page: str = "") -> Answer:
    """Choose somebody on the page, and press its button; `page` is the one that was seen."""
    label = BUTTON if person == "lea" else "Hand over"
    seen = page or shop.visit(shop.told(person)[0], label).body
    (knew,) = re.findall(r'name="when" value="([^"]+)"', seen)
    return shop.visit(shop.told(person)[0], label, "POST", to=to, word=word, when=knew)


def test_the_page_offers_who_hears_of_conversations_but_for_oneself() -> None:
    """And the time that is left; opening it changes nothing."""
    shop = asked()
    before = the_alert(shop)
    page = shop.visit(shop.told("lea")[0], BUTTON)

    assert re.findall(r'name="to" value="([^"]+)"', page.body) == ["max", "nadia"]
    assert "14\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}05" in page.body
    assert shop.visit(shop.told("lea")[0], BUTTON, "HEAD").status == 200
    assert the_alert(shop) == before


def test_who_gets_it_hears_by_whom_and_with_which_word_and_nobody_else_hears() -> None:
    """The same buttons, the same deadline; the story says who handed it over to whom."""
    shop = asked()
    deadline = the_alert(shop).deadline
    page = press(shop, "nadia", "C'est une question\r\nde facture <b>.")
    shop.run(2 * MINUTE)

    assert (page.status, "Nadia a l'alerte, et l'apprend dans la minute" in page.body.replace("&#39;", "'")) == (
        200,
        True,
    )
    (message,) = shop.told("nadia")
    assert message.happened == "Léa vous transfère une alerte\N{NO-BREAK SPACE}: Zoe attend une réponse"
    assert "Léa vous écrit\N{NO-BREAK SPACE}: «\N{NO-BREAK SPACE}C'est une question de facture <b>." in message.lead
    assert message.lead.startswith("À répondre à 14")
    assert [one.label for one in message.buttons][:4] == ["Répondre", "Je prends", BUTTON, "Rien à faire"]
    assert (len(shop.told("lea")), len(shop.told("max"))) == (1, 1)
    assert (the_alert(shop).taken_by, the_alert(shop).deadline) == ("nadia", deadline)
    moment = shop.kept.story("martin", the_alert(shop).id)[-1]
    assert (moment.what, moment.by, moment.people) == (What.HANDED_OVER, "lea", ("nadia",))


def test_the_reminder_comes_when_it_would_have_and_to_who_has_it_alone() -> None:
    """Whoever handed it over is done with it."""
    shop = asked()
    press(shop, "max")
    shop.run(3 * HOUR + 10 * MINUTE)

    assert len(shop.told("lea")) == 1
    happened = [one.happened for one in shop.told("max")]
    assert happened[1:] == [
        "Léa hands an alert over to you: Zoe is waiting for an answer",
        "Reminder: Zoe is waiting for an answer",
    ]


def test_pressed_twice_it_is_handed_over_once() -> None:
    """The second press, and the page pressed again later, change nothing and say the same."""
    shop = asked()
    page = shop.visit(shop.told("lea")[0], BUTTON).body
    first, second = (press(shop, "max", page=page) for _ in range(2))
    after = the_alert(shop)
    shop.run(2 * MINUTE)

    assert (first.status, second.status) == (200, 200)
    assert first.body == second.body
    assert (len(shop.told("max")), after.revision) == (2, the_alert(shop).revision - 1)  # that it was told


def test_two_who_hand_it_over_at_once_do_not_undo_each_other() -> None:
    """The later one sees who has it now, and may decide again."""
    shop = asked()
    page = shop.visit(shop.told("max")[0], "Hand over").body
    press(shop, "nadia")
    late = press(shop, "lea", person="max", page=page)

    assert (late.status, "Léa has already handed it over to Nadia" in late.body) == (409, True)
    assert the_alert(shop).taken_by == "nadia"
    assert press(shop, "lea", person="max").status == 200
    assert the_alert(shop).taken_by == "lea"


@pytest.mark.parametrize("form", [{}, {"to": "lea"}, {"to": "nobody"}, {"word": "x"}])
def test_without_somebody_to_hand_it_to_nothing_happens(form: dict[str, str]) -> None:
    """What a scanner may post, oneself, nobody."""
    shop = asked()
    before = the_alert(shop)
    page = shop.visit(shop.told("lea")[0], BUTTON, "POST", **form)

    assert "Choisissez à qui" in page.body
    assert the_alert(shop) == before


def test_a_word_that_is_too_long_is_refused_and_kept_on_the_page() -> None:
    """Nothing is cut behind anybody's back."""
    shop = asked()
    page = press(shop, "max", "x" * 301)

    assert (page.status, "301 caractères" in page.body, "x" * 300 in page.body) == (422, True, True)
    assert the_alert(shop).taken_by is None


def test_whoever_cannot_be_reached_gives_it_back() -> None:
    """Whoever handed it over has it again, and hears so."""
    shop = asked()
    shop.notifications.failing = {"nadia": InvalidInput([])}
    press(shop, "nadia")
    shop.run(3 * MINUTE)

    assert shop.told("lea")[-1].happened.startswith("Nadia n'a pas pu être joint, l'alerte vous revient")
    assert the_alert(shop).taken_by == "lea"
    assert [one.what for one in shop.kept.story("martin", the_alert(shop).id)][-1] is What.HANDED_BACK


def test_whoever_is_not_reached_right_now_is_tried_again_for_some_minutes() -> None:
    """Nobody else hears meanwhile; then it goes back."""
    shop = asked()
    shop.notifications.failing = {"nadia": TryAgain("busy")}
    press(shop, "nadia")
    shop.run(3 * MINUTE)
    assert (len(shop.told("lea")), the_alert(shop).taken_by) == (1, "nadia")
    shop.notifications.failing = {}
    shop.run(2 * MINUTE)
    assert (len(shop.told("nadia")), len(shop.told("lea"))) == (1, 1)

    shop.notifications.failing = {"max": TryAgain("busy")}
    press(shop, "max")
    shop.run(9 * MINUTE)
    assert (len(shop.told("lea")), the_alert(shop).taken_by) == (2, "lea")


def test_what_was_closed_meanwhile_is_told_to_nobody() -> None:
    """The chosen person need not know."""
    shop = asked()
    press(shop, "nadia")
    shop.visit(shop.told("lea")[0], "Rien à faire", "POST")
    shop.run(5 * MINUTE)

    assert shop.told("nadia") == []
    assert list(shop.kept.due(shop.now + timedelta(days=30))) == []


def test_at_night_it_waits_for_the_morning_and_the_page_says_so() -> None:
    """Nobody is woken for a comment that somebody hands over."""
    shop = asked()
    shop.now += 10 * HOUR
    page = press(shop, "nadia")
    shop.run(2 * HOUR)
    assert "personne n'est dérangé avant" in page.body.replace("&#39;", "'")
    assert shop.told("nadia") == []
    shop.run(12 * HOUR)

    assert shop.told("nadia")[0].happened.startswith("Léa vous transfère")


def test_who_may_get_it() -> None:
    """Who hears of conversations, is on call or in a team, and has it not; where nobody else is, anybody."""
    shop = asked()
    ines = Person(id="ines", name="Inès", email="ines@x.example", roles=(Role.PUBLISHING,))
    people = (LEA, MAX, NADIA, ines)
    brand = BRAND.model_copy(update={"people": people})
    alert = the_alert(shop)

    assert [one.id for one in may_be_handed_to(alert, brand, "lea")] == ["max", "nadia"]
    team = brand.model_copy(update={"teams": (Team(name="sav", people=("ines",)),)})
    assert [one.id for one in may_be_handed_to(alert, team, "lea")] == ["max", "nadia", "ines"]
    taken = alert.model_copy(update={"taken_by": "max"})
    assert [one.id for one in may_be_handed_to(taken, brand, "lea")] == ["nadia"]
    two = brand.model_copy(update={"people": (LEA, ines)})
    assert [one.id for one in may_be_handed_to(alert, two, "lea")] == ["ines"]


def test_with_nobody_else_the_page_says_so() -> None:
    """A shop with one person has nobody to hand it over to."""
    shop = asked()
    shop.brands = BrandsTwin(BRAND.model_copy(update={"people": (LEA,)}))
    shop.rebuild()

    page = shop.visit(shop.told("lea")[0], BUTTON)
    assert ("Il n'y a personne d'autre" in page.body.replace("&#39;", "'"), "<textarea" in page.body) == (True, False)
    assert shop.visit(shop.told("lea")[0], BUTTON, "POST", to="max").status == 200
    assert the_alert(shop).taken_by is None
