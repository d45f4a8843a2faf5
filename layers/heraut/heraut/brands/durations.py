"""Durations as people write them: `90`, `90 min`, `1h`, `1h30min`, `2j`."""

from __future__ import annotations

import re
from typing import Any

_DURATION = re.compile(
    r"^\s*(?:(?P<days>\d+)\s*(?:j|d))?\s*(?:(?P<hours>\d+)\s*h)?\s*(?:(?P<minutes>\d+)\s*(?:min|m))?\s*$"
)


def minutes(given: Any) -> int | None:
    """Read a duration as minutes, None when it is none; a bare number is minutes."""
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    found = _DURATION.match(str(given))
    if not found or not any(found.groupdict().values()):
        return None
    part = {name: int(value or 0) for name, value in found.groupdict().items()}
    return part["days"] * 24 * 60 + part["hours"] * 60 + part["minutes"]
