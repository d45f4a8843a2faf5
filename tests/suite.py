"""Runs one suite of tests and prints its seconds against its budget.

usage: python tests/suite.py NAME BUDGET_SECONDS PYTEST_ARGUMENT...

Exit status: pytest's. A suite over its budget says so: a slow machine is no failure, a slow suite is to be mended.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

BYTECODE = Path(__file__).resolve().parents[1] / ".heraut" / "bytecode"


def main(name: str, budget: float, arguments: list[str]) -> int:
    """Run pytest and judge its time."""
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", "--quiet", "--durations=5", *arguments]
    status = subprocess.call(command, env=keeping_bytecode(os.environ, BYTECODE))
    took = time.monotonic() - started
    over = took > budget
    print(f"{name}: {took:.0f} s of {budget:.0f} s{' - OVER ITS BUDGET' if over else ''}", flush=True)  # noqa: T201 - its purpose
    return status


def keeping_bytecode(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Give an environment in which what was compiled once is kept, in a folder of its own, even where nothing else is.

    With PYTHONDONTWRITEBYTECODE, as containers often have it, each process of a suite compiles every library and every
    test anew, which takes longer than most tests.
    """
    kept = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(folder)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2]), sys.argv[3:]))
