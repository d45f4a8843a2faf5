"""Whom an answer of the account answers: Meta puts everything below a comment on one level, whatever it answers.

So an answer answers the comment at the top, and below it whoever it names, else whoever spoke last before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut.conversations.model import Answered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime


@dataclass(frozen=True)
class Below:
    """What stands below a comment: who said it, when, and whom it names (as the network calls them)."""

    id: str
    author: str
    at: datetime
    names: frozenset[str] = frozenset()


def answered(ours: Below, top: str, below: Sequence[Below], me: str) -> Iterator[Answered]:
    """Say what an answer of ours below `top` answers; `below` is what stands there, in any order."""
    yield Answered(id=ours.id, to=top, at=ours.at)
    before = sorted(
        (one for one in below if one.author != me and (one.at, one.id) < (ours.at, ours.id)),
        key=lambda one: (one.at, one.id),
    )
    latest = {one.author: one for one in before}
    named = [latest[name] for name in sorted(ours.names) if name in latest]
    for one in named if ours.names else before[-1:]:
        yield Answered(id=ours.id, to=one.id, at=ours.at)
