"""Stored events of webhooks: a message each, the body in it, or in the files bucket where it is large.

`{"schema": 1, "brand", "account", "scheme", "digest", "at", "kind", "body" | "base64" | "object"}`.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

from heraut.aws.edge import edge
from heraut.aws.items import SCHEMA, readable
from heraut.conversations.webhook import StoredEvent
from heraut.due import instant, stamp
from heraut.errors import HerautError, NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mypy_boto3_sqs import SQSClient

    from heraut.aws.objects import FilesBucket

LARGE = 40_000  # bytes; a message is billed by 64 KB, and JSON writes a letter beyond ASCII as six
PREFIX = "webhooks"


class EventsQueue:
    """The port `conversations.receive_webhook.Events` over SQS and the files bucket."""

    def __init__(self, queue: SQSClient, queue_url: str, files: FilesBucket) -> None:
        self._queue = queue
        self._queue_url = queue_url
        self._files = files

    def keep(self, event: StoredEvent) -> None:
        """Keep an event; TryAgain when it could not be kept now. One group an account: nobody waits for another's."""
        with edge("keep an event"):
            self._queue.send_message(
                QueueUrl=self._queue_url,
                MessageBody=self._write(event),
                MessageGroupId=f"{event.brand}/{event.account}",
            )

    def _write(self, event: StoredEvent) -> str:
        held: dict[str, Any] = {
            "schema": SCHEMA,
            "brand": event.brand,
            "account": event.account,
            "scheme": event.scheme,
            "digest": event.digest,
            "at": stamp(event.at),
            "kind": event.kind,
        }
        if len(event.body) > LARGE:
            key = f"{PREFIX}/{event.brand}/{event.account}/{event.digest}"
            self._files.save(key, event.body, "application/octet-stream")
            return json.dumps(held | {"object": key})
        try:
            return json.dumps(held | {"body": event.body.decode()})
        except UnicodeDecodeError:
            return json.dumps(held | {"base64": b64encode(event.body).decode()})


class StoredFiles:
    """The port `conversations.store.RawEvents` over the files bucket: the large events, kept a month."""

    def __init__(self, files: FilesBucket) -> None:
        self._files = files

    def naming(self, brand: str, names: Collection[str]) -> Sequence[str]:
        """Give the events of a brand that hold one of these names of somebody, as JSON or XML would write it."""
        wanted = {form for name in names if name for form in (name.encode(), json.dumps(name)[1:-1].encode())}
        return [key for key in self._files.keys(f"{PREFIX}/{brand}/") if self._holds(key, wanted)]

    def forget(self, events: Sequence[str]) -> None:
        """Erase events; what is gone already is gone."""
        for key in events:
            self._files.remove(key)

    def _holds(self, key: str, wanted: Collection[bytes]) -> bool:
        try:
            body = self._files.read(key)
        except NotFound:  # a month old at this very moment
            return False
        return any(form in body for form in wanted)


def read_event(message: str, files: FilesBucket) -> StoredEvent:
    """Read a stored event; HerautError when it is none, without what it held: that would reach a log."""
    try:
        held = readable(dict(json.loads(message)))
        brand, account, scheme, digest = (_text(held[name]) for name in ("brand", "account", "scheme", "digest"))
        kind, at, place = held.get("kind"), instant(held["at"]), held.get("object")
        if place is not None:
            body = b""
        elif "base64" in held:
            body = b64decode(held["base64"], validate=True)
        else:
            body = _text(held["body"]).encode()
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise HerautError(f"not a stored event ({type(error).__name__})") from None
    if place is not None:
        body = files.read(f"{PREFIX}/{brand}/{account}/{digest}")
    return StoredEvent(brand, account, scheme, digest, at, body, kind if isinstance(kind, str) else None)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
