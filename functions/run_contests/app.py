"""The minute tick of contests: each one that is due goes on."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

from heraut.lambdas import bootstrap
from heraut.contests.run_contests import run_contests
from heraut.contests.world import Running
from heraut.lambdas.entry import function

log = logging.getLogger("heraut")


@function(bootstrap.run_contests)
def lambda_handler(event: dict[str, Any], world: Running) -> None:
    """Let what is due go on."""
    plan = event.get("plan") is True  # what was just applied is to open at once
    log.info("contests", extra=asdict(run_contests(world, world.clock.now(), plan=plan)))
