"""Renew what expires before it does; say what only a person can renew. The only writer of tokens."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands.model import Role
from heraut.errors import CredentialsExpired, HerautError, OutcomeUnknown
from heraut.networks.base import Refreshes
from heraut.notifications.base import Message
from heraut.problems import problem
from heraut.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from heraut.brands.model import Account, Brand, NetworkName, Person
    from heraut.brands.store import Brands, Secrets
    from heraut.networks.base import Publishes
    from heraut.notifications.base import Notifications
    from heraut.problems import Problem

log = logging.getLogger(__name__)

TURN = timedelta(minutes=10)  # longer than the function lives
TOLD_AGAIN = timedelta(days=1)
# Between the tries to write a renewed secret: the one before may be used up, so that there is no other copy.
WAITS = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 16, 30))
_WORDS = Wording("heraut.brands", "messages.toml")


@dataclass(frozen=True)
class Renewing:
    """What renewing needs of the world."""

    brands: Brands
    secrets: Secrets
    networks: Mapping[NetworkName, Publishes]
    notifications: Notifications
    wait: Callable[[timedelta], None]  # between two tries to write what was renewed


@dataclass(frozen=True)
class Renewed:
    """How many accounts were renewed, how many need a person, and how many could not be tried now."""

    renewed: int = 0
    need_a_person: int = 0
    later: int = 0


def refresh_tokens(world: Renewing, now: datetime) -> Renewed:
    """Renew every account whose network has tokens that expire; one account's trouble does not stop the others.

    Only where secrets cannot be written nothing more is renewed: it would use up tokens and keep none.
    """
    counts = {"renewed": 0, "need_a_person": 0, "later": 0, "nothing": 0}
    accounts = [(brand, account) for brand in world.brands.every_brand() for account in brand.accounts]
    for done, (brand, account) in enumerate(accounts, start=1):
        try:
            counts[_refresh(brand, account, world, now)] += 1
        except _NotKept:
            counts["later"] += 1 + len(accounts) - done
            break
    return Renewed(counts["renewed"], counts["need_a_person"], counts["later"])


class _NotKept(HerautError):
    """A renewed secret could not be written, however often it was tried."""


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
        return _renew(brand, account, adapter, world, now)
    except CredentialsExpired as expired:
        _tell(brand, account, expired.problem, world, now)
        return "need_a_person"
    except (OutcomeUnknown, _NotKept) as lost:
        log.warning("what %s/%s was renewed with may be used up: %s", brand.id, account.name, lost)
        if not adapter.signs_in_anew:
            _tell(brand, account, problem("renewal_lost", account=account.name), world, now, "lost")
        if isinstance(lost, _NotKept):
            raise
        return "later" if adapter.signs_in_anew else "need_a_person"
    except HerautError as error:
        log.warning("%s/%s could not be renewed now: %s", brand.id, account.name, error)
        return "later"


def _renew(brand: Brand, account: Account, adapter: Refreshes, world: Renewing, now: datetime) -> str:
    secret = world.secrets.secret(brand.id, account.name)
    renewed = adapter.refresh(account, secret, now) if secret is not None else None
    if secret is None or renewed is None:
        return "nothing"
    _keep(brand, account, secret, renewed, world)
    return "renewed"


def _keep(
    brand: Brand, account: Account, before: Mapping[str, str], renewed: Mapping[str, str], world: Renewing
) -> None:
    """Write a renewed secret before anybody uses it; _NotKept when it could not be, for a minute.

    Where a person connected the account meanwhile, what they gave has the last word.
    """
    for wait in (*WAITS, None):
        try:
            if world.secrets.secret(brand.id, account.name) in (before, renewed):
                world.secrets.save_secret(brand.id, account.name, renewed)
        except HerautError as error:
            if wait is None:
                raise _NotKept(f"not written after {len(WAITS) + 1} tries") from error
            world.wait(wait)
        else:
            return


def _tell(brand: Brand, account: Account, why: Problem, world: Renewing, now: datetime, about: str = "told") -> None:
    """Tell the brand's people, once a day for each account and for what it is about."""
    if not world.brands.take_turn(brand.id, f"{about}#{account.name}", now, now + TOLD_AGAIN):
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
