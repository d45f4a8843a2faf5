"""Messages that a program did not take are sent to it again when they are due; people may have any sent again.

Claimed before it is sent, so that two ticks never send one at once; a tick that dies leaves it due five minutes later.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.errors import Conflict, HerautError, InvalidInput, TryAgain
from heraut.notifications.base import in_words
from heraut.notifications.sealing import unseal
from heraut.notifications.sendings import SendingState
from heraut.notifications.ways import FAILURES, TRIED_OVER_TIME, code_of, note_health, wording
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Brand, Brands, Person, WayName
    from heraut.clock import Clock
    from heraut.links import Links
    from heraut.notifications.base import Message
    from heraut.notifications.sendings import Sending, Sendings
    from heraut.notifications.ways import Ways

log = logging.getLogger(__name__)

INSTEAD = "/instead/"  # in the id of a message that was another person's: whose, and who has it now
CLAIMED = timedelta(minutes=5)
TIME = timedelta(seconds=15)  # of a tick: one that hangs takes as long again at most
BACK = timedelta(days=8)  # further than anything is kept


@dataclass(frozen=True)
class Again:
    """What sending again needs of the world."""

    sendings: Sendings
    brands: Brands
    links: Links
    ways: Ways
    clock: Clock


@dataclass
class SentAgain:
    """How many were taken, how many failed once more, how many ways were paused."""

    sent: int = 0
    failed: int = 0
    paused: int = 0


def send_again(world: Again, now: datetime) -> SentAgain:
    """Send what is due; one program's silence holds back no other for longer than a quarter of a minute."""
    done = SentAgain()
    for brand_id, sending_id in world.sendings.due_sendings(now):
        if world.clock.now() - now > TIME:
            break  # the next minute goes on
        try:
            held = world.sendings.sending(brand_id, sending_id)
            if held is None or held.due_at is None or held.due_at > now:
                continue
            claimed = held.again(now + CLAIMED)
            world.sendings.change_sending(held, claimed)
            _send(claimed, world, now, done)
        except Conflict:
            continue  # another tick has it
        except HerautError as error:
            log.warning("a message of %s could not be sent again now: %s", brand_id, type(error).__name__)
    return done


def replay(sending: Sending, sendings: Sendings, now: datetime) -> None:
    """Let a message be sent again, by the way it went, at the next minute; InvalidInput (`way_paused`)."""
    if sendings.health(sending.brand, sending.person, sending.way).paused_at is not None:
        raise InvalidInput([problem("way_paused", way=sending.way, person=sending.person)])
    sendings.change_sending(sending, sending.again(now))


def resume(brand: str, person: str, way: WayName, sendings: Sendings, now: datetime) -> int:
    """Take a way up again: everything that waited for it, or never arrived, is sent; says how many."""
    sendings.save_health(sendings.health(brand, person, way).good())
    lost = {SendingState.PAUSED, SendingState.FAILED, SendingState.WAITING}
    waiting = [
        one
        for one in sendings.sendings(brand, now - BACK)
        if (one.person, one.way) == (person, way) and one.state in lost
    ]
    for one in waiting:
        sendings.change_sending(one, one.again(now))
    return len(waiting)


def tell_instead(
    person: Person, brand: Brand, ways: Ways, told: Message, by: Sequence[WayName], failed: Sequence[WayName]
) -> bool:
    """Tell a person by these ways; whether one took it."""
    if not by:
        return False
    try:
        ways.tell_by(by, person, told, failed)
    except (TryAgain, *FAILURES) as error:
        log.warning("%s/%s was not reached by another way either: %s", brand.id, person.id, type(error).__name__)
        return False
    return True


def _send(sending: Sending, world: Again, now: datetime, done: SentAgain) -> None:
    brand = world.brands.brand(sending.brand)
    person = (brand.person(sending.person) or brand.channel(sending.person)) if brand else None
    if brand is None or person is None:
        world.sendings.change_sending(sending, sending.ended(SendingState.FAILED, now, "person_gone"))
        return
    if world.sendings.health(sending.brand, sending.person, sending.way).paused_at is not None:
        world.sendings.change_sending(sending, sending.ended(SendingState.PAUSED, now))
        return
    try:
        receipt = world.ways.once(sending.way, person, unseal(sending.message, world.links, now), sending.id)
    except FAILURES as error:
        done.failed += 1
        world.sendings.change_sending(sending, sending.tried(now, code_of(error)))
        if sending.way in TRIED_OVER_TIME and note_health(world.sendings, sending, now, good=False):
            done.paused += 1
            _tell_paused(brand, person, sending, world)
        return
    done.sent += 1
    world.sendings.change_sending(sending, sending.tried(now, receipt=receipt))
    if sending.way in TRIED_OVER_TIME:
        note_health(world.sendings, sending, now, good=True)


def _tell_paused(brand: Brand, person: Person, sending: Sending, world: Again) -> None:
    """Say by the person's next way that a way is paused; where they have none, to the others."""
    rest = [way for way in person.ways if way != sending.way]
    told = _paused(brand, person, person, sending.way)
    if tell_instead(person, brand, world.ways, told, rest, ()):
        return
    for other in brand.people:
        if other.id != person.id:
            about = _paused(brand, other, person, sending.way)
            tell_instead(other, brand, world.ways, about, other.ways, ())


def _paused(brand: Brand, reader: Person, person: Person, way: WayName) -> Message:
    command = f"heraut ways resume {person.id} {way} --brand {brand.id}"
    told = f"way/paused/{brand.id}/{person.id}/{way}/{reader.id}"
    thread = f"way/{brand.id}/{person.id}/{way}"
    return in_words(wording, "paused", reader, brand, named=told, thread=thread, person=person.name, command=command)


def for_another(message: Message, reader: Person, person: Person, why: str) -> Message:
    """Give a message that was another person's, saying whose and why it comes to this one."""
    said = wording.say("instead", message.language, person=person.name, why=why)
    return replace(
        message,
        id=f"{message.id}{INSTEAD}{person.id}/{reader.id}",
        why="\n\n".join(one for one in (said, message.why) if one),
    )
