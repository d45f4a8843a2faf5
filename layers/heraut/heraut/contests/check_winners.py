"""Ask a network, in rank order and before a seat is given, what could not be known of everybody: who follows.

Who does not follow is passed over: a reason is logged and counted in public, ranks stay as they were drawn, the next
one moves up. What a network cannot say after all is left to people, who are told.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands import EntryKind, use_secret
from heraut.contests.model import Left, Reason
from heraut.contests.running import Place
from heraut.errors import CredentialsExpired, NetworkError, NotFound, RateLimited, Refused
from heraut.networks.base import Lists, Reach

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Account, Brand, Terms
    from heraut.contests.running import Contest, KeptEntrant, Winner
    from heraut.contests.world import Running

log = logging.getLogger(__name__)

SEATED = frozenset({Place.WON, Place.CLAIMED})
OUT = frozenset({Place.LAPSED, Place.DISQUALIFIED})
AGAIN = timedelta(minutes=1)
PATIENCE = timedelta(hours=1)  # with a network that does not answer, before it is left to people
AT_ONCE = 30
FOLLOW = Left.FOLLOW.value


def free_seats(terms: Terms, every: Sequence[Winner]) -> list[int]:
    """Give the ranks whose prize nobody has."""
    taken = {one.seat or one.rank for one in every if one.place in SEATED}
    return [rank for rank in range(1, min(terms.winners, len(every)) + 1) if rank not in taken]


def next_to_seat(terms: Terms, every: Sequence[Winner]) -> list[Winner]:
    """Give whose turn it is, in rank order, for the prizes that nobody has."""
    waiting = [one for one in every if one.place is Place.WAITING]
    return waiting[: len(free_seats(terms, every))]


def check_next(
    contest: Contest, brand: Brand, every: Sequence[Winner], world: Running, now: datetime
) -> Contest | None:
    """Ask about some of those whose turn it is, and note what came of it; None when there is nobody to ask about."""
    to_ask = [one for one in next_to_seat(contest.agreed, every) if FOLLOW in one.left and FOLLOW not in one.asked]
    if not to_ask:
        return None
    kept = world.contests.entrants(contest.brand, contest.name, [one.id for one in to_ask[:AT_ONCE]])
    known = {one.rank: _known_as(kept.get(one.id), brand, world) for one in to_ask[:AT_ONCE]}
    account = known[to_ask[0].rank][0]
    asked = {rank: local for rank, (there, local) in known.items() if there == account}
    if account is None:
        return _noted(contest, every, asked, None, world, now)
    try:
        following = _following(account, sorted(asked.values()), brand, world, now)
    except (NetworkError, NotFound) as error:
        log.warning("who follows %s/%s is not known: %s", contest.brand, account.name, error)
        since = contest.asking_since or now
        if isinstance(error, Refused | NotFound) or now - since >= PATIENCE:
            return _noted(contest, every, asked, None, world, now)
        later = min(error.until, now + PATIENCE) if isinstance(error, RateLimited) else now
        return contest.next(due_at=max(later, now + AGAIN), asking_since=since)
    return _noted(contest, every, asked, following, world, now)


def _known_as(entrant: KeptEntrant | None, brand: Brand, world: Running) -> tuple[Account | None, str]:
    """Give the account that somebody can be asked about, and what its server calls them; None where nobody can."""
    for deed in reversed(entrant.deeds if entrant else ()):
        account = brand.account(deed.account)
        adapter = world.networks.get(account.network) if account else None
        if adapter is None or not isinstance(adapter, Lists):
            continue
        if adapter.reach.get(EntryKind.FOLLOW) is Reach.CHECKED and deed.local:
            return account, deed.local
    return None, ""


def _following(account: Account, who: Sequence[str], brand: Brand, world: Running, now: datetime) -> frozenset[str]:
    adapter = world.networks.get(account.network)
    if adapter is None or not isinstance(adapter, Lists):
        raise NotFound(account.name)
    lists: Lists = adapter
    return use_secret(
        world.secrets,
        brand.id,
        account.name,
        lambda secret: lists.follows(account, secret, who, now),
        CredentialsExpired,
    )


def _noted(
    contest: Contest,
    every: Sequence[Winner],
    asked: Mapping[int, str],
    following: frozenset[str] | None,
    world: Running,
    now: datetime,
) -> Contest:
    """Note what came of asking; `following` None: nobody can say, so that people look."""
    for one in every:
        if one.rank not in asked:
            continue
        done = (*one.asked, FOLLOW)
        if following is None:
            after = one.after(now, "not_checked", asked=done)
        elif asked[one.rank] in following:
            left = tuple(each for each in one.left if each != FOLLOW)
            after = one.after(now, "checked", asked=done, left=left)
        else:
            code = Reason.NO_FOLLOW.value
            after = one.becomes(Place.DISQUALIFIED, now, asked=done, reason=code, code=code)
        world.contests.change_winner(contest.brand, contest.name, after)
    return contest.next(due_at=now, asking_since=None)
