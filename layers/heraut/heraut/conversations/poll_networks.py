"""Listen to every account whose network tells what is said to it, each from where we stopped."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from heraut.brands import use_secret
from heraut.conversations.change_webhook import change_webhook
from heraut.conversations.removing import removing
from heraut.conversations.take_in import Taken, take_in
from heraut.conversations.webhook import LATE, found_by_polling, is_lost
from heraut.errors import HerautError
from heraut.networks.base import Listens, ReceivesWebhooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Account, Brand, Brands, NetworkName, Secrets
    from heraut.conversations.store import Conversations, QuotingPosts, Webhooks
    from heraut.networks.base import Heard, Publishes

log = logging.getLogger(__name__)

Owned = tuple["Brand", "Account"]


class Hears(Protocol):
    """What listening to one account needs of the world."""

    @property
    def secrets(self) -> Secrets:
        """Of accounts."""

    @property
    def networks(self) -> Mapping[NetworkName, Publishes]:
        """Every network."""

    @property
    def conversations(self) -> Conversations:
        """Where what is said is kept."""

    @property
    def quotes(self) -> QuotingPosts:
        """Posts that quote somebody."""


@dataclass(frozen=True)
class Listening:
    """What listening needs of the world; `at_once` listens to accounts side by side, like `map`."""

    brands: Brands
    secrets: Secrets
    networks: Mapping[NetworkName, Publishes]
    conversations: Conversations
    webhooks: Webhooks
    quotes: QuotingPosts
    at_once: Callable[[Callable[[Owned], Polled], Iterable[Owned]], Iterable[Polled]]


@dataclass(frozen=True)
class Polled:
    """How many accounts were listened to and could not be, what came that was new, and what was answered.

    `lost` is what of the new should have come by the account's webhook long ago.
    """

    accounts: int = 0
    failed: int = 0
    received: int = 0
    answered: int = 0
    lost: int = 0


def poll_networks(world: Listening, now: datetime) -> Polled:
    """Take in what came; an account that cannot be listened to now is listened to the next time, from where it was."""
    owned = [(brand, account) for brand in world.brands.every_brand() for account in brand.accounts]
    done = list(world.at_once(lambda one: _listen(*one, world, now), owned))
    return Polled(
        accounts=sum(one.accounts for one in done),
        failed=sum(one.failed for one in done),
        received=sum(one.received for one in done),
        answered=sum(one.answered for one in done),
        lost=sum(one.lost for one in done),
    )


def listen(brand: Brand, account: Account, world: Hears, now: datetime) -> Taken | None:
    """Take in what was said to an account since the last time; None when its network tells nothing, or has no key.

    The cursor is kept when all was taken in, so that what fails half-way is heard again. Raises like the network does.
    """
    adapter = world.networks[account.network]
    if not isinstance(adapter, Listens) or world.secrets.secret(brand.id, account.name) is None:
        return None
    kept = world.conversations
    begun = kept.cursor(brand.id, account.name)

    def hear(secret: Mapping[str, str]) -> tuple[Mapping[str, str], Heard]:
        return secret, adapter.listen(brand.id, account, secret, begun, now)

    secret, heard = use_secret(world.secrets, brand.id, account.name, hear)
    taken = take_in(heard, brand, account.name, kept, world.quotes, now, removing(adapter, account, secret, now))
    if heard.cursor != begun:
        kept.save_cursor(brand.id, account.name, heard.cursor)
    return taken


def _listen(brand: Brand, account: Account, world: Listening, now: datetime) -> Polled:
    try:
        heard = listen(brand, account, world, now)
        if heard is None:
            return Polled()
        lost = _lost(brand, account, heard.news, world, now)
    except HerautError as error:
        log.warning("%s/%s could not be listened to now: %s", brand.id, account.name, type(error).__name__)
        return Polled(accounts=1, failed=1)
    except Exception:  # whatever went wrong with this account, the others are listened to
        log.exception("%s/%s could not be listened to", brand.id, account.name)
        return Polled(accounts=1, failed=1)
    return Polled(accounts=1, received=len(heard.news), answered=heard.answered, lost=lost)


def _lost(brand: Brand, account: Account, news: Sequence[datetime], world: Listening, now: datetime) -> int:
    """Count what the account's webhook, if it has one of its network, should have brought long before."""
    adapter = world.networks[account.network]
    if not isinstance(adapter, ReceivesWebhooks) or not any(now - at > LATE for at in news):
        return 0
    webhook = world.webhooks.webhook(brand.id, account.name)
    if webhook is None or webhook.scheme not in adapter.webhook_schemes:
        return 0
    lost = sum(is_lost(webhook, at, now) for at in news)
    if lost:
        change_webhook(webhook, world.webhooks, lambda now_is: found_by_polling(now_is, lost, now))
    return lost
