"""Runs one suite of tests and prints its seconds against its budget.

usage: python tests/suite.py NAME BUDGET_SECONDS PYTEST_ARGUMENT...

Exit status: pytest's. A suite over its budget says so: a slow machine is no failure, a slow suite is to be mended.
"""

from __future__ import annotations

import subprocess
import sys
import time


def main(name: str, budget: float, arguments: list[str]) -> int:
    """Run pytest and judge its time."""
    started = time.monotonic()
    status = subprocess.call([sys.executable, "-m", "pytest", "--quiet", "--durations=5", *arguments])
    took = time.monotonic() - started
    over = took > budget
    print(f"{name}: {took:.0f} s of {budget:.0f} s{' - OVER ITS BUDGET' if over else ''}", flush=True)  # noqa: T201 - its purpose
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2]), sys.argv[3:]))
