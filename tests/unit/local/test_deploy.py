"""`make deploy`: what it keeps, what it changes, and how it ends."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from heraut.aws.health import Texts
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
        "sam": lambda *_: None,
        "outputs": lambda *_: {"AlarmsTopic": "arn"},
        "doctor": doctor,
    }
    for name, one in replaced.items():
        monkeypatch.setattr(account, name, one)
    monkeypatch.setattr(deploy, "try_functions", lambda *_: [])

    assert deploy.deploy(wait=False) == ended
    assert asked == [("heraut", "eu-west-3")]


@pytest.mark.parametrize("mail", [False, True])
@pytest.mark.parametrize("texts", [False, True])
def test_what_is_withheld_is_said_first_also_where_nothing_is(
    mail: bool, texts: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Account and region, then mail and SMS, a line each; nothing is asked and nothing is done."""
    monkeypatch.setenv("HERAUT_LANGUAGE", "en")

    class Health:
        def mail_reaches_everybody(self) -> bool:
            return mail

        def texts(self) -> Texts:
            return Texts(sandbox=not texts, limit=50)

    replaced: dict[str, Any] = {
        "answers": lambda: account.Answers("heraut", "eu-west-3", GIVEN),
        "check_credentials": lambda _: "123456789012",
        "sandboxes": lambda _: account.sandboxes_of(Health()),  # type: ignore[arg-type] # the two questions it asks
    }
    for name, one in replaced.items():
        monkeypatch.setattr(account, name, one)
    monkeypatch.setattr("sys.argv", ["deploy", "--look"])

    assert deploy.main() == 0

    first, *lines = capsys.readouterr().out.splitlines()
    assert first == "Account 123456789012, region eu-west-3."
    assert len(lines) == 2
    assert ("  Mail is out of the provider's sandbox." in lines) == mail
    assert ("  SMS is out of the provider's sandbox." in lines) == texts
    assert sum(line.startswith("! ") for line in lines) == 2 - mail - texts


def test_make_looks_before_it_builds() -> None:
    """The first line of the recipe; a build takes a minute, and stops nobody from hearing what is missing."""
    recipe = (account.ROOT / "Makefile").read_text(encoding="utf-8").partition("\ndeploy: setup")[2].splitlines()

    assert "infra.deploy --look" in recipe[1]
    assert "build" in recipe[2]


def test_every_function_is_tried_and_those_that_do_not_start_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the stack's outputs call a function; an address is none."""
    asked: dict[str, Any] = {}

    class Functions:
        def invoke(self, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803 -- as boto3 names them
            asked[FunctionName] = json.loads(Payload)
            answer = {"ok": True} if FunctionName != "stack-Route" else {"errorMessage": "no module"}
            return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    monkeypatch.setattr(account, "client", lambda *_: Functions())
    outputs = {"RouteFunction": "stack-Route", "TellFunction": "stack-Tell", "LinkFunctionUrl": "https://x.example"}

    assert deploy.try_functions(outputs, "eu-west-3") == ["RouteFunction"]
    assert asked == {"stack-Route": {"self_test": True}, "stack-Tell": {"self_test": True}}
    assert "DOES NOT START" in capsys.readouterr().out
