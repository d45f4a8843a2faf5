"""Look after webhooks at each tick of listening: renew a lease that ends, tell people of a webhook that fails them.

What is told at once is that a lease ended and could not be renewed: nothing comes until somebody acts. It is told once
a day, to who has the role `conversations`, and marked after it was said. That nothing came for longer than usual, and
what polling had to bring, is said by the morning point (`morning_talk.py`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from heraut.brands import Role, known_as
from heraut.conversations.change_webhook import change_webhook
from heraut.conversations.webhook import is_told, lost_lately, silent_since, told_of
from heraut.errors import HerautError, InvalidInput, NetworkError, TryAgain
from heraut.wording import Wording, at_moment

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Account, Brand, Brands, Person
    from heraut.conversations.subscribe_webhook import Subscribing
    from heraut.conversations.webhook import Webhook
    from heraut.notifications.base import Message, Notifications
    from heraut.problems import Language

log = logging.getLogger(__name__)
RENEWED = timedelta(days=1)  # before a lease ends
ENDED = "ended"

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
        ENDED: ends if ends and ends <= now else None,
    }
    return {name: what for name, what in found.items() if what is not None}


def _renew(brand: Brand, account: Account, webhook: Webhook, world: Tending, now: datetime, done: Tended) -> None:
    if webhook.lease_until is None or webhook.lease_until - now > RENEWED:
        return
    from heraut.conversations.subscribe_webhook import ask  # most ticks renew nothing

    try:
        done.renewed += ask(brand, account, webhook, world.subscribing, now)
    except NetworkError as no:
        log.warning("the lease of %s/%s could not be renewed: %s", brand.id, account.name, no.problem.code)
        done.refused += 1


def _tell(brand: Brand, account: Account, webhook: Webhook, world: Tending, now: datetime, done: Tended) -> None:
    """Tell at once that nothing comes any more; what may be a quiet day waits for the morning point."""
    ended = webhook.lease_until
    if ended is None or ended > now or is_told(webhook, ENDED, now):
        return
    reached, later = 0, False
    for person in brand.people_with(Role.CONVERSATIONS):
        try:
            world.notifications.tell(person, message(brand, account, ended, person, now))
        except InvalidInput as unreachable:
            log.warning("%s/%s cannot be reached: %s", brand.id, person.id, unreachable)
        except TryAgain as error:
            log.warning("%s/%s cannot be reached now: %s", brand.id, person.id, error)
            later = True
        else:
            reached += 1
    done.messages += reached
    if later and not reached:
        return  # who heard does not hear again for somebody else, who has it in the morning point
    change_webhook(webhook, world.subscribing.webhooks, partial(told_of, trouble=ENDED, now=now))


@dataclass(frozen=True)
class Sentences:
    """A trouble in one language: what happened, since when or how much, what it may mean and what to type."""

    happened: str
    lead: str
    why: str


def sentences(
    brand: Brand, account: str, trouble: str, what: datetime | int, language: Language, now: datetime
) -> Sentences:
    """Say a webhook's trouble: `silent` or `ended` since when, `lost` how many."""
    said = what if isinstance(what, int) else at_moment(what, brand.zone, language, now)
    parts = ("happened", "lead", "why")
    return Sentences(*(wording.say(f"{trouble}_{part}", language, account=account, what=said) for part in parts))


def message(brand: Brand, account: Account, ended: datetime, person: Person, now: datetime) -> Message:
    """Tell a person that the network sends nothing any more, and what to type."""
    from heraut.notifications.base import Message

    language = person.language
    parts = sentences(brand, account.name, ENDED, ended, language, now)
    return Message(
        id=f"webhook/{brand.id}/{account.name}/{ENDED}/{now.date()}/{person.id}",
        language=language,
        brand=brand.name,
        brand_id=brand.id,
        network=known_as.title(brand, account.name, account.network, language),
        happened=parts.happened,
        lead=parts.lead,
        why=parts.why,
        otherwise=wording.say("otherwise", language),
        thread=f"webhook/{brand.id}/{account.name}/{ENDED}",
    )
