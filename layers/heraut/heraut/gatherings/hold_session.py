"""A session of questions from its opening to its recap: read every five minutes, told at half-time, recapped once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.contests import AGAIN
from heraut.gatherings.collect_questions import EVERY, SETTLING, forgotten_at, read_questions
from heraut.gatherings.plan_posts import OPENING, RECAP, Planned, queued, stopped
from heraut.gatherings.publish_event import publish_event
from heraut.gatherings.running import Stage

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.gatherings.questions import Question, Questions
    from heraut.gatherings.running import Gathering
    from heraut.gatherings.world import Holding

FIRST = timedelta(minutes=1)  # after the opening: its post must be online
PATIENCE = timedelta(minutes=15)  # after the closing, with networks that do not answer
TOP = 5  # questions told to people
HALF = "half"


def next_reading_at(gathering: Gathering) -> datetime:
    """Say when the lists are read next; the last time right after the closing."""
    terms = gathering.terms
    usual = gathering.read_at + EVERY if gathering.read_at else terms.begins + FIRST
    return min(usual, terms.ends + SETTLING)


def hold_session(gathering: Gathering, brand: Brand, world: Holding, now: datetime) -> Gathering | None:
    """Do what the session needs now; None: it waits."""
    if gathering.stage is not Stage.BEGUN:
        return None
    if now >= gathering.terms.ends + SETTLING:
        return _closed(gathering, brand, world, now)
    return _listened(gathering, brand, world, now) if now >= next_reading_at(gathering) else None


def _listened(gathering: Gathering, brand: Brand, world: Holding, now: datetime) -> Gathering:
    """Read the lists, and tell people at half-time what is asked most."""
    questions, _ = read_questions(gathering, brand, world, now)
    world.gatherings.save_questions(questions, forgotten_at(gathering))
    terms = gathering.terms
    half_time = terms.begins + (terms.ends - terms.begins) / 2
    if now < half_time or HALF in gathering.said or not questions.shown_count:
        return gathering.next(read_at=now, due_at=now)
    news = gathering.telling(HALF, now, **_told(questions))
    return gathering.next(read_at=now, said=gathering.said | {HALF}, news=news, due_at=now)


def _closed(gathering: Gathering, brand: Brand, world: Holding, now: datetime) -> Gathering:
    """Read the lists once more, publish the recap, and queue the post that leads to it."""
    terms = gathering.terms
    if gathering.recapped:
        if RECAP in gathering.steps or not world.gatherings.questions(gathering.brand, gathering.name).shown_count:
            return gathering.next(stage=Stage.OVER, due_at=now)
        return queued(gathering, Planned(RECAP, now, RECAP, terms.texts.recap, now), brand, world, now)
    held = stopped(gathering, world, now, (OPENING,))  # nobody is invited to what is over
    questions, unread = read_questions(gathering, brand, world, now)
    if unread and now < terms.ends + PATIENCE:
        return held.model_copy(update={"due_at": now + AGAIN})
    world.gatherings.save_questions(questions, forgotten_at(gathering))
    publish_event(gathering, brand, world, questions)
    news = held.telling(RECAP, now, unread=unread, **_told(questions))
    return held.model_copy(update={"recapped": True, "read_at": now, "news": news, "due_at": now})


def keep_recap(gathering: Gathering, brand: Brand, world: Holding, now: datetime) -> Gathering:
    """Let the page of a session that is over follow what is taken off it, and lose its questions in the end."""
    if gathering.cleared or not gathering.recapped:
        return gathering.next(due_at=None)
    if now >= forgotten_at(gathering):
        publish_event(gathering, brand, world, cleared=True)
        return gathering.next(cleared=True, rewrite=False, due_at=None)
    questions = world.gatherings.questions(gathering.brand, gathering.name)
    if questions.erased:  # the lists are read no more, and nothing of theirs can come back
        world.gatherings.save_questions(questions.next(erased=frozenset()), forgotten_at(gathering))
    if gathering.rewrite:
        publish_event(gathering, brand, world, questions)
    return gathering.next(rewrite=False, due_at=forgotten_at(gathering))


def _told(questions: Questions) -> dict[str, object]:
    return {"count": questions.shown_count, "top": [_line(one) for one in questions.shown[:TOP]]}


def _line(question: Question) -> list[object]:
    return [question.handle, question.text, question.likes, question.answered]
