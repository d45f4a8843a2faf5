"""How an alert opens, grows, is told and ends: pure functions of an alert and an instant. None of them writes."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

from heraut.conversations import hours
from heraut.conversations.model import MOST_WAITING, Alert, Interaction, Reply

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand

ANSWER_WITHIN = timedelta(hours=4)  # of working time
REMIND_BEFORE = timedelta(hours=1)  # of the deadline
WRITES_FOR = timedelta(minutes=10)  # after a person was last seen writing


class Told(IntEnum):
    """How far telling went."""

    NOTHING = 0
    OPENED = 1
    REMINDED = 2
    OVERDUE = 3  # the next people heard: nothing more is said


def opened(interaction: Interaction, brand: Brand, now: datetime) -> Alert:
    """Open an alert; people hear of it at once, or when they are back at work."""
    return Alert(
        brand=interaction.brand,
        id=f"{now:%Y%m%d%H%M%S}-{hashlib.sha256(f'{interaction.account} {interaction.id}'.encode()).hexdigest()[:12]}",
        account=interaction.account,
        network=interaction.network,
        thread=interaction.thread,
        opened_at=now,
        deadline=hours.after(now, ANSWER_WITHIN, brand.working_hours, brand.zone),
        due_at=hours.next_open(now, brand.working_hours, brand.zone),
        waiting=(interaction.id,),
    )


def joined(alert: Alert, interaction: Interaction) -> Alert:
    """Let one more join; what was told is not told again."""
    waiting = (*alert.waiting, interaction.id)[:MOST_WAITING]
    return _next(alert, waiting=waiting, count=alert.count + 1)


def told(alert: Alert) -> Alert:
    """Go one step on: people heard what the step before says."""
    step = Told(alert.told + 1)
    due_at = {Told.OPENED: alert.deadline - REMIND_BEFORE, Told.REMINDED: alert.deadline}.get(step)
    return _next(alert, told=step, due_at=due_at)


def taken(alert: Alert, person: str) -> Alert:
    """Somebody answers for it: they alone are reminded."""
    return _next(alert, taken_by=person)


def answered(alert: Alert, interaction: str, now: datetime) -> Alert:
    """One interaction was answered; the last one closes the alert."""
    waiting = tuple(one for one in alert.waiting if one != interaction)
    over = {} if waiting else {"closed_at": now, "due_at": None}
    replies = {one: reply for one, reply in alert.replies.items() if one != interaction}
    return _next(alert, waiting=waiting, replies=replies, **over)


def replied(alert: Alert, interaction: str, reply: Reply) -> Alert:
    """An answer is on its way; until it is online, the interaction waits."""
    writing = {person: at for person, at in alert.writing.items() if person != reply.by}
    return _next(alert, replies={**alert.replies, interaction: reply}, writing=writing)


def written_to(alert: Alert, person: str, now: datetime) -> Alert:
    """Somebody began to write; who stopped long ago is forgotten."""
    recent = {one: at for one, at in alert.writing.items() if now - at < WRITES_FOR}
    return _next(alert, writing={**recent, person: now})


def writers(alert: Alert, now: datetime, but: str) -> dict[str, datetime]:
    """Give who else is writing an answer, and since when."""
    return {one: at for one, at in alert.writing.items() if one != but and now - at < WRITES_FOR}


def closed(alert: Alert, person: str, now: datetime) -> Alert:
    """A person says that nothing is left to do."""
    return _next(alert, closed_at=now, closed_by=person, due_at=None)


def _next(alert: Alert, **changes: object) -> Alert:
    return alert.model_copy(update={"revision": alert.revision + 1, **changes})
