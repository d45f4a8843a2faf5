"""Apply a configuration: show what would change, refuse to overwrite what somebody else applied since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from heraut.brands.model import Brand
from heraut.errors import Conflict, InvalidInput
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from heraut.brands.store import Brands

NAMED_BY = {"accounts": "name", "people": "id", "teams": "name", "rules": "name"}
IN_ORDER = frozenset({"rules"})  # lists whose order says something


@dataclass(frozen=True)
class Change:
    """One field that would change: `path` inside the brand, before and after (None: absent)."""

    brand: str
    path: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Plan:
    """What applying would do; `unnamed` are brands of the stack that the file does not name: they stay as they are."""

    changes: tuple[Change, ...]
    wanted: tuple[Brand, ...]
    unnamed: tuple[str, ...]

    def changed(self) -> tuple[Brand, ...]:
        """Give the brands that would be written."""
        names = {change.brand for change in self.changes}
        return tuple(brand for brand in self.wanted if brand.id in names)


def plan_configuration(wanted: Sequence[Brand], brands: Brands) -> Plan:
    """Compare with what is applied; InvalidInput when the file was written from an older revision of a brand."""
    current = {brand.id: brand for brand in brands.every_brand()}
    behind = [
        problem("revision_behind", f"{brand.id}.revision", brand=brand.name, mine=brand.revision, theirs=theirs)
        for brand in wanted
        if (theirs := current[brand.id].revision if brand.id in current else 0) != brand.revision
        and (brand.id not in current or _differs(current[brand.id], brand))
    ]
    if behind:
        raise InvalidInput(behind)
    changes = [change for brand in wanted for change in _changes(current.get(brand.id), brand)]
    named = {brand.id for brand in wanted}
    return Plan(tuple(changes), tuple(wanted), tuple(sorted(current.keys() - named)))


def apply_configuration(plan: Plan, brands: Brands) -> tuple[Brand, ...]:
    """Write what the plan changes, each brand with its revision raised by one, and give those brands.

    InvalidInput when a brand was applied by somebody else since the plan was made; brands before it are written.
    """
    written = []
    for brand in plan.changed():
        raised = brand.model_copy(update={"revision": brand.revision + 1})
        try:
            brands.save(raised, expected_revision=brand.revision)
        except Conflict:
            where = f"{brand.id}.revision"
            behind = problem("revision_behind", where, brand=brand.name, mine=brand.revision, theirs=brand.revision + 1)
            raise InvalidInput([behind]) from None
        written.append(raised)
    return tuple(written)


def in_force(wanted: Sequence[Brand], brands: Brands) -> dict[str, int]:
    """Give the revision of each brand that says exactly what is applied: what its file should carry."""
    current = {brand.id: brand for brand in brands.every_brand()}
    return {
        brand.id: current[brand.id].revision
        for brand in wanted
        if brand.id in current and not _differs(current[brand.id], brand)
    }


def _differs(before: Brand, after: Brand) -> bool:
    return _content(before) != _content(after)


def _changes(before: Brand | None, after: Brand) -> Iterator[Change]:
    old = dict(_leaves(_content(before))) if before else {}
    new = dict(_leaves(_content(after)))
    for path in [*new, *(path for path in old if path not in new)]:
        if old.get(path) != new.get(path):
            yield Change(after.id, path, old.get(path), new.get(path))


def _content(brand: Brand) -> dict[str, Any]:
    return brand.model_dump(mode="json", exclude={"revision", "schema_"}, exclude_none=True)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Walk to every single value; entries of named lists are addressed by name, their order said where it counts."""
    if isinstance(value, dict):
        for key, held in value.items():
            yield from _leaves(held, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and path in NAMED_BY:
        yield from _named(value, path)
    else:
        yield path, value


def _named(entries: Sequence[Mapping[str, Any]], path: str) -> Iterator[tuple[str, Any]]:
    if path in IN_ORDER and entries:
        yield f"{path} 1, 2…", [entry[NAMED_BY[path]] for entry in entries]
    for entry in entries:
        yield from _leaves(dict(entry), f"{path}.{entry[NAMED_BY[path]]}")
