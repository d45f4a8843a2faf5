"""Listen to every account whose network tells what is said to it, each from where we stopped."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut.conversations.receive_interaction import note_answer, note_edit, note_erasure, receive_interaction
from heraut.errors import HerautError
from heraut.networks.base import Listens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from heraut.brands import Account, Brand, Brands, NetworkName, Secrets
    from heraut.conversations.store import Conversations
    from heraut.networks.base import Publishes

log = logging.getLogger(__name__)

Owned = tuple["Brand", "Account"]


@dataclass(frozen=True)
class Listening:
    """What listening needs of the world; `at_once` listens to accounts side by side, like `map`."""

    brands: Brands
    secrets: Secrets
    networks: Mapping[NetworkName, Publishes]
    conversations: Conversations
    at_once: Callable[[Callable[[Owned], Polled], Iterable[Owned]], Iterable[Polled]]


@dataclass(frozen=True)
class Polled:
    """How many accounts were listened to and could not be, what came that was new, and what was answered."""

    accounts: int = 0
    failed: int = 0
    received: int = 0
    answered: int = 0


def poll_networks(world: Listening, now: datetime) -> Polled:
    """Take in what came; an account that cannot be listened to now is listened to the next time, from where it was."""
    owned = [(brand, account) for brand in world.brands.every_brand() for account in brand.accounts]
    done = list(world.at_once(lambda one: _listen(*one, world, now), owned))
    return Polled(
        accounts=sum(one.accounts for one in done),
        failed=sum(one.failed for one in done),
        received=sum(one.received for one in done),
        answered=sum(one.answered for one in done),
    )


def _listen(brand: Brand, account: Account, world: Listening, now: datetime) -> Polled:
    try:
        adapter = world.networks[account.network]
        secret = world.secrets.secret(brand.id, account.name) if isinstance(adapter, Listens) else None
        if not isinstance(adapter, Listens) or secret is None:
            return Polled()
        kept = world.conversations
        begun = kept.cursor(brand.id, account.name)
        heard = adapter.listen(brand.id, account, secret, begun, now)
        received = [receive_interaction(one, brand, kept, now) for one in heard.interactions]
        answered = [note_answer(one, brand, account.name, kept, now) for one in heard.answers]
        for edit in heard.edits:
            note_edit(edit, brand, account.name, kept)
        for erasure in heard.erased:
            note_erasure(erasure, brand, account.name, kept, now)
        if heard.cursor != begun:
            kept.save_cursor(brand.id, account.name, heard.cursor)
    except HerautError as error:
        log.warning("%s/%s could not be listened to now: %s", brand.id, account.name, type(error).__name__)
        return Polled(accounts=1, failed=1)
    except Exception:  # whatever went wrong with this account, the others are listened to
        log.exception("%s/%s could not be listened to", brand.id, account.name)
        return Polled(accounts=1, failed=1)
    news = sum(one in {"opened", "joined"} for one in received)
    return Polled(accounts=1, received=news, answered=sum(answered))
