"""Domain events: their names, versions and fields, in one place.

An event is written in the same transaction as the change that causes it, is carried
from the table's stream to each consumer at least once, and consumers are idempotent
by its id. Unknown fields are kept and ignored. The events of a post, in order, are
its story (`heraut log`).
"""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from heraut.due import require_aware


class EventName(StrEnum):
    """What can happen to a post or one of its deliveries; `fields` in brackets."""

    POST_QUEUED = "PostQueued"  # [source, version]
    POST_EDITED = "PostEdited"  # [version, by]
    APPROVAL_ASKED = "ApprovalAsked"  # [version]
    APPROVED = "Approved"  # [by]
    DELIVERY_CANCELLED = "DeliveryCancelled"  # [by]
    DELIVERY_HELD = "DeliveryHeld"  # [mark, by]
    CONSENT_WITHDRAWN = "ConsentWithdrawn"  # [mark, by]: held, for it quotes somebody who no longer agrees
    ONLINE_WITHOUT_CONSENT = "OnlineWithoutConsent"  # [mark, by]: the same, of what is online, or may be
    DELIVERY_RELEASED = "DeliveryReleased"  # [mark, by]
    MEDIA_PREPARED = "MediaPrepared"  # [warnings]: what will go out a little differently
    ATTEMPT_POSTPONED = "AttemptPostponed"  # [attempt, until, problem]: nothing was posted, it leaves later by itself
    OUTCOME_UNKNOWN = "OutcomeUnknown"  # [attempt, problem]
    SENT_AGAIN = "SentAgain"  # [attempt]: read back as absent, the network refuses repeats
    # [attempt, url, lateness_ms, how, answers]: how = answered | found | said (a person said so); `answers`, of what
    # answers somebody alone, is the network's own id of the interaction
    PUBLISHED = "PostPublished"
    FAILED = "DeliveryFailed"  # [attempt, problem]
    EXPIRED = "DeliveryExpired"  # [late_by_s]
    ASKING = (
        "DeliveryAsking"  # [attempt, started_at, problem, refused]: problem where it is not that the network did not
    )
    # answer, refused what it said clearly when the doubtful call was made once more
    HANDOVER_AHEAD = "HandoverAhead"  # []: by_hand, ten minutes before
    HANDOVER_DUE = "HandoverDue"  # []: by_hand, at the minute
    HANDOVER_REMINDED = "HandoverReminded"  # [reminders]: silence; from the third on the next person hears too
    DECIDED = "PersonDecided"  # [by, action]


TOLD_TO_PEOPLE = frozenset(
    {
        EventName.APPROVAL_ASKED,
        EventName.CONSENT_WITHDRAWN,
        EventName.ONLINE_WITHOUT_CONSENT,
        EventName.FAILED,
        EventName.EXPIRED,
        EventName.ASKING,
        EventName.HANDOVER_AHEAD,
        EventName.HANDOVER_DUE,
        EventName.HANDOVER_REMINDED,
    },
)


class Event(BaseModel):
    """One thing that happened, to a post (account None) or to one delivery."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)

    schema_: Literal[1] = Field(default=1, alias="schema")
    id: str
    name: EventName
    brand: str
    post: str
    account: str | None = None
    at: Annotated[datetime, AfterValidator(require_aware)]
    fields: dict[str, Any] = Field(default_factory=dict)


def event(name: EventName, brand: str, post: str, account: str | None, at: datetime, **fields: Any) -> Event:
    """Make an event with an id of its own; `fields` are JSON values."""
    return Event(id=uuid.uuid4().hex, name=name, brand=brand, post=post, account=account, at=at, fields=fields)
