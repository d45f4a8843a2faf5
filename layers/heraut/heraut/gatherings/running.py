"""An event as it runs (values; `run_gatherings.py` moves it on).

Every change raises `revision`, and is made only to the revision that was read: of two who run an event one goes on.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from heraut.brands import GatheringTerms
from heraut.contests import News
from heraut.due import require_aware

Instant = Annotated[datetime, AfterValidator(require_aware)]


class Stored(BaseModel):
    """Frozen; unknown fields are kept, so that release N keeps what N+1 wrote."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)


class Stage(StrEnum):
    """How far an event has come."""

    PLANNED = "planned"
    BEGUN = "begun"
    OVER = "over"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What became of one post of the sequence."""

    QUEUED = "queued"  # it leaves at its instant, like any post
    SKIPPED = "skipped"  # its instant had passed when somebody could have queued it
    WITHDRAWN = "withdrawn"  # it had not left when the event began, and never will


class Step(Stored):
    """One post of the sequence: its name among posts ("" : none was queued), when it was to leave.

    `left_out` are accounts whose network takes nothing but answers.
    """

    outcome: Outcome
    at: Instant
    post: str = ""
    left_out: tuple[str, ...] = ()


class Gathering(Stored):
    """How far an event has come. `plain` are the terms that it goes by, as JSON; `due_at` the next look.

    `uid` names it in calendars for ever; `sequence` grows each time that what they show changes, `changed_at` says
    when it last did; `edition` grows with each change of the terms. `shown` is the sequence that is published (-1:
    none). `steps`, by name, are the posts that were dealt with. Of a session of questions: `read_at` is when they were
    read last, `recapped` whether the recap is published, `rewrite` whether something was taken off it since, `cleared`
    whether its questions were forgotten; `said` is what people were told that is told once.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    brand: str
    name: str
    revision: int = 1
    stage: Stage = Stage.PLANNED
    due_at: Instant | None = None
    uid: str
    plain: dict[str, Any]
    edition: int = 0
    sequence: int = 0
    known_at: Instant
    changed_at: Instant
    shown: int = -1
    steps: dict[str, Step] = Field(default_factory=dict)
    read_at: Instant | None = None
    recapped: bool = False
    rewrite: bool = False
    cleared: bool = False
    said: frozenset[str] = frozenset()
    news: tuple[News, ...] = ()
    quiet_until: Instant | None = None  # nobody could be told; tried again then

    @property
    def terms(self) -> GatheringTerms:
        """The terms that it goes by."""
        return GatheringTerms.model_validate(self.plain)

    @property
    def folder(self) -> str:
        """Where everything public of it is, in the public bucket."""
        return f"events/{self.brand}/{self.name}/"

    def post(self, step: str) -> str:
        """Give the name of a step's post: the same whoever queues it; another one once the event has changed."""
        again = f"-{self.edition}" if self.edition else ""
        return f"event-{self.name}-{step}{again}"

    def next(self, **changes: Any) -> Gathering:
        """Give it as it is after a change."""
        return self.model_copy(update={**changes, "revision": self.revision + 1})

    def telling(self, code: str, at: datetime, **fields: Any) -> tuple[News, ...]:
        """Give the news with one thing more."""
        return (*self.news, News(code=code, at=at, fields=fields))


def plain_of(terms: GatheringTerms) -> dict[str, Any]:
    """Give terms as they are kept: without what is as usual, so that a later release finds nothing changed."""
    return terms.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
