"""`make check`: is an advisory known against a package that one of our locks pins? `uv audit` asks, once for all locks.

usage: python -m infra.audit [--service ADDRESS]

Exit status 0: nothing is known, or nobody can be asked from here, which is said in one line; 1: an advisory, and what
mends it; 2: the look itself went wrong, which must not pass for a clean one.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.local import environments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[1]
# What runs in AWS and what stands on a desk. The peers' locks are not here: they only ever meet loopback.
LOCKS = (
    "layers/heraut/requirements.txt",
    "requirements-dev.txt",
    "infra/local/uv.txt",
    "infra/local/ministack.txt",
    "infra/local/sam.txt",
)
ACCEPTED: Mapping[str, str] = {}  # advisory -> why we live with it; counts only while no version mends it
SECONDS = 60
_PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)(?:\[[^\]]*\])?==([^ ;\\]+)", re.MULTILINE)
_AN_ADVISORY, _NO_ANSWER = 1, 2  # uv's exit status
# uv says so of every failed exchange with the service: no name, no connection, a proxy's page, a refusal.
_UNREACHED = re.compile(r"error: (.*?)(?: for url \(| and cannot be performed in offline mode)")

Pin = tuple[str, str]  # name, version


class LookFailed(Exception):
    """The look went wrong: nothing is known of our packages, and somebody must see why."""


class OutOfReach(Exception):
    """Nobody can be asked from here; the message says what was tried last."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Look, and say it; see the module."""
    options = argparse.ArgumentParser(prog="python -m infra.audit", description=__doc__)
    options.add_argument("--service", help="address of the advisory service; uv's own unless said")
    chosen = options.parse_args(arguments)
    try:
        pinned = pins(ROOT, LOCKS)
        found = audit(pinned, chosen.service)
    except OutOfReach as problem:
        print(f"dependency audit: nothing was looked at, no advisory service answers here ({problem})")
        return 0
    except LookFailed as problem:
        print(f"dependency audit: {problem}", file=sys.stderr)
        return 2
    for line in found:
        print(f"dependency audit: {line}", file=sys.stderr)
    if not found:
        print(f"dependency audit: {len(pinned)} packages, no advisory known")
    return 1 if found else 0


def pins(root: Path, locks: Sequence[str]) -> dict[Pin, list[str]]:
    """Read what is pinned, and which locks pin it."""
    read: dict[Pin, list[str]] = {}
    for lock in locks:
        found = set(_PIN.findall((root / lock).read_text(encoding="utf-8")))
        if not found:
            raise LookFailed(f"{lock} pins nothing")
        for pin in found:
            read.setdefault(pin, []).append(lock)
    return dict(sorted(read.items()))


def audit(
    pinned: Mapping[Pin, Sequence[str]], service: str | None = None, accepted: Mapping[str, str] = ACCEPTED
) -> list[str]:
    """Ask about every pin; give a line for each advisory: which package, whose lock, which version mends it.

    Raises: OutOfReach when no service answers; LookFailed when uv ends otherwise than documented.
    """
    with tempfile.TemporaryDirectory() as folder:
        _write_project(Path(folder), list(pinned))
        command = [environments.program("uv", "uv"), "audit", "--frozen", "--no-cache", "--no-config"]
        command += ["--project", folder, "--output-format", "json"]
        command += ["--preview-features", "audit-command,json-output"]
        command += ["--service-url", service] if service else []
        command += [part for one in accepted for part in ("--ignore-until-fixed", one)]
        # Asked again at the next check, not now: where there is no network, it would be waited for in vain.
        environment = {**os.environ, "UV_HTTP_RETRIES": "0", "UV_HTTP_TIMEOUT": "20", "UV_HTTP_CONNECT_TIMEOUT": "5"}
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise OutOfReach(f"no answer within {SECONDS} s") from error
    return _understood(done, pinned)


def _write_project(folder: Path, pinned: Sequence[Pin]) -> None:
    """Write the pins in the form that `uv audit` reads. No index is named: nothing is fetched."""
    named = [f'name = "{name}", version = "{version}", source = {{ registry = "locks" }}' for name, version in pinned]
    packages = [line.replace(", ", "\n", 2) for line in named]
    wishes = ",\n".join(f"    {{ {line} }}" for line in named)
    (folder / "pyproject.toml").write_text('[project]\nname = "heraut-locks"\nversion = "0"\n', encoding="utf-8")
    project = f'name = "heraut-locks"\nversion = "0"\nsource = {{ virtual = "." }}\ndependencies = [\n{wishes}\n]'
    (folder / "uv.lock").write_text(
        'version = 1\nrequires-python = ">=3.11"\n'
        + "".join(f"\n[[package]]\n{one}\n" for one in [project, *packages]),
        encoding="utf-8",
    )


def _understood(done: subprocess.CompletedProcess[str], pinned: Mapping[Pin, Sequence[str]]) -> list[str]:
    said = " ".join(done.stderr.split())  # it breaks its lines to fit a terminal
    unreached = _UNREACHED.search(said)
    if done.returncode == _NO_ANSWER and unreached:
        raise OutOfReach(said.rpartition("cause: ")[2] if "cause: " in said else unreached[1])
    if done.returncode not in {0, _AN_ADVISORY}:
        raise LookFailed(f"uv ended with status {done.returncode}: {said}")
    try:
        answer = json.loads(done.stdout)
        looked_at, known = answer["summary"]["audited_packages"], answer["vulnerabilities"]
        lines = [_line(one, pinned) for one in known]
    except (ValueError, KeyError, TypeError) as error:
        raise LookFailed(f"uv's answer has another form than it had ({error!r}); see {__name__}") from error
    if looked_at != len(pinned):
        raise LookFailed(f"uv looked at {looked_at} of {len(pinned)} packages")
    if bool(lines) != (done.returncode == _AN_ADVISORY):
        raise LookFailed(f"uv ended with status {done.returncode} and {len(lines)} advisories")
    return lines


def _line(one: Mapping[str, Any], pinned: Mapping[Pin, Sequence[str]]) -> str:
    name, version = one["dependency"]["name"], one["dependency"]["version"]
    known_as = ", ".join([one["id"], *one["aliases"]])
    mended = f"mended in {', '.join(one['fix_versions'])}" if one["fix_versions"] else "no version mends it yet"
    return f"{name} {version} ({', '.join(pinned[name, version])}): {one['summary']} [{known_as}]; {mended}"


if __name__ == "__main__":
    sys.exit(main())
