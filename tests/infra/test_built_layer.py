"""The layer as `make build` leaves it for AWS: every binary for Arm, and small enough."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.infra.translated import layer_services

ROOT = Path(__file__).parents[2]
LAYER = ROOT / ".aws-sam" / "build" / "HerautLayer"
AARCH64 = 183  # e_machine of the ELF header: EM_AARCH64
MOST_BYTES = 150_000_000

pytestmark = pytest.mark.build


@pytest.fixture(name="layer")
def _layer() -> Path:
    assert LAYER.is_dir(), "build it first: make build"
    return LAYER


def test_every_binary_is_for_arm(layer: Path) -> None:
    """A wheel of another processor is found here and not at the first call in AWS."""
    binaries = [file for file in layer.rglob("*") if file.is_file() and ".so" in file.suffixes]
    machines = {str(file.relative_to(layer)): _machine(file) for file in binaries}

    assert binaries
    assert {name: machine for name, machine in machines.items() if machine != AARCH64} == {}


def test_binaries_are_for_the_python_that_runs_them(layer: Path) -> None:
    """CPython modules carry the version they were built for."""
    versions = {file.name for file in layer.rglob("*.cpython-*.so") if ".cpython-313-" not in file.name}

    assert versions == set()


def test_the_layer_is_small_enough(layer: Path) -> None:
    """Lambda's limit is 250 MB with the function; ours leaves room, and start-up grows with size."""
    size = sum(file.stat().st_size for file in layer.rglob("*") if file.is_file())

    assert size <= MOST_BYTES


def test_the_layer_holds_the_package_and_not_the_command(layer: Path) -> None:
    """The command's dependencies stay on the desk."""
    python = layer / "python"

    assert (python / "heraut" / "errors.py").exists()
    assert (python / "boto3").is_dir()
    assert not (python / "heraut" / "cli").exists()
    assert not (python / "typer").exists()


def test_bytecode_is_for_the_python_that_runs_it_and_trusted_as_it_is(layer: Path) -> None:
    """Where a Python 3.13 built it each module has its bytecode (PEP 552: unchecked hash), elsewhere none has."""
    compiled = list((layer / "python").rglob("*.pyc"))
    heads = {file.read_bytes()[:8] for file in compiled}

    assert {file.name.split(".")[-2] for file in compiled} <= {"cpython-313"}
    assert {struct.unpack("<I", head[4:])[0] for head in heads} <= {0b01}
    if compiled:
        assert len(compiled) > len(list((layer / "python" / "heraut").rglob("*.py")))


def test_the_layer_knows_the_services_that_functions_call_and_no_others(layer: Path) -> None:
    """What is described of AWS is what the layer's Makefile names (`test_layer_services` holds it to the functions)."""
    kept = {folder.name for folder in (layer / "python" / "botocore" / "data").iterdir() if folder.is_dir()}

    assert kept == layer_services()


def _machine(file: Path) -> int:
    with file.open("rb") as content:
        head = content.read(20)
    assert head[:4] == b"\x7fELF", f"{file} is no ELF file"
    (machine,) = struct.unpack("<H", head[18:20])
    return int(machine)
