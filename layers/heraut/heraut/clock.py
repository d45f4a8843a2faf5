"""The real clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """Tells the time and waits."""

    def now(self) -> datetime:
        """Give the current instant, UTC."""
        return datetime.now(UTC)

    def sleep_until(self, instant: datetime) -> None:
        """Wait until the instant; return at once if it is past. Never returns early."""
        while (left := (instant - self.now()).total_seconds()) > 0:
            time.sleep(left)
