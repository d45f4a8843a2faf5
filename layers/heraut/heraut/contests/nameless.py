"""Comments whose author the network does not name: each is kept as an entry of its own, and counted in public.

Nobody can be drawn for one. The same comment may be named elsewhere (a webhook names whom the list does not, or the
other way round): then its author took part, and the nameless entry is none.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from heraut.brands import EntryKind
from heraut.contests.keep_entrants import WRITTEN_AT_ONCE, save_changed
from heraut.contests.model import NOBODY, Reason, is_nameless

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Terms
    from heraut.contests.running import Contest, List
    from heraut.contests.store import Contests
    from heraut.contests.world import Running
    from heraut.networks.base import Entry


def who_did(entry: Entry, where: List, network: str) -> str | None:
    """Give under which id an entry is kept; None of what neither has an author nor an id of its own (a like)."""
    if entry.by is not None or entry.remote is None:
        return entry.by
    return f"{network}:{NOBODY}{where.account}/{entry.remote}"


def named_elsewhere(contest: Contest, contests: Contests) -> frozenset[str]:
    """Give the nameless entries that are known with their author too; reads everybody twice where there may be any."""
    if not contest.nameless or contest.told_apart:
        return frozenset()
    places = {
        (deed.list_name, deed.remote): one.id
        for one in contests.every_entrant(contest.brand, contest.name)
        if is_nameless(one.id)
        for deed in one.deeds
    }
    return frozenset(
        places[deed.list_name, deed.remote]
        for one in contests.every_entrant(contest.brand, contest.name)
        if not is_nameless(one.id)
        for deed in one.deeds
        if (deed.list_name, deed.remote) in places
    )


def told_apart(contest: Contest, world: Running, now: datetime) -> Contest:
    """Mark the nameless entries that are known with their author too; once, before the list is made."""
    found = sorted(named_elsewhere(contest, world.contests))
    for start in range(0, len(found), WRITTEN_AT_ONCE):
        part = world.contests.entrants(contest.brand, contest.name, found[start : start + WRITTEN_AT_ONCE])
        changed = [(one, one.model_copy(update={"elsewhere": True})) for one in part.values()]
        save_changed(contest, changed, contest.agreed, world)
    return contest.next(told_apart=True, due_at=now)


def uncounted(contest: Contest, terms: Terms) -> Counter[str]:
    """Count likes and reposts whose author was not named, where they alone make an entry; by reason."""
    counted: Counter[str] = Counter()
    for network, kind, many in contest.unnamed.values():
        asked = terms.on(network)
        if many and asked.asks(kind) and not asked.asks(EntryKind.COMMENT):
            counted[Reason.UNNAMED.value] += many
    return counted
