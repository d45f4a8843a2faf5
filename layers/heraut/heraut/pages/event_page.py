"""The page of an event: when, where, what, and the file for calendars. Without script and without third parties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut.pages.site_page import SitePage, html_of, render
from heraut.wording import Wording, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.problems import Language

WORDS = Wording("heraut.pages", "event_page.toml")


@dataclass(frozen=True)
class QuestionShown:
    """What somebody asked in public: by whom (their handle and its address, "" where there is none), liked how often.

    `likes` None: nobody counts. `answered`: the brand answered right below it.
    """

    text: str
    handle: str
    profile: str
    likes: int | None
    answered: bool


@dataclass(frozen=True)
class EventShown:
    """An event in a reader's words; days and hours by the clock of `zone`, `iso` is its beginning for machines.

    `calendar` and the second of `other` (a language, and the page in it) are addresses relative to the page. `asked`
    are the questions of a session that is over, best first (None: there is no such thing), `count` how many there were,
    `uncounted` the networks that do not say how many like a question. `cleared`: they stood there, and were forgotten.
    """

    title: str
    day: str
    begins: str
    last_day: str
    ends: str
    iso: str
    zone: str
    place: str
    address: str
    url: str
    about: str
    cancelled: bool
    calendar: str
    other: tuple[Language, str]
    asked: Sequence[QuestionShown] | None = None
    count: int = 0
    uncounted: Sequence[str] = ()
    cleared: bool = False


def event_page(brand: str, language: Language, shown: EventShown) -> bytes:
    """Write the page."""

    def words(code: str, **fields: object) -> str:
        return WORDS.say(code, language, **fields)

    page = SitePage(brand, language)
    uncounted = listed(shown.uncounted, language)
    return render("event.html", page, shown=shown, uncounted=uncounted, about=html_of(shown.about), words=words)
