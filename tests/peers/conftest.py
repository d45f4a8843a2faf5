"""One fixture for each peer: started when a test first asks for it, shared by the whole session, ended with it."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

import pytest

from tests.peers.bluesky_network import BlueskyNetwork, bluesky_network
from tests.peers.places import PeerMissing

Peer = TypeVar("Peer")

#: The accounts of the shared Bluesky network.
HANDLES = ["atelier.test", "lecteur.test"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is below this folder: it needs peers, and it may talk to this machine only."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.peer)
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "localhost"]))


def _lend(peer: AbstractContextManager[Peer]) -> Iterator[Peer]:
    """Yield a running peer; one that is not installed skips the test on a person's machine, and fails it in CI."""
    try:
        running = peer.__enter__()
    except PeerMissing as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))
    try:
        yield running
    finally:
        peer.__exit__(None, None, None)


@pytest.fixture(scope="session")
def bluesky() -> Iterator[BlueskyNetwork]:
    """The Bluesky network with two accounts, `atelier.test` and `lecteur.test`, without rate limits."""
    yield from _lend(bluesky_network(HANDLES))


@pytest.fixture(scope="module")
def bluesky_with_limits() -> Iterator[BlueskyNetwork]:
    """A Bluesky network of its own, with the account `presse.test`, that refuses too many requests."""
    yield from _lend(bluesky_network(["presse.test"], rate_limits=True))
