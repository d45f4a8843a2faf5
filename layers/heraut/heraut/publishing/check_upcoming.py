"""Look ahead, 24 hours and one hour before each delivery, and tell people what they may want to mend.

A delivery is looked at once a horizon and version, whichever run it is, so that a run missed is made up for by the
next; and at every run while something was said about it, so that people hear when it is mended. One person hears once a
run of all that a brand needs.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from heraut.brands import Role, use_secret
from heraut.errors import (
    CredentialsExpired,
    HerautError,
    InvalidInput,
    NetworkError,
    NotReconciled,
    RateLimited,
    Refused,
    TryAgain,
)
from heraut.networks.base import problem_of_trial
from heraut.problems import problem
from heraut.publishing import upcoming
from heraut.publishing.model import State
from heraut.publishing.pacing import BEHIND, Bucket
from heraut.publishing.upcoming import AHEAD, CLOSE, MEMORY, Finding, Horizon, Kind, Look
from heraut.publishing.upcoming_messages import Seen, compose

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Account, Brand, Brands, NetworkName, Person, Secrets
    from heraut.networks.base import Limits, Publishes
    from heraut.notifications.base import Notifications
    from heraut.problems import Problem
    from heraut.publishing.model import Content, Delivery
    from heraut.publishing.store import Looks, MediaStore, Posts

log = logging.getLogger(__name__)

BESIDE = timedelta(hours=2)  # past the horizon: what stands near the last one looked at


@dataclass(frozen=True)
class Checking:
    """What looking ahead needs of the world; `at_once` tries accounts side by side, like `map`."""

    posts: Posts
    looks: Looks
    brands: Brands
    secrets: Secrets
    networks: Mapping[NetworkName, Publishes]
    media: MediaStore
    notifications: Notifications
    at_once: Callable[[Callable[[tuple[str, Account]], Trial], Iterable[tuple[str, Account]]], Iterable[Trial]]


@dataclass
class Checked:
    """What a run did: deliveries looked at, messages sent, and how many of brands, accounts and deliveries failed."""

    looked: int = 0
    told: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Trial:
    """What trying an account showed: its limits, what is wrong, and whether it could be tried at all."""

    tried: bool
    limits: Limits | None = None
    problems: tuple[Problem, ...] = ()
    away: Problem | None = None


@dataclass
class _Agenda:
    """What is to be looked at in one brand."""

    brand: Brand
    looks: dict[str, Look]
    near: list[Delivery]
    due: list[Delivery] = field(default_factory=list)

    @property
    def accounts(self) -> list[Account]:
        """The accounts concerned, as configured."""
        names = dict.fromkeys(one.account for one in self.due)
        return [account for name in names if (account := self.brand.account(name))]


def check_upcoming(world: Checking, now: datetime) -> Checked:
    """Look at what is due for a look in every brand, and tell people; what could not be read now waits for the next."""
    checked = Checked()
    agendas = []
    for brand in world.brands.every_brand():
        try:
            agendas.append(_agenda(brand, world, now))
        except HerautError:
            log.warning("the posts of %s cannot be looked at now", brand.id, exc_info=True)
            checked.failed += 1
    wanted = [(agenda.brand.id, account) for agenda in agendas for account in agenda.accounts]
    answers = world.at_once(partial(_tried, world), wanted)
    trials = {(brand, account.name): trial for (brand, account), trial in zip(wanted, answers, strict=True)}
    for agenda in agendas:
        try:
            _BrandCheck(agenda, world, trials, now, checked).run()
        except NotReconciled:  # nothing leaves either, and `heraut doctor` says why
            log.warning("the posts come from a backup: nothing is looked at ahead")
        except HerautError:
            log.warning("the posts of %s cannot be looked at now", agenda.brand.id, exc_info=True)
            checked.failed += 1
    return checked


def _agenda(brand: Brand, world: Checking, now: datetime) -> _Agenda:
    looks = {look.id: look for look in world.looks.looks(brand.id)}
    near = list(world.posts.queue(brand.id, now, now + AHEAD + BESIDE))
    agenda = _Agenda(brand, looks, near)
    known = {one.id for one in near}
    moved = [look for look in looks.values() if look.is_open and look.id not in known]
    found = [*near, *(one for look in moved if (one := world.posts.delivery(brand.id, look.post, look.account)))]
    agenda.due = [one for one in found if upcoming.wants_look(looks.get(one.id), one, now)]
    _forget(agenda, world)
    if agenda.due:
        fresh = any(not upcoming.is_same_look(looks.get(one.id), one, now) for one in agenda.due)
        agenda.near = [*world.posts.queue(brand.id, now - (MEMORY if fresh else BEHIND), now), *near]
    return agenda


def _forget(agenda: _Agenda, world: Checking) -> None:
    """Close what was open about deliveries that wait no more: other messages tell what became of them."""
    due = {one.id for one in agenda.due}
    for look in list(agenda.looks.values()):
        if look.is_open and look.id not in due:
            closed = look.model_copy(update={"said": (), "tried": True})
            world.looks.save_look(agenda.brand.id, closed)
            agenda.looks[look.id] = closed


def _tried(world: Checking, wanted: tuple[str, Account]) -> Trial:
    """Try an account for real, reading only."""
    brand, account = wanted
    try:
        adapter = world.networks[account.network]
        check = partial(adapter.check, account)
        identity = use_secret(world.secrets, brand, account.name, check) if adapter.secret_fields else check({})
    except (CredentialsExpired, Refused) as error:
        return Trial(tried=True, problems=(error.problem,))
    except RateLimited:
        return Trial(tried=False)
    except NetworkError as error:
        return Trial(tried=False, away=problem_of_trial(error))
    except Exception:  # whatever went wrong with this account, the others' posts are looked at
        log.exception("%s/%s could not be tried", brand, account.name)
        return Trial(tried=False)
    return Trial(
        tried=True, limits=identity.limits, problems=tuple(one for one in identity.problems if not one.warning)
    )


@dataclass
class _Ways:
    """What became of telling: who was written to (by delivery), and of which deliveries somebody was reached or not."""

    heard: dict[str, set[str]]
    missed: dict[str, set[str]]  # who could not be told now
    reached: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)  # somebody cannot be reached at all


class _BrandCheck:
    """One run over one brand."""

    def __init__(
        self,
        agenda: _Agenda,
        world: Checking,
        trials: Mapping[tuple[str, str], Trial],
        now: datetime,
        checked: Checked,
    ) -> None:
        self.brand = agenda.brand
        self.agenda = agenda
        self.world = world
        self.trials = trials
        self.now = now
        self.checked = checked
        self._contents: dict[tuple[str, str, int], tuple[str, Counter[str]] | None] = {}

    def run(self) -> None:
        """Look at everything due, tell each person once, then remember."""
        seen = [one for delivery in self.agenda.due if (one := self._seen(delivery))]
        ways = self._tell(seen)
        for one in seen:
            self._remember(one, ways.heard[one.delivery.id], ways.missed[one.delivery.id])

    def _seen(self, hint: Delivery) -> Seen | None:
        """Look at one delivery as it is now; None when it has moved on, or cannot be looked at now."""
        try:
            delivery, pace = self.world.posts.delivery_and_pace(hint.brand, hint.post, hint.account, Bucket.POSTS)
            if delivery is None or not upcoming.wants_look(self.agenda.looks.get(hint.id), delivery, self.now):
                return None
            post = self.world.posts.post(delivery.brand, delivery.post, delivery.version)
            if post is None:
                return None
            content = post.content_for(delivery.account, delivery.network)
            account = self.brand.account(delivery.account)
            late = account.late if account else timedelta(0)
            turn = upcoming.quota_turn(delivery, self.agenda.near, pace, late)
            found = [
                *([Finding(Kind.APPROVAL)] if delivery.state is State.TO_APPROVE else []),
                *self._of_account(delivery),
                *self._of_content(delivery, content),
                *([Finding(Kind.QUOTA, at=turn)] if turn else []),
                *self._advice(delivery, content),
            ]
        except NotReconciled:
            raise
        except HerautError:
            log.warning("%s/%s cannot be looked at now", hint.brand, hint.id, exc_info=True)
            self.checked.failed += 1
            return None
        self.checked.looked += 1
        return Seen(delivery, content, tuple(found))

    def _trial(self, delivery: Delivery) -> Trial:
        removed = problem("account_removed", account=delivery.account)
        return self.trials.get((self.brand.id, delivery.account), Trial(tried=True, problems=(removed,)))

    def _of_account(self, delivery: Delivery) -> Iterable[Finding]:
        trial = self._trial(delivery)
        yield from (Finding(Kind.ACCOUNT, one) for one in trial.problems)
        if trial.away and upcoming.horizon_of(delivery, self.now) is Horizon.HOUR:
            yield Finding(Kind.AWAY, trial.away)

    def _of_content(self, delivery: Delivery, content: Content) -> Iterable[Finding]:
        limits = self._trial(delivery).limits
        if limits is not None:
            adapter = self.world.networks[delivery.network]
            yield from (Finding(Kind.CONTENT, one) for one in adapter.validate(content, limits) if not one.warning)
        for media in content.media:
            if self.world.media.size(media.key) != media.size:
                yield Finding(Kind.MEDIA, problem("media_gone", "media", name=media.name))

    def _advice(self, delivery: Delivery, content: Content) -> Iterable[Finding]:
        """What is alike or close, at the first look of a horizon and version alone: nothing else can bring it."""
        if upcoming.is_same_look(self.agenda.looks.get(delivery.id), delivery, self.now):
            return
        earlier = upcoming.before(delivery, self.agenda.near)
        mine = upcoming.words(content)
        for other in earlier:
            said = self._said(other)
            if said is not None and upcoming.is_alike(mine, said[1]):
                yield Finding(Kind.ALIKE, other=other, text=said[0])
                break
        for other in (*earlier, *self._after(delivery)):
            if abs(delivery.publish_at - other.publish_at) <= CLOSE:
                said = self._said(other)
                yield Finding(Kind.CLOSE, other=other, text=said[0] if said else None)
                break

    def _after(self, delivery: Delivery) -> list[Delivery]:
        """Those just after, looked at already, so that they do not say it themselves."""
        looked = [one for one in self.agenda.near if one.id in self.agenda.looks]
        return [one for one in looked if delivery in upcoming.before(one, [delivery])]

    def _said(self, other: Delivery) -> tuple[str, Counter[str]] | None:
        key = other.post, other.account, other.version
        if key not in self._contents:
            post = self.world.posts.post(other.brand, other.post, other.version)
            content = post.content_for(other.account, other.network) if post else None
            text = "\n\n".join(part.text for part in content.parts) if content else ""
            self._contents[key] = (text, upcoming.words(content)) if content else None
        return self._contents[key]

    def _tell(self, seen: Sequence[Seen]) -> _Ways:
        """Tell everybody."""
        ways = _Ways({one.delivery.id: set() for one in seen}, {one.delivery.id: set() for one in seen})
        for person in self.brand.people:
            self._tell_one(person, [said for one in seen if (said := self._for(one, person))], ways)
        # Somebody must hear: where nobody of the first circle can be reached, the next one is told.
        for circle in (self.brand.people_with(Role.ON_CALL), self.brand.people):
            unheard = [
                one for one in seen if one.delivery.id in ways.lost - ways.reached and not ways.missed[one.delivery.id]
            ]
            for person in circle:
                self._tell_one(person, [said for one in unheard if (said := self._for(one, person, circle))], ways)
        return ways

    def _for(self, one: Seen, person: Person, circle: Sequence[Person] = ()) -> Seen | None:
        """Give what of a delivery is news to a person: findings, or none when it is mended; None: nothing."""
        look = self.agenda.looks.get(one.delivery.id)
        mine = [
            finding for finding in one.findings if person in (circle or self.brand.people_with(_audience(finding.kind)))
        ]
        keys = upcoming.news(mine, look, one.delivery, person.id, self.now)
        if keys:
            return Seen(one.delivery, one.content, tuple(finding for finding in mine if finding.key in keys))
        mended = upcoming.is_mended(look, self._said_now(one))
        return Seen(one.delivery, one.content, ()) if look and mended and person.id in look.people else None

    def _tell_one(self, person: Person, mine: Sequence[Seen], ways: _Ways) -> None:
        if not mine:
            return
        about = {one.delivery.id for one in mine}
        try:
            self.world.notifications.tell(person, compose(mine, self.brand, person, self.now))
        except TryAgain:
            log.warning("%s of %s could not be told now", person.id, self.brand.id)
            for one in about:
                ways.missed[one].add(person.id)
            return
        except InvalidInput as unreachable:
            log.warning("%s of %s cannot be reached: %s", person.id, self.brand.id, unreachable)
            ways.lost |= about
        else:
            self.checked.told += 1
            ways.reached |= about
        for one in about:
            ways.heard[one].add(person.id)

    def _said_now(self, one: Seen) -> set[str]:
        look = self.agenda.looks.get(one.delivery.id)
        return {finding.key for finding in one.findings} | upcoming.still_said(
            look, one.delivery, self.now, tried=self._trial(one.delivery).tried
        )

    def _remember(self, one: Seen, heard: set[str], missed: set[str]) -> None:
        look = self.agenda.looks.get(one.delivery.id)
        said = self._said_now(one)
        if missed and upcoming.is_mended(look, said):
            return  # somebody does not know yet that it is
        people = (set(look.people) if look else set()) - missed | heard
        new = Look(
            post=one.delivery.post,
            account=one.delivery.account,
            version=one.delivery.version,
            horizon=upcoming.horizon_of(one.delivery, self.now),
            publish_at=one.delivery.publish_at,
            tried=self._trial(one.delivery).tried and not missed,
            said=tuple(sorted(said)),
            people=tuple(sorted(people)) if said else (),
            problems=({key: why for key, why in look.problems.items() if key in said} if look else {})
            | {finding.key: finding.problem for finding in one.findings if finding.problem},
        )
        if new != look:
            self.world.looks.save_look(self.brand.id, new)


def _audience(kind: Kind) -> Role:
    return Role.APPROVAL if kind is Kind.APPROVAL else Role.PUBLISHING
