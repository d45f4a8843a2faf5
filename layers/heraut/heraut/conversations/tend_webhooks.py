"""Look after webhooks at each tick of listening: renew a lease that ends, tell people of a webhook that fails them.

What is told: nothing came for longer than usual; polling found what the webhook should have brought. Each trouble is
told once a day, to who has the role `conversations`, and marked after it was said.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from heraut.brands import Role
from heraut.conversations.change_webhook import change_webhook
from heraut.conversations.subscribe_webhook import ask
from heraut.conversations.webhook import is_told, lost_lately, silent_since, told_of
from heraut.errors import HerautError, InvalidInput, NetworkError
from heraut.notifications.base import Message
from heraut.wording import Wording, at_moment

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Account, Brand, Brands, Person
    from heraut.conversations.subscribe_webhook import Subscribing
    from heraut.conversations.webhook import Webhook
    from heraut.notifications.base import Notifications

log = logging.getLogger(__name__)
RENEWED = timedelta(days=1)  # before a lease ends

wording = Wording(__package__, "tend_webhooks.toml")


@dataclass(frozen=True)
class Tending:
    """What looking after webhooks needs of the world."""

    brands: Brands
    subscribing: Subscribing
    notifications: Notifications


@dataclass
class Tended:
    """How many webhooks there are, how many leases were renewed and could not be, and how many messages were sent."""

    webhooks: int = 0
    renewed: int = 0
    refused: int = 0
    messages: int = 0


def tend_webhooks(world: Tending, now: datetime) -> Tended:
    """Look at every webhook; what cannot be done for one now is done the next time, and holds back no other."""
    done = Tended()
    for brand in world.brands.every_brand():
        for account in brand.accounts:
            try:
                webhook = world.subscribing.webhooks.webhook(brand.id, account.name)
                if webhook is not None:
                    done.webhooks += 1
                    _renew(brand, account, webhook, world, now, done)
                    _tell(brand, account, webhook, world, now, done)
            except HerautError as error:
                log.warning("the webhook of %s/%s: %s", brand.id, account.name, type(error).__name__)
    return done


def troubles(webhook: Webhook, now: datetime) -> dict[str, datetime | int]:
    """Say what is wrong with a webhook: `silent` since when, `lost` how many, `ended` since when."""
    since, lost, ends = silent_since(webhook, now), lost_lately(webhook, now), webhook.lease_until
    found: dict[str, datetime | int | None] = {
        "silent": since,
        "lost": lost or None,
        "ended": ends if ends and ends <= now else None,
    }
    return {name: what for name, what in found.items() if what is not None}


def _renew(brand: Brand, account: Account, webhook: Webhook, world: Tending, now: datetime, done: Tended) -> None:
    if webhook.lease_until is None or webhook.lease_until - now > RENEWED:
        return
    try:
        done.renewed += ask(brand, account, webhook, world.subscribing, now)
    except NetworkError as no:
        log.warning("the lease of %s/%s could not be renewed: %s", brand.id, account.name, no.problem.code)
        done.refused += 1


def _tell(brand: Brand, account: Account, webhook: Webhook, world: Tending, now: datetime, done: Tended) -> None:
    for trouble, what in troubles(webhook, now).items():
        if is_told(webhook, trouble, now):
            continue
        for person in brand.people_with(Role.CONVERSATIONS):
            try:
                world.notifications.tell(person, message(brand, account, trouble, what, person, now))
            except InvalidInput as unreachable:
                log.warning("%s/%s cannot be reached: %s", brand.id, person.id, unreachable)
                continue
            done.messages += 1
        change_webhook(webhook, world.subscribing.webhooks, partial(told_of, trouble=trouble, now=now))


def message(
    brand: Brand, account: Account, trouble: str, what: datetime | int, person: Person, now: datetime
) -> Message:
    """Tell a person what is wrong, and what to type."""
    language = person.language
    said = what if isinstance(what, int) else at_moment(what, brand.zone, language, now)
    happened, lead, why = (
        wording.say(f"{trouble}_{part}", language, account=account.name, what=said)
        for part in ("happened", "lead", "why")
    )
    return Message(
        id=f"webhook/{brand.id}/{account.name}/{trouble}/{now.date()}/{person.id}",
        language=language,
        brand=brand.name,
        network=account.network.value.capitalize(),
        happened=happened,
        lead=lead,
        why=why,
        otherwise=wording.say("otherwise", language),
        thread=f"webhook/{brand.id}/{account.name}/{trouble}",
    )
