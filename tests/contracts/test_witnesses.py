"""A beacon and an authority: their twins and what asks real ones over HTTP pass the same cases."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from heraut.contests.beacon import verify
from heraut.contests.store import Beacon, NobodyAnswered, Stamps
from heraut.contests.timestamps import read
from heraut.fetch import Guard
from heraut.witnesses.drand import Drand
from heraut.witnesses.rfc3161 import Authority
from tests.loopback import answer, read_request, serving
from tests.twins.chain import OwnChain, Relays
from tests.twins.tsa import OwnAuthority
from tests.twins.witnesses import BeaconTwin, StampsTwin

pytestmark = pytest.mark.enable_socket

OWN, AUTHORITY = OwnChain(), OwnAuthority()
ROUND = 1_000
AT = datetime.fromtimestamp(OWN.chain.time_of(ROUND), UTC)
SECOND = timedelta(seconds=1)
COMMIT = sha256(b"a commitment").hexdigest()
DOWN = ("503 Service Unavailable", b"")


class World:
    """One beacon and one authority, of memory or behind HTTP, whose clock and state a test sets."""

    def __init__(self, kind: str, stack: ExitStack) -> None:
        self.now = AT
        self.beacon: Beacon
        self.stamps: Stamps
        self._relays = Relays(OWN, lambda: self.now)
        self._twins = (BeaconTwin(OWN, lambda: self.now), StampsTwin(AUTHORITY, lambda: self.now))
        self._down = False
        if kind == "twin":
            self.beacon, self.stamps = self._twins
            return
        relay, authority = (stack.enter_context(serving(play)) for play in (self._relays.play, self._stamp))
        guard = Guard(frozenset({relay.host_port, authority.host_port}))
        self.beacon = Drand(OWN.chain, guard, (relay.url,), 3.0)
        self.stamps = Authority(authority.url, guard, [AUTHORITY.root], 3.0)

    def fail(self) -> None:
        """Take them down."""
        self._down = True
        self._relays.broken = DOWN
        for twin in self._twins:
            twin.down = True

    def _stamp(self, connected: socket.socket) -> None:
        query = read_request(connected).partition(b"\r\n\r\n")[2]
        if self._down:
            connected.sendall(answer(*DOWN))
            return
        found = re.search(rb"\x04\x20(.{32})\x02([\x01-\x14])(.+)\x01\x01\xff$", query, re.DOTALL)
        assert found, query.hex()
        nonce = int.from_bytes(found[3], "big")
        connected.sendall(answer(body=AUTHORITY.answer(found[1], self.now, nonce)))


@pytest.fixture(name="world", params=["twin", "http"])
def _world(request: pytest.FixtureRequest) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(request.param, stack)


def test_a_round_is_given_once_it_came(world: World) -> None:
    """Verified against the chain's key."""
    signature = world.beacon.signature(ROUND, AT)

    assert signature is not None
    verify(OWN.chain, ROUND, signature)


def test_a_round_to_come_is_waited_for(world: World) -> None:
    """By our clock, or by theirs; even when they are down."""
    world.now = AT - SECOND

    assert world.beacon.signature(ROUND, AT) is None
    world.fail()
    assert world.beacon.signature(ROUND, AT - SECOND) is None


def test_a_round_that_nobody_gives_is_said(world: World) -> None:
    """Who was asked, and what came of it; and it is given when they are back."""
    world.fail()
    with pytest.raises(NobodyAnswered) as error:
        world.beacon.signature(ROUND, AT)

    assert [why for _host, why in error.value.tried] == ["status 503"]


def test_a_commit_is_stamped(world: World) -> None:
    """Its evidence lets anybody check it again."""
    stamped = world.stamps.stamp(COMMIT)

    assert (stamped.stamp.at, stamped.stamp.authority) == (AT, "Horodatage un")
    assert read(stamped.evidence, COMMIT, [AUTHORITY.root]) == stamped.stamp


def test_an_authority_that_is_down_is_said(world: World) -> None:
    """Its host, and why."""
    world.fail()
    with pytest.raises(NobodyAnswered) as error:
        world.stamps.stamp(COMMIT)

    assert [why for _host, why in error.value.tried] == ["status 503"]
