"""Collect who takes part: every list of every post, page by page, again and again until the closing.

A walk reads each list once, one page a step; what a page brought is kept before the cursor moves on, so that a page may
be read twice and none is left out. The stated rule for what people change: the last version that a walk saw before the
closing is what counts; the last walk before the closing is a roll call: likes and reposts that it does not find any
more were taken back, comments that it does not find are asked for by themselves (`look_again.py`), for a list may end
before all are on it. The walk after the closing only adds whom none had seen yet, and changes nothing of the others.
What was heard beside the lists, and what was heard of changes and ends, is `take_heard.py`.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from heraut.brands import EntryKind, NetworkName
from heraut.contests.keep_entrants import SECOND, kept_instant, new_entrant, over, save_changed
from heraut.contests.look_again import accounts_that_block, blocks_read, looked_again
from heraut.contests.model import is_nameless
from heraut.contests.nameless import who_did
from heraut.contests.read_lists import page_of, places_of, post_of
from heraut.contests.running import Contest, Deed, KeptEntrant, List, Walk
from heraut.errors import HerautError, NetworkError, NotFound, RateLimited, Refused
from heraut.networks.base import Reach

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Account, Brand, Terms
    from heraut.contests.world import Running
    from heraut.networks.base import Entry, Listed, Lists

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
ENTRIES_A_MINUTE = 200  # of rest after a walk: large lists are read more rarely, for each reading is paid for
ROLL_CALL = timedelta(minutes=2)  # before the closing, and more where there is more to read
ENTRIES_A_SECOND = 50
AGAIN = timedelta(minutes=1)  # after a list could not be read
TRIES = 3  # of a list in one walk; the walk after the closing has its own patience
KEPT_AT_ONCE = 500  # of a page: some networks give a list in one piece
BEFORE_DRAW = timedelta(minutes=15)  # by then the list is frozen, with what could be read


def gives_up_at(terms: Terms) -> datetime:
    """Say until when a list that cannot be read after the closing is waited for: the draw must stay possible."""
    return max(over(terms) + AGAIN, terms.draws - BEFORE_DRAW)


def next_walk_at(contest: Contest, terms: Terms) -> datetime:
    """Say when the lists are read next; the roll call begins early enough to be over by the closing."""
    roll_call = roll_call_at(contest, terms)
    if contest.walked_at is None:
        return terms.opens
    usual = contest.walked_at + max(EVERY, timedelta(minutes=contest.size / ENTRIES_A_MINUTE))
    if contest.walked_at < roll_call <= usual:
        return roll_call
    return usual


def roll_call_at(contest: Contest, terms: Terms) -> datetime:
    """Say when the last walk before the closing begins."""
    return terms.closes - ROLL_CALL - timedelta(seconds=contest.size / ENTRIES_A_SECOND)


def begun_walk(contest: Contest, brand: Brand, terms: Terms, world: Running, now: datetime) -> Contest:
    """Begin to read every list that can be read of the contest's posts; people hear once of a post that is not found.

    After the closing a network that does not answer is waited for, as long as there is time.
    """
    found: list[List] = []
    unfound = {}
    unread: frozenset[str] = frozenset()
    for account, adapter, place in places_of(brand, terms.posts, world):
        try:
            post = post_of(place, account, adapter, brand, world, now)
        except NetworkError as error:
            log.warning("a post of %s/%s was not found: %s", contest.brand, contest.name, error)
            if over(terms) <= now < gives_up_at(terms) and not isinstance(error, Refused):
                return contest.next(due_at=now + AGAIN)
            unread |= {f"{account.network}/{kind}" for kind in adapter.reach}
            unfound = contest.telling_once("unfound", now, f"unfound {account.name}", account=account.name)
        else:
            found += _lists(post, account, adapter, terms) if post else ()
    lists = tuple({one.name: one for one in found}.values())
    comments = {one.name: one for one in (*contest.posts, *lists) if one.kind is EntryKind.COMMENT}
    roll_call = roll_call_at(contest, terms) <= now < over(terms)
    open_still = now < over(terms)
    blocks = accounts_that_block(brand, terms, world) if terms.exclude.blocked and open_still else ()
    walk = Walk(began_at=now, roll_call=roll_call, left=lists, blocks=blocks)
    unread = frozenset() if open_still else unread
    return contest.next(walk=walk, posts=tuple(comments.values()), unread=unread, due_at=now, **unfound)


def walked_on(contest: Contest, brand: Brand, terms: Terms, world: Running, now: datetime) -> Contest:
    """Read the next page of a walk, keep what it brought, and say where to go on."""
    walk = contest.walk
    if walk is None:
        raise ValueError("no walk was begun")
    if not walk.left and walk.blocks:
        return blocks_read(contest, walk, brand, terms, world, now)
    if not walk.left and walk.roll_call and not walk.looked:
        return looked_again(contest, walk, brand, terms, world, now)
    if not walk.left:
        # what was heard is looked at anew: of posts that this walk found, too
        return contest.next(walk=None, walked_at=walk.began_at, size=walk.seen, hearing_from=None, due_at=now)
    first = walk.left[0]
    try:
        page = page_of(first, walk.cursor, brand, world, now)
    except (NetworkError, NotFound) as error:
        return _not_read(contest, walk, brand, terms, error, now)
    nameless = _keep(contest, first, page, brand, terms, world, now) or contest.nameless
    whole = page.cursor is None
    of_nobody = walk.unnamed + sum(1 for one in page.entries if one.by is None and one.remote is None)
    moved = walk.model_copy(
        update={
            "cursor": page.cursor,
            "left": walk.left[1:] if whole else walk.left,
            "failed": 0,
            "unnamed": 0 if whole else of_nobody,
            "seen": walk.seen + len(page.entries),
        }
    )
    rolls, unnamed = contest.rolls, contest.unnamed
    if whole and (of_nobody or first.name in unnamed) and now < over(terms):
        unnamed = {**unnamed, first.name: (_network_of(first, brand), first.kind, of_nobody)}
    if whole and walk.roll_call and now < over(terms):
        rolls = {**rolls, first.name: walk.began_at}
    told = {"rolls": rolls, "unnamed": unnamed, "nameless": nameless, "own": contest.own | page.own}
    return contest.next(walk=moved, **told, due_at=now)


def _not_read(contest: Contest, walk: Walk, brand: Brand, terms: Terms, error: HerautError, now: datetime) -> Contest:
    """Wait for a list that may be read later, as long as there is time; go on without one that cannot be."""
    log.warning("a list of %s/%s could not be read: %s", contest.brand, contest.name, error)
    out_of_patience = now >= gives_up_at(terms) or (walk.failed + 1 >= TRIES and now < over(terms))
    if isinstance(error, Refused | NotFound) or out_of_patience:
        return _without(contest, walk, walk.left[0], brand, terms, now)
    if isinstance(error, RateLimited):
        return contest.next(due_at=max(now + SECOND, min(error.until, now + EVERY)))
    return contest.next(walk=walk.model_copy(update={"failed": walk.failed + 1}), due_at=now + AGAIN)


def _without(contest: Contest, walk: Walk, dropped: List, brand: Brand, terms: Terms, now: datetime) -> Contest:
    """Go on with the next list; people hear once that this one cannot be read."""
    account = brand.account(dropped.account)
    told = contest.telling_once(
        "unread", now, f"unread {dropped.name}", account=dropped.account, kind=dropped.kind.value
    )
    left = walk.model_copy(update={"left": walk.left[1:], "cursor": None, "failed": 0, "unnamed": 0})
    unread = contest.unread
    if now >= over(terms) and account is not None:
        unread |= {f"{account.network}/{dropped.kind}"}
    return contest.next(walk=left, unread=unread, due_at=now, **told)


def _lists(post: str, account: Account, adapter: Lists, terms: Terms) -> Iterator[List]:
    """Give the lists of a post that are read: those of what people must do, what adds chances, and comments anyhow."""
    more = terms.more_chances
    for kind, reach in adapter.reach.items():
        wanted = kind is EntryKind.COMMENT or terms.on(account.network).asks(kind) or (more and more.of(kind))
        if reach is Reach.LISTED and wanted:
            yield List(account=account.name, post=post, kind=kind)


def _keep(
    contest: Contest, wanted: List, page: Listed, brand: Brand, terms: Terms, world: Running, now: datetime
) -> bool:
    """Keep what a page brought, each entrant's part in one write; what is known and unchanged is not written again.

    Gives whether any of it is of nobody that is named.
    """
    if contest.walk is None:
        raise ValueError("no walk was begun")
    did: dict[str, list[Entry]] = defaultdict(list)
    for one in page.entries:
        who = who_did(one, wanted, _network_of(wanted, brand))
        if who is not None:
            did[who].append(one)
    roll = contest.walk.began_at if contest.walk.roll_call else None
    is_over = now >= over(terms)
    everybody = iter(did)
    while some := list(islice(everybody, KEPT_AT_ONCE)):
        known = world.contests.entrants(contest.brand, contest.name, some)
        changed = []
        for who in some:
            before = known.get(who)
            merged = _merged(before or new_entrant(who, world), wanted, did[who], now, roll, is_over=is_over)
            changed.append((before, merged))
        save_changed(contest, changed, terms, world)
    return any(is_nameless(who) for who in did)


def _network_of(wanted: List, brand: Brand) -> NetworkName:
    account = brand.account(wanted.account)
    if account is None:
        raise NotFound(wanted.account)
    return account.network


def _merged(
    before: KeptEntrant,
    wanted: List,
    entries: Sequence[Entry],
    now: datetime,
    roll: datetime | None,
    *,
    is_over: bool,
) -> KeptEntrant:
    """Add what somebody did to what is kept of them; after the closing, nothing that was known changes."""
    deeds: dict[tuple[str, str | None], Deed] = {(one.list_name, one.remote): one for one in before.deeds}
    for entry in entries:
        key = (wanted.name, entry.remote)
        old = deeds.get(key)
        if old is not None and is_over:
            continue
        changes = _told(wanted, entry, now, roll)
        deeds[key] = _seen_again(old, changes) if old else Deed.model_validate(changes)
    entry = entries[-1]
    return before.model_copy(
        update={
            "handle": entry.handle or before.handle,
            "deeds": tuple(deeds.values()),
            "account_since": kept_instant(entry.account_since) or before.account_since,
            "followers": before.followers if entry.followers is None or is_over else entry.followers,
            "machine": before.machine if entry.machine is None else entry.machine,
        }
        if not (is_over and before.deeds)
        else {"deeds": tuple(deeds.values())}
    )


def _seen_again(old: Deed, changes: Mapping[str, object]) -> Deed:
    """Give a deed as it is now; what the list does not say of it stays."""
    stays = {"seen_at": old.seen_at, "edited_at": changes["edited_at"] or old.edited_at}
    return old.model_copy(update={**changes, **stays})


def _told(wanted: List, entry: Entry, seen_at: datetime, roll: datetime | None) -> Mapping[str, object]:
    told: dict[str, object] = {
        "kind": wanted.kind,
        "name": entry.name,
        "seen_at": seen_at,
        "post": wanted.post,
        "account": wanted.account,
        "remote": entry.remote,
        "text": entry.text,
        "at": kept_instant(entry.at),
        "edited_at": kept_instant(entry.edited_at),
        "mentions": entry.mentions,
        "below": entry.below,
        "local": entry.local or "",
    }
    return told | ({"present_at": roll} if roll else {})
