"""Turns what the posts' stream carries into messages; only the records to tell again later come back."""

from __future__ import annotations

import logging
from typing import Any

from heraut.lambdas import bootstrap
from heraut.aws.posts_table import event_of_image
from heraut.clock import SystemClock
from heraut.errors import HerautError
from heraut.events import Event
from heraut.lambdas.entry import function
from heraut.publishing.tell_people import tell_people

log = logging.getLogger("heraut")


@function(bootstrap.tell_people)
def lambda_handler(event: dict[str, Any], world: dict[str, Any]) -> dict[str, Any]:
    """Tell everybody concerned; what cannot be read comes back until the stream gives it up, and holds back nobody."""
    images = [one["dynamodb"] for one in event["Records"]]
    records = [(_event_in(image), image["SequenceNumber"]) for image in images]
    told = tell_people([happened for happened, _ in records if happened], now=SystemClock().now(), **world)
    log.info("told", extra={"sent": told.sent, "again": len(told.again), "unreachable": sorted(told.unreachable)})
    again = [number for happened, number in records if happened is None or happened.id in told.again]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in again]}


def _event_in(image: dict[str, Any]) -> Event | None:
    try:
        return event_of_image(image.get("NewImage", {}))
    except HerautError as error:
        log.error("a record of the stream cannot be read: %s", error)  # noqa: TRY400 -- the sentence says all there is
        return None
