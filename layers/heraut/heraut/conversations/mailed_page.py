"""The words of an e-mail that is a page, line by line as a person sees them, without what its program signs with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNSEEN = ("head", "style", "script", "title", "template")
_SIGNATURES = ".gmail_signature, .moz-signature, #Signature, #signature, [id^=ms-outlook-mobile-signature]"
_BLOCKS = frozenset(("address", "blockquote", "div", "dd", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr"))
_MORE_BLOCKS = frozenset(("article", "body", "li", "ol", "p", "pre", "section", "table", "tr", "ul"))
_PARAGRAPHS = frozenset(("blockquote", "hr", "ol", "ul"))
_SPACE = re.compile(r"[ \t\r\n\f]+")


def as_text(page: str) -> str:
    """Give the text of a page (HTML)."""
    soup = BeautifulSoup(page, "html.parser")
    for one in [*soup.find_all(_UNSEEN), *soup.select(_SIGNATURES)]:
        one.decompose()
    text = "".join(_pieces(soup)).replace("\N{NO-BREAK SPACE}", " ")
    lines = [line.strip(" ") for line in re.sub(r"\n{3,}", "\n\n", text).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _pieces(tag: Tag) -> Iterator[str]:
    """Give words and line breaks; what stands side by side in the source need not on the screen."""
    ends_line = True
    for piece in _flat(tag):
        if piece == "\f":  # a block begins or ends here
            if not ends_line:
                yield "\n"
                ends_line = True
            continue
        yield piece
        ends_line = piece.endswith("\n")


def _flat(tag: Tag) -> Iterator[str]:
    for child in tag.children:
        if isinstance(child, PreformattedString):  # comments and the like
            continue
        if isinstance(child, NavigableString):
            words = _SPACE.sub(" ", str(child))
            if words.strip(" ") or words == " ":
                yield words
        elif isinstance(child, Tag) and child.name == "br":
            yield "\n"
        elif isinstance(child, Tag):
            edge = child.name in _BLOCKS or child.name in _MORE_BLOCKS
            yield from ("\f",) * edge
            yield from _flat(child)
            yield from ("\f",) * edge
            yield from ("\n",) * (child.name in _PARAGRAPHS)
