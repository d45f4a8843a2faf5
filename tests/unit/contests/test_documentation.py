"""What docs/contests.md says is what the code does."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from heraut.brands import Brand, Terms, contests_of
from heraut.brands.configuration import read_configuration
from heraut.contests.lint import lint
from heraut.contests.model import Reason
from tests.unit.contests.test_lint import NOW

PAGE = (Path(__file__).parents[3] / "docs" / "contests.md").read_text(encoding="utf-8")
ACCOUNTS: list[dict[str, Any]] = [
    {"name": "bluesky", "network": "bluesky", "handle": "martin.test"},
    {"name": "instagram", "network": "instagram"},
    {"name": "facebook", "network": "facebook"},
]


def brand() -> Brand:
    """Read the example as part of a brand's file."""
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    document = {"id": "martin", "name": "Martin", "zone": "Europe/Paris", "accounts": ACCOUNTS}
    (found,) = read_configuration({"brands": [{**document, **yaml.safe_load(example)}]})
    return found


def test_the_example_can_be_applied() -> None:
    """Nothing refuses it before it opens."""
    found = brand()
    (terms,) = contests_of(found).values()

    assert [one.code for one in lint(terms, found, NOW) if not one.warning] == []
    assert [one.code for one in lint(terms, found, datetime(2027, 1, 1, tzinfo=UTC)) if not one.warning] == [
        "contest_in_the_past",
        "contest_in_the_past",
    ]


def test_every_field_is_told() -> None:
    """Who writes a contest finds each of them on the page."""
    fields = {field.alias or name for name, field in Terms.model_fields.items()} - {"name"}

    assert {field for field in fields if f"`{field}`" not in PAGE} == set()


def test_reasons_are_told_in_their_order() -> None:
    """The order of the table is the order of precedence."""
    rows = re.findall(r"^\| ((?:`\w+` ?)+)\|", PAGE, re.MULTILINE)
    told = [code for row in rows for code in re.findall(r"`(\w+)`", row) if code in set(Reason)]

    assert told == [reason.value for reason in Reason]
