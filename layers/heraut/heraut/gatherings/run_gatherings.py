"""The minute tick of events, beside that of contests: each one that is due goes on, one step at a time.

Most ticks find nothing due: what an event needs (`plan_gatherings.py`, `advance_gathering.py`) is loaded when one is.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.errors import Conflict, HerautError

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.due import Timed
    from heraut.gatherings.world import Holding

log = logging.getLogger(__name__)

BUDGET = timedelta(seconds=30)  # of one tick, for all events
PLANNED_EVERY = 5  # minutes between two looks at what brands plan


@dataclass
class Held:
    """How many events were planned anew or changed, went on and could not; and how many steps that took."""

    planned: int = 0
    events: int = 0
    failed: int = 0
    steps: int = 0


def run_gatherings(timed: Timed[Holding], now: datetime, *, plan: bool = False) -> Held:
    """Let every event that is due go on; one that fails holds back no other.

    What brands plan is looked at every five minutes, and at once where one asks to `plan`.
    """
    done = Held()
    broken: Exception | None = None
    if plan or now.minute % PLANNED_EVERY == 0:
        try:
            done.planned = _planned(timed, now)
        except Exception as error:  # what is planned already goes on first
            log.exception("the events of the configuration could not be planned")
            broken = error
    until = now + BUDGET
    for brand, name in list(timed.due(now)):
        try:
            done.steps += _advanced(brand, name, timed, until)
            done.events += 1
        except Conflict:
            continue  # somebody else runs it at this moment
        except HerautError as error:
            log.warning("the event %s/%s could not go on: %s", brand, name, error)
            done.failed += 1
        except Exception as error:  # whatever went wrong with this one, the others go on first
            log.exception("the event %s/%s broke", brand, name)
            broken = error
    if broken:
        raise broken
    return done


def _planned(timed: Timed[Holding], now: datetime) -> int:
    from heraut.gatherings.plan_gatherings import plan_gatherings

    return plan_gatherings(timed.make(), now)


def _advanced(brand: str, name: str, timed: Timed[Holding], until: datetime) -> int:
    from heraut.gatherings.advance_gathering import advance

    return advance(brand, name, timed.make(), until)
