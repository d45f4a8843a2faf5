"""The comments labelled by hand: many of each label, no two alike, and a fair half kept for measuring."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from bench.comments import LABELS, LANGUAGES, comments
from heraut.publishing.likeness import ALIKE, likeness, words_of

if TYPE_CHECKING:
    from heraut.problems import Language

FEWEST = 300
FEWEST_OF_A_LABEL = 25
FEWEST_WITHOUT = 60
FEWEST_HELD_OUT = 8


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_label_is_well_represented(language: Language) -> None:
    """At least 300 comments, 25 of each label, 60 without any; no label that is not one."""
    read = comments(language)

    assert len(read) >= FEWEST
    assert {label: n for label in LABELS if (n := sum(label in one.labels for one in read)) < FEWEST_OF_A_LABEL} == {}
    assert sum(not one.labels for one in read) >= FEWEST_WITHOUT
    assert frozenset().union(*(one.labels for one in read)) == set(LABELS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_comments_are_alike(language: Language) -> None:
    """By the rule that finds posts planned twice: a template filled in many times would stand out."""
    read = [(one.text, words_of(one.text)) for one in comments(language)]
    alike = [(one[0], two[0]) for one, two in combinations(read, 2) if likeness(one[1], two[1]) >= ALIKE]

    assert alike == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("label", LABELS)
def test_each_label_can_be_measured(label: str, language: Language) -> None:
    """The part kept for measuring has enough of each label, and so has the part that rules are written from."""
    of_it = [one.held_out for one in comments(language) if label in one.labels]

    assert sum(of_it) >= FEWEST_HELD_OUT
    assert len(of_it) - sum(of_it) >= FEWEST_HELD_OUT
