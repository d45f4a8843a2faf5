"""What every page and feed of the site must be: checked by parsers and rules of others wherever they exist."""

from __future__ import annotations

import json
import re
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from lxml import etree

ATOM = etree.RelaxNG(etree.parse(str(Path(__file__).with_name("atom.rng"))))
NAMES = {"a": "http://www.w3.org/2005/Atom"}


def html(body: bytes) -> Element:
    """Read a page with a parser that forgives nothing (html5lib, strict), and check what makes it accessible."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    page: Element = parser.parse(body.decode())
    assert page.get("lang")
    assert len(page.findall(".//h1")) == 1
    assert len(page.findall(".//main")) == 1
    assert "".join(page.find("head/title").itertext()).strip()  # type: ignore[union-attr]
    levels = [int(one.tag[1]) for one in page.iter() if re.fullmatch("h[1-6]", str(one.tag))]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [one.get("id") for one in page.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    for picture in page.iter("img"):
        assert picture.get("alt")
        assert picture.get("width")
    for film in page.iter("video"):
        assert film.get("aria-label")
    for link in page.iter("a"):
        assert "".join(link.itertext()).strip() or link.find("img") is not None
        assert urlsplit(link.get("href", "")).scheme in {"", "http", "https"}
    for inside in page.iter("a"):
        assert inside.find(".//a") is None
    _no_third_party(page)
    return page


def _no_third_party(page: Element) -> None:
    for tag in ("script", "iframe", "object", "embed", "form", "base", "svg"):
        assert page.find(f".//{tag}") is None
    for one in page.iter():
        assert not [name for name in one.keys() if name.startswith("on") or name == "style"]  # noqa: SIM118 -- an Element
    for one in (*page.iter("img"), *page.iter("video")):
        assert not urlsplit(one.get("src", "")).netloc
    assert page.find(".//link[@rel='stylesheet']") is None
    assert "url(" not in "".join("".join(style.itertext()) for style in page.iter("style"))


def text_of(element: Element | None) -> str:
    """Give what a reader sees of an element, spaces made one."""
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def atom(body: bytes) -> Any:
    """Read an Atom feed: valid against the schema of RFC 4287, and against what the schema cannot say."""
    feed: Any = etree.fromstring(body)
    assert ATOM.validate(feed), ATOM.error_log
    ids = feed.xpath("//a:id/text()", namespaces=NAMES)
    assert len(ids) == len(set(ids))
    assert feed.xpath("a:link[@rel='self']", namespaces=NAMES)
    updated = [datetime.fromisoformat(text) for text in feed.xpath("a:entry/a:updated/text()", namespaces=NAMES)]
    assert datetime.fromisoformat(feed.xpath("string(a:updated)", namespaces=NAMES)) == max(updated)
    assert all(moment.tzinfo for moment in updated)
    for entry in feed.xpath("a:entry", namespaces=NAMES):
        assert entry.xpath("string(a:title)", namespaces=NAMES).strip()
        content(entry.xpath("string(a:content)", namespaces=NAMES))
        for enclosure in entry.xpath("a:link[@rel='enclosure']", namespaces=NAMES):
            assert int(enclosure.get("length")) > 0
            assert "/" in enclosure.get("type")
    return feed


def content(fragment: str) -> Element:
    """Read the HTML of a feed's entry, strictly: only what readers show."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    found: Element = parser.parseFragment(fragment)
    for one in found.iter():
        if one is not found:
            assert one.tag in {"p", "br", "a", "img", "ul", "li", "strong", "blockquote"}
            assert set(one.keys()) <= {"href", "rel", "src", "alt", "width", "height", "dir"}
    return found


def json_feed(body: bytes) -> Any:
    """Read a JSON Feed by the rules of version 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    feed = json.loads(body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    assert isinstance(feed["items"], list)
    assert all(author.keys() & {"name", "url", "avatar"} for author in feed["authors"])
    top = {"version", "title", "home_page_url", "feed_url", "description", "language", "authors", "items"}
    assert feed.keys() <= top
    ids = [item["id"] for item in feed["items"]]
    assert all(isinstance(one, str) for one in ids)
    assert len(ids) == len(set(ids))
    for item in feed["items"]:
        _item(item, feed["home_page_url"])
    return feed


def _item(item: dict[str, Any], home: str) -> None:
    known = {"id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "attachments"}
    known |= {"date_published", "language"}
    assert {name for name in item if not name.startswith("_")} <= known
    assert item.keys() & {"content_html", "content_text"}
    content(item["content_html"])
    assert datetime.fromisoformat(item["date_published"]).tzinfo
    assert urljoin(home, item["url"]) == item["url"] or not urlsplit(home).scheme
    for attached in item["attachments"]:
        assert attached.keys() <= {"url", "mime_type", "title", "size_in_bytes", "duration_in_seconds"}
        assert isinstance(attached["url"], str)
        assert "/" in attached["mime_type"]
        assert attached["size_in_bytes"] > 0
