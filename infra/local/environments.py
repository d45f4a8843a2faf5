"""Makes the project's environments from their locks; parses on any Python 3.6+, so that an old one gets a sentence.

usage: python3 infra/local/environments.py desk|ministack|sam|uv ...

Each environment is brought up to date only when its lock or the interpreter changed (a stamp inside it says so), by one
process of this checkout at a time. A line each; what the installers say is in `.heraut/install.log`.
"""

import errno
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import List, Optional

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from infra.local import turn

ROOT = Path(__file__).resolve().parent.parent.parent
OLDEST = (3, 11)
FOLDERS = {
    "uv": ROOT / ".heraut" / "envs" / "uv",
    "desk": ROOT / ".venv",
    "ministack": ROOT / ".heraut" / "envs" / "ministack",
    "sam": ROOT / ".heraut" / "envs" / "sam",
}
LOCKS = {
    "uv": ROOT / "infra" / "local" / "uv.txt",
    "desk": ROOT / "requirements-dev.txt",
    "ministack": ROOT / "infra" / "local" / "ministack.txt",
    "sam": ROOT / "infra" / "local" / "sam.txt",
}
TITLES = {
    "uv": "uv, which installs the rest",
    "desk": "the heraut command and its tools",
    "ministack": "the AWS emulator",
    "sam": "the deployment tool",
}
TURN = ROOT / ".heraut" / "environments.turn"
LOG = ROOT / ".heraut" / "install.log"
FULL = ("no space left on device", "disk quota exceeded", "not enough space")
# What uv and pip say when no registry can be reached; after that pip finds no version of anything.
OFFLINE = (
    "dns error",
    "failed to lookup address",
    "name or service not known",
    "temporary failure in name resolution",
    "failed to establish a new connection",
    "tcp connect error",
    "network is unreachable",
    "client error (connect)",
    "operation timed out",
    "proxyerror",
)
# The interpreter itself, whichever environment calls: they are all made from the same one.
INTERPRETER = os.path.realpath(getattr(sys, "_base_executable", sys.executable))


class Unusable(Exception):
    """This machine lacks something; the message says what, and what to do."""


def say(line: str) -> None:
    """One line of progress, at once."""
    print(line, flush=True)


def check_python() -> None:
    """Refuse a Python, or a machine, that the project does not support, in one sentence.

    Raises: Unusable.
    """
    if os.name != "posix":
        raise Unusable("Héraut's tools need Linux or macOS (on Windows, use WSL).")
    if sys.version_info[:2] < OLDEST:
        raise Unusable(
            f"Héraut needs Python 3.11 or later, and {sys.executable} is {sys.version.split()[0]}. "
            "Install a newer one, or name it: make run PYTHON=python3.12"
        )


def program(name: str, command: str) -> str:
    """The absolute path of a command inside an environment: uv, desk, ministack or sam."""
    return str(FOLDERS[name] / "bin" / command)


def prepare(names: List[str]) -> None:
    """Bring each named environment up to date, while no other process of this checkout does.

    Raises: Unusable when the machine lacks something; the message says what, and where the whole story is.
    """
    if all(_is_ready(name) for name in names):
        return
    try:
        with turn.hold(TURN, lambda: say("Another `make` installs here: waiting for it to end ...")):
            LOG.write_text("", encoding="utf-8")
            for name in names:
                ensure(name)
    except OSError as error:
        raise Unusable(reason(str(error)) if error.errno == errno.ENOSPC else str(error)) from error


def ensure(name: str) -> None:
    """Make the environment if its stamp is missing or old; whoever calls it holds the turn.

    Raises: Unusable when the interpreter has no venv module or the installation fails.
    """
    if _is_ready(name):
        return
    if name != "uv":
        ensure("uv")
    target = FOLDERS[name]
    interpreter = _interpreter()
    if not _stamp(name).startswith(interpreter):
        shutil.rmtree(str(target), ignore_errors=True)  # another interpreter's: nothing in there is of use
    line = Line(f"Installing {TITLES[name]} ({_packages(name)} into {target.relative_to(ROOT)})")
    try:
        if name == "uv":
            _make_with_pip(target, line)
        else:
            _make_with_uv(name, target, line)
        (target / ".heraut-stamp").write_text(_wanted(name), encoding="utf-8")
    finally:
        line.end()


def reason(said: str) -> Optional[str]:
    """Say in a sentence what stopped an installer, as far as its output tells; None when it does not."""
    lower = said.lower()
    if any(sign in lower for sign in FULL):
        free = shutil.disk_usage(str(ROOT)).free // 1000000
        return (
            f"The disk is full ({free} MB free under {ROOT}, and perhaps less in the temporary folder or the cache). "
            "Héraut needs about 1 GB the first time. Make room, and type the same again."
        )
    if any(sign in lower for sign in OFFLINE):
        return (
            "The package registry (PyPI) could not be reached. Check the network, or the proxy, and type the same "
            "again: what was downloaded is kept."
        )
    return None


class Line:
    """One line of progress that grows older in place on a terminal, and is finished with its seconds anywhere."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._started = time.monotonic()
        self._alive = sys.stdout.isatty()
        print(f"{text} ...", end="", flush=True)

    def grow(self) -> None:
        """Tell that it still goes on."""
        if self._alive:
            print(f"\r{self._text} ... {self._seconds()}", end="", flush=True)

    def end(self) -> None:
        """Finish the line."""
        start = f"\r{self._text} ..." if self._alive else ""
        print(f"{start} {self._seconds()}", flush=True)

    def _seconds(self) -> str:
        return f"{time.monotonic() - self._started:.0f} s"


def _interpreter() -> str:
    return f"{INTERPRETER} {sys.version.split()[0]} "


def _wanted(name: str) -> str:
    return _interpreter() + hashlib.sha256(LOCKS[name].read_bytes()).hexdigest()


def _stamp(name: str) -> str:
    stamp = FOLDERS[name] / ".heraut-stamp"
    return stamp.read_text(encoding="utf-8") if stamp.exists() else ""


def _is_ready(name: str) -> bool:
    return _stamp(name) == _wanted(name)


def _packages(name: str) -> str:
    count = sum("==" in line for line in LOCKS[name].read_text(encoding="utf-8").splitlines())
    return f"{count} package{'s' if count > 1 else ''}"


def _make_with_pip(target: Path, line: Line) -> None:
    """The first environment holds only uv, which makes the others ten times faster than pip."""
    without = "Python could not make an environment. On Debian or Ubuntu: apt install python3-venv."
    _run([INTERPRETER, "-m", "venv", str(target)], line, without)
    pip = [str(target / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    _run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(LOCKS["uv"])], line)


def _make_with_uv(name: str, target: Path, line: Line) -> None:
    uv, python = program("uv", "uv"), target / "bin" / "python"
    if not python.exists():
        _run([uv, "venv", "--quiet", "--no-project", "--python", INTERPRETER, str(target)], line)
    _run([uv, "pip", "sync", "--require-hashes", str(LOCKS[name]), "--python", str(python)], line)
    if name == "desk":
        # Editable and without build isolation: nothing outside the lock is fetched.
        editable = ["--no-deps", "--no-build-isolation", "-e", str(ROOT)]
        _run([uv, "pip", "install", "--quiet", "--python", str(python), *editable], line)


def _run(command: List[str], line: Line, why: str = "An installation failed.") -> None:
    environment = dict(os.environ)
    environment.pop("VIRTUAL_ENV", None)
    began = LOG.stat().st_size if LOG.exists() else 0
    with LOG.open("ab") as out:
        out.write(f"$ {' '.join(command)}\n".encode())
        out.flush()
        status = _wait(
            subprocess.Popen(
                command, env=environment, cwd=str(ROOT), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
            ),
            line,
        )
    if status != 0:
        said = LOG.read_bytes()[began:].decode("utf-8", errors="replace")
        raise Unusable(f"{reason(said) or why} The whole output: {LOG}")


def _wait(program: "subprocess.Popen[bytes]", line: Line) -> int:
    """Wait for a program while its line grows older; it ends with us."""
    try:
        while True:
            try:
                return program.wait(0.5)
            except subprocess.TimeoutExpired:
                line.grow()
    finally:
        if program.poll() is None:
            program.terminate()
            program.wait()


def main(names: List[str]) -> int:
    """Make each named environment; exit status 1 and a sentence when the machine cannot."""
    try:
        check_python()
        prepare(names)
    except Unusable as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
