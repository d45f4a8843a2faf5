"""Renew what expires before it does; say what only a person can renew. The only writer of tokens."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands import known_as
from heraut.brands.model import Role
from heraut.errors import CredentialsExpired, HerautError, OutcomeUnknown, TryAgain
from heraut.networks.base import Expires, Refreshes
from heraut.notifications.base import Message
from heraut.problems import problem
from heraut.wording import Wording, at_moment, moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from heraut.brands.model import Account, Brand, NetworkName, Person
    from heraut.brands.store import Brands, Planned, PlannedPosts, Secrets
    from heraut.clock import Clock
    from heraut.networks.base import Publishes
    from heraut.notifications.base import Notifications
    from heraut.problems import Problem

log = logging.getLogger(__name__)

TURN = timedelta(minutes=10)  # longer than the function lives
SETTLED = timedelta(seconds=30)  # what was just written may be read as it was before; nobody renews meanwhile
TOLD_AGAIN = timedelta(days=1)
TOLD_AHEAD = (7, 3, 1)  # days before an end
RISK = timedelta(days=7)  # how far ahead posts at risk are named
MOST_NAMED = 10
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
    clock: Clock  # to wait between two tries to write what was renewed
    planned: PlannedPosts


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
            counts[_look_after(brand, account, world, now)] += 1
        except _NotKept:
            counts["later"] += 1 + len(accounts) - done
            break
    return Renewed(counts["renewed"], counts["need_a_person"], counts["later"])


class _NotKept(HerautError):
    """A renewed secret could not be written, however often it was tried."""


def turn_of(account: Account) -> str:
    """Name the turn that whoever writes an account's secret takes."""
    return f"refresh#{account.name}"


def end_turn(brands: Brands, brand: Brand, account: Account, until: datetime, now: datetime) -> None:
    """Let whoever waits for this turn have it soon; where that cannot be written, it ends by itself."""
    try:
        brands.end_turn(brand.id, turn_of(account), until, now + SETTLED)
    except HerautError as error:
        log.warning("the turn of %s/%s ends by itself: %s", brand.id, account.name, error)


def _look_after(brand: Brand, account: Account, world: Renewing, now: datetime) -> str:
    try:
        adapter = world.networks[account.network]
        done = _refresh(brand, account, adapter, world, now) if isinstance(adapter, Refreshes) else "nothing"
        if done in {"nothing", "renewed"} and isinstance(adapter, Expires):
            done = _see_end(brand, account, adapter, world, now) or done
    except _NotKept:
        raise
    except HerautError as error:
        log.warning("%s/%s could not be looked after now: %s", brand.id, account.name, error)
        return "later"
    except Exception:  # whatever went wrong with this account, the others are renewed
        log.exception("%s/%s could not be looked after", brand.id, account.name)
        return "later"
    return done


def _see_end(brand: Brand, account: Account, adapter: Expires, world: Renewing, now: datetime) -> str | None:
    """Tell, some days ahead, that a person must renew the secret; None while there is time."""
    secret = world.secrets.secret(brand.id, account.name)
    end = adapter.good_until(account, secret) if secret is not None else None
    if end is None or end - now > timedelta(days=TOLD_AHEAD[0]):
        return None
    _tell(_Trouble("ends" if end > now else "ended", brand, account, now, end=end), world)
    return "need_a_person"


def _refresh(brand: Brand, account: Account, adapter: Refreshes, world: Renewing, now: datetime) -> str:
    until = now + TURN
    if not world.brands.take_turn(brand.id, turn_of(account), now, until):
        return "nothing"
    done = _renew_or_tell(brand, account, adapter, world, now)
    end_turn(world.brands, brand, account, until, world.clock.now())
    return done


def _renew_or_tell(brand: Brand, account: Account, adapter: Refreshes, world: Renewing, now: datetime) -> str:
    try:
        return _renew(brand, account, adapter, world, now)
    except CredentialsExpired as expired:
        _tell(_Trouble("reconnect", brand, account, now, expired.problem), world)
        return "need_a_person"
    except (OutcomeUnknown, _NotKept) as lost:
        log.warning("what %s/%s was renewed with may be used up: %s", brand.id, account.name, lost)
        if not adapter.signs_in_anew:
            _tell(_Trouble("lost", brand, account, now, problem("renewal_lost", account=account.name)), world)
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
            _wait(wait, world)
        else:
            return


def _wait(length: timedelta, world: Renewing) -> None:
    world.clock.sleep_until(world.clock.now() + length)


@dataclass(frozen=True)
class _Trouble:
    """What only a person can mend; `kind` names it apart from the account's other troubles."""

    kind: str
    brand: Brand
    account: Account
    now: datetime
    why: Problem | None = None
    end: datetime | None = None

    @property
    def stem(self) -> str:
        """The beginning of its sentences."""
        return self.kind if self.end else "reconnect"

    @property
    def turn(self) -> tuple[str, datetime]:
        """The turn of telling it, and until when it is taken: once a day, ahead of an end once at each step."""
        name = f"{'told' if self.kind == 'reconnect' else self.kind}#{self.account.name}"
        if self.kind != "ends" or self.end is None:
            return name, self.now + TOLD_AGAIN
        step = min(days for days in TOLD_AHEAD if self.end - self.now <= timedelta(days=days))
        return f"{name}#{self.end:%Y-%m-%d}#{step}", self.end + TOLD_AGAIN

    @property
    def at_risk(self) -> tuple[datetime, datetime]:
        """Between which instants posts are at risk."""
        since = max(self.now, self.end or self.now)
        return since, since + RISK


def _tell(trouble: _Trouble, world: Renewing) -> None:
    """Tell the brand's people, once a day for each account and for what it is about; somebody must hear.

    Where nobody could be told, the turn of telling is given back: the next run tells.
    """
    name, until = trouble.turn
    if not world.brands.take_turn(trouble.brand.id, name, trouble.now, until):
        return
    try:
        planned = world.planned(trouble.brand.id, trouble.account.name, *trouble.at_risk)
    except HerautError as error:
        log.warning("what is planned on %s could not be read: %s", trouble.account.name, error)
        planned = ()
    first = trouble.brand.people_with(Role.PUBLISHING)
    for circle in (first, [person for person in trouble.brand.people if person not in first]):
        if [person for person in circle if _told(person, trouble, planned, world)]:
            return
    try:
        world.brands.end_turn(trouble.brand.id, name, until, trouble.now)
    except HerautError as error:
        log.warning("nobody heard of %s, and it is not tried again before %s: %s", name, until, error)


def _told(person: Person, trouble: _Trouble, planned: Sequence[Planned], world: Renewing) -> bool:
    """Write to a person, again after some seconds where it may succeed then; whether it left."""
    message = _message(trouble, planned, person)
    for wait in (*WAITS[:2], None):
        try:
            world.notifications.tell(person, message)
        except TryAgain as error:
            log.warning("%s of %s could not be told: %s", person.id, trouble.brand.id, error)
            if wait is not None:
                _wait(wait, world)
        except HerautError as error:
            log.warning("%s of %s cannot be told: %s", person.id, trouble.brand.id, error)
            return False
        else:
            return True
    return False


def _message(trouble: _Trouble, planned: Sequence[Planned], person: Person) -> Message:
    brand, account, now, language = trouble.brand, trouble.account, trouble.now, person.language
    at = at_moment(trouble.end, brand.zone, language, now) if trouble.end else ""
    command = f"heraut account secret {account.name} --brand {brand.id}"

    def say(code: str, **more: object) -> str:
        return _WORDS.say(code, language, account=account.name, command=command, at=at, **more)

    named = [
        say("risk", moment=moment(one.publish_at, brand.zone, language, now), words=one.words)
        for one in planned[:MOST_NAMED]
    ]
    if len(planned) > MOST_NAMED:
        named.append(say("risk_more", count=len(planned) - MOST_NAMED))
    return Message(
        id=f"renew/{trouble.kind}/{brand.id}/{account.name}/{now:%Y-%m-%d}/{person.id}",
        language=language,
        brand=brand.name,
        brand_id=brand.id,
        network=known_as.title(brand, account.name, account.network, language),
        happened=say(f"{trouble.stem}_happened"),
        lead=say(f"{trouble.stem}_lead"),
        why=trouble.why.message(language) if trouble.why else "",
        otherwise=say(f"{trouble.stem}_otherwise"),
        quote="\n".join([say("risks"), *named]) if named else None,
    )
