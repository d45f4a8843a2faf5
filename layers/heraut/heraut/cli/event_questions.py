"""What is shown of a session's questions: rank, likes, whether one was taken off, and what networks do not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heraut.cli.event_checks import lists_comments
from heraut.cli.speech import language, say
from heraut.wording import listed, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heraut.brands import Brand, GatheringTerms
    from heraut.cli.desk import Desk
    from heraut.gatherings.questions import Question, Questions


def lines(asked: Questions, owner: Brand, terms: GatheringTerms, desk: Desk, *, ids: bool = False) -> Iterator[str]:
    """Say each question in a line, best first, and then what is not known; `ids`: with what each is called by."""
    from heraut.brands.known_as import network_title
    from heraut.cli.shown import excerpt

    now, rank = desk.clock.now(), 0
    for one in asked.kept:
        note = asked.hiding(one)
        rank += note is None
        place = f"{rank}." if note is None else "–"
        likes = say("event_likes", likes=one.likes) if one.likes is not None else say("event_likes_untold")
        answered = say("event_answered") if one.answered else ""
        about = " · ".join(filter(None, (one.handle, one.account, likes, answered)))
        name = f"[{one.id}] " if ids else ""
        yield f"{place} {name}{excerpt(one.text)} · {about}"
        if note:
            at = recorded(note.at, terms.zone, language(), now)
            yield "   " + say("event_taken_off", by=note.by, at=at, because=note.because)
    if asked.uncounted:
        networks = [network_title(one, language()) for one in asked.uncounted]
        yield say("event_likes_untold_by", networks=listed(networks, language()))
    for account in unread_on(owner, terms, desk):
        yield say("event_questions_unread", account=account)


def unread_on(owner: Brand, terms: GatheringTerms, desk: Desk) -> list[str]:
    """Give the accounts of a session whose network lists no comments: what is asked there is not collected."""
    names = {*terms.accounts, *(one for place in terms.posts for one in place.accounts)}
    found = [one for one in owner.accounts if one.name in names]
    return [one.name for one in found if not lists_comments(desk.networks[one.network])]


def as_objects(asked: Questions) -> list[dict[str, Any]]:
    """Give every question as a program reads it, best first."""
    return [as_object(asked, one) for one in asked.kept]


def as_object(asked: Questions, one: Question) -> dict[str, Any]:
    """Give a question as a program reads it: `rank` None where it was taken off, `hidden` says by whom and why."""
    note = asked.hiding(one)
    rank = None if note else asked.shown.index(one) + 1
    hidden = {"by": note.by, "at": note.at.isoformat(), "because": note.because} if note else None
    notes = [told.model_dump(mode="json") for told in asked.decisions.get(one.id, ())]
    return {"id": one.id, "rank": rank, **one.model_dump(mode="json")} | {
        "profile": one.profile,
        "hidden": hidden,
        "decisions": notes,
    }
