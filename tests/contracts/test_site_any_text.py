"""Whatever a post holds, page and feeds give it back as `heraut/letters.py` decides, and nothing that we did not write.

Parsed by others: html5lib (strict), lxml with the schema of Atom, the rules of JSON Feed.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from heraut.letters import clean
from heraut.networks.site import Site
from heraut.publishing.model import Content, Part, Poll
from tests import site_checks
from tests.contracts.test_site import NOW, Album, accept_nothing, body, job, prepared
from tests.hostile_text import HOSTILE
from tests.twins.site_objects import SiteObjectsTwin

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

ALBUM = Album()
PICTURE = ALBUM.add("")
IN_A_POST = {"p", "br", "a", "div", "section", "ul", "li", "img", "details", "summary", "span"}
OF_A_POST = {"href", "rel", "dir", "class", "aria-label", "aria-hidden", "src", "alt", "width", "height", "loading"}


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """Give a post, each of whose words is hostile."""
    media = (PICTURE.model_copy(update={"alt": draw(HOSTILE)}),)
    texts = draw(st.lists(HOSTILE, min_size=1, max_size=2))
    parts = [Part(text=text, media=media if number == 0 else ()) for number, text in enumerate(texts)]
    options = draw(st.lists(HOSTILE, min_size=2, max_size=3))
    return Content(
        parts=tuple(parts),
        link=draw(st.none() | HOSTILE | HOSTILE.map(lambda text: f"https://{text}")),
        first_comment=draw(st.none() | HOSTILE),
        content_warning=draw(st.none() | HOSTILE),
        language=draw(st.sampled_from(["fr", "ar"]) | HOSTILE),
        poll=draw(st.none() | st.just(Poll(options=tuple(options)))),
    )


def published(content: Content, brand_name: str) -> SiteObjectsTwin:
    """Publish it, as the worker does."""
    objects = SiteObjectsTwin()
    site = Site(objects, "https://site.example", pause=lambda _: None)
    site.publish(prepared(site, job(content, brand_name=brand_name), ALBUM), accept_nothing, NOW)
    return objects


def lines(text: str) -> list[str]:
    """Give the lines of a text that show something."""
    return [line.rstrip() for line in clean(text).strip().split("\n") if line.strip()]


def shown(element: Element) -> list[str]:
    """Give the lines of what was made of a text: a line break is one, a paragraph another."""
    found: list[str] = []
    for paragraph in element.iter("p"):
        if paragraph.get("dir"):
            said = (paragraph.text or "") + "".join(_said(one) for one in paragraph)
            found += [line.rstrip() for line in said.split("\0") if line.strip()]
    return found


def _said(one: Element) -> str:
    if one.tag == "br":
        return "\0" + (one.tail or "").removeprefix("\n")
    return "".join(one.itertext()) + (one.tail or "")


def skeleton(page: Element) -> list[tuple[str, tuple[str, ...]]]:
    """Give every element around the posts, with the names of its attributes."""
    found: list[tuple[str, tuple[str, ...]]] = []

    def walk(one: Element) -> None:
        found.append((str(one.tag), tuple(sorted(one.keys()))))
        if one.get("class") != "content":
            for inner in one:
                walk(inner)

    walk(page)
    return found


PLAIN = published(Content(parts=(Part(text="Pain", media=(PICTURE,)),)), "Martin")
EXPECTED = {path: skeleton(site_checks.html(body(PLAIN, path))) for path in ("index.html", "p/p1.html")}


@given(contents(), HOSTILE)
def test_pages_give_the_text_back_and_nothing_else(content: Content, brand_name: str) -> None:
    """Every text of the post is there, and every element, attribute and script is one that we wrote."""
    objects = published(content, brand_name)
    texts = [part.text for part in content.parts] + [content.first_comment or ""]

    for path, expected in EXPECTED.items():
        page = site_checks.html(body(objects, path))
        around = skeleton(page)
        (said,) = page.findall(".//div[@class='content']")

        assert shown(said) == [line for text in texts for line in lines(text)]
        assert not Counter(around) - Counter(expected)
        assert {str(one.tag) for one in said.iter() if one is not said} <= IN_A_POST
        assert {name for one in said.iter() if one is not said for name in one.keys()} <= OF_A_POST  # noqa: SIM118 -- an Element
        alt = clean(content.media[0].alt).strip()
        assert not alt or said.find(".//img").get("alt") == alt  # type: ignore[union-attr]


@given(contents(), HOSTILE)
def test_feeds_give_the_text_back_and_nothing_else(content: Content, brand_name: str) -> None:
    """Atom and JSON Feed agree, and what a reader shows of them is the text."""
    objects = published(content, brand_name)
    texts = [part.text for part in content.parts] + [content.first_comment or ""]
    (item,) = site_checks.json_feed(body(objects, "feed.json"))["items"]
    feed: Any = site_checks.atom(body(objects, "feed.atom"))
    (entry,) = feed.xpath("a:entry", namespaces=site_checks.NAMES)

    in_atom = entry.xpath("string(a:content)", namespaces=site_checks.NAMES)
    assert in_atom == item["content_html"]
    assert entry.xpath("string(a:title)", namespaces=site_checks.NAMES) == item["title"]
    assert shown(site_checks.content(in_atom)) == [line for text in texts for line in lines(text)]
    for part in content.parts:
        assert clean(part.text).strip() in item["content_text"]
