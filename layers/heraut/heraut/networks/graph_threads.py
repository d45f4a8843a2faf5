"""Whom an answer of the account answers: Meta puts everything below a comment on one level, whatever it answers.

Whoever it names; naming nobody there, whoever wrote the comment at the top, or, once we have spoken below it, whoever
spoke last. Of them, all that they said there before: what somebody else asked stays open rather than being forgotten.
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
    """A comment, or what stands below one: who said it, when, and whom it names (as the network calls them)."""

    id: str
    author: str
    at: datetime
    names: frozenset[str] = frozenset()

    @property
    def place(self) -> tuple[datetime, str]:
        """Where it stands in time."""
        return self.at, self.id


def answered(ours: Below, top: Below, below: Sequence[Below], me: str) -> Iterator[Answered]:
    """Say what an answer of ours below `top` answers; `below` is what stands there, in any order."""
    before = sorted((one for one in below if one.place < ours.place), key=lambda one: one.place)
    theirs = [one for one in (top, *before) if one.author != me]
    addressed = ours.names & {one.author for one in theirs}
    if not addressed:
        spoken = any(one.author == me for one in (top, *before))
        addressed = frozenset(one.author for one in (theirs[-1:] if spoken else theirs[:1]))
    for one in theirs:
        if one.author in addressed:
            yield Answered(id=ours.id, to=one.id, at=ours.at)
