"""Which letters a text may hold, decided once: in posts, in what is said to people, on a terminal.

Kept: every script, emoji with their joiners, the marks that set the direction of Arabic and Hebrew where they are
closed again on their line. Left out: what only deceives or breaks what reads it: control characters, unpaired
surrogates, non-characters, forced direction ("Trojan Source", CVE-2021-42574), invisible letters and combining marks
heaped upon each other. docs/decisions/0018 says why. Unicode: chapters 23.2 and 23.7, UAX #9, UAX #15.
"""

from __future__ import annotations

import re
import unicodedata

NBSP = "\N{NO-BREAK SPACE}"
MOST_MARKS = 8  # combining marks on one letter; no script stacks more
MOST_UNSEEN = 2  # invisible letters in a row
LONGEST_SAID = 1_000  # characters of a value that a sentence quotes

_BEFORE_MARK = r" (?=[:;!?»])|(?<=«) "
_NO_TEXT = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef" + "".join(
    chr(plane * 0x10000 + end) for plane in range(17) for end in (0xFFFE, 0xFFFF)
)
# Patterns are compiled (and kept by `re`) when first used: every function loads this module, few look at a text.
_BROKEN = f"[{_NO_TEXT}]"
_FORCED = "[\u202d\u202e]"  # whatever the letters are, they are shown the other way round
_OPENS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}
_TURNS = "[\u202a-\u202c\u2066-\u2069]"
_TAGS = "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f)|[\U000e0000-\U000e007f]"
_UNSEEN = (
    "([\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"
    f"\ufff0-\ufff8\U000e0080-\U000e0fff]{{{MOST_UNSEEN}}})[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufff8\U000e0080-\U000e0fff]+"
)
_MAYBE_HEAPED = f"[\u0300-\U0010ffff]{{{MOST_MARKS + 1},}}"
# A line of a header or a terminal: nothing that begins another line or turns what stands beside it.
_UNFIT = f"[{_NO_TEXT}\t\n\r\u2028-\u202e\u2066-\u2069]+"


def clean(text: str) -> str:
    """Give a text without the letters that no text holds on purpose; what is clean comes back as it is."""
    if text.isascii() and text.isprintable():
        return text
    kept = re.sub(_BROKEN, "", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = re.sub(_TAGS, lambda found: found[1] or "", re.sub(_FORCED, "", kept))
    if re.search(_TURNS, kept):
        kept = "\n".join(_closed(line) for line in kept.split("\n"))
    kept = re.sub(_UNSEEN, r"\1", kept)  # after the marks that stood between them
    return re.sub(_MAYBE_HEAPED, lambda run: _flattened(run[0]), kept)


def in_one_line(text: str) -> str:
    """Give a text fit for a header, a file's name or a line of a terminal: clean, and nothing that leaves its line."""
    return clean(re.sub(_UNFIT, " ", text)).strip()


def said(value: str) -> str:
    """Give a value as a sentence may quote it: clean, and no longer than anybody reads."""
    kept = clean(value)
    return kept if len(kept) <= LONGEST_SAID else f"{kept[: LONGEST_SAID - 1]}…"


def french(sentence: str) -> str:
    """Keep what French typography keeps together: no line begins with « : » or ends with « « »."""
    return re.sub(_BEFORE_MARK, NBSP, sentence)


def shown(value: object) -> object:
    """Give what a template shows of a value: a text is clean, anything else (what is written for it too) as it is."""
    return clean(value) if type(value) is str else value


def _closed(line: str) -> str:
    """Leave out the marks of direction that open and do not close on this line, or close what is not open."""
    held: set[int] = set()
    opened: list[int] = []
    for place, letter in enumerate(line):
        if letter in _OPENS:
            opened.append(place)
        elif re.match(_TURNS, letter) and opened and _OPENS[line[opened[-1]]] == letter:
            held |= {opened.pop(), place}
    return "".join(letter for place, letter in enumerate(line) if place in held or not re.match(_TURNS, letter))


def _flattened(run: str) -> str:
    kept: list[str] = []
    marks = 0
    for letter in run:
        marks = marks + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            kept.append(letter)
    return "".join(kept)
