"""The program that runs a suite."""

from __future__ import annotations

from pathlib import Path

from tests.suite import keeping_bytecode


def test_what_was_compiled_is_kept_whatever_the_machine_says() -> None:
    """In a folder of its own; the rest of the environment is the machine's."""
    found = keeping_bytecode({"PATH": "/bin", "PYTHONDONTWRITEBYTECODE": "1"}, Path("there"))
    assert found == {"PATH": "/bin", "PYTHONPYCACHEPREFIX": "there"}
