"""A drand chain whose key the tests hold: quicknet's scheme, rounds signed as soon as they are asked for."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from py_arkworks_bls12381 import G1Point, G2Point, Scalar

from heraut.contests.beacon import DST, Chain, hash_of, message_of
from tests.loopback import answer, read_request

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from datetime import datetime

P = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
X = (1 << 381) - 1


class OwnChain:
    """`chain` is what domain functions take; `signature(round)` is what its relays would give, at any time."""

    def __init__(self, secret: int = 20_261_121, period: int = 3, genesis: int = 1_692_803_367) -> None:
        self._secret = Scalar(secret)
        key = (G2Point() * self._secret).to_compressed_bytes().hex()
        group = sha256(b"a group of one").hexdigest()
        self.chain = Chain(hash_of(key, period, genesis, group, "own"), key, period, genesis, group, "own")

    def signature(self, round_number: int) -> bytes:
        """Sign a round: 48 bytes."""
        return (G1Point.hash_to_curve(message_of(round_number), DST) * self._secret).to_compressed_bytes()

    def answer(self, round_number: int) -> dict[str, object]:
        """Give what a relay answers for a round."""
        signature = self.signature(round_number)
        return {
            "round": round_number,
            "randomness": sha256(signature).hexdigest(),
            "signature": signature.hex(),
        }


def alias(signature: bytes) -> bytes | None:
    """Give the second encoding of the same point, x + p, where there is room for it (about one in four)."""
    number = int.from_bytes(signature, "big")
    return (number + P).to_bytes(48, "big") if (number & X) + P <= X else None


class Relays:
    """The chain's relay on loopback: answers `/{hash}/public/{round}` for rounds whose time has come, else 404.

    `now` is the test's clock; `broken` makes it answer something else (status, body) instead.
    """

    def __init__(self, own: OwnChain, now: Callable[[], datetime]) -> None:
        self.own = own
        self.now = now
        self.asked: list[str] = []
        self.broken: tuple[str, bytes] | None = None

    def play(self, connected: socket.socket) -> None:
        """Answer one request; for `tests.loopback.serving`."""
        path = read_request(connected).split(b" ")[1].decode()
        self.asked.append(path)
        status, body = self.broken or self._answer(path)
        connected.sendall(answer(status, body, Content_Type="application/json"))

    def _answer(self, path: str) -> tuple[str, bytes]:
        _empty, chain, public, number = path.split("/")
        known = chain == self.own.chain.hash and public == "public" and number.isdecimal()
        if not known or self.own.chain.time_of(int(number)) > self.now().timestamp():
            return "404 Not Found", b""
        return "200 OK", json.dumps(self.own.answer(int(number))).encode()
