"""The certificate page's script is what its modules and the locked libraries make, to the byte."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from tests.peers.bluesky_network import node_program
from tests.peers.places import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGE = ROOT / "layers" / "heraut" / "heraut" / "contests" / "page"
TOOLS = ROOT / "infra" / "page"


def test_building_it_again_gives_the_same_bytes(page_tools: Path, tmp_path: Path) -> None:
    """Whoever doubts the page's script makes it themselves: `make page` changes nothing."""
    built = tmp_path / "bundle.js"
    command = [node_program(), str(TOOLS / "build.mjs"), str(page_tools), str(PAGE / "main.js"), str(built)]
    subprocess.run(command, check=True)

    assert built.read_bytes() == (PAGE / "bundle.js").read_bytes()


def test_it_says_what_it_holds_and_under_which_licence(page_tools: Path) -> None:
    """Each library with the version of the lock and its whole licence."""
    head = (PAGE / "bundle.js").read_text(encoding="utf-8").partition("*/")[0]
    locked = json.loads((TOOLS / "package-lock.json").read_text(encoding="utf-8"))["packages"]

    for name in ("@noble/curves", "@noble/hashes", "asn1js", "@peculiar/utils"):
        folder = page_tools / "node_modules" / name
        assert f"{name} {locked[f'node_modules/{name}']['version']}" in head
        assert (folder / "LICENSE").read_text(encoding="utf-8").strip() in head
