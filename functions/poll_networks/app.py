"""Every five minutes: listens to what is said to each account."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

from heraut.lambdas import bootstrap
from heraut.clock import SystemClock
from heraut.conversations.poll_networks import Listening, poll_networks
from heraut.lambdas.entry import function

log = logging.getLogger("heraut")


@function(bootstrap.poll_networks)
def lambda_handler(event: dict[str, Any], world: Listening) -> None:
    """Listen to every account."""
    log.info("listened", extra=asdict(poll_networks(world, SystemClock().now())))
