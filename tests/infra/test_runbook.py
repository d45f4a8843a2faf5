"""The runbook is what an alarm leads to: what it names exists."""

from __future__ import annotations

import re

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
