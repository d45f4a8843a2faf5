"""What contests need of the world, as ports: third parties that a draw's proof rests on (room `witnesses/`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from heraut.errors import HerautError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.contests.timestamps import Stamp


class NobodyAnswered(HerautError):
    """No third party gave an answer that holds; the same question may be asked again.

    `tried` says for each of them, by its host, what was wrong.
    """

    def __init__(self, tried: Sequence[tuple[str, str]]) -> None:
        """Keep who was asked and what came of it; no answer's words are in it."""
        self.tried = tuple(tried)
        super().__init__(", ".join(f"{host}: {why}" for host, why in tried))


class Beacon(Protocol):
    """The public randomness of one chain."""

    def signature(self, round_number: int, now: datetime) -> bytes | None:
        """Give the round's signature (48 bytes), verified; None while the round has not come.

        Raises NobodyAnswered when it should be there and no relay gave it.
        """


@dataclass(frozen=True)
class Stamped:
    """A time-stamp that was checked, and the bytes that let anybody check it again."""

    stamp: Stamp
    evidence: bytes


class Stamps(Protocol):
    """One authority that says when it saw a commit."""

    def stamp(self, commit: str) -> Stamped:
        """Have a commit (64 hexadecimal digits) stamped, and check the answer; NobodyAnswered when it does not hold."""
