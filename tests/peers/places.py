"""Where `make peers` puts each peer, and how one learns that a peer is not there."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".heraut" / "peers"
HERE = Path(__file__).resolve().parent

#: Every peer, with what it is: `make peers` installs them in this order.
PEERS = {
    "mastodon_mock": "a Mastodon API that honours Idempotency-Key and injects faults",
    "mastodon_recordings": "the recorded answers of a real Mastodon",
    "snac2": "a real fediverse server",
    "bluesky": "the whole Bluesky network",
    "browser": "Chromium, for the pages that people open",
    "page_tools": "what the certificate page's script is bundled with",
}


class PeerMissing(Exception):
    """A peer is not installed on this machine; the message says which and what to do."""


def folder(peer: str) -> Path:
    """The folder that belongs to one peer, whether it is installed or not."""
    return FOLDER / peer


def stamp(peer: str) -> Path:
    """The file that `make peers` writes last: a JSON object, `for` says what was installed."""
    return folder(peer) / "installed.json"


def installed(peer: str) -> Path:
    """The folder of an installed peer.

    Raises: PeerMissing.
    """
    if not stamp(peer).is_file():
        raise PeerMissing(f"{peer} ({PEERS[peer]}) is not installed: run `make peers`")
    return folder(peer)


def detail(peer: str, name: str) -> str:
    """What `make peers` noted about an installed peer, such as the path of its program.

    Raises: PeerMissing.
    """
    installed(peer)
    return str(json.loads(stamp(peer).read_text(encoding="utf-8"))[name])
