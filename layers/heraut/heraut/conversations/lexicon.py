"""What comments are labelled by in each language, read once when the first one is labelled, and which language one is.

A library that tells languages costs a hundred megabytes, or numpy, or guesses differently each time, and is wrong on
the three words that most comments are (docs/decisions/0022): the words that hold a language together tell French from
English, which is all that is asked, and where they do not both lexicons are used.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from heraut.conversations.disguises import Words, folded
from heraut.conversations.phrases import Phrases, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.problems import Language

LANGUAGES: tuple[Language, ...] = ("fr", "en")
CLEARLY = 2  # so many more words of one language than of the other
BY_CHANCE = 2  # words of the other that its own words may look like ("on me")


@dataclass(frozen=True)
class Lexicon:
    """What one language is labelled by."""

    language: Language
    short_for: dict[str, str]
    feeling: Phrases
    may_mock: Phrases
    plain: frozenset[str]
    things: Phrases
    signs: Phrases
    negates: frozenset[str]
    fails: Phrases
    denies: frozenset[str]
    denies_after: frozenset[str]
    between: frozenset[str]
    how_long: frozenset[str]
    opens: Phrases
    wants_to_know: Phrases
    for_effect: Phrases
    asks_whether: Phrases
    happened: Phrases
    own: frozenset[str]
    when: Phrases
    tells_past: Phrases
    past_after: frozenset[str]
    past_ends: tuple[str, ...]
    good_end: Phrases
    ambassador: Phrases
    press: Phrases
    spam: Phrases
    always_insults: Words
    said_of_somebody: Words
    said_of_things: frozenset[str]


def lexicons_for(text: str, told: str | None) -> list[Lexicon]:
    """Give the lexicons to label a text by: that of its language, or both when its words do not say.

    `told` is the network's word, often no more than how the author's telephone is set: it decides only where the words
    do not.
    """
    language = language_of(text, told)
    return [lexicon(one) for one in ([language] if language else LANGUAGES)]


def language_of(text: str, told: str | None = None) -> Language | None:
    """Tell French from English by the words; None when they say neither, or both, and nobody was told which."""
    words = words_of(text)
    french = sum(word in _held_together("fr") for word in words)
    english = sum(word in _held_together("en") for word in words)
    if french - english >= CLEARLY and not (english >= CLEARLY and english * 3 > french):
        return "fr"
    if english - french >= CLEARLY and not (french >= CLEARLY and french * 3 > english):
        return "en"
    prefix = (told or "")[:2].lower()
    either = 0 in (french, english)  # nothing says that it mixes both
    fits = {"fr": either or french >= english <= BY_CHANCE, "en": either or english >= french <= BY_CHANCE}
    return next((one for one in LANGUAGES if one == prefix and fits[one]), None)


@cache
def lexicon(language: Language) -> Lexicon:
    """Read the lexicon of a language."""
    held = _read(language)
    feeling, question, spam = held["feeling"], held["question"], held["spam"]
    groups: Sequence[str] = ("neutral", "flips", "but", "likes", "dislikes", "went_wrong", "may_be_wrong")
    insult = held["insult"]
    return Lexicon(
        language=language,
        short_for=held["short_for"],
        feeling=Phrases({group: feeling[group] for group in groups}),
        may_mock=Phrases({"may_mock": feeling["may_mock"]}),
        plain=frozenset(feeling["plain"]),
        things=Phrases({"things": feeling["things"]}),
        signs=Phrases({"signs": feeling["signs"]}),
        negates=frozenset(feeling["negates"]),
        fails=Phrases({group: held["fails"][group] for group in ("they_do", "one_can", "owed")}),
        denies=frozenset(held["fails"]["denies"]),
        denies_after=frozenset(held["fails"]["denies_after"]),
        between=frozenset(held["fails"]["between"]),
        how_long=frozenset(feeling["how_long"]),
        opens=Phrases({"not": question["opens_not"], "opens": question["opens"]}),
        wants_to_know=Phrases({"asks": question["wants_to_know"]}),
        for_effect=Phrases({"for_effect": question["for_effect"]}),
        asks_whether=Phrases({"asks_whether": question["asks_whether"]}),
        own=frozenset(held["testimonial"]["own"]),
        when=Phrases({"when": held["testimonial"]["when"]}),
        happened=Phrases({"happened": held["testimonial"]["happened"]}),
        tells_past=Phrases({"tells_past": held["testimonial"]["tells_past"]}),
        past_after=frozenset(held["testimonial"]["past_after"]),
        past_ends=tuple(held["testimonial"]["past_ends"]),
        good_end=Phrases({"good_end": held["testimonial"]["good_end"]}),
        ambassador=Phrases(held["ambassador"]),
        press=Phrases({"press": held["press"]["is_press"]}),
        spam=Phrases({"surely": spam["surely"], "maybe": spam["maybe"]}),
        always_insults=Words([*insult["always"], *insult["signs"]]),
        said_of_somebody=Words(insult["when_said_of_somebody"]),
        said_of_things=frozenset(folded(word) for word in insult["said_of_things"]),
    )


@cache
def _held_together(language: Language) -> frozenset[str]:
    return frozenset(_read(language)["held_together_by"].split())


@cache
def _read(language: Language) -> dict[str, Any]:
    text = resources.files(__package__).joinpath(f"lexicon.{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
