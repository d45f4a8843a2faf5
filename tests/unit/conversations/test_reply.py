"""Answering from the page behind an alert's link: once, with the approval and the brake of any post."""

from __future__ import annotations

import html
from typing import Any

import pytest

from heraut.brands import Role
from heraut.conversations.reply_page import name_of
from heraut.errors import Conflict, Refused, TryAgain
from heraut.problems import problem
from tests.twins.brands import BrandsTwin
from tests.unit.conversations.test_alerts import BRAND, HOUR, LEA, MINUTE, Shop

NBSP = "\N{NO-BREAK SPACE}"


def told(shop: Shop, *names: str) -> Shop:
    """Let people say something, and whoever answers hear of it."""
    for name in names:
        shop.say(name, f"Question de {name} ?", author=name)
    shop.run(6 * MINUTE)
    return shop


def open_(shop: Shop, person: str = "lea") -> str:
    """Open the page from which a person answers."""
    label = "Answer" if person == "max" else "Répondre"
    return html.unescape(shop.visit(shop.told(person)[0], label).body)


def send(shop: Shop, text: str, to: str = "zoe", person: str = "lea", **more: str) -> tuple[int, str]:
    """Press the page's button; gives the status and the page that comes."""
    label = "Answer" if person == "max" else "Répondre"
    form = {"to": name_of(_said(shop, to)), "text": text, "when": "send"} | more
    answer = shop.visit(shop.told(person)[0], label, "POST", **form)
    return answer.status, html.unescape(answer.body)


def _said(shop: Shop, name: str) -> Any:
    alert = shop.kept.alert_with("martin", "sky", name)
    assert alert is not None
    return next(one for one in shop.kept.interactions("martin", alert.id) if one.id == name)


def online(shop: Shop) -> list[str]:
    """What the network's own books say."""
    return [entry.text for entry in shop.network.books]


def test_opening_the_page_changes_nothing() -> None:
    """Scanners open links: the page shows who waits and where to write, and nothing is written anywhere."""
    shop = told(Shop(), "zoe")
    before = shop.kept.open_alerts("martin")

    page = open_(shop)

    assert "Répondre à Zoe" in page
    assert "Question de zoe ?" in page
    assert "<textarea" in page
    assert "500 caractères au plus, comme Bluesky les compte." in page
    assert "Voir sur Bluesky" in page
    assert shop.kept.open_alerts("martin") == before
    assert shop.posts.names("martin") == []


def test_an_answer_leaves_once_and_closes_the_alert() -> None:
    """From the page to the network within the minute; when it is online, nobody is reminded of it."""
    shop = told(Shop(), "zoe")

    status, page = send(shop, " Oui, dès 7 h ! ")
    assert (status, "Votre réponse part à l'instant" in page) == (200, True)
    shop.run(2 * MINUTE)

    assert online(shop) == ["Oui, dès 7 h !"]
    assert list(shop.kept.open_alerts("martin")) == []
    shop.run(24 * HOUR)
    assert (len(online(shop)), len(shop.told("lea"))) == (1, 1)
    assert "Tout le monde a eu sa réponse." in open_(shop)


def test_one_answer_among_several_takes_off_one() -> None:
    """The page then offers the next one; the alert stays open for the others."""
    shop = told(Shop(), "zoe", "paul")
    assert "À qui répondez-vous" in open_(shop)

    _, page = send(shop, "Oui !", "zoe")
    assert "C'est fait" in page
    assert "Question de paul ?" in page
    assert "<textarea" in page
    shop.run(2 * MINUTE)

    (alert,) = shop.kept.open_alerts("martin")
    assert (alert.waiting, alert.replies) == (("paul",), {})
    send(shop, "Et oui.", "paul")
    shop.run(2 * MINUTE)
    assert online(shop) == ["Oui !", "Et oui."]
    assert list(shop.kept.open_alerts("martin")) == []


def test_a_second_press_sends_nothing_more() -> None:
    """The same words again are the same answer, before and after it is online."""
    shop = told(Shop(), "zoe", "paul")
    send(shop, "Oui !", "zoe")

    assert send(shop, "Oui !", "zoe")[0] == 200
    shop.run(2 * MINUTE)
    status, page = send(shop, "Oui !", "zoe")

    assert (status, "Votre réponse est en ligne." in page) == (200, True)
    shop.run(2 * MINUTE)
    assert online(shop) == ["Oui !"]


def test_a_second_person_sees_what_was_decided() -> None:
    """Who answered, whom, what, when and how far it is; nothing of theirs leaves."""
    shop = told(Shop(), "zoe", "paul")
    send(shop, "Oui !", "zoe")

    page = open_(shop, "max")
    assert "Léa answered Zoe" in page
    assert "“Oui !”" in page
    status, page = send(shop, "No.", "zoe", "max")

    assert (status, "Already done" in page, "It is leaving." in page) == (409, True, True)
    shop.run(2 * MINUTE)
    assert online(shop) == ["Oui !"]
    assert send(shop, "No.", "zoe", "max")[0] == 409


def test_two_who_answer_at_the_very_same_moment_make_one_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both read that there is none; the table lets one of them write."""
    shop = told(Shop(), "zoe", "paul")
    add = shop.posts.add

    def other_first(*given: Any) -> None:
        monkeypatch.setattr(shop.posts, "add", add)
        send(shop, "No.", "zoe", "max")
        add(*given)

    monkeypatch.setattr(shop.posts, "add", other_first)
    status, page = send(shop, "Oui !", "zoe")

    assert (status, "Max a répondu à Zoe" in page) == (409, True)
    shop.run(2 * MINUTE)
    assert online(shop) == ["No."]


def test_who_writes_is_seen_by_the_others_for_a_while() -> None:
    """As soon as the first letter is typed; who stopped ten minutes ago is forgotten."""
    shop = told(Shop(), "zoe")
    answer = shop.visit(shop.told("max")[0], "Answer", "POST", do="writes")
    assert (answer.status, answer.body) == (204, "")

    assert f"Max est en train d'écrire une réponse (vu à 10{NBSP}h{NBSP}06)" in open_(shop)
    assert "is writing" not in open_(shop, "max")
    shop.run(11 * MINUTE)
    assert "en train d'écrire" not in open_(shop)


def test_who_has_it_is_seen_too() -> None:
    """Taking an alert is said on the page from which it is answered."""
    shop = told(Shop(), "zoe")
    shop.visit(shop.told("max")[0], "I take it", "POST")

    assert "Max s'en charge déjà." in open_(shop)


@pytest.mark.parametrize("text", ["", "  \n ", "a" * 501])
def test_what_the_network_would_refuse_is_said_and_kept(text: str) -> None:
    """The words stay in the page: nobody types an answer twice."""
    shop = told(Shop(), "zoe")

    status, page = send(shop, text)

    assert status == 422
    assert text.strip() in page
    shop.run(2 * MINUTE)
    assert online(shop) == []
    assert shop.posts.names("martin") == []


def test_an_answer_may_need_somebodys_yes() -> None:
    """Where the configuration says so of a person; one who approves needs nobody's."""
    shop = Shop()
    shop.use(LEA.model_copy(update={"answers_approved": True}))
    told(shop, "zoe")

    _, page = send(shop, "Oui !")
    shop.run(5 * MINUTE)
    assert "Votre réponse attend qu'une autre personne la valide." in page
    assert online(shop) == []
    assert "Elle est à valider." in open_(shop)
    assert "ApprovalAsked" in [one.name for one in shop.story()]

    shop.use(LEA.model_copy(update={"answers_approved": True, "roles": (Role.CONVERSATIONS, Role.APPROVAL)}))
    told(shop, "paul")
    send(shop, "Et oui.", "paul")
    shop.run(2 * MINUTE)
    assert online(shop) == ["Et oui."]


def test_the_brake_stops_an_answer() -> None:
    """What is paused leaves when it resumes; the page says so."""
    shop = told(Shop(), "zoe")
    shop.posts.pauses.add("pause:martin")

    _, page = send(shop, "Oui !")
    shop.run(5 * MINUTE)

    assert "Les publications sont suspendues" in page
    assert online(shop) == []
    assert len(shop.kept.open_alerts("martin")) == 1


def test_what_failed_may_be_answered_anew_and_leaves_no_more() -> None:
    """The page says that it did not leave; the old one is withdrawn when another is given."""
    shop = told(Shop(), "zoe")
    shop.network.before = [Refused(problem("no_clear_answer"))]
    send(shop, "Oui !")
    shop.run(2 * MINUTE)
    assert "Elle n'est pas partie" in open_(shop)
    assert "<textarea" in open_(shop)

    status, _ = send(shop, "Oui, dès 7 h !")
    shop.run(2 * MINUTE)

    assert (status, online(shop)) == (200, ["Oui, dès 7 h !"])
    states = [shop.posts.delivery("martin", post, "sky") for post in shop.posts.names("martin")]
    assert [one.state.value for one in states if one] == ["cancelled", "published"]


def test_an_answer_given_in_the_app_meanwhile_is_not_given_twice() -> None:
    """What listening heard before the button was pressed."""
    shop = told(Shop(), "zoe", "paul")
    shop.answer("zoe")
    shop.run(5 * MINUTE)

    status, page = send(shop, "Oui !", "zoe")

    assert (status, "Cette personne a déjà eu sa réponse" in page) == (409, True)
    assert shop.posts.names("martin") == []


def test_a_saved_answer_names_the_author() -> None:
    """It is put into the page, to be changed; nothing is sent."""
    shop = Shop()
    shop.brands = BrandsTwin(BRAND.model_copy(update={"saved_answers": {"merci": "Merci {name} ! {x}"}}))
    shop.rebuild()
    told(shop, "zoe")
    assert f"Partir de «{NBSP}merci{NBSP}»" in open_(shop)

    status, page = send(shop, "", when="saved:merci")

    assert (status, "Merci Zoe ! {x}</textarea>" in page) == (200, True)
    assert shop.posts.names("martin") == []


def test_whom_to_answer_must_be_said() -> None:
    """A form that names nobody of this alert sends nothing, and keeps the words."""
    shop = told(Shop(), "zoe")

    answer = shop.visit(shop.told("lea")[0], "Répondre", "POST", to="x", text="Oui !")

    assert "Choisissez à qui vous répondez." in html.unescape(answer.body)
    assert "Oui !" in answer.body
    assert shop.posts.names("martin") == []


def test_what_we_wrote_ourselves_opens_no_alert() -> None:
    """Listening hears our answer, and notices nothing new."""
    shop = told(Shop(), "zoe")
    send(shop, "Oui !")
    shop.run(30 * MINUTE)

    assert list(shop.kept.open_alerts("martin")) == []
    assert len(shop.told("lea")) == 1


def test_a_table_that_is_busy_is_tried_again_by_the_person() -> None:
    """Nothing is lost, nothing is sent: the page asks to try again."""
    shop = told(Shop(), "zoe")
    add = shop.posts.add
    shop.posts.add = lambda *_: (_ for _ in ()).throw(Conflict("busy"))  # type: ignore[method-assign]
    assert send(shop, "Oui !")[0] == 503
    shop.posts.add = lambda *_: (_ for _ in ()).throw(TryAgain("busy"))  # type: ignore[method-assign]
    assert send(shop, "Oui !")[0] == 503
    shop.posts.add = add  # type: ignore[method-assign]
    assert send(shop, "Oui !")[0] == 200
