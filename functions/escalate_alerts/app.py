"""The minute tick of alerts: tells people, reminds them, tells the next ones."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

from heraut.lambdas import bootstrap
from heraut.clock import SystemClock
from heraut.conversations.escalate_alerts import Escalating, escalate_alerts
from heraut.lambdas.entry import function

log = logging.getLogger("heraut")


@function(bootstrap.escalate_alerts)
def lambda_handler(event: dict[str, Any], world: Escalating) -> None:
    """Tell what is due."""
    log.info("alerts", extra=asdict(escalate_alerts(world, SystemClock().now())))
