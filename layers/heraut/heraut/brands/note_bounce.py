"""A mail that came back, or was called unwanted: its message goes by the person's next way, else to the others.

What the mail service says arrives minutes or hours after it took the mail.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from heraut.brands.model import Role, WayName
from heraut.errors import Conflict, InvalidInput, TryAgain
from heraut.notifications.base import in_words
from heraut.notifications.sealing import unseal
from heraut.notifications.send_again import INSTEAD, for_another, tell_instead
from heraut.notifications.sendings import SendingState
from heraut.notifications.ways import wording
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from heraut.brands.model import Brand, Person
    from heraut.notifications.base import Message
    from heraut.notifications.send_again import Again
    from heraut.notifications.sendings import Sending

log = logging.getLogger(__name__)
OVER = frozenset({SendingState.BOUNCED, SendingState.COMPLAINED})


@dataclass(frozen=True)
class Bounce:
    """What became of a mail: of which brand and sending, and whether somebody called it unwanted."""

    brand: str
    sending: str
    unwanted: bool = False


def note_bounce(bounce: Bounce, world: Again, now: datetime) -> str:
    """Say in a word what was done: `told`, `told others`, `known`, `gone`.

    Told first and noted after: a crash in between says a thing twice. TryAgain when the sending is not written yet;
    InvalidInput (`nobody_reached`) when nobody at all could be told.
    """
    sending = world.sendings.sending(bounce.brand, bounce.sending)
    brand = world.brands.brand(bounce.brand)
    if brand is None:
        return "gone"
    if sending is None:
        raise TryAgain(f"the sending {bounce.sending} of {bounce.brand} is not there yet")
    if sending.state in OVER:
        return "known"
    person = brand.person(sending.person)
    done = "gone"
    if person is not None:
        done = (
            _complained(brand, person, world)
            if bounce.unwanted
            else send_otherwise(brand, person, sending, world, now, why="mail_came_back")
        )
    state, why = (
        (SendingState.COMPLAINED, "mail_unwanted") if bounce.unwanted else (SendingState.BOUNCED, "mail_bounced")
    )
    end(sending, state, why, world, now)
    return done


def end(sending: Sending, state: SendingState, why: str, world: Again, now: datetime) -> None:
    """Note how a sending ended; one that changed meanwhile stays as it is."""
    try:
        world.sendings.change_sending(sending, sending.ended(state, now, why))
    except Conflict:
        log.warning("the sending %s of %s changed while its failure was noted", sending.id, sending.brand)


def send_otherwise(
    brand: Brand, person: Person, sending: Sending, world: Again, now: datetime, *, why: str, yours: str = ""
) -> str:
    """Send it by the person's next way (`told`), else to the others (`told others`).

    `why` names the sentence that tells the others why it comes to them, `yours` the one that tells the person.
    InvalidInput (`nobody_reached`) when nobody at all could be told.
    """
    rest = [way for way in _after(person.ways, sending.way) if way != sending.way]
    message = unseal(sending.message, world.links, now)
    reason = wording.say(yours, message.language) if yours else ""
    mine = replace(message, why="\n\n".join(one for one in (message.why, reason) if one))
    if tell_instead(person, brand, world.ways, mine, rest, [sending.way]):
        return "told"
    others = wording.say(why, message.language)
    for circle in _others(brand, person, _passed(message.id)):
        reached = [one for one in circle if _told(one, brand, person, sending, world, now, others)]
        if reached:
            return "told others"
    raise InvalidInput([problem("nobody_reached", person=person.name)])


def _told(
    reader: Person, brand: Brand, person: Person, sending: Sending, world: Again, now: datetime, why: str
) -> bool:
    message = for_another(unseal(sending.message, world.links, now, reader.id), reader, person, why)
    return tell_instead(reader, brand, world.ways, message, reader.ways, ())


def _complained(brand: Brand, person: Person, world: Again) -> str:
    """Say that further mails will not arrive, by the person's other ways and to the others."""
    rest = [way for way in person.ways if way is not WayName.EMAIL]
    mine = tell_instead(person, brand, world.ways, _unwanted(brand, person, person), rest, ())
    for circle in _others(brand, person, set()):
        told = [one for one in circle if _said(one, brand, person, world)]
        if told:
            return "told others"
    if mine:
        return "told"
    raise InvalidInput([problem("nobody_reached", person=person.name)])


def _said(reader: Person, brand: Brand, person: Person, world: Again) -> bool:
    return tell_instead(reader, brand, world.ways, _unwanted(brand, reader, person), reader.ways, ())


def _others(brand: Brand, person: Person, passed: Collection[str]) -> Sequence[list[Person]]:
    """Give who hears instead: who is on call, else everybody else; nobody who had the message before."""
    left = [one for one in brand.people if one.id != person.id and one.id not in passed]
    on_call = [one for one in brand.people_with(Role.ON_CALL) if one in left]
    return [on_call, [one for one in left if one not in on_call]]


def _passed(message: str) -> set[str]:
    """Give who had a message before: two mailboxes that are gone would send it to each other for ever."""
    return {person for part in message.split(INSTEAD)[1:] for person in part.split("/")[:2]}


def _after(ways: Sequence[WayName], way: WayName) -> Sequence[WayName]:
    return ways[list(ways).index(way) + 1 :] if way in ways else ways


def _unwanted(brand: Brand, reader: Person, person: Person) -> Message:
    told = f"way/unwanted/{brand.id}/{person.id}/{reader.id}"
    thread = f"way/{brand.id}/{person.id}/email"
    return in_words(wording, "unwanted", reader, brand, named=told, thread=thread, person=person.name)
