"""Turns what the posts' stream carries into messages; only the records to tell again later come back."""

from __future__ import annotations

import logging
from typing import Any

from heraut.lambdas import bootstrap
from heraut.clock import SystemClock
from heraut.lambdas.entry import function
from heraut.lambdas.stream import again, read
from heraut.publishing.tell_people import tell_people

log = logging.getLogger("heraut")


@function(bootstrap.tell_people)
def lambda_handler(event: dict[str, Any], world: dict[str, Any]) -> dict[str, Any]:
    """Tell everybody concerned; what cannot be read comes back until the stream gives it up, and holds back nobody."""
    records = read(event)
    told = tell_people([happened for happened, _ in records if happened], now=SystemClock().now(), **world)
    log.info("told", extra={"sent": told.sent, "again": len(told.again), "unreachable": sorted(told.unreachable)})
    return again(records, told.again)
