"""`heraut people check`: everybody is asked, one failure stops nobody, and who confirmed is shown."""

from __future__ import annotations

from heraut import links as tokens
from heraut.brands.check_people import Checked, check_people, who_confirmed
from heraut.errors import InvalidInput, TryAgain
from heraut.links import Action
from heraut.problems import problem
from tests.people import LINKS_URL, MARTIN, NOW, Bakery


def checked(bakery: Bakery, only: tuple[str, ...] | None = None) -> dict[str, Checked]:
    """Ask, and give the answers by person."""
    asked = check_people(
        MARTIN,
        brands=bakery.brands,
        links=bakery.links,
        notifications=bakery.notifications,
        links_url=LINKS_URL,
        now=NOW,
        only=only,
    )
    return {one.person.id: one for one in asked}


def test_everybody_gets_a_message_in_their_language() -> None:
    """One button, and what happens without an answer."""
    bakery = Bakery()

    asked = checked(bakery)

    assert [one.sent for one in asked.values()] == [True] * 3
    french, english = bakery.notifications.to("lea")[0], bakery.notifications.to("paul")[0]
    assert french.subject == "[Boulangerie Martin] Confirmez que nos messages vous arrivent"
    assert english.subject == "[Boulangerie Martin] Confirm that our messages reach you"
    assert [button.label for button in french.buttons] == ["Oui, je les reçois"]


def test_the_link_confirms_that_person_alone() -> None:
    """It is bound to brand and person, has no post, and pressing it confirms."""
    bakery = Bakery()
    checked(bakery)
    token = bakery.notifications.to("lea")[0].buttons[0].address.rpartition("/")[2]

    link = bakery.links.link("martin", tokens.hash_of(token))
    bakery.press(f"/martin/{token}")

    assert link is not None
    assert (link.action, link.person, link.post) == (Action.CONFIRM_PERSON, "lea", None)
    assert {one.person.id: one.confirmed_at for one in who_confirmed(MARTIN, bakery.brands)} == {
        "lea": NOW,
        "paul": None,
        "nadia": None,
    }
    assert checked(bakery)["lea"].confirmed_at == NOW


def test_one_failure_stops_nobody() -> None:
    """Who cannot be reached is said with the reason; who may be later, too; the others are asked."""
    bakery = Bakery()
    wrong = problem("address_unusable", "email", person="Léa")
    bakery.notifications.failing |= {"lea": InvalidInput([wrong]), "paul": TryAgain("busy")}

    asked = checked(bakery)

    assert asked["lea"].problems == (wrong,)
    assert (asked["paul"].later, asked["paul"].sent) == (True, False)
    assert asked["nadia"].sent


def test_only_some_may_be_asked() -> None:
    """One person can be asked again without bothering the others."""
    bakery = Bakery()

    assert checked(bakery, only=("paul",)).keys() == {"paul"}
    assert [person.id for person, _ in bakery.notifications.told] == ["paul"]
