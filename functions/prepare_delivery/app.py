"""Uploads ahead what one delivery needs."""

from __future__ import annotations

import logging
from typing import Any

from heraut.lambdas import bootstrap
from heraut.aws.outbox import read_message
from heraut.lambdas.entry import function
from heraut.publishing.prepare_delivery import prepare_delivery
from heraut.publishing.world import MediaWorld

log = logging.getLogger("heraut")


@function(bootstrap.prepare_delivery)
def lambda_handler(event: dict[str, Any], world: MediaWorld) -> None:
    """Prepare the delivery that the message names."""
    log.info("done", extra={"done": prepare_delivery(read_message(event), world)})
