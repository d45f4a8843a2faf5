"""Links in messages: one button, one person, one decision, once.

A token is opaque (128 random bits), stored hashed, bound to person, brand, item and
version, and expires. GET shows, the page's POST acts. What is decided is guarded by the
item's own conditional change; marking the link used tells a later visitor who decided what and when.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from heraut.due import require_aware

if TYPE_CHECKING:
    from collections.abc import Collection

LIFETIME = timedelta(days=7)
MAIL_TOKEN = r"[a-z2-7]{23}(?:[a-z2-7]{3})?"  # noqa: S105 -- what one looks like; longer ones are of earlier releases
BOOKMARK = timedelta(days=365)  # of a link that a person keeps

_Instant = Annotated[datetime, AfterValidator(require_aware)]


class Action(StrEnum):
    """What a link's button does."""

    IS_ONLINE = "is_online"  # asking: it is online; by_hand: c'est publié
    SEND_AGAIN = "send_again"  # asking: it is not, send it
    PUBLISH_NOW = "publish_now"  # expired, failed
    NEXT_SLOT = "next_slot"  # expired, failed
    DROP = "drop"  # expired, failed, asking of by_hand
    APPROVE = "approve"  # to_approve
    CONFIRM_PERSON = "confirm_person"  # heraut people check
    TAKE_ALERT = "take_alert"  # an alert: I answer for it
    REPLY = "reply"  # an alert: the page from which it is answered
    HAND_OVER_ALERT = "hand_over_alert"  # an alert: somebody else answers for it
    HIDE = "hide"  # an alert: what was said there is hidden on its network, or shown again
    ANSWER_BY_MAIL = "answer_by_mail"  # an alert: what is written to the address is an answer
    CLOSE_ALERT = "close_alert"  # an alert: nothing is left to do
    PAUSE = "pause"  # the red button: kept as a bookmark, so it may be pressed again and again


OF_ALERTS = frozenset(
    {
        Action.REPLY,
        Action.ANSWER_BY_MAIL,
        Action.TAKE_ALERT,
        Action.HAND_OVER_ALERT,
        Action.HIDE,
        Action.CLOSE_ALERT,
    }
)


class Link(BaseModel):
    """What a token opens, for a person (a channel's name, where anybody there may press it).

    `post`, `account` and `version` are of an action on a post, `alert` of one on an alert, `interaction` is
    the one that is answered there (None: one of several, "": one that was forgotten), `said` names its words as they
    were.
    """

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)

    schema_: Literal[1] = Field(default=1, alias="schema")
    hash: str
    brand: str
    person: str
    action: Action
    post: str | None = None
    account: str | None = None
    version: int | None = None
    attempt: str | None = None
    alert: str | None = None
    via: str | None = None  # the channel in which this person said who they are
    interaction: str | None = None
    said: str | None = None
    created_at: _Instant
    expires_at: _Instant
    used_at: _Instant | None = None


class Links(Protocol):
    """Where links are kept (in the Brands table)."""

    def save(self, link: Link) -> None:
        """Keep a new link."""

    def link(self, brand: str, token_hash: str) -> Link | None:
        """Read a link by the hash of its token, consistently; None when there is none (or it was forgotten)."""

    def save_only(self, link: Link) -> None:
        """Keep a new link, and forget the one that this person had for the same action."""

    def forget_interactions(self, brand: str, interactions: Collection[str]) -> None:
        """Take out of a brand's links which of these an e-mail would answer, and the digest of its words.

        They lead nowhere then: `interaction` is "". It reads all links of the brand.
        """

    def mark_used(self, link: Link, at: datetime) -> bool:
        """Mark it used; False when it already was."""


def new_token() -> str:
    """Draw a token of 128 random bits, safe in an address."""
    return secrets.token_urlsafe(16)


def new_mail_token() -> str:
    """Draw a token of 112 random bits for an e-mail address, whose capitals get lost on the way.

    Its 23 letters leave room for the longest name of a brand in the 64 before the @ (RFC 5321, 4.5.3.1.1).
    """
    return base64.b32encode(secrets.token_bytes(14)).decode().rstrip("=").lower()


def mail_address(domain: str, brand: str, token: str) -> str | None:
    """Give the e-mail address behind a token, `<brand>.<token>@<domain>`; None where nothing is received."""
    return f"{brand}.{token}@{domain}" if domain else None


def hash_of(token: str) -> str:
    """Hash a token the way it is stored (SHA-256, hex)."""
    return hashlib.sha256(token.encode()).hexdigest()


def address(base: str, brand: str, token: str) -> str:
    """Give the address of a link: `<base>/<brand>/<token>`."""
    return f"{base.rstrip('/')}/{brand}/{token}"


def alert_address(base: str, brand: str, token: str) -> str:
    """Give the address of a link about an alert: `<base>/<brand>/alert/<token>`."""
    return address(base, f"{brand}/alert", token)


def media_address(link: str, number: int) -> str:
    """Give the address of the picture or film of a link's post, the first being 1: it lives as long as the link."""
    return f"{link}/media/{number}"
