"""The locks: complete, hashed, without an address, and the layer's versions are those the tests ran with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = [
    "requirements-dev.txt",
    "layers/heraut/requirements.txt",
    *(f"infra/local/{name}.txt" for name in ("uv", "ministack", "sam")),
]
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)(?:\[[^\]]*\])?==([^ ;\\]+)(.*)$", re.MULTILINE)


def pins(lock: str) -> dict[tuple[str, str], str]:
    """Version by name and marker."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {(name, rest.strip(" \\")): version for name, version, rest in PIN.findall(text)}


@pytest.mark.parametrize("lock", LOCKS)
def test_each_pin_has_hashes_and_nothing_else_stands_in_the_lock(lock: str) -> None:
    """No index, no address, no folder of somebody's machine."""
    lines = [
        line for line in (ROOT / lock).read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    ]
    strange = [
        line
        for line in lines
        if not PIN.match(line) and not re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", line)
    ]

    assert strange == []
    assert pins(lock)
    assert all(line.endswith("\\") for line in lines if PIN.match(line))


@pytest.mark.parametrize("lock", LOCKS)
def test_each_wish_is_in_its_lock(lock: str) -> None:
    """An `.in` file that was edited without `make lock` is found here."""
    wishes = re.findall(
        r"^([A-Za-z0-9][A-Za-z0-9._-]*)", (ROOT / lock.replace(".txt", ".in")).read_text(encoding="utf-8"), re.MULTILINE
    )
    held = {name for name, _ in pins(lock)}

    assert {re.sub(r"[-_.]+", "-", wish).lower() for wish in wishes} <= held


def test_the_layer_holds_the_versions_that_were_tested() -> None:
    """What runs in AWS is what the tests imported."""
    tested = pins("requirements-dev.txt")

    assert {key: tested.get(key) for key in pins("layers/heraut/requirements.txt")} == pins(
        "layers/heraut/requirements.txt"
    )
