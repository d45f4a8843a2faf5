"""The configuration file's content, checked field by field: a plain document becomes brands, or says what is wrong.

The document is what YAML gives (`{"brands": [...]}`); this module neither reads files nor tables.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import available_timezones

from pydantic import BaseModel, ValidationError

from heraut.addresses import is_web
from heraut.brands.model import Account, Brand, NetworkName, Person, Role
from heraut.errors import InvalidInput
from heraut.letters import clean, in_one_line
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from heraut.problems import Problem

Model = TypeVar("Model", bound=BaseModel)
BRAND_FIELDS = frozenset(
    {
        "id",
        "name",
        "zone",
        "language",
        "logo",
        "accounts",
        "groups",
        "people",
        "slots",
        "saved_answers",
        "working_hours",
        "revision",
    }
)
ACCOUNT_FIELDS = frozenset({"name", "network", "instance", "service", "handle", "url", "language", "late", "slots"})
PERSON_FIELDS = frozenset({"id", "name", "email", "phone", "language", "roles", "answers_approved"})
LONGEST_VALUE = 500  # characters of one field; nothing that a configuration names is longer
BLUESKY_SERVICE = "https://bsky.social"
_LATE = re.compile(
    r"^\s*(?:(?P<days>\d+)\s*(?:j|d))?\s*(?:(?P<hours>\d+)\s*h)?\s*(?:(?P<minutes>\d+)\s*(?:min|m))?\s*$"
)
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")


def read_configuration(document: Any) -> tuple[Brand, ...]:
    """Turn a document into brands; InvalidInput carries every problem found, each with the path of its field."""
    problems: list[Problem] = []
    entries = document.get("brands") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not entries:
        raise InvalidInput([problem("configuration_without_brands", "brands")])
    problems += _unknown(document, frozenset({"brands"}), "")
    brands = [_brand(entry, f"brands[{number}]", problems) for number, entry in enumerate(entries, 1)]
    found = [brand for brand in brands if brand is not None]
    problems += _repeated((brand.id for brand in found), "brands", "brand_repeated")
    if problems:
        raise InvalidInput(problems)
    return tuple(found)


def write_configuration(brands: Iterable[Brand]) -> dict[str, Any]:
    """Turn brands into a document that `read_configuration` reads back as the same brands."""
    return {"brands": [_document_of(brand) for brand in brands]}


def _brand(entry: Any, path: str, problems: list[Problem]) -> Brand | None:
    if not isinstance(entry, dict):
        problems.append(problem("entry_not_a_mapping", path))
        return None
    before = len(problems)
    problems += _unknown(entry, BRAND_FIELDS, path)
    accounts = _each(entry, "accounts", path, problems, _account)
    people = _each(entry, "people", path, problems, _person)
    problems += _repeated((account.name for account in accounts), f"{path}.accounts", "account_repeated")
    problems += _repeated((person.id for person in people), f"{path}.people", "person_repeated")
    problems += _groups_problems(entry.get("groups") or {}, accounts, path)
    problems += _zone_problems(entry.get("zone", "Europe/Paris"), path)
    problems += _letters_problems(entry, BRAND_FIELDS, path)
    values = {key: entry[key] for key in BRAND_FIELDS & entry.keys() if entry[key] is not None}
    values |= {"accounts": accounts, "people": people}
    if len(problems) > before:  # what else is wrong with the brand itself, once each
        told = {one.column for one in problems[before:]}
        more: list[Problem] = []
        _built(Brand, values | {"accounts": [], "people": [], "groups": {}}, path, more)
        problems += [one for one in more if one.column not in told]
        return None
    return _built(Brand, values, path, problems)


def _account(entry: Mapping[str, Any], path: str, problems: list[Problem]) -> Account | None:
    problems += _unknown(entry, ACCOUNT_FIELDS, path)
    problems += _letters_problems(entry, ACCOUNT_FIELDS, path)
    values = {key: value for key, value in entry.items() if key in ACCOUNT_FIELDS and value is not None}
    if "late" in values:
        minutes = _minutes(values.pop("late"))
        if minutes is None:
            problems.append(problem("late_unreadable", f"{path}.late", given=str(entry["late"])))
            return None
        values["late_minutes"] = minutes
    if values.get("network") == NetworkName.BLUESKY:
        values.setdefault("service", BLUESKY_SERVICE)
    account = _built(Account, values, path, problems)
    if account is not None:
        problems += _network_problems(account, path)
    return account


def _network_problems(account: Account, path: str) -> list[Problem]:
    """Find what this network needs and was not given."""
    needed = {
        NetworkName.MASTODON: ("instance",),
        NetworkName.BLUESKY: ("handle",),
        NetworkName.SITE: (),
        NetworkName.BY_HAND: (),
    }[account.network]
    found = [
        problem("account_field_missing", f"{path}.{name}", network=account.network, field=name)
        for name in needed
        if not getattr(account, name)
    ]
    for name in ("instance", "service", "url"):
        address = getattr(account, name)
        if address is not None and not is_web(address):
            found.append(problem("server_address_unreadable", f"{path}.{name}", given=address))
    return found


def _person(entry: Mapping[str, Any], path: str, problems: list[Problem]) -> Person | None:
    problems += _unknown(entry, PERSON_FIELDS, path)
    problems += _letters_problems(entry, PERSON_FIELDS, path)
    values = {key: value for key, value in entry.items() if key in PERSON_FIELDS and value is not None}
    email = values.get("email")
    if isinstance(email, str) and not _EMAIL.fullmatch(email):
        problems.append(problem("email_unreadable", f"{path}.email", given=email))
        return None
    return _built(Person, values, path, problems)


def _each(entry: Mapping[str, Any], name: str, path: str, problems: list[Problem], read: Any) -> list[Any]:
    held = entry.get(name) or []
    if not isinstance(held, list):
        problems.append(problem("entry_not_a_list", f"{path}.{name}"))
        return []
    found = []
    for number, one in enumerate(held, 1):
        where = f"{path}.{name}[{number}]"
        if not isinstance(one, dict):
            problems.append(problem("entry_not_a_mapping", where))
            continue
        value = read(one, where, problems)
        if value is not None:
            found.append(value)
    return found


def _built(model: type[Model], values: Mapping[str, Any], path: str, problems: list[Problem]) -> Model | None:
    try:
        return model.model_validate(values)
    except ValidationError as invalid:
        for error in invalid.errors():
            field = path + "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in error["loc"])
            if error["type"] == "missing":
                problems.append(problem("field_missing", field))
            elif error["type"] == "enum":
                problems.append(
                    problem("value_not_among", field, given=str(error["input"]), choices=_choices(model, field))
                )
            else:
                problems.append(problem("value_unusable", field, given=str(error["input"])[:80]))
        return None


def _choices(model: type[BaseModel], field: str) -> str:
    return ", ".join(Role if ".roles" in field else NetworkName) if model in (Account, Person) else ""


def _groups_problems(groups: Any, accounts: Sequence[Account], path: str) -> list[Problem]:
    if not isinstance(groups, dict):
        return [problem("entry_not_a_mapping", f"{path}.groups")]
    names = {account.name for account in accounts}
    found: list[Problem] = []
    for group, members in groups.items():
        where = f"{path}.groups.{group}"
        if group in names:
            found.append(problem("group_named_like_account", where, group=str(group)))
        if not isinstance(members, list) or not members:
            found.append(problem("entry_not_a_list", where))
            continue
        found += [
            problem("group_member_unknown", where, member=str(member), accounts=", ".join(sorted(names)))
            for member in members
            if not isinstance(member, str) or member not in names
        ]
    return found


def _zone_problems(zone: Any, path: str) -> list[Problem]:
    if isinstance(zone, str) and zone in available_timezones():
        return []
    near = difflib.get_close_matches(str(zone), available_timezones(), n=1)
    return [problem("zone_unknown", f"{path}.zone", given=str(zone), near=near[0] if near else "Europe/Paris")]


def _letters_problems(entry: Mapping[str, Any], known: frozenset[str], path: str) -> list[Problem]:
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


def _unknown(entry: Mapping[str, Any], known: frozenset[str], path: str) -> list[Problem]:
    found = []
    for key in entry:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            where = f"{path}.{key}" if path else str(key)
            code = "field_misspelt" if near else "field_unknown"
            found.append(problem(code, where, field=str(key), near=near[0] if near else ""))
    return found


def _repeated(names: Iterable[str], path: str, code: str) -> list[Problem]:
    return [problem(code, path, name=name) for name, times in Counter(names).items() if times > 1]


def _minutes(given: Any) -> int | None:
    """Read `90`, `90 min`, `1h`, `1h30min` or `2j` as minutes."""
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    found = _LATE.match(str(given))
    if not found or not any(found.groupdict().values()):
        return None
    part = {name: int(value or 0) for name, value in found.groupdict().items()}
    return part["days"] * 24 * 60 + part["hours"] * 60 + part["minutes"]


def _document_of(brand: Brand) -> dict[str, Any]:
    values = brand.model_dump(mode="json", exclude_none=True, include=set(BRAND_FIELDS), exclude_defaults=True)
    document: dict[str, Any] = {"id": brand.id, "revision": brand.revision, "name": brand.name}
    document |= {"zone": brand.zone, "language": brand.language} | values
    for account in document.get("accounts", []):
        late = account.pop("late_minutes", None)
        if late is not None:
            account["late"] = f"{late} min"
    return document
