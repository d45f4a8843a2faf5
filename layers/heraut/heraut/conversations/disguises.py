"""Words and expressions found in a text whatever they are disguised as, and never inside another word.

Undone: capitals, accents, invisible letters, letters of other alphabets, digits and signs for letters (`c0nn@rd`), a
letter hidden by a star (`c*nnard`), letters repeated three times or more, letters parted by signs (`c.o.n`) or, each
of them, by spaces (`c o n`). A word is matched whole: `con` is in neither `concert` nor `c'on`. Lists are those of
`disguises.toml`; docs/decisions/0022 says what was decided and what escapes.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import islice, pairwise, product
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LONGEST_WORD = 60  # characters; what is longer is an address or noise, and is read plainly
MOST_READINGS = 64  # of one disguised word
FEWEST_SPACED = 3  # letters on their own in a row that may be a word
LONGEST_SPACED = 60
HIDDEN = "."  # among the keys of a text where some word hides a letter
MOST_REMEMBERED = 8_192  # chunks of text: most words come again
FEWEST_GLUED = 6  # letters of an expression that may be written without its spaces

_CHUNK = re.compile(r"\S+")
# What ends a word for certain; the rest may part its letters, or stand for one.
_HARD = re.compile(r"[^\w.\-~·•∙*#@$€£!|+\u0300-\u036f]+")
_SOFT = re.compile(r"[._\-~·•∙*#!|+]+")
_NEW_SENTENCE = re.compile(r"[.!][A-ZÀ-Þ]")
_EDGES = "._-~·•∙#!|+"
_HIDDEN = re.compile(r"[*#]")
_RUN = re.compile(r"(.)\1{2,}")
_ADDRESS = re.compile(r"://|^www\.|\w@\w[\w-]*\.\w")
_SQUARED = (0x1F130, 0x1F150, 0x1F170)  # where 26 letters in a square or a disc begin


@dataclass(frozen=True)
class Found:
    """An entry of a list, and the words of the text that are it, as they were written there."""

    entry: str
    written: str


class Word(NamedTuple):
    """What a word of a text may be, and what was written; a reading with a hidden letter is a pattern."""

    readings: frozenset[str]
    written: str


@dataclass(frozen=True)
class Read:
    """A text read once, for any number of lists.

    `words` are parted at every sign, `pieces` only at those that never stand inside a word. `whole` leads from what
    several of them may be, written as one word, to what was written.
    """

    words: tuple[Word, ...]
    pieces: tuple[Word, ...]
    whole: dict[str, str]
    keys: frozenset[str]


class _Chunk(NamedTuple):
    """What stands between two spaces."""

    words: tuple[Word, ...]
    pieces: tuple[Word, ...]
    gaps: tuple[int, ...]
    whole: dict[str, str]
    keys: frozenset[str]


class Words:
    """A list of words and expressions; `*` at an entry's end lets its last word go on (`arnaqu*`)."""

    def __init__(self, entries: Iterable[str]) -> None:
        """Take the entries as people write them; those without a letter or digit are left out."""
        self._first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._opened: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._whole: dict[str, str] = {}
        for entry in entries:
            self._add(entry)
        self._starts = sorted({len(start) for start in self._opened})
        self._keys = frozenset(self._first) | frozenset(self._whole) | {HIDDEN}

    def found_in(self, text: str) -> tuple[Found, ...]:
        """Give the same as `found(read(text))`; at once where no part of the text can be one."""
        return self.found(read(text)) if self._may_be_in(text) else ()

    def _may_be_in(self, text: str) -> bool:
        """Whether a part of a text, or a row of letters each on its own, may be an entry."""
        row = 0
        for one in _CHUNK.findall(text):
            chunk = _chunk(one)
            if self._starts or not self._keys.isdisjoint(chunk.keys):
                return True
            for word in chunk.words:
                row = row + 1 if len(word.written) == 1 else 0
                if row == FEWEST_SPACED:
                    return True
        return False

    def found(self, text: Read) -> tuple[Found, ...]:
        """Give each entry that is in a text, once."""
        found: dict[str, Found] = {}
        anything = bool(self._starts) or HIDDEN in text.keys
        if anything or not self._first.keys().isdisjoint(text.keys):
            for words in (text.words, text.pieces) if text.pieces else (text.words,):
                for place, word in enumerate(words):
                    if not anything and self._first.keys().isdisjoint(word.readings):
                        continue
                    for expected, entry in self._beginning(word.readings):
                        if entry not in found and _goes_on(expected, words, place, opened=entry.endswith("*")):
                            written = " ".join(one.written for one in words[place : place + len(expected)])
                            found[entry] = Found(entry, written)
        for key in text.whole.keys() & self._whole.keys():
            found.setdefault(self._whole[key], Found(self._whole[key], text.whole[key]))
        return tuple(found.values())

    def _add(self, entry: str) -> None:
        opened = entry.endswith("*")
        words = _entry_words(entry.removesuffix("*"))
        if not words:
            return
        known = self._opened if opened and len(words) == 1 else self._first
        known.setdefault(words[0], []).append((words, entry))
        glued = "".join(words)
        if len(words) == 1 or len(glued) >= FEWEST_GLUED:
            self._whole.setdefault(glued, entry)

    def _beginning(self, readings: frozenset[str]) -> Iterator[tuple[tuple[str, ...], str]]:
        for reading in readings:
            if "." in reading:
                for known in (self._first, self._opened):
                    for word in [one for one in known if len(one) > 1 and re.fullmatch(reading, one)]:
                        yield from known[word]
            yield from self._first.get(reading, ())
            for length in self._starts:
                yield from self._opened.get(reading[:length], ())


def read(text: str) -> Read:
    """Read a text for `Words.found`."""
    words: list[Word] = []
    pieces: list[Word] = []
    gaps: list[int] = []  # spaces before each word; 1 at a sign that ends a word, 0 inside one
    whole: dict[str, str] = {}
    keys: set[str] = set()
    before = 0
    for found in _CHUNK.finditer(text):
        chunk = _chunk(found[0])
        if chunk.words:
            gaps += (found.start() - before, *chunk.gaps)
        before = found.end()
        words += chunk.words
        pieces += chunk.pieces
        whole |= chunk.whole
        keys |= chunk.keys
    whole |= _spaced([word.written for word in words], gaps)
    return Read(tuple(words), () if pieces == words else tuple(pieces), whole, frozenset(keys))


@lru_cache(maxsize=MOST_REMEMBERED)
def _chunk(chunk: str) -> _Chunk:
    words: tuple[Word, ...]
    pieces: tuple[Word, ...]
    gaps: tuple[int, ...] = ()
    if chunk.isalpha() and not _RUN.search(folded(chunk)):
        words = pieces = (Word(_readings(chunk), chunk),)
    else:
        parted = [(piece, _parts(piece)) for piece in _pieces(chunk)]
        words = tuple(Word(_readings(part), part) for _, parts in parted for part in parts)
        pieces = tuple(Word(frozenset(_as_one(piece)), piece) for piece, _ in parted)
        gaps = tuple(int(number == 0) for _, parts in parted for number, _ in enumerate(parts))[1:]
    whole = {reading: word.written for word in pieces for reading in word.readings}
    keys = frozenset[str]().union(*(word.readings for word in (*pieces, *words)))
    hidden = {HIDDEN} if any("." in key for key in keys) else set()
    return _Chunk(words, pieces, gaps, whole, keys | hidden)


def folded(text: str) -> str:
    """Give a text in small Latin letters as far as its letters look like them, without accents or unseen letters."""
    return text.lower() if text.isascii() else text.translate(_letters())


def _entry_words(entry: str) -> tuple[str, ...]:
    """Read an entry without guessing: its digits and signs are what they are, unless it has nothing else."""
    low = unicodedata.normalize("NFC", entry.lower())
    if low in _lists()[1]:
        return (low,)
    plain = tuple(part for piece in _pieces(entry) for part in _SOFT.split(folded(piece)) if part)
    return plain or ((folded(entry),) if entry else ())


def _goes_on(expected: Sequence[str], words: Sequence[Word], place: int, *, opened: bool) -> bool:
    if place + len(expected) > len(words):
        return False
    last = len(expected) - 1
    return all(
        _is_read(word, words[place + step].readings, opened=opened and step == last)
        for step, word in enumerate(expected)
    )


def _is_read(word: str, readings: frozenset[str], *, opened: bool) -> bool:
    return word in readings or any(
        (opened and reading.startswith(word)) or ("." in reading and re.fullmatch(reading, word) is not None)
        for reading in readings
    )


def _pieces(chunk: str) -> list[str]:
    """Part a chunk at what ends a word for certain; one letter after the other parted so stays together (`c,o,n`)."""
    pieces = [piece for piece in _HARD.split(_visible(chunk)) if piece.strip(_EDGES) or _HIDDEN.search(piece)]
    return pieces if len(chunk) <= LONGEST_WORD else [part for piece in pieces for part in _SOFT.split(piece) if part]


def _visible(chunk: str) -> str:
    """Leave out what nobody sees, and write letters in squares as letters."""
    if chunk.isascii():
        return chunk
    return "".join(_squared(letter) for letter in chunk if not _unseen(letter))


def _squared(letter: str) -> str:
    begins = next((one for one in _SQUARED if one <= ord(letter) < one + 26), None)
    return letter if begins is None else chr(ord("A") + ord(letter) - begins)


def _unseen(letter: str) -> bool:
    return unicodedata.category(letter) == "Cf" or letter in "\u034f\u115f\u1160\u3164\uffa0\ufe0e\ufe0f\u20e3"


def _parts(piece: str) -> list[str]:
    """Part a piece at its dots, hyphens and the like, unless it is known as one word."""
    if piece.isalpha():
        return [piece]
    bare = piece.strip(_EDGES)
    if _is_innocent(bare):
        return [bare]
    return [part for part in _SOFT.split(bare) if part] if _SOFT.search(bare) else [bare] if bare else []


def _is_innocent(piece: str) -> bool:
    return unicodedata.normalize("NFC", piece.lower()) in _lists()[1]


def _readings(part: str) -> frozenset[str]:
    """Give what a word without separators may be."""
    if _is_innocent(part):
        return frozenset({unicodedata.normalize("NFC", part.lower())})
    plain = folded(part)
    if plain.isalpha() and not _RUN.search(plain):
        return frozenset({plain})
    return frozenset({plain, *_unmasked(plain)})


def _as_one(piece: str) -> Iterator[str]:
    """Give what a piece is when the signs in it part its letters or stand for some; the plain word too."""
    if len(piece) > LONGEST_WORD or _is_innocent(piece.strip(_EDGES)):
        return
    if piece.isalpha():
        yield from _readings(piece)
        return
    if _ADDRESS.search(piece) or _NEW_SENTENCE.search(piece):
        return
    plain = folded(piece)
    joined = _SOFT.sub("", plain)
    yield from _unmasked(joined)
    yield from _unmasked(plain.strip(_EDGES))
    yield from _unmasked(plain.lstrip("@").strip(_EDGES))
    if _HIDDEN.search(piece):
        yield from _patterns(plain)


def _unmasked(word: str) -> Iterator[str]:
    """Give the words that one with digits, signs or repeated letters may stand for: mostly letters, or nothing."""
    stands_for = _lists()[0]
    letters = sum(letter.isalpha() for letter in word)
    digits = sum(letter.isdigit() for letter in word)
    if not letters or digits > letters or any(not (one.isalpha() or one in stands_for) for one in word):
        return
    choices = [stands_for.get(letter, letter) if not letter.isalpha() else letter for letter in word]
    for reading in islice(product(*choices), MOST_READINGS):
        yield from _shortened("".join(reading))


def _shortened(word: str) -> Iterator[str]:
    """Give a word with each letter that is repeated three times or more once, and twice."""
    runs = list(_RUN.finditer(word))
    if not runs:
        yield word
        return
    for times in islice(product((1, 2), repeat=len(runs)), MOST_READINGS):
        kept, before = [], 0
        for run, count in zip(runs, times, strict=True):
            kept += [word[before : run.start()], run[1] * count]
            before = run.end()
        yield "".join(kept) + word[before:]


def _patterns(plain: str) -> Iterator[str]:
    """Give a word with hidden letters as a pattern: a letter for each star, no more of them than letters."""
    word = plain.strip(_EDGES)
    stars = len(_HIDDEN.findall(word))
    letters = sum(letter.isalpha() for letter in word)
    if not 0 < stars <= letters or not word[0].isalpha() or word.endswith("*"):
        return
    stands_for = _lists()[0]
    made = [
        "." if _HIDDEN.match(one) else one if one.isalpha() else f"[{stands_for[one]}]" if one in stands_for else ""
        for one in word
    ]
    if all(made):
        yield "".join(made)


def _spaced(written: Sequence[str], gaps: Sequence[int]) -> dict[str, str]:
    """Give the words whose letters stand each on its own: a whole row of them, or up to where the gaps grow."""
    found: dict[str, str] = {}
    start = 0
    if sum(len(one) == 1 for one in written) < FEWEST_SPACED:
        return found
    while start < len(written):
        end = start
        while end < len(written) and len(written[end]) == 1:
            end += 1
        glued = end < len(written) and gaps[end] == 0 and end > start
        if not glued and FEWEST_SPACED <= end - start <= LONGEST_SPACED:
            for one, other in _rows(start, end, gaps):
                row = folded("".join(written[one:other]))
                found |= dict.fromkeys(_unmasked(row), " ".join(written[one:other]))
        start = max(end, start + 1)
    return found


def _rows(start: int, end: int, gaps: Sequence[int]) -> set[tuple[int, int]]:
    """Give the row itself, without a first letter that may be a word (`y`, `a`), and its parts between wider gaps."""
    rows = {(start, end), (start + 1, end)}
    inside = [gaps[place] for place in range(start + 1, end)]
    wide = [place for place in range(start + 1, end) if gaps[place] > min(inside)]
    edges = [start, *wide, end]
    rows |= {(one, other) for one, other in pairwise(edges)}
    return {(one, other) for one, other in rows if other - one >= FEWEST_SPACED}


class _Letters(dict[int, str]):
    """Each character as a small Latin letter where it looks like one; filled in as characters come."""

    def __init__(self, look_alikes: dict[str, str]) -> None:
        super().__init__()
        self._like = {letter: latin for latin, letters in look_alikes.items() for letter in letters}

    def __missing__(self, code: int) -> str:
        """Work out a character met for the first time."""
        self[code] = made = self._made(chr(code))
        return made

    def _made(self, letter: str) -> str:
        if letter in "’‘ʼ`´":
            return "'"
        if _unseen(letter):
            return ""
        first = self._like.get(letter.casefold(), letter)
        plain = unicodedata.normalize("NFKD", first).casefold()
        return "".join(self._like.get(one, one) for one in plain if not unicodedata.combining(one))


@cache
def _lists() -> tuple[dict[str, str], frozenset[str]]:
    text = resources.files(__package__).joinpath("disguises.toml").read_text(encoding="utf-8")
    held = tomllib.loads(text)
    return held["stands_for"], frozenset(held["innocent"]["words"])


@cache
def _letters() -> _Letters:
    text = resources.files(__package__).joinpath("disguises.toml").read_text(encoding="utf-8")
    return _Letters(tomllib.loads(text)["look_alikes"])
