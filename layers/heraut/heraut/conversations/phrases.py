"""Words and phrases of a lexicon found in a text that was parted into words (pure).

A phrase is written as people write it; `a|b` is either word, `(a)` may be there or not, `_` is any one word (not the
first), `word*` any word that begins so. It never goes over a mark of punctuation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from heraut.conversations.disguises import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ANY = "_"
STEM = 2  # letters by which stems are found

_TOKEN = re.compile(r"[^\W_]+|[^\w\s'’ʼ`´]")
_LONG = re.compile(r"([a-z])\1{2,}")
_PHRASE = re.compile(r"\([^)]+\)|\S+")


@dataclass(frozen=True)
class Hit:
    """A phrase of a group, from the word `start` to before `end`."""

    group: str
    start: int
    end: int


_Parts = list[list[list[str]]]  # of each part of a phrase the words that may stand there, [] where it may be missing


@dataclass(slots=True)
class _Node:
    words: dict[str, _Node] = field(default_factory=dict)
    stems: dict[str, list[tuple[str, _Node]]] | None = None  # few have any, and there are many nodes
    any: _Node | None = None
    group: str | None = None
    pending: list[tuple[_Parts, str]] | None = None  # what phrases go on with, spelt out once a text gets here


class Phrases:
    """Groups of phrases; where two begin at the same word the longer one counts, and a later one begins after it."""

    def __init__(self, groups: Mapping[str, Iterable[str]]) -> None:
        """Take each group's phrases; one that is in two groups is of the first."""
        self._root = _Node()
        for group, phrases in groups.items():
            for phrase in phrases:
                _add(self._root, _parts(phrase), group)

    def hits(self, words: Sequence[str]) -> list[Hit]:
        """Give what is found in the words of a text (see `words_of`), in order."""
        found = []
        place = 0
        begins, stems = self._root.words, self._root.stems or {}
        while place < len(words):
            word = words[place]
            best = self._longest(words, place) if word in begins or word[:STEM] in stems else None
            if best:
                found.append(best)
            place = best.end if best else place + 1
        return found

    def _longest(self, words: Sequence[str], start: int) -> Hit | None:
        best: Hit | None = None
        reached = [self._root]
        place = start
        while reached and place < len(words):
            reached = [_spelt_out(after) for node in reached for after in _after(node, words[place])]
            place += 1
            group = next((node.group for node in reached if node.group), None)
            if group:
                best = Hit(group, start, place)
        return best


def words_of(text: str, short_for: Mapping[str, str] | None = None) -> list[str]:
    """Part a text into small words without accents, marks and emoji on their own; apostrophes part words.

    `short_for` says what a word written short stands for (`svp`, `u`); a letter written three
    times or more counts once.
    """
    words = [_LONG.sub(r"\1", word) for word in _TOKEN.findall(folded(text))]
    if not short_for:
        return words
    return [part for word in words for part in short_for.get(word, word).split(" ")]


def _step(node: _Node, word: str) -> _Node:
    if word == ANY:
        node.any = node.any or _Node()
        return node.any
    if word.endswith("*") and len(word) > STEM:
        stem = word[:-1]
        node.stems = node.stems or {}
        known = node.stems.setdefault(stem[:STEM], [])
        for one, after in known:
            if one == stem:
                return after
        known.append((stem, _Node()))
        return known[-1][1]
    if word not in node.words:
        node.words[word] = _Node()
    return node.words[word]


def _after(node: _Node, word: str) -> list[_Node]:
    found = [node.words[word]] if word in node.words else []
    if node.stems:
        found += [after for stem, after in node.stems.get(word[:STEM], ()) if word.startswith(stem)]
    if node.any and word[0].isalnum():
        found.append(node.any)
    return found


def _add(node: _Node, parts: _Parts, group: str) -> None:
    """Add what a phrase goes on with; only its next word is spelt out, since most phrases are never met."""
    if not parts:
        node.group = node.group or group
        return
    for words in parts[0]:
        if not words:
            _add(node, parts[1:], group)
            continue
        after = _step(node, words[0])
        after.pending = after.pending or []
        after.pending.append(([[words[1:]], *parts[1:]] if words[1:] else parts[1:], group))


def _spelt_out(node: _Node) -> _Node:
    pending, node.pending = node.pending, None
    for parts, group in pending or ():
        _add(node, parts, group)
    return node


def _parts(phrase: str) -> _Parts:
    if phrase.isascii() and phrase.replace(" ", "").isalpha():
        return [[[word]] for word in phrase.lower().split(" ")]  # most are
    choices: _Parts = []
    for part in _PHRASE.findall(phrase):
        optional = part.startswith("(") and part.endswith(")")
        either = [_plain(one) for one in part.strip("()").split("|")]
        choices.append([*either, []] if optional else either)
    return choices


def _plain(word: str) -> list[str]:
    if word == ANY:
        return [ANY]
    if word.isascii() and word.isalpha():
        return [word.lower()]
    words = words_of(word.removesuffix("*"))
    return [*words[:-1], f"{words[-1]}*"] if word.endswith("*") and words else words
