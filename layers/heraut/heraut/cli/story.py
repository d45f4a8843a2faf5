"""The story of a post in plain words: what happened, when on the brand's clock, attempt by attempt. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from heraut.cli.shown import excerpt, seconds
from heraut.cli.speech import language, problem_line, say, wording
from heraut.events import EventName
from heraut.problems import Problem
from heraut.wording import clock, day, local, moment, span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from heraut.events import Event
    from heraut.problems import Language
    from heraut.publishing.model import Post

_HOW = {"answered": "published_answered", "found": "published_found", "said": "published_said"}


def title(post: Post, now: datetime) -> str:
    """Name a post: its id, when, and how it begins."""
    said = moment(post.publish_at, post.zone, language(), now)
    return f"{post.id} · {said} · {excerpt(post.content.parts[0].text)}"


def as_object(event: Event, zone: str) -> dict[str, Any]:
    """Give an event as JSON: its instant has the offset of `zone`."""
    at = local(event.at, zone).isoformat(timespec="milliseconds")
    return {"at": at, "event": event.name.value, "account": event.account, **event.fields}


def lines(events: Sequence[Event], zone: str, chosen: Language) -> Iterator[str]:
    """Tell the story: a line for each day that begins, then one for each event, its seconds on the clock of `zone`."""
    today = None
    for event in events:
        there = local(event.at, zone).date()
        if there != today:
            today = there
            yield day(event.at, zone, chosen, event.at + timedelta(days=366))
        where = f"{event.account}  " if event.account else ""
        attempt = event.fields.get("attempt")
        tried = say("attempt", number=attempt) if attempt else ""
        yield f"  {clock(event.at, zone, seconds=True)}  {where}{tried}{sentence(event, zone)}"
        for told in _problems(event):
            yield f"            {problem_line(told)}"


def sentence(event: Event, zone: str) -> str:
    """Say one event."""
    fields = event.fields
    if event.name is EventName.PUBLISHED:
        return _published(event)
    code = f"event_{event.name.value}"
    if event.name is EventName.POST_QUEUED:
        source = fields.get("source") or {}
        code += "_calendar" if source.get("kind") == "calendar" else "_command"
        nobody = "the_machine" if source.get("kind") == "contest" else "somebody"
        return say(code, file=source.get("file"), row=source.get("row"), by=source.get("by") or say(nobody))
    until = fields.get("until")
    return say(
        code,
        version=fields.get("version") or "",
        by=fields.get("by") or say("the_machine"),
        mark=mark_words(str(fields["mark"])) if fields.get("mark") else "",
        until=clock(datetime.fromisoformat(until), zone, seconds=True) if until else "",
        late=span(timedelta(seconds=float(fields.get("late_by_s") or 0)), language()),
        reminders=fields.get("reminders") or "",
        action=say(f"action_{fields['action']}") if event.name is EventName.DECIDED else "",
    )


def mark_words(marks: str) -> str:
    """Say why something is held: by whom, or by which pause."""
    return ", ".join(_mark_words(mark) for mark in marks.split(", "))


def _mark_words(mark: str) -> str:
    kind, _, who = mark.partition(":")
    code = f"mark_{kind}"
    return say(code, who=who) if code in wording.sentences() else mark


def _published(event: Event) -> str:
    late = event.fields.get("lateness_ms")
    said = say(_HOW.get(str(event.fields.get("how")), "published_answered"))
    lateness = say("story_late", lateness=seconds(timedelta(milliseconds=late))) if late is not None else ""
    url = event.fields.get("url")
    return " ".join(part for part in (said + lateness, str(url) if url else "") if part)


def _problems(event: Event) -> list[Problem]:
    """Give what an event says was wrong, or will be a little different."""
    held = [event.fields.get("problem"), *(event.fields.get("warnings") or [])]
    return [Problem.model_validate(one) for one in held if one]
