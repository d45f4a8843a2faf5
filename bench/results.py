"""The file of figures, `bench/results.json`: a section for each benchmark, with its commit, date and machine."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "bench" / "results.json"
OURS = ("bench", "functions", "infra", "layers")  # what a figure depends on

Figures = dict[str, Any]


def save(name: str, figures: Figures, seconds: float, file: Path = FILE) -> None:
    """Put a benchmark's figures into the file, beside those of the others, with where they come from.

    `uncommitted` is true when what was measured was not yet as the commit has it.
    """
    known = load(file)
    known[name] = {
        "commit": _git("rev-parse", "--short=12", "HEAD"),
        "uncommitted": bool(_git("status", "--porcelain", "--", *OURS, ":!bench/results.json")),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "seconds": round(seconds, 1),
        "figures": figures,
    }
    file.write_text(json.dumps(known, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def load(file: Path = FILE) -> dict[str, Any]:
    """Read the file; empty when there is none yet."""
    if not file.exists():
        return {}
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def machine() -> dict[str, Any]:
    """Say what machine this is: processor, cores that may be used, memory (GB), system, Python, load before now."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(memory, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_15_minutes": round(os.getloadavg()[2], 1),
    }


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
