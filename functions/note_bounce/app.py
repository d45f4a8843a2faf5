"""Hears that a mail came back, or was called unwanted: its message goes another way."""

from __future__ import annotations

import logging
from typing import Any

from heraut.lambdas import bootstrap
from heraut.aws.mail import TAG
from heraut.brands.note_bounce import Bounce, note_bounce
from heraut.clock import SystemClock
from heraut.lambdas.entry import function
from heraut.notifications.send_again import Again

log = logging.getLogger("heraut")
UNWANTED = "Complaint"


@function(bootstrap.note_bounce)
def lambda_handler(event: dict[str, Any], world: Again) -> None:
    """Note one event of the mail service; what is raised brings it back, and in the end to the failure queue."""
    detail = event["detail"]
    tags = detail["mail"]["tags"]
    if f"{TAG}sending" not in tags:  # nobody asked to hear of this mail
        log.warning("a mail without our tags came back")
        return
    (brand,), (sending,) = tags[f"{TAG}brand"], tags[f"{TAG}sending"]
    done = note_bounce(Bounce(brand, sending, detail["eventType"] == UNWANTED), world, SystemClock().now())
    log.info("a mail came back", extra={"brand": brand, "sending": sending, "done": done})
