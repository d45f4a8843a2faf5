"""Keep whoever took part, whether a list brought them or they were heard."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, overload

from heraut.brands import NetworkName
from heraut.contests.running import KeptEntrant, forgotten_at
from heraut.due import instant, stamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Terms
    from heraut.contests.running import Contest
    from heraut.contests.world import Running

SECOND = timedelta(seconds=1)
WRITTEN_AT_ONCE = 100


def over(terms: Terms) -> datetime:
    """Give the instant from which nothing counts any more: the closing second itself still does."""
    return terms.closes + SECOND


def new_entrant(who: str, world: Running) -> KeptEntrant:
    """Give somebody who is seen for the first time, with a nonce of their own."""
    return KeptEntrant(id=who, nonce=world.nonce().hex(), network=NetworkName(who.partition(":")[0]))


def save_changed(
    contest: Contest, changed: Sequence[tuple[KeptEntrant | None, KeptEntrant]], terms: Terms, world: Running
) -> None:
    """Write those who are new, or not what they were before; who did not change is not written again.

    Nor is who asked to be forgotten.
    """
    after = [
        one.model_copy(update={"revision": before.revision + 1}) if before else one
        for before, one in changed
        if one != before and not (before and before.forgotten_at)
    ]
    for start in range(0, len(after), WRITTEN_AT_ONCE):
        part = after[start : start + WRITTEN_AT_ONCE]
        world.contests.save_entrants(contest.brand, contest.name, part, forgotten_at(terms))


@overload
def kept_instant(moment: datetime) -> datetime: ...
@overload
def kept_instant(moment: datetime | None) -> datetime | None: ...
def kept_instant(moment: datetime | None) -> datetime | None:
    """Give an instant as it is kept, to the millisecond: what did not change is equal to what is kept."""
    return None if moment is None else instant(stamp(moment))
