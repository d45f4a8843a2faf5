"""The whole Bluesky network on loopback, as a context manager and as a command.

usage: python -m tests.peers.bluesky_network --handles a.test,b.test [--password WORD] [--pds-port N] [--rate-limits]

The command prints one line of JSON once everything answers:
`{"pds", "appview", "plc": URLs, "accounts": [{"handle", "did", "password", "app_password"}], "folder": logs}`
and stays until SIGTERM, SIGINT or the end of its standard input. Exit status 0 after a clean stop, 1 with a sentence on
standard error when it cannot start. Standard library only, so that `make run` may use any Python.
"""

import argparse
import contextlib
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from tests.peers.places import HERE, PeerMissing, installed
from tests.peers.servers import ServerFailed, running, tail

OLDEST_NODE = 20
SECONDS_TO_START = 60


@dataclass(frozen=True)
class BlueskyAccount:
    """One account of the network; adapters sign in with the app password, as people do."""

    handle: str
    did: str
    password: str = field(repr=False)
    app_password: str = field(repr=False)


@dataclass(frozen=True)
class BlueskyNetwork:
    """A running network.

    pds: where one signs in, writes and (proxied to the AppView) reads. appview: the same reads without signing in; a
    write shows there a moment later. plc: the directory of DIDs. accounts: by handle. folder: its logs and data, gone
    when it ends.
    """

    pds: str
    appview: str
    plc: str
    accounts: dict[str, BlueskyAccount]
    folder: Path


@contextlib.contextmanager
def bluesky_network(
    handles: list[str], *, password: str | None = None, pds_port: int = 0, rate_limits: bool = False
) -> Iterator[BlueskyNetwork]:
    """Run the network until the block ends.

    Args:
        handles: accounts to make; at least three letters, then `.test`.
        password: theirs; one is invented for each account when None.
        pds_port: where the PDS listens; 0 for a free port.
        rate_limits: whether the PDS refuses too many requests, as the public one does.

    Raises: PeerMissing, ServerFailed.
    """
    modules = installed("bluesky")
    node = node_program()
    # The database's account, which is not ours when we are root, must be able to walk there: TMPDIR may be private.
    base = Path(tempfile.mkdtemp(prefix="heraut-bluesky-", dir="/tmp" if os.geteuid() == 0 else None))  # noqa: S108 -- a fresh folder of its own
    with _database(base) as url:
        command = [
            node,
            str(HERE / "bluesky" / "network.mjs"),
            "--modules",
            str(modules),
            "--handles",
            ",".join(handles),
        ]
        command += ["--password", password] if password else []
        command += ["--pds-port", str(pds_port)]
        command += ["--rate-limits"] if rate_limits else []
        work = base / "network"
        work.mkdir()
        environment = {"PATH": os.environ["PATH"], "DB_POSTGRES_URL": url, "TMPDIR": str(work), "LOG_ENABLED": "false"}
        with _node(command, environment, base / "network.log") as told:
            yield BlueskyNetwork(
                pds=told["pds"],
                appview=told["appview"],
                plc=told["plc"],
                accounts={one["handle"]: BlueskyAccount(**one) for one in told["accounts"]},
                folder=base,
            )


@contextlib.contextmanager
def _node(command: list[str], environment: dict[str, str], log: Path) -> Iterator[dict[str, Any]]:
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
            start_new_session=True,
        )
    assert process.stdin
    assert process.stdout
    late = threading.Timer(SECONDS_TO_START, process.kill)
    late.start()
    try:
        line = process.stdout.readline()
        late.cancel()
        if not line:
            raise ServerFailed(f"the Bluesky network did not start:\n{tail(log)}")
        yield json.loads(line)
    finally:
        late.cancel()
        process.stdin.close()  # it takes that for the wish to stop
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@contextlib.contextmanager
def _database(base: Path) -> Iterator[str]:
    """A private PostgreSQL cluster in the folder, reached through a socket only its owner and root can open."""
    programs = postgres_programs()
    user = unprivileged_user()
    account = pwd.getpwnam(user) if user else None
    if account:
        os.chown(base, account.pw_uid, account.pw_gid)
    data = base / "database"
    made = subprocess.run(
        [programs / "initdb", "-D", data, "-U", "heraut", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
        capture_output=True,
        text=True,
        cwd=base,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        check=False,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )
    if made.returncode:
        shutil.rmtree(base)
        raise ServerFailed(f"initdb refused to make a database:\n{made.stderr}")
    socket_file = base / ".s.PGSQL.5432"
    options = {"listen_addresses": "", "unix_socket_directories": str(base), "fsync": "off", "max_connections": "60"}
    command = [str(programs / "postgres"), "-D", str(data)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    with running(
        "PostgreSQL",
        command,
        log=base / "database.log",
        ready=lambda: socket_file.exists() and "ready to accept" in tail(base / "database.log"),
        environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        folder=base,
        user=user,
        ending="INT",  # its "fast" shutdown
        remove=base,
    ):
        yield f"postgresql://heraut@/postgres?host={base}"


def node_program() -> str:
    """The path of Node.

    Raises: PeerMissing when there is none, or one too old.
    """
    node = shutil.which("node")
    if not node:
        raise PeerMissing(f"the Bluesky network needs Node {OLDEST_NODE} or later, and this machine has none")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.lstrip("v").split(".")[0]) < OLDEST_NODE:
        raise PeerMissing(f"the Bluesky network needs Node {OLDEST_NODE} or later, and this is {version}")
    return node


def postgres_programs() -> Path:
    """The folder with `initdb` and `postgres`, the newest version's if there are several.

    Raises: PeerMissing.
    """
    # Debian keeps each version's server programs out of PATH.
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: _numbers(path.parts[-3]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    if initdb and shutil.which("postgres"):
        return Path(initdb).parent
    raise PeerMissing("the Bluesky network needs PostgreSQL's server (on Debian or Ubuntu: apt install postgresql)")


def unprivileged_user() -> str | None:
    """The account PostgreSQL runs under when we are root, which it refuses to be; else None: ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def main() -> int:
    """Run the network until told to stop; see the module's own words."""
    parser = argparse.ArgumentParser(prog="python -m tests.peers.bluesky_network", description="Bluesky on loopback")
    parser.add_argument("--handles", required=True, help="comma-separated; at least three letters, then .test")
    parser.add_argument("--password", help="of every account; invented when absent")
    parser.add_argument("--pds-port", type=int, default=0, help="a fixed port for the PDS; free when 0")
    parser.add_argument("--rate-limits", action="store_true", help="refuse too many requests, as the public one does")
    asked = parser.parse_args()
    enough = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        enough.set()

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        enough.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        with bluesky_network(
            asked.handles.split(","), password=asked.password, pds_port=asked.pds_port, rate_limits=asked.rate_limits
        ) as network:
            told = {
                "pds": network.pds,
                "appview": network.appview,
                "plc": network.plc,
                "accounts": [vars(account) for account in network.accounts.values()],
                "folder": str(network.folder),
            }
            print(json.dumps(told), flush=True)  # noqa: T201
            threading.Thread(target=watch, daemon=True).start()
            enough.wait()
    except (PeerMissing, ServerFailed) as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
