"""Pauses, in the Posts table: `<brand>#brake` / `pause:<scope>` while on, `ended#<when>#<scope>` afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from heraut.aws.items import EXPIRES, PK, SK, Values, plain
from heraut.aws.posts_table import NEW, brake_key
from heraut.brands.model import EVERYTHING
from heraut.due import stamp
from heraut.errors import Conflict
from heraut.publishing.brake import PREFIX, Ended, Pause
from heraut.retention import ENDED_PAUSE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from heraut.aws.table import Table

Kind = TypeVar("Kind", bound=Pause)

ENDED = "ended#"
SAME = "#at = :at"
NONE_ON = f"{NEW} OR attribute_exists(#ending_at)"
TRIES = 5


class PausesTable:
    """The port `publishing.store.Pauses`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, pause: Pause) -> Pause:
        """Put a pause on; gives the one of this scope that is on already, if there is one.

        One that is ending stops nothing any more: this one takes its place.
        """
        key = brake_key(pause.scope.mark)
        for _ in range(TRIES):
            try:
                self._table.transact([self._table.putting(_values(key, pause), NONE_ON)])
            except Conflict:
                held = self._table.get(key)
                if held is not None and "ending_at" not in held:
                    return _read(Pause, held)
            else:
                return pause
        raise Conflict(f"{pause.scope.mark} began and ended {TRIES} times")

    def pauses(self, brands: Collection[str]) -> Sequence[Pause]:
        """Read, consistently, every pause of everything and of these brands and their accounts, oldest first."""
        found = [_read(Pause, item) for item in self._under(brands, PREFIX)]
        return sorted(found, key=lambda one: (one.at, one.scope.mark))

    def end(self, pause: Pause, at: datetime) -> Pause:
        """Say that it is ending: publishers stop minding it. Conflict when it is on no more."""
        key = brake_key(pause.scope.mark)
        ending = "SET #ending_at = if_not_exists(#ending_at, :ending)"
        answer = self._table.update(key, ending, {"ending": at, "at": pause.at}, SAME)
        if not answer.done or answer.item is None:
            raise Conflict(f"{pause.scope.mark} is no longer the pause that was read")
        return _read(Pause, answer.item)

    def remove(self, pause: Pause, by: str, at: datetime) -> None:
        """Forget a pause, and keep who ended it; nothing happens when it is gone already."""
        key = brake_key(pause.scope.mark)
        over = Ended.model_validate({**pause.model_dump(by_alias=True), "ended_at": at, "ended_by": by})
        kept = _values((key[0], f"{ENDED}{stamp(at)}#{key[1]}"), over) | {EXPIRES: ENDED_PAUSE.forgotten(at)}
        writes = [self._table.deleting(key, SAME, at=pause.at), self._table.putting(kept)]
        try:
            self._table.transact(writes)
        except Conflict:
            held = self._table.get(key)
            if held is not None and _read(Pause, held).at == pause.at:
                raise

    def ended(self, brands: Collection[str]) -> Sequence[Ended]:
        """Give the pauses of everything and of these brands that are over, newest first."""
        found = [_read(Ended, item) for item in self._under(brands, ENDED)]
        return sorted(found, key=lambda one: one.ended_at, reverse=True)

    def _under(self, brands: Collection[str], prefix: str) -> Iterator[Values]:
        for brand in dict.fromkeys((EVERYTHING, *brands)):
            given = {"pk": f"{brand}#brake", "prefix": prefix}
            yield from self._table.query("#pk = :pk AND begins_with(#sk, :prefix)", given)


def _values(key: tuple[str, str], pause: Pause) -> Values:
    held: Values = plain(pause)
    return {PK: key[0], SK: key[1], **{name: value for name, value in held.items() if value is not None}}


def _read(kind: type[Kind], item: Values) -> Kind:
    return kind.model_validate({name: value for name, value in item.items() if name not in {PK, SK, EXPIRES}})
