"""Change what became of a rank, by a person's word: the contest goes on with it at the next tick, though it was over.

Both are one write, so that nothing of it can be left undone: `outcome` no longer says what was published, and the next
tick publishes it anew. A tick that was publishing at that very moment, with a name that was just taken back, may be
slower than the next one; so once such a tick must be dead, it is published once more.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands import ContestState
from heraut.errors import Conflict, NotFound, TryAgain

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.contests.running import Contest, Winner
    from heraut.contests.store import Contests

TRIES = 10  # the tick may take a step a moment
LONGEST_TICK = timedelta(minutes=6)  # a function lives five at most (infra/template.yaml)


def change_rank(contests: Contests, brand: str, name: str, before: Winner, after: Winner, now: datetime) -> None:
    """Replace a winner, and let the contest go on.

    Conflict: the winner is no longer as before. TryAgain: others change the contest faster than this can.
    """
    taken_back = before.is_shown and not after.is_shown
    for _ in range(TRIES):
        there = contests.contest(brand, name)
        if there is None:
            raise NotFound(f"{brand}/{name}")
        try:
            contests.change_winner(brand, name, after, (there, woken(there, now, taken_back=taken_back)))
        except Conflict:
            if contests.contest(brand, name) == there:
                raise
            continue
        return
    raise TryAgain(f"{brand}/{name} changed {TRIES} times")


def woken(contest: Contest, now: datetime, *, taken_back: bool) -> Contest:
    """Give a contest as it goes on; what it says of its ranks is published anew, twice where a name is taken back."""
    over = contest.state is ContestState.ENDED
    settle_at = now + LONGEST_TICK if taken_back else contest.settle_at
    state = ContestState.ANNOUNCED if over else contest.state
    return contest.next(state=state, due_at=now, outcome="", settle_at=settle_at)
