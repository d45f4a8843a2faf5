"""The beacon's relays over HTTP: `GET /{chain_hash}/public/{round}`, never `latest` (https://docs.drand.love).

A relay can lie or hide, it cannot forge: each answer is verified before it is believed, and the next relay is asked
after anything else. There is no second source: when the beacon stops, a draw waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from heraut.contests.beacon import Chain, signature_from, verify
from heraut.contests.draw import parsed
from heraut.contests.store import NobodyAnswered
from heraut.due import require_aware
from heraut.errors import InvalidInput
from heraut.witnesses.calls import NoAnswer, call, host_of

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.fetch import Guard

RELAYS = ("https://api.drand.sh", "https://api2.drand.sh", "https://api3.drand.sh", "https://drand.cloudflare.com")
ANSWER_BYTES = 10_000
_OK = 200
_NOT_YET = frozenset({404, 425})  # what relays say of a round to come


class _NotYet(Exception):  # a relay's way to say so, heard in this module alone
    pass


class _Wrong(Exception):  # the text is a kind, never the relay's words
    pass


@dataclass(frozen=True)
class Drand:
    """Implements `contests.store.Beacon` for one chain; each relay is given `seconds` to answer."""

    chain: Chain
    guard: Guard = field(repr=False)
    relays: tuple[str, ...] = RELAYS
    seconds: float = 5.0

    def signature(self, round_number: int, now: datetime) -> bytes | None:
        """Give the round's signature (48 bytes), verified; None while its time has not come, or no relay has it yet.

        Raises NobodyAnswered when every relay failed and none said that it is to come.
        """
        if require_aware(now).timestamp() < self.chain.time_of(round_number):
            return None
        tried = []
        early = False
        for relay in self.relays:
            try:
                return self._asked(relay, round_number)
            except _NotYet:
                early = True
                tried.append((host_of(relay), "not yet"))
            except (NoAnswer, _Wrong) as error:
                tried.append((host_of(relay), str(error)))
        if early:
            return None
        raise NobodyAnswered(tried)

    def _asked(self, relay: str, round_number: int) -> bytes:
        """Ask one relay and believe nothing: its answer must be of this round and bear the chain's signature."""
        reply = call(
            self.guard,
            "GET",
            f"{relay}/{self.chain.hash}/public/{round_number}",
            seconds=self.seconds,
            limit_bytes=ANSWER_BYTES,
            headers={"Accept": "application/json"},
        )
        if reply.status in _NOT_YET:
            raise _NotYet
        if reply.status != _OK:
            raise _Wrong(f"status {reply.status}")
        try:
            said = parsed(reply.body)
            if not isinstance(said, dict) or said.get("round") != round_number:
                raise _Wrong("another round")
            signature = signature_from(str(said.get("signature")))
            verify(self.chain, round_number, signature)
        except InvalidInput as error:
            raise _Wrong(str(error)) from error
        if said.get("randomness") != sha256(signature).hexdigest():
            raise _Wrong("randomness of something else")
        return signature
