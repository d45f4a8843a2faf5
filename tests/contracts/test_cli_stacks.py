"""Which stack the command speaks to, and what it says when there is none: one sentence, never a traceback."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from heraut.cli import stacks
from heraut.cli.main import app
from heraut.cli.speech import CannotGoOn
from heraut.errors import ConfigurationError, Conflict, HerautError, NewerRelease, TryAgain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.contracts.cli_shop import Shop

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL")


@dataclass
class Place:
    """A machine without a stack: `local` is where its local.json would be."""

    local: Path
    monkeypatch: pytest.MonkeyPatch

    def heraut(self, *arguments: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, list(arguments))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr.replace("\N{NO-BREAK SPACE}", " ")

    def runs(self, port: int, **changes: Any) -> None:
        """Write the local.json of a stack that runs on a port."""
        told = {
            "endpoint": f"http://127.0.0.1:{port}",
            "region": "eu-west-3",
            "access_key": "test",
            "secret_key": "test",
            "outputs": {"BrandsTable": "Brands"},
            "local_servers": "127.0.0.1:1,127.0.0.1:2",
        }
        self.local.write_text(json.dumps(told | changes), encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Nothing runs, and there are no keys."""
    for name in (*KEYS, "AWS_REGION", "AWS_DEFAULT_REGION", "HERAUT_STACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("HERAUT_LANGUAGE", "fr")
    monkeypatch.setenv("HERAUT_LOCAL", str(tmp_path / "local.json"))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return Place(tmp_path / "local.json", monkeypatch)


def test_no_stack_at_all(place: Place) -> None:
    """It says how to start one and how to name one."""
    status, out, err = place.heraut("queue")

    assert (status, out) == (1, "")
    assert err.startswith("À quelle installation parler ?")
    assert place.heraut("--stack", "local", "queue")[2].startswith("L'installation locale ne tourne pas")


@pytest.mark.enable_socket
def test_a_local_stack_that_was_killed(place: Place) -> None:
    """Its file is left behind; nobody answers there, and that is said at once."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    place.runs(port)

    status, out, err = place.heraut("queue")

    assert (status, out) == (1, "")
    assert err.startswith("L'installation locale ne répond plus : relancez « make run »")
    assert err.count("\n") == 1


@pytest.mark.parametrize("written", ["", "{", "[]", '{"endpoint": "http://127.0.0.1:1"}', "\x00"])
def test_a_local_file_that_is_damaged(place: Place, written: str) -> None:
    """It says which, and what to do."""
    place.local.write_text(written, encoding="utf-8")

    status, _, err = place.heraut("queue")

    assert (status, "est abîmé : arrêtez « make run »" in err) == (1, True)


@pytest.mark.enable_socket
def test_a_local_stack_that_runs_is_the_default(place: Place) -> None:
    """Its names, keys and loopback servers are those of its file."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        place.runs(server.getsockname()[1])
        opened = stacks.open_stack(None)

    assert (opened.name, opened["BrandsTable"]) == ("local", "Brands")
    assert opened.local_servers == {"127.0.0.1:1", "127.0.0.1:2"}
    with pytest.raises(CannotGoOn, match="stack_older"):
        opened["SomethingNew"]


def test_aws_without_region_keys_or_profile(place: Place) -> None:
    """Each has its own sentence, which names the variable."""
    assert "Donnez AWS_REGION" in place.heraut("--stack", "prod", "queue")[2]
    place.monkeypatch.setenv("AWS_REGION", "eu-west-3")
    status, out, err = place.heraut("queue", "--stack", "prod")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("Aucune clé AWS ici pour parler à « prod »")
    place.monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert "vérifiez AWS_PROFILE" in place.heraut("queue", "--stack", "prod")[2]


def test_aws_that_cannot_be_reached(place: Place) -> None:
    """Here, sockets are shut."""
    place.monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    place.monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    place.monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    place.monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    place.monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _refuse)
        status, _, err = place.heraut("queue", "--stack", "prod")

    assert (status, err.startswith("AWS ne répond pas")) == (1, True)


def _refuse(*_: object) -> None:
    raise ConnectionRefusedError


@dataclass
class Cloud:
    """What AWS answers about stacks: the outputs of `prod`, or an error."""

    error: ClientError | None = None

    def client(self, _service: str) -> Cloud:
        return self

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 -- AWS's own name
        if self.error is not None:
            raise self.error
        if StackName != "prod":
            text = f"Stack with id {StackName} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": text}}, "DescribeStacks")
        return {"Stacks": [{"Outputs": [{"OutputKey": "PostsTable", "OutputValue": "prod-posts"}]}]}


def test_a_deployed_stack_is_found_by_its_name(place: Place) -> None:
    """HERAUT_STACK names it, or --stack; another name is a sentence."""
    place.monkeypatch.setattr("heraut.aws.stacks.boto3.Session", lambda **_: Cloud())
    place.monkeypatch.setenv("HERAUT_STACK", "prod")

    opened = stacks.open_stack(None)

    assert (opened.name, opened["PostsTable"], opened.local_servers) == ("prod", "prod-posts", frozenset())
    assert "Il n'y a pas d'installation « autre »" in place.heraut("queue", "--stack", "autre")[2]


def test_aws_that_refuses_is_quoted(place: Place) -> None:
    """Keys that are over, permissions that are missing: AWS knows why."""
    over = ClientError({"Error": {"Code": "ExpiredToken", "Message": "The token is over"}}, "DescribeStacks")
    place.monkeypatch.setattr("heraut.aws.stacks.boto3.Session", lambda **_: Cloud(over))

    said = place.heraut("queue", "--stack", "prod")

    assert said == (1, "", "AWS refuse de nous parler de « prod » : The token is over\n")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (TryAgain("query: EndpointConnectionError"), "recommencez dans un moment"),
        (ConfigurationError("query: AccessDenied"), "ne se laisse pas utiliser"),
        (NewerRelease("posts"), "plus récente que cette commande"),
        (Conflict("x"), "Quelqu'un d'autre vient d'y toucher"),
        (HerautError("x"), "Quelque chose n'a pas marché"),
    ],
)
def test_whatever_goes_wrong_on_the_way_is_a_sentence(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, error: HerautError, told: str
) -> None:
    """On standard error, exit status 1."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("heraut.aws.brands_table.BrandsTable.every_brand", fail)

    said = shop.heraut("queue")

    assert (said.status, said.out, told in said.err) == (1, "", True)


def test_a_stack_older_than_the_command(shop: Shop) -> None:
    """It says which output is missing and what to do."""
    shop.forget("PostsTable")

    said = shop.heraut("queue", "--brand", "martin")

    assert (said.status, "mettez-la à jour avec « make deploy »" in said.err) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["queue", "--nonsense"],
        ["apply"],
        ["log"],
        ["post"],
        ["post", "nonsense"],
        ["post", "hold"],
        ["account", "secret"],
        [],
    ],
)
def test_wrong_usage_is_status_two(place: Place, arguments: list[str]) -> None:
    """As every command does."""
    assert place.heraut(*arguments)[0] == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["apply"], "Il manque : file.\nL'aide : heraut apply --help\n"),
        (["queue", "--nonsense"], "L'option --nonsense n'existe pas.\nL'aide : heraut queue --help\n"),
        (["--nonsense"], "L'option --nonsense n'existe pas.\nL'aide : heraut --help\n"),
        (["queue", "--brand"], "L'option --brand attend une valeur.\nL'aide : heraut "),
        (["post", "hold", "a", "b"], "La commande est mal écrite ("),
    ],
)
def test_wrong_usage_is_said_in_the_persons_language(place: Place, arguments: list[str], told: str) -> None:
    """On standard error, with where the help is."""
    status, out, err = place.heraut(*arguments)

    assert (status, out) == (2, "")
    assert err.startswith(told)


def _sayings(language: str) -> Callable[[str], str]:
    def say(code: str) -> str:
        from heraut.cli.speech import wording

        return wording.sentences()[code][language].split()[0]  # type: ignore[index]

    return say


@pytest.mark.parametrize("language", ["fr", "en"])
def test_help_speaks_the_persons_language(place: Place, language: str) -> None:
    """Every command, every option."""
    place.monkeypatch.setenv("HERAUT_LANGUAGE", language)
    place.monkeypatch.setenv("TERMINAL_WIDTH", "200")

    said = place.heraut("post", "add", "--help")[1]

    first = {"fr": "Programmer une publication", "en": "Queue a post"}[language]
    assert first in said
    assert {"fr": "Afficher cette aide", "en": "Show this help"}[language] in said
    assert _sayings(language)("options_panel_title") in said
