"""A message kept without its links' tokens: only their hashes, which open nothing.

Sent again, each link becomes a new one that decides the same, for whoever gets the message then. An address to which an
answer can be written is not kept at all: it is a token too.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from heraut import links as tokens
from heraut.links import Action
from heraut.notifications.base import Button, Item, Message, Picture, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from heraut.links import Links

_TOKEN = r"([A-Za-z0-9_-]{22})"  # noqa: S105 -- the form of one
_HASH = r"([0-9a-f]{64})"
_REST = r"((?:/media/\d+)?)$"
_THEIRS_ALONE = frozenset({Action.CONFIRM_PERSON})  # nobody else can answer for them
_ADDRESS = "address"
_PARTS: dict[str, type] = {"buttons": Button, "pictures": Picture, "items": Item, "rows": Row}
_NOT_KEPT = ("reply_to", "reply_says", "sending")


def seal(message: Message) -> dict[str, Any]:
    """Give a message as plain values, its tokens hashed."""
    ours = _ours(message.brand_id, _TOKEN)

    def sealed(address: str) -> str:
        return ours.sub(lambda found: f"{found[1]}{tokens.hash_of(found[2])}{found[3]}", address)

    kept: dict[str, Any] = _readdressed(asdict(message), sealed)
    return {name: value for name, value in kept.items() if name not in _NOT_KEPT}


def unseal(kept: Mapping[str, Any], links: Links, now: datetime, person: str | None = None) -> Message:
    """Give a kept message with new links, for the same person or for another one; what is over has no button."""
    brand = str(kept.get("brand_id", ""))
    ours = _ours(brand, _HASH)
    made: dict[str, str | None] = {}

    def opened(address: str) -> str | None:
        found = ours.match(address)
        if found is None:
            return address
        if found[2] not in made:
            made[found[2]] = _renewed(brand, found[2], links, now, person)
        token = made[found[2]]
        return f"{found[1]}{token}{found[3]}" if token else None

    message: Message = _built(Message, _readdressed(kept, opened))
    return message


def _renewed(brand: str, digest: str, links: Links, now: datetime, person: str | None) -> str | None:
    link = links.link(brand, digest)
    if link is None or link.expires_at <= now or (person not in {None, link.person} and link.action in _THEIRS_ALONE):
        return None
    token = tokens.new_token()
    mine = {"hash": tokens.hash_of(token), "person": person or link.person, "created_at": now, "used_at": None}
    links.save(link.model_copy(update=mine))
    return token


def _ours(brand: str, form: str) -> re.Pattern[str]:
    return re.compile(rf"(https?://\S*/{re.escape(brand)}/(?:alert/)?){form}{_REST}")


def _readdressed(value: Any, change: Callable[[str], str | None]) -> Any:
    """Give plain values with every address changed; what has none any more is left out of its list."""
    if isinstance(value, list | tuple):
        changed = [_readdressed(one, change) for one in value]
        return [one for one in changed if not (isinstance(one, dict) and one.get(_ADDRESS, "") is None)]
    if isinstance(value, dict):
        held = {name: _readdressed(one, change) for name, one in value.items()}
        return held | ({_ADDRESS: change(held[_ADDRESS])} if _ADDRESS in held else {})
    return value


def _built(kind: type, values: Mapping[str, Any]) -> Any:
    """Build a part of a message of the fields that this release knows."""
    fields = {name: values[name] for name in kind.__dataclass_fields__ if name in values}  # type: ignore[attr-defined]
    parts = {
        name: tuple(_built(part, one) for one in fields[name]) for name, part in _PARTS.items() if fields.get(name)
    }
    return kind(**{**{name: () if name in _PARTS else one for name, one in fields.items()}, **parts})
