"""The webhook of an account: where its network sends events, what came lately, and what was lost (pure)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from heraut.conversations.model import Instant

if TYPE_CHECKING:
    from heraut.networks.base import Opened

KNOWN_FOR = timedelta(hours=48)  # Meta sends again for 36
NOTED = timedelta(minutes=1)  # how finely we remember when the last one came
LOOKED_BACK = 14  # days of silences that say what is usual
FEWEST_DAYS = 3  # before anything is called unusual
SHORTEST_SILENCE = timedelta(hours=1)  # that is worth a word, however much usually comes
TIMES_LONGER = 2  # than the longest silence of those days
LATE = timedelta(minutes=15)  # what the webhook had not brought by then, it lost


class Webhook(BaseModel):
    """The webhook of one account. Its secrets stand elsewhere; of its address only the hash of the random part is here.

    `lease_until` is when the network stops sending unless asked again. `silences` are, for each of the last days on
    which something came, the longest time in seconds that had passed without; `lost` how many things polling found that
    the webhook should have brought. `told` is the day on which people last heard of each trouble. `tested` is the last
    test event that went the whole way.
    """

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)

    schema_: Literal[1] = Field(default=1, alias="schema")
    brand: str
    account: str
    scheme: str
    path_hash: str
    made_at: Instant
    lease_until: Instant | None = None
    heard_at: Instant | None = None
    looked_at: Instant | None = None
    silences: dict[date, int] = Field(default_factory=dict)
    lost: dict[date, int] = Field(default_factory=dict)
    told: dict[str, str] = Field(default_factory=dict)
    tested: str | None = None
    revision: int = 1


@dataclass(frozen=True)
class StoredEvent:
    """An event whose signature held, as it waits to be read."""

    brand: str
    account: str
    scheme: str
    digest: str
    at: datetime
    body: bytes = field(repr=False)
    kind: str | None = None


def secret_name(account: str) -> str:
    """Give the name under which a webhook's secret is kept, beside its account's."""
    return f"{account}/webhook"


def digest_of(opened: Opened) -> str:
    """Name an event: the same one has the same name however often it is sent."""
    return hashlib.sha256(opened.id.encode() if opened.id is not None else opened.body).hexdigest()[:32]


def heard(webhook: Webhook, now: datetime) -> Webhook | None:
    """Note that something came, and how long nothing had; None when that was noted a moment ago."""
    silence = now - (webhook.heard_at or webhook.made_at)
    if webhook.heard_at is not None and silence < NOTED:
        return None
    today, seconds = now.date(), max(0, int(silence.total_seconds()))
    kept = _recent(webhook.silences, today)
    return _next(webhook, heard_at=now, silences={**kept, today: max(seconds, kept.get(today, 0))})


def found_by_polling(webhook: Webhook, many: int, now: datetime) -> Webhook:
    """Count what the webhook lost."""
    today, kept = now.date(), _recent(webhook.lost, now.date())
    return _next(webhook, lost={**kept, today: kept.get(today, 0) + many})


def is_lost(webhook: Webhook, came_at: datetime, now: datetime) -> bool:
    """Whether something that polling is the first to bring should have come by the webhook long ago."""
    return came_at > webhook.made_at and now - came_at > LATE


def silent_since(webhook: Webhook, now: datetime) -> datetime | None:
    """Say since when nothing came, when that is longer than usual; None when it is not, or nobody can know yet."""
    usual = _recent(webhook.silences, now.date())
    if webhook.heard_at is None or len(usual) < FEWEST_DAYS:
        return None
    most = max(SHORTEST_SILENCE, TIMES_LONGER * timedelta(seconds=max(usual.values())))
    return webhook.heard_at if now - webhook.heard_at > most else None


def lost_lately(webhook: Webhook, now: datetime) -> int:
    """Count what was lost today and yesterday."""
    return lost_since(webhook, now.date() - timedelta(days=1))


def lost_since(webhook: Webhook, first: date) -> int:
    """Count what was lost from a day on."""
    return sum(many for day, many in webhook.lost.items() if day >= first)


def is_told(webhook: Webhook, trouble: str, now: datetime) -> bool:
    """Whether people heard of it today already."""
    return webhook.told.get(trouble) == now.date().isoformat()


def told_of(webhook: Webhook, trouble: str, now: datetime) -> Webhook:
    """Note that people heard of it today."""
    return _next(webhook, told={**webhook.told, trouble: now.date().isoformat()})


def passed_test(webhook: Webhook, name: str) -> Webhook:
    """Note which test event went the whole way."""
    return _next(webhook, tested=name)


def leased(webhook: Webhook, until: datetime | None) -> Webhook:
    """Note until when the network sends."""
    return _next(webhook, lease_until=until)


def looked(webhook: Webhook, now: datetime) -> Webhook:
    """Note that the account was listened to because something came."""
    return _next(webhook, looked_at=now)


def _recent(days: dict[date, int], today: date) -> dict[date, int]:
    return {day: many for day, many in days.items() if day > today - timedelta(days=LOOKED_BACK)}


def _next(webhook: Webhook, **changes: object) -> Webhook:
    return webhook.model_copy(update={"revision": webhook.revision + 1, **changes})
