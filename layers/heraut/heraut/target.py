"""An address that may be opened: what `fetch` checks and `exchange` opens."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """An address that was checked: `url` has an ASCII host, and only `addresses` (IP, in order) may be connected to."""

    url: str
    scheme: str
    host: str
    port: int
    addresses: tuple[str, ...]
