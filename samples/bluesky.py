"""The loopback Bluesky network for the sample's account, where the peers are installed."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heraut.cli.desk import Desk

ROOT = Path(__file__).parents[1]
BRAND, ACCOUNT, HANDLE = "martin", "bluesky", "martin.test"
PORT = 2583


@dataclass(frozen=True)
class Network:
    """A running network: where it is written to, who we are there, and the app password."""

    pds: str
    did: str
    password: str = field(repr=False)


@contextlib.contextmanager
def network(desk: Desk) -> Iterator[Network | None]:
    """Run the network while the block runs; None where the peers are not installed, or cannot start (it says why)."""
    if not (ROOT / ".heraut" / "peers" / "bluesky").exists() or f"127.0.0.1:{PORT}" not in desk.guard.allowed:
        yield None
        return
    print("Starting a Bluesky network on this machine ...", flush=True)
    command = [sys.executable, "-m", "tests.peers.bluesky_network", "--handles", HANDLE, "--pds-port", str(PORT)]
    running = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        line = running.stdout.readline()
        if not line:
            yield None
            return
        told = json.loads(line)
        account = told["accounts"][0]
        yield Network(told["pds"], account["did"], account["app_password"])
    finally:
        running.terminate()
        running.wait(30)
