"""What networks said of themselves and of our accounts, each for a while, between the calls of one process."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

REMEMBERED = 3600.0  # seconds


@dataclass
class Memory:
    """Values by key, each good for some seconds."""

    clock: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, Any]] = field(default_factory=dict)

    def get(self, key: str) -> Any:
        """Give what is still good, else None."""
        until, value = self._kept.get(key, (0.0, None))
        return value if self.clock() < until else None

    def old(self, key: str) -> Any:
        """Give what was last kept, however old, else None."""
        return self._kept.get(key, (0.0, None))[1]

    def keep(self, key: str, value: Any, seconds: float = REMEMBERED) -> None:
        """Keep a value for so many seconds."""
        self._kept[key] = (self.clock() + seconds, value)
