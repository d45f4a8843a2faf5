"""Every hour: renews what expires, says what only a person can renew."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

from heraut.lambdas import bootstrap
from heraut.brands.refresh_tokens import Renewing, refresh_tokens
from heraut.clock import SystemClock
from heraut.lambdas.entry import function

log = logging.getLogger("heraut")


@function(bootstrap.refresh_tokens)
def lambda_handler(event: dict[str, Any], world: Renewing) -> None:
    """Renew every account that needs it."""
    log.info("renewed", extra=asdict(refresh_tokens(world, SystemClock().now())))
