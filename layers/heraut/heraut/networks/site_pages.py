"""Make every page and feed of a site account from its posts: the same posts always give the same bytes."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from io import StringIO
from itertools import groupby
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from heraut import wording
from heraut.addresses import is_web
from heraut.due import stamp
from heraut.pages import site_page
from heraut.pages.site_page import Entry, Figure, Message, Month, SitePage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.networks.site_posts import SitePart, SitePost
    from heraut.problems import Language

TITLE_CHARACTERS = 90
TAB_CHARACTERS = 65  # of a page's title, the brand's name included: more is cut wherever it is shown
DESCRIPTION_CHARACTERS = 200
EXTENSION = "_heraut"  # of the JSON feed: the posts themselves, so that they need not be read one by one
JSON_FEED = "https://jsonfeed.org/version/1.1"


@dataclass(frozen=True)
class Place:
    """Which account's site it is: `home` is its absolute address, empty where the site is not served."""

    brand: str
    brand_name: str
    account: str
    language: Language
    zone: str
    home: str

    def address(self, path: str) -> str:
        """Give the absolute address of a path, or the path itself where nothing is served."""
        return f"{self.home}/{path}" if self.home else path

    def page(self, root: str = "") -> SitePage:
        """Give what every page has."""
        return SitePage(self.brand_name, self.language, root, self.home)


def page_path(post: str) -> str:
    """Give the path of a post's own page."""
    return f"p/{post}.html"


def marker(place: Place, post: str) -> str:
    """Give the name of a post that its entry bears in the page and in both feeds."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"heraut:{place.brand}/{place.account}/{post}").urn


def index_html(place: Place, posts: Sequence[SitePost], *, older: bool) -> bytes:
    """Write the account's page."""
    return site_page.index(place.page(), [_entry(place, post) for post in posts], older=older)


def post_html(place: Place, post: SitePost) -> bytes:
    """Write the page of one post."""
    pictures = [one.path for part in post.parts for one in part.media if one.is_picture]
    hidden = post.content_warning is not None
    return site_page.single(
        place.page("../"),
        _entry(place, post),
        _shortened(_title(place, post), max(30, TAB_CHARACTERS - len(place.brand_name))),
        "" if hidden else _shortened(_text(post), DESCRIPTION_CHARACTERS),
        place.address(pictures[0]) if pictures and place.home and not hidden else "",
    )


def older_html(place: Place, posts: Sequence[tuple[str, datetime]]) -> bytes:
    """Write the list of older posts: id and moment of each, newest first."""
    months = [
        Month(name, [(page_path(post), _said(place, at)) for post, at in group])
        for name, group in groupby(posts, lambda post: _month(place, post[1]))
    ]
    return site_page.archive(place.page(), months)


def atom(place: Place, posts: Sequence[SitePost]) -> bytes:
    """Write the Atom feed (RFC 4287)."""
    from feedgenerator import Atom1Feed, Enclosure

    class Feed(Atom1Feed):  # type: ignore[misc]  # the library has no types
        def item_attributes(self, item: dict[str, str]) -> dict[str, str]:
            return {"xml:lang": item["language"]}

    if not posts:
        return b""
    words = place.page()
    feed = Feed(
        title=place.brand_name,
        link=place.address("index.html"),
        description=words.words("description", brand=place.brand_name),
        language=place.language,
        author_name=place.brand_name,
        feed_url=place.address("feed.atom"),
        feed_guid=place.home or marker(place, ""),
    )
    for post in posts:
        feed.add_item(
            title=_title(place, post),
            link=place.address(page_path(post.post)),
            description=None,
            content=_content(place, post),
            unique_id=marker(place, post.post),
            language=post.language,
            pubdate=post.published_at.replace(microsecond=0),
            updateddate=post.published_at.replace(microsecond=0),
            enclosures=[
                Enclosure(place.address(one.path), str(one.size), one.content_type)
                for part in post.parts
                for one in part.media
            ],
        )
    out = StringIO()
    feed.write(out, "utf-8")
    return out.getvalue().encode()


def json_feed(place: Place, posts: Sequence[SitePost]) -> bytes:
    """Write the JSON Feed (version 1.1)."""
    words = place.page()
    feed: dict[str, Any] = {
        "version": JSON_FEED,
        "title": place.brand_name,
        "home_page_url": place.address("index.html"),
        "feed_url": place.address("feed.json"),
        "description": words.words("description", brand=place.brand_name),
        "language": place.language,
        "authors": [{"name": place.brand_name}],
        "items": [_item(place, post) for post in posts],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def _item(place: Place, post: SitePost) -> dict[str, Any]:
    media = [one for part in post.parts for one in part.media]
    item: dict[str, Any] = {
        "id": marker(place, post.post),
        "url": place.address(page_path(post.post)),
        "title": _title(place, post),
        "content_html": _content(place, post),
        "content_text": _text(post),
        "date_published": stamp(post.published_at),
        "language": post.language,
        "attachments": [
            {
                "url": place.address(one.path),
                "mime_type": one.content_type,
                "size_in_bytes": one.size,
                **({"title": one.alt} if one.alt else {}),
            }
            for one in media
        ],
        EXTENSION: {"post": json.loads(post.to_bytes())},
    }
    picture = next((one for one in media if one.is_picture), None)
    if picture and post.content_warning is None:
        item["image"] = place.address(picture.path)
    if post.content_warning is not None:
        item["summary"] = post.content_warning
    if post.link and is_web(post.link):
        item["external_url"] = post.link
    return item


def _entry(place: Place, post: SitePost) -> Entry:
    return Entry(
        id=f"post-{marker(place, post.post).rpartition(':')[2]}",
        address=page_path(post.post),
        iso=stamp(post.published_at),
        said=_said(place, post.published_at),
        language=post.language,
        messages=[Message(site_page.html_of(part.text), _figures(part)) for part in post.parts],
        warning=post.content_warning or "",
        link=_link(post),
        options=post.options,
        comment=site_page.html_of(post.first_comment) if post.first_comment else Markup(),
    )


def _figures(part: SitePart) -> list[Figure]:
    return [Figure(one.path, one.alt, one.is_picture, one.width, one.height) for one in part.media]


def _link(post: SitePost) -> str:
    """Give the link, unless the text already has it."""
    said = post.link or ""
    return "" if any(said in part.text for part in post.parts) else said


def _content(place: Place, post: SitePost) -> str:
    """Write a post in full, as HTML that a feed reader shows: absolute addresses, no style."""
    words = place.page()
    pieces = [_paragraph(words.words("content_warning"), post.content_warning)] if post.content_warning else []
    for part in post.parts:
        pieces.append(site_page.html_of(part.text))
        for one in part.media:
            address = place.address(one.path)
            if one.is_picture:
                size = Markup(' width="{}" height="{}"').format(one.width, one.height) if one.width else Markup()
                pieces.append(Markup('<p><img src="{}" alt="{}"{}></p>').format(address, one.alt, size))
            else:
                pieces.append(Markup('<p><a href="{}">{}</a></p>').format(address, one.alt or words.words("film")))
    if post.options:
        options = Markup().join(Markup("<li>{}</li>").format(option) for option in post.options)
        pieces.append(Markup("<p><strong>{}</strong></p>\n<ul>{}</ul>").format(words.words("poll"), options))
    link = _link(post)
    if is_web(link):
        pieces.append(Markup('<p><a href="{}">{}</a></p>').format(link, site_page.shown_link(link)))
    if post.first_comment:
        pieces.append(Markup("<blockquote>{}</blockquote>").format(site_page.html_of(post.first_comment)))
    return str(Markup("\n").join(piece for piece in pieces if piece))


def _paragraph(label: str, text: str) -> Markup:
    return Markup("<p><strong>{}</strong> {}</p>").format(label, text)


def _text(post: SitePost) -> str:
    said = "\n\n".join(part.text for part in post.parts if part.text)
    options = "\n".join(f"• {option}" for option in post.options)
    return "\n\n".join(piece for piece in (said, options) if piece)


def _title(place: Place, post: SitePost) -> str:
    """Give a post's first line, its warning where it has one, else whose it is."""
    first = next((line.strip() for part in post.parts for line in part.text.split("\n") if line.strip()), "")
    said = post.content_warning or first or place.page().words("post_of", brand=place.brand_name)
    return _shortened(said, TITLE_CHARACTERS)


def _shortened(text: str, characters: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= characters else line[: characters - 1].rsplit(" ", 1)[0] + "…"


def _said(place: Place, at: datetime) -> str:
    """Say a day and hour in full: a page stays, so the year is always there."""
    day = wording.day(at, place.zone, place.language, at.replace(year=1970, month=1, day=2))
    hour = wording.hour(at, place.zone, place.language)
    return f"{day}, {hour}"


def _month(place: Place, at: datetime) -> str:
    there = wording.local(at, place.zone)
    first = wording.day(there.replace(day=2), place.zone, place.language, at.replace(year=1970, month=1, day=2))
    return first.split(" ", 2)[2]
