"""Building the layer as `sam build` does, without SAM: for AWS (arm64, Python 3.13) or for this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.results import ROOT
from infra.local import environments

FOLDER = ROOT / ".heraut" / "bench"
HOST = {
    "HERAUT_LAYER_PLATFORM": "host",
    "HERAUT_LAYER_PYTHON": ".".join(map(str, sys.version_info[:2])),
    "HERAUT_LAYER_COMPILER": sys.executable,  # with its bytecode, as in AWS
}


def build(name: str, variables: dict[str, str]) -> Path:
    """Build the layer into a folder of its own with these variables of its Makefile; gives what becomes /opt."""
    environments.ensure("uv")
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    subprocess.run(
        ["make", "--silent", "-C", str(ROOT / "layers" / "heraut"), "build-HerautLayer"],
        env={**os.environ, "ARTIFACTS_DIR": str(folder), "HERAUT_UV": environments.program("uv", "uv"), **variables},
        check=True,
    )
    return folder
