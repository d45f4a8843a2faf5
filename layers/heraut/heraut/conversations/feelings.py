"""Whether a text is glad or unhappy: words of feeling, what denies them, what went wrong, and irony (pure)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from heraut.conversations.phrases import Hit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.conversations.lexicon import Lexicon

NEAR = 3  # words between what denies and what is denied
AFAR = 8  # words that "I would not say that" reaches over
TELLS, TELLS_MORE = 8, 14  # words of who tells what happened
ENOUGH = 5
ENDS = frozenset(".!?;,:…()")
OWN = frozenset({"i", "we", "je", "j", "on", "nous"})  # who speaks of what they do themselves
IF = frozenset({"if", "si"})
AFTER = 2  # words after a verb in which French denies it


@dataclass
class Feelings:
    """The words of a text that say each, as they stand there; `mocks` when every glad one may be said in jest.

    `undone`: of what went wrong, what was owed and did not come. `tells_of_wrong`: of what may be wrong, something is
    more than what is spoken of, when, or for how much.
    """

    likes: list[str] = field(default_factory=list)
    dislikes: list[str] = field(default_factory=list)
    went_wrong: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    may_be_wrong: list[str] = field(default_factory=list)
    tells_of_wrong: bool = False
    things: list[str] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)
    but: bool = False
    how_long: bool = False
    liked_at: list[int] = field(default_factory=list)
    wrong_at: list[int] = field(default_factory=list)
    but_at: int | None = None
    mocks: bool = False

    @property
    def wrongs(self) -> list[str]:
        """What makes a complaint by itself, what is disliked first."""
        return self.dislikes + self.went_wrong

    @property
    def turns(self) -> bool:
        """Whether it praises, says "but", and praises no more."""
        at = self.but_at
        return at is not None and min(self.liked_at, default=at) < at and max(self.liked_at, default=at) < at

    @property
    def recovers(self) -> bool:
        """Whether it says what was wrong, then "but", and from there on nothing but praise."""
        at = self.but_at
        return at is not None and max(self.liked_at, default=-1) > at > max(self.wrong_at, default=at)

    @property
    def much_is_wrong(self) -> bool:
        """Whether what may be wrong is a complaint together: it lasts or comes again, or there is a lot of it."""
        different = len(set(self.may_be_wrong))
        spoken_of = len(set(self.things)), len(set(self.signs) - set(self.things)) + self.how_long
        return (
            different >= 3  # noqa: PLR2004
            or (different >= 2 and self.how_long)  # noqa: PLR2004
            or (min(spoken_of) >= 1 and sum(spoken_of) >= 3)  # noqa: PLR2004
        )

    def adds_up(self, words: int) -> bool:
        """Whether, in a text of so many words, what each says little of itself says enough together.

        The weights are those of a logistic regression over the comments labelled by hand, as whole numbers; how much is
        enough was set by what glad and unhappy customers write.
        """
        named = min(2, len(set(self.things))) + min(2, len(set(self.may_be_wrong)))
        told = min(2, len(set(self.signs))) + self.how_long
        return words >= TELLS and 2 * named + told + (words >= TELLS_MORE) >= ENOUGH


def feelings(words: Sequence[str], lexicon: Lexicon) -> Feelings:
    """Weigh the words of a text."""
    felt = Feelings(how_long=any(word in lexicon.how_long for word in words))
    mocking = [place for hit in lexicon.may_mock.hits(words) for place in range(hit.start, hit.end)]
    jests = []
    known: list[tuple[int, int]] = []  # where it is already said that something is wrong
    flipped_until = -1
    for hit in lexicon.feeling.hits(words):
        said = " ".join(words[hit.start : hit.end])
        if hit.group == "neutral":
            continue
        if hit.group == "flips":
            flipped_until = hit.end + AFAR
            felt.dislikes.append(said)  # taken back below when what it denies comes
            continue
        flipped = hit.start < flipped_until
        denied = is_denied(hit, words, lexicon)
        if flipped and hit.group in {"likes", "dislikes"}:
            flipped_until = -1
            felt.dislikes.pop()
            (felt.dislikes if hit.group == "likes" else felt.likes).append(said)
            jests += [False] if hit.group == "dislikes" else []
        elif hit.group == "likes" and denied:
            felt.dislikes.append(said)
            felt.wrong_at.append(hit.start)
        elif hit.group == "likes":
            felt.likes.append(said)
            felt.liked_at.append(hit.start)
            jests.append(any(place in mocking for place in range(hit.start, hit.end)))
        elif hit.group == "but":
            felt.but = True
            felt.but_at = hit.start if felt.but_at is None else felt.but_at
        elif not (denied or (hit.group == "went_wrong" and _supposed(hit.start, words))):
            getattr(felt, hit.group).append(said)
            if hit.group != "may_be_wrong":
                felt.wrong_at.append(hit.start)
                known.append((hit.start, hit.end))
    _add_undone(felt, known, words, lexicon)
    felt.tells_of_wrong = any(word not in lexicon.plain for said in felt.may_be_wrong for word in said.split())
    felt.things = [" ".join(words[hit.start : hit.end]) for hit in lexicon.things.hits(words)]
    felt.signs = [" ".join(words[hit.start : hit.end]) for hit in lexicon.signs.hits(words)]
    felt.mocks = bool(jests) and all(jests)
    return felt


def _add_undone(felt: Feelings, known: Sequence[tuple[int, int]], words: Sequence[str], lexicon: Lexicon) -> None:
    """Add what was owed and did not come, where nothing else already says that it is wrong."""
    for said, place in _failed(words, lexicon):
        if any(begins < place + len(said.split()) and place < ends for begins, ends in known):
            continue
        felt.went_wrong.append(said)
        felt.undone.append(said)
        felt.wrong_at.append(place)


def _failed(words: Sequence[str], lexicon: Lexicon) -> list[tuple[str, int]]:
    """Give what somebody owed and did not do, or did not give, each with its place.

    `they_do` holds what others do for customers, `one_can` what customers themselves should be able to do, and `owed`
    what they should find: each is wrong once it is denied.
    """
    found = []
    for hit in lexicon.fails.hits(words):
        place = _denied_from(hit, words, lexicon)
        if place is None:
            continue
        begins, ends = min(place, hit.start), max(place + 1, hit.end)
        if hit.group == "they_do" and OWN.intersection(words[max(0, begins - 2) : begins]):
            continue  # "I don't work there"
        if _supposed(begins, words):
            continue
        if hit.group == "owed" and hit.start - place > 1 + (words[hit.start - 1] in lexicon.between):
            continue
        found.append((" ".join(words[begins:ends]), begins))
    return found


def _supposed(begins: int, words: Sequence[str]) -> bool:
    """Whether it is only supposed: "what if it doesn't fit?"."""
    return bool(IF.intersection(words[max(0, begins - NEAR) : begins]))


def _denied_from(hit: Hit, words: Sequence[str], lexicon: Lexicon) -> int | None:
    """Give the place of the word that denies a phrase, before it or, as French does, right after."""
    for place in range(hit.start - 1, max(-1, hit.start - NEAR - 1), -1):
        if words[place] in ENDS:
            break
        if words[place] in lexicon.denies:
            return place
    for place in range(hit.end, min(len(words), hit.end + AFTER)):
        if words[place] in ENDS:
            break
        if words[place] in lexicon.denies_after:
            return place
    return None


def is_denied(hit: Hit, words: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a word just before it, in the same part of the sentence, denies it."""
    if any(word in lexicon.negates for word in words[hit.start : hit.end]):
        return False  # the phrase has its own
    before = list(words[max(0, hit.start - NEAR) : hit.start])
    for place in range(len(before) - 1, -1, -1):
        if before[place] in ENDS:
            return False
        if before[place] in lexicon.negates or (
            before[place] == "t"
            and place
            and before[place - 1] in {"don", "doesn", "didn", "isn", "wasn", "aren", "won"}
        ):
            return True
    return False
