"""The minute tick of alerts: tell people that one opened, remind them before it is due, tell the next ones after it.

Sent first and marked after, like everything that is due: a crash in between says a thing twice, never not at all. Whom
nothing reaches right now is tried again for some minutes; who heard does not hear again meanwhile.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from heraut import links as tokens
from heraut.brands import Role, WayName
from heraut.conversations import alerts, hours
from heraut.conversations.alert_links import alert_link, answerable, made_link, offered
from heraut.conversations.alerts import Told
from heraut.conversations.messages import Said, message, name_of, notice_message
from heraut.errors import ConfigurationError, Conflict, HerautError, InvalidInput, TryAgain
from heraut.links import Action
from heraut.notifications.base import Button

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from heraut.brands import Brand, Brands, Person
    from heraut.conversations.model import Alert, Notice
    from heraut.conversations.store import Conversations
    from heraut.links import Links
    from heraut.notifications.base import Message, Notifications

    Says = Callable[[Said, Person, Sequence[Button], str | None], Message]

log = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=5)  # with ways that do not answer; then an alert goes on without them


@dataclass(frozen=True)
class Escalating:
    """What telling about alerts needs of the world."""

    conversations: Conversations
    brands: Brands
    links: Links
    notifications: Notifications
    links_url: str
    answers_domain: str = ""  # of the addresses to which answers may be written; empty: none


@dataclass
class Escalated:
    """How many alerts were told, how many messages that took, and how many alerts wait for the next minute."""

    alerts: int = 0
    messages: int = 0
    later: int = 0


def escalate_alerts(world: Escalating, now: datetime) -> Escalated:
    """Tell what is due; what cannot be told now is told the next minute, and holds back nothing else."""
    done = Escalated()
    for brand_id, alert_id in world.conversations.due(now):
        try:
            brand, alert = world.brands.brand(brand_id), world.conversations.alert(brand_id, alert_id)
            if brand is None or alert is None or alert.look_at is None or alert.look_at > now:
                continue
            calm = hours.tellable(now, alert.urgency, brand)
            if calm > now:  # people may not be disturbed now
                world.conversations.change(alert, alerts.put_off(alert, now, calm))
                continue
            telling = _Telling(alert, brand, world, now)
            after = telling.tell()
            done.messages += telling.messages
            world.conversations.change(alert, after)
            done.alerts += bool(telling.noticed) or after.told != alert.told or after.escalated != alert.escalated
            done.later += bool(after.missed_at or after.notices)
        except Conflict:
            continue  # somebody took it or joined it meanwhile: the next minute sees how it is
        except HerautError as error:
            log.warning("alert %s of %s could not be told now: %s", alert_id, brand_id, type(error).__name__)
            done.later += 1
    return done


def audience(alert: Alert, step: Told, brand: Brand) -> Sequence[Person]:
    """Say who hears: whoever took it is reminded alone; overdue, the next people hear too, then those after them."""
    first = alerts.first_told(alert, brand)
    taker = brand.person(alert.taken_by) if alert.taken_by else None
    if step is Told.OVERDUE:
        steps = alerts.next_told(alert, brand)
        following = steps[min(alert.escalated, len(steps) - 1)]
        mine = ([taker] if taker else first) if alert.escalated == 0 else ()
        return tuple(dict.fromkeys((*following, *mine)))
    if step is Told.REMINDED:
        return (taker,) if taker else first
    return tuple(dict.fromkeys((*first, *([taker] if taker else ()))))


@dataclass
class _Telling:
    """Tells what is due of an alert: notices to single people (`noticed` heard theirs), then the step that is next.

    `reached` heard the step, now or in a minute before, `later` could not be reached yet.
    """

    alert: Alert
    brand: Brand
    world: Escalating
    now: datetime
    reached: list[Person] = field(default_factory=list)
    later: list[Person] = field(default_factory=list)
    noticed: list[Person] = field(default_factory=list)
    messages: int = 0

    def tell(self) -> Alert:
        """Tell whoever is to hear; gives the alert as it is then."""
        before = self.alert
        if before.notices:
            self.alert = self._tell_notices()
        after = self._tell_step() if before.due_at is not None and before.due_at <= self.now else self.alert
        return after.model_copy(update={"revision": before.revision + 1})  # one change

    def _tell_notices(self) -> Alert:
        """Tell single people what they are to know; what somebody else did meanwhile is no news any more."""
        alert, brand, now = self.alert, self.brand, self.now
        patient = alert.notices_at is None or now - alert.notices_at < PATIENCE
        waiting: list[Notice] = []
        unreached: list[Notice] = []
        for notice in alert.notices:
            person = brand.person(notice.to)
            if person is None or not alerts.is_news(alert, notice):
                continue
            told = self._told(person, self._said(), partial(notice_message, notice))
            if told:
                self.noticed.append(person)
            elif told is None and patient:
                waiting.append(notice)
            else:
                unreached.append(notice)
        after = alerts.notices_told(alert, waiting)
        for notice in unreached:
            after = alerts.unheard(after, notice, now, brand)
        return after

    def _said(self) -> Said:
        brand = self.brand
        interactions = self.world.conversations.interactions(brand.id, self.alert.id)
        return Said(self.alert, interactions, brand, brand.language, self.now)

    def _tell_step(self) -> Alert:
        alert, brand = self.alert, self.brand
        step = alerts.next_step(alert)
        said = self._said()
        people = audience(alert, step, brand)
        self._round(people, said, step)
        channels = {person.id for person in people if brand.channel(person.id)}
        if channels - {person.id for person in self.reached}:  # a channel has no other way: people hear instead
            others = [person for person in brand.people_with(Role.CONVERSATIONS) if person not in people]
            self._round(others, said, step)
            people = (*people, *others)
        patient = alert.missed_at is None or self.now - alert.missed_at < PATIENCE
        if not self.reached and not (self.later and patient):  # somebody must hear
            self._round([person for person in brand.people if person not in people], said, step)
        if self.later and (patient or not self.reached):
            return alerts.told_some(alert, [self._heard(person, step) for person in self.reached], self.now)
        names = [person.id for person in self.reached]
        return alerts.told(alert, self.now, names, alerts.again_at(alert, brand, self.now))

    def _round(self, people: Sequence[Person], said: Said, step: Told) -> None:
        for person in people:
            knows = person in self.noticed or self._heard(person, step) in self.alert.heard
            told = knows or self._told(person, said, partial(message, step))
            if told:
                self.reached.append(person)
            elif told is None:
                self.later.append(person)

    def _heard(self, person: Person, step: Told) -> str:
        return f"{name_of(step, self.alert)}/{person.id}"

    def _told(self, person: Person, about: Said, says: Says) -> bool | None:
        """Tell one person; False when nothing reaches them, None when nothing does right now."""
        said = replace(about, language=person.language)
        world = self.world
        buttons = [
            Button(said.say(code), alert_link(said.alert, action, person, world.links, world.links_url, said.now))
            for code, action in offered(said.alert, said.interactions).items()
        ]
        try:
            world.notifications.tell(person, says(said, person, buttons, _reply_to(said, person, world)))
        except InvalidInput as unreachable:
            log.warning("%s/%s cannot be reached: %s", said.brand.id, person.id, unreachable)
            return False
        except (TryAgain, ConfigurationError) as error:
            log.warning("%s/%s could not be told now: %s", said.brand.id, person.id, type(error).__name__)
            is_person = said.brand.channel(person.id) is None  # a channel has no other way: people hear instead, now
            return None if is_person else False
        self.messages += 1
        return True


def _reply_to(said: Said, person: Person, world: Escalating) -> str | None:
    """Give the address to which this person may write the answer, where mail is received at all.

    It is bound to the words that they read: another comment that joins meanwhile, or an edit, is not answered by it.
    """
    if WayName.EMAIL not in person.ways or not answerable(said.alert):
        return None
    token = tokens.new_mail_token()
    address = tokens.mail_address(world.answers_domain, said.alert.brand, token)
    if address is not None:
        alone = said.waiting[0] if len(said.waiting) == 1 else None
        link = made_link(said.alert, Action.ANSWER_BY_MAIL, person, token, said.now)
        bound = {"interaction": alone.id, "said": tokens.hash_of(alone.text)} if alone else {}
        world.links.save(link.model_copy(update=bound))
    return address
