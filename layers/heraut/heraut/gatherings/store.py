"""What events need of the world, as ports: where they are kept, what is published, what publishing does for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from heraut.contests import Online
    from heraut.gatherings.questions import Questions
    from heraut.gatherings.running import Gathering
    from heraut.problems import Language


class Gatherings(Protocol):
    """Events as they run. Every read is consistent; a lost race raises Conflict."""

    def gathering(self, brand: str, name: str) -> Gathering | None:
        """Read an event as it runs, None when it was never planned."""

    def add(self, gathering: Gathering) -> None:
        """Write an event that is not there yet (Conflict when it is)."""

    def change(self, before: Gathering, after: Gathering) -> None:
        """Replace `before` by `after`; Conflict unless the revision is still that of before."""

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        """Give brand and name of the events to look at by now, soonest first (an index: it may lag)."""

    def questions(self, brand: str, name: str) -> Questions:
        """Read what was asked in a session (none yet: of revision 0)."""

    def every_questions(self, brand: str) -> Iterator[Questions]:
        """Read what was asked in each session of a brand, as far as it is kept."""

    def save_questions(self, questions: Questions, until: datetime) -> None:
        """Write it until it is forgotten, in place of that of `revision - 1`; Conflict otherwise."""


class Withdrawn(Protocol):
    """What came of withdrawing a post."""

    @property
    def stopped(self) -> tuple[str, ...]:
        """The accounts where it will not leave."""

    @property
    def out(self) -> tuple[str, ...]:
        """Those where it is out, or may be."""


class Speaks(Protocol):
    """What events ask of publishing."""

    def plan(
        self,
        brand: str,
        post: str,
        accounts: Sequence[str],
        text: str,
        at: datetime,
        now: datetime,
        language: Language | None = None,
    ) -> Sequence[str]:
        """Queue a post that leaves at `at`, held by pause and crisis as any; nothing where it was queued before.

        Gives the accounts that are left out: their network takes nothing but answers.
        """

    def withdraw(self, brand: str, post: str, now: datetime) -> Withdrawn:
        """Cancel what has not left of a post; nothing where there is none."""

    def online(self, brand: str, post: str) -> Sequence[Online]:
        """Say where a post is online by now, and where it can be read."""

    def remote_ids(self, brand: str, row: str | None, post: str | None) -> Mapping[str, str]:
        """Give the network's id of a post (by its own name, or by its calendar row's) on each account where it is."""
