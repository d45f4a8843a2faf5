"""What is looked for in comments: a hashtag, an expression, an answer; and the same comment from many accounts (pure).

Capitals, accents and invisible letters count for nothing, words are matched whole: `#galette` is not in `#galettes`,
nor `3` in `13` or `3,5`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from heraut.expressions import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

FEWEST_COPIED = 8  # words of a comment that nobody writes like somebody else by chance
MARK_BYTES = 8

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufe0e\ufe0f\ufeff]")
_APOSTROPHES = re.compile("[’‘ʼ`´]")
_POINTED_AT = re.compile(r"https?://\S+|[@#][\w.\-]+(?:@[\w.\-]+)?")
_WORD = re.compile(r"[^\W\d_]+")


def folded(text: str) -> str:
    """Give a text as it is compared: small letters without accents, straight apostrophes, nothing invisible."""
    if text.isascii():
        return text.lower().replace("`", "'")
    return _APOSTROPHES.sub("'", _UNSEEN.sub("", plain(text).casefold()))


def holds_one(folded_text: str, wanted: tuple[str, ...]) -> bool:
    """Whether a text (`folded`) holds one of these words, hashtags, expressions or answers."""
    return _pattern(wanted).search(folded_text) is not None


def mark_of(folded_text: str, asked: tuple[str, ...]) -> bytes | None:
    """Give what two comments of the same words have in common; None where they are too few to say anything.

    Their order, figures, signs and emoji, whom they mention, what they tag or link, and what the contest asks to write
    (`asked`) do not count.
    """
    own = _pattern(asked).sub(" ", folded_text) if asked else folded_text
    words = sorted(_WORD.findall(_POINTED_AT.sub(" ", own)))
    if len(words) < FEWEST_COPIED:
        return None
    return sha256(" ".join(words).encode()).digest()[:MARK_BYTES]


@lru_cache(maxsize=64)
def _pattern(wanted: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_whole(one) for one in _longest_first(wanted)))


def _longest_first(wanted: Iterable[str]) -> list[str]:
    return sorted(wanted, key=lambda one: (-len(one), one))


def _whole(wanted: str) -> str:
    """Give the pattern of an expression that stands by itself; its spaces are any spaces. Nothing is nowhere."""
    inner = r"\s+".join(re.escape(word) for word in folded(wanted).split())
    return "(?!)" if not inner else rf"(?<![^\W_])(?<!\d[.,]){inner}(?![^\W_])(?![.,]\d)"
