"""The events that Meta sends: `{object, entry: [{id, time, changes: [{field, value}]}]}`, up to a thousand together.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started. Whatever a change holds that we do not know,
the others are read; a body that is no event at all is said to be none.
"""

from __future__ import annotations

import json
import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from heraut.errors import Unreadable
from heraut.networks.base import Brought

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heraut.conversations.model import Answered, Edited, Erased, Interaction
    from heraut.networks.base import WebhookEvent

log = logging.getLogger(__name__)

_MILLISECONDS_FROM = 100_000_000_000  # Meta counts seconds in some events and milliseconds in others


@dataclass(frozen=True)
class Change:
    """One change: of which field, what it holds, when Meta sent it."""

    field: str
    value: dict[str, Any]
    at: datetime


@dataclass
class Collected:
    """What was read of an event so far."""

    network: str
    interactions: list[Interaction] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)
    edits: list[Edited] = field(default_factory=list)
    erased: list[Erased] = field(default_factory=list)
    look: bool = False

    @contextmanager
    def understanding(self) -> Iterator[None]:
        """Leave out a change that is not understood; a look of ours may find what it was about."""
        try:
            yield
        except (KeyError, TypeError, ValueError, AttributeError) as odd:
            log.warning("a change that %s sent is not understood: %s", self.network, type(odd).__name__)
            self.look = True

    def brought(self) -> Brought:
        """Give all of it."""
        return Brought(
            interactions=tuple(self.interactions),
            answers=tuple(self.answers),
            edits=tuple(self.edits),
            erased=tuple(self.erased),
            look=self.look,
        )


def entries_of(event: WebhookEvent, kind: str) -> list[dict[str, Any]]:
    """Give the entries of an event about objects of a `kind` ("page", "instagram"), whosoever they are.

    Unreadable when it is no event of Meta's.
    """
    try:
        body = json.loads(event.body)
    except (ValueError, RecursionError):
        raise Unreadable("the body is no JSON") from None
    if not isinstance(body, dict) or not isinstance(body.get("entry"), list):
        raise Unreadable("the body has no entries")
    return [entry for entry in body["entry"] if isinstance(entry, dict)] if body.get("object") == kind else []


def changes_of(entries: list[dict[str, Any]], mine: str, event: WebhookEvent) -> Iterator[Change]:
    """Give the changes of one account."""
    for entry in entries:
        if str(entry.get("id")) == mine:
            yield from _changes(entry, event)


def _changes(entry: dict[str, Any], event: WebhookEvent) -> Iterator[Change]:
    held = entry.get("changes")
    for change in held if isinstance(held, list) else ():
        if isinstance(change, dict) and isinstance(change.get("value"), dict):
            yield Change(str(change.get("field")), change["value"], _sent_at(entry, event))


def _sent_at(entry: dict[str, Any], event: WebhookEvent) -> datetime:
    try:
        return instant_from(entry.get("time"))
    except ValueError:
        return event.at


def instant_from(told: object) -> datetime:
    """Read a number of seconds (or milliseconds) since 1970; ValueError when it is none."""
    if not isinstance(told, int | float) or isinstance(told, bool):
        raise ValueError("no instant")  # noqa: TRY004 -- what is not understood is one error
    try:
        return datetime.fromtimestamp(told / 1000 if told >= _MILLISECONDS_FROM else told, UTC)
    except (OverflowError, OSError) as odd:
        raise ValueError("no instant") from odd
