"""`make deploy`: what it keeps, what it changes, and how it ends."""

from __future__ import annotations

from typing import Any

import pytest

from infra import account, deploy

GIVEN = {"AlarmEmail": "astreinte@example.com", "MailFrom": "heraut@example.com"}


def test_without_a_watcher_named_nothing_is_overridden(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack keeps the address it was given, which no file holds."""
    monkeypatch.delenv("HEARTBEAT_URL", raising=False)

    assert deploy.changed(GIVEN) == []


@pytest.mark.parametrize("address", ["https://watch.example/ping", ""])
def test_a_watcher_is_changed_or_ended_beside_what_was_answered(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other answers stay what they were."""
    monkeypatch.setenv("HEARTBEAT_URL", address)

    assert deploy.changed(GIVEN) == [
        "--parameter-overrides",
        "AlarmEmail=astreinte@example.com",
        "MailFrom=heraut@example.com",
        f"HeartbeatUrl={address}",
    ]


@pytest.mark.parametrize(("looked", "ended"), [(0, 0), (3, 0), (1, 1)])
def test_a_deployment_ends_with_the_doctor(
    looked: int, ended: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What waits for a person is no failure of the deployment; a doctor that cannot look is."""
    asked: list[tuple[str, str]] = []

    def doctor(stack: str, region: str) -> int:
        asked.append((stack, region))
        return looked

    replaced: dict[str, Any] = {
        "answers": lambda: account.Answers("heraut", "eu-west-3", GIVEN),
        "check_credentials": lambda _: "123456789012",
        "sandboxes": lambda _: [],
        "sam": lambda *_: None,
        "outputs": lambda *_: {"AlarmsTopic": "arn"},
        "doctor": doctor,
    }
    for name, one in replaced.items():
        monkeypatch.setattr(account, name, one)
    monkeypatch.setattr(deploy, "try_functions", lambda *_: [])

    assert deploy.deploy(wait=False) == ended
    assert asked == [("heraut", "eu-west-3")]
