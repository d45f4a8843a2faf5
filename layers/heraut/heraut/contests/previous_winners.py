"""Remember who kept a prize, as long as the contest's rules said that previous winners are set aside, and no longer.

What else is kept of those who took part is forgotten sooner: this is who, and when, and nothing more.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from heraut.brands import contests_of
from heraut.contests.eligibility import months_before
from heraut.contests.running import Place, kept_for

if TYPE_CHECKING:
    from heraut.brands import Brand
    from heraut.contests.running import Contest
    from heraut.contests.world import Running

KEPT_A_PRIZE = frozenset({Place.WON, Place.CLAIMED})  # of a contest that ended
A_DAY = timedelta(days=1)  # zones


def months_remembered(brand: Brand) -> int:
    """Say for how many months after its draw a contest that opens now remembers who won: as any of them asks."""
    return max((terms.exclude.previous_winners or 0 for terms in contests_of(brand).values()), default=0)


def remembered_until(contest: Contest) -> datetime:
    """Say until when a contest that ended remembers who won: as its rules say, and as long as its entrants."""
    won_at = _won_at(contest)
    as_entrants = (contest.ended_at or won_at) + kept_for(contest.agreed)
    if not contest.remembers:
        return as_entrants
    return max(as_entrants, months_before(won_at, -contest.remembers) + A_DAY)


def remember_winners(contest: Contest, world: Running) -> None:
    """Keep who won a contest that ended; whoever was disqualified since goes. Done twice it is done once."""
    every = world.contests.winners(contest.brand, contest.name)
    wins = {one.id: _won_at(contest) for one in every if one.id and one.place in KEPT_A_PRIZE}
    world.contests.remember_wins(contest.brand, contest.name, wins, remembered_until(contest))


def _won_at(contest: Contest) -> datetime:
    return datetime.fromtimestamp(int(contest.last.commitment["draw_time"]), UTC)
