"""How alike two texts are: the share of their words that they have in common."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

ALIKE = 0.85
_ADDRESS = re.compile(r"https?://(?:www\.)?([^\s?#]+)\S*", re.IGNORECASE)
_WORD = re.compile(r"\w+")


def words_of(text: str) -> Counter[str]:
    """Count a text's words, whatever their case, accents, order, punctuation and the campaign marks of its links.

    A text without a word (only emoji) is counted by its characters.
    """
    plain = unicodedata.normalize("NFKD", _ADDRESS.sub(lambda found: _link(found[1]), text).casefold())
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return Counter(_WORD.findall(plain) or (mark for mark in plain if not mark.isspace()))


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Give the Sørensen-Dice coefficient of two bags of words: 1 for the same words, 0 for none in common.

    Twice the shared words over all words of both (https://doi.org/10.2307/1932409): each word counts as often as it
    stands there, so that one word changed in ten gives 0.9, whichever it is.
    """
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def _link(address: str) -> str:
    """One word for a whole address: two links of one site are two words, not many in common."""
    return f" {re.sub(r'[^0-9a-zA-Z]', '_', address.rstrip('/'))} "
