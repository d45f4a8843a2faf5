"""Freeze the list: judge everybody, make the handles, keep the list by what it holds, count who is not in it.

Everybody is read some thousands a step, and what a step brought is kept as a part, named by what it holds: neither the
time of a tick nor its memory bounds how many take part (`stretch.py`, `parts.py`). The list is the parts in one order.
"""

from __future__ import annotations

import io
from collections import Counter
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from heraut.brands import ContestState, EntryKind, NetworkName
from heraut.contests import published
from heraut.contests.comment_texts import MARK_BYTES
from heraut.contests.draw import RECORD_BYTES, frozen, handle_of, records_of
from heraut.contests.eligibility import About, Judge, copied_comments, listed_on
from heraut.contests.nameless import told_apart, uncounted
from heraut.contests.parts import Rows, in_order, keep_parts
from heraut.contests.running import Tally
from heraut.contests.stretch import Stretch

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence
    from datetime import datetime

    from heraut.contests.model import Entrant
    from heraut.contests.running import Contest
    from heraut.contests.store import Contests
    from heraut.contests.world import Running

COUNT_BYTES = 4


def court_of(contest: Contest, contests: Contests) -> Judge:
    """Give the judge of a contest, who knows all that is known beside what each entrant did."""
    listed = {network: _listed(network, contest.unread) for network in NetworkName}
    copied = _copied(contest, contests)
    months = contest.agreed.exclude.previous_winners
    won = contests.won(contest.brand, contest.frozen_at) if months else {}  # who won since was none then
    return Judge(contest.agreed, About(listed=listed, own=contest.own, won=won, copied=copied))


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
    people = Stretch(contest, world.contests, tally.after)
    for one in people:
        if one.elsewhere or one.forgotten_at is not None:
            continue
        verdict = court.verdict(one.judged(contest))
        if verdict.reason is None:
            accepted.append((handle_of(contest.draw_id, bytes.fromhex(one.nonce), one.id), verdict.weight))
        else:
            rejected[verdict.reason.value] += 1
    records = b"".join(records_of(accepted))
    if people.more:
        return _further(contest, tally, people.last, records, world, now, rejected=dict(sorted(rejected.items())))
    return _whole(contest, listed(tally.parts, records, _reader(contest, world.contests)), rejected, world, now)


def listed(parts: Sequence[str], last: bytes, read: Callable[[str], bytes]) -> io.BytesIO:
    """Write the list that these parts and the last one make; memory is that of the list once, and of one range."""
    file = io.BytesIO()
    for records in in_order(parts, last, RECORD_BYTES, read):
        file.writelines(records)
    return file


def _whole(contest: Contest, file: io.BytesIO, rejected: Counter[str], world: Running, now: datetime) -> Contest:
    file.seek(0)
    found = frozen(file)
    published.put_once(world.objects, published.list_key(contest, found.root), file.getvalue(), published.BINARY)
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
    contest: Contest, tally: Tally, last: str, brought: bytes, world: Running, now: datetime, **changes: object
) -> Contest:
    """Keep what a step brought, and say where the next one goes on."""
    parts = (*tally.parts, *keep_parts(contest, world.contests, brought))
    further = tally.model_copy(update={"after": last, "parts": parts, **changes})
    return contest.next(tally=further, due_at=now)


def _reader(contest: Contest, contests: Contests) -> Callable[[str], bytes]:
    return lambda name: contests.part(contest.brand, contest.name, name)


# ---------------------------------------------------------------------------- copied comments
def _compared(contest: Contest, limit: int, world: Running, now: datetime) -> Contest:
    """Count how many wrote each long comment, some thousands of them a step; then keep what is copied too often."""
    tally = contest.tally or Tally()
    court = Judge(contest.agreed, About())
    people = Stretch(contest, world.contests, tally.after)
    times = Counter(mark for one in people for mark in court.marks(one.judged(contest)))
    counted = b"".join(mark + count.to_bytes(COUNT_BYTES, "big") for mark, count in sorted(times.items()))
    if people.more:
        return _further(contest, tally, people.last, counted, world, now)
    every = _counts(in_order(tally.parts, counted, MARK_BYTES + COUNT_BYTES, _reader(contest, world.contests)))
    copied = b"".join(mark for mark, count in every if count >= limit)
    return contest.next(tally=None, copied=keep_parts(contest, world.contests, copied), due_at=now)


def _counts(rows: Iterator[list[bytes]]) -> Iterator[tuple[bytes, int]]:
    """Give each mark with how many wrote it."""
    pairs = ((row[:MARK_BYTES], int.from_bytes(row[MARK_BYTES:], "big")) for row in chain.from_iterable(rows))
    for mark, same in groupby(pairs, itemgetter(0)):
        yield mark, sum(count for _mark, count in same)


def _copied(contest: Contest, contests: Contests) -> Container[bytes]:
    """Give the marks of comments that are copied too often: as they were counted at the freeze, or as they are now."""
    if contest.copied is not None:
        return Rows(b"".join(map(_reader(contest, contests), contest.copied)), MARK_BYTES)
    terms = contest.agreed

    def every() -> Iterator[Entrant]:
        for one in contests.every_entrant(contest.brand, contest.name):
            yield one.judged(contest)

    suspects = terms.exclude.suspects
    return copied_comments(terms, every()) if suspects and suspects.copied else frozenset()
