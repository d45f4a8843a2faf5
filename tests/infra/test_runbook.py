"""The runbook is what an alarm leads to: what it names exists."""

from __future__ import annotations

import re
import sys
import textwrap

import boto3
import pytest
from moto import mock_aws

from heraut.aws.posts_table import PostsTable
from heraut.aws.table import Table
from tests.infra.translated import ROOT, of_type, written

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
ALARMS = of_type("AWS::CloudWatch::Alarm")


def anchors() -> set[str]:
    """The place of each heading, as a browser finds it."""
    headings = re.findall(r"^#+ (.+)$", RUNBOOK, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_each_alarm_says_where_to_read_what_to_do() -> None:
    """Whoever is woken finds the place."""
    places = {name: re.findall(r"docs/runbook\.md#([\w-]+)", one["AlarmDescription"]) for name, one in ALARMS.items()}

    assert len(places) == 4
    assert {name: found for name, found in places.items() if len(found) != 1 or found[0] not in anchors()} == {}


def test_each_alarm_is_quoted_where_it_is_explained() -> None:
    """The words of the mail are the words of the page."""
    said = {one["AlarmDescription"].partition(" See docs/")[0] for one in ALARMS.values()}

    assert {words for words in said if f"*{words}*" not in RUNBOOK} == set()


def test_what_the_commands_name_is_in_the_template() -> None:
    """A command that is typed at night works."""
    outputs = set(re.findall(r"\$\(output (\w+)\)", RUNBOOK))
    resources = set(re.findall(r"\$\(resource (\w+)\)", RUNBOOK))
    logs = {f"{name}Logs" for name in re.findall(r"logs (\w+)(?: \d+h)?`", RUNBOOK)}

    assert outputs
    assert logs
    assert outputs - set(written()["Outputs"]) == set()
    assert (resources | logs) - set(written()["Resources"]) == set()


def test_links_within_the_page_lead_somewhere() -> None:
    """A heading that was renamed leaves no link behind."""
    assert set(re.findall(r"\]\(#([\w-]+)\)", RUNBOOK)) - anchors() == set()


@mock_aws
@pytest.mark.parametrize(("asked", "copied"), [(["martin#post#1"], 120), ([], 121)])
def test_the_program_for_restoring_copies_one_post_or_everything(
    asked: list[str], copied: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is typed after a disaster was tried before it."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    found = re.search(r"<<'EOF'\n(.*?)\n +EOF\n", RUNBOOK, re.DOTALL)
    assert found is not None
    program = textwrap.dedent(found[1])
    tables = boto3.resource("dynamodb")
    for name in ("restored", "in-use"):
        tables.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
    with tables.Table("restored").batch_writer() as out:
        out.put_item(Item={"pk": "*#brake", "sk": "table", "name": "in-use", "schema": 1})
        for number in range(120):  # more than one answer holds: 20 kB each
            out.put_item(Item={"pk": "martin#post#1", "sk": f"{number:03}", "text": "x" * 20_000})
        out.put_item(Item={"pk": "martin#post#2", "sk": "post"})

    monkeypatch.setattr(sys, "argv", ["-", "restored", "in-use", *asked])
    exec(program, {})  # noqa: S102 -- the runbook's own program

    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName="in-use", Select="COUNT")
    assert sum(page["Count"] for page in pages) == copied + 1
    assert PostsTable(Table(boto3.client("dynamodb"), "in-use")).is_restored()
