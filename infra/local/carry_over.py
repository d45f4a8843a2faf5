"""A saved state goes on at another port: each address in it that named the old one names the new one.

The emulator keeps addresses with the port they were made on: a queue's is its name in CloudFormation and in the
settings of functions. Started on another port, functions would send to a queue where nobody listens, and pages
would lead nowhere.
"""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

QUEUES = "sqs.json"
UNFINISHED = "carrying"  # stands beside while it is done: the ports that what lies there may name
QUEUE = re.compile(rb"http://localhost:(\d+)/\d{12}/")
TEXTS = ("text/", "application/json", "application/feed+json", "application/atom+xml", "application/xml")
SIDECAR = ".meta.json"  # what the emulator knows of the object beside it
MEASURED = ("size", "etag", "checksums")  # of the bytes: the emulator measures again what is not there


def carry_over(state: Path, port: int) -> list[int]:
    """Make a saved state, whose emulator does not run, one of `port`; gives the ports it named until now.

    Tables, settings of functions, queues and the texts in buckets follow. Cut half-way, it is done again.
    """
    unfinished = state / UNFINISHED
    began = {int(one) for one in unfinished.read_text("ascii").split()} if unfinished.exists() else set()
    before = sorted((_ports(state / QUEUES) | began) - {port})
    if before:
        unfinished.write_text(" ".join(str(one) for one in [*before, port]), "ascii")
        old = re.compile(rb"(localhost|127\.0\.0\.1):(?:" + b"|".join(b"%d" % one for one in before) + rb")(?!\d)")
        new = rb"\g<1>:%d" % port
        for sidecar in sorted((state / "objects").rglob(f"*{SIDECAR}")):
            _carry_object(sidecar, old, new)
        for file in sorted(state.glob("*.json")):
            _carry(file, old, new)
        unfinished.unlink()
    return before


def _ports(queues: Path) -> set[int]:
    return {int(port) for port in QUEUE.findall(queues.read_bytes())} if queues.exists() else set()


def _carry_object(sidecar: Path, old: re.Pattern[bytes], new: bytes) -> None:
    about = json.loads(sidecar.read_bytes())
    body = sidecar.with_name(sidecar.name.removesuffix(SIDECAR))
    if not about.get("content_type", "").startswith(TEXTS) or not body.exists() or not old.search(body.read_bytes()):
        return
    left = {name: value for name, value in about.items() if name not in MEASURED}
    _replace(sidecar, json.dumps(left).encode())  # first: cut here, what it says of the old bytes is still true
    _carry(body, old, new)


def _carry(file: Path, old: re.Pattern[bytes], new: bytes) -> None:
    content = file.read_bytes()
    if old.search(content):
        _replace(file, old.sub(new, content))


def _replace(file: Path, content: bytes) -> None:
    unfinished = file.with_name(f"{file.name}.tmp")  # a name the emulator does not read
    unfinished.write_bytes(content)
    shutil.copystat(file, unfinished)
    unfinished.replace(file)
