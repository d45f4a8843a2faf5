"""The site's pages: what anybody sees. Light, accessible, without script and without third parties."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from heraut.addresses import is_web
from heraut.wording import NBSP, Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkify_it import LinkifyIt

    from heraut.problems import Language

WORDS = Wording("heraut.pages", "site_page.toml")
_SHOWN_LINK = 60  # characters


@dataclass(frozen=True)
class Figure:
    """A picture or film; `address` is relative to the page."""

    address: str
    alt: str
    is_picture: bool
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class Message:
    """One message of a thread: its text as HTML, what it shows."""

    html: Markup
    figures: Sequence[Figure] = ()


@dataclass(frozen=True)
class Entry:
    """A post: `said` is its moment in a person's words, `iso` for machines."""

    id: str
    address: str
    iso: str
    said: str
    language: str
    messages: Sequence[Message]
    warning: str = ""
    link: str = ""
    options: Sequence[str] = ()
    comment: Markup = Markup()  # noqa: RUF009 -- Markup is a string: immutable


@dataclass(frozen=True)
class SitePage:
    """What every page of one account has; `root` leads from the page to the account's folder, `home` is its address."""

    brand: str
    language: Language
    root: str = ""
    home: str = ""

    def words(self, code: str, **fields: object) -> str:
        """Say something in the page's language."""
        return WORDS.say(code, self.language, **fields)

    @property
    def monogram(self) -> str:
        """The letter that stands for the brand."""
        return next((letter.upper() for letter in self.brand if letter.isalnum()), "·")

    @property
    def hue(self) -> int:
        """The brand's colour: always the same, in degrees."""
        return zlib.crc32(self.brand.encode()) % 360


@dataclass(frozen=True)
class Month:
    """Older posts of a month: address and words of each."""

    name: str
    entries: Sequence[tuple[str, str]] = field(default=())


def index(page: SitePage, entries: Sequence[Entry], *, older: bool) -> bytes:
    """Write the account's page, newest first; `older` when there are more in the archive."""
    return render("site_index.html", page, entries=entries, older=older)


def single(page: SitePage, entry: Entry, title: str, description: str, picture: str) -> bytes:
    """Write the page of one post; `picture` (may be empty) is the address that previews show."""
    return render("site_post.html", page, entry=entry, title=title, description=description, picture=picture)


def archive(page: SitePage, months: Sequence[Month]) -> bytes:
    """Write the list of older posts."""
    return render("site_older.html", page, months=months)


@lru_cache(maxsize=1024)  # the same posts are written at each change of a page
def html_of(text: str) -> Markup:
    """Write a text as paragraphs, with what looks like an address as a link."""
    paragraphs = [part.strip("\n") for part in re.split(r"\n[ \t]*\n", text) if part.strip()]
    return Markup("\n").join(
        Markup('<p dir="auto">{}</p>').format(Markup("<br>\n").join(linked(line) for line in paragraph.split("\n")))
        for paragraph in paragraphs
    )


def shown_link(address: str) -> str:
    """Say an address as people do: without https:// and www, not too long."""
    parts = urlsplit(address)
    shown = (parts.netloc.removeprefix("www.") + parts.path.rstrip("/")) or address
    return shown if len(shown) <= _SHOWN_LINK else shown[: _SHOWN_LINK - 1] + "…"


def linked(line: str) -> Markup:
    """Write a line with what looks like an address as a link."""
    if "." not in line:
        return escape(line)  # looking for addresses is what takes time
    found, last = Markup(), 0
    for match in _linkify().match(line) or []:
        bare = match.schema == ""
        address = "https://" + match.url.partition("://")[2] if bare else match.url
        if not is_web(address):
            continue
        found += escape(line[last : match.index])
        found += Markup('<a href="{}" rel="nofollow noopener">{}</a>').format(address, match.raw)
        last = match.last_index
    return found + escape(line[last:])


@cache
def _linkify() -> LinkifyIt:
    from linkify_it import LinkifyIt

    return LinkifyIt({}, {"fuzzy_email": False, "fuzzy_ip": False})


def render(template: str, page: SitePage, **values: object) -> bytes:
    """Write a page from a template of this folder, in the site's style."""
    style, digest = _style()
    html = _environment().get_template(template).render(page=page, style=style, style_digest=digest, **values)
    return html.encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("heraut.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"NBSP": NBSP, "shown_link": shown_link, "is_web": is_web}
    return environment


@cache
def _style() -> tuple[Markup, str]:
    """Give the style sheet, and its digest: the only style that the page's policy lets apply."""
    style = resources.files("heraut.pages").joinpath("templates", "site.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return Markup(style), digest  # noqa: S704 -- our own file
