"""Relays that lie, hide, dawdle or lead elsewhere, authorities that answer something else: none is ever believed.

The next relay is asked after anything but the round itself; a token that is not over this commit, with this nonce, by
an authority that is known, is no token.
"""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from heraut.contests.store import NobodyAnswered
from heraut.fetch import Guard
from heraut.witnesses.drand import Drand
from heraut.witnesses.rfc3161 import Authority
from tests.loopback import Server, answer, read_request, serving
from tests.twins.chain import OwnChain, alias
from tests.twins.tsa import OwnAuthority, der, integer

pytestmark = pytest.mark.enable_socket

OWN = OwnChain()
ROUND = next(number for number in range(1_000, 1_100) if alias(OWN.signature(number)))
TRUE = OWN.answer(ROUND)
SIGNATURE = OWN.signature(ROUND)
AT = datetime.fromtimestamp(OWN.chain.time_of(ROUND), UTC)
PATIENCE, SHORT = 30.0, 0.5  # seconds that a party is given; the shorter ones for who never ends
COMMIT = sha256(b"a commitment").hexdigest()
IMPRINT = sha256(bytes.fromhex(COMMIT)).digest()


@dataclass
class Party:
    """A server that answers each request with what `reply` makes of it; `asked` keeps the paths."""

    reply: Callable[[bytes], bytes]
    asked: list[str] = field(default_factory=list)

    def play(self, connected: socket.socket) -> None:
        """Answer one request."""
        request = read_request(connected)
        self.asked.append(request.split(b" ")[1].decode())
        connected.sendall(self.reply(request))


class Dawdler(Party):
    """Sends one letter after the other, for ever; each comes long before anybody's patience with a silence ends."""

    def __init__(self) -> None:
        super().__init__(lambda _request: b"")
        self.over = threading.Event()

    def play(self, connected: socket.socket) -> None:
        """Dawdle until the caller hangs up, or the test is over."""
        self.asked.append(read_request(connected).split(b" ")[1].decode())
        connected.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        while not self.over.wait(0.05):
            connected.sendall(b" ")


def told(body: Any, status: str = "200 OK", **headers: str) -> Callable[[bytes], bytes]:
    """Answer every request with this."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _request: answer(status, raw, **headers)


def signed(signature: bytes, **changes: Any) -> dict[str, Any]:
    """Give the round's answer with another signature, and the randomness that follows from it."""
    return TRUE | {"signature": signature.hex(), "randomness": sha256(signature).hexdigest()} | changes


ALIAS = alias(SIGNATURE)
assert ALIAS
LIES: dict[str, Callable[[bytes], bytes]] = {
    "another round": told(OWN.answer(ROUND + 1)),
    "the latest round, renamed": told(OWN.answer(ROUND + 7) | {"round": ROUND}),
    "another key's": told(signed(OwnChain(secret=7).signature(ROUND))),
    "the second encoding": told(signed(ALIAS)),
    "the first one with the second one's randomness": told(TRUE | {"randomness": sha256(ALIAS).hexdigest()}),
    "infinity": told(signed(b"\xc0" + bytes(47))),
    "a signature cut": told(TRUE | {"signature": TRUE["signature"][:-2]}),  # type: ignore[index]
    "a signature twice": told(json.dumps(TRUE).replace("{", '{"signature": "00", ', 1).encode()),
    "a round as text": told(TRUE | {"round": str(ROUND)}),
    "a list": told([TRUE]),
    "deep": told(b"[" * 4_000),
    "a page": told(b"<html>welcome</html>"),
    "nothing": told(b""),
    "too much": told(TRUE | {"more": "x" * 20_000}),
    "an outage": told(b"", "503 Service Unavailable"),
    "a refusal": told(b"", "403 Forbidden"),
    "no answer": lambda _request: b"",
    "half an answer": lambda _request: b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{",
    "no HTTP": lambda _request: b"SSH-2.0-OpenSSH\r\n",
}


def _relays(stack: ExitStack, *parties: Party, seconds: float = PATIENCE) -> tuple[Drand, list[Server]]:
    servers = [stack.enter_context(serving(one.play)) for one in parties]
    guard = Guard(frozenset(one.host_port for one in servers))
    return Drand(OWN.chain, guard, tuple(one.url for one in servers), seconds), servers


@pytest.mark.parametrize("lie", LIES)
def test_a_relay_that_lies_or_fails_is_passed_over(lie: str) -> None:
    """The honest one is asked for the same round, by its number; alone, the liar gives nothing."""
    liar, honest = Party(LIES[lie]), Party(told(TRUE))
    with ExitStack() as stack:
        both, _ = _relays(stack, liar, honest)
        assert both.signature(ROUND, AT) == SIGNATURE
        alone, _ = _relays(stack, Party(LIES[lie]))
        with pytest.raises(NobodyAnswered):
            alone.signature(ROUND, AT)

    assert set(liar.asked + honest.asked) == {f"/{OWN.chain.hash}/public/{ROUND}"}


@pytest.mark.parametrize("status", ["404 Not Found", "425 Too Early"])
def test_a_relay_that_hides_a_round_is_no_word_against_another(status: str) -> None:
    """Where all hide it, it is to come: nobody looks for another round."""
    hides = Party(told(b"", status))
    with ExitStack() as stack:
        both, _ = _relays(stack, hides, Party(told(TRUE)))
        assert both.signature(ROUND, AT) == SIGNATURE
        alone, _ = _relays(stack, hides, Party(LIES["an outage"]))
        assert alone.signature(ROUND, AT) is None


def test_a_relay_that_dawdles_is_left_in_time() -> None:
    """However often it sends a letter: its whole answer has its time, and no more."""
    dawdler = Dawdler()
    with ExitStack() as stack:
        beacon, _ = _relays(stack, dawdler, seconds=SHORT)
        stack.callback(dawdler.over.set)
        with pytest.raises(NobodyAnswered):
            beacon.signature(ROUND, AT)


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"])
def test_no_party_leads_anywhere_else(status: str) -> None:
    """A redirect is an answer that is none: whoever it leads to is not asked."""
    elsewhere = Party(told(TRUE))
    with ExitStack() as stack:
        there = stack.enter_context(serving(elsewhere.play))
        leads = told(b"", status, Location=f"{there.url}/{OWN.chain.hash}/public/{ROUND}")
        beacon, servers = _relays(stack, Party(leads))
        guard = Guard(frozenset({there.host_port, servers[0].host_port}))

        with pytest.raises(NobodyAnswered):
            Drand(OWN.chain, guard, beacon.relays, PATIENCE).signature(ROUND, AT)
        with pytest.raises(NobodyAnswered):
            Authority(servers[0].url, guard, [AUTHORITY.root], PATIENCE).stamp(COMMIT)

    assert elsewhere.asked == []


# ---------------------------------------------------------------------------- authorities
AUTHORITY = OwnAuthority()
ASKED = re.compile(rb"\x04\x20(.{32})\x02([\x01-\x14])(.+)\x01\x01\xff$", re.DOTALL)


def stamped(make: Callable[[bytes, int], bytes]) -> Callable[[bytes], bytes]:
    """Answer a request for a stamp: `make` is given what is to be stamped, and the nonce."""

    def reply(request: bytes) -> bytes:
        found = ASKED.search(request)
        assert found
        return answer(body=make(found[1], int.from_bytes(found[3], "big")))

    return reply


def with_status(status: int) -> Callable[[bytes, int], bytes]:
    """Give a good token in an answer of this status."""
    return lambda imprint, nonce: der(0x30, der(0x30, integer(status)), AUTHORITY.token(imprint, AT, nonce))


LYING: dict[str, Callable[[bytes], bytes]] = {
    "another hash": stamped(lambda imprint, nonce: AUTHORITY.answer(sha256(imprint).digest(), AT, nonce)),
    "no nonce": stamped(lambda imprint, _nonce: AUTHORITY.answer(imprint, AT)),
    "another nonce": stamped(lambda imprint, nonce: AUTHORITY.answer(imprint, AT, nonce + 1)),
    "yesterday's answer": stamped(lambda imprint, _nonce: AUTHORITY.answer(imprint, AT - timedelta(days=1), 5)),
    "granted, changed": stamped(with_status(1)),
    "refused": stamped(lambda _imprint, _nonce: der(0x30, der(0x30, integer(2)))),
    "refused, with a token": stamped(with_status(2)),
    "somebody of that name": stamped(lambda imprint, nonce: OwnAuthority().answer(imprint, AT, nonce)),
    "for other purposes": stamped(
        lambda imprint, nonce: OwnAuthority(
            usage=(ExtendedKeyUsageOID.CODE_SIGNING,), _root_key=AUTHORITY._root_key
        ).answer(imprint, AT, nonce)
    ),
    "out of date": stamped(lambda imprint, nonce: AUTHORITY.answer(imprint, datetime(2041, 1, 1, tzinfo=UTC), nonce)),
    "a page": told(b"<html>welcome</html>"),
    "nothing": told(b""),
    "too much": told(bytes(200_000)),
    "an outage": told(b"", "500 Internal Server Error"),
    "no answer": lambda _request: b"",
}


@pytest.mark.parametrize("lie", LYING)
def test_an_authority_that_answers_something_else_is_no_witness(lie: str) -> None:
    """Each by its own fault; the very authority that is honest is believed."""
    with ExitStack() as stack:
        liar = stack.enter_context(serving(Party(LYING[lie]).play))
        honest = stack.enter_context(
            serving(Party(stamped(lambda imprint, nonce: AUTHORITY.answer(imprint, AT, nonce))).play)
        )
        guard = Guard(frozenset({liar.host_port, honest.host_port}))

        with pytest.raises(NobodyAnswered):
            Authority(liar.url, guard, [AUTHORITY.root], PATIENCE).stamp(COMMIT)
        assert Authority(honest.url, guard, [AUTHORITY.root], PATIENCE).stamp(COMMIT).stamp.at == AT


def test_an_authority_that_dawdles_is_left_in_time() -> None:
    """Its whole answer has its time."""
    dawdler = Dawdler()
    with ExitStack() as stack:
        server = stack.enter_context(serving(dawdler.play))
        stack.callback(dawdler.over.set)
        with pytest.raises(NobodyAnswered):
            Authority(server.url, Guard(frozenset({server.host_port})), [AUTHORITY.root], SHORT).stamp(COMMIT)
