"""`make check`: does a file that is in git, or about to be, hold something shaped like a real secret?

usage: python -m infra.scan

The shapes are those of detect-secrets (keys of clouds and networks, tokens, private keys, passwords in addresses),
each file read at once: line by line, as its own command does it, takes five times as long. Passwords by their
variable's name are ruff's part (S105 to S107). A line that holds a false one on purpose says
`pragma: allowlist secret` in a comment. Exit status 1 when there is one; its value is never printed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.base import RegexBasedDetector

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).parents[1]
ALLOWED = "pragma: allowlist secret"
NOT_SECRET = frozenset({"Public IP (ipv4)"})


def main() -> int:
    """Scan what git knows or would add; see the module."""
    listed = subprocess.check_output(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT)
    files = [ROOT / name.decode() for name in set(listed.split(b"\0")) if name]
    found = scan(files)
    for line in found:
        print(f"secret scan: {line}", file=sys.stderr)
    if not found:
        print(f"secret scan: {len(files)} files, nothing shaped like a secret")
    return 1 if found else 0


def scan(files: Iterable[Path]) -> list[str]:
    """Give a line for each finding: the file, the line's number, what it looks like."""
    known: Mapping[str, Any] = get_mapping_from_secret_type_to_class()
    shapes: list[RegexBasedDetector] = [
        made() for kind, made in known.items() if issubclass(made, RegexBasedDetector) and kind not in NOT_SECRET
    ]
    found = set()
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # a picture; deleted and not yet committed; a link to a folder
        for shape in shapes:
            for secret in set(shape.analyze_string(text)):
                found |= {(file, number, shape.secret_type) for number in _lines_with(secret, text)}
    return [f"{file}:{number}: {kind}" for file, number, kind in sorted(found)]


def _lines_with(secret: str, text: str) -> list[int]:
    """Give the numbers of the lines that hold it and do not say that they may."""
    begins = secret.strip().split("\n")[0]
    lines = enumerate(text.split("\n"), 1)
    return [number for number, line in lines if begins in line and ALLOWED not in line]


if __name__ == "__main__":
    sys.exit(main())
