"""The minute tick of messages: tells people of alerts, reminds them, and sends again what a program did not take."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

from heraut.lambdas import bootstrap
from heraut.clock import SystemClock
from heraut.conversations.escalate_alerts import escalate_alerts
from heraut.lambdas.entry import function
from heraut.notifications.send_again import send_again

log = logging.getLogger("heraut")


@function(bootstrap.escalate_alerts)
def lambda_handler(event: dict[str, Any], world: bootstrap.Ticking) -> None:
    """Tell what is due."""
    log.info("alerts", extra=asdict(escalate_alerts(world.alerts, SystemClock().now())))
    log.info("messages sent again", extra=asdict(send_again(world.again, SystemClock().now())))
