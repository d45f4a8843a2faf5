"""Read a stored event: what it brought is taken in, once; a test of ours is noted on its webhook.

What a person asked to be hidden comes by the same queue, because what reads it may call networks.
"""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from heraut.brands import use_secret
from heraut.conversations import webhook as webhooks
from heraut.conversations.change_webhook import change_webhook
from heraut.conversations.hide_interaction import hide_interaction
from heraut.conversations.hiding import SCHEME as ASKED
from heraut.conversations.poll_networks import listen
from heraut.conversations.removing import removing
from heraut.conversations.schemes import OWN, schemes_of
from heraut.conversations.take_in import Taken, take_in
from heraut.errors import NetworkError, TryAgain
from heraut.networks.base import Brought, ReceivesWebhooks, WebhookEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Account, Brand, Brands, NetworkName, Secrets
    from heraut.conversations.receive_interaction import Removes
    from heraut.conversations.store import Conversations, QuotingPosts, Webhooks
    from heraut.conversations.webhook import StoredEvent, Webhook
    from heraut.networks.base import Publishes

TEST = re.compile(rb"heraut_test\W{1,4}([A-Za-z0-9_-]{16,64})")
PAUSES = (0.1, 0.3, 1.0, 3.0)  # seconds between two tries of what others change too
LOOK_AGAIN = timedelta(seconds=20)  # a storm of calls to look is one look; the tick sees the rest


@dataclass(frozen=True)
class Routing:
    """What reading events needs of the world; `wait` lets so many seconds pass."""

    brands: Brands
    secrets: Secrets
    networks: Mapping[NetworkName, Publishes]
    conversations: Conversations
    webhooks: Webhooks
    quotes: QuotingPosts
    wait: Callable[[float], None] = time.sleep


def route_interaction(stored: StoredEvent, world: Routing, now: datetime) -> str:
    """Say in a word what became of an event. What is raised brings it back, and in the end to the failure queue.

    Unreadable: it is not what its network sends. TryAgain, NetworkError: later.
    """
    brand = world.brands.brand(stored.brand)
    if brand is not None and stored.scheme == ASKED:
        return hide_interaction(brand, stored.body.decode(), world, now)
    webhook = world.webhooks.webhook(stored.brand, stored.account)
    if brand is None or webhook is None or brand.account(stored.account) is None:
        return "gone"
    test = name_of_test(stored.body)
    if test:
        change_webhook(webhook, world.webhooks, lambda now_is: webhooks.passed_test(now_is, test))
        return "test"
    event = WebhookEvent(stored.scheme, stored.body, stored.at, stored.kind)
    news, trouble = 0, None
    for account in concerned(brand, stored, world.networks):
        try:
            brought = read_event(brand, account, event, world, now)
        except NetworkError as error:  # its own trouble: the others of its app hear what is theirs
            trouble = trouble or error
            continue
        removes = removing(world.networks[account.network], account, _secret(brand, account, world), now)
        news += _news(_patiently(world, partial(_taken, brought, brand, account, world, now, removes)))
        if brought.look:
            news += _looked(brand, account, webhook, world, now)
    if trouble is not None:
        raise trouble
    if webhooks.heard(webhook, stored.at) is not None:  # in a storm that was noted a moment ago: nothing to read again
        change_webhook(webhook, world.webhooks, lambda now_is: webhooks.heard(now_is, stored.at))
    return "received" if news else "nothing new"


def name_of_test(body: bytes) -> str | None:
    """Give the name of a test event of ours, None when it is none."""
    found = TEST.search(body[:200])
    return found[1].decode() if found else None


def concerned(brand: Brand, stored: StoredEvent, networks: Mapping[NetworkName, Publishes]) -> Sequence[Account]:
    """Give whose events it may hold: an app of a network has one address for all accounts of its brand."""
    if stored.scheme == OWN:
        return [account for account in brand.accounts if account.name == stored.account]
    return [account for account in brand.accounts if stored.scheme in schemes_of(account, networks)]


def read_event(brand: Brand, account: Account, event: WebhookEvent, world: Routing, now: datetime) -> Brought:
    """Read what of an event is this account's."""
    if event.scheme == OWN:
        from heraut.conversations.own_events import read_own_events  # its models: networks' own events need none

        return read_own_events(brand.id, account, event)
    adapter = world.networks[account.network]
    if not isinstance(adapter, ReceivesWebhooks):
        return Brought()

    def parse(secret: Mapping[str, str]) -> Brought:
        return adapter.parse_webhook(brand.id, account, secret, event, now)

    return use_secret(world.secrets, brand.id, account.name, parse)


def _secret(brand: Brand, account: Account, world: Routing) -> Mapping[str, str]:
    return world.secrets.secret(brand.id, account.name) or {}


def _taken(
    brought: Brought, brand: Brand, account: Account, world: Routing, now: datetime, removes: Removes | None
) -> Taken:
    return take_in(brought, brand, account.name, world.conversations, world.quotes, now, removes)


def _patiently(world: Routing, take: Callable[[], Taken]) -> Taken:
    """Take in what others, who read events of the same post at this moment, keep changing: what is in stays in.

    An event that goes back to its queue is seen again a quarter of an hour later.
    """
    for pause in PAUSES:
        try:
            return take()
        except TryAgain:
            world.wait(pause * random.uniform(0.5, 1.5))  # noqa: S311 -- spreads tries, keeps no secret
    return take()


def _news(taken: Taken | None) -> int:
    return len(taken.news) + taken.answered + taken.changed if taken else 0


def _looked(brand: Brand, account: Account, webhook: Webhook, world: Routing, now: datetime) -> int:
    """Listen at once, unless that was done a moment ago; what fails is the tick's to do again."""
    if webhook.looked_at and now - webhook.looked_at < LOOK_AGAIN:
        return 0
    change_webhook(webhook, world.webhooks, lambda now_is: webhooks.looked(now_is, now))
    try:
        return _news(listen(brand, account, world, now))
    except NetworkError:
        return 0
