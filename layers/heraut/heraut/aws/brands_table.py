"""The Brands table: the configuration as applied, and who confirmed that our messages reach them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from heraut.aws.items import PK, SCHEMA, SK, document, from_document
from heraut.brands.model import EVERYTHING, Brand
from heraut.due import instant
from heraut.retention import TURN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from heraut.aws.table import Table

CONFIG = "config"
_DIRECTORY, _PERSON, _TURN = "brand#", "person#", "turn#"
_BEGINS = "#pk = :pk AND begins_with(#sk, :prefix)"


class BrandsTable:
    """The port `brands.store.Brands` over one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def brand(self, brand: str) -> Brand | None:
        """Read one brand (consistent), None when it does not exist."""
        item = self._table.get((brand, CONFIG))
        return from_document(Brand, item["document"]) if item else None

    def every_brand(self) -> Sequence[Brand]:
        """Read all brands of the stack, by id."""
        listed = self._table.query(_BEGINS, {"pk": EVERYTHING, "prefix": _DIRECTORY})
        keys = [(item[SK].removeprefix(_DIRECTORY), CONFIG) for item in listed]
        found = [from_document(Brand, item["document"]) for item in self._table.get_many(keys)]
        return sorted(found, key=lambda brand: brand.id)

    def save(self, brand: Brand, expected_revision: int) -> None:
        """Write `brand` (whose revision is expected + 1) and its directory entry; Conflict if another was applied."""
        if brand.revision != expected_revision + 1:
            raise ValueError(f"revision {brand.revision} does not follow {expected_revision}")
        config = self._table.updating(
            (brand.id, CONFIG),
            "SET #schema = :schema, #revision = :revision, #document = :document",
            "#revision = :expected" if expected_revision else "attribute_not_exists(#pk)",
            schema=SCHEMA,
            revision=brand.revision,
            document=document(brand),
            **({"expected": expected_revision} if expected_revision else {}),
        )
        entry = {PK: EVERYTHING, SK: f"{_DIRECTORY}{brand.id}", "schema": SCHEMA}
        self._table.transact([config, self._table.putting(entry)])

    def confirm_person(self, brand: str, person: str, at: datetime) -> None:
        """Remember that this person read a test message of ours."""
        change = "SET #schema = :schema, #confirmed_at = :at"
        self._table.update((brand, f"{_PERSON}{person}"), change, {"schema": SCHEMA, "at": at})

    def confirmations(self, brand: str) -> Mapping[str, datetime]:
        """Give when each person (by id) confirmed; those who never did are absent."""
        items = self._table.query(_BEGINS, {"pk": brand, "prefix": _PERSON})
        return {item[SK].removeprefix(_PERSON): instant(item["confirmed_at"]) for item in items}

    def take_turn(self, brand: str, name: str, now: datetime, until: datetime) -> bool:
        """Take a turn that nobody else has until then (a lease); False while somebody has it."""
        mark = uuid.uuid4().hex
        answer = self._table.update(
            (brand, f"{_TURN}{name}"),
            "SET #schema = :schema, #until = :until, #mark = :mark, #expires = :expires",
            {"schema": SCHEMA, "until": until, "mark": mark, "now": now, "expires": TURN.forgotten(until)},
            "attribute_not_exists(#until) OR #until <= :now",
        )
        return answer.done or (answer.item is not None and answer.item.get("mark") == mark)

    def end_turn(self, brand: str, name: str, until: datetime, at: datetime) -> None:
        """Let the turn that was taken until `until` end at `at`; one that somebody else has by now stays theirs."""
        self._table.update((brand, f"{_TURN}{name}"), "SET #until = :at", {"until": until, "at": at}, "#until = :until")
