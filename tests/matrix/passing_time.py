"""Virtual time: it passes only when somebody waits for it, and what falls due meanwhile is played in its order."""

from __future__ import annotations

import heapq
import itertools
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

NOTHING = timedelta(0)


class PassingTime:
    """The true time, and the time that our machines believe it to be (`shift` apart from it).

    What is planned with `at` is played when the time is passed, inside the wait of whoever is waiting: so two workers
    are under way at once wherever one of them waits.
    """

    def __init__(self, start: datetime) -> None:
        self.true = start
        self.shift = NOTHING
        self._started = start
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def now(self) -> datetime:
        """What our machines' clocks say."""
        return self.true + self.shift

    def monotonic(self) -> float:
        """Seconds that truly passed: no correction of a clock touches it."""
        return (self.true - self._started).total_seconds()

    def sleep_until(self, instant: datetime) -> None:
        """Wait until our clock says so, as `SystemClock` does."""
        while (left := instant - self.now()) > NOTHING:
            self.pass_to(self.true + left)

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.pass_to(self.true + timedelta(seconds=seconds))

    def at(self, instant: datetime, play: Callable[[], None]) -> None:
        """Plan something for a true instant."""
        heapq.heappush(self._agenda, (instant, next(self._numbers), play))

    @property
    def next(self) -> datetime | None:
        """When the next thing planned is due."""
        return self._agenda[0][0] if self._agenda else None

    def pass_to(self, instant: datetime) -> None:
        """Let time pass until a true instant, playing what falls due."""
        while self._agenda and self._agenda[0][0] <= instant:
            due, _, play = heapq.heappop(self._agenda)
            self.true = max(self.true, due)
            play()
        self.true = max(self.true, instant)

    def stop(self, seconds: float) -> None:
        """Let time pass in which nothing at all works: what fell due is played afterwards."""
        self.true += timedelta(seconds=seconds)
