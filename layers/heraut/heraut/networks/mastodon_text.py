"""How Mastodon counts a text, and how to recognise it in what a server made of it.

Counting follows Mastodon's own validator: grapheme clusters of the content warning and the text
together, every linked address as long as the server says, `@user@domain` as long as `@user`.
A fingerprint is what survives of a text when a server trims, folds, links, marks up or shortens it.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import unquote

import regex

if TYPE_CHECKING:
    from bs4 import Tag

URL_CHARACTERS = 23  # Mastodon's own, where the server does not say
_LONGEST_URL = 4096  # longer ones are not linked, and count in full
_LONGEST_DOMAIN = 253  # of a mention, likewise

# What Mastodon links as an address (twitter-text with Mastodon's widened paths): a scheme is needed, the
# domain has a dot, and closing punctuation stays outside unless a parenthesis was opened inside.
_NAME = r"[\p{L}\p{N}\p{M}](?:[\p{L}\p{N}\p{M}_-]*[\p{L}\p{N}\p{M}])?"
_DOMAIN = rf"(?:{_NAME}\.)+(?:xn--[a-z0-9-]+|\p{{L}}{{2,}})(?![\p{{L}}\p{{N}}@])"
_IN_PATH = r"[^\s<>()?]"
_BRACKETS = rf"\((?:{_IN_PATH}|\({_IN_PATH}+\))+\)"
_LAST_IN_PATH = r"""[^\s()?!*"'「」<>;:=,.$%\[\]~&|@]"""
_IN_QUERY = r"[a-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@^\u00a0-\ud7ff\ue000-\U0010ffff]"
_LAST_IN_QUERY = r"[a-z0-9_&=#/\-\u00a0-\ud7ff\ue000-\U0010ffff]"
_URL = (
    r"(?<![A-Za-z0-9@＠$#＃])(?:https?|dat|dweb|ipfs|ipns|ssb|gopher|gemini)://"
    rf"{_DOMAIN}(?::[0-9]+)?"
    rf"(?:/(?:(?:{_IN_PATH}|{_BRACKETS})*(?:{_LAST_IN_PATH}|{_BRACKETS}))?)?"
    rf"(?:\?{_IN_QUERY}*{_LAST_IN_QUERY})?"
)
_MENTION = (
    r"(?<![=/\w])(?>@(?P<user>[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)(?:@(?P<domain>\w+(?:[.-]+\w+)*))?)"
    r"(?![@＠\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]|://)"
)
_ENTITY = regex.compile(rf"(?P<url>{_URL})|{_MENTION}", regex.IGNORECASE)
_GRAPHEME = regex.compile(r"\X")

_SHORTCODE = regex.compile(r"(?<!\w):[a-z0-9_+-]+:(?!\w)", regex.IGNORECASE)
_NOT_WORDS = regex.compile(r"[^\p{L}\p{N}\p{M}]+")
_BLOCKS = ("p", "div", "li", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6")
_CUT = ("…", "...")


def count(text: str, url_characters: int = URL_CHARACTERS, warning: str = "") -> int:
    """Count a text and its content warning as Mastodon does (in the warning, links and mentions count in full)."""
    counted = _ENTITY.sub(lambda found: _as_counted(found, url_characters), text.strip())
    return len(_GRAPHEME.findall(warning.strip() + counted))


def mentions(text: str) -> tuple[str, ...]:
    """Give who is addressed: `@user` or `@user@domain`, as written."""
    return tuple(str(found[0]) for found in _ENTITY.finditer(text) if not found["url"])


def fingerprint(text: str) -> str:
    """Give the words of a text, without what servers change; of a text without words, its signs."""
    spoken = _ENTITY.sub(
        lambda found: _plain_address(found["url"]) if found["url"] else found["user"],
        _folded(text),
    )
    return _words(spoken)


def fingerprint_of_html(html: str) -> str:
    """Give the fingerprint of the text that a server turned into this HTML."""
    return fingerprint(text_of_html(html))


def text_of_html(html: str) -> str:
    """Read the text back from HTML: line breaks, emoji pictures by their name, links in full where shown shortened."""
    from bs4 import BeautifulSoup, NavigableString  # slow to load, and a post that went well is not read back

    soup = BeautifulSoup(html, "html.parser")
    for hidden in soup(["script", "style"]):
        hidden.decompose()
    for picture in soup("img"):
        picture.replace_with(NavigableString(str(picture.get("alt") or "")))
    for link in soup("a"):
        link.replace_with(NavigableString(_link_text(link)))
    for end in soup("br"):
        end.replace_with(NavigableString("\n"))
    for block in soup(_BLOCKS):
        block.append(NavigableString("\n"))
    return str(soup.get_text()).strip()


def _as_counted(found: regex.Match[str], url_characters: int) -> str:
    whole = str(found[0])
    if found["url"]:
        return whole if len(whole) > _LONGEST_URL else "x" * url_characters
    return whole if len(found["domain"] or "") > _LONGEST_DOMAIN else "@" + found["user"]


def _link_text(link: Tag) -> str:
    shown = link.get_text().strip()
    address = str(link.get("href") or "")
    return address if shown.endswith(_CUT) and address else shown


def _plain_address(url: str) -> str:
    """Write an address without its scheme, escapes and domain encoding, which servers rewrite."""
    domain, slash, rest = url.partition("://")[2].partition("/")
    return _domain_as_read(domain) + slash + _folded(unquote(rest))


def _domain_as_read(domain: str) -> str:
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain  # not an encoded domain: it stands as it is


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _words(text: str) -> str:
    spoken = _SHORTCODE.sub(" ", text)
    words: str = _NOT_WORDS.sub("", spoken)
    return words or "".join(text.split())
