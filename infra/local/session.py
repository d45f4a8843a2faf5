"""One run of the embedded stack: start, deploy what changed, play, stop cleanly and keep the state.

usage (through run.py): python -m infra.local.session [--play live|once|none] [--port 4566]

Under `.heraut/`: `state/` (what the next run finds again), `local.json` (where the `local` stack answers, there only
while it runs), `run.json` (who runs it), `emulator.log`, `sam.log`.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from infra.local import carry_over, environments, stack, turn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

PORTS = range(1024, 65536)  # those below belong to the administrator
FOLDER = stack.ROOT / ".heraut"
LOCAL = FOLDER / "local.json"
RUN = FOLDER / "run.json"
TURN = FOLDER / "run.turn"
DEPLOYED = FOLDER / "deployed.json"
UNSAVED = FOLDER / "state" / "unsaved"
TABLES = FOLDER / "state" / "dynamodb.json"
STACK = "heraut-local"
SNAPSHOT_SECONDS = 10
BLUESKY_PORT = 2583


class Stopped(BaseException):
    """Ctrl-C, or a request to end."""


def say(line: str) -> None:
    """One line of progress, at once."""
    print(line, flush=True)


def parameters(port: int) -> dict[str, str]:
    """The template's parameters on one machine; HERAUT_LOCAL_SERVERS adds loopback servers that may be opened."""
    servers = [f"{host}:{number}" for host in ("127.0.0.1", "localhost") for number in (port, BLUESKY_PORT)]
    servers += [one for one in os.environ.get("HERAUT_LOCAL_SERVERS", "").split(",") if one]
    return {
        "Stage": "local",
        "AlarmEmail": "alarmes@heraut.test",
        "MailFrom": stack.MAIL_FROM,
        "PublicSite": "bucket",
        "LocalServers": ",".join(servers),
    }


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Be the only run of this checkout while the block lasts.

    Raises: StackError when there is another.
    """
    try:
        with turn.hold(TURN):
            yield
    except turn.Taken:
        running = _read(RUN)
        where = f" (process {running['pid']}, {running['endpoint']})" if running else ""
        text = f"Héraut already runs here{where}. Stop it with Ctrl-C in its window first."
        raise stack.StackError(text) from None


def wait_for_the_last_emulator() -> None:
    """A killed run leaves an emulator that saves its state for some seconds: what it saves is what we start from."""
    with turn.hold(
        FOLDER / stack.EMULATOR_TURN,
        lambda: say("The last run was killed. Waiting for its emulator to save the state ..."),
    ):
        pass


def refuse_if_taken(port: int) -> None:
    """Refuse a port something else listens on.

    Raises: StackError.
    """
    if not stack.port_is_free(port):
        raise stack.StackError(
            f"Port {port} is taken by another program. Free it, or choose another: make run PORT={port + 1}"
        )


def a_port(given: str) -> int:
    """Read the number of a port that anybody may open; argparse says the sentence of the error."""
    if not (given.isascii() and given.isdecimal()) or int(given) not in PORTS:
        text = f"{given} is no port: give one from {PORTS.start} to {PORTS.stop - 1}, as in: make run PORT=4567"
        raise argparse.ArgumentTypeError(text)
    return int(given)


def was_killed() -> bool:
    """Whether the last run was killed and left tables that are older than what it did, by seconds as a rule.

    They are used, and nothing leaves until what went out since was read back. A run killed before it had deployed
    anything left nothing of use: that is set aside.
    """
    if not UNSAVED.exists():
        return False
    since = UNSAVED.read_text(encoding="utf-8").strip()
    if DEPLOYED.exists() and TABLES.exists():
        saved = dt.datetime.fromtimestamp(TABLES.stat().st_mtime).astimezone()
        say(f"The run started {since} was killed. Its queue is as it was saved at {saved:%H:%M:%S}.")
        return True
    aside = FOLDER / f"state-set-aside-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}"
    UNSAVED.parent.rename(aside)
    DEPLOYED.unlink(missing_ok=True)
    say(f"The run started {since} was killed before it was ready. What it left is in {aside.relative_to(stack.ROOT)}.")
    return False


def follow_the_port(port: int) -> None:
    """Have a state that was saved on another port go on at this one."""
    before = carry_over.carry_over(FOLDER / "state", port)
    if before:
        ports = " and ".join(str(one) for one in before)
        say(f"The queue was saved on port {ports} and goes on at {port}. Links in older messages lead nowhere now.")


@contextlib.contextmanager
def emulator(port: int, *, aloud: bool = True, restored: bool = False) -> Iterator[stack.Emulator]:
    """The emulator while the block runs; stopped cleanly, its state saved, whatever ends the block.

    `restored`: what it finds is older than what was done.
    Not `aloud`, it stops in silence when all is well: the last line is the play's.
    """
    shutil.rmtree(FOLDER / "tmp", ignore_errors=True)  # of a run killed while it cleared it away: half a layer is none
    running = stack.start(port, FOLDER, snapshot_seconds=SNAPSHOT_SECONDS, restored=restored)
    RUN.write_text(json.dumps({"pid": os.getpid(), "emulator": running.process.pid, "endpoint": running.endpoint}))
    try:
        yield running
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # stopping takes some seconds; an impatient Ctrl-C must not cut it
        LOCAL.unlink(missing_ok=True)
        if aloud:
            say("Stopping, and saving the state ...")
        running.stop()
        shutil.rmtree(FOLDER / "tmp", ignore_errors=True)  # before the next run may start: it unpacks there too
        if UNSAVED.exists():
            say("The emulator ended without saving: the next run reads back what was done in the last seconds.")
        elif aloud:
            say("Stopped. `make run` finds the queue again as it is now.")
        RUN.unlink(missing_ok=True)


def bring_up(running: stack.Emulator) -> dict[str, str]:
    """Deploy what changed since the state was saved; returns the stack's outputs, and writes local.json.

    Raises: StackError.
    """
    wanted = stack.fingerprint(parameters(running.port))
    known = _read(DEPLOYED)
    if known and known["fingerprint"] == wanted:
        say("Nothing changed since the last run: nothing to deploy.")
        outputs = dict(known["outputs"])
    else:
        say("Building and deploying infra/template.yaml ...")
        built = stack.build(FOLDER, say)
        outputs = stack.deploy(running, built, STACK, parameters(running.port), say)
        running.save()  # a kill from here on finds the stack
        DEPLOYED.write_text(json.dumps({"fingerprint": wanted, "outputs": outputs}, indent=1))
    servers = parameters(running.port)["LocalServers"]
    local = {
        "endpoint": running.endpoint,
        "region": stack.REGION,
        "stack": STACK,
        "outputs": outputs,
        "local_servers": servers,
    }
    LOCAL.write_text(json.dumps({**local, "access_key": "test", "secret_key": "test"}, indent=1))  # the emulator's own
    return outputs


def read_back() -> None:
    """Have the command read back what went out since the tables were saved, and say it."""
    say("Reading back what went out since (heraut doctor --reconcile) ...")
    command = [environments.program("desk", "heraut"), "doctor", "--reconcile", "--stack", "local"]
    subprocess.run(command, cwd=stack.ROOT, check=False)  # what waits for a person is said; it is no failure of ours


def play(how: str, running: stack.Emulator) -> int:
    """Hand over to samples/play.py until it ends or the run is stopped; returns its exit status.

    Raises: StackError when the emulator ends meanwhile.
    """
    command = [sys.executable, "-m", "samples.play"] + (["--once"] if how == "once" else [])
    player = subprocess.Popen(command, cwd=stack.ROOT)
    try:
        while player.poll() is None:
            if running.process.poll() is not None:
                raise stack.StackError(f"The emulator ended unexpectedly; its last lines are in {running.log}.")
            time.sleep(0.2)
        return player.returncode
    finally:
        _end(player)


def wait(running: stack.Emulator) -> None:
    """Stay until the emulator ends or the run is stopped."""
    while running.process.poll() is None:
        time.sleep(0.2)


def _end(player: subprocess.Popen[bytes]) -> None:
    if player.poll() is None:
        player.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            player.wait(10)
    if player.poll() is None:
        player.kill()
        player.wait()


def run(how: str, port: int) -> int:
    """The whole session; returns the exit status.

    Raises: StackError.
    """
    with alone():
        wait_for_the_last_emulator()
        refuse_if_taken(port)
        restored = was_killed()
        follow_the_port(port)
        say("Starting the embedded stack ...")
        return _run(how, port, restored=restored)


def _run(how: str, port: int, *, restored: bool) -> int:
    with emulator(port, aloud=how != "once", restored=restored) as running:
        outputs = bring_up(running)
        if restored:
            read_back()
        if how == "none":
            say(f"The local stack answers. Public bucket: {outputs['PublicUrl']}\nCtrl-C stops it.")
            wait(running)
            return 0
        return play(how, running)


def main() -> int:
    """Read the arguments, run, and turn every end into an exit status."""
    options = argparse.ArgumentParser(prog="make run")
    options.add_argument("--play", choices=["live", "once", "none"], default="live")
    options.add_argument("--port", type=a_port, default=4566)
    chosen = options.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        return run(chosen.play, chosen.port)
    except Stopped:
        return 0 if chosen.play != "once" else 1
    except (stack.StackError, environments.Unusable) as problem:
        print(problem, file=sys.stderr)
        return 1


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    sys.exit(main())
