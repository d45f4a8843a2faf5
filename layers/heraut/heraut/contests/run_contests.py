"""The minute tick of contests: each one that is due goes on, one step at a time, until it waits for something.

Most ticks find nothing due: what a contest needs (`plan_contests.py`, `advance_contest.py`) is loaded when one is.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.errors import Conflict, HerautError

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.contests.world import Running
    from heraut.due import Timed

log = logging.getLogger(__name__)

BUDGET = timedelta(seconds=45)  # of one tick, for all contests: the next one begins a minute later
PLANNED_EVERY = 5  # minutes between two looks at what brands plan


@dataclass
class Ran:
    """How many contests were planned anew, went on and could not; and how many steps that took."""

    planned: int = 0
    contests: int = 0
    failed: int = 0
    steps: int = 0


def run_contests(timed: Timed[Running], now: datetime, *, plan: bool = False) -> Ran:
    """Let every contest that is due go on; one that fails holds back no other.

    What brands plan is looked at every five minutes, and at once where one asks to `plan`. What nobody foresaw is
    raised in the end, so that it is heard of.
    """
    done = Ran()
    broken: Exception | None = None
    if plan or now.minute % PLANNED_EVERY == 0:
        try:
            done.planned = _planned(timed, now)
        except Exception as error:  # what is planned already goes on first
            log.exception("the contests of the configuration could not be planned")
            broken = error
    until = now + BUDGET
    for brand, name in list(timed.due(now)):
        try:
            done.steps += _advanced(brand, name, timed, until)
            done.contests += 1
        except Conflict:
            continue  # somebody else runs it at this moment
        except HerautError as error:
            log.warning("the contest %s/%s could not go on: %s", brand, name, error)
            done.failed += 1
        except Exception as error:  # whatever went wrong with this one, the others go on first
            log.exception("the contest %s/%s broke", brand, name)
            broken = error
    if broken:
        raise broken
    return done


def _planned(timed: Timed[Running], now: datetime) -> int:
    from heraut.contests.plan_contests import plan_contests

    return plan_contests(timed.make(), now)


def _advanced(brand: str, name: str, timed: Timed[Running], until: datetime) -> int:
    from heraut.contests.advance_contest import advance

    return advance(brand, name, timed.make(), until)
