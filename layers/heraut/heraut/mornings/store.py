"""What the morning point needs of the other features: lists for one person, read when first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand, Person
    from heraut.notifications.base import Listing


class Posts(Protocol):
    """The posts of one brand, as they are this morning; each list is empty for whom it does not concern."""

    def leaving(self, person: Person) -> Listing:
        """Give what leaves."""

    def risks(self, person: Person) -> Listing:
        """Give what would not leave, or not as planned, and why."""

    def decisions(self, person: Person) -> Listing:
        """Give what waits for the person's decision."""


class Talk(Protocol):
    """The conversations of one brand, as they are this morning; each list is empty for whom it does not concern."""

    def waiting(self, person: Person) -> Listing:
        """Give who waits for an answer, oldest first."""

    def webhooks(self, person: Person) -> Listing:
        """Give the webhooks that fell silent, or lost something."""

    def answers(self, person: Person) -> Listing:
        """Give how many answers were given, and how long they took."""


class ReadsPosts(Protocol):
    """Where posts are read."""

    def of(self, brand: Brand, now: datetime, until: datetime) -> Posts:
        """Read a brand's posts: what leaves from `now` on and before `until`."""


class ReadsTalk(Protocol):
    """Where conversations are read."""

    def of(self, brand: Brand, now: datetime, since: datetime, until: datetime) -> Talk:
        """Read a brand's conversations: answers count from `since` and before `until`."""
