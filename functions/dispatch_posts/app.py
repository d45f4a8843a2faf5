"""The minute tick: sends what is due within two minutes to the queue, and beats the heart."""

from __future__ import annotations

import logging
import os
from dataclasses import asdict
from typing import Any

from heraut.lambdas import bootstrap
from heraut.lambdas.entry import function
from heraut.lambdas.heartbeat import oldest_overdue, tick_completed
from heraut.publishing.dispatch_posts import dispatch_posts

log = logging.getLogger("heraut")


@function(bootstrap.dispatch_posts)
def lambda_handler(event: dict[str, Any], world: bootstrap.Dispatching) -> None:
    """Dispatch; the heartbeat is only emitted when everything due was read and sent."""
    namespace = os.environ["POWERTOOLS_METRICS_NAMESPACE"]
    tick = dispatch_posts(world.posts, world.outbox, world.clock.now(), world.at_once)
    log.info("tick", extra=asdict(tick))
    if tick.restored:
        log.error(
            "the posts come from a backup: nothing leaves until `heraut doctor --reconcile` has read back what went"
        )
        return
    oldest_overdue(namespace, tick.oldest_overdue)
    if tick.complete:
        tick_completed(namespace)
        if world.beat_outside is not None:
            world.beat_outside()
