"""Every five minutes: listens to what is said to each account, and looks after the accounts' webhooks."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

from heraut.lambdas import bootstrap
from heraut.clock import SystemClock
from heraut.conversations.poll_networks import poll_networks
from heraut.conversations.tend_webhooks import tend_webhooks
from heraut.lambdas.entry import function

log = logging.getLogger("heraut")


@function(bootstrap.poll_networks)
def lambda_handler(event: dict[str, Any], world: bootstrap.Polling) -> None:
    """Listen to every account."""
    now = SystemClock().now()
    log.info("listened", extra=asdict(poll_networks(world.listening, now)))
    log.info("webhooks", extra=asdict(tend_webhooks(world.tending, now)))
