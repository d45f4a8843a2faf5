"""The deployed stack as the end-to-end tests use it."""

from __future__ import annotations

import json
import time
import urllib.request
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from email.message import EmailMessage
    from pathlib import Path

    from infra.local.stack import Emulator


@dataclass(frozen=True)
class World:
    """A running stack: its emulator, its outputs, and the file where each authorised action is written down."""

    emulator: Emulator
    stack: str
    outputs: Mapping[str, str]
    record: Path

    def client(self, service: str) -> Any:
        """A boto3 client with the rights of the account's owner."""
        return self.emulator.client(service)

    def invoke(self, output: str, event: Mapping[str, Any]) -> Any:
        """Call a function, named by its output, and return its answer; an error of the function fails the test."""
        answer = self.client("lambda").invoke(FunctionName=self.outputs[output], Payload=json.dumps(event))
        payload = json.loads(answer["Payload"].read() or b"null")
        assert "FunctionError" not in answer, payload
        return payload

    def scan(self, table: str) -> list[dict[str, Any]]:
        """Every item of a table, named by its output."""
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=self.outputs[table])
        return [item for page in pages for item in page["Items"]]

    def drop(self, name: str, content: bytes) -> None:
        """Put a file into the inbox, as a person would."""
        self.client("s3").put_object(Bucket=self.outputs["FilesBucket"], Key=f"inbox/{name}", Body=content)

    def public(self, path: str) -> bytes:
        """Read the public site as a stranger would; b"" where there is nothing yet."""
        try:
            with urllib.request.urlopen(f"{self.outputs['PublicUrl']}/{path}", timeout=10) as answer:
                read: bytes = answer.read()
                return read
        except urllib.error.HTTPError as error:
            if error.code not in {403, 404}:
                raise
            return b""

    def mails(self) -> list[EmailMessage]:
        """Every mail sent so far, oldest first."""
        files = sorted((self.record.parent / "mails").glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    def actions(self) -> list[dict[str, Any]]:
        """What roles asked for so far: role, action, resource, allowed."""
        return [json.loads(line) for line in self.record.read_text(encoding="utf-8").splitlines()]


def eventually(look: Callable[[], Any], seconds: float = 30, every: float = 0.25) -> Any:
    """What `look` gives, as soon as it gives something true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"nothing after {seconds} s"
        time.sleep(every)
    return seen


def reports(world: World, file: str = "semaine.zip") -> list[dict[str, Any]]:
    """The reports written so far, oldest first."""
    storage, bucket = world.client("s3"), world.outputs["FilesBucket"]
    listed = storage.list_objects_v2(Bucket=bucket, Prefix=f"reports/{file}.").get("Contents", [])
    names = sorted(one["Key"] for one in listed if one["Key"].endswith(".json"))
    return [json.loads(storage.get_object(Bucket=bucket, Key=name)["Body"].read()) for name in names]
