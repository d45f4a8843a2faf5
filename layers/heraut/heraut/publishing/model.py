"""Posts and deliveries: what is said, when, to which accounts, and how far each has come.

A `Post` is immutable by version; a `Delivery` is one post to one account with its own
state. Two instants, never one: `publish_at` is the promise and only a person moves it;
`due_at` is when the machine looks next.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from heraut.brands import NetworkName
from heraut.due import require_aware, shard_of
from heraut.problems import Problem

SHARDS = 4
KIND = "delivery"
CONSENT = "consent:"  # begins the mark of a delivery that quotes somebody who no longer agrees
MOST_ATTEMPTS = 5
LEASE = timedelta(seconds=60)

Instant = Annotated[datetime, AfterValidator(require_aware)]


class State(StrEnum):
    """How far a delivery has come; a hold is not a state but a mark on a scheduled one."""

    DRAFT = "draft"
    TO_APPROVE = "to_approve"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    UNCONFIRMED = "unconfirmed"
    ASKING = "asking"
    PUBLISHED = "published"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


WAITING = frozenset({State.DRAFT, State.TO_APPROVE, State.SCHEDULED})  # may still be edited or cancelled
OVER = frozenset({State.PUBLISHED, State.CANCELLED})


class Precedence(StrEnum):
    """Who goes first where a network takes only so many: an hour given by a person, a slot, a post used again."""

    EXACT = "exact"
    SLOT = "slot"
    RECYCLED = "recycled"


class Visibility(StrEnum):
    """Who may see it, where the network knows the difference."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"


class _Stored(BaseModel):
    """Frozen; unknown fields are kept, so that release N keeps what N+1 wrote."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)


class Media(_Stored):
    """A picture or film in the media bucket, named by what it holds (`media/<brand>/<sha256>.<ext>`)."""

    key: str
    content_type: str
    size: int  # bytes
    sha256: str
    alt: str
    name: str  # what the person called it
    width: int | None = None  # pixels
    height: int | None = None


class Part(_Stored):
    """One message of a thread (a post that is no thread has one part)."""

    text: str
    media: tuple[Media, ...] = ()


class Poll(_Stored):
    """A poll: 2 to 4 options as a rule, open for `minutes`."""

    options: tuple[str, ...]
    minutes: int = 24 * 60
    multiple: bool = False


class InReplyTo(_Stored):
    """What somebody said, which this answers: `interaction` is the network's own id of it.

    `reference` is what else the network wants to know of it, opaque to all but its adapter; `author` and `text` are
    shown to whoever approves.
    """

    interaction: str
    reference: dict[str, str] = Field(default_factory=dict)
    author: str = ""
    text: str = ""


class Content(_Stored):
    """What is said on one network."""

    parts: tuple[Part, ...]
    link: str | None = None
    first_comment: str | None = None
    format: str | None = None  # "post" unless said; "story", "reel"... where a network knows them
    visibility: Visibility = Visibility.PUBLIC
    content_warning: str | None = None
    language: str = "fr"  # BCP 47
    poll: Poll | None = None
    in_reply_to: InReplyTo | None = None

    @property
    def messages(self) -> int:
        """How many messages it makes on a network: the parts of a thread, and the first comment below them."""
        return len(self.parts) + bool(self.first_comment)

    @property
    def media(self) -> tuple[Media, ...]:
        """Every picture and film, in order."""
        return tuple(item for part in self.parts for item in part.media)


class Source(_Stored):
    """Where a post came from: a row of a calendar, a person at the command line or who answers, a contest, an event."""

    kind: Literal["calendar", "command", "answer", "contest", "event"]
    file: str | None = None
    row: int | None = None
    identity: str | None = None  # the row's own id
    when: str | None = None  # the row's own local time and zone: a person may have moved the post since
    fingerprint: str = ""  # of everything the row says: equal means unchanged
    imported_at: Instant | None = None  # when the import began that wrote this version


class Post(_Stored):
    """What is said, when, to which accounts; immutable by version.

    `local` and `zone` are what the person gave, `publish_at` the UTC instant derived with
    the pinned zone data named by `tzdata`. `texts` overrides the text for a network or an account.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    brand: str
    id: str
    version: int = Field(default=1, ge=1)
    content: Content
    texts: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # network or account -> text of each part
    accounts: tuple[str, ...]
    publish_at: Instant
    local: str  # 2026-11-23T09:30, as the person gave it
    zone: str
    tzdata: str = ""
    campaign: str | None = None
    labels: tuple[str, ...] = ()
    source: Source
    created_at: Instant

    def content_for(self, account: str, network: str) -> Content:
        """Give what this account says: its own text, else its network's, else the common one."""
        texts = self.texts.get(account) or self.texts.get(network)
        if texts is None:
            return self.content
        media = [part.media for part in self.content.parts]
        media += [()] * (len(texts) - len(media))
        parts = [Part(text=text, media=held) for text, held in zip(texts, media, strict=False)]
        spare = tuple(item for held in media[len(texts) :] for item in held)
        if spare:
            parts[-1] = Part(text=parts[-1].text, media=parts[-1].media + spare)
        return self.content.model_copy(update={"parts": tuple(parts)})


class Attempt(_Stored):
    """One passing of the gate: written before the call, so that a dead worker leaves a trace."""

    id: str
    number: int
    started_at: Instant
    looks: int = 0  # read-backs that found nothing
    blind_looks: int = 0  # read-backs that could not read
    look_at: Instant | None = None  # the next read-back
    problem: Problem | None = None


class Prepared(_Stored):
    """What was uploaded ahead for one version: opaque to all but the adapter, good until `expires_at`."""

    version: int
    remote: dict[str, str] = Field(default_factory=dict)
    expires_at: Instant | None = None


class Delivery(_Stored):
    """One post to one account. `revision` grows at each change; the dispatcher's mark on `due_at` is not one."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    brand: str
    post: str
    account: str
    network: NetworkName
    version: int = 1  # of the post
    revision: int = 1  # of this delivery
    state: State = State.SCHEDULED
    holds: frozenset[str] = frozenset()
    publish_at: Instant
    precedence: Precedence = Precedence.EXACT
    due_at: Instant | None = None  # None: nothing left for the machine to look at
    not_before: Instant | None = None  # a network asked us to wait until then
    attempts: int = 0
    attempt: Attempt | None = None
    lease_until: Instant | None = None
    doubt_since: Instant | None = None  # start of the first attempt of this version whose outcome was unknown
    vouched: bool = False  # a person said since then that it is not online
    remote_ids: tuple[str, ...] = ()  # one for each part accepted so far
    url: str | None = None
    published_at: Instant | None = None
    prepared: Prepared | None = None
    prepare_at: Instant | None = None  # when uploading ahead may begin; None: nothing to upload
    preparing_until: Instant | None = None  # somebody uploads; after that instant somebody else may
    problem: Problem | None = None
    zone: str = "Europe/Paris"
    local: str = ""
    answers: str | None = None  # the network's own id of what this answers; None: it is no answer

    @property
    def id(self) -> str:
        """Its name for a person: post and account."""
        return f"{self.post}@{self.account}"

    @property
    def shard(self) -> str:
        """The shard of the due index it falls into."""
        return shard_of(KIND, self.id, SHARDS)

    @property
    def unagreed(self) -> frozenset[str]:
        """The marks of those whom it quotes and who no longer agree: it must not leave."""
        return frozenset(mark for mark in self.holds if mark.startswith(CONSENT))

    @property
    def may_change(self) -> bool:
        """Whether it may still be edited or cancelled: nothing of it has left."""
        return self.state in WAITING and not self.remote_ids and self.doubt_since is None

    @property
    def earliest(self) -> datetime:
        """The instant before which it must not leave."""
        return max(self.publish_at, self.not_before) if self.not_before else self.publish_at

    @property
    def lateness(self) -> timedelta | None:
        """How long after its promise it went out."""
        return self.published_at - self.publish_at if self.published_at else None
