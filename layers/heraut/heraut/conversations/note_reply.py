"""Take off its alert what was answered from here, when the answer is online: publishing says so by an event.

Idempotent: an interaction is answered once, however often the event comes, and whoever noticed it first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from heraut.conversations.model import Answered
from heraut.conversations.receive_interaction import note_answer
from heraut.errors import TryAgain
from heraut.events import EventName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.brands import Brands
    from heraut.conversations.store import Conversations
    from heraut.events import Event


@dataclass(frozen=True)
class Noting:
    """What noting answers needs of the world."""

    brands: Brands
    conversations: Conversations


@dataclass
class Noted:
    """How many interactions have their answer now, and the events (ids) to be brought again."""

    answered: int = 0
    again: set[str] = field(default_factory=set)


def note_reply(events: Sequence[Event], world: Noting) -> Noted:
    """Note each answer that was published; what cannot be written now is in `again`, and holds back no other."""
    noted = Noted()
    for event in events:
        to = event.fields.get("answers")
        if event.name is not EventName.PUBLISHED or event.account is None or not isinstance(to, str):
            continue
        try:
            brand = world.brands.brand(event.brand)
            answer = Answered(id=event.post, to=to, at=event.at)
            if brand is not None:
                noted.answered += note_answer(answer, brand, event.account, world.conversations, event.at)
        except TryAgain:
            noted.again.add(event.id)
    return noted
