"""Turns what the posts' stream carries into messages; only the records to tell again later come back."""

from __future__ import annotations

import logging
from typing import Any

from heraut.lambdas import bootstrap
from heraut.aws.posts_table import event_of_image
from heraut.clock import SystemClock
from heraut.lambdas.entry import function
from heraut.publishing.tell_people import tell_people

log = logging.getLogger("heraut")


@function(bootstrap.tell_people)
def lambda_handler(event: dict[str, Any], world: dict[str, Any]) -> dict[str, Any]:
    """Tell everybody concerned."""
    records = [(event_of_image(one["dynamodb"]["NewImage"]), one["dynamodb"]) for one in event["Records"]]
    told = tell_people([happened for happened, _ in records], now=SystemClock().now(), **world)
    log.info("told", extra={"sent": told.sent, "again": len(told.again), "unreachable": sorted(told.unreachable)})
    again = [{"itemIdentifier": place["SequenceNumber"]} for happened, place in records if happened.id in told.again]
    return {"batchItemFailures": again}
