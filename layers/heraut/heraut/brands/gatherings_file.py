"""The part of the configuration file that says which events there are, checked where it stands.

Here: what cannot be read, and names that nobody has. Whether an event can still be held, or moved, is
`gatherings/lint.py`.
"""

from __future__ import annotations

import string
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from heraut.addresses import is_web
from heraut.brands.contests import Place, wall_time
from heraut.brands.contests_file import WAYS_TO_NAME, read_by_name, several
from heraut.brands.durations import minutes
from heraut.brands.fields import built, letters_problems, repeated, unknown, zone_problems
from heraut.brands.gatherings import (
    EARLIEST_REMINDER,
    FIELDS,
    INSTANTS,
    LONGEST_TEXT,
    MOST_REMINDERS,
    SOONEST_REMINDER,
    GatheringKind,
    GatheringTerms,
    GatheringTexts,
    Reminder,
)
from heraut.letters import clean
from heraut.local_time import at_local, written
from heraut.problems import Problem, problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from heraut.brands.model import Brand

COMMON = frozenset({"kind", "title", "zone", "language", "accounts", "about", "url", "cancelled", "texts"})
OWN: Mapping[GatheringKind, frozenset[str]] = {
    GatheringKind.LIVE_QA: frozenset({"opens", "closes", "posts", "staff"}),
    GatheringKind.OFFLINE: frozenset({"starts", "ends", "place", "address", "reminders"}),
}
WORDS, NAMES = frozenset({"title", "place", "address"}), frozenset({"accounts", "staff"})
LONGEST = timedelta(days=366)
LAST_YEAR = 9000  # a clock goes no further than 9999, and what is kept of an event is kept longer than it
TEXTS: Mapping[GatheringKind, frozenset[str]] = {
    GatheringKind.LIVE_QA: frozenset({"opening", "closing", "recap"}),
    GatheringKind.OFFLINE: frozenset({"reminder"}),
}


def read_gatherings(held: Any, path: str, problems: list[Problem], zone: str | None) -> dict[str, dict[str, Any]]:
    """Read a brand's events, each as plain values, the way it is stored; `zone` is what the file says of the brand.

    An event promises an hour in public: its zone is written down somewhere, never taken for granted.
    """
    return read_by_name(held, path, problems, lambda name, entry, where: _read(name, entry, where, problems, zone))


def gatherings_problems(brand: Brand, path: str) -> list[Problem]:
    """Find accounts that the brand does not have."""
    accounts = [account.name for account in brand.accounts]
    listed = ", ".join(accounts)
    return [
        problem("account_not_listed", f"{path}.events.{name}.{where}", name=one, known=listed)
        for name, entry in brand.events.items()
        for where, given in _accounts(entry)
        for one in several(given)
        if one not in accounts
    ]


def _accounts(entry: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "accounts", entry["accounts"]
    for number, place in enumerate(entry.get("posts", ()), 1):
        yield f"posts[{number}].accounts", place["accounts"]


def _read(
    name: str, entry: dict[str, Any], path: str, problems: list[Problem], brand_zone: str | None
) -> dict[str, Any] | None:
    before = len(problems)
    kinds = ", ".join(GatheringKind)
    if entry.get("kind") not in list(GatheringKind):  # whatever was given, a list too
        code = "value_not_among" if entry.get("kind") else "event_kind_missing"
        given = {"given": str(entry.get("kind"))[:80]} if entry.get("kind") else {}
        problems.append(problem(code, f"{path}.kind", choices=kinds, **given))
        return None
    kind = GatheringKind(entry["kind"])
    zone = entry.get("zone", brand_zone)
    if zone is None:
        problems.append(problem("event_zone_missing", f"{path}.zone"))
    problems += zone_problems(zone, f"{path}.zone") if "zone" in entry else []
    problems += _fields(entry, kind, path)
    if len(problems) == before:
        problems += _instants(entry, kind, path, str(zone))
    if len(problems) > before:
        return None
    built(GatheringTerms, {"zone": zone, **entry, "name": name}, path, problems)
    return entry if len(problems) == before else None


def _fields(entry: dict[str, Any], kind: GatheringKind, path: str) -> Iterator[Problem]:
    known = COMMON | OWN[kind]
    other = next(one for one in GatheringKind if one is not kind)
    for name in sorted(OWN[other] & entry.keys()):
        yield problem("event_field_of_other_kind", f"{path}.{name}", field=name, kind=kind, other=other)
    yield from unknown(entry, known | OWN[other], path)
    for name in sorted(WORDS & entry.keys()):
        if not isinstance(entry[name], str | int | float):
            yield problem("event_not_a_text" if entry[name] is not None else "field_missing", f"{path}.{name}")
    for name in sorted(NAMES & entry.keys()):
        if not isinstance(entry[name], str | int | list) or entry[name] in ([], ""):
            yield problem("event_no_names", f"{path}.{name}")
    if not isinstance(entry.get("cancelled", False), bool):
        given = str(entry["cancelled"])[:80]
        yield problem("value_not_among", f"{path}.cancelled", given=given, choices="true, false")
    yield from letters_problems(entry, known - {"about"} - set(INSTANTS[kind]), path)
    yield from _post_text(entry.get("about"), f"{path}.about", fills=False)
    if entry.get("url") is not None and not is_web(str(entry["url"])):
        yield problem("server_address_unreadable", f"{path}.url", given=str(entry["url"])[:80])
    yield from _texts(entry.get("texts"), kind, f"{path}.texts")
    yield from _reminders(entry.get("reminders"), f"{path}.reminders")
    yield from _posts(entry.get("posts"), f"{path}.posts")


def _texts(held: Any, kind: GatheringKind, path: str) -> Iterator[Problem]:
    if held is None:
        return
    if not isinstance(held, dict):
        yield problem("entry_not_a_mapping", path)
        return
    yield from unknown(held, frozenset(GatheringTexts.model_fields), path)
    for name, text in held.items():
        where = f"{path}.{name}"
        if name in GatheringTexts.model_fields and name not in TEXTS[kind]:
            yield problem("event_text_of_other_kind", where, field=name, choices=", ".join(sorted(TEXTS[kind])))
        yield from _post_text(text, where)


def _post_text(text: Any, path: str, *, fills: bool = True) -> Iterator[Problem]:
    """Find what is wrong with the text of a post: nothing to see, too long, braces that nothing fills."""
    if text is None:
        return
    if not isinstance(text, str):
        yield problem("event_not_a_text", path)
    elif not text.strip():
        yield problem("field_missing", path)
    elif len(text) > LONGEST_TEXT:
        yield problem("value_too_long", path, length=len(text), limit=LONGEST_TEXT)
    elif clean(text) != text:
        yield problem("event_text_letters", path)
    elif fills:
        yield from _braces(text, path)


def _braces(text: str, path: str) -> Iterator[Problem]:
    known = ", ".join(f"{{{one}}}" for one in FIELDS)
    try:
        named = [(name, form, kept) for _, name, form, kept in string.Formatter().parse(text) if name is not None]
    except ValueError:
        yield problem("event_text_braces", path, known=known)
        return
    for name, form, kept in named:
        if name not in FIELDS or form or kept:
            yield problem("event_text_field_unknown", path, field=f"{{{name}}}", known=known)


def _reminders(held: Any, path: str) -> Iterator[Problem]:
    if held is None:
        return
    if not isinstance(held, list):
        yield problem("entry_not_a_list", path)
        return
    if len(held) > MOST_REMINDERS:
        yield problem("event_reminders_too_many", path, most=MOST_REMINDERS)
    lengths = []
    for number, one in enumerate(held, 1):
        where = f"{path}[{number}]"
        if isinstance(one, dict):
            yield from unknown(one, frozenset(Reminder.model_fields), where)
            yield from _post_text(one.get("text"), f"{where}.text")
        before = one.get("before") if isinstance(one, dict) else one
        length = minutes(before)
        if before is None:
            yield problem("field_missing", f"{where}.before" if isinstance(one, dict) else where)
        elif length is None:
            yield problem("late_unreadable", where, given=str(one)[:80])
        elif not SOONEST_REMINDER <= length <= EARLIEST_REMINDER:
            yield problem("event_reminder_out_of_range", where, given=str(one)[:80], least=SOONEST_REMINDER)
        else:
            lengths.append(Reminder(before=length).step)
    yield from repeated(lengths, path, "event_reminder_repeated")


def _posts(held: Any, path: str) -> Iterator[Problem]:
    if held is None:
        return
    if not isinstance(held, list):
        yield problem("entry_not_a_list", path)
        return
    for number, place in enumerate(held, 1):
        where = f"{path}[{number}]"
        if not isinstance(place, dict):
            yield problem("entry_not_a_mapping", where)
            continue
        yield from unknown(place, frozenset(Place.model_fields), where)
        if sum(way in place for way in WAYS_TO_NAME) != 1:
            yield problem("contest_post_unnamed", where)


def _instants(entry: dict[str, Any], kind: GatheringKind, path: str, zone: str) -> list[Problem]:
    """Find instants that are none, or that the zone's clocks skip; what can be read is written in one form."""
    found = []
    first, last = INSTANTS[kind]
    for name in (first, last):
        where, wall = f"{path}.{name}", wall_time(entry.get(name))
        if name not in entry:
            found.append(problem("field_missing", where))
        elif wall is None or wall.microsecond or wall.year >= LAST_YEAR:
            found.append(problem("event_instant_unreadable", where, given=str(entry[name])[:80]))
        else:
            told = at_local(wall, zone)
            if isinstance(told, Problem):
                found.append(told.model_copy(update={"column": where}))
            entry[name] = written(wall)
    if not found and entry[last] <= entry[first]:
        found.append(problem("event_ends_first", f"{path}.{last}", first=first, last=last))
    elif not found and datetime.fromisoformat(entry[last]) - datetime.fromisoformat(entry[first]) > LONGEST:
        found.append(problem("event_too_long", f"{path}.{last}", first=first, last=last))
    return found
