"""Reads the events that were kept; only those that raised come back."""

from __future__ import annotations

from typing import Any

from heraut.lambdas import bootstrap
from heraut.aws.events_queue import read_event
from heraut.clock import SystemClock
from heraut.conversations.route_interaction import route_interaction
from heraut.lambdas.entry import function
from heraut.lambdas.records import each_record


@function(bootstrap.route_interaction)
def lambda_handler(event: dict[str, Any], world: bootstrap.Reading) -> Any:
    """Read each record, one after the other: those of one post would only be in each other's way."""
    return each_record(event, lambda body: _read(body, world), at_once=1)


def _read(body: str, world: bootstrap.Reading) -> str:
    return route_interaction(read_event(body, world.files), world.world, SystemClock().now())
