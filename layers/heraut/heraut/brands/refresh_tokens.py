"""Renew what expires before it does; say what only a person can renew. The only writer of tokens."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands.model import Role
from heraut.errors import CredentialsExpired, HerautError
from heraut.networks.base import Refreshes
from heraut.notifications.base import Message
from heraut.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.brands.model import Account, Brand, NetworkName, Person
    from heraut.brands.store import Brands, Secrets
    from heraut.networks.base import Publishes
    from heraut.notifications.base import Notifications
    from heraut.problems import Problem

log = logging.getLogger(__name__)

TURN = timedelta(minutes=10)  # longer than the function lives
TOLD_AGAIN = timedelta(days=1)
_WORDS = Wording("heraut.brands", "messages.toml")


@dataclass(frozen=True)
class Renewing:
    """What renewing needs of the world."""

    brands: Brands
    secrets: Secrets
    networks: Mapping[NetworkName, Publishes]
    notifications: Notifications


@dataclass(frozen=True)
class Renewed:
    """How many accounts were renewed, how many need a person, and how many could not be tried now."""

    renewed: int = 0
    need_a_person: int = 0
    later: int = 0


def refresh_tokens(world: Renewing, now: datetime) -> Renewed:
    """Renew every account whose network has tokens that expire; one account's trouble does not stop the others."""
    counts = {"renewed": 0, "need_a_person": 0, "later": 0, "nothing": 0}
    for brand in world.brands.every_brand():
        for account in brand.accounts:
            counts[_refresh(brand, account, world, now)] += 1
    return Renewed(counts["renewed"], counts["need_a_person"], counts["later"])


def turn_of(account: Account) -> str:
    """Name the turn that whoever writes an account's secret takes."""
    return f"refresh#{account.name}"


def _refresh(brand: Brand, account: Account, world: Renewing, now: datetime) -> str:
    adapter = world.networks[account.network]
    if not isinstance(adapter, Refreshes):
        return "nothing"
    if not world.brands.take_turn(brand.id, turn_of(account), now, now + TURN):
        return "nothing"
    try:
        secret = world.secrets.secret(brand.id, account.name)
        renewed = adapter.refresh(account, secret, now) if secret is not None else None
        if renewed is None:
            return "nothing"
        world.secrets.save_secret(brand.id, account.name, renewed)
    except CredentialsExpired as expired:
        _tell(brand, account, expired.problem, world, now)
        return "need_a_person"
    except HerautError as error:
        log.warning("%s/%s could not be renewed now: %s", brand.id, account.name, error)
        return "later"
    return "renewed"


def _tell(brand: Brand, account: Account, why: Problem, world: Renewing, now: datetime) -> None:
    """Tell the brand's people, once a day for each account."""
    if not world.brands.take_turn(brand.id, f"told#{account.name}", now, now + TOLD_AGAIN):
        return
    for person in brand.people_with(Role.PUBLISHING):
        try:
            world.notifications.tell(person, _message(brand, account, why, person, now))
        except HerautError as error:
            log.warning("%s of %s could not be told: %s", person.id, brand.id, error)


def _message(brand: Brand, account: Account, why: Problem, person: Person, now: datetime) -> Message:
    said = {"account": account.name, "command": f"heraut account secret {account.name} --brand {brand.id}"}
    language = person.language
    return Message(
        id=f"renew/{brand.id}/{account.name}/{now:%Y-%m-%d}/{person.id}",
        language=language,
        brand=brand.name,
        network=account.network.value.capitalize(),
        happened=_WORDS.say("reconnect_happened", language, **said),
        lead=_WORDS.say("reconnect_lead", language, **said),
        why=why.message(language),
        otherwise=_WORDS.say("reconnect_otherwise", language, **said),
    )
