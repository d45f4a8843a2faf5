"""`make destroy`: it says what goes and what stays, and does nothing until the stack's name is typed."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra import account, destroy, refusals
from tests.infra.translated import resources

RESOURCES = {name: one for name, one in resources().items() if "Condition" not in one}


class Formation:
    """What CloudFormation tells of the deployed template."""

    def get_paginator(self, _: str) -> Formation:
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        held = [{"ResourceType": one["Type"], "PhysicalResourceId": f"the-{name}"} for name, one in RESOURCES.items()]
        return [{"StackResourceSummaries": held[:20]}, {"StackResourceSummaries": held[20:]}]


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The stack is there; what would be done to it is collected."""
    done: list[tuple[str, ...]] = []
    replaced: dict[str, Any] = {
        "answers": lambda: account.Answers("boulangerie", "eu-west-3", {}),
        "check_credentials": lambda _: "123456789012",
        "outputs": lambda *_: {"LinksUrl": "https://links.example/", "SecretsPath": "/heraut/boulangerie/"},
        "client": lambda *_: Formation(),
        "sam": lambda *arguments: done.append(arguments),
    }
    for name, one in replaced.items():
        monkeypatch.setattr(account, name, one)
    return done


def test_what_stays_is_named_one_by_one(
    done: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exactly what the template retains, the secrets that no template holds, and how many resources go."""
    monkeypatch.setattr("builtins.input", lambda _: "boulangerie")

    assert destroy.main() == 0

    said = capsys.readouterr().out
    kept = {name for name, one in RESOURCES.items() if one.get("DeletionPolicy") == "Retain"}
    assert {name for name in RESOURCES if f" the-{name}\n" in said} == kept
    assert len(kept) >= 4
    assert f"goes: {len(RESOURCES) - len(kept)} resources" in said
    assert "/heraut/boulangerie/" in said
    assert "https://links.example/" in said
    assert done == [("delete", "--stack-name", "boulangerie", "--region", "eu-west-3", "--no-prompts")]


@pytest.mark.parametrize("typed", ["", "y", "heraut"])
def test_anything_but_its_name_changes_nothing(
    typed: str, done: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A yes is not enough."""
    monkeypatch.setattr("builtins.input", lambda _: typed)

    assert destroy.main() == 1
    assert done == []


def test_the_accounts_setting_for_text_messages_is_taken_back_before_its_role_goes(
    done: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SNS would write nowhere, and say so to nobody."""
    outputs = {"LinksUrl": "x", "SecretsPath": "/heraut/boulangerie/", "RefusalsRole": "arn"}

    def off(stack: str, *_: object) -> list[str]:
        done.append(("refusals off", stack))
        return []

    monkeypatch.setattr(account, "outputs", lambda *_: outputs)
    monkeypatch.setattr(refusals, "off", off)
    monkeypatch.setattr("builtins.input", lambda _: "boulangerie")

    assert destroy.main() == 0
    assert [one[0] for one in done] == ["refusals off", "delete"]


def test_what_cannot_be_taken_back_is_said_and_stops_nothing(
    done: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever may delete the stack need not be allowed to change the account."""

    def off(*_: object) -> list[str]:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "SetSMSAttributes")

    outputs = {"LinksUrl": "x", "SecretsPath": "/heraut/boulangerie/", "RefusalsRole": "arn"}
    monkeypatch.setattr(account, "outputs", lambda *_: outputs)
    monkeypatch.setattr(refusals, "off", off)
    monkeypatch.setattr("builtins.input", lambda _: "boulangerie")

    assert destroy.main() == 0
    assert "! What make refusals added to the account stays" in capsys.readouterr().out
    assert [one[0] for one in done] == ["delete"]
