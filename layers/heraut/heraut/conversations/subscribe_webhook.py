"""Give an account an address for its network's events, and have the network send them there where it can be asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut import links as tokens
from heraut.conversations.change_webhook import change_webhook
from heraut.conversations.schemes import schemes_of
from heraut.conversations.webhook import Webhook, leased, secret_name
from heraut.errors import InvalidInput
from heraut.networks.base import Subscribes
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from heraut.brands import Account, Brand, NetworkName, Secrets
    from heraut.conversations.store import Webhooks
    from heraut.networks.base import Publishes, WebhookScheme

ADDRESS = "address"  # the field of a webhook's secret that holds its address


@dataclass(frozen=True)
class Subscribing:
    """What subscribing needs of the world; `url` is where events come, `subscriber` asks networks without a room."""

    webhooks: Webhooks
    secrets: Secrets
    networks: Mapping[NetworkName, Publishes]
    scheme: Callable[[str], WebhookScheme]
    url: str
    subscriber: Callable[[str], Subscribes | None]


@dataclass(frozen=True)
class Subscribed:
    """An account's webhook, its address, what a person has to type into the network, and whether nobody has to."""

    webhook: Webhook
    address: str
    drawn: Mapping[str, str]
    asked: bool


def scheme_for(account: Account, chosen: str | None, networks: Mapping[NetworkName, Publishes]) -> str:
    """Give the scheme that was chosen, or the usual one; InvalidInput when events of this account cannot come so."""
    possible = schemes_of(account, networks)
    if chosen is not None and chosen not in possible:
        raise InvalidInput(
            [problem("webhook_scheme_unknown", scheme=chosen, account=account.name, known=", ".join(possible))]
        )
    return chosen or possible[0]


def subscribe_webhook(
    brand: Brand, account: Account, name: str, given: Mapping[str, str], world: Subscribing, now: datetime
) -> Subscribed:
    """Subscribe, or subscribe again: the address and what we drew stay as long as the scheme does.

    All is kept before the network is asked, because it tries the address at once. Raises what asking it raises.
    """
    scheme, before = world.scheme(name), world.webhooks.webhook(brand.id, account.name)
    held = world.secrets.secret(brand.id, secret_name(account.name)) or {}
    same = before is not None and before.scheme == name and ADDRESS in held
    token = held[ADDRESS].rsplit("/", 1)[-1] if same else tokens.new_token()
    address = f"{world.url.rstrip('/')}/{brand.id}/{account.name}/{token}"
    drawn = {field: held[field] for field in scheme.drawn} if same else dict(scheme.draw())
    secret = {**given, **drawn, ADDRESS: address}
    world.secrets.save_secret(brand.id, secret_name(account.name), secret)
    webhook = (
        before
        if before is not None and same
        else Webhook(brand=brand.id, account=account.name, scheme=name, path_hash=tokens.hash_of(token), made_at=now)
    )
    if not same:
        world.webhooks.save_webhook(webhook)
    asked = ask(brand, account, webhook, world, now)
    return Subscribed(world.webhooks.webhook(brand.id, account.name) or webhook, address, drawn, asked)


def ask(brand: Brand, account: Account, webhook: Webhook, world: Subscribing, now: datetime) -> bool:
    """Ask the network to send its events, and note until when it does; False where only a person can."""
    adapter = world.networks[account.network]
    own = isinstance(adapter, Subscribes) and webhook.scheme in adapter.subscribes_by
    subscriber = adapter if own else world.subscriber(webhook.scheme)
    if not isinstance(subscriber, Subscribes):
        return False
    secret = world.secrets.secret(brand.id, account.name) or {}
    kept = world.secrets.secret(brand.id, secret_name(account.name)) or {}
    until = subscriber.subscribe(account, secret, kept, now)
    change_webhook(webhook, world.webhooks, lambda now_is: leased(now_is, until))
    return True
