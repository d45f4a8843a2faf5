"""Remember what a network told of its limits, for the account's other deliveries; no write while plenty is left."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from heraut.errors import HerautError
from heraut.publishing.pacing import pace_of

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.allowance import Allowance
    from heraut.publishing.model import Delivery
    from heraut.publishing.pacing import Bucket, Pace
    from heraut.publishing.store import Posts

log = logging.getLogger(__name__)


def remember_pace(
    posts: Posts, delivery: Delivery, bucket: Bucket, told: Allowance | None, now: datetime
) -> Pace | None:
    """Keep what was told at `now` if it matters, and give it; what was done stands whether it can be kept or not."""
    pace = pace_of(told, now) if told else None
    if pace is not None:
        try:
            posts.save_pace(delivery.brand, delivery.account, bucket, pace, now)
        except HerautError:  # whatever it was, the network's answer is what must be written now
            log.warning("the limits of %s/%s are not remembered", delivery.brand, delivery.account, exc_info=True)
    return pace
