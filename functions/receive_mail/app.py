"""Reads an e-mail that somebody answered an alert with, as it was put into the bucket."""

from __future__ import annotations

import logging
from typing import Any

from heraut.lambdas import bootstrap
from heraut.clock import SystemClock
from heraut.conversations.receive_mail import receive_mail
from heraut.errors import NotFound
from heraut.lambdas.entry import function

log = logging.getLogger("heraut")


@function(bootstrap.receive_mail)
def lambda_handler(event: dict[str, Any], mails: bootstrap.Mails) -> None:
    """Read the object that the event names, and forget it; nothing of what it holds reaches the log."""
    key = event["detail"]["object"]["key"]
    try:
        raw = mails.files.read(key)
    except NotFound:  # it was read before, or came days late
        log.info("mail", extra={"word": "forgotten"})
        return
    done = receive_mail(raw, mails.world, SystemClock().now())
    mails.files.remove(key)
    log.info("mail", extra={"word": done.word, "brand": done.brand, "alert": done.alert})
