"""The one way in for what networks tell, whether we asked or they sent it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.conversations.receive_interaction import Removes
    from heraut.conversations.store import Conversations, QuotingPosts
    from heraut.networks.base import Brought, Heard

NEWS = frozenset({"opened", "joined", "muted", "noted"})


@dataclass(frozen=True)
class Taken:
    """What of it was new: when each such thing was said, and how many were answered, changed or forgotten."""

    news: Sequence[datetime]
    answered: int = 0
    changed: int = 0


def take_in(
    told: Heard | Brought,
    brand: Brand,
    account: str,
    kept: Conversations,
    quotes: QuotingPosts,
    now: datetime,
    removes: Removes | None = None,
) -> Taken:
    """Take in what was said, what was answered, and what became of what was said earlier; all of it may come again.

    `quotes` holds posts whose quoted author agrees no more; `removes` hides and deletes what rules want away, None
    where the network lets nobody.
    """
    if not (told.interactions or told.answers or told.edits or told.erased):
        return Taken(())
    # It brings rules and labels, and most looks at an account find nothing.
    from heraut.conversations.receive_interaction import note_answer, note_edit, note_erasure, receive_interaction

    received = [receive_interaction(one, brand, kept, quotes, now, removes) for one in told.interactions]
    answered = [note_answer(one, brand, account, kept, now) for one in told.answers]
    edited = [note_edit(one, brand, account, kept, quotes, now, removes) for one in told.edits]
    erased = [note_erasure(one, brand, account, kept, now) for one in told.erased]
    news = [one.at for one, word in zip(told.interactions, received, strict=True) if word in NEWS]
    return Taken(news, sum(answered), sum(edited) + sum(erased))
