"""What an event publishes in the public bucket: its calendar file and its page, always at the same addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.gatherings.running import Gathering
    from heraut.problems import Language

CALENDAR = "text/calendar; charset=utf-8"
PAGES: Mapping[Language, str] = {"fr": "evenement.html", "en": "event.html"}
CALENDAR_NAME = "event.ics"


def calendar_key(gathering: Gathering) -> str:
    """Where the file is that calendars read."""
    return f"{gathering.folder}{CALENDAR_NAME}"


def page_key(gathering: Gathering, language: Language) -> str:
    """Where the page is."""
    return f"{gathering.folder}{PAGES[language]}"


def address(public_url: str, key: str) -> str:
    """Give the address at which a browser finds it."""
    return f"{public_url.rstrip('/')}/{key}"
