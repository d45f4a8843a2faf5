"""What `heraut doctor` makes of what it read: which post, how grave, what to do."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from heraut.aws.health import GivenUp
from heraut.brands import Account, Brand, NetworkName
from heraut.cli import doctor, findings
from heraut.cli.findings import Severity, of_delivery, of_given_up, of_heartbeat
from heraut.problems import problem
from heraut.publishing.model import Attempt, Delivery, State

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WHY = problem("no_clear_answer")


def delivery(state: State, ago: float = 10, **changes: Any) -> Delivery:
    """Make a delivery whose time passed that many minutes ago."""
    at = NOW - ago * MINUTE
    made = Delivery(
        brand="martin",
        post="p1",
        account="masto",
        network=NetworkName.MASTODON,
        state=state,
        publish_at=at,
        due_at=at if state is State.SCHEDULED else None,
    )
    return made.model_copy(update=changes)


def attempt(ago: float) -> Attempt:
    """Make an attempt that started that many minutes ago."""
    return Attempt(id="a", number=1, started_at=NOW - ago * MINUTE)


@pytest.mark.parametrize(
    ("held", "code", "severity"),
    [
        (delivery(State.SCHEDULED, 10), "overdue", "person"),
        (delivery(State.SCHEDULED, 2), None, None),
        (delivery(State.SCHEDULED, -10), None, None),
        (delivery(State.SCHEDULED, 10, not_before=NOW + MINUTE, problem=WHY), "waits", "note"),
        (delivery(State.SCHEDULED, 10, due_at=None), "forgotten", "person"),
        (delivery(State.SCHEDULED, -10, due_at=None), "forgotten", "person"),
        (delivery(State.SCHEDULED, -10, due_at=None, holds=frozenset({"person:lea"})), "held", "note"),
        (delivery(State.SCHEDULED, 10, due_at=None, holds=frozenset({"person:lea"})), "held_past", "person"),
        (delivery(State.SCHEDULED, -30, prepare_at=NOW, problem=WHY), "uploads_fail", "person"),
        (delivery(State.SCHEDULED, -90, prepare_at=NOW, problem=WHY), None, None),
        (delivery(State.SENDING, 10, attempt=attempt(10)), "stuck", "person"),
        (delivery(State.SENDING, 10, attempt=attempt(1)), None, None),
        (delivery(State.UNCONFIRMED, 10, attempt=attempt(6)), "stuck", "person"),
        (delivery(State.UNCONFIRMED, 10, attempt=attempt(2)), None, None),
        (delivery(State.ASKING), "asking", "person"),
        (delivery(State.ASKING, network=NetworkName.BY_HAND), "by_hand", "person"),
        (delivery(State.FAILED, problem=WHY), "failed", "person"),
        (delivery(State.EXPIRED), "expired", "person"),
        (delivery(State.TO_APPROVE, 10), "approval_past", "person"),
        (delivery(State.TO_APPROVE, -10), None, None),
        (delivery(State.DRAFT), None, None),
        (delivery(State.PUBLISHED), None, None),
        (delivery(State.CANCELLED), None, None),
    ],
)
def test_each_state_of_a_post_is_judged(held: Delivery, code: str | None, severity: str | None) -> None:
    """By its promise, not by when the machine looks next."""
    found = of_delivery(held, NOW)

    assert (found.code if found else None, found.severity.value if found else None) == (code, severity)
    assert found is None or (found.brand, found.post, found.account) == ("martin", "p1", "masto")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_finding_names_the_post_and_what_to_type(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence and a remedy, in the person's language."""
    monkeypatch.setenv("HERAUT_LANGUAGE", language)

    found = of_delivery(delivery(State.FAILED, problem=WHY), NOW)

    assert found is not None
    assert found.message.startswith("p1 (masto, ")
    assert WHY.message("fr" if language == "fr" else "en") in found.message
    assert "heraut post now p1" in found.remedy


@pytest.mark.parametrize(
    ("body", "code", "what"),
    [
        ({"brand": "martin", "post": "p1", "account": "a", "version": 1}, "gave_up_delivery", "martin/p1"),
        ({"requestPayload": {"brand": "martin", "post": "p1"}}, "gave_up_upload", "martin/p1"),
        (
            {"requestPayload": {"detail-type": "Object Created", "detail": {"object": {"key": "inbox/s.csv"}}}},
            "gave_up_calendar",
            "s.csv",
        ),
        ({"detail-type": "Object Created", "detail": {"object": {"key": "inbox/s.csv"}}}, "gave_up_calendar", "s.csv"),
        ({"requestPayload": {"scheduled_time": "x"}}, "gave_up_tick", ""),
        ({"scheduled_time": "x"}, "gave_up_tick", ""),
        ({"DDBStreamBatchInfo": {}}, "gave_up_message", ""),
        ({"else": 1}, "gave_up_unknown", '{"else": 1}'),
        ([1], "gave_up_unknown", "[1]"),
    ],
)
def test_what_gave_up_is_said_by_what_it_is_about(body: Any, code: str, what: str) -> None:
    """Each kind of message that can end in a failure queue."""
    (found,) = of_given_up(GivenUp(1, (json.dumps(body),)))

    assert (found.code, found.fields["what"]) == (code, what)
    assert found.message
    assert found.remedy


def test_many_of_one_kind_are_one_finding_and_the_rest_is_counted() -> None:
    """A night without a machine leaves a thousand messages."""
    found = list(of_given_up(GivenUp(900, ('{"scheduled_time": "x"}',) * 10)))

    assert [(one.code, one.fields["count"]) for one in found] == [("gave_up_tick", 10), ("gave_up_more", 890)]


def test_text_that_is_no_message_is_shown_shortened() -> None:
    """What nobody can read is not printed whole."""
    (found,) = of_given_up(GivenUp(1, ("x" * 500,)))

    assert (found.code, len(str(found.fields["what"]))) == ("gave_up_unknown", 40)


@pytest.mark.parametrize(("ago", "codes"), [(2, []), (6, ["beats_no_more"]), (None, ["never_beats"])])
def test_a_heart_that_stopped_is_found(ago: float | None, codes: list[str]) -> None:
    """Five minutes without a completed tick."""
    beat = None if ago is None else NOW - ago * MINUTE

    assert [one.code for one in of_heartbeat(beat, NOW)] == codes


def test_every_finding_has_its_sentence_and_its_remedy_and_none_is_left_over() -> None:
    """In the rules and in the command."""
    source = "".join(Path(str(module.__file__)).read_text(encoding="utf-8") for module in (findings, doctor))
    named = set(re.findall(r'"([a-z_]+)"', source)) | {
        f"gave_up_{kind}" for kind in ("delivery", "upload", "calendar", "tick", "message", "unknown")
    }
    sentences = findings.wording.sentences().keys()
    codes = {code for code in sentences if not code.endswith("_do")}

    assert {f"{code}_do" for code in codes} == sentences - codes
    assert codes - named == set()
    called = set(re.findall(r'Finding\(\s*"([a-z_]+)"', source)) | set(
        re.findall(r'return "([a-z_]+)", Severity', source)
    )
    assert called - codes == set()


def test_severities_are_what_the_exit_status_means() -> None:
    """Only what waits for somebody counts."""
    notes = [findings.Finding("sms_sandbox", Severity.NOTE)]

    assert not findings.needs_somebody(notes)
    assert findings.needs_somebody([*notes, findings.Finding("restored")])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"public_days": ("2026-12-25", "2035-12-25")}, False),
        ({"public_days": ("2026-12-25",)}, True),
        ({}, True),
        ({"holidays": "none"}, False),
    ],
)
def test_public_holidays_that_nobody_knows_are_a_note(changes: dict[str, Any], told: bool) -> None:
    """A brand that an earlier release applied, or that nobody applied for ten years."""
    page = Account(name="page", network=NetworkName.SITE)
    brand = Brand(id="a", name="A", accounts=(page,)).model_copy(update=changes)
    found = list(findings.of_holidays(brand, datetime(2026, 11, 21, tzinfo=UTC)))

    assert [(one.code, one.severity) for one in found] == [("holidays_unknown", Severity.NOTE)] * told
