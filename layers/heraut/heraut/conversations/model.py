"""What is said to a brand, and the alerts that it opens (pure values and rules)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from heraut.brands import NetworkName
from heraut.due import require_aware

Instant = Annotated[datetime, AfterValidator(require_aware)]
MOST_WAITING = 1_000  # ids that an alert keeps by name; beyond, it only counts them


class Kind(StrEnum):
    """How somebody spoke to the brand."""

    COMMENT = "comment"  # under a post of the account, where its network tells comments from posts
    REPLY = "reply"  # to something the account wrote, or further down its thread
    MENTION = "mention"
    QUOTE = "quote"
    MESSAGE = "message"  # to the account alone
    REVIEW = "review"  # of the brand, with stars


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)


class Author(_Stored):
    """Who spoke: `id` is the network's own, `handle` what people write after @; `followers` where the network tells.

    `handle` is "" where people have none (Facebook).
    """

    id: str
    handle: str = ""
    name: str
    followers: int | None = None


class Interaction(_Stored):
    """One thing that was said to an account of a brand, as its network tells it.

    `id` is the network's own; `answers` is what it replies to, `thread` the post at whose foot it stands (itself where
    it begins one). `at` is when the network says it came. `reference` is what else the network's adapter needs to
    answer it, opaque to all others.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    brand: str
    account: str
    network: NetworkName
    id: str
    kind: Kind
    author: Author
    text: str
    language: str | None = None
    answers: str | None = None
    thread: str
    at: Instant
    url: str | None = None
    reference: dict[str, str] = Field(default_factory=dict)


class Answered(_Stored):
    """The account itself replied, wherever it was written: `id` of the reply, `to` what was answered."""

    id: str
    to: str
    at: Instant


class Reply(_Stored):
    """An answer that a person gave here and that is not online yet: who, when, and the post that carries it."""

    by: str
    at: Instant
    post: str


class GivenAnswer(BaseModel):
    """An answer as it stands: what publishing tells of it. `anew`: it came to nothing, and another may be given.

    `state` is the delivery's (`held` where something holds it), `by` a person's id or name.
    """

    model_config = ConfigDict(frozen=True)

    post: str
    by: str
    at: Instant
    text: str
    state: str
    anew: bool = False
    url: str | None = None


class Edited(_Stored):
    """Somebody changed what they had said: `id` of the interaction, the `text` as it is now."""

    id: str
    text: str
    at: Instant


class Erased(_Stored):
    """What was said is gone from its network, whoever took it away: `id` of the interaction."""

    id: str
    at: Instant


class Alert(_Stored):
    """What asks for a person on one thread of an account: opened by the first interaction, joined by the others.

    `waiting` are the interactions that nobody has answered yet, `count` all that joined. `deadline` is when an answer
    is owed, `due_at` when the machine looks next (None: nothing more to say). `told` is how far telling went.
    `replies` are the answers on their way, by interaction, `writing` who began to write one, and when.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    brand: str
    id: str
    account: str
    network: NetworkName
    thread: str
    opened_at: Instant
    deadline: Instant
    due_at: Instant | None
    waiting: tuple[str, ...]
    count: int = 1
    told: int = 0
    taken_by: str | None = None
    closed_at: Instant | None = None
    closed_by: str | None = None  # a person's id; None: every interaction was answered
    replies: dict[str, Reply] = Field(default_factory=dict)
    writing: dict[str, Instant] = Field(default_factory=dict)
    revision: int = 1
