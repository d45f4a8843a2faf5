"""Everybody who took part, a stretch at a time: what a step reads is bounded, however many there are.

Where a step ended is noted in the contest, and the next one goes on behind whoever it read last; a step that died
before that is done again from the same place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heraut.contests.running import Contest, KeptEntrant
    from heraut.contests.store import Contests

PEOPLE_AT_ONCE = 8_000  # a step: some seconds; their records are one item of the table (288 kB of 400)
DEEDS_AT_ONCE = 40_000  # where few people did much


class Stretch:
    """The next ones behind `after` ("": the first), one by one and never all in memory; to be read once.

    `last` is whom it came to; `more` says whether there may be others behind them, whoever stopped reading.
    """

    def __init__(self, contest: Contest, contests: Contests, after: str = "") -> None:
        """Read nothing yet."""
        self.last = after
        self.more = True
        self._every = contests.every_entrant(contest.brand, contest.name, after)

    def __iter__(self) -> Iterator[KeptEntrant]:
        """Give them."""
        people = deeds = 0
        for one in self._every:
            self.last = one.id
            yield one
            people, deeds = people + 1, deeds + len(one.deeds)
            if people >= PEOPLE_AT_ONCE or deeds >= DEEDS_AT_ONCE:
                return
        self.more = False
