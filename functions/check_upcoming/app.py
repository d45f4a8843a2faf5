"""Every quarter of an hour: looks at what leaves within a day or an hour, and says what needs somebody."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

from heraut.lambdas import bootstrap
from heraut.clock import SystemClock
from heraut.lambdas.entry import function
from heraut.publishing.check_upcoming import Checking, check_upcoming

log = logging.getLogger("heraut")


@function(bootstrap.check_upcoming)
def lambda_handler(event: dict[str, Any], world: Checking) -> None:
    """Look ahead."""
    log.info("looked ahead", extra=asdict(check_upcoming(world, SystemClock().now())))
