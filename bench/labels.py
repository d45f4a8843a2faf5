"""What the rules that label comments reach: precision and recall of each label, on the comments kept for measuring."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.comments import LABELS, LANGUAGES, Comment, comments, fresh, later, strangers, unseen
from heraut.conversations.labels import labels_of_text
from heraut.conversations.model import Label, asks_something

if TYPE_CHECKING:
    from bench.results import Figures

ROUNDS = 5
Pair = tuple[frozenset[str], frozenset[str]]  # what a person gave, what the rules gave


def measure() -> Figures:
    """Label every comment.

    `unseen` were written after the rules, and nothing was decided by them: they are what one may expect of comments
    that nobody had in mind. Totals of `later` once decided which rules stayed; `held_out` are of the hand and the day
    of `seen`, which the rules were written to, as to `fresh`.
    """
    figures: Figures = {}
    for language in LANGUAGES:
        read = comments(language)
        figures[language] = {
            "strangers": reached(strangers(language)),
            "unseen": reached(unseen(language)),
            "later": reached(later(language)),
            "held_out": reached([one for one in read if one.held_out]),
            "seen": reached([one for one in read if not one.held_out]),
            "fresh": reached(fresh(language)),
        }
    every = [one for language in LANGUAGES for one in comments(language)]
    return figures | {"microseconds_each": _microseconds(every)}


def reached(read: Sequence[Comment]) -> Figures:
    """Give, in percent, each label's precision and recall, and the comments labelled exactly as a person did.

    `silenced`: of the comments that ask for somebody, those that the rules would let nobody hear of.
    """
    pairs = [(one.labels, given(one)) for one in read]
    asking = [pair for pair in pairs if asks_something(_labels(pair[0]))]
    return {
        "comments": len(read),
        "exact": _percent(sum(right == found for right, found in pairs), len(pairs)),
        "silenced": _percent(sum(not asks_something(_labels(found)) for _, found in asking), len(asking)),
        "labels": {label: _of_label(label, pairs) for label in LABELS},
    }


def given(comment: Comment) -> frozenset[str]:
    """Give the labels that the rules find; as most networks, it says which language the comment is in."""
    return frozenset(label.name for label in labels_of_text(comment.text, comment.language))


def table(figures: Figures) -> list[str]:
    """Say each label's figures, what one may expect first."""
    lines = []
    for language in LANGUAGES:
        parts = [figures[language][part] for part in _PARTS]
        lines.append(f"{'':14}" + "".join(f"{f'{language} {part}':>21}" for part in _PARTS))
        lines.append(f"{'':14}" + f"{'precision':>13}{'recall':>8}" * len(_PARTS))
        for label in LABELS:
            cells = [part["labels"][label] for part in parts]
            lines.append(f"{label:14}" + "".join(f"{one['precision']:>11} %{one['recall']:>6} %" for one in cells))
        lines += [f"{name:14}" + "".join(f"{part[name]:>19} %" for part in parts) for name in ("exact", "silenced")]
    return [*lines, f"{figures['microseconds_each']} µs of processor for each comment"]


def broken(_figures: Figures) -> str | None:
    """Nothing here: what must not fall is held by tests/unit/bench/test_labels.py."""
    return None


_PARTS = ("strangers", "unseen", "later", "held_out", "fresh", "seen")


def _of_label(label: str, pairs: Sequence[Pair]) -> Figures:
    right = sum(label in one and label in other for one, other in pairs)
    return {
        "comments": sum(label in one for one, _ in pairs),
        "precision": _percent(right, sum(label in other for _, other in pairs)),
        "recall": _percent(right, sum(label in one for one, _ in pairs)),
    }


def _labels(names: frozenset[str]) -> list[Label]:
    return [Label(name=name, rule="word") for name in names]


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def _microseconds(read: Sequence[Comment]) -> int:
    """Take the best of a few rounds over all comments, once the lexicons are read."""
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for one in read:
            labels_of_text(one.text, one.language)
        took.append((time.process_time() - began) / len(read))
    return round(min(took) * 1e6)
