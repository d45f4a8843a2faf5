"""The part of the configuration file that says which contests there are, checked where it stands.

Here: what cannot be read, and names that nobody has. Whether a contest can be held as it is written (dates, the
networks' rules, the law's) is `contests/lint.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from heraut.brands.contests import (
    INSTANTS,
    LONGEST_RULES,
    Chances,
    ContestConditions,
    Eligibility,
    Exclusions,
    Organiser,
    OwnRules,
    PersonalData,
    Place,
    Prize,
    Question,
    Suspects,
    Terms,
    wall_time,
)
from heraut.brands.durations import minutes
from heraut.brands.fields import built, letters_problems, unknown, zone_problems
from heraut.brands.model import NAME
from heraut.letters import clean
from heraut.local_time import at_local, written
from heraut.problems import Problem, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heraut.brands.model import Brand

INNER: dict[str, type[BaseModel]] = {
    "organiser": Organiser,
    "eligibility": Eligibility,
    "conditions": ContestConditions,
    "answer": Question,
    "more_chances": Chances,
    "exclude": Exclusions,
    "suspects": Suspects,
    "personal_data": PersonalData,
    "rules": OwnRules,
}
LISTED: dict[str, type[BaseModel]] = {"prizes": Prize, "posts": Place}
BY_NETWORK: dict[str, type[BaseModel]] = {"conditions_on": ContestConditions}
DURATIONS = frozenset({"claim_within", "keep_for", "account_age"})
TEXT_OF_RULES = "text"
WAYS_TO_NAME = ("row", "post", "url")
ENDINGS = (".txt", ".md")  # of a file that holds rules
_PLAIN_PATH = re.compile(r"(?!/)(?!.*(?:^|/)\.\.?(?:/|$))[^\\:\n]+")


def read_contests(held: Any, path: str, problems: list[Problem], zone: str | None) -> dict[str, dict[str, Any]]:
    """Read a brand's contests, each as plain values, the way it is stored; `zone` is what the file says of the brand.

    A contest promises instants in public: its zone is written down somewhere, never taken for granted.
    """
    return read_by_name(held, path, problems, lambda name, entry, where: _read(name, entry, where, problems, zone))


def read_by_name(
    held: Any, path: str, problems: list[Problem], read: Callable[[str, dict[str, Any], str], dict[str, Any] | None]
) -> dict[str, dict[str, Any]]:
    """Read entries that stand under short names; `read` takes name, plain values and path, and gives what is stored.

    What is no such entry, or of which `read` gives None, is left out; why is among `problems`.
    """
    if not isinstance(held, dict):
        problems.append(problem("entry_not_a_mapping", path))
        return {}
    found = {}
    for name, entry in held.items():
        where = f"{path}.{name}"
        if not re.fullmatch(NAME, str(name)):
            problems.append(problem("value_unusable", where, given=str(name)[:80]))
        elif not isinstance(entry, dict):
            problems.append(problem("entry_not_a_mapping", where))
        else:
            stored = read(str(name), plain(entry), where)
            if stored is not None:
                found[str(name)] = stored
    return found


def contests_problems(brand: Brand, path: str) -> list[Problem]:
    """Find accounts that the brand does not have in the posts of its contests."""
    accounts = [account.name for account in brand.accounts]
    listed = ", ".join(accounts)
    return [
        problem("account_not_listed", f"{path}.contests.{name}.posts[{number}].accounts", name=one, known=listed)
        for name, contest in brand.contests.items()
        for number, place in enumerate(contest["posts"], 1)
        for one in several(place["accounts"])
        if one not in accounts
    ]


def contests_document(contests: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Give contests as the file says them: of rules that stand in a file of their own, only its name."""
    found = {}
    for name, contest in contests.items():
        rules = contest.get("rules", {})
        found[name] = {**contest, "rules": {"file": rules["file"]}} if rules.get("file") else contest
    return found


def _read(
    name: str, entry: dict[str, Any], path: str, problems: list[Problem], brand_zone: str | None
) -> dict[str, Any] | None:
    before = len(problems)
    zone = entry.get("zone", brand_zone)
    if zone is None:
        problems.append(problem("contest_zone_missing", f"{path}.zone"))
    problems += zone_problems(zone, f"{path}.zone") if "zone" in entry else []
    problems += _fields(entry, Terms, path)
    problems += _rules(entry.get("rules"), f"{path}.rules")
    if len(problems) == before:
        problems += _instants(entry, path, str(zone))
    if len(problems) > before:
        return None
    if built(Terms, {"zone": zone, **entry, "name": name}, path, problems) is None:
        return None
    for number, place in enumerate(entry["posts"], 1):
        if sum(way in place for way in WAYS_TO_NAME) != 1:
            problems.append(problem("contest_post_unnamed", f"{path}.posts[{number}]"))
    return entry if len(problems) == before else None


def _fields(entry: Mapping[str, Any], model: type[BaseModel], path: str) -> list[Problem]:
    """Find fields that do not exist, texts that nobody can see and durations that are none, at any depth."""
    known = frozenset(field.alias or name for name, field in model.model_fields.items()) - {
        "name" if model is Terms else ""
    }
    texts = known - DURATIONS - frozenset(INSTANTS) - {TEXT_OF_RULES}
    found = unknown(entry, known, path) + letters_problems(entry, texts, path)
    for key, held in entry.items():
        where = f"{path}.{key}"
        if key in DURATIONS and minutes(held) is None:
            found.append(problem("late_unreadable", where, given=str(held)[:80]))
        elif key in known:
            found += _inner(str(key), held, where)
            found += _texts(held, where)
    return found


def _inner(key: str, held: Any, where: str) -> list[Problem]:
    if key in INNER:
        return _fields(held, INNER[key], where) if isinstance(held, dict) else [problem("entry_not_a_mapping", where)]
    if key in LISTED:
        if not isinstance(held, list) or not held:
            return [problem("entry_not_a_list", where)]
        return [found for number, one in enumerate(held, 1) for found in _one(one, LISTED[key], f"{where}[{number}]")]
    if key in BY_NETWORK:
        if not isinstance(held, dict):
            return [problem("entry_not_a_mapping", where)]
        return [found for name, one in held.items() for found in _one(one, BY_NETWORK[key], f"{where}.{name}")]
    return []


def _one(held: Any, model: type[BaseModel], where: str) -> list[Problem]:
    return _fields(held, model, where) if isinstance(held, dict) else [problem("entry_not_a_mapping", where)]


def _texts(held: Any, where: str) -> Iterator[Problem]:
    """Look at each text of a list as at a field."""
    for number, one in enumerate(held if isinstance(held, list) else [], 1):
        if isinstance(one, str):
            for found in letters_problems({"": one}, frozenset({""}), where):
                yield found.model_copy(update={"column": f"{where}[{number}]"})


def _rules(held: Any, path: str) -> list[Problem]:
    """Find a rules text of one's own that cannot be shown, or a file of it that is not beside this one."""
    if not isinstance(held, dict):
        return []
    text, file = held.get(TEXT_OF_RULES), held.get("file")
    found = []
    if text is None and file is None:
        found.append(problem("contest_rules_empty", path))
    if isinstance(file, str) and not (_PLAIN_PATH.fullmatch(file) and file.endswith(ENDINGS)):
        found.append(problem("contest_rules_file_elsewhere", f"{path}.file", given=file))
    if isinstance(text, str):
        found += own_rules_problems(text, f"{path}.text")
    return found


def own_rules_problems(text: str, path: str) -> list[Problem]:
    """Find what is wrong with a rules text: nothing in it, too long, letters that only deceive."""
    if not text.strip():
        return [problem("contest_rules_empty", path)]
    if len(text) > LONGEST_RULES:
        return [problem("value_too_long", path, length=len(text), limit=LONGEST_RULES)]
    if clean(text) != text:
        return [problem("contest_rules_letters", path)]
    return []


def _instants(entry: dict[str, Any], path: str, zone: str) -> list[Problem]:
    """Find instants that are none, or that the zone's clocks skip; what can be read is written in one form."""
    found = []
    for field in INSTANTS:
        if field not in entry:
            continue
        where, wall = f"{path}.{field}", wall_time(entry[field])
        if wall is None or wall.microsecond:
            found.append(problem("contest_instant_unreadable", where, given=str(entry[field])[:80]))
            continue
        told = at_local(wall, zone)
        if isinstance(told, Problem):
            found.append(told.model_copy(update={"column": where}))
        entry[field] = written(wall)
    return found


def several(held: Any) -> list[str]:
    """Give one value, or several, as a list."""
    return [str(one) for one in held] if isinstance(held, list) else [str(held)]


def plain(value: Any) -> Any:
    """Give what a reader of YAML gave as plain values, without its comments; an instant as a person would write it."""
    if isinstance(value, Mapping):
        return {str(key): plain(held) for key, held in value.items() if held is not None}
    if isinstance(value, list | tuple):
        return [plain(held) for held in value]
    if isinstance(value, bool | int) or value is None:
        return value
    if isinstance(value, float):
        return float(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
