"""The heartbeat as somebody outside the AWS account hears it: one call of an address after each good tick.

A module of its own: what a call needs is slow to load, and most stacks have no such address.
"""

from __future__ import annotations

import logging
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from heraut.errors import HerautError
from heraut.exchange import exchange
from heraut.fetch import USER_AGENT

if TYPE_CHECKING:
    from heraut.fetch import Guard

SECONDS = 3.0  # in all: a slow watcher must not hold up the tick
MOST_BYTES = 10_000  # of its answer, which nobody reads
log = logging.getLogger("heraut")


def call(url: str, guard: Guard) -> None:
    """Call the watcher's address; what goes wrong is a warning. The address is never logged: who has it can beat."""
    until = time.monotonic() + SECONDS
    try:
        target = guard.check(url, SECONDS)
        reply = exchange(target, "GET", until=until, limit_bytes=MOST_BYTES, headers={"User-Agent": USER_AGENT})
    except HerautError as error:
        log.warning("the watcher outside was not reached", extra={"why": f"{type(error).__name__} {error}".strip()})
        return
    if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        log.warning("the watcher outside refused the call", extra={"status": reply.status})
