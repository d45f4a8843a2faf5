"""Posting to the address that a chat or a program gave: a few tries, then whoever asked goes another way.

A message may arrive twice where its answer was lost; none is lost without being told. The address is a secret (who has
it can write there): it is in no log and no error.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING, Any

from heraut.errors import AddressRefused, HerautError, InvalidInput, TryAgain
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from heraut.brands import Person, WayName
    from heraut.exchange import Reply
    from heraut.fetch import Guard
    from heraut.notifications.base import Message

SECONDS = 5.0  # of one try
MOST_BYTES = 100_000  # of an answer
WAITS = (0.5, 1.5)  # seconds before the second try and the third
JSON = {"Content-Type": "application/json; charset=utf-8"}
_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass(frozen=True)
class Hook:
    """Calls of addresses that `guard` lets through; `pause` waits for so many seconds between two tries."""

    guard: Guard
    pause: Callable[[float], None]

    def post(self, way: WayName, person: Person, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Post, and give a good answer; TryAgain when none came, InvalidInput (`way_refused`) when it says no."""
        for wait in (*WAITS, None):
            try:
                return self._once(way, person, url, body, headers)
            except TryAgain:
                if wait is None:
                    raise
                self.pause(wait)
        raise AssertionError("the last try answers or raises")

    def _once(self, way: WayName, person: Person, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        from heraut.exchange import NotSent, NoWholeAnswer, exchange  # brings requests: most messages are e-mails
        from heraut.fetch import USER_AGENT, NameUnknown

        until = monotonic() + SECONDS
        try:
            target = self.guard.check(url, SECONDS)
            sent = {"User-Agent": USER_AGENT, **headers}
            reply = exchange(target, "POST", until=until, limit_bytes=MOST_BYTES, headers=sent, data=body)
        except AddressRefused as refused:
            raise InvalidInput(
                [problem("way_address", f"people.{person.id}", way=way, person=person.name)]
            ) from refused
        except (NotSent, NoWholeAnswer, NameUnknown) as error:
            raise TryAgain(f"{way} of {person.id}: {type(error).__name__}") from None
        return good(reply, way, person)


def good(reply: Reply, way: WayName, person: Person) -> Reply:
    """Give an answer that says yes; TryAgain or InvalidInput for what the others mean."""
    if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        return reply
    if reply.status in _LATER or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise TryAgain(f"{way} of {person.id}: status {reply.status}")
    raise refused_by(way, person, reply.status)


def refused_by(way: WayName, person: Person, status: int) -> InvalidInput:
    """Say that a way said no."""
    return InvalidInput([problem("way_refused", f"people.{person.id}", way=way, person=person.name, status=status)])


@dataclass(frozen=True)
class ChatNotifications:
    """Notifications in a chat, at the address that it gave for this person (their own, or their team's, channel).

    `form` gives what the chat is sent, `secret` the address by brand and way of a person, `taken` says whether an
    answer with a good status really is a yes.
    """

    way: WayName
    form: Callable[[Message], Mapping[str, Any]]
    secret: Callable[[str, str], Mapping[str, str] | None]
    hook: Hook
    taken: Callable[[Reply], bool] = lambda _: True

    def tell(self, person: Person, message: Message) -> None:
        """Post it; raises TryAgain when it may succeed later, InvalidInput when this person cannot be reached so."""
        url = secret_of(self.way, person, message, self.secret)["url"]
        body = json.dumps(self.form(message), ensure_ascii=False).encode()
        reply = self.hook.post(self.way, person, url, body, JSON)
        if not self.taken(reply):
            raise refused_by(self.way, person, reply.status)


def secret_of(
    way: WayName, person: Person, message: Message, secret: Callable[[str, str], Mapping[str, str] | None]
) -> Mapping[str, str]:
    """Give the address (and key) of a person's way; InvalidInput (`way_without_address`) when nobody gave it."""
    try:
        held = secret(message.brand_id, secret_name(person, way))
    except TryAgain:
        raise
    except HerautError:  # kept in a form that cannot be read: as good as none
        held = None
    if not held or not held.get("url"):
        raise InvalidInput([problem("way_without_address", f"people.{person.id}", way=way, person=person.name)])
    return held


def secret_name(person: Person, way: WayName) -> str:
    """Name the secret of a person's way, beside those of accounts, whose names have no dot."""
    return f"{person.id}.{way}"


def text_of(message: Message, link: Callable[[str, str], str], quoted: str = "> ") -> str:
    """Write a message as a chat's text, its buttons as links (`link` writes one from label and address)."""
    quote = "\n".join(f"{quoted}{line}" for line in (message.quote or "").splitlines())
    items = [
        "\n".join(
            part
            for part in (
                item.title,
                item.said,
                " · ".join(link(one.label, one.address) for one in item.every_button),
            )
            if part
        )
        for item in message.items
    ]
    buttons = " · ".join(link(one.label, one.address) for one in message.buttons)
    return "\n\n".join(part for part in (message.lead, quote, message.why, *items, buttons, message.otherwise) if part)


def fitted(message: Message, link: Callable[[str, str], str], longest: int) -> str:
    """Write a message as `text_of` does, without its last items where it would be too long: no link is cut in two."""
    for shown in range(len(message.items), 0, -1):
        text = text_of(replace(message, items=message.items[:shown]), link)
        whole = text if shown == len(message.items) else f"{text}\n\n…"
        if len(whole) <= longest:
            return whole
    return cut(text_of(replace(message, items=()), link), longest)


def cut(text: str, longest: int) -> str:
    """Give a text that fits."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
