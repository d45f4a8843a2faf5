"""A person's ways, in the order that the configuration gives: where one fails the next is taken, and that is told."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Protocol

from heraut.brands import WayName
from heraut.errors import ConfigurationError, HerautError, InvalidInput, TryAgain
from heraut.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from heraut.brands import Person
    from heraut.clock import Clock
    from heraut.fetch import Guard
    from heraut.notifications.base import Message, Notifications
    from heraut.notifications.sms import SendsSms
    from heraut.notifications.topic import PublishesToTopics

    class Sns(SendsSms, PublishesToTopics, Protocol):
        """Both that SNS does."""


log = logging.getLogger(__name__)
wording = Wording(__package__, "ways.toml")


@dataclass(frozen=True)
class Ways:
    """The port `Notifications` over every way there is; each is made when it is first taken."""

    makers: Mapping[WayName, Callable[[], Notifications]]

    def tell(self, person: Person, message: Message) -> None:
        """Send it by the first way that takes it.

        TryAgain when none took it and one may later; InvalidInput with what stood in the way of each otherwise;
        ConfigurationError when all that is wrong is this installation's.
        """
        missed: list[tuple[WayName, HerautError]] = []
        for way in person.ways:
            try:
                self.makers[way]().tell(person, _with_failures(message, [failed for failed, _ in missed]))
            except (TryAgain, InvalidInput, ConfigurationError) as error:
                log.warning("%s was not reached by %s: %s", person.id, way, type(error).__name__)
                missed.append((way, error))
            else:
                return
        later = next((error for _, error in missed if isinstance(error, TryAgain)), None)
        if later is not None:
            raise later
        problems = [found for _, error in missed if isinstance(error, InvalidInput) for found in error.problems]
        if not problems:
            raise missed[0][1]
        raise InvalidInput(problems)


def _with_failures(message: Message, failed: list[WayName]) -> Message:
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
) -> Ways:
    """Give all ways there are, each made when it is first taken.

    `secret` reads the address (and key) of a person's way, by brand and name; `guard` says which addresses may be
    called; `sns` sends short messages and publishes to topics.
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
    return Ways({**makers, **{way: cache(lambda way=way: chat(way)) for way in chats}})
