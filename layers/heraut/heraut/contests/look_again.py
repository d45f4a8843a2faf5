"""Look again, in the walk before the closing, for what its lists did not show, and read whom the accounts block.

A list may end before everybody is on it. So a comment that was seen or heard, and that the roll call did not find, is
asked for by itself: only what its network says is gone was deleted. What could not be asked for in time counts, and so
does what stands under a post whose list the roll call could not read: some networks (Meta) answer alike for what is
gone and for what we may not see any more.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import TYPE_CHECKING

from heraut.brands import EntryKind, use_secret
from heraut.contests.keep_entrants import over, save_changed
from heraut.contests.read_lists import still_there
from heraut.contests.stretch import Stretch
from heraut.errors import CredentialsExpired, NetworkError, NotFound, Refused
from heraut.networks.base import Blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from heraut.brands import Account, Brand, Terms
    from heraut.contests.running import Contest, Deed, KeptEntrant, Walk
    from heraut.contests.world import Running

log = logging.getLogger(__name__)

AT_ONCE = 100  # comments that are asked for in one step
MOST_ASKED = 500  # in all: networks may answer one by one, and the walk after the closing needs what they still allow


def looked_again(contest: Contest, walk: Walk, brand: Brand, terms: Terms, world: Running, now: datetime) -> Contest:
    """Ask for comments that the roll call did not find; on to the next ones, until there are none or enough."""
    people = Stretch(contest, world.contests, walk.looked_to)
    missing = list(_missing(people, contest, walk)) if now < over(terms) else []
    looks = walk.looks + sum(len(deeds) for _, deeds in missing)
    done = not people.more or looks >= MOST_ASKED or now >= over(terms)
    asked: dict[str, list[str]] = defaultdict(list)
    for _, deeds in missing:
        for one in deeds:
            asked[one.account].append(one.remote or "")
    there: dict[str, frozenset[str]] = {}
    for name, comments in asked.items():
        try:
            there[name] = still_there(name, comments, brand, world, now)
        except NotFound:
            there[name] = frozenset(comments)  # nobody to ask
        except NetworkError as error:  # they count: a network that fails deletes nobody
            log.warning("comments of %s/%s could not be looked for: %s", contest.brand, contest.name, error)
            done = True
    if world.clock.now() < over(terms):
        save_changed(contest, [(one, _marked(one, deeds, there, walk, now)) for one, deeds in missing], terms, world)
    after = walk.model_copy(update={"looks": looks, "looked": done, "looked_to": people.last})
    return contest.next(walk=after, due_at=now)


def blocks_read(contest: Contest, walk: Walk, brand: Brand, terms: Terms, world: Running, now: datetime) -> Contest:
    """Read the next page of whom an account blocks, and note it with those of them who take part.

    It holds from when the list was read to its end: who was found by then, or since, is blocked. After the closing
    nothing of it changes.
    """
    name, *left = walk.blocks
    try:
        found = _blocked(name, walk.cursor, brand, world, now)
    except NetworkError as error:
        log.warning("whom %s of %s blocks could not be read: %s", name, contest.brand, error)
        after = walk.model_copy(update={"blocks": tuple(left), "cursor": None})
        lasting = isinstance(error, Refused | CredentialsExpired)
        told = contest.telling_once("blocks", now, f"blocks {name}", account=name) if lasting else {}
        return contest.next(walk=after, due_at=now, **told)
    who, cursor = found
    in_time = world.clock.now() < over(terms)
    if in_time:
        known = world.contests.entrants(contest.brand, contest.name, sorted(who)).values()
        changed = [(one, one.model_copy(update={"blocked": {**one.blocked, name: walk.began_at}})) for one in known]
        save_changed(contest, changed, terms, world)
    if cursor is not None:
        return contest.next(walk=walk.model_copy(update={"cursor": cursor}), due_at=now)
    after = walk.model_copy(update={"blocks": tuple(left), "cursor": None})
    held = {**contest.blocks_read, name: walk.began_at} if in_time else contest.blocks_read
    return contest.next(walk=after, blocks_read=held, due_at=now)


def accounts_that_block(brand: Brand, terms: Terms, world: Running) -> tuple[str, ...]:
    """Name the contest's accounts whose network tells whom they block."""
    of_contest = [account for account in brand.accounts if account.name in terms.accounts]
    return tuple(one.name for one in of_contest if isinstance(world.networks.get(one.network), Blocks))


def _missing(people: Stretch, contest: Contest, walk: Walk) -> Iterator[tuple[KeptEntrant, Sequence[Deed]]]:
    """Give entrants with comments that were there before the roll call and that it did not find, as many as allowed."""
    left = min(AT_ONCE, MOST_ASKED - walk.looks)
    for one in people:
        deeds = [deed for deed in one.deeds if _is_missing(deed, walk) and _was_read(contest, deed, walk)][:left]
        if deeds:
            yield one, deeds
            left -= len(deeds)
            if not left:
                return


def _is_missing(deed: Deed, walk: Walk) -> bool:
    was_there = deed.kind is EntryKind.COMMENT and deed.remote is not None and deed.gone_at is None
    return was_there and deed.seen_at < walk.began_at and walk.began_at not in {deed.present_at, deed.there_at}


def _was_read(contest: Contest, deed: Deed, walk: Walk) -> bool:
    """Whether the roll call read the list in which a comment would stand to its end."""
    return contest.rolls.get(deed.list_name) == walk.began_at


def _marked(
    one: KeptEntrant, deeds: Sequence[Deed], there: dict[str, frozenset[str]], walk: Walk, now: datetime
) -> KeptEntrant:
    def marked(deed: Deed) -> Deed:
        if deed not in deeds or deed.account not in there:
            return deed
        if deed.remote in there[deed.account]:
            return deed.model_copy(update={"there_at": walk.began_at})
        return deed.model_copy(update={"gone_at": now})

    return one.model_copy(update={"deeds": tuple(marked(deed) for deed in one.deeds)})


def _blocked(
    name: str, cursor: str | None, brand: Brand, world: Running, now: datetime
) -> tuple[frozenset[str], str | None]:
    account: Account | None = brand.account(name)
    adapter = world.networks.get(account.network) if account else None
    if account is None or adapter is None or not isinstance(adapter, Blocks):
        return frozenset(), None
    page = use_secret(world.secrets, brand.id, name, lambda secret: adapter.blocked(account, secret, cursor, now))
    return page.who, page.cursor
