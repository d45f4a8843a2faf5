"""The comments labelled by hand in `tests/corpora`, and which part of them rules may be written from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Literal

from bench.results import ROOT

FOLDER = ROOT / "tests" / "corpora"
LANGUAGES: tuple[Literal["fr", "en"], ...] = ("fr", "en")
LABELS = ("question", "complaint", "praise", "insult", "spam", "testimonial", "press", "ambassador")


@dataclass(frozen=True)
class Comment:
    """A comment with the labels that a person gave it."""

    text: str
    labels: frozenset[str]
    language: Literal["fr", "en"]
    note: str = ""

    @property
    def held_out(self) -> bool:
        """Whether it is kept for measuring: half of them are, whatever file they are in and wherever they stand."""
        return hashlib.sha256(self.text.encode()).digest()[0] % 2 == 1


def comments(language: Literal["fr", "en"]) -> list[Comment]:
    """Read the comments of a language, in the order of their file."""
    return _read(language, "comments")


def later(language: Literal["fr", "en"]) -> list[Comment]:
    """Read those written after the rules, to see what is reached on comments that nobody had in mind."""
    return _read(language, "later")


def fresh(language: Literal["fr", "en"]) -> list[Comment]:
    """Read those that rules were made more general from: measured before, and looked at since."""
    return _read(language, "fresh")


def unseen(language: Literal["fr", "en"]) -> list[Comment]:
    """Read those written last: no rule is written from one of them, and no total of theirs decided anything."""
    return _read(language, "unseen")


def strangers(language: Literal["fr", "en"]) -> list[Comment]:
    """Read those of other voices, written before the rules were last changed, and not opened since."""
    return _read(language, "strangers")


def _read(language: Literal["fr", "en"], name: str) -> list[Comment]:
    lines = (FOLDER / f"{name}.{language}.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [Comment(one["text"], frozenset(one["labels"]), language, one.get("note", "")) for one in found]
