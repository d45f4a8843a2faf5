"""Size of the layer built for AWS: unzipped, which Lambda limits, and zipped, which it loads."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from bench.layers import build

if TYPE_CHECKING:
    from pathlib import Path

    from bench.results import Figures

LIMIT_MB = 150
LARGEST = 8


def measure() -> Figures:
    """Build the arm64 layer and weigh it (megabytes are millions of bytes)."""
    layer = build("layer-arm64", {})
    files = [file for file in layer.rglob("*") if file.is_file()]
    parts: dict[str, int] = {}
    for file in files:
        name = file.relative_to(layer / "python").parts[0]
        parts[name] = parts.get(name, 0) + file.stat().st_size
    largest = sorted(parts.items(), key=lambda part: -part[1])[:LARGEST]
    return {
        "unzipped_mb": _mb(sum(parts.values())),
        "zipped_mb": _mb(_zipped(layer, files)),
        "files": len(files),
        "limit_mb": LIMIT_MB,
        "largest_mb": {name: _mb(size) for name, size in largest},
    }


def table(figures: Figures) -> list[str]:
    """Say the sizes and what they are made of."""
    lines = [f"unzipped {figures['unzipped_mb']} MB (limit {LIMIT_MB}), zipped {figures['zipped_mb']} MB"]
    return lines + [f"  {name:<28}{size:>8.1f} MB" for name, size in figures["largest_mb"].items()]


def broken(figures: Figures) -> str | None:
    """A layer above the limit is not deployed."""
    if figures["unzipped_mb"] <= LIMIT_MB:
        return None
    return f"the layer is {figures['unzipped_mb']} MB unzipped, the limit is {LIMIT_MB}"


def _zipped(layer: Path, files: list[Path]) -> int:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.relative_to(layer))
    return held.tell()


def _mb(size: int) -> float:
    return round(size / 1e6, 1)
