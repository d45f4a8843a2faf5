"""Events as they run, in the Contests table: `<brand>` / `event#<name>`, and `questions#<name>` of a session.

They have a shard of their own in the index `due`: a release that knows no events never meets one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heraut import due
from heraut.aws.due_names import EVENT, SHARDS, due_names
from heraut.aws.items import EXPIRES, PK, SCHEMA, SK, Values, document, from_document
from heraut.gatherings.questions import Questions
from heraut.gatherings.running import Gathering

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from heraut.aws.table import Key, Table

QUESTIONS = "questions#"
NEW = "attribute_not_exists(#pk)"
SAME = "#revision = :revision"


class GatheringsTable:
    """The port `gatherings.store.Gatherings`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def gathering(self, brand: str, name: str) -> Gathering | None:
        """Read an event as it runs, None when it was never planned."""
        item = self._table.get(_key(brand, name))
        return from_document(Gathering, item["document"]) if item else None

    def add(self, gathering: Gathering) -> None:
        """Write an event that is not there yet (Conflict when it is)."""
        self._table.transact([self._table.putting(_write(gathering), NEW)])

    def change(self, before: Gathering, after: Gathering) -> None:
        """Replace `before` by `after`; Conflict unless the revision is still that of before."""
        self._table.transact([self._table.putting(_write(after), SAME, revision=before.revision)])

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        """Give brand and name of the events to look at by now, soonest first (an index: it may lag)."""
        return due_names(self._table, EVENT, now)

    def questions(self, brand: str, name: str) -> Questions:
        """Read what was asked in a session (none yet: of revision 0)."""
        item = self._table.get((brand, f"{QUESTIONS}{name}"))
        return from_document(Questions, item["document"]) if item else Questions(brand=brand, name=name)

    def every_questions(self, brand: str) -> Iterator[Questions]:
        """Give what was asked in each session of a brand."""
        condition = "#pk = :brand AND begins_with(#sk, :prefix)"
        for item in self._table.query(condition, {"brand": brand, "prefix": QUESTIONS}):
            yield from_document(Questions, item["document"])

    def save_questions(self, questions: Questions, until: datetime) -> None:
        """Write it until it is forgotten, in place of that of `revision - 1`; Conflict otherwise."""
        key = {PK: questions.brand, SK: f"{QUESTIONS}{questions.name}", "schema": SCHEMA}
        written = {"document": document(questions), "revision": questions.revision, EXPIRES: int(until.timestamp())}
        if questions.revision == 1:
            self._table.transact([self._table.putting(key | written, NEW)])
            return
        self._table.transact([self._table.putting(key | written, SAME, revision=questions.revision - 1)])


def _write(gathering: Gathering) -> Values:
    brand, entry = _key(gathering.brand, gathering.name)
    values: dict[str, Any] = {"document": document(gathering), "revision": gathering.revision}
    if gathering.due_at is not None:
        shard = due.shard_of(EVENT, f"{gathering.brand}/{gathering.name}", SHARDS)
        values |= {due.SHARD: shard, due.AT: gathering.due_at}
    return {PK: brand, SK: entry, "schema": SCHEMA, **values}


def _key(brand: str, name: str) -> Key:
    return brand, f"{EVENT}#{name}"
