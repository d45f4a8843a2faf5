"""The page behind a link: sound HTML, its policy fits what it holds."""

from __future__ import annotations

import base64
import hashlib

import html5lib
import pytest
from bs4 import BeautifulSoup

from heraut.brands import Person
from heraut.notifications import email
from heraut.notifications.base import Button, Item, Message, Picture
from heraut.pages.link_page import MOST_ROWS, Choice, Field, LinkPage, Note, Opens, Passage, Shot, headers, render

PICTURE = Shot("https://files.example/a.jpg?x=1&y=2", "Trois miches", "a.jpg", take="Prendre", caption="Alt")
FULL = LinkPage(
    language="fr",
    title="À publier <à la main>",
    lead="Copiez & publiez.",
    scope="Boulangerie Martin · Instagram",
    who="Vous répondez en tant que Léa.",
    notes=(Note("Attention"), Note("Bien", serious=False)),
    passages=(Passage("\nune\n\ndeux", "Texte"), Passage("#pain")),
    pictures=(PICTURE, Shot("https://films.example/b.mp4", "", "b.mp4", shown=False)),
    copy="Copier",
    copied="Copié",
    open=Opens("Ouvrir", "https://www.instagram.com/"),
    field=Field("address", "Adresse", "Si vous l'avez", 'https://"x'),
    choices=(Choice("Maintenant", "now"), Choice("Plus tard", "slot"), Choice("Laisser tomber", stops=True)),
    otherwise="Sans réponse : rien.",
)
LEA = Person(id="lea", name="Léa", email="lea@martin.example")
PLAIN = LinkPage(language="en", title="Noted", lead="It is online.")
MESSAGE = Message(
    id="m",
    language="fr",
    brand="Martin & fils",
    network=None,
    happened="2 publications",
    lead="Dites",
    why="",
    otherwise="Sans réponse",
    quote="<b>",
    pictures=(Picture("https://files.example/a.jpg?x=1&y=2", ""),),
    items=(
        Item("Un", "parce que", "texte", (Picture("https://f.example/b.jpg", "b"),), (Button("Oui", "https://l/a"),)),
    ),
)


@pytest.mark.parametrize(
    "html",
    [render([FULL]), render([PLAIN]), render([PLAIN, FULL]), email.as_html(LEA, MESSAGE)],
    ids=["full", "plain", "both languages", "e-mail"],
)
def test_it_is_sound_html(html: str) -> None:
    """A strict parser finds nothing to complain about."""
    html5lib.HTMLParser(strict=True).parse(html)


def test_style_and_script_are_those_the_policy_names() -> None:
    """The hashes in the policy are those of what stands in the page, to the last character."""
    page = BeautifulSoup(render([FULL]), "html.parser")
    policy = headers([FULL])["Content-Security-Policy"]

    for tag in page.find_all(["style", "script"]):
        digest = base64.b64encode(hashlib.sha256((tag.string or "").encode()).digest()).decode()
        assert f"{tag.name}-src 'sha256-{digest}'" in policy


def test_a_page_with_nothing_to_copy_has_no_script() -> None:
    """JavaScript is only ever a convenience."""
    assert "<script" not in render([PLAIN])


def test_pictures_may_come_from_where_they_are_and_films_from_nowhere() -> None:
    """A film is a link: nothing of it is loaded with the page."""
    assert "img-src https://files.example;" in headers([FULL])["Content-Security-Policy"]
    assert "img-src 'none';" in headers([PLAIN])["Content-Security-Policy"]


def test_each_language_is_declared() -> None:
    """A page for a reader we do not know says in which language each part is."""
    page = BeautifulSoup(render([PLAIN, FULL]), "html.parser")

    assert [tag["lang"] for tag in page.find_all(lang=True)] == ["en", "fr"]


def test_a_text_begins_where_it_begins() -> None:
    """The line break HTML swallows at the start of a text box is not the text's own."""
    document = html5lib.parse(render([FULL]), namespaceHTMLElements=False)

    assert [area.text for area in document.iter("textarea")] == ["\nune\n\ndeux", "#pain"]


@pytest.mark.parametrize(("text", "rows"), [("court", 2), ("a\nb\nc", 4), ("x" * 80, 4), ("long " * 1000, MOST_ROWS)])
def test_a_text_box_is_as_high_as_its_text(text: str, rows: int) -> None:
    """On a phone, up to what leaves room for the button."""
    assert Passage(text).rows == rows
