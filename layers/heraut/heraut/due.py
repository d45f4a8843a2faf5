"""The due pattern: what must happen at a time is found by when, never by scanning.

Everything that must happen at a time carries `due_shard` and `due_at` in its own
table and stands in that table's sparse index `due`. A tick asks each shard for
`due_at <= now + horizon`: its cost follows what is due, and nothing late is missed.
An index row is only a hint: the index is eventually consistent.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

World = TypeVar("World")

INDEX = "due"
SHARD = "due_shard"
AT = "due_at"


@dataclass(frozen=True)
class Timed(Generic[World]):
    """What tells a tick whose time has come (brand and name), and what makes all that lets them go on.

    Most ticks find nothing due: only then is the rest loaded and made, once.
    """

    due: Callable[[datetime], Iterable[tuple[str, str]]]
    make: Callable[[], World]


def shard_of(kind: str, key: str, shards: int) -> str:
    """Give the shard (`delivery-0` to `delivery-3` for four) that `key` always falls into."""
    return f"{kind}-{zlib.crc32(key.encode()) % shards}"


def shards_of(kind: str, shards: int) -> list[str]:
    """Give every shard that a tick must ask for."""
    return [f"{kind}-{number}" for number in range(shards)]


def stamp(instant: datetime) -> str:
    """Write an aware instant as UTC with milliseconds, so that text order is time order."""
    require_aware(instant)
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(stamped: str) -> datetime:
    """Read what `stamp` wrote."""
    return require_aware(datetime.fromisoformat(stamped))


def require_aware(moment: datetime) -> datetime:
    """Refuse a naive datetime: a time without zone is a wrong time somewhere."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        text = "a time without its zone was given"
        raise ValueError(text)
    return moment
