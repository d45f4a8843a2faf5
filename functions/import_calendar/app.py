"""Imports a calendar dropped under inbox/, and writes its report under reports/."""

from __future__ import annotations

import logging
from typing import Any

from heraut.lambdas import bootstrap
from heraut.lambdas.entry import function
from heraut.publishing.calendar.media import beside_in_bucket
from heraut.publishing.calendar.sheet import is_answered
from heraut.publishing.import_calendar import LARGEST, import_calendar, refuse_large
from heraut.publishing.report import save_report

log = logging.getLogger("heraut")
INBOX = "inbox/"


@function(bootstrap.import_calendar)
def lambda_handler(event: dict[str, Any], world: bootstrap.Importing) -> None:
    """Import the object that the event names; pictures dropped beside a calendar are no calendars."""
    key = event["detail"]["object"]["key"]
    if not is_answered(key):
        return
    files = world.desk.media
    name = key.removeprefix(INBOX)
    if event["detail"]["object"]["size"] > LARGEST:
        report = refuse_large(name, world.desk)
    else:
        beside = beside_in_bucket(files, key)
        report = import_calendar(files.read(key), name, world.desk, fetch=world.fetch, beside=beside)
    save_report(report, files, world.desk.clock.now())
    log.info("imported", extra={"file": name, "counts": report.counts})
