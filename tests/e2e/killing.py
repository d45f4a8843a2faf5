"""Workers killed with signal 9 in the middle of a call, by process id from the tree of the suite's own emulator."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.e2e.bluesky_server import HOLDS_AFTER, HOLDS_BEFORE
from tests.e2e.world import eventually

if TYPE_CHECKING:
    from tests.e2e.bluesky_server import BlueskyServer
    from tests.e2e.world import World

AHEAD = timedelta(seconds=15)
ACCEPTED = f"Un mot, puis le {HOLDS_AFTER}"
NOT_ACCEPTED = f"Encore un {HOLDS_BEFORE}"
HEADER = "id;marque;date;heure;comptes;texte"


@dataclass(frozen=True)
class Killed:
    """What was killed, and when the doubtful attempts began and their workers died (seconds of the epoch)."""

    workers: tuple[int, ...]
    began: float
    ended: float
    online: tuple[int, int]  # how often the accepted text and the other were in the network's books then


def row(brand: str, name: str, at: datetime, account: str, text: str) -> str:
    """A row of a calendar."""
    local = at.astimezone(ZoneInfo("Europe/Paris"))
    return f"{name};{brand};{local:%d/%m/%Y};{local:%H:%M:%S};{account};{text}"


def _children(pid: int) -> list[int]:
    """The processes below one, all the way down."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    every = [int(one) for task in listed.parents[1].iterdir() for one in (task / "children").read_text().split()]
    return every + [below for one in every for below in _children(one)]


def _workers(world: World, function: str) -> list[int]:
    """The processes of the emulator's tree that run a function: never one by its name over the machine."""
    name = f"AWS_LAMBDA_FUNCTION_NAME={world.outputs[function]}".encode()
    found = []
    for pid in _children(world.emulator.process.pid):
        try:
            if name in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                found.append(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
    return found


def times_online(bluesky: BlueskyServer, text: str) -> int:
    """How often a text is in the network's books."""
    return [one["text"] for one in bluesky.records.values()].count(text)


def kill_publishers(world: World, bluesky: BlueskyServer, brand: str) -> Killed:
    """Kill every publisher while the network holds two of its calls: it accepted one, and has not read the other."""
    due = datetime.now(UTC) + AHEAD
    rows = [row(brand, "k1", due, "bluesky", ACCEPTED), row(brand, "k2", due, "bluesky", NOT_ACCEPTED)]
    world.drop("tues.csv", "\n".join([HEADER, *rows]).encode())
    eventually(lambda: len(bluesky.held) == 2, 90)
    online = times_online(bluesky, ACCEPTED), times_online(bluesky, NOT_ACCEPTED)
    killed = _workers(world, "PublishFunction")
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    return Killed(tuple(killed), min(bluesky.held.values()), time.time(), online)
