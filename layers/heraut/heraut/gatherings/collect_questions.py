"""Collect what people ask: comments right under the session's posts, ranked by likes, then by when they were asked.

Each reading takes the lists as they are now, so that an edited comment counts in its last version and a deleted one not
at all; after the closing the lists are read once more, and nothing changes any more. Comments of the brand and of its
staff are no questions; one of the brand's right beneath a question answers it.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut import retention
from heraut.brands import EntryKind, Place
from heraut.contests import List, page_of, places_of, post_of
from heraut.errors import NetworkError, NotFound
from heraut.gatherings.questions import Question
from heraut.networks.base import Reach

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from heraut.brands import Brand, GatheringTerms
    from heraut.gatherings.questions import Questions
    from heraut.gatherings.running import Gathering
    from heraut.gatherings.world import Holding
    from heraut.networks.base import Entry

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
SETTLING = timedelta(seconds=20)  # that networks are given to list what came in the closing second
SECOND = timedelta(seconds=1)
LONGEST_TEXT = 500  # characters
MOST_PAGES = 50  # of one list in one reading


def read_questions(
    gathering: Gathering, brand: Brand, world: Holding, now: datetime
) -> tuple[Questions, Sequence[str]]:
    """Read what is asked now, and the accounts whose lists could not be read: of those what was known stays."""
    before = world.gatherings.questions(gathering.brand, gathering.name)
    found: list[Question] = []
    unread: list[str] = []
    for account, adapter, place in places_of(brand, list(_places(gathering)), world):
        if adapter.reach.get(EntryKind.COMMENT) is not Reach.LISTED:
            continue
        try:
            post = post_of(place, account, adapter, brand, world, now)
            if post is not None:
                wanted = List(account=account.name, post=post, kind=EntryKind.COMMENT)
                entries, own = _walk(wanted, brand, world, now)
                found += _asked(wanted, entries, own, gathering.terms, brand)
        except (NetworkError, NotFound) as error:
            log.warning("questions of %s/%s could not be read: %s", gathering.brand, gathering.name, error)
            unread.append(account.name)
    known = {(one.account, one.remote) for one in found}
    found += [one for one in before.kept if one.account in unread and (one.account, one.remote) not in known]
    return before.of(found), list(dict.fromkeys(unread))


def forgotten_at(gathering: Gathering) -> datetime:
    """Say when what was asked is forgotten: so long after the session."""
    return gathering.terms.ends + (retention.QUESTIONS.kept or timedelta())


def _places(gathering: Gathering) -> Iterator[Place]:
    opening = gathering.steps.get("opening")
    if opening and opening.post:
        yield Place(accounts=gathering.terms.accounts, post=opening.post)
    yield from gathering.terms.posts


def _walk(wanted: List, brand: Brand, world: Holding, now: datetime) -> tuple[list[Entry], frozenset[str]]:
    """Read a list whole: its entries, and what the account itself is called among them."""
    entries: list[Entry] = []
    own: frozenset[str] = frozenset()
    cursor = None
    for _ in range(MOST_PAGES):
        page = page_of(wanted, cursor, brand, world, now)
        entries += page.entries
        own |= page.own
        cursor = page.cursor
        if cursor is None:
            break
    return entries, own


def _asked(
    wanted: List, entries: Sequence[Entry], own: frozenset[str], terms: GatheringTerms, brand: Brand
) -> Iterator[Question]:
    account = brand.account(wanted.account)
    if account is None:
        return
    staff = {_folded(name) for name in terms.staff or ()}
    answered = {one.below for one in entries if one.by in own and one.below}
    for one in entries:
        if one.below or one.remote is None or one.by in own or _folded(one.handle) in staff or not one.text.strip():
            continue
        if one.hidden:  # the team took it out of the public's sight on the network: no page of ours shows it
            continue
        if one.at is not None and not terms.begins <= one.at < terms.ends + SECOND:
            continue
        yield Question(
            account=wanted.account,
            network=account.network,
            post=wanted.post,
            remote=one.remote,
            by=one.by,
            handle=one.handle,
            text=one.text[:LONGEST_TEXT],
            at=one.at,
            likes=one.likes,
            answered=one.remote in answered,
        )


def _folded(handle: str) -> str:
    return handle.strip().removeprefix("@").casefold()
