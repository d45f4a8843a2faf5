"""Bind the organiser to the list before the draw's chance exists: the commitment, and its order among their draws.

The first one is for the instant that the rules name, unless the machine woke up too late for it. A later one says why
it replaces the one before; there is never another way to another round.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands import ContestState
from heraut.contests.checks import LEAST_NOTICE
from heraut.contests.draw import Commitment
from heraut.contests.running import Committed, Head

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.contests.running import Contest
    from heraut.contests.world import Running

NOTICE = timedelta(minutes=10)  # between a commitment and its round, when that is ours to choose
LONGEST_NOTICE = timedelta(days=1)
MINUTE = 60
LATE, FEW_WITNESSES = "late", "few_witnesses"


def commit_draw(contest: Contest, world: Running, now: datetime) -> tuple[Contest, tuple[Head, Head]]:
    """Make the first commitment, for the instant of the rules, or for a later one when that has become too near."""
    wanted = int(contest.agreed.draws.timestamp())
    comes = world.chain.time_of(world.chain.round_at(wanted))
    too_late = comes - now.timestamp() < LEAST_NOTICE
    return _committed(contest, world, now, _later(now, 0) if too_late else wanted, LATE if too_late else "")


def move_draw(contest: Contest, world: Running, now: datetime) -> tuple[Contest, tuple[Head, Head]]:
    """Replace a commitment that fewer than two others saw before its round came."""
    moves = len(contest.commitments) - 1
    return _committed(contest, world, now, _later(now, moves), FEW_WITNESSES)


def _later(now: datetime, moves: int) -> int:
    """Give the first whole minute that leaves witnesses their time; each move leaves them twice the one before's."""
    notice = min(NOTICE * 2 ** min(moves, 10), LONGEST_NOTICE)
    return -(-int((now + notice).timestamp()) // MINUTE) * MINUTE


def _committed(
    contest: Contest, world: Running, now: datetime, draw_time: int, moved: str
) -> tuple[Contest, tuple[Head, Head]]:
    if contest.frozen_at is None:
        raise ValueError("only a frozen list is committed to")
    terms = contest.agreed
    head = world.contests.head(contest.brand)
    made = Commitment(
        draw_id=contest.draw_id,
        operator=contest.brand,
        seq=head.seq + 1,
        prev=head.prev,
        rules=contest.rules,
        root=contest.root,
        entrants=contest.entrants,
        tickets=contest.tickets,
        winners=terms.winners,
        alternates=terms.alternates,
        chain=world.chain.hash,
        round=world.chain.round_at(draw_time),
        draw_time=draw_time,
        frozen_at=int(contest.frozen_at.timestamp()),
    )
    told = contest.telling("moved", now, reason=moved, draw_time=draw_time) if moved else contest.news
    after = contest.next(
        state=ContestState.COMMITTED,
        commitments=(*contest.commitments, Committed(commitment=asdict(made), moved=moved, after=head.contest)),
        due_at=now,
        news=told,
    )
    return after, (head, head.model_copy(update={"seq": made.seq, "prev": made.commit(), "contest": contest.name}))
