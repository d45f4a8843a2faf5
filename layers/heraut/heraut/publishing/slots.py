"""The next free slot: the brand's usual hours, on the clock of the brand's zone."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from heraut.due import require_aware
from heraut.local_time import LocalTime, at_local, on_the_wall
from heraut.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Collection

    from heraut.brands import Account, Brand

AHEAD = timedelta(minutes=10)  # a slot nearer than this is over
APART = timedelta(minutes=30)  # from every other delivery of the account
HORIZON = timedelta(days=60)


def next_slot(account: Account, brand: Brand, taken: Collection[datetime], now: datetime) -> LocalTime | None:
    """Give the account's next slot that no instant of `taken` comes near; None when there is none in sixty days.

    A local hour that does not exist that day (spring) is no slot; one that happens twice (autumn) is the first.
    """
    hours = sorted({time.fromisoformat(hour) for hour in account.slots or brand.slots})
    today = on_the_wall(require_aware(now), brand.zone).date()
    for days in range(HORIZON.days):
        for hour in hours:
            slot = at_local(datetime.combine(today + timedelta(days=days), hour), brand.zone)
            if isinstance(slot, Problem) or slot.instant < now + AHEAD:
                continue
            if all(abs(other - slot.instant) >= APART for other in taken):
                return slot
    return None
