"""The configuration file's content, checked field by field: a plain document becomes brands, or says what is wrong.

The document is what YAML gives (`{"brands": [...]}`); this module neither reads files nor tables.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from heraut.addresses import is_mail, is_web
from heraut.brands import contests_file, gatherings_file, rules_file
from heraut.brands.durations import minutes
from heraut.brands.fields import built, letters_problems, repeated, unknown, zone_problems
from heraut.brands.model import Account, Brand, Channel, NetworkName, Person, WayName
from heraut.errors import InvalidInput
from heraut.notifications.sms import number as telephone
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from heraut.problems import Problem

BRAND_FIELDS = frozenset(
    {
        *("id", "name", "zone", "language", "logo", "accounts", "groups", "people", "slots", "revision"),
        *(
            "working_hours",
            "quiet_hours",
            "holidays",
            "days_off",
            "answer_within",
            "morning_hour",
            "teams",
            "channels",
            "saved_answers",
            "rules",
            "contests",
            "events",
        ),
    }
)
ACCOUNT_FIELDS = frozenset({"name", "network", "instance", "service", "handle", "url", "language", "late", "slots"})
PERSON_FIELDS = frozenset({"id", "name", "email", "phone", "topic", "language", "roles", "ways", "answers_approved"})
CHANNEL_FIELDS = frozenset({"name", "way", "topic", "language"})
LARGEST = 350_000  # bytes of a brand as it is stored; DynamoDB holds 400 kB
BLUESKY_SERVICE = "https://bsky.social"
_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}")


def read_configuration(document: Any) -> tuple[Brand, ...]:
    """Turn a document into brands; InvalidInput carries every problem found, each with the path of its field."""
    problems: list[Problem] = []
    entries = document.get("brands") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not entries:
        raise InvalidInput([problem("configuration_without_brands", "brands")])
    problems += unknown(document, frozenset({"brands"}), "")
    brands = [_brand(entry, f"brands[{number}]", problems) for number, entry in enumerate(entries, 1)]
    found = [brand for brand in brands if brand is not None]
    problems += repeated((brand.id for brand in found), "brands", "brand_repeated")
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
    zone = entry.get("zone", "Europe/Paris")
    problems += unknown(entry, BRAND_FIELDS, path)
    accounts = _each(entry, "accounts", path, problems, _account)
    people = _each(entry, "people", path, problems, _person)
    problems += repeated((account.name for account in accounts), f"{path}.accounts", "account_repeated")
    problems += repeated((person.id for person in people), f"{path}.people", "person_repeated")
    more: dict[str, Any] = {
        "teams": _each(entry, "teams", path, problems, rules_file.read_team),
        "channels": _each(entry, "channels", path, problems, _channel),
        "rules": _each(entry, "rules", path, problems, rules_file.read_rule),
    }
    problems += rules_file.saved_answers_problems(entry.get("saved_answers") or {}, f"{path}.saved_answers")
    if entry.get("days_off") is not None:
        more["days_off"] = rules_file.days_off(entry["days_off"], f"{path}.days_off", problems)
    if entry.get("answer_within") is not None:
        more["answer_within"] = rules_file.answer_within(entry["answer_within"], f"{path}.answer_within", problems)
    problems += _groups_problems(entry.get("groups") or {}, accounts, path)
    of_zone = zone_problems(zone, f"{path}.zone")
    problems += of_zone
    if entry.get("contests") is not None and not of_zone:
        more["contests"] = contests_file.read_contests(
            entry["contests"], f"{path}.contests", problems, entry.get("zone")
        )
    if entry.get("events") is not None and not of_zone:
        more["events"] = gatherings_file.read_gatherings(entry["events"], f"{path}.events", problems, entry.get("zone"))
    problems += letters_problems(entry, BRAND_FIELDS, path)
    values = {key: entry[key] for key in BRAND_FIELDS & entry.keys() if entry[key] is not None}
    values |= {"accounts": accounts, "people": people} | more
    if len(problems) > before:  # what else is wrong with the brand itself, once each
        told = {one.column for one in problems[before:]}
        others: list[Problem] = []
        read = {"accounts", "people", "groups", *more}
        built(Brand, {key: value for key, value in values.items() if key not in read}, path, others)
        problems += [one for one in others if one.column not in told]
        return None
    brand = built(Brand, values, path, problems)
    if brand is not None:
        problems += rules_file.names_problems(brand, path) + contests_file.contests_problems(brand, path)
        problems += gatherings_file.gatherings_problems(brand, path)
        problems += _size_problems(brand, path)
    return brand


def _account(entry: Mapping[str, Any], path: str, problems: list[Problem]) -> Account | None:
    problems += unknown(entry, ACCOUNT_FIELDS, path)
    problems += letters_problems(entry, ACCOUNT_FIELDS, path)
    values = {key: value for key, value in entry.items() if key in ACCOUNT_FIELDS and value is not None}
    if "late" in values:
        late = minutes(values.pop("late"))
        if late is None:
            problems.append(problem("late_unreadable", f"{path}.late", given=str(entry["late"])))
            return None
        values["late_minutes"] = late
    if values.get("network") == NetworkName.BLUESKY:
        values.setdefault("service", BLUESKY_SERVICE)
    account = built(Account, values, path, problems)
    if account is not None:
        problems += _network_problems(account, path)
    return account


def _network_problems(account: Account, path: str) -> list[Problem]:
    """Find what this network needs and was not given."""
    needed = {
        NetworkName.MASTODON: ("instance",),
        NetworkName.BLUESKY: ("handle",),
        NetworkName.SITE: (),
        NetworkName.FACEBOOK: (),
        NetworkName.INSTAGRAM: (),
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
    problems += unknown(entry, PERSON_FIELDS, path)
    problems += letters_problems(entry, PERSON_FIELDS, path)
    values = {key: value for key, value in entry.items() if key in PERSON_FIELDS and value is not None}
    email = values.get("email")
    if isinstance(email, str) and not is_mail(email):
        problems.append(problem("email_unreadable", f"{path}.email", given=email))
        return None
    before = len(problems)
    problems += _reach_problems(values, path)
    if len(problems) > before:
        return None
    if values.get("phone"):
        values["phone"] = telephone(str(values["phone"]))
    return built(Person, values, path, problems)


def _channel(entry: Mapping[str, Any], path: str, problems: list[Problem]) -> Channel | None:
    problems += unknown(entry, CHANNEL_FIELDS, path)
    problems += letters_problems(entry, CHANNEL_FIELDS, path)
    values = {key: value for key, value in entry.items() if key in CHANNEL_FIELDS and value is not None}
    found = _reach_problems({**values, "ways": [values.get("way")]}, path)
    problems += found
    return None if found else built(Channel, values, path, problems)


def _reach_problems(values: Mapping[str, Any], path: str) -> list[Problem]:
    """Find a telephone number or a topic that is none, or that a person's ways need and nobody gave."""
    found, phone, topic = [], values.get("phone"), values.get("topic")
    if phone is not None and telephone(str(phone)) is None:
        found.append(problem("phone_unreadable", f"{path}.phone", given=str(phone)))
    if topic is not None and not _TOPIC.fullmatch(str(topic)):
        found.append(problem("topic_unreadable", f"{path}.topic", given=str(topic)))
    ways = values.get("ways")
    needed = ((WayName.SMS, "phone", "phone_missing"), (WayName.TOPIC, "topic", "topic_missing"))
    for way, field, code in needed:
        if isinstance(ways, list) and way in ways and not values.get(field):
            found.append(problem(code, f"{path}.{field}", person=str(values.get("name"))))
    return found


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


def _size_problems(brand: Brand, path: str) -> list[Problem]:
    size = len(brand.model_dump_json().encode())
    return [problem("brand_too_large", path, size=size // 1000, limit=LARGEST // 1000)] if size > LARGEST else []


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


def _document_of(brand: Brand) -> dict[str, Any]:
    values = brand.model_dump(mode="json", exclude_none=True, include=set(BRAND_FIELDS), exclude_defaults=True)
    document: dict[str, Any] = {"id": brand.id, "revision": brand.revision, "name": brand.name}
    document |= {"zone": brand.zone, "language": brand.language} | values
    for account in document.get("accounts", []):
        late = account.pop("late_minutes", None)
        if late is not None:
            account["late"] = f"{late} min"
    if "contests" in document:
        document["contests"] = contests_file.contests_document(document["contests"])
    if "answer_within" in document:
        document["answer_within"] = {name: f"{length} min" for name, length in document["answer_within"].items()}
    return document
