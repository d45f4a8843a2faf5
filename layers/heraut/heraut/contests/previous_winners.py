"""Remember who kept a prize, as long as the brand's contests set previous winners aside, and no longer.

What else is kept of those who took part is forgotten sooner: this is who, and when, and nothing more.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from heraut.brands import contests_of
from heraut.contests.eligibility import months_before
from heraut.contests.running import Place, forgotten_at

if TYPE_CHECKING:
    from heraut.brands import Brand
    from heraut.contests.running import Contest
    from heraut.contests.world import Running

KEPT_A_PRIZE = frozenset({Place.WON, Place.CLAIMED})  # of a contest that ended
A_DAY = timedelta(days=1)  # zones


def remember_winners(contest: Contest, brand: Brand, world: Running) -> None:
    """Keep who won a contest that ended; whoever was disqualified since is kept no longer. Done twice it is done once.

    For as many months as the brand's contests ask for by now, and at least as long as its entrants.
    """
    won_at = datetime.fromtimestamp(int(contest.last.commitment["draw_time"]), UTC)
    months = max((terms.exclude.previous_winners or 0 for terms in contests_of(brand).values()), default=0)
    until = max(forgotten_at(contest.agreed), months_before(won_at, -months) + A_DAY)
    every = world.contests.winners(contest.brand, contest.name)
    wins = {one.id: won_at for one in every if one.id and one.place in KEPT_A_PRIZE}
    world.contests.remember_wins(contest.brand, contest.name, wins, until)
