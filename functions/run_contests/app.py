"""The minute tick of contests and events: each one that is due goes on."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

from heraut.lambdas import bootstrap
from heraut.contests.run_contests import run_contests
from heraut.gatherings.run_gatherings import run_gatherings
from heraut.lambdas.entry import function

log = logging.getLogger("heraut")


@function(bootstrap.contests_minute)
def lambda_handler(event: dict[str, Any], world: bootstrap.Minute) -> None:
    """Let what is due go on; events first, for a large contest may take minutes."""
    plan = event.get("plan") is True  # what was just applied is to open at once
    now = world.clock.now()
    try:
        log.info("events", extra=asdict(run_gatherings(world.gatherings, now, plan=plan)))
    finally:  # whatever breaks an event, a draw has its instant
        log.info("contests", extra=asdict(run_contests(world.contests, now, plan=plan)))
