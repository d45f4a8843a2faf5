"""Every hour: whose morning it is hears what leaves, what would fail and who waits."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

from heraut.lambdas import bootstrap
from heraut.clock import SystemClock
from heraut.lambdas.entry import function
from heraut.mornings.send_morning_point import Sending, send_morning_point

log = logging.getLogger("heraut")


@function(bootstrap.send_morning_point)
def lambda_handler(event: dict[str, Any], world: Sending) -> None:
    """Tell everybody whose morning it is."""
    log.info("morning points", extra=asdict(send_morning_point(world, SystemClock().now())))
