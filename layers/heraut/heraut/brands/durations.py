"""Durations as people write them: `90`, `90 min`, `1h`, `1h30min`, `2j`."""

from __future__ import annotations

import re
from typing import Any

_DURATION = re.compile(
    r"^\s*(?:(?P<days>\d+)\s*(?:j|d))?\s*(?:(?P<hours>\d+)\s*h)?\s*(?:(?P<minutes>\d+)\s*(?:min|m))?\s*$"
)


LONGEST = 100 * 366 * 24 * 60  # minutes: a hundred years; what is longer is a slip, and no instant lies that far


def minutes(given: Any) -> int | None:
    """Read a duration as minutes, None when it is none or longer than a life; a bare number is minutes."""
    found = _read(given)
    return found if found is not None and abs(found) <= LONGEST else None


def _read(given: Any) -> int | None:
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    found = _DURATION.match(str(given))
    if not found or not any(found.groupdict().values()):
        return None
    part = {name: int(value or 0) for name, value in found.groupdict().items()}
    return part["days"] * 24 * 60 + part["hours"] * 60 + part["minutes"]
