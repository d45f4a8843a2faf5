"""One fixture for each peer: started when a test first asks for it, shared by the whole session, ended with it."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from tests.browser import Browser, Tab, browser
from tests.peers.bluesky_network import BlueskyNetwork, bluesky_network
from tests.peers.losing_proxy import LosingProxy, losing_proxy
from tests.peers.mastodon_mock_server import MastodonMock, mastodon_mock_server
from tests.peers.mastodon_recordings import Replay, replay
from tests.peers.places import PeerMissing, detail
from tests.peers.snac_server import SnacServer, snac_server

Peer = TypeVar("Peer")

#: The accounts of the shared Bluesky network.
HANDLES = ["atelier.test", "lecteur.test", "mairie.test"]
#: Who take part in what accounts organise.
PEOPLE = ["zoe", "paul", "lea", "max"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is below this folder: it needs peers, and it may talk to this machine only."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.peer)
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "localhost"]))


@contextmanager
def _present(peer: AbstractContextManager[Peer]) -> Iterator[Peer]:
    """Run a peer; one that is not installed skips the test on a person's machine, and is an error in CI."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(peer)
        except PeerMissing as missing:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip(str(missing))
        yield running


@pytest.fixture(scope="session")
def bluesky() -> Iterator[BlueskyNetwork]:
    """The Bluesky network, without rate limits; `mairie.test` is for who runs ahead of the machine's clock."""
    with _present(bluesky_network(HANDLES)) as running:
        yield running


@pytest.fixture(scope="module")
def bluesky_with_limits() -> Iterator[BlueskyNetwork]:
    """A Bluesky network of its own, with the account `presse.test`, that refuses too many requests."""
    with _present(bluesky_network(["presse.test"], rate_limits=True)) as running:
        yield running


@pytest.fixture(scope="session")
def mastodon_mock_running() -> Iterator[MastodonMock]:
    """The server behind `mastodon_mock`, with what earlier tests left in it."""
    with _present(mastodon_mock_server()) as running:
        yield running


@pytest.fixture
def mastodon_mock(mastodon_mock_running: MastodonMock) -> MastodonMock:
    """A Mastodon API, empty and in good health, with the accounts `gazette` and `lectrice`."""
    mastodon_mock_running.reset()
    return mastodon_mock_running


@pytest.fixture(scope="session")
def snac() -> Iterator[SnacServer]:
    """snac2 with the users `mairie` and `lectrice`; what a test posts stays for the session."""
    with _present(snac_server("mairie", "lectrice")) as running:
        yield running


@pytest.fixture(scope="module")
def busy_snac() -> Iterator[SnacServer]:
    """snac2 with the user `mairie` and PEOPLE; whom they follow and what they said is this module's alone."""
    with _present(snac_server("mairie", *PEOPLE)) as running:
        yield running


@pytest.fixture
def mastodon_replay() -> Iterator[Callable[..., Replay]]:
    """Give names of RECORDINGS, get a server that replays them until the test ends."""
    with ExitStack() as servers:

        def start(*names: str) -> Replay:
            return servers.enter_context(_present(replay(*names)))

        yield start


@pytest.fixture
def losing() -> Iterator[Callable[[str], LosingProxy]]:
    """Give a peer's address, get a proxy before it that loses what it is told to lose, until the test ends."""
    with ExitStack() as proxies:
        yield lambda target: proxies.enter_context(losing_proxy(target))


@contextmanager
def _installed_browser() -> Iterator[Browser]:
    with browser(detail("browser", "program")) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real browser, which finds nothing but this machine."""
    with _present(_installed_browser()) as running:
        yield running


@contextmanager
def _page_tools() -> Iterator[Path]:
    yield Path(detail("page_tools", "folder"))


@pytest.fixture(scope="session")
def page_tools() -> Iterator[Path]:
    """The folder of what the certificate page's script is bundled with."""
    with _present(_page_tools()) as folder:
        yield folder


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Tab]:
    """A page of its own in the browser, 390 pixels wide."""
    opened = chromium.tab()
    opened.shape(390)
    yield opened
    opened.close()
