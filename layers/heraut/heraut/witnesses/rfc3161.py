"""Time-stamping authorities over HTTP (RFC 3161, section 3.4): one request, one token, checked before it is believed.

Authorities are asked over plain HTTP where that is all they offer: what they answer is signed, and the request holds a
hash and a random number.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from heraut.contests.store import NobodyAnswered, Stamped
from heraut.contests.timestamps import LARGEST, read, request
from heraut.errors import InvalidInput
from heraut.witnesses.calls import NoAnswer, call, host_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.x509 import Certificate

    from heraut.fetch import Guard

# Each has its root in `contests.timestamps.AUTHORITIES`; all answer without an account.
AUTHORITIES = (
    "http://timestamp.digicert.com",
    "http://timestamp.globalsign.com/tsa/r6advanced1",
    "http://ts.ssl.com",
    "http://time.certum.pl",
    "http://timestamp.identrust.com",
    "http://timestamp.sectigo.com",
)
_OK = 200


@dataclass(frozen=True)
class Authority:
    """Implements `contests.store.Stamps` for the authority at `address`, believed down to one of `roots`."""

    address: str
    guard: Guard = field(repr=False)
    roots: Sequence[Certificate] = field(repr=False)
    seconds: float = 10.0

    def stamp(self, commit: str) -> Stamped:
        """Have a commit (64 hexadecimal digits) stamped, and check the answer; NobodyAnswered when it does not hold."""
        asked = request(commit)
        host = host_of(self.address)
        guard = self.guard
        if self.address in AUTHORITIES:
            guard = replace(guard, plain=guard.plain | {urlsplit(self.address).hostname or ""})
        try:
            reply = call(
                guard,
                "POST",
                self.address,
                seconds=self.seconds,
                limit_bytes=LARGEST,
                headers={"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"},
                data=asked.body,
            )
            if reply.status != _OK:
                raise NobodyAnswered([(host, f"status {reply.status}")])
            return Stamped(read(reply.body, commit, self.roots, asked.nonce), reply.body)
        except (NoAnswer, InvalidInput) as error:
            raise NobodyAnswered([(host, str(error))]) from error
