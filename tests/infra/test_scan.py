"""The scan for secrets: it finds what it is for, wherever it stands in a file, and prints no secret.

Each example is put together here, so that this file does not hold one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra import scan

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = {
    "a cloud's key": "AKIA" + "QYLPMN5HHHFPZAM2",
    "a forge's token": "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx",
    "a private key": "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIEow",
    "a password in an address": "https://lea:" + "bonnes-vacances@example.org/",
    "a token of a network": "xoxb-" + "34532454-e039d02840a0b9379c",
    "a signed token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_secret_is_found_and_not_printed(tmp_path: Path, kind: str) -> None:
    """The line says where it is and what it looks like."""
    held = tmp_path / "settings.toml"
    held.write_text(f"# ours\n\nvalue = '{EXAMPLES[kind]}'\n", encoding="utf-8")

    (line,) = scan.scan([held])

    assert line.startswith(f"{held}:3: ")
    assert EXAMPLES[kind].split("\n")[0] not in line


def test_a_line_may_say_that_its_secret_is_none(tmp_path: Path) -> None:
    """The other lines that hold the same one may not."""
    held = tmp_path / "test.py"
    key = EXAMPLES["a cloud's key"]
    held.write_text(f"a = '{key}'  # pragma: allowlist secret\nb = '{key}'\n", encoding="utf-8")

    (line,) = scan.scan([held])

    assert line.startswith(f"{held}:2: ")


def test_pictures_and_ordinary_words_are_left_alone(tmp_path: Path) -> None:
    """Else nobody would read what the check says."""
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\xff\xfe")
    (tmp_path / "a.md").write_text("https://example.org/?token=no sha256:" + "0f" * 32, encoding="utf-8")

    assert scan.scan([*tmp_path.iterdir(), tmp_path / "gone"]) == []
