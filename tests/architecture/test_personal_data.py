"""What docs/personal-data.md says is what the code declares and the template sets."""

from __future__ import annotations

from typing import Any

from samtranslator.yaml_helper import yaml_parse

from docs import personal_data
from heraut import retention
from heraut.conversations.model import REOPENS_FOR
from heraut.conversations.receive_interaction import REMEMBERED
from heraut.conversations.webhook import KNOWN_FOR


def template() -> dict[str, Any]:
    """Read the template's resources."""
    text = (personal_data.ROOT / "infra" / "template.yaml").read_text(encoding="utf-8")
    resources: dict[str, Any] = yaml_parse(text)["Resources"]
    return resources


def test_the_page_is_what_the_generator_gives() -> None:
    """Whoever changes what is kept runs `make personal-data`."""
    assert personal_data.PAGE.read_text(encoding="utf-8") == personal_data.page()


def test_every_table_and_queue_is_on_the_page() -> None:
    """A new one says what it holds; each table has its time to forget switched on."""
    of_type = {name: one["Type"] for name, one in template().items()}
    tables = {name for name, kind in of_type.items() if kind == "AWS::DynamoDB::Table"}
    queues = {name for name, kind in of_type.items() if kind == "AWS::SQS::Queue"}

    assert tables == set(personal_data.TABLES) == {kind.table for kind in retention.KINDS}
    assert queues == set(personal_data.QUEUES)
    for table in tables:
        forgets = template()[table]["Properties"]["TimeToLiveSpecification"]
        assert forgets == {"AttributeName": "expires", "Enabled": True}


def test_what_the_public_said_is_always_forgotten() -> None:
    """Each kind of item that holds something of the public has a time, and so has each prefix that does."""
    assert [kind.pk for kind in retention.KINDS if kind.public and kind.kept is None] == []
    bucket = template()["FilesBucket"]["Properties"]
    expiring = {rule["Prefix"] for rule in bucket["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in rule}
    declared = {one.prefix for one in retention.OBJECTS}

    assert {one.prefix for one in retention.OBJECTS if one.public} <= expiring <= declared


def test_times_of_the_features_are_those_on_the_page() -> None:
    """What decides by such a time, and what the table forgets, are one."""
    assert retention.QUIET_ALERT.kept == REOPENS_FOR
    assert retention.EARLY_ANSWER.kept == REMEMBERED
    assert retention.EVENT.kept == KNOWN_FOR
