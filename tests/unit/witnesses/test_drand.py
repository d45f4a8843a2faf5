"""The relays: asked one after the other for one round, never believed, and patient before its time."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from heraut.contests.store import NobodyAnswered
from heraut.fetch import Guard
from heraut.witnesses.drand import RELAYS, Drand
from tests.loopback import Server, read_request, serving
from tests.twins.chain import OwnChain, Relays, alias

pytestmark = pytest.mark.enable_socket

OWN = OwnChain()
ROUND = 1_000
AT = datetime.fromtimestamp(OWN.chain.time_of(ROUND), UTC)


class World:
    """Three relays of the own chain, and a client that knows them in this order."""

    def __init__(self, stack: ExitStack) -> None:
        self.now = AT
        self.relays = [Relays(OWN, lambda: self.now) for _ in range(3)]
        self.servers: list[Server] = [stack.enter_context(serving(one.play)) for one in self.relays]

    def client(self, seconds: float = 2.0) -> Drand:
        guard = Guard(frozenset(one.host_port for one in self.servers))
        return Drand(OWN.chain, guard, tuple(one.url for one in self.servers), seconds)

    def asked(self) -> list[int]:
        return [len(one.asked) for one in self.relays]


@pytest.fixture(name="world")
def _world() -> Iterator[World]:
    with ExitStack() as stack:
        yield World(stack)


def test_the_first_relay_gives_the_round(world: World) -> None:
    """One call, for that round by its number."""
    assert world.client().signature(ROUND, AT) == OWN.signature(ROUND)
    assert world.relays[0].asked == [f"/{OWN.chain.hash}/public/{ROUND}"]
    assert world.asked() == [1, 0, 0]


def test_nobody_is_asked_before_the_rounds_time(world: World) -> None:
    """The round cannot be there."""
    assert world.client().signature(ROUND, AT - timedelta(seconds=1)) is None
    assert world.asked() == [0, 0, 0]


def test_a_round_that_is_not_there_yet_is_waited_for(world: World) -> None:
    """Its time has come by our clock, not by theirs."""
    world.now = AT - timedelta(seconds=2)

    assert world.client().signature(ROUND, AT) is None


def test_a_relay_that_hides_a_round_is_passed_over(world: World) -> None:
    """It says "not yet", another one has it."""
    world.relays[0].broken = ("404 Not Found", b"")

    assert world.client().signature(ROUND, AT) == OWN.signature(ROUND)


def answer_of(**changed: object) -> bytes:
    """Give a relay's answer with something else in it."""
    return json.dumps(OWN.answer(ROUND) | changed).encode()


OTHER = OWN.answer(ROUND + 1)
WRONG = {
    "server error": ("503 Service Unavailable", b""),
    "redirect": ("302 Found", b""),
    "page": ("200 OK", b"<html>"),
    "list": ("200 OK", b"[]"),
    "nothing": ("200 OK", b"{}"),
    "another round": ("200 OK", json.dumps(OTHER).encode()),
    "another round's signature": ("200 OK", answer_of(signature=OTHER["signature"])),
    "another chain's": ("200 OK", json.dumps(OwnChain(secret=7).answer(ROUND)).encode()),
    "no hexadecimal": ("200 OK", answer_of(signature="z" * 96)),
    "upper case": ("200 OK", answer_of(signature=str(OWN.answer(ROUND)["signature"]).upper())),
    "no signature": ("200 OK", answer_of(signature=None)),
    "round as text": ("200 OK", answer_of(round=str(ROUND))),
    "other randomness": ("200 OK", answer_of(randomness="00" * 32)),
    "too long": ("200 OK", answer_of(more="x" * 20_000)),
}


@pytest.mark.parametrize("broken", WRONG.values(), ids=WRONG)
def test_a_wrong_answer_is_passed_over(world: World, broken: tuple[str, bytes]) -> None:
    """Whatever a relay says, the next one is asked; only a verified signature is taken."""
    world.relays[0].broken = broken

    assert world.client().signature(ROUND, AT) == OWN.signature(ROUND)
    assert world.asked() == [1, 1, 0]


@pytest.mark.parametrize("broken", WRONG.values(), ids=WRONG)
def test_a_wrong_answer_everywhere_is_no_answer(world: World, broken: tuple[str, bytes]) -> None:
    """Each relay was asked once, and it is said what was wrong with it."""
    for relay in world.relays:
        relay.broken = broken
    with pytest.raises(NobodyAnswered) as error:
        world.client().signature(ROUND, AT)

    assert [host for host, _why in error.value.tried] == [one.host_port for one in world.servers]
    assert world.asked() == [1, 1, 1]


def test_the_second_encoding_is_a_wrong_answer(world: World) -> None:
    """A relay that would give another randomness for the same point."""
    number, other = next(
        (number, found) for number in range(1, 100) if (found := alias(OWN.signature(number))) is not None
    )
    for relay in world.relays:
        relay.broken = ("200 OK", json.dumps(OWN.answer(number) | {"signature": other.hex()}).encode())
    with pytest.raises(NobodyAnswered, match="draw_signature_alias"):
        world.client().signature(number, AT)


def silent(connected: socket.socket) -> None:
    """Take the request and say nothing until the client goes away."""
    read_request(connected)
    connected.recv(1)


def test_a_relay_that_is_down_or_silent_is_passed_over(world: World) -> None:
    """No connection at the first, no answer in time at the second; the third has the same time, and needs it."""
    world.servers[0].stop()
    with serving(silent) as slow:
        guard = Guard(frozenset({*(one.host_port for one in world.servers), slow.host_port}))
        urls = (world.servers[0].url, slow.url, world.servers[2].url)

        assert Drand(OWN.chain, guard, urls, 2.0).signature(ROUND, AT) == OWN.signature(ROUND)


def test_public_relays_are_secure() -> None:
    """Four of them, over https."""
    assert len(RELAYS) == 4
    assert all(one.startswith("https://") for one in RELAYS)
