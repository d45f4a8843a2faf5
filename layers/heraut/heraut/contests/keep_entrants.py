"""Keep whoever took part, whether a list brought them or they were heard."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, overload

from heraut.brands import NetworkName
from heraut.contests.running import KeptEntrant, forgotten_at
from heraut.due import instant, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from heraut.brands import Terms
    from heraut.contests.running import Contest, Deed
    from heraut.contests.world import Running

SECOND = timedelta(seconds=1)
WRITTEN_AT_ONCE = 100
# Characters, of which JSON makes six bytes at most: an item of the table holds 400 kB, a write of several 4 MB.
LARGEST, LARGEST_WRITE, DEED = 50_000, 600_000, 500  # of one entrant, of a write, of a deed beside its texts


def over(terms: Terms) -> datetime:
    """Give the instant from which nothing counts any more: the closing second itself still does."""
    return terms.closes + SECOND


def new_entrant(who: str, world: Running) -> KeptEntrant:
    """Give somebody who is seen for the first time, with a nonce of their own."""
    return KeptEntrant(id=who, nonce=world.nonce().hex(), network=NetworkName(who.partition(":")[0]))


def forgotten_entrant(who: str, revision: int, now: datetime) -> KeptEntrant:
    """Give somebody who asked to be forgotten: an id that is not to come back, and nothing more."""
    network = NetworkName(who.partition(":")[0])
    return KeptEntrant(id=who, nonce="00" * 32, network=network, revision=revision, forgotten_at=now)


def save_changed(
    contest: Contest, changed: Sequence[tuple[KeptEntrant | None, KeptEntrant]], terms: Terms, world: Running
) -> None:
    """Write those who are new, or not what they were before; who did not change is not written again.

    Nor is who asked to be forgotten. Of whom did more than fits, what was seen first is kept.
    """
    kept = [(before, _bounded(one)) for before, one in changed]
    after = [
        one.model_copy(update={"revision": before.revision + 1}) if before else one
        for before, one in kept
        if one != before and not (before and before.forgotten_at)
    ]
    for part in _writes(after):
        world.contests.save_entrants(contest.brand, contest.name, part, forgotten_at(terms))


def _bounded(one: KeptEntrant) -> KeptEntrant:
    left, deeds = LARGEST, []
    for deed in one.deeds:
        if _size(deed) <= left:
            deeds.append(deed)
            left -= _size(deed)
    return one if len(deeds) == len(one.deeds) else one.model_copy(update={"deeds": tuple(deeds)})


def _writes(entrants: Sequence[KeptEntrant]) -> Iterator[Sequence[KeptEntrant]]:
    part: list[KeptEntrant] = []
    size = 0
    for one in entrants:
        its = DEED + sum(map(_size, one.deeds))
        if len(part) == WRITTEN_AT_ONCE or (part and size + its > LARGEST_WRITE):
            yield part
            part, size = [], 0
        part.append(one)
        size += its
    if part:
        yield part


def _size(deed: Deed) -> int:
    texts = (deed.text, deed.name, deed.post, deed.remote or "", deed.below or "", deed.local, *deed.mentions)
    return DEED + sum(map(len, texts))


@overload
def kept_instant(moment: datetime) -> datetime: ...
@overload
def kept_instant(moment: datetime | None) -> datetime | None: ...
def kept_instant(moment: datetime | None) -> datetime | None:
    """Give an instant as it is kept, to the millisecond: what did not change is equal to what is kept."""
    return None if moment is None else instant(stamp(moment))
