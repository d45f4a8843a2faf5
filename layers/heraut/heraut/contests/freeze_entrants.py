"""Freeze the list: judge everybody, make the handles, keep the list by what it holds, count who is not in it.

Everybody is read some thousands a step, and what a step brought is kept as a part, named by what it holds: neither the
time of a tick nor its memory bounds how many take part. The list is the parts merged; a record is 36 bytes.
"""

from __future__ import annotations

import heapq
import io
from collections import Counter
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING

from heraut.brands import ContestState, EntryKind, NetworkName
from heraut.contests import published
from heraut.contests.comment_texts import MARK_BYTES
from heraut.contests.draw import RECORD_BYTES, frozen, handle_of, records_of
from heraut.contests.eligibility import About, Judge, copied_comments, listed_on
from heraut.contests.nameless import told_apart, uncounted
from heraut.contests.running import Tally, forgotten_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from heraut.contests.model import Entrant
    from heraut.contests.running import Contest, KeptEntrant
    from heraut.contests.store import Contests
    from heraut.contests.world import Running

PEOPLE_AT_ONCE = 8_000  # a step: some seconds; their records are one item of the table (288 kB of 400)
PART_BYTES = PEOPLE_AT_ONCE * RECORD_BYTES
COUNT_BYTES = 4


def court_of(contest: Contest, contests: Contests) -> Judge:
    """Give the judge of a contest, who knows all that is known beside what each entrant did."""
    blocked = frozenset(who for found in contest.blocked.values() for who in found)
    listed = {network: _listed(network, contest.unread) for network in NetworkName}
    copied = _copied(contest, contests)
    won = contests.won(contest.brand) if contest.agreed.exclude.previous_winners else {}
    return Judge(contest.agreed, About(listed=listed, own=contest.own, blocked=blocked, won=won, copied=copied))


def _listed(network: NetworkName, unread: frozenset[str]) -> frozenset[EntryKind]:
    """Give what everybody's is known of on a network in this contest; a list that was not read tells nobody's absence.

    Who comments under one of its accounts may like under another: where one of them could not be read, nobody knows.
    """
    return frozenset(
        kind for kind in listed_on(network) if kind is EntryKind.COMMENT or f"{network}/{kind}" not in unread
    )


def freeze_entrants(contest: Contest, world: Running, now: datetime) -> Contest:
    """Take the next step to the list that nothing enters any more; done again before it was noted, it is the same."""
    if contest.nameless and not contest.told_apart:
        return told_apart(contest, world, now)
    suspects = contest.agreed.exclude.suspects
    if suspects and suspects.copied and contest.copied is None:
        return _compared(contest, suspects.copied, world, now)
    tally = contest.tally or Tally()
    court = court_of(contest, world.contests)
    rejected = Counter(contest.tally.rejected) if contest.tally else uncounted(contest, contest.agreed)
    accepted = []
    people, more = next_people(contest, tally, world)
    for one in people:
        if one.elsewhere or one.forgotten_at is not None:
            continue
        verdict = court.verdict(one.judged(contest.rolls))
        if verdict.reason is None:
            accepted.append((handle_of(contest.draw_id, bytes.fromhex(one.nonce), one.id), verdict.weight))
        else:
            rejected[verdict.reason.value] += 1
    records = b"".join(records_of(accepted))
    if more:
        return _further(contest, tally, people, records, world, now, rejected=dict(sorted(rejected.items())))
    return _whole(contest, _merged([*_parts(contest, tally.parts, world.contests), records]), rejected, world, now)


def next_people(contest: Contest, tally: Tally, world: Running) -> tuple[Sequence[KeptEntrant], bool]:
    """Read the next ones, and say whether there may be more."""
    every = world.contests.every_entrant(contest.brand, contest.name, tally.after)
    people = list(islice(every, PEOPLE_AT_ONCE))
    return people, len(people) == PEOPLE_AT_ONCE


def _whole(contest: Contest, body: bytes, rejected: Counter[str], world: Running, now: datetime) -> Contest:
    found = frozen(io.BytesIO(body))
    published.put_once(world.objects, published.list_key(contest, found.root), body, published.BINARY)
    return contest.next(
        state=ContestState.FROZEN,
        tally=None,
        root=found.root,
        entrants=found.entrants,
        tickets=found.tickets,
        rejected=dict(sorted(rejected.items())),
        frozen_at=now,
        due_at=now,
        news=contest.telling("closed", now, entrants=found.entrants, rejected=sum(rejected.values())),
    )


def _further(
    contest: Contest,
    tally: Tally,
    people: Sequence[KeptEntrant],
    brought: bytes,
    world: Running,
    now: datetime,
    **changes: object,
) -> Contest:
    """Keep what a step brought, and say where the next one goes on."""
    parts = (*tally.parts, *_kept(contest, brought, world))
    further = tally.model_copy(update={"after": people[-1].id, "parts": parts, **changes})
    return contest.next(tally=further, due_at=now)


# ---------------------------------------------------------------------------- copied comments
def _compared(contest: Contest, limit: int, world: Running, now: datetime) -> Contest:
    """Count how many wrote each long comment, some thousands of them a step; then keep what is copied too often."""
    tally = contest.tally or Tally()
    court = Judge(contest.agreed, About())
    people, more = next_people(contest, tally, world)
    times = Counter(mark for one in people for mark in court.marks(one.judged(contest.rolls)))
    counted = b"".join(mark + count.to_bytes(COUNT_BYTES, "big") for mark, count in sorted(times.items()))
    if more:
        return _further(contest, tally, people, counted, world, now)
    every = _counts([*_parts(contest, tally.parts, world.contests), counted])
    copied = b"".join(mark for mark, count in every if count >= limit)
    return contest.next(tally=None, copied=_kept(contest, copied, world), due_at=now)


def _counts(parts: Sequence[bytes]) -> Iterator[tuple[bytes, int]]:
    """Give each mark with how many wrote it, from sorted parts."""
    rows = heapq.merge(*(_rows(part, MARK_BYTES + COUNT_BYTES) for part in parts))
    pairs = ((row[:MARK_BYTES], int.from_bytes(row[MARK_BYTES:], "big")) for row in rows)
    for mark, same in groupby(pairs, itemgetter(0)):
        yield mark, sum(count for _mark, count in same)


def _copied(contest: Contest, contests: Contests) -> frozenset[bytes]:
    """Give the marks of comments that are copied too often: as they were counted at the freeze, or as they are now."""
    if contest.copied is not None:
        kept = b"".join(_parts(contest, contest.copied, contests))
        return frozenset(_rows(kept, MARK_BYTES))
    terms = contest.agreed

    def every() -> Iterator[Entrant]:
        for one in contests.every_entrant(contest.brand, contest.name):
            yield one.judged(contest.rolls)

    suspects = terms.exclude.suspects
    return copied_comments(terms, every()) if suspects and suspects.copied else frozenset()


# ---------------------------------------------------------------------------- parts
def _merged(parts: Sequence[bytes]) -> bytes:
    """Give the list that these make, each of which is in its order; memory is that of the list, twice."""
    if len(parts) == 1:
        return parts[0]
    body = bytearray()
    for record in heapq.merge(*(_rows(part, RECORD_BYTES) for part in parts)):
        body += record
    return bytes(body)


def _rows(part: bytes, size: int) -> Iterator[bytes]:
    return (part[at : at + size] for at in range(0, len(part), size))


def _kept(contest: Contest, brought: bytes, world: Running) -> tuple[str, ...]:
    until = forgotten_at(contest.agreed)
    return tuple(
        world.contests.keep_part(contest.brand, contest.name, brought[at : at + PART_BYTES], until)
        for at in range(0, len(brought), PART_BYTES)
    )


def _parts(contest: Contest, names: Iterable[str], contests: Contests) -> Iterator[bytes]:
    return (contests.part(contest.brand, contest.name, name) for name in names)
