"""Messages as they were sent: one record for each message, person and way, with its tries; and how a way fares.

A record holds the message without its links' tokens (`sealing`), so that it can be sent again, by this way or another.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from heraut.brands import WayName
from heraut.due import require_aware

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Instant = Annotated[datetime, AfterValidator(require_aware)]
# After a try, how long until the next one: about a day and a half in all (Standard Webhooks asks for days, not hours).
LATER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 300, 600, 600, 600))
PAUSED_AFTER = timedelta(days=1)  # without one good answer
FEWEST_FAILURES = 5  # before that


class SendingState(StrEnum):
    """How far a sending came."""

    SENT = "sent"  # the way took it
    WAITING = "waiting"  # it did not, and is tried again
    FAILED = "failed"  # it never did
    PAUSED = "paused"  # the way is paused: it is kept
    BOUNCED = "bounced"  # the mail came back
    REFUSED = "refused"  # the telephone's operator did not deliver it
    COMPLAINED = "complained"  # somebody told their mail program that it is unwanted


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)


class Try(_Stored):
    """One try: when, and what stood in its way (a problem's code, or an error's name; "" when it was taken)."""

    at: Instant
    problem: str = ""


class Sending(_Stored):
    """One message to one person (or channel) by one way. `due_at`: when it is tried again; `message` is sealed.

    `receipt` is the name by which the way's own service speaks of the last try later, where it does.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    brand: str
    id: str
    person: str
    way: WayName
    at: Instant
    state: SendingState
    tries: tuple[Try, ...] = ()
    due_at: Instant | None = None
    message: dict[str, Any]
    receipt: str = ""
    revision: int = 1

    def tried(self, now: datetime, problem: str = "", receipt: str = "") -> Sending:
        """Give it after one more try; one that failed is tried again later, until there was enough of it."""
        tries = (*self.tries, Try(at=now, problem=problem))
        if not problem:
            return self._next(tries=tries, state=SendingState.SENT, due_at=None, receipt=receipt)
        failed = sum(1 for one in tries if one.problem)
        if failed > len(LATER):
            return self._next(tries=tries, state=SendingState.FAILED, due_at=None)
        return self._next(tries=tries, state=SendingState.WAITING, due_at=now + LATER[failed - 1])

    def ended(self, state: SendingState, now: datetime, problem: str = "") -> Sending:
        """Give it as it is when nothing more is tried by itself."""
        tries = (*self.tries, Try(at=now, problem=problem)) if problem else self.tries
        return self._next(tries=tries, state=state, due_at=None)

    def again(self, at: datetime) -> Sending:
        """Give it to be tried at an instant, as if it had never been tried."""
        return self._next(state=SendingState.WAITING, due_at=at)

    def _next(self, **changes: Any) -> Sending:
        return self.model_copy(update={"revision": self.revision + 1, **changes})


class Health(_Stored):
    """How a person's way fares: failures since the last good answer, and whether it is paused."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    brand: str
    person: str
    way: WayName
    failures: int = 0
    failing_since: Instant | None = None
    paused_at: Instant | None = None

    def failed(self, now: datetime) -> Health:
        """Count a failure; a way that answered nothing good for a day, and often enough, is paused."""
        since, failures = self.failing_since or now, self.failures + 1
        long = now - since >= PAUSED_AFTER and failures >= FEWEST_FAILURES
        paused = self.paused_at or (now if long else None)
        return self.model_copy(update={"failures": failures, "failing_since": since, "paused_at": paused})

    def good(self) -> Health:
        """Forget what failed."""
        return self.model_copy(update={"failures": 0, "failing_since": None, "paused_at": None})


class Sendings(Protocol):
    """Where sendings are kept, for a week; every read but `due` is consistent. A receipt is kept with its sending."""

    def save_sending(self, sending: Sending) -> None:
        """Keep a sending, whatever was there."""

    def change_sending(self, before: Sending, after: Sending) -> None:
        """Replace a sending. Conflict when it is no longer `before`."""

    def sending(self, brand: str, sending: str) -> Sending | None:
        """Read a sending."""

    def sending_of(self, brand: str, receipt: str) -> str | None:
        """Give the id of the sending that a receipt was given for; None when it is none of this brand's."""

    def sendings(self, brand: str, since: datetime) -> Iterator[Sending]:
        """Give what was sent since, oldest first."""

    def forget_sendings(self, brand: str, sendings: Sequence[str]) -> None:
        """Erase sendings, by id; what is gone already is gone."""

    def due_sendings(self, until: datetime) -> Iterator[tuple[str, str]]:
        """Give brand and id of what is to be tried again, soonest first (an index: it may lag)."""

    def health(self, brand: str, person: str, way: WayName) -> Health:
        """Say how a way fares; of one that nobody knows, that nothing failed."""

    def save_health(self, health: Health) -> None:
        """Keep how a way fares."""
