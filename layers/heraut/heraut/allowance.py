"""What a network says of its own limits in an answer: how many more calls it takes, and until when that is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta


@dataclass(frozen=True)
class Allowance:
    """It takes `remaining` calls like this one until `resets_at` (aware), then `limit` in each `window`.

    None: not told.
    """

    remaining: int
    resets_at: datetime
    limit: int | None = None
    window: timedelta | None = None
