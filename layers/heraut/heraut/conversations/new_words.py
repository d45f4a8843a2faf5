"""What somebody wrote anew in the answer to a message of ours: nothing that was quoted, no signature (pure).

Every message that may be answered begins with a line that its reader's program quotes (`email.toml`, `above`): what
stands below it is ours. The line that the program itself writes before a quote ("Le … a écrit :", "De : … Envoyé :
…") is told by `mail-parser-reply`, and by a few patterns for what it does not know. Where that is not enough to be
sure, `Doubtful` is raised: better ask than publish what was not meant.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailparser_reply import EmailReplyParser

LINES_OF_HEADER = 4
LAST_LINES = 12  # in which a signature is looked for
_SPACES = re.compile(r"[\s>|*\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]+")
_QUOTED = re.compile(r"^\s*[>|]")
# Lines that begin a quote and that the library does not know, at the beginning of a line.
_BEGINS = re.compile(
    r"^(?:\s*[_\N{EM DASH}\N{BOX DRAWINGS LIGHT HORIZONTAL}-]{10,}\s*$"
    r"|\s*[-_]{2,}\s*(?:message d.origine|mail original|message original|original message|courriel d.origine|"
    r"e-?mail d.origine|message initial|reply message|forwarded message|message transf[ée]r[ée])\s*[-_]{2,}.*$"
    r"|\s*>?\s*message du \d{1,2}/\d{1,2}/\d{2,4}.*$"
    r"|\s*\*?(?:de|from)\*?\s?:\*?\s.+\n(?:.+\n){0,3}?\s*\*?(?:envoy[ée]|sent|date)\*?(?: le)?\s?:.*$"
    r"|\s*(?:le|on)\b[^\n]{0,40}\d[^\n]{0,160}(?:\n[^\n]{0,160}){0,2}?\b(?:a[\s]+[ée]crit|wrote)\s?:\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
_BROKEN = re.compile(r"\ba\n(?:>\s?)?écrit\s?:")
_WROTE = re.compile(r"(?:a\s+écrit|wrote)\s?:$", re.IGNORECASE)
_RULE = re.compile(r"^[_\W]{3,}$|^[-_]{2,}.{5,40}[-_]{2,}$|^message du \d", re.IGNORECASE)
_FIELD = re.compile(r"^[A-Za-zÀ-ÿ' -]{1,20}[*]?\s?:(?:\s|$)")
_SENT_FROM = re.compile(
    r"^\s*(?:envoy[ée] (?:de|depuis|à partir de|avec|via)\b.{0,80}|sent (?:from|with|via)\b.{0,80}"
    r"|t[ée]l[ée]charge[zr] outlook.{0,120}|get outlook.{0,120}|obtenir outlook.{0,120}|provenance : .{0,80})$",
    re.IGNORECASE | re.MULTILINE,
)
_CLOSES = re.compile(
    r"^\s*(?:(?:bien |très )?cordialement|(?:bien )?(?:à|a) (?:vous|toi)|cdlt|cdt|salutations(?: distinguées)?|"
    r"sinc[èe]res salutations|meilleures salutations|bien sinc[èe]rement|"
    r"(?:best|kind|warm)? ?regards|sincerely|yours (?:sincerely|truly|faithfully))\s*[,.!]*\s*$",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"^\s*[*]?(?:de|from|envoy[ée]|sent|à|to|objet|subject|cc|r[ée]pondre à|reply-to)[*]?\s?:\s", re.IGNORECASE
)


class Doubtful(Exception):
    """What was written anew cannot be told for sure from what was quoted."""


def new_words(text: str, marks: Iterable[str], name: str, ours: Iterable[str] = ()) -> str:
    """Give what was written anew, "" where nothing was.

    `marks` are the lines above which one writes (in every language), `name` is who writes, `ours` are words that only
    our own messages hold (addresses). Raises Doubtful.
    """
    text = text.replace("\r\n", "\n").replace("\N{NO-BREAK SPACE}", " ").replace("\N{ZERO WIDTH SPACE}", "")
    above, below = _parted("\n".join(line.strip() for line in text.split("\n")).strip(), marks)
    kept, cut = _before_quote(above)
    if cut and (below is None or not _is_header(cut)):
        raise Doubtful("a quote without our line")  # the patterns may have taken the person's words for one
    if below is not None and _wrote_below(below):
        raise Doubtful("words below our line")
    kept = _unsigned(kept, name)
    lines = kept.split("\n")
    if any(_QUOTED.match(line) or _HEADER.match(line) for line in lines) or any(one in kept for one in ours if one):
        raise Doubtful("something quoted is left")
    return kept


def _parted(text: str, marks: Iterable[str]) -> tuple[str, str | None]:
    """Part a text at the first of our lines, however it is broken, quoted or spaced; None: there is none."""
    for mark in marks:
        words = [re.escape(word) for word in _SPACES.split(mark) if word]
        found = re.search(r"[\s>|*]+".join(words), text)
        if found:
            return text[: found.start()].rstrip(" >|*"), text[found.end() :]
    return text, None


def _before_quote(text: str) -> tuple[str, str]:
    """Part a text before the line with which a program begins a quote."""
    joined = _BROKEN.sub("a écrit :", text)
    found = _BEGINS.search(joined)
    kept = joined[: found.start()] if found else joined
    first = _parser().read(kept.strip()).replies[:1]
    content = first[0].content if first else ""
    if content != kept.strip():
        kept = kept[: kept.find(content) + len(content)] if content in kept else ""
    return kept.strip(), joined[len(kept) :].strip()


def _is_header(cut: str) -> bool:
    """Whether it is nothing but what programs write before a quote."""
    stripped = (line.strip(" >|*\N{OBJECT REPLACEMENT CHARACTER}") for line in _SENT_FROM.sub("", cut).split("\n"))
    lines = [line for line in stripped if line and not _RULE.match(line)]
    if not lines:
        return True
    if _WROTE.search(lines[-1]):
        one = not any(_WROTE.search(line) for line in lines[:-1])
        return one and len(lines) <= LINES_OF_HEADER and any(letter.isdigit() for letter in "".join(lines))
    return all(_FIELD.match(line) for line in lines)


def _wrote_below(below: str) -> bool:
    """Whether unquoted words stand among or after quoted ones: then the person answered line by line."""
    lines = below.split("\n")[1:]
    quoted = [place for place, line in enumerate(lines) if line.lstrip().startswith(">")]
    if not quoted:
        return False
    after = "\n".join(line for line in lines[quoted[0] :] if not line.lstrip().startswith(">"))
    return bool(_SENT_FROM.sub("", re.split(r"^-- ?$", after, flags=re.MULTILINE)[0]).strip())


def _unsigned(text: str, name: str) -> str:
    """Take a signature off: after "-- ", a line that closes a letter or is who writes, what a telephone adds."""
    text = re.split(r"^--\s?$", text, maxsplit=1, flags=re.MULTILINE)[0]
    text = _SENT_FROM.sub("", text).rstrip()
    lines = text.split("\n")
    first = max(1, len(lines) - LAST_LINES)
    for place in range(first, len(lines)):
        line = lines[place].strip().rstrip(",.").casefold()
        if _CLOSES.match(lines[place]) or (line and line == name.strip().casefold()):
            lines = lines[:place]
            break
    return "\n".join(line.rstrip() for line in lines).strip()


@cache
def _parser() -> EmailReplyParser:
    from mailparser_reply import EmailReplyParser  # most mails that come are no answers

    return EmailReplyParser(languages=["fr", "en"])
