"""Each dependency has its reason in writing."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORD = (ROOT / "docs" / "decisions" / "0001-house-and-dependencies.md").read_text(encoding="utf-8")
DISTRIBUTIONS = {  # where the name that is imported is not the package's
    "PIL": "pillow",
    "aws_lambda_powertools": "aws-lambda-powertools",
    "bs4": "beautifulsoup4",
    "linkify_it": "linkify-it-py",
    "mailparser_reply": "mail-parser-reply",
    "py_arkworks_bls12381": "py-arkworks-bls12381",
    "re2": "google-re2",
    "rfc3161_client": "rfc3161-client",
    "ruamel": "ruamel.yaml",
}
FILES = ("layers/heraut/requirements.in", "requirements-dev.in")


def named(file: str) -> list[str]:
    """The dependencies that a file names itself."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return [re.split(r"[\[=<>~ ]", line)[0] for line in lines if line and not line.startswith(("#", "-r"))]


def explained() -> set[str]:
    """What the first column of the record's tables names."""
    first = re.findall(r"^\| ([^|]+) \|", RECORD, re.MULTILINE)
    return {name.strip() for cell in first for name in re.sub(r"\([^)]*\)", "", cell).split(",")}


@pytest.mark.parametrize("file", FILES)
def test_each_dependency_says_why_it_is_here(file: str) -> None:
    """Nobody wonders in a year whether it may go."""
    names = named(file)
    without = [
        name
        for name in names
        if name not in explained() and not (name.startswith("types-") and "types-*" in explained())
    ]

    assert names
    assert without == []


def test_nothing_is_explained_that_went() -> None:
    """A dependency that was removed leaves the record too."""
    held = {name for file in FILES for name in named(file)} | {"types-*", "dependency"}

    assert explained() - held == set()


def imported() -> set[str]:
    """The packages that the house imports itself; stubs are for types alone."""
    found: set[str] = set()
    for module in (ROOT / "layers" / "heraut" / "heraut").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.split(".")[0])
    others = {name for name in found - sys.stdlib_module_names - {"heraut"} if not name.startswith("mypy_boto3_")}
    return {DISTRIBUTIONS.get(name, name) for name in others}


def test_what_is_imported_is_named_and_nothing_else_is() -> None:
    """What another package happens to bring may go with its next version."""
    assert imported() - {name for file in FILES for name in named(file)} == set()
    assert set(named("layers/heraut/requirements.in")) - imported() == set()
