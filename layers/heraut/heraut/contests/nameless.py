"""Comments whose author the network does not name: each is kept as an entry of its own, and counted in public.

Nobody can be drawn for one. The same comment may be named elsewhere (a webhook names whom the list does not, or the
other way round): then its author took part, and the nameless entry is none.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from heraut.brands import EntryKind
from heraut.contests.keep_entrants import WRITTEN_AT_ONCE, save_changed
from heraut.contests.model import NOBODY, Reason, is_nameless
from heraut.contests.running import Tally
from heraut.contests.stretch import Stretch

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from datetime import datetime

    from heraut.brands import Terms
    from heraut.contests.running import Contest, KeptEntrant, List
    from heraut.contests.store import Contests
    from heraut.contests.world import Running
    from heraut.networks.base import Entry


def who_did(entry: Entry, where: List, network: str) -> str | None:
    """Give under which id an entry is kept; None of what neither has an author nor an id of its own (a like)."""
    if entry.by is not None or entry.remote is None:
        return entry.by
    return _nameless(network, where.account, entry.remote)


def named_elsewhere(contest: Contest, contests: Contests) -> Container[str]:
    """Say which nameless entries are known with their author too; reads everybody once where there may be any."""
    if not contest.nameless or contest.told_apart:
        return frozenset()
    every = contests.every_entrant(contest.brand, contest.name)
    return frozenset(place for one in every for place in _places(one))


def told_apart(contest: Contest, world: Running, now: datetime) -> Contest:
    """Mark nameless entries that are known with their author too, some thousands a step, before the list is made."""
    people = Stretch(contest, world.contests, contest.tally.after if contest.tally else "")
    places = (place for one in people for place in _places(one))
    while some := list(islice(places, WRITTEN_AT_ONCE)):
        found = world.contests.entrants(contest.brand, contest.name, some).values()
        changed = [(one, one.model_copy(update={"elsewhere": True})) for one in found]
        save_changed(contest, changed, contest.agreed, world)
    if people.more:
        return contest.next(tally=Tally(after=people.last), due_at=now)
    return contest.next(tally=None, told_apart=True, due_at=now)


def _places(one: KeptEntrant) -> Iterator[str]:
    """Give the ids under which what somebody did is kept where a network does not name them."""
    if not is_nameless(one.id):
        for deed in one.deeds:
            if deed.remote is not None:
                yield _nameless(one.network, deed.account, deed.remote)


def _nameless(network: str, account: str, remote: str) -> str:
    return f"{network}:{NOBODY}{account}/{remote}"


def uncounted(contest: Contest, terms: Terms) -> Counter[str]:
    """Count likes and reposts whose author was not named, where they alone make an entry; by reason."""
    counted: Counter[str] = Counter()
    for network, kind, many in contest.unnamed.values():
        asked = terms.on(network)
        if many and asked.asks(kind) and not asked.asks(EntryKind.COMMENT):
            counted[Reason.UNNAMED.value] += many
    return counted
