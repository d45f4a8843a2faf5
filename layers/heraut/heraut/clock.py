"""The clock: the only thing that knows the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits; use cases hand its instants to rules."""

    def now(self) -> datetime:
        """Give the current instant, aware."""

    def sleep_until(self, instant: datetime) -> None:
        """Wait until the instant; return at once if it is past."""


class SystemClock:
    """Tells the time and waits."""

    def now(self) -> datetime:
        """Give the current instant, UTC."""
        return datetime.now(UTC)

    def sleep_until(self, instant: datetime) -> None:
        """Wait until the instant; return at once if it is past. Never returns early."""
        while (left := (instant - self.now()).total_seconds()) > 0:
            time.sleep(left)
