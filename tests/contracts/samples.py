"""Values the cases speak of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from heraut.brands import NetworkName
from heraut.publishing.model import Attempt, Content, Delivery, Part, Post, Source

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def post(**changes: Any) -> Post:
    """A post of the bakery to one account, in ten minutes."""
    made = Post(
        brand="boulangerie",
        id="p1",
        content=Content(parts=(Part(text="Bonjour à toutes et à tous"),)),
        accounts=("masto",),
        publish_at=NOW + 10 * MINUTE,
        local="2026-11-23T09:40",
        zone="Europe/Paris",
        source=Source(kind="calendar", file="semaine.csv", row=2),
        created_at=NOW,
    )
    return made.model_copy(update=changes)


def delivery(**changes: Any) -> Delivery:
    """Its delivery, scheduled and due at its instant."""
    made = Delivery(
        brand="boulangerie",
        post="p1",
        account="masto",
        network=NetworkName.MASTODON,
        publish_at=NOW + 10 * MINUTE,
        due_at=NOW + 10 * MINUTE,
        local="2026-11-23T09:40",
    )
    return made.model_copy(update=changes)


def attempt(name: str = "a1", **changes: Any) -> Attempt:
    """A passing of the gate."""
    return Attempt(id=name, number=1, started_at=NOW + 10 * MINUTE).model_copy(update=changes)
