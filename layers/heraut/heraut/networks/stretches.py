"""What a list that comes newest first holds beyond what was read, even where that is more than one look can read.

A look reads so many pages; what is behind them is remembered as a rest (where it begins, until what was known) and
read by the next looks, one after the other: nothing is left out, however long nobody listened.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Page:
    """Some items of a list, newest first, and where the following ones begin (None: there are none)."""

    items: Sequence[Any]
    after: str | None


@dataclass(frozen=True)
class Rest:
    """What was not read yet: from a place in the list until an item that was known then."""

    after: str
    until: str


@dataclass(frozen=True)
class Reading:
    """How a list is read.

    `page` gives one from a place (None: the newest) of what came since; `known` says whether an item was there then;
    `most` is the pages of a look.
    """

    page: Callable[[str | None, str], Page]
    known: Callable[[Any, str], bool]
    most: int


@dataclass(frozen=True)
class Stretch:
    """What a look found, newest first, and what it left for the next ones; `newest` of all that came, if any did."""

    items: tuple[Any, ...]
    rests: tuple[Rest, ...]
    newest: Any = None


def read(reading: Reading, since: str, rests: Sequence[Rest], again: str | None = None) -> Stretch:
    """Read what came since; where that was all, go on with the first rest.

    `again` is an earlier place than `since`, down to which is read once more as far as the look goes.
    """
    found, left = _read(reading, None, since if again is None else again)
    left = [Rest(one.after, since) for one in left if not reading.known(found[-1], since)]
    newest = found[0] if found else None
    if left or not rests:
        return Stretch(tuple(found), (*left, *rests), newest)
    more, left = _read(reading, rests[0].after, rests[0].until)
    return Stretch((*found, *more), (*left, *rests[1:]), newest)


def _read(reading: Reading, after: str | None, since: str) -> tuple[list[Any], list[Rest]]:
    found: list[Any] = []
    for _ in range(reading.most):
        page = reading.page(after, since)
        fresh = list(takewhile(lambda one: not reading.known(one, since), page.items))
        found += fresh
        if len(fresh) < len(page.items) or page.after is None:
            return found, []
        after = page.after
    return found, [Rest(after, since)] if after is not None else []


def as_json(rests: Sequence[Rest]) -> list[dict[str, str]]:
    """Give rests as a cursor keeps them."""
    return [asdict(one) for one in rests]


def from_json(kept: Sequence[dict[str, str]]) -> tuple[Rest, ...]:
    """Read rests that a cursor kept."""
    return tuple(Rest(one["after"], one["until"]) for one in kept)
