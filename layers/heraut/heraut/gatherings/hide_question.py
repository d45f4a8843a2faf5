"""Take a question off the recap of a session, or let it stand there again; before the recap is published, and after.

Each time with who decided it, when and why; the page says nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.errors import Conflict, InvalidInput, NotFound, TryAgain
from heraut.gatherings.collect_questions import forgotten_at
from heraut.gatherings.questions import HIDE
from heraut.problems import problem

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.contests import Note
    from heraut.gatherings.questions import Question, Questions
    from heraut.gatherings.running import Gathering
    from heraut.gatherings.store import Gatherings

LONGEST_REASON = 500  # characters
MOST_NOTES = 20  # of one question: all of a session is one item
TRIES = 10  # the tick may take a step a moment while a session runs


def hide_question(
    gathering: Gathering, question: str, note: Note, gatherings: Gatherings
) -> tuple[Questions, Question]:
    """Keep a decision about a question (its id, or the network's); gives what was asked as it then is, and which one.

    InvalidInput: no reason was given, or a very long one. NotFound: nobody asked that. TryAgain: others change the
    session faster than this can.
    """
    if note.what == HIDE and not note.because:
        raise InvalidInput([problem("event_hiding_reason_missing")])
    if len(note.because) > LONGEST_REASON:
        raise InvalidInput([problem("value_too_long", length=len(note.because), limit=LONGEST_REASON)])
    for _ in range(TRIES):
        before = gatherings.questions(gathering.brand, gathering.name)
        found = _called(before, question)
        if found is None:
            raise NotFound(f"{gathering.brand}/{gathering.name} {question}")
        notes = (*before.decisions.get(found.id, ()), note)[-MOST_NOTES:]
        after = before.next(decisions={**before.decisions, found.id: notes})
        try:
            gatherings.save_questions(after, forgotten_at(gathering))
        except Conflict:
            continue  # the lists are read at this moment
        page_follows(gathering, gatherings, note.at)
        return after, found
    raise TryAgain(f"the questions of {gathering.brand}/{gathering.name} changed {TRIES} times")


def _called(questions: Questions, called: str) -> Question | None:
    """Find a question by its id, or by the network's; None: there is none."""
    wanted = called.strip()
    return next((one for one in questions.kept if wanted.casefold() == one.id or wanted == one.remote), None)


def page_follows(gathering: Gathering, gatherings: Gatherings, now: datetime) -> None:
    """Let the next tick write the page anew; one that writes it at this very moment begins that step again.

    TryAgain: others change the event faster than this can.
    """
    for _ in range(TRIES):
        there = gatherings.gathering(gathering.brand, gathering.name) or gathering
        follows = there.recapped and not there.cleared
        after = there.next(rewrite=True, due_at=now) if follows else there.next()
        try:
            gatherings.change(there, after)
        except Conflict:
            continue
        return
    raise TryAgain(f"{gathering.brand}/{gathering.name} changed {TRIES} times")
