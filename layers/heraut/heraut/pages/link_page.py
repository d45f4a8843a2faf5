"""The page a link opens: what will happen, one big button, or what was decided. One language, no third party.

It works without JavaScript; with it, a text is copied by one tap.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from heraut.letters import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from heraut.problems import Language

MOST_ROWS = 14  # of a text box; it scrolls beyond
PRIVATE: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000",
}  # of every answer behind a link


@dataclass(frozen=True)
class Fold:
    """A text that is too long to stand open: `label` opens it, without a script."""

    label: str
    text: str


@dataclass(frozen=True)
class Passage:
    """A text that is, or will be, online; `whole` where `text` is only how it begins, or nothing."""

    text: str
    label: str = ""
    whole: Fold | None = None

    @property
    def rows(self) -> int:
        """How many lines it needs on a phone (about 36 characters each)."""
        return min(MOST_ROWS, 1 + sum(1 + len(line) // 36 for line in self.text.splitlines()))


@dataclass(frozen=True)
class Shot:
    """A picture (shown) or film (linked), and what is said of it; `take` labels the link to the file."""

    address: str
    alt: str
    name: str
    shown: bool = True
    take: str = ""
    caption: str = ""


@dataclass(frozen=True)
class Note:
    """Something to know before pressing the button (serious), or after."""

    text: str
    serious: bool = True


@dataclass(frozen=True)
class Choice:
    """A button that acts; `value` says which, where there are several."""

    label: str
    value: str = ""
    stops: bool = False


@dataclass(frozen=True)
class Field:
    """The one thing that may be typed."""

    name: str
    label: str
    hint: str
    value: str = ""


@dataclass(frozen=True)
class Writing:
    """Where a text is written; `tells` is what is posted to the page when somebody begins to."""

    name: str
    label: str
    hint: str
    value: str = ""
    tells: str = ""


@dataclass(frozen=True)
class Option:
    """One answer of several; `whole` where the label is only how it begins."""

    value: str
    label: str
    whole: Fold | None = None


@dataclass(frozen=True)
class Pick:
    """A question with several answers, of which the first one is chosen unless another is."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Opens:
    """A link to the network's own page."""

    label: str
    address: str


@dataclass(frozen=True)
class LinkPage:
    """Everything on the page, in words."""

    language: Language
    title: str
    lead: str
    scope: str = ""
    who: str = ""
    notes: tuple[Note, ...] = ()
    passages: tuple[Passage, ...] = ()
    pictures: tuple[Shot, ...] = ()
    copy: str = ""  # the label of the button that copies a passage; empty: passages are only shown
    copied: str = ""
    open: Opens | None = None
    seen: tuple[Opens, ...] = ()  # what is online, or may be
    field: Field | None = None
    writing: Writing | None = None
    picks: tuple[Pick, ...] = ()
    choices: tuple[Choice, ...] = ()
    otherwise: str = ""
    others: tuple[Choice, ...] = ()  # what else may be done: each leads to a page of its own
    others_label: str = ""


def render(pages: Sequence[LinkPage]) -> str:
    """Render a page; several when the reader's language is not known (each then stands in its own)."""
    style, script = (Markup(_file(name)) for name in ("link_page.css", "link_page.js"))  # noqa: S704 -- our own files
    return _template().render(pages=pages, style=style, script=script)


def headers(pages: Sequence[LinkPage]) -> Mapping[str, str]:
    """Give the headers of a page: never kept, never indexed, never framed; only its own style, script and pictures."""
    shots = (shot.address for page in pages for shot in page.pictures if shot.shown)
    images = " ".join(sorted({_origin(address) for address in shots})) or "'none'"
    policy = (
        "default-src 'none'",
        f"style-src {_hash('link_page.css')}",
        f"script-src {_hash('link_page.js')}",
        f"img-src {images}",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    return {
        **PRIVATE,
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "; ".join(policy),
        "X-Frame-Options": "DENY",
        "Content-Language": ", ".join(page.language for page in pages),
    }


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _hash(name: str) -> str:
    digest = hashlib.sha256(_file(name).encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def _file(name: str) -> str:
    return resources.files("heraut.pages").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("heraut.pages"), autoescape=True, undefined=StrictUndefined, finalize=shown
    )
    return environment.get_template("link_page.html")
