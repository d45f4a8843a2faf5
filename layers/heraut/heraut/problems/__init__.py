"""What was wrong and what to do about it, in French and in English.

A `Problem` is a code with its fields; the sentences live in the TOML files of
this folder, one file per room (`calendar.toml`, `networks.toml`, ...), each entry:

    [text_too_long]
    fr = { message = "Le texte fait {length} caractères, {network} en accepte {limit}.", remedy = "Raccourcissez-le." }
    en = { message = "...", remedy = "..." }

A code exists once in the whole folder; both languages name the same fields
(tests/unit/test_problems.py checks both).
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from heraut.letters import french, said

Language = Literal["fr", "en"]
_Said = Annotated[str, AfterValidator(said)]  # what a sentence quotes may come from anybody


class Problem(BaseModel):
    """One thing that is wrong: a code of the catalogue, the column or field concerned, and what to fill in."""

    model_config = ConfigDict(frozen=True)

    code: str
    column: _Said | None = None
    fields: dict[str, _Said | int | float] = Field(default_factory=dict)
    warning: bool = False

    def message(self, language: Language) -> str:
        """Say what was wrong, as a sentence."""
        return _sentence(self, language, "message")

    def remedy(self, language: Language) -> str:
        """Say what a person can do, as a sentence (may be empty)."""
        return _sentence(self, language, "remedy")


def problem(code: str, column: str | None = None, **fields: str | float) -> Problem:
    """Make a problem that stops what it concerns."""
    return Problem(code=code, column=column, fields=fields)


def warning(code: str, column: str | None = None, **fields: str | float) -> Problem:
    """Make a problem that is told and stops nothing."""
    return Problem(code=code, column=column, fields=fields, warning=True)


@cache
def catalogue() -> dict[str, dict[str, dict[str, str]]]:
    """Read every sentence once: code -> language -> {message, remedy}."""
    import tomllib  # most functions say nothing

    sentences: dict[str, dict[str, dict[str, str]]] = {}
    for entry in resources.files(__package__).iterdir():
        if entry.name.endswith(".toml"):
            found: dict[str, Any] = tomllib.loads(entry.read_text(encoding="utf-8"))
            twice = sentences.keys() & found.keys()
            if twice:
                text = f"codes defined twice in heraut/problems: {sorted(twice)}"
                raise ValueError(text)
            for both in found.values():
                both["fr"] = {kind: french(sentence) for kind, sentence in both["fr"].items()}
            sentences.update(found)
    return sentences


def _sentence(found: Problem, language: Language, kind: str) -> str:
    return catalogue()[found.code][language][kind].format(**found.fields)
