"""The red button: a page that stops, shows and goes on. Opening it changes nothing; two presses are one."""

from __future__ import annotations

import re
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup

from heraut.brands.give_brake import give_brake
from heraut.links import BOOKMARK, Action
from heraut.publishing.brake import Pause
from heraut.publishing.model import Delivery, State
from heraut.wording import NBSP
from tests.people import LEA, LINKS_URL, MARTIN, NOW, PAUL, PROMISE, Bakery, a_delivery, a_post
from tests.twins.notifications import NotificationsTwin

MINUTE = timedelta(minutes=1)


def read(page: str) -> str:
    """Read a page as a person does."""
    soup = BeautifulSoup(page, "html.parser")
    for hidden in soup.find_all(["style", "script"]):
        hidden.decompose()
    return " ".join(soup.get_text(" ").replace(NBSP, " ").replace("\N{NARROW NO-BREAK SPACE}", " ").split())


def button(page: str, label: str) -> str:
    """Give what the button of this label sends."""
    soup = BeautifulSoup(page, "html.parser")
    (found,) = [one for one in soup.select("form button") if one.get_text() == label]
    return str(found["value"])


def red(bakery: Bakery) -> str:
    """Give Léa her red button, as `heraut pause --link` does; gives the path."""
    notifications = NotificationsTwin()
    give_brake(LEA, MARTIN, bakery.links, notifications, LINKS_URL, NOW)
    (message,) = notifications.to(LEA.id)
    return message.buttons[0].address.removeprefix(LINKS_URL)


def due(bakery: Bakery, state: State = State.SCHEDULED, **more: Any) -> Delivery:
    """Add a post whose time came meanwhile."""
    made = a_post()
    bakery.add(made, a_delivery(made, state=state, **({"publish_at": NOW - 5 * MINUTE} | more)))
    return bakery.delivery()


def stop(bakery: Bakery, path: str, scope: str = "") -> str:
    """Press the red button."""
    return bakery.press(path, urlencode({"when": "pause", "scope": scope})).body


def test_opening_it_changes_nothing() -> None:
    """A scanner, a preview, a curious thumb: nothing is stopped."""
    bakery = Bakery()
    path = red(bakery)

    answers = [bakery.visit(path, method) for method in ("GET", "HEAD", "GET")]

    assert [one.status for one in answers] == [200, 200, 200]
    assert bakery.pauses.pauses(["martin"]) == []
    assert "Tout arrêter ?" in read(answers[0].body)
    assert answers[0].headers["Cache-Control"] == "no-store"
    assert answers[0].headers["Referrer-Policy"] == "no-referrer"


def test_pressing_it_stops_the_brand() -> None:
    """And the page says since when, and by whom."""
    bakery = Bakery()
    path = red(bakery)

    page = stop(bakery, path)

    assert bakery.posts.brakes("martin", "bluesky") == {"pause:martin"}
    assert "Tout est à l'arrêt" in read(page)
    assert re.search(r"arrêtées par Léa, [^.]*14:04\.", read(page)), read(page)


def test_one_account_may_be_chosen() -> None:
    """The others go on, and may still be stopped from the same page."""
    bakery = Bakery()
    path = red(bakery)

    page = stop(bakery, path, "mastodon")

    assert bakery.posts.brakes("martin", "mastodon") == {"pause:martin/mastodon"}
    assert bakery.posts.brakes("martin", "bluesky") == frozenset()
    assert "Le compte « mastodon » est arrêté par Léa" in read(page)
    assert button(page, "Tout arrêter maintenant") == "pause"


def test_it_is_a_bookmark() -> None:
    """Used again and again for a year, by its person; after that it says it is too old."""
    bakery = Bakery()
    path = red(bakery)

    for days in (0, 30, 364):
        assert bakery.visit(path, now=NOW + timedelta(days=days)).status == 200
    stop(bakery, path)

    assert bakery.visit(path, now=NOW + timedelta(days=30)).status == 200
    assert bakery.visit(path, now=NOW + BOOKMARK + MINUTE).status == 410


@pytest.mark.parametrize("choice", ["planned", "shifted", "dropped"])
def test_each_held_post_gets_its_choice(choice: str) -> None:
    """One by one; the pause is over, and the page is that of a brand that goes on."""
    bakery = Bakery()
    held = due(bakery)
    path = red(bakery)
    page = stop(bakery, path)
    assert "Prévu à 12 h 59, sur Bluesky (p1)" in read(page) or "Prévu" in read(page)

    after = bakery.press(path, urlencode({"when": button(page, "Reprendre"), f"martin/{held.id}": choice}))

    now = bakery.delivery()
    assert bakery.pauses.pauses(["martin"]) == []
    assert "Tout arrêter ?" in read(after.body)
    assert now.state is (State.CANCELLED if choice == "dropped" else State.SCHEDULED)
    assert (now.publish_at > NOW) == (choice == "shifted")


def test_what_would_be_too_late_says_so() -> None:
    """As planned, it would not be sent: the choice says that one is asked."""
    bakery = Bakery()
    due(bakery, publish_at=PROMISE)

    page = stop(bakery, red(bakery))

    assert "Comme prévu : trop tard, on vous demandera" in read(page)


@pytest.mark.parametrize(
    ("begun", "offered", "wanted"),
    [
        ({"remote_ids": ("r1",)}, ["planned", "shifted"], "dropped"),
        ({"doubt_since": NOW - 5 * MINUTE}, ["planned"], "shifted"),
    ],
    ids=["part of a thread", "in doubt"],
)
def test_only_what_can_be_done_is_offered(begun: dict[str, Any], offered: list[str], wanted: str) -> None:
    """And where it was wished for all the same (an old page), the page says that it was not done."""
    bakery = Bakery()
    held = due(bakery, **begun)
    path = red(bakery)

    page = BeautifulSoup(stop(bakery, path), "html.parser")
    body = {"when": button(str(page), "Reprendre"), f"martin/{held.id}": wanted}
    after = bakery.press(path, urlencode(body)).body

    assert [one["value"] for one in page.select("form select option, form input[type=radio]")] == offered
    assert "est déjà en ligne, ou peut l'être" in read(after)
    assert bakery.delivery().state is State.SCHEDULED


def test_what_had_left_is_shown_with_its_link() -> None:
    """« Parti pendant l'arrêt »."""
    bakery = Bakery()
    path = red(bakery)
    stop(bakery, path)
    due(bakery, state=State.PUBLISHED, published_at=NOW + MINUTE, url="https://bsky.app/post/1")

    page = BeautifulSoup(bakery.visit(path, now=NOW + 2 * MINUTE).body, "html.parser")

    (link,) = page.select("p.note a")
    assert link["href"] == "https://bsky.app/post/1"
    assert link.get_text().startswith("Parti pendant l'arrêt")


def test_an_old_page_does_not_end_a_newer_pause() -> None:
    """It was ended and put on again since that page was shown."""
    bakery = Bakery()
    path = red(bakery)
    old = button(stop(bakery, path), "Reprendre")
    bakery.press(path, urlencode({"when": old}))
    bakery.press(path, urlencode({"when": "pause"}), now=NOW + MINUTE)

    bakery.press(path, urlencode({"when": old}), now=NOW + 2 * MINUTE)

    assert bakery.posts.brakes("martin", "bluesky") == {"pause:martin"}


def test_a_pause_of_all_brands_is_not_ended_from_here() -> None:
    """It is shown, and who decided it."""
    bakery = Bakery()
    bakery.pauses.begin(Pause(by="agence", at=NOW))
    path = red(bakery)

    page = bakery.visit(path).body
    bakery.press(path, urlencode({"when": "resume 9999"}))

    assert "Toutes les marques sont arrêtées par agence" in read(page)
    assert "Reprendre" not in read(page)
    assert bakery.posts.brakes("martin", "bluesky") == {"pause:*"}


@pytest.mark.parametrize("body", ["", "when=", "when=resume", "when=rien", "when=pause%20x&scope=%00", "x=1&" * 600])
def test_what_is_not_our_form_ends_nothing(body: str) -> None:
    """Nor does it break the page."""
    bakery = Bakery()
    path = red(bakery)
    stop(bakery, path)

    assert bakery.press(path, body).status == 200
    assert bakery.posts.brakes("martin", "bluesky") == {"pause:martin"}


def test_two_thumbs_at_once_stop_once_and_go_on_once() -> None:
    """One pause, one end, one new time for what was shifted."""
    bakery = Bakery()
    held = due(bakery)
    path = red(bakery)

    def both(body: str) -> None:
        gate = Barrier(2)

        def press() -> None:
            gate.wait()
            assert bakery.press(path, body).status == 200

        threads = [Thread(target=press) for _ in range(2)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

    both(urlencode({"when": "pause"}))
    assert len(bakery.pauses.pauses(["martin"])) == 1
    seen = button(bakery.visit(path).body, "Reprendre")
    both(urlencode({"when": seen, f"martin/{held.id}": "shifted"}))

    assert bakery.pauses.pauses(["martin"]) == []
    assert len(bakery.pauses.ended(["martin"])) == 1
    assert bakery.delivery().version == 2


def test_in_the_language_of_its_person() -> None:
    """Paul reads English."""
    bakery = Bakery()
    path = bakery.link(Action.PAUSE, PAUL, post=None, account=None, version=None)

    assert "Stop everything?" in read(bakery.visit(path).body)
    assert "Everything is stopped" in read(stop(bakery, path))


def test_another_brands_people_have_another_button() -> None:
    """The link opens its own brand alone, whatever path it is put under."""
    bakery = Bakery()
    path = red(bakery)

    assert bakery.visit(path.replace("/martin/", "/mots/")).status == 404
    assert MARTIN.person(LEA.id) is not None
