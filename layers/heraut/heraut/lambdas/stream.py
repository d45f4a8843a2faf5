"""The records of the posts' stream: the events they carry, and which of them are to be brought again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from heraut.aws.posts_table import event_of_image
from heraut.errors import HerautError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from heraut.events import Event

    Record = tuple[Event | None, str]  # what happened (None: it cannot be read), and its place in the stream

log = logging.getLogger("heraut")


def read(event: dict[str, Any]) -> list[Record]:
    """Give what each record carries, with its sequence number."""
    images = [one["dynamodb"] for one in event["Records"]]
    return [(_event_in(image), image["SequenceNumber"]) for image in images]


def again(records: Sequence[Record], events: Collection[str]) -> dict[str, list[dict[str, str]]]:
    """Answer which come back: these events (ids), and what cannot be read, until the stream gives it up."""
    numbers = [number for happened, number in records if happened is None or happened.id in events]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in numbers]}


def _event_in(image: dict[str, Any]) -> Event | None:
    try:
        return event_of_image(image.get("NewImage", {}))
    except HerautError as error:
        log.error("a record of the stream cannot be read: %s", error)  # noqa: TRY400 -- the sentence says all there is
        return None
