"""Keep what is said under posts for the brand's contests, so that they lose nobody whom a network does not list.

It is kept before it is taken in: whoever dies in between hears it again. Contests read it (`contests/take_heard.py`),
know which posts are theirs, and forget the rest.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.conversations.model import Kind, Overheard

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.conversations.model import Interaction
    from heraut.conversations.store import Conversations

KEPT = timedelta(days=7)  # after the draw, where no contest read it: a contest that runs reads it within minutes
COMMENTS = frozenset({Kind.COMMENT, Kind.REPLY})


def overhear(
    said: Interaction,
    brand: Brand,
    kept: Conversations,
    now: datetime,
    *,
    edited_at: datetime | None = None,
    erased_at: datetime | None = None,
) -> None:
    """Keep a comment for every contest that runs on its account, as it is now; `said` is placed under its thread."""
    if not brand.contests or said.kind not in COMMENTS:
        return
    from heraut.brands import contests_of  # models that only contests pay for

    for name, terms in contests_of(brand).items():
        if said.account in terms.accounts and terms.opens <= now <= terms.draws:
            heard = Overheard(contest=name, said=said, heard_at=now, edited_at=edited_at, erased_at=erased_at)
            kept.overhear(heard, terms.draws + KEPT)
