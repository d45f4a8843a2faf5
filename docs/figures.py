"""Puts the figures of bench/results.json into README.md: between the marks, to the decimals that stand there.

usage: .venv/bin/python docs/figures.py     (after `make bench`; the marks are explained in bench/README.md)
"""  # noqa: INP001 -- documentation with a program in it

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
README, RESULTS = ROOT / "README.md", ROOT / "bench" / "results.json"
MARKED = re.compile(r"(<!-- bench: (\S+) -->)(.*?)(<!-- /bench -->)", re.DOTALL)


def quoted(page: str, results: dict[str, Any]) -> str:
    """Give a page with its figures as they were measured; KeyError names one that was not."""

    def written(mark: re.Match[str]) -> str:
        decimals = len(mark[3].strip().partition(".")[2])
        return f"{mark[1]}{figure(results, mark[2]):.{decimals}f}{mark[4]}"

    return MARKED.sub(written, page)


def figure(results: dict[str, Any], key: str) -> float:
    """Give the figure behind `benchmark.path.inside.figures`; KeyError when there is none."""
    benchmark, *path = key.split(".")
    held: Any = results[benchmark]["figures"]
    for part in path:
        held = held[part]
    return float(held)


def main() -> int:
    """Write the page."""
    page = README.read_text(encoding="utf-8")
    README.write_text(quoted(page, json.loads(RESULTS.read_text(encoding="utf-8"))), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
