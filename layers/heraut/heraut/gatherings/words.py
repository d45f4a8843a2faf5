"""What an event says by itself: in its posts, and to the brand's people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from heraut.gatherings import published
from heraut.letters import in_one_line
from heraut.notifications.base import in_words
from heraut.wording import Wording, at_moment, day, hour, listed

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand, GatheringTerms, Person
    from heraut.contests import News
    from heraut.gatherings.running import Gathering
    from heraut.notifications.base import Message
    from heraut.problems import Language

ROOM = 280  # characters of a built-in text: what the shortest networks take
LONGEST_NAME = 60  # characters of a title, or a place, in a built-in text
wording = Wording("heraut.gatherings", "words.toml")


def short(text: str) -> str:
    """Give a name that leaves room for the rest of a short post."""
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1].rstrip() + "…"


def post_text(gathering: Gathering, own: str | None, code: str, public_url: str, said_at: datetime) -> str:
    """Write a post: the brand's own text filled in, else the built-in one of this code with its addresses.

    Built-in, the address of the calendar file is left out where there is no room for it; it stands on the page.
    `said_at` is when people read it: days of another year name theirs.
    """
    terms = gathering.terms
    page = published.address(public_url, published.page_key(gathering, terms.language))
    calendar = published.address(public_url, published.calendar_key(gathering))
    when = _when(terms, said_at)
    if own:
        return own.format(title=terms.title, place=_place(terms), page=page, calendar=calendar, **when)
    place = "" if terms.is_live else short(_place(terms))
    fields = {"title": short(terms.title), "place": place, "page": page} | when
    said = wording.say(f"{code}_at" if place else code, terms.language, **fields)
    if terms.is_live:
        return said
    text = f"{said} {wording.say('page_line', terms.language, page=page)}"
    last = wording.say("calendar_line", terms.language, calendar=calendar)
    return f"{text} {last}" if len(text) + len(last) < ROOM else text


def message(gathering: Gathering, news: News, brand: Brand, reader: Person, public_url: str) -> Message:
    """Tell one person what happened to an event."""
    terms, language = gathering.terms, reader.language
    fields = dict(news.fields)
    if "online" in fields:
        online = fields.pop("online")
        code = "nothing_online" if not online else "still_online"
        fields["online"] = wording.say(code, language, where=listed(online, language))
    if "steps" in fields:
        fields["steps"] = listed([_step(one, language) for one in fields["steps"]], language) or "—"
    asked = [_asked(number, *one, language=language) for number, one in enumerate(fields.pop("top", ()), 1)]
    if "unread" in fields:
        unread = listed(fields["unread"], language)
        fields["unread"] = wording.say("some_unread", language, accounts=unread) if unread else ""
    told = in_words(
        wording,
        news.code,
        reader,
        brand,
        named=f"event/{gathering.brand}/{gathering.name}/{news.code}/{news.at.timestamp():.0f}/{reader.id}",
        thread=f"event/{gathering.brand}/{gathering.name}",
        button=published.address(public_url, published.page_key(gathering, language)),
        title=terms.title,
        begins=at_moment(terms.begins, terms.zone, language, news.at),
        ends=at_moment(terms.ends, terms.zone, language, news.at),
        **fields,
    )
    return replace(told, quote="\n".join(asked)) if asked else told


def _step(step: str, language: Language) -> str:
    """Name a post of the sequence: which one it is, or how long before the beginning it leaves."""
    code = f"step_{step}"
    return wording.say(code if code in wording.sentences() else "step_reminder", language, before=step)


def _asked(number: int, handle: str, text: str, likes: int | None, answered: bool, *, language: Language) -> str:  # noqa: FBT001 -- as it was noted
    """Say a question in one line, with how many like it where that is known."""
    liked = wording.say("liked", language, likes=likes) if likes is not None else ""
    done = wording.say("answered", language) if answered else ""
    return " ".join(filter(None, (f"{number}.", in_one_line(handle), f"« {in_one_line(text)} »", liked, done)))


def _when(terms: GatheringTerms, said_at: datetime) -> dict[str, str]:
    return {
        "day": day(terms.begins, terms.zone, terms.language, said_at),
        "hour": hour(terms.begins, terms.zone, terms.language),
        "end": hour(terms.ends, terms.zone, terms.language),
    }


def _place(terms: GatheringTerms) -> str:
    return terms.place or terms.address or terms.url or ""
