"""Freeze the list: judge everybody, make the handles, keep the list by what it holds, count who is not in it."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING

from heraut.brands import ContestState, EntryKind, NetworkName
from heraut.contests import published
from heraut.contests.draw import frozen, handle_of, records_of
from heraut.contests.eligibility import About, Judge, copied_comments, listed_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from heraut.contests.model import Entrant
    from heraut.contests.running import Contest
    from heraut.contests.store import Contests
    from heraut.contests.world import Running


def court_of(contest: Contest, contests: Contests) -> Judge:
    """Give the judge of a contest, who knows all that is known beside what each entrant did."""
    terms = contest.agreed

    def every() -> Iterator[Entrant]:
        for one in contests.every_entrant(contest.brand, contest.name):
            yield one.judged(contest.rolls)

    suspects = terms.exclude.suspects
    copied = copied_comments(terms, every()) if suspects and suspects.copied else frozenset()
    blocked = frozenset(who for found in contest.blocked.values() for who in found)
    listed = {network: _listed(network, contest.unread) for network in NetworkName}
    return Judge(terms, About(listed=listed, own=contest.own, blocked=blocked, copied=copied))


def _listed(network: NetworkName, unread: frozenset[str]) -> frozenset[EntryKind]:
    """Give what everybody's is known of on a network in this contest; a list that was not read tells nobody's absence.

    Who comments under one of its accounts may like under another: where one of them could not be read, nobody knows.
    """
    return frozenset(
        kind for kind in listed_on(network) if kind is EntryKind.COMMENT or f"{network}/{kind}" not in unread
    )


def freeze_entrants(contest: Contest, world: Running, now: datetime) -> Contest:
    """Make the list that nothing enters any more; done again before it was noted, it is the same."""
    court = court_of(contest, world.contests)
    rejected: Counter[str] = Counter()
    accepted = []
    for one in world.contests.every_entrant(contest.brand, contest.name):
        verdict = court.verdict(one.judged(contest.rolls))
        if verdict.reason is None:
            accepted.append((handle_of(contest.draw_id, bytes.fromhex(one.nonce), one.id), verdict.weight))
        else:
            rejected[verdict.reason.value] += 1
    body = b"".join(records_of(accepted))
    found = frozen(io.BytesIO(body))
    published.put_once(world.objects, published.list_key(contest, found.root), body, published.BINARY)
    return contest.next(
        state=ContestState.FROZEN,
        root=found.root,
        entrants=found.entrants,
        tickets=found.tickets,
        rejected=dict(sorted(rejected.items())),
        frozen_at=now,
        due_at=now,
        news=contest.telling("closed", now, entrants=found.entrants, rejected=sum(rejected.values())),
    )
