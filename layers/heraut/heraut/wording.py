"""How things are said to people, in French and in English: sentences, local hours, lists.

Sentences live in TOML files beside the module that says them, each entry `code = { fr = "...", en = "..." }`;
both languages name the same fields (a test checks it). Hours are always local: « 12 h 30 », 12:30.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from heraut import letters
from heraut.due import require_aware

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.problems import Language

NBSP = letters.NBSP

_DAYS: dict[Language, tuple[str, ...]] = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: dict[Language, tuple[str, ...]] = {
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}


class Wording:
    """The sentences of one TOML file of one package."""

    def __init__(self, package: str, file: str) -> None:
        """Name the file; it is read on first use."""
        self._package = package
        self._file = file

    def sentences(self) -> dict[str, dict[Language, str]]:
        """Give every sentence: code -> language -> text with its fields in braces."""
        return _read(self._package, self._file)

    def say(self, code: str, language: Language, **fields: object) -> str:
        """Give one sentence with its fields filled in (KeyError for a code or field that does not exist)."""
        return self.sentences()[code][language].format(**fields)


@cache
def _read(package: str, file: str) -> dict[str, dict[Language, str]]:
    import tomllib  # most functions say nothing

    text = resources.files(package).joinpath(file).read_text(encoding="utf-8")
    sentences: dict[str, dict[Language, str]] = tomllib.loads(text)
    return {code: {**both, "fr": letters.french(both["fr"])} for code, both in sentences.items()}


def local(instant: datetime, zone: str) -> datetime:
    """Give the instant as the clock on the wall of `zone` shows it."""
    return require_aware(instant).astimezone(ZoneInfo(zone))


def hour(instant: datetime, zone: str, language: Language) -> str:
    """Say a promised hour: « 12 h 30 », « 9 h »; in English 12:30."""
    there = local(instant, zone)
    if language == "en":
        return f"{there:%H:%M}"
    minutes = f"{NBSP}{there:%M}" if there.minute else ""
    return f"{there.hour}{NBSP}h{minutes}"


def clock(instant: datetime, zone: str, *, seconds: bool = False) -> str:
    """Say when something happened, as a record does: 22:17, or 12:30:04."""
    return f"{local(instant, zone):{'%H:%M:%S' if seconds else '%H:%M'}}"


def day(instant: datetime, zone: str, language: Language, reference: datetime) -> str:
    """Say a date: « lundi 23 novembre », with its year where it is not that of `reference`."""
    there = local(instant, zone)
    said = _day_of(there, language)
    return said if there.year == local(reference, zone).year else f"{said} {there.year}"


def to_the_second(instant: datetime, zone: str, language: Language) -> str:
    """Say an instant as a promise that is kept to the second: « mardi 1er décembre 2026 à 09:00:00 »."""
    there = local(instant, zone)
    at = "à" if language == "fr" else "at"
    return f"{_day_of(there, language)} {there.year} {at} {there:%H:%M:%S}"


def at_moment(instant: datetime, zone: str, language: Language, reference: datetime) -> str:
    """Say when: « à 12 h 30 » on the day of `reference`, else « lundi 23 novembre à 12 h 30 »."""
    there = hour(instant, zone, language)
    if _same_day(instant, reference, zone):
        return f"à {there}" if language == "fr" else f"at {there}"
    date = day(instant, zone, language, reference)
    return f"{date} à {there}" if language == "fr" else f"on {date} at {there}"


def of_moment(instant: datetime, zone: str, language: Language, reference: datetime) -> str:
    """Say of when: « de 12 h 30 » on the day of `reference`, else « du lundi 23 novembre, 12 h 30 »."""
    there = hour(instant, zone, language)
    if _same_day(instant, reference, zone):
        return f"de {there}" if language == "fr" else f"of {there}"
    date = day(instant, zone, language, reference)
    return f"du {date}, {there}" if language == "fr" else f"of {date}, {there}"


def moment(instant: datetime, zone: str, language: Language, reference: datetime) -> str:
    """Name an instant: « 12 h 30 » on the day of `reference`, else « lundi 23 novembre, 12 h 30 »."""
    there = hour(instant, zone, language)
    if _same_day(instant, reference, zone):
        return there
    return f"{day(instant, zone, language, reference)}, {there}"


def recorded(instant: datetime, zone: str, language: Language, reference: datetime) -> str:
    """Say when something was done: « à 22:17 » on the day of `reference`, else « lundi 23 novembre à 22:17 »."""
    there = clock(instant, zone)
    if _same_day(instant, reference, zone):
        return f"à {there}" if language == "fr" else f"at {there}"
    date = day(instant, zone, language, reference)
    return f"{date} à {there}" if language == "fr" else f"on {date} at {there}"


def span(length: timedelta, language: Language) -> str:
    """Say how long: « 45 minutes », « 1 h 34 », « 2 jours »; in English 1 h 34 min."""
    minutes = max(1, round(length.total_seconds() / 60))
    if minutes < 60:  # noqa: PLR2004 -- an hour
        return f"{minutes}{NBSP}minute{'s' if minutes > 1 else ''}"
    if minutes >= 48 * 60:
        days = minutes // (24 * 60)
        return f"{days}{NBSP}{'jours' if language == 'fr' else 'days'}"
    hours, rest = divmod(minutes, 60)
    if language == "en":
        return f"{hours}{NBSP}h {rest:02}{NBSP}min" if rest else f"{hours}{NBSP}h"
    return f"{hours}{NBSP}h{NBSP}{rest:02}" if rest else f"{hours}{NBSP}h"


def listed(names: Sequence[str], language: Language) -> str:
    """Say several names: « Bluesky, Mastodon et Instagram »."""
    if len(names) <= 1:
        return "".join(names)
    last = "et" if language == "fr" else "and"
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def _day_of(there: datetime, language: Language) -> str:
    number = "1er" if there.day == 1 and language == "fr" else str(there.day)
    return f"{_DAYS[language][there.weekday()]} {number} {_MONTHS[language][there.month - 1]}"


def _same_day(one: datetime, other: datetime, zone: str) -> bool:
    return local(one, zone).date() == local(other, zone).date()
