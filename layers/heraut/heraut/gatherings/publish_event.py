"""Publish an event's calendar file and its page, in each language; done again they are the same."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands import known_as
from heraut.contests import HTML, put_latest
from heraut.gatherings import published
from heraut.gatherings.calendar_file import calendar_file
from heraut.wording import day, hour

if TYPE_CHECKING:
    from heraut.brands import Brand
    from heraut.gatherings.questions import Questions
    from heraut.gatherings.running import Gathering
    from heraut.gatherings.world import Holding
    from heraut.problems import Language


def publish_event(
    gathering: Gathering, brand: Brand, world: Holding, questions: Questions | None = None, *, cleared: bool = False
) -> None:
    """Write what people see of an event as it now is; `questions` are those of a session that is over.

    `cleared`: they were forgotten.
    """
    page = published.address(world.public_url, published.page_key(gathering, gathering.terms.language))
    file = calendar_file(gathering, page)
    put_latest(world.objects, published.calendar_key(gathering), file, published.CALENDAR)
    for language in published.PAGES:
        html = _page(gathering, brand, language, questions, cleared=cleared)
        put_latest(world.objects, published.page_key(gathering, language), html, HTML)


def _page(
    gathering: Gathering, brand: Brand, language: Language, questions: Questions | None, *, cleared: bool
) -> bytes:
    from heraut.pages.event_page import EventShown, QuestionShown, event_page  # brings the templates

    terms = gathering.terms
    read_later = terms.begins - timedelta(days=366)  # in another year: a page that stays says which one its day is in
    asked = [
        QuestionShown(one.text, one.handle, one.profile, one.likes, answered=one.answered)
        for one in (questions.shown if questions else ())
    ]
    other = next(one for one in published.PAGES if one != language)
    shown = EventShown(
        title=terms.title,
        day=day(terms.begins, terms.zone, language, read_later),
        begins=hour(terms.begins, terms.zone, language),
        last_day=day(terms.ends, terms.zone, language, read_later),
        ends=hour(terms.ends, terms.zone, language),
        iso=terms.begins.isoformat(),
        zone=terms.zone,
        place=terms.place or "",
        address=terms.address or "",
        url=terms.url or "",
        about=terms.about or "",
        cancelled=terms.cancelled,
        calendar=published.CALENDAR_NAME,
        other=(other, published.PAGES[other]),
        asked=asked if questions else None,
        count=questions.shown_count if questions else 0,
        uncounted=[known_as.network_title(one, language) for one in questions.uncounted] if questions else (),
        cleared=cleared,
    )
    return event_page(brand.name, language, shown)
