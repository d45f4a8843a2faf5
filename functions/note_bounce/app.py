"""Hears that a mail came back or was called unwanted, or that a text message did not arrive: it goes another way."""

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
    """Note what came back; what is raised brings the event back, and in the end to the failure queue."""
    if "awslogs" in event:
        _texts(event, world)
    else:
        _mail(event["detail"], world)


def _mail(detail: dict[str, Any], world: Again) -> None:
    """Note one event of the mail service."""
    tags = detail["mail"]["tags"]
    if f"{TAG}sending" not in tags:  # nobody asked to hear of this mail
        log.warning("a mail without our tags came back")
        return
    (brand,), (sending,) = tags[f"{TAG}brand"], tags[f"{TAG}sending"]
    done = note_bounce(Bounce(brand, sending, detail["eventType"] == UNWANTED), world, SystemClock().now())
    log.info("a mail came back", extra={"brand": brand, "sending": sending, "done": done})


def _texts(event: dict[str, Any], world: Again) -> None:
    """Note what the log of text messages says."""
    from heraut.brands.note_refused_texts import note_refused_texts
    from heraut.lambdas.log_lines import lines
    from heraut.notifications.refused_texts import refused_text

    read = [refused_text(line, at) for line, at in lines(event)]
    refused = [one for one in read if one is not None]
    if len(refused) < len(read):
        log.warning("lines that tell of no text message that failed", extra={"count": len(read) - len(refused)})
    for one, done in note_refused_texts(refused, world, SystemClock().now()):
        log.info("a text message did not arrive", extra={"receipt": one.receipt, "why": one.why, "done": done})
