"""Take note of what conversations heard under a contest's posts, beside what its network lists.

A webhook or a look at the account brings a comment once, as it is written; a list is what its network still shows. So
both become the same evidence, known by the comment's own id, and whoever one of them leaves out the other one brings.
What is heard is kept until it is taken note of (`conversations/overhear.py`), and forgotten only then: a run that died
takes note of it again, which changes nothing.

Comments, changes and ends count by their own instants: what was written, changed or taken away by the closing and is
heard of after it still counts until the list is frozen; what came later changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands import EntryKind
from heraut.contests.keep_entrants import kept_instant, new_entrant, over, save_changed
from heraut.contests.model import is_nameless
from heraut.contests.nameless import who_did
from heraut.contests.running import Contest, Deed, KeptEntrant, List
from heraut.networks.base import Lists

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from heraut.brands import Brand, Terms
    from heraut.contests.world import Running
    from heraut.conversations import Overheard
    from heraut.networks.base import Entry

EVERY = timedelta(minutes=5)
AT_ONCE = 200  # of what was heard, in one step
LOOKED_AT = 1_000  # beside what is below the contest's posts
YOUNG = timedelta(minutes=10)  # a post may be online a moment before we know so: what is heard below it waits

Matched = tuple["Overheard", List, "Entry"]


def next_heard_at(contest: Contest, now: datetime) -> datetime:
    """Say when what was heard is taken note of next."""
    return contest.heard_at + EVERY if contest.heard_at else now


def heard_taken(contest: Contest, brand: Brand, terms: Terms, world: Running, now: datetime) -> Contest:
    """Take note of the oldest that was heard; it is due again at once while there is more.

    A step ends between two instants, so that the next one goes on where something was not looked at.
    """
    posts = [*contest.posts, *_known_by_now(contest, brand, terms, world)]
    matched: list[Matched] = []
    read: list[Overheard] = []
    looked, last, further = 0, contest.hearing_from, None
    for one in world.heard.overheard(contest.brand, contest.name, contest.hearing_from):
        if one.heard_at != last and (len(read) >= AT_ONCE or looked >= LOOKED_AT):
            further = one.heard_at
            break
        looked, last = looked + 1, one.heard_at
        found = list(_matched(one, posts, brand, world))
        if found or now - one.heard_at > YOUNG:
            matched += found
            read.append(one)
    nameless = _keep(contest, matched, terms, world) or contest.nameless
    world.heard.forget_overheard(read)
    heard_at = contest.heard_at if further else now
    return contest.next(heard_at=heard_at, hearing_from=further, nameless=nameless, due_at=now)


def _known_by_now(contest: Contest, brand: Brand, terms: Terms, world: Running) -> Iterator[List]:
    """Give the comments of posts that went online since the last walk; no network is asked."""
    there = {one.name for one in contest.posts}
    for place in terms.posts:
        if place.url is not None:
            continue
        for name, post in world.posts.remote_ids(brand.id, place.row, place.post).items():
            one = List(account=name, post=post, kind=EntryKind.COMMENT)
            if name in place.accounts and one.name not in there:
                yield one


def _matched(heard: Overheard, posts: Sequence[List], brand: Brand, world: Running) -> Iterator[Matched]:
    """Give what was heard as the entry that each of the contest's posts would list."""
    account = brand.account(heard.said.account)
    adapter = world.networks.get(account.network) if account else None
    if account is None or adapter is None or not isinstance(adapter, Lists):
        return
    for one in posts:
        entry = adapter.heard(heard.said, one.post) if one.account == account.name else None
        if entry is not None:
            yield heard, one, entry


def _keep(contest: Contest, matched: Iterable[Matched], terms: Terms, world: Running) -> bool:
    """Keep it with whom it is of, and say whether any of it is of nobody that is named."""
    of_whom: dict[str, list[Matched]] = defaultdict(list)
    for one in matched:
        who = who_did(one[2], one[1], one[0].said.network)
        if who is not None:
            of_whom[who].append(one)
    known = world.contests.entrants(contest.brand, contest.name, list(of_whom))
    changed = []
    for who, said in of_whom.items():
        merged = known.get(who) or new_entrant(who, world)
        for one in said:
            merged = _merged(merged, *one, terms)
        changed.append((known.get(who), merged))
    save_changed(contest, changed, terms, world)
    return any(is_nameless(who) for who in of_whom)


def _merged(before: KeptEntrant, heard: Overheard, where: List, entry: Entry, terms: Terms) -> KeptEntrant:
    """Add what was heard to what is kept of somebody; what is known already changes only by what came in time."""
    deeds = {(one.list_name, one.remote): one for one in before.deeds}
    key = (where.name, entry.remote)
    old = deeds.get(key)
    deeds[key] = _first(heard, where, entry) if old is None else old
    deeds[key] = _changed(deeds[key], heard, entry, terms)
    return before.model_copy(
        update={
            "handle": before.handle or entry.handle,
            "deeds": tuple(deeds.values()),
            "followers": entry.followers if before.followers is None else before.followers,
        }
    )


def _first(heard: Overheard, where: List, entry: Entry) -> Deed:
    return Deed(
        kind=EntryKind.COMMENT,
        name=entry.name,
        seen_at=kept_instant(heard.heard_at),
        post=where.post,
        account=where.account,
        remote=entry.remote,
        text=entry.text,
        at=kept_instant(entry.at),
        mentions=entry.mentions,
        below=entry.below,
        local=entry.local or "",
    )


def _changed(deed: Deed, heard: Overheard, entry: Entry, terms: Terms) -> Deed:
    """Give a comment after what became of it by the closing."""
    if heard.erased_at is not None:
        in_time = deed.gone_at is None and heard.erased_at < over(terms)
        return deed.model_copy(update={"gone_at": kept_instant(heard.erased_at)}) if in_time else deed
    if heard.edited_at is None or heard.edited_at >= over(terms):
        return deed
    since = max((one for one in (deed.at, deed.edited_at, deed.present_at) if one), default=deed.seen_at)
    if heard.edited_at < since:
        return deed  # what is kept of it was read later
    return deed.model_copy(update={"text": entry.text, "edited_at": kept_instant(heard.edited_at)})
