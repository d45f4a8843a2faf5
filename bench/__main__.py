"""usage: python -m bench [NAME ...]: all benchmarks, or those named (their names: NAMES below, and --help).

Prints each benchmark's table and writes bench/results.json. Exit status 1 when a figure that must hold does not (a post
that left before its instant); a missed aim is said, and is no failure.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from typing import TYPE_CHECKING, Protocol, cast

from bench import results

if TYPE_CHECKING:
    from bench.results import Figures

NAMES = [
    "labels",
    "layer",
    "startup",
    "rules",
    "draw",
    "crowd",
    "tick",
    "burst",
    "cost",
    "webhooks",
    "certificate_page",
    "lateness",
]


class Benchmark(Protocol):
    """What each module of this package gives."""

    def measure(self) -> Figures:
        """Measure."""

    def table(self, figures: Figures) -> list[str]:
        """Say the figures to a person."""

    def broken(self, figures: Figures) -> str | None:
        """Say what must hold and does not."""


def main(names: list[str]) -> int:
    """Run each benchmark named; its figures are written even when one of them is broken."""
    failures = []
    for name in names:
        module = cast("Benchmark", importlib.import_module(f"bench.{name}"))
        print(f"\n== {name} ".ljust(100, "="), flush=True)
        started = time.monotonic()
        figures = module.measure()
        seconds = time.monotonic() - started
        results.save(name, figures, seconds)
        print("\n".join(module.table(figures)))
        print(f"({seconds:.0f} s)", flush=True)
        failures += [broken] if (broken := module.broken(figures)) else []
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="python -m bench")
    options.add_argument("names", nargs="*", choices=[[], *NAMES], metavar="NAME", help=", ".join(NAMES))
    sys.exit(main(options.parse_args().names or NAMES))
