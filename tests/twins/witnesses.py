"""The third parties of a draw, in memory: a beacon of the tests' own chain, an authority of the tests' own root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.contests.store import NobodyAnswered, Stamped
from heraut.contests.timestamps import read

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.twins.chain import OwnChain
    from tests.twins.tsa import OwnAuthority


class BeaconTwin:
    """Implements `contests.store.Beacon`; `now` is the relays' clock, `down` what befalls them."""

    def __init__(self, own: OwnChain, now: Callable[[], datetime]) -> None:
        self.own = own
        self.now = now
        self.down = False

    def signature(self, round_number: int, now: datetime) -> bytes | None:
        """Give the round's signature once its time has come by both clocks."""
        at = self.own.chain.time_of(round_number)
        if now.timestamp() < at:
            return None
        if self.down:
            raise NobodyAnswered([("relay.example", "status 503")])
        return self.own.signature(round_number) if self.now().timestamp() >= at else None


class StampsTwin:
    """Implements `contests.store.Stamps`; `now` is the authority's clock, `down` what befalls it."""

    def __init__(self, own: OwnAuthority, now: Callable[[], datetime]) -> None:
        self.own = own
        self.now = now
        self.down = False

    def stamp(self, commit: str) -> Stamped:
        """Stamp a commit at the authority's instant."""
        if self.down:
            raise NobodyAnswered([("tsa.example", "status 503")])
        answer = self.own.over(commit, self.now())
        return Stamped(read(answer, commit, [self.own.root]), answer)
