"""Closes what was answered from here, when the posts' stream says that the answer is online."""

from __future__ import annotations

import logging
from typing import Any

from heraut.lambdas import bootstrap
from heraut.conversations.note_reply import Noting, note_reply
from heraut.lambdas.entry import function
from heraut.lambdas.stream import again, read

log = logging.getLogger("heraut")


@function(bootstrap.note_reply)
def lambda_handler(event: dict[str, Any], world: Noting) -> dict[str, Any]:
    """Note every answer; what could not be noted now comes back."""
    records = read(event)
    noted = note_reply([happened for happened, _ in records if happened], world)
    log.info("noted", extra={"answered": noted.answered, "again": len(noted.again)})
    return again(records, noted.again)
