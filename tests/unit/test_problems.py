"""Every problem can be said in both languages, and every code that is used exists."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from heraut.letters import NBSP, french
from heraut.problems import catalogue, problem

HOUSE = Path(__file__).parents[2] / "layers" / "heraut" / "heraut"
FORBIDDEN = re.compile(
    r"\b(lambda|dynamodb|sqs|arn|stack|json|lease|claim|exception|s3|bucket|aws|timeout|http \d{3})\b", re.IGNORECASE
)
USED = re.compile(r"""\b(?:problem|warning)\(\s*["'](\w+)["']""")


def fields_of(sentence: str) -> set[str]:
    """Give the fields a sentence wants filled in."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_both_languages_say_it_with_the_same_fields(code: str) -> None:
    """A sentence exists in French and English, with message and remedy, from the same fields."""
    entry = catalogue()[code]

    assert entry.keys() == {"fr", "en"}
    for language in ("fr", "en"):
        assert entry[language].keys() == {"message", "remedy"}
        assert entry[language]["message"].strip()
    both = [fields_of(entry[lang]["message"]) | fields_of(entry[lang]["remedy"]) for lang in ("fr", "en")]
    assert both[0] == both[1]


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_sentences_speak_to_people(code: str) -> None:
    """No word of the machine room in what a person reads."""
    said = " ".join(text for language in catalogue()[code].values() for text in language.values())

    assert FORBIDDEN.findall(said) == []


def test_french_marks_stay_with_their_word() -> None:
    """No line of a report begins with « : »."""
    loose = [
        (code, kind)
        for code, both in catalogue().items()
        for kind, sentence in both["fr"].items()
        if french(sentence) != sentence
    ]

    assert loose == []
    assert problem("hour_unreadable", given="25h").message("fr") == f"L'heure «{NBSP}25h{NBSP}» est incompréhensible."


def test_every_code_that_is_used_exists_and_the_other_way_round() -> None:
    """No sentence is missing and none is left over."""
    used = {code for module in HOUSE.rglob("*.py") for code in USED.findall(module.read_text(encoding="utf-8"))}

    assert used - catalogue().keys() == set()
    text = "\n".join(module.read_text(encoding="utf-8") for module in HOUSE.rglob("*.py"))
    assert {code for code in catalogue() if f'"{code}"' not in text} == set()
