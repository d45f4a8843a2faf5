"""Makes the project's environments from their locks; parses on any Python 3.6+, so that an old one gets a sentence.

usage: python3 infra/local/environments.py desk|ministack|sam|uv ...

Each environment is brought up to date only when its lock or the interpreter changed (a stamp inside it says so).
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, List

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
# The interpreter itself, whichever environment calls: they are all made from the same one.
INTERPRETER = os.path.realpath(getattr(sys, "_base_executable", sys.executable))


class Unusable(Exception):
    """This machine lacks something; the message says what, and what to do."""


def say(line: str) -> None:
    """One line of progress, at once."""
    print(line, flush=True)


def check_python() -> None:
    """Refuse a Python that the project does not support, in one sentence.

    Raises: Unusable.
    """
    if sys.version_info[:2] < OLDEST:
        raise Unusable(
            f"Héraut needs Python 3.11 or later, and {sys.executable} is {sys.version.split()[0]}. "
            "Install a newer one, or name it: make run PYTHON=python3.12"
        )


def program(name: str, command: str) -> str:
    """The absolute path of a command inside an environment: uv, desk, ministack or sam."""
    return str(FOLDERS[name] / "bin" / command)


def ensure(name: str, say: Callable[[str], None] = say) -> None:
    """Make the environment if its stamp is missing or old.

    Raises: Unusable when the interpreter has no venv module or the installation fails.
    """
    target, stamp = FOLDERS[name], FOLDERS[name] / ".heraut-stamp"
    interpreter = f"{INTERPRETER} {sys.version.split()[0]} "
    wanted = interpreter + hashlib.sha256(LOCKS[name].read_bytes()).hexdigest()
    found = stamp.read_text(encoding="utf-8") if stamp.exists() else ""
    if found == wanted:
        return
    started = time.monotonic()
    if name != "uv":
        ensure("uv", say)
    say(f"Installing the {name} environment into {target.relative_to(ROOT)} ...")
    if not found.startswith(interpreter):
        shutil.rmtree(str(target), ignore_errors=True)  # another interpreter's: nothing in there is of use
    if name == "uv":
        _make_with_pip(target)
    else:
        _make_with_uv(name, target)
    stamp.write_text(wanted, encoding="utf-8")
    say(f"  {name} ready in {time.monotonic() - started:.0f} s")


def _make_with_pip(target: Path) -> None:
    """The first environment holds only uv, which makes the others ten times faster than pip."""
    try:
        _run([INTERPRETER, "-m", "venv", str(target)])
    except Unusable as problem:
        raise Unusable(
            f"Python could not make an environment ({problem}). On Debian or Ubuntu: apt install python3-venv"
        ) from problem
    pip = [str(target / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    _run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(LOCKS["uv"])])


def _make_with_uv(name: str, target: Path) -> None:
    uv, python = program("uv", "uv"), target / "bin" / "python"
    if not python.exists():
        _run([uv, "venv", "--quiet", "--no-project", "--python", INTERPRETER, str(target)])
    _run([uv, "pip", "sync", "--require-hashes", str(LOCKS[name]), "--python", str(python)])
    if name == "desk":
        # Editable and without build isolation: nothing outside the lock is fetched.
        editable = ["--no-deps", "--no-build-isolation", "-e", str(ROOT)]
        _run([uv, "pip", "install", "--quiet", "--python", str(python), *editable])


def _run(command: List[str]) -> None:
    environment = dict(os.environ)
    environment.pop("VIRTUAL_ENV", None)
    status = subprocess.call(command, env=environment, cwd=str(ROOT))
    if status != 0:
        raise Unusable(f"`{' '.join(command[:4])} ...` ended with status {status}")


def main(names: List[str]) -> int:
    """Make each named environment; exit status 1 and a sentence when the machine cannot."""
    try:
        check_python()
        for name in names:
            ensure(name)
    except Unusable as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
