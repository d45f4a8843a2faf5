"""Tables over moto, exactly as `infra/template.yaml` makes them, and what the cases need to disturb them."""

from __future__ import annotations

import io
import json
import re
import threading
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber
from samtranslator.yaml_helper import yaml_parse

from heraut.aws.clients import Clients
from heraut.aws.table import Table
from heraut.retention import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

    from heraut.retention import Kind

TEMPLATE = Path(__file__).parents[2] / "infra" / "template.yaml"
REGION = "eu-west-3"
TABLES = {kind.table for kind in KINDS}
_of_another_release: set[tuple[str, str]] = set()  # keys, of the test that runs


def _answer_one_at_a_time() -> None:
    """Let moto answer one request at a time, whatever asks and in whatever thread.

    It checks a condition, and then writes, without a lock, and changes items in place: two workers of one batch both
    passed a gate, or one was told that nothing was there. AWS's services take each request whole.
    """
    lock, answer = threading.RLock(), botocore_stubber.process_request

    def one(request: Any) -> Any:
        with lock:
            return answer(request)

    botocore_stubber.process_request = one  # type: ignore[method-assign]


_answer_one_at_a_time()


@cache
def resource(logical_id: str) -> Mapping[str, Any]:
    """Give the properties of a resource of the template."""
    properties: dict[str, Any] = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))["Resources"][logical_id]["Properties"]
    return properties


def clients() -> Clients:
    """Make clients with keys that open nothing."""
    return Clients(session=_session())


@cache
def kept_clients() -> Clients:
    """Give one set for all tests that do not disturb it: making them takes longer than most of what is asked."""
    return clients()


@cache
def _session() -> boto3.Session:
    """One for all tests: reading the services' descriptions takes most of the time."""
    return boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)


class _Body(io.BytesIO):
    """A response's body as botocore reads it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _undeclared(table: str, item: Mapping[str, Any]) -> str | None:
    keys = f"{item['pk']['S']} / {item['sk']['S']}"
    kinds = [kind for kind in KINDS if kind.table == table and is_of(kind, item)]
    if not kinds:
        return f"{table}: {keys} is declared nowhere in heraut/retention.py"
    if "expires" not in item and all(kind.kept is not None for kind in kinds):
        return f"{table}: {keys} has no time at which it goes"
    return None


def is_of(kind: Kind, item: Mapping[str, Any]) -> bool:
    """Whether an item's keys are those of a kind."""
    return _shape(kind.pk).fullmatch(item["pk"]["S"]) is not None and any(
        _shape(sk).fullmatch(item["sk"]["S"]) for sk in kind.sk.split(" | ")
    )


@cache
def _shape(keys: str) -> re.Pattern[str]:
    """Give what keys of a kind look like: `<brand>#alert#<alert>`."""
    parts = re.findall(r"<[^>]+>|[^<]+", keys)
    known = {"<brand>": "[^#]+"}
    return re.compile("".join(known.get(part, ".+") if part[0] == "<" else re.escape(part) for part in parts))


def undeclared_in_every_table() -> list[str]:
    """Say which items of all tables under moto are of no kind that is declared."""
    made = kept_clients()
    names = [name for name in made.dynamodb.list_tables()["TableNames"] if name in TABLES]
    found = [said for name in names for said in Stack(made, name).undeclared()]
    _of_another_release.clear()
    return found


@dataclass
class Stack:
    """One table of the template, under moto."""

    clients: Clients
    name: str

    @classmethod
    def of(cls, logical_id: str, made: Clients | None = None) -> Stack:
        """Make the table that the template calls so; without clients of others, it has its own, to be disturbed."""
        properties = resource(logical_id)
        asked: dict[str, Any] = {
            name: properties[name]
            for name in ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
            if name in properties
        }
        kept_clients().dynamodb.create_table(TableName=logical_id, **asked)
        return cls(made or clients(), logical_id)

    def undeclared(self) -> list[str]:
        """Say which items are of no kind that `heraut.retention` declares, or lack the time at which they go."""
        own = [item for item in self.items() if (item["pk"]["S"], item["sk"]["S"]) not in _of_another_release]
        return [said for item in own if (said := _undeclared(self.name, item)) is not None]

    @property
    def dynamodb(self) -> DynamoDBClient:
        return self.clients.dynamodb

    @property
    def table(self) -> Table:
        return Table(self.dynamodb, self.name, wait=lambda _: None)

    def items(self) -> list[dict[str, Any]]:
        """Give every item as it is stored (DynamoDB attributes)."""
        pages: Any = self.dynamodb.get_paginator("scan").paginate(TableName=self.name)
        return [item for page in pages for item in page["Items"]]

    def item(self, pk: str, sk: str) -> dict[str, Any]:
        """Give one item as it is stored."""
        found = [item for item in self.items() if (item["pk"]["S"], item["sk"]["S"]) == (pk, sk)]
        assert len(found) == 1, f"{len(found)} items {pk} {sk}"
        return found[0]

    def put(self, item: dict[str, Any]) -> None:
        """Write an item as another release would have."""
        _of_another_release.add((item["pk"]["S"], item["sk"]["S"]))
        self.dynamodb.put_item(TableName=self.name, Item=item)

    def lose_first_answer(self, operation: str) -> list[str]:
        """Lose the first answer of an operation on its way back, so that the SDK itself sends the request again.

        Gives a list that grows with each request sent. moto does not know ClientRequestToken: here a transaction's
        second arrival is answered as DynamoDB does, if it carries the token of the first.
        """
        sent: list[str] = []
        tokens: set[str] = set()

        def repeated(request: Any, **_: Any) -> AWSResponse | None:
            token = json.loads(request.body).get("ClientRequestToken")
            if token is None or token not in tokens:
                tokens.add(token)
                return None
            return AWSResponse(request.url, 200, HTTPHeaders(), _Body(b"{}"))

        def lost(attempts: int, **_: Any) -> float | None:
            sent.append(operation)
            return 0.0 if attempts == 1 else None

        hooks: Any = self.dynamodb.meta.events
        hooks.register_first(f"before-send.dynamodb.{operation}", repeated)
        hooks.register_first(f"needs-retry.dynamodb.{operation}", lost)
        return sent


def a_function(name: str) -> str:
    """Make a function that does nothing, as what something may name; gives its ARN."""
    trusted = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = boto3.client("iam").create_role(RoleName=f"of-{name}", AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as file:
        file.writestr("app.py", "")
    made = boto3.client("lambda", REGION).create_function(
        FunctionName=name, Runtime="python3.13", Role=role, Handler="app.x", Code={"ZipFile": code.getvalue()}
    )
    return made["FunctionArn"]
