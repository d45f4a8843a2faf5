"""Whatever a post, a name or a forger's address says, a link's page shows it as text and stays the page we wrote."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import html5lib
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from heraut.letters import clean
from heraut.pages.link_page import Choice, Field, LinkPage, Note, Opens, Option, Passage, Pick, Shot, render
from tests.hostile_text import HOSTILE

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

PHOTO = "https://files.example/a.jpg?x=1&y=2"
WORDS = 25


def a_page(words: list[str]) -> LinkPage:
    """Make a page that says these words wherever it says something; none is empty."""
    said = iter(words)
    return LinkPage(
        language="fr",
        title=next(said),
        lead=next(said),
        scope=next(said),
        who=next(said),
        notes=(Note(next(said)),),
        passages=(Passage(next(said), next(said)),),
        pictures=(Shot(PHOTO, next(said), next(said), take=next(said), caption=next(said)),),
        copy=next(said),
        copied=next(said),
        open=Opens(next(said), "https://www.instagram.com/"),
        seen=(Opens(next(said), ""),),
        field=Field("address", next(said), next(said), next(said)),
        picks=(Pick(next(said), next(said), (Option(next(said), next(said)),)),),
        choices=(Choice(next(said), next(said)),),
        otherwise=next(said),
    )


def parsed(page: LinkPage) -> Element:
    """Read it with a parser that forgives nothing."""
    read: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(render([page]))
    return read


def skeleton(page: Element) -> list[tuple[str, tuple[str, ...]]]:
    """Give every element with the names of its attributes."""
    return [(str(one.tag), tuple(sorted(one.keys()))) for one in page.iter()]


def found(page: Element, tag: str) -> Any:
    """Give the one element of this kind."""
    (one,) = page.iter(tag)
    return one


EXPECTED = parsed(a_page(["pain"] * WORDS))


@settings(max_examples=60, phases=(Phase.explicit, Phase.reuse, Phase.generate))  # a page takes long to parse
@given(st.lists(HOSTILE.map(lambda text: f"pain{text}"), min_size=WORDS, max_size=WORDS))
def test_the_page_stays_the_one_we_wrote(words: list[str]) -> None:
    """No element, attribute or script that we did not write; the text to copy is the text."""
    page = a_page(words)

    read = parsed(page)

    assert skeleton(read) == skeleton(EXPECTED)
    assert found(read, "script").text == found(EXPECTED, "script").text
    assert found(read, "style").text == found(EXPECTED, "style").text
    assert found(read, "textarea").text == clean(page.passages[0].text)
    assert found(read, "img").get("alt") == clean(page.pictures[0].alt)
    assert found(read, "h1").text == clean(page.title)
    assert {one.get("href") for one in read.iter("a")} == {PHOTO, "https://www.instagram.com/"}
    shown = parsed(replace(page, copy=""))
    assert found(shown, "blockquote").text == clean(page.passages[0].text)
