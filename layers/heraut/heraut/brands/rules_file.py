"""The part of the configuration file that says who hears of comments: teams, saved answers, rules, days and hours.

Everything is checked where it stands: a rule that could never match, or names nobody, is refused before it is applied.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from heraut.brands.durations import minutes
from heraut.brands.fields import LONGEST_VALUE, built, letters_problems, repeated, unknown
from heraut.brands.model import Brand, Team, Urgency
from heraut.brands.rules import LABELS, Rule
from heraut.expressions import Unusable, compiled
from heraut.letters import clean
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from heraut.problems import Problem

TEAM_FIELDS = frozenset({"name", "people", "tell"})
RULE_FIELDS = frozenset({"name", "when", "then", "stop"})
WHEN_FIELDS = frozenset(
    {
        *("networks", "accounts", "kinds", "labels", "words", "expressions", "languages", "authors", "followers"),
        *("first_time", "repeated", "stars", "hours", "volume", "offences", "not", "any", "all"),
    }
)
THEN_FIELDS = frozenset(
    {
        *("tell", "urgency", "answer_within", "assign", "labels", "group", "mute", "hide", "delete", "charter"),
        *("for_real", "suggest", "hand_over"),
    }
)
SPAN_FIELDS = frozenset({"at_least", "at_most"})
VOLUME_FIELDS = frozenset({"interactions", "within", "of"})
OFFENCES_FIELDS = frozenset({"times", "within"})
LONGEST_ANSWER = 5_000  # characters of a saved answer
DURATIONS = ("answer_within", "within")
NAME_FIELD = "name"
_FIELD = re.compile(r"\{\s*(\w+)\s*\}")


def read_team(entry: Mapping[str, Any], path: str, problems: list[Problem]) -> Team | None:
    """Read a team."""
    problems += unknown(entry, TEAM_FIELDS, path) + letters_problems(entry, TEAM_FIELDS, path)
    return built(Team, _known(entry, TEAM_FIELDS), path, problems)


def saved_answers_problems(held: Any, path: str) -> list[Problem]:
    """Find saved answers that could not be sent; a text may have several lines, and `{name}` in it."""
    if not isinstance(held, dict):
        return [problem("entry_not_a_mapping", path)]
    found = []
    for name, given in held.items():
        where, text = f"{path}.{name}", str(given).strip()
        if not isinstance(given, str) or not text:
            found.append(problem("field_missing", where))
        elif len(text) > LONGEST_ANSWER:
            found.append(problem("value_too_long", where, length=len(text), limit=LONGEST_ANSWER))
        elif clean(text) != text:
            found.append(problem("letters_unfit", where, kept=clean(text)))
        elif not _fills_in(text):
            found.append(problem("saved_answer_braces", where))
    return found


def read_rule(entry: Mapping[str, Any], path: str, problems: list[Problem]) -> dict[str, Any] | None:
    """Read a rule; gives it as plain values, the way it is stored.

    Without `when` it is about everything; a `when` that is there and says nothing is refused, for somebody began to
    write a condition: who forgets it would mute or hide everybody.
    """
    before = len(problems)
    problems += unknown(entry, RULE_FIELDS, path) + letters_problems(entry, frozenset({"name"}), path)
    for name, fields in (("when", WHEN_FIELDS), ("then", THEN_FIELDS)):
        held = entry.get(name)
        if held is not None and not isinstance(held, dict):
            problems.append(problem("entry_not_a_mapping", f"{path}.{name}"))
        elif isinstance(held, dict):
            problems += _unknown_inside(held, fields, f"{path}.{name}")
            problems += _durations(held, f"{path}.{name}")
    if len(problems) > before:
        return None
    plain: dict[str, Any] = _plain({key: held for key, held in entry.items() if held is not None})
    rule = built(Rule, plain, path, problems)
    if rule is None:
        return None
    problems += _emptiness(plain, path)
    if "when" in entry:
        problems += _texts(plain.get("when", {}), f"{path}.when")
    return plain


def answer_within(held: Any, path: str, problems: list[Problem]) -> dict[str, int]:
    """Read how long there is to answer, by urgency."""
    if not isinstance(held, dict):
        problems.append(problem("entry_not_a_mapping", path))
        return {}
    problems += unknown(held, frozenset(Urgency), path)
    found = {str(urgency): minutes(length) for urgency, length in held.items()}
    problems += [
        problem("late_unreadable", f"{path}.{urgency}", given=str(held[urgency]))
        for urgency, length in found.items()
        if length is None
    ]
    return {urgency: length for urgency, length in found.items() if length is not None}


def days_off(held: Any, path: str, problems: list[Problem]) -> list[str]:
    """Read days without work: `2026-12-24`, or spans `2026-08-10/2026-08-21`."""
    if not isinstance(held, list):
        problems.append(problem("entry_not_a_list", path))
        return []
    found = []
    for number, one in enumerate(held, 1):
        first, _, last = str(one).partition("/")
        try:
            in_order = date.fromisoformat(first) <= date.fromisoformat(last or first)
        except ValueError:
            in_order = False
        if not in_order:
            problems.append(problem("day_unreadable", f"{path}[{number}]", given=str(one)[:80]))
        found.append(str(one))
    return found


def names_problems(brand: Brand, path: str) -> list[Problem]:
    """Find names in teams and rules that nobody, or two, answer to."""
    people = [person.id for person in brand.people]
    teams = [team.name for team in brand.teams]
    found = repeated(teams, f"{path}.teams", "team_repeated")
    channels = [channel.name for channel in brand.channels]
    found += repeated(channels, f"{path}.channels", "channel_repeated")
    for number, channel in enumerate(brand.channels, 1):
        if channel.name in {*people, *teams}:
            taken = problem("channel_named_like_somebody", f"{path}.channels[{number}].name", name=channel.name)
            found.append(taken)
    found += repeated((str(one[NAME_FIELD]) for one in brand.rules), f"{path}.rules", "rule_repeated")
    for number, team in enumerate(brand.teams, 1):
        where = f"{path}.teams[{number}]"
        if team.name in people:
            found.append(problem("team_named_like_person", f"{where}.name", team=team.name))
        found += _unlisted(team.people, people, f"{where}.people", "person_not_listed")
    given = {label for one in brand.rules for label in _several(one["then"].get("labels"))}
    for number, rule in enumerate(brand.rules, 1):
        where, then = f"{path}.rules[{number}]", rule["then"]
        for field in ("tell", "hand_over"):
            known = [*people, *teams, *channels]
            found += _unlisted(_several(then.get(field)), known, f"{where}.then.{field}", "nobody_called")
        found += _unlisted(_several(then.get("assign")), people, f"{where}.then.assign", "person_not_listed")
        found += _unlisted(
            _several(then.get("suggest")), [*brand.saved_answers], f"{where}.then.suggest", "saved_answer_unknown"
        )
        for when, place in _conditions(rule.get("when"), f"{where}.when"):
            accounts = [account.name for account in brand.accounts]
            found += _unlisted(_several(when.get("accounts")), accounts, f"{place}.accounts", "account_not_listed")
            labels = [*LABELS, *sorted(given)]
            found += _unlisted(_several(when.get("labels")), labels, f"{place}.labels", "label_unknown")
    return found


def _known(entry: Mapping[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key in fields and value is not None}


def _unknown_inside(held: Mapping[str, Any], fields: frozenset[str], path: str) -> list[Problem]:
    """Find fields that do not exist, also in what stands within `not`, `any` and `all`."""
    found = unknown(held, fields, path)
    inner = {
        "followers": SPAN_FIELDS,
        "stars": SPAN_FIELDS,
        "volume": VOLUME_FIELDS,
        "offences": OFFENCES_FIELDS,
        "not": fields,
    }
    for name, below in inner.items():
        if isinstance(held.get(name), dict):
            found += _unknown_inside(held[name], below, f"{path}.{name}")
    for name in ("any", "all"):
        listed = held.get(name)
        for number, one in enumerate(listed if isinstance(listed, list) else [], 1):
            if isinstance(one, dict):
                found += _unknown_inside(one, fields, f"{path}.{name}[{number}]")
    return found


def _durations(held: Mapping[str, Any], path: str) -> list[Problem]:
    """Find durations that are none: `soon` where `1h` is expected."""
    found = []
    for key, value in held.items():
        where = f"{path}.{key}"
        if key in DURATIONS and minutes(value) is None:
            found.append(problem("late_unreadable", where, given=str(value)[:80]))
        elif isinstance(value, dict):
            found += _durations(value, where)
        elif isinstance(value, list):
            for number, one in enumerate(value, 1):
                found += _durations(one, f"{where}[{number}]") if isinstance(one, dict) else []
    return found


def _emptiness(rule: Mapping[str, Any], path: str) -> list[Problem]:
    """Find a rule that does nothing, and one that takes away without saying why."""
    then = rule["then"]
    does = [name for name in THEN_FIELDS - {"charter", "for_real"} if then.get(name)]
    found = [] if does else [problem("rule_without_action", f"{path}.then")]
    if (then.get("hide") or then.get("delete")) and not str(then.get("charter") or "").strip():
        found.append(problem("charter_missing", f"{path}.then.charter"))
    if then.get("mute") and {"tell", "assign", "hand_over"} & set(does):
        found.append(problem("mute_and_tell", f"{path}.then.mute"))
    return found


def _texts(when: Mapping[str, Any], path: str) -> list[Problem]:
    """Find words of nothing, and regular expressions that cannot be read or would take too long."""
    found = []
    for held, where in _conditions(when, path):
        for field in ("words", "expressions"):
            listed = _several(held.get(field))
            for number, text in enumerate(listed, 1):
                place = f"{where}.{field}" if isinstance(held[field], str) else f"{where}.{field}[{number}]"
                found += _text_problems(text, field, place)
        if not held:
            found.append(problem("condition_empty", where))
    return found


def _text_problems(text: str, field: str, place: str) -> list[Problem]:
    if len(text) > LONGEST_VALUE:
        return [problem("value_too_long", place, length=len(text), limit=LONGEST_VALUE)]
    if field == "words":
        return (
            [] if any(letter.isalnum() or not letter.isascii() for letter in text) else [problem("word_empty", place)]
        )
    try:
        compiled(text)
    except Unusable as error:
        return [problem(error.code, place, given=text, near=error.near)]
    return []


def _conditions(when: Mapping[str, Any] | None, path: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Walk through conditions and those within them, each with its path."""
    if when is None:
        return
    yield when, path
    if "not" in when:
        yield from _conditions(when["not"], f"{path}.not")
    for name in ("any", "all"):
        for number, one in enumerate(when.get(name) or (), 1):
            yield from _conditions(one, f"{path}.{name}[{number}]")


def _unlisted(given: Sequence[str], known: Sequence[str], path: str, code: str) -> list[Problem]:
    listed = ", ".join(dict.fromkeys(known))
    return [problem(code, path, name=one, known=listed) for one in given if one not in known]


def _several(held: Any) -> list[str]:
    return [held] if isinstance(held, str) else list(held or ())


def _plain(value: Any) -> Any:
    """Give what a reader of YAML gave as plain values, without its comments."""
    if isinstance(value, dict):
        return {str(key): _plain(held) for key, held in value.items() if held is not None}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    return str(value) if isinstance(value, str) else value


def _fills_in(text: str) -> bool:
    """Whether `{name}` is the only word between braces: another one would be sent as it stands."""
    return set(_FIELD.findall(text)) <= {"name"}
