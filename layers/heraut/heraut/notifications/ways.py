"""A person's ways, in the order that the configuration gives: where one fails the next is taken, and that is told.

Each try is written down (`sendings`). What a program did not take is tried again over a day and a half, whatever other
way the message took meanwhile; a program that answers nothing good for a day is paused, and what comes for it is kept.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Protocol

from heraut.brands import WayName
from heraut.errors import ConfigurationError, HerautError, InvalidInput, TryAgain
from heraut.notifications.sealing import seal
from heraut.notifications.sendings import Sending, SendingState, Try
from heraut.problems import problem
from heraut.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Person
    from heraut.clock import Clock
    from heraut.fetch import Guard
    from heraut.notifications.base import Message, Notifications
    from heraut.notifications.sendings import Sendings
    from heraut.notifications.sms import SendsSms
    from heraut.notifications.topic import PublishesToTopics

    class Sns(SendsSms, PublishesToTopics, Protocol):
        """Both that SNS does."""


log = logging.getLogger(__name__)
wording = Wording(__package__, "ways.toml")
TRIED_OVER_TIME = frozenset({WayName.WEBHOOK})  # programs want everything, in the end; people want to hear now
FAILURES = (TryAgain, InvalidInput, ConfigurationError)


@dataclass(frozen=True)
class Ways:
    """The port `Notifications` over every way there is; each is made when it is first taken."""

    makers: Mapping[WayName, Callable[[], Notifications]]
    sendings: Sendings
    clock: Clock

    def tell(self, person: Person, message: Message) -> None:
        """Send it by the first way that takes it.

        TryAgain when none took it and one may later; InvalidInput with what stood in the way of each otherwise;
        ConfigurationError when all that is wrong is this installation's.
        """
        self.tell_by(person.ways, person, message)

    def tell_by(
        self, ways: Iterable[WayName], person: Person, message: Message, failed: Sequence[WayName] = ()
    ) -> None:
        """Send it by the first of these ways that takes it; `failed` are those that did not before."""
        missed: list[tuple[WayName, HerautError]] = []
        for way in ways:
            try:
                self._one(way, person, message, [*failed, *(one for one, _ in missed)])
            except FAILURES as error:
                log.warning("%s was not reached by %s: %s", person.id, way, type(error).__name__)
                missed.append((way, error))
            else:
                return
        later = next((error for _, error in missed if isinstance(error, TryAgain)), None)
        if later is not None:
            raise later
        problems = [found for _, error in missed if isinstance(error, InvalidInput) for found in error.problems]
        if missed and not problems:
            raise missed[0][1]
        raise InvalidInput(problems)

    def once(self, way: WayName, person: Person, message: Message, sending: str) -> str:
        """Send it by this way, as this sending; gives its receipt ("": none), raises what the way raises.

        Whoever calls writes the try down.
        """
        return self.makers[way]().tell(person, replace(message, sending=sending)) or ""

    def _one(self, way: WayName, person: Person, message: Message, failed: Sequence[WayName]) -> None:
        now = self.clock.now()
        made = Sending(
            brand=message.brand_id,
            id=f"{now:%Y%m%d%H%M%S%f}-{secrets.token_hex(4)}",
            person=person.id,
            way=way,
            at=now,
            state=SendingState.SENT,
            message=seal(message),
        )
        if way in TRIED_OVER_TIME and self._is_paused(made):
            self._keep(made.ended(SendingState.PAUSED, now))
            raise InvalidInput([problem("way_paused", f"people.{person.id}", way=way, person=person.name)])
        try:
            receipt = self.once(way, person, with_failures(message, failed), made.id)
        except FAILURES as error:
            why = code_of(error)
            over_time = way in TRIED_OVER_TIME and why not in UNUSABLE
            self._keep(made.tried(now, why) if over_time else made.ended(SendingState.FAILED, now, why))
            if over_time:  # it is kept, and sent again: whoever called need not
                note_health(self.sendings, made, now, good=False)
                waits = problem("way_waiting", f"people.{person.id}", way=way, person=person.name)
                raise InvalidInput([waits]) from error
            raise
        self._keep(made.model_copy(update={"tries": (Try(at=now),), "receipt": receipt}))
        if way in TRIED_OVER_TIME:
            note_health(self.sendings, made, now, good=True)

    def _is_paused(self, made: Sending) -> bool:
        try:
            return self.sendings.health(made.brand, made.person, made.way).paused_at is not None
        except HerautError as error:  # rather one try too many than none
            log.warning("how %s fares could not be read: %s", made.way, error)
            return False

    def _keep(self, sending: Sending) -> None:
        """Write a try down; a message that left is not sent again because that could not be written."""
        try:
            self.sendings.save_sending(sending)
        except HerautError as error:
            log.warning("a message to %s by %s is not in the log: %s", sending.person, sending.way, error)


UNUSABLE = frozenset({"way_without_address", "way_address", "way_key"})  # trying again changes nothing


def code_of(error: HerautError) -> str:
    """Say in a word what stood in the way: a problem's code, else the kind of error."""
    return error.problems[0].code if isinstance(error, InvalidInput) and error.problems else type(error).__name__


def note_health(sendings: Sendings, sending: Sending, now: datetime, *, good: bool) -> bool:
    """Keep whether a way answered well; whether this very failure pauses it."""
    try:
        before = sendings.health(sending.brand, sending.person, sending.way)
        after = before.good() if good else before.failed(now)
        if after != before:
            sendings.save_health(after)
    except HerautError as error:
        log.warning("how %s of %s fares could not be written: %s", sending.way, sending.person, error)
        return False
    return before.paused_at is None and after.paused_at is not None


def with_failures(message: Message, failed: Sequence[WayName]) -> Message:
    """Say in the message by which ways it did not arrive."""
    if not failed:
        return message
    names = ", ".join(wording.say(f"by_{way}", message.language) for way in failed)
    told = wording.say("missed", message.language, ways=names)
    return replace(message, why="\n\n".join(part for part in (message.why, told) if part))


def every_way(
    email: Callable[[], Notifications],
    secret: Callable[[str, str], Mapping[str, str] | None],
    guard: Guard,
    clock: Clock,
    sns: Callable[[], Sns],
    sendings: Sendings,
) -> Ways:
    """Give all ways there are, each made when it is first taken.

    `secret` reads the address (and key) of a person's way, by brand and name; `guard` says which addresses may be
    called; `sns` sends short messages and publishes to topics; `sendings` keeps what was sent.
    """

    def sms() -> Notifications:
        from heraut.notifications.sms import SmsNotifications

        return SmsNotifications(sns())

    def topic() -> Notifications:
        from heraut.notifications.topic import TopicNotifications

        return TopicNotifications(sns())

    def chat(way: WayName) -> Notifications:
        from heraut.notifications import discord, mattermost, slack, teams
        from heraut.notifications.hooks import ChatNotifications, Hook

        form = {
            WayName.SLACK: slack.form,
            WayName.TEAMS: teams.form,
            WayName.DISCORD: discord.form,
            WayName.MATTERMOST: mattermost.form,
        }[way]
        taken = teams.taken if way is WayName.TEAMS else lambda _: True
        return ChatNotifications(way, form, secret, Hook(guard, pause), taken)

    def webhook() -> Notifications:
        from heraut.notifications.hooks import Hook
        from heraut.notifications.webhook import SignedWebhook

        return SignedWebhook(secret, Hook(guard, pause), clock.now)

    def pause(seconds: float) -> None:
        clock.sleep_until(clock.now() + timedelta(seconds=seconds))

    chats = (WayName.SLACK, WayName.TEAMS, WayName.DISCORD, WayName.MATTERMOST)
    makers = {WayName.EMAIL: email, WayName.WEBHOOK: webhook, WayName.SMS: sms, WayName.TOPIC: topic}
    return Ways({**makers, **{way: cache(lambda way=way: chat(way)) for way in chats}}, sendings, clock)
