"""The telephones' own alphabet: GSM 03.38, now 3GPP TS 23.038, 6.2.1 (basic table) and 6.2.1.1 (its extension).

A text message holds 160 of its letters; one letter outside it, and the message holds 70 (and costs more).
"""

from __future__ import annotations

import unicodedata

_ONE = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWO = frozenset("\f^{}\\[~]|€")  # behind an escape: they count twice
_SPELLED = {
    "œ": "oe",
    "Œ": "OE",
    "ĳ": "ij",
    "ð": "d",
    "Ð": "D",
    "þ": "th",
    "Þ": "Th",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    **dict.fromkeys("’‘‛ʼ´`", "'"),
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("‹›", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
    "½": "1/2",
    "¼": "1/4",
    "¾": "3/4",
    "•": "-",
    "·": "-",
    "×": "x",
    "→": "->",
}
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "So", "Sk"})  # pictures and marks: nothing is missed
UNKNOWN = "?"


def spelled(text: str) -> str:
    """Write a text in that alphabet: accents that it lacks are left out, pictures too, other letters become `?`."""
    return "".join(_letter(letter) for letter in unicodedata.normalize("NFC", text))


def length(text: str) -> int:
    """Count a text of that alphabet as telephones do."""
    return sum(2 if letter in _TWO else 1 for letter in text)


def fits(text: str) -> bool:
    """Whether every letter is of that alphabet."""
    return all(letter in _ONE or letter in _TWO for letter in text)


def shortened(text: str, room: int) -> str:
    """Give as much of a text as there is room for, cut at a word where one ends soon."""
    if length(text) <= room:
        return text
    kept = text[:room]
    while length(kept) > room - len("..."):
        kept = kept[:-1]
    words, _, last = kept.rpartition(" ")
    return f"{(words if words and len(last) < len(kept) // 3 else kept).rstrip(' ,;:.')}..."


def _letter(letter: str) -> str:
    if letter in _ONE or letter in _TWO:
        return letter
    if letter in _SPELLED:
        return _SPELLED[letter]
    if letter.isspace():
        return " "
    parts = unicodedata.normalize("NFKD", letter)
    plain = "".join(one for one in parts if one in _ONE)
    if plain:
        return plain
    return "" if all(unicodedata.category(one) in _UNSEEN for one in parts) else UNKNOWN
