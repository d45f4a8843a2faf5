"""Starting a server on loopback, waiting until it answers, and ending it by its process id."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from tests.peers.places import HERE

Answer = TypeVar("Answer")


class ServerFailed(Exception):
    """A server did not start; the message carries the end of what it wrote."""


def free_port() -> int:
    """A loopback port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def running(
    name: str,
    command: list[str],
    *,
    log: Path,
    ready: Callable[[], bool],
    seconds: float = 30,
    environment: dict[str, str] | None = None,
    folder: Path | None = None,
    user: str | None = None,
    ending: str = "TERM",
    remove: Path | None = None,
) -> Iterator[int]:
    """Run a server under a leash until the block ends; yields the process id of the leash.

    Args:
        name: how an error calls it.
        command: program and arguments.
        log: file for everything it writes.
        ready: asked until it says yes; must not raise.
        seconds: how long it may take to become ready.
        environment: its whole environment; None inherits ours.
        folder: its working directory.
        user: the account it runs as (only root can ask for one).
        ending: the signal that ends it, without SIG.
        remove: a folder deleted after it ended, even when we were killed.

    Raises: ServerFailed.
    """
    leash = [sys.executable, "-I", str(HERE / "leash.py"), "--signal", ending]
    leash += ["--user", user] if user else []
    leash += ["--remove", str(remove)] if remove else []
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*leash, "--", *command],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder,
            start_new_session=True,  # a Ctrl-C in the terminal reaches us only, and we end things in order
        )
    try:
        deadline = time.monotonic() + seconds
        while not ready():
            if process.poll() is not None:
                raise ServerFailed(f"{name} ended at once (status {process.returncode}):\n{tail(log)}")
            if time.monotonic() > deadline:
                raise ServerFailed(f"{name} was not ready after {seconds:.0f} s:\n{tail(log)}")
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        finally:
            if process.stdin:
                process.stdin.close()


def tail(log: Path, lines: int = 25) -> str:
    """The last lines of a server's log."""
    if not log.exists():
        return "(it wrote nothing)"
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def until(question: Callable[[], Answer | None], *, seconds: float, every: float = 0.1) -> Answer:
    """Ask until the answer is neither None nor empty, and return it.

    Raises: TimeoutError.
    """
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"still no answer after {seconds:.0f} s")
        time.sleep(every)
    return answer
