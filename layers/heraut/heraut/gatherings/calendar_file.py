"""An event as calendars read it: iCalendar (RFC 5545), by `icalendar`.

The hours are UTC, so that no calendar needs to know a zone's rules. `UID` stays for ever and `SEQUENCE` grows with
each change (3.8.7.4), so that a calendar that reads the file again moves its entry instead of adding one; what does
not take place stays in the file with `STATUS:CANCELLED`. The same event gives the same bytes.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.gatherings.running import Gathering

PRODUCT = "-//Heraut//Events//FR"


def calendar_file(gathering: Gathering, page: str) -> bytes:
    """Write the file; `page` is the address of the event's page."""
    from icalendar import Calendar, Event  # brings two megabytes, for one step of an event

    terms = gathering.terms
    event = Event()
    event.add("uid", gathering.uid)
    event.add("sequence", gathering.sequence)
    event.add("dtstamp", _utc(gathering.changed_at))
    event.add("last-modified", _utc(gathering.changed_at))
    event.add("dtstart", _utc(terms.begins))
    event.add("dtend", _utc(terms.ends))
    event.add("summary", terms.title)
    where = ", ".join(filter(None, (terms.place, terms.address))) or terms.url
    if where:
        event.add("location", where)
    event.add("description", "\n\n".join(filter(None, (terms.about, terms.url, page))))
    event.add("url", page)
    event.add("status", "CANCELLED" if terms.cancelled else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(microsecond=0)
