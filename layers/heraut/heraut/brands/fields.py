"""Fields of the configuration file, whatever they are about: unknown, repeated, unreadable, and where they stand."""

from __future__ import annotations

import difflib
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import available_timezones

from pydantic import BaseModel, ValidationError

from heraut.letters import clean, in_one_line
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from heraut.problems import Problem

Model = TypeVar("Model", bound=BaseModel)
LONGEST_VALUE = 500  # characters of one field; nothing that a configuration names is longer


def built(model: type[Model], values: Mapping[str, Any], path: str, problems: list[Problem]) -> Model | None:
    """Build a model; None when something is wrong, each with the path of its field among `problems`."""
    try:
        return model.model_validate(values)
    except ValidationError as invalid:
        for error in invalid.errors():
            field = path + "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in error["loc"])
            if error["type"] == "missing":
                problems.append(problem("field_missing", field))
            elif error["type"] in {"enum", "literal_error"}:
                problems.append(
                    problem("value_not_among", field, given=_short(error["input"]), choices=_choices(error))
                )
            else:
                problems.append(problem("value_unusable", field, given=_short(error["input"])))
        return None


def letters_problems(entry: Mapping[str, Any], known: frozenset[str], path: str) -> list[Problem]:
    """Find texts that nobody can see as they are: they stand in messages, on pages and in headers of mails.

    Refused with the text as it should be, not cleaned in silence: what is applied is what the file says.
    """
    found = []
    for name in sorted(known & entry.keys()):
        value, where = entry[name], f"{path}.{name}"
        if not isinstance(value, str):
            continue
        text, kept = value.strip(), in_one_line(value)
        if len(value) > LONGEST_VALUE:
            found.append(problem("value_too_long", where, length=len(value), limit=LONGEST_VALUE))
        elif not any(letter.isprintable() and not letter.isspace() for letter in kept):
            found.append(problem("field_missing", where))
        elif clean(text) != text or len(text.splitlines()) > 1:
            found.append(problem("letters_unfit", where, kept=kept))
    return found


def unknown(entry: Mapping[str, Any], known: frozenset[str], path: str) -> list[Problem]:
    """Find fields that nobody knows."""
    found = []
    for key in entry:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            where = f"{path}.{key}" if path else str(key)
            code = "field_misspelt" if near else "field_unknown"
            found.append(problem(code, where, field=str(key), near=near[0] if near else ""))
    return found


def repeated(names: Iterable[str], path: str, code: str) -> list[Problem]:
    """Find names that stand twice."""
    return [problem(code, path, name=name) for name, times in Counter(names).items() if times > 1]


def zone_problems(zone: Any, path: str) -> list[Problem]:
    """Find a time zone that does not exist."""
    if isinstance(zone, str) and zone in available_timezones():
        return []
    near = difflib.get_close_matches(str(zone), available_timezones(), n=1)
    return [problem("zone_unknown", path, given=str(zone), near=near[0] if near else "Europe/Paris")]


def _choices(error: Mapping[str, Any]) -> str:
    """Give what pydantic expected there, without its quotation marks: `a, b, c`."""
    expected = str(error.get("ctx", {}).get("expected", ""))
    return expected.replace(" or ", ", ").replace("'", "")


def _short(given: Any) -> str:
    return str(given)[:80]
