"""Who is due in a table of things that have a brand and a name; nothing of what they are is loaded for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut import due
from heraut.aws.items import PK, SK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from heraut.aws.table import Table

SHARDS = 1
CONTEST, EVENT = "contest", "event"  # each kind's shard in the index, and what its keys begin with


def due_names(table: Table, kind: str, now: datetime) -> Iterator[tuple[str, str]]:
    """Give brand and name of those of a kind to look at by now, soonest first (an index: it may lag)."""
    condition = f"#{due.SHARD} = :shard AND #{due.AT} <= :until"
    for shard in due.shards_of(kind, SHARDS):
        for item in table.query(condition, {"shard": shard, "until": now}, index=due.INDEX):
            yield item[PK], item[SK].removeprefix(f"{kind}#")
