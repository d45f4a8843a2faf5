"""Twin of the clock: time that only moves when it is told to."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from heraut.due import require_aware


class ClockTwin:
    """Virtual time: sleeping moves it, and `slept` remembers each instant somebody waited for."""

    def __init__(self, now: datetime | None = None) -> None:
        self._now = require_aware(now or datetime(2026, 11, 23, 8, 30, tzinfo=UTC))
        self._lock = threading.Lock()
        self.slept: list[datetime] = []

    def now(self) -> datetime:
        return self._now

    def sleep_until(self, instant: datetime) -> None:
        """Move on to the instant; return at once if it is past."""
        require_aware(instant)
        with self._lock:
            if instant > self._now:
                self.slept.append(instant)
                self._now = instant

    def advance(self, by: timedelta) -> datetime:
        """Let time pass; gives the new instant."""
        if by < timedelta(0):
            raise ValueError("time does not run backwards")
        with self._lock:
            self._now += by
            return self._now

    def advance_to(self, instant: datetime) -> datetime:
        """Let time pass until the instant (never backwards)."""
        with self._lock:
            self._now = max(self._now, require_aware(instant))
            return self._now
