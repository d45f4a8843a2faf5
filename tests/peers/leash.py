"""Runs one server for as long as somebody holds its standard input open, so that a killed test leaves nothing behind.

usage: python leash.py [--user NAME] [--signal INT] [--remove FOLDER] -- PROGRAM ARGUMENT ...

The end of standard input, SIGTERM or SIGINT ends the server: by the signal asked for, ten seconds later by SIGKILL.
The exit status is the server's own. Standard library only: it runs before any environment exists.
"""

import argparse
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import threading
import time
from types import FrameType

PATIENCE_SECONDS = 10


def hold(command: list[str], user: str | None, ending: signal.Signals) -> int:
    """Start the command, wait for it or for the end of standard input, and return its exit status."""
    enough = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        enough.set()

    # Before the server is there: a signal that came in between would leave it alone in the world.
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
    )

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        enough.set()

    def end() -> None:
        enough.wait()
        with contextlib.suppress(ProcessLookupError):
            os.kill(server.pid, ending)
        time.sleep(PATIENCE_SECONDS)
        server.kill()

    threading.Thread(target=watch, daemon=True).start()
    threading.Thread(target=end, daemon=True).start()
    return int(server.wait())


def main() -> int:
    """Read the command line and hold the server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--user")
    parser.add_argument("--signal", default="TERM")
    parser.add_argument("--remove", help="a folder to delete once the server has ended")
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    try:
        return hold(asked.command, asked.user, signal.Signals[f"SIG{asked.signal}"])
    finally:
        if asked.remove:
            shutil.rmtree(asked.remove, ignore_errors=True)


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status if status >= 0 else 128 - status)  # the threads that watch must not keep us
