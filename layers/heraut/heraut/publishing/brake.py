"""The brake: pauses of an account, a brand or everything (pure values and rules).

A pause is one record, so that it works at once whatever waits. Publishers read it after the gate and put its mark on
the delivery they stop; what is not due yet carries no mark and needs none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from heraut.brands import EVERYTHING
from heraut.publishing.model import Instant, State

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.publishing.model import Delivery

PREFIX = "pause:"
SOON = timedelta(seconds=30)  # what is due this soon is offered too: it waits in the queue
UNDER_WAY = frozenset({State.SENDING, State.UNCONFIRMED})


@dataclass(frozen=True)
class Scope:
    """What a pause stops: an account of a brand, a brand (no account), or everything (no brand)."""

    brand: str | None = None
    account: str | None = None

    @property
    def mark(self) -> str:
        """The mark it puts on deliveries: `pause:*`, `pause:<brand>`, `pause:<brand>/<account>`."""
        if self.brand is None:
            return f"{PREFIX}{EVERYTHING}"
        return f"{PREFIX}{self.brand}/{self.account}" if self.account else f"{PREFIX}{self.brand}"

    def holds(self, delivery: Delivery) -> bool:
        """Whether it stops this delivery."""
        return self.brand in {None, delivery.brand} and self.account in {None, delivery.account}


class Pause(BaseModel):
    """A pause that is on; `ending_at` is set while what it holds is let go."""

    # Built when the first one is read: every function loads this module, and few ever see a pause.
    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True, defer_build=True)

    schema_: Literal[1] = Field(default=1, alias="schema")
    brand: str | None = None
    account: str | None = None
    by: str  # the person
    at: Instant
    reason: str = ""
    ending_at: Instant | None = None

    @property
    def scope(self) -> Scope:
        """What it stops."""
        return Scope(self.brand, self.account)


class Ended(Pause):
    """A pause that is over, and who ended it."""

    ended_at: Instant
    ended_by: str


class Fate(StrEnum):
    """What becomes of a held delivery when its pause ends."""

    PLANNED = "planned"  # at its time; what is further behind than its account allows is not sent but asked about
    SHIFTED = "shifted"  # at the account's next free slot
    DROPPED = "dropped"


def is_held_back(delivery: Delivery, pause: Pause, now: datetime) -> bool:
    """Whether its time came (or comes now) while the pause keeps it from leaving."""
    if delivery.state is not State.SCHEDULED or not pause.scope.holds(delivery):
        return False
    return pause.scope.mark in delivery.holds or delivery.publish_at <= now + SOON


def left_meanwhile(delivery: Delivery, pause: Pause) -> bool:
    """Whether its call had begun when the pause came: it went out, or may have."""
    if not pause.scope.holds(delivery):
        return False
    return delivery.state in UNDER_WAY or (delivery.published_at is not None and delivery.published_at >= pause.at)
