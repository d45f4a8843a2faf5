"""Puts the figures of bench/results.json into the pages that quote them: between the marks, to the decimals there.

usage: .venv/bin/python docs/figures.py     (after `make bench`; the marks are explained in bench/README.md)
"""  # noqa: INP001 -- documentation with a program in it

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "README.md", ROOT / "docs" / "decisions" / "0017-capacity.md")
RESULTS = ROOT / "bench" / "results.json"
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
    """Write the pages."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    for page in PAGES:
        page.write_text(quoted(page.read_text(encoding="utf-8"), results), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
