"""An answer written to an alert's e-mail: the person's new words, and nothing else, answer the one they read of.

Nothing is published that was not clearly meant: whoever wrote hears by e-mail, at the address that we know, what
happened and what to do. Machines hear nothing, so that no two of them ever write to each other. A mail that is
delivered again, or by two rules, is one answer: answering is guarded by what is answered, as from the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from heraut import links as tokens
from heraut.conversations.alert_links import alert_link
from heraut.conversations.mailed import read_mail
from heraut.conversations.messages import Said
from heraut.conversations.new_words import Doubtful, new_words
from heraut.conversations.reply import Replying, reply
from heraut.conversations.webhook import KNOWN_FOR
from heraut.errors import Conflict, InvalidInput, TryAgain
from heraut.letters import said as fit
from heraut.links import Action
from heraut.notifications.base import Button, Message
from heraut.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Brand, Brands, Person
    from heraut.conversations.mailed import Mailed
    from heraut.conversations.model import Alert, Interaction
    from heraut.conversations.store import Answers, Conversations, Webhooks
    from heraut.links import Link, Links
    from heraut.notifications.base import Notifications

MAIL = "mail"  # beside accounts, in the memory of what came
PUBLISHED = frozenset({"to_approve", "held", "published", "failed", "expired", "cancelled", "asking"})

wording = Wording(__package__, "receive_mail.toml")


@dataclass(frozen=True)
class Mailing:
    """What answering by mail needs of the world. `marks` are the lines above which one writes."""

    brands: Brands
    links: Links
    conversations: Conversations
    answers: Answers
    came: Webhooks
    notifications: Notifications
    links_url: str
    domain: str
    marks: Sequence[str]


@dataclass(frozen=True)
class Read:
    """A word about it for the log: nothing that was written is in it."""

    word: str
    brand: str = ""
    alert: str = ""


@dataclass(frozen=True)
class _Case:
    """One mail with whose address it was written to, and what there is to answer."""

    mail: Mailed
    link: Link
    brand: Brand
    person: Person
    alert: Alert
    to: Interaction | None
    now: datetime


def receive_mail(raw: bytes, world: Mailing, now: datetime) -> Read:
    """Publish the answer that a mail holds, or tell its author why not.

    TryAgain: later, nothing was decided. What has no address of ours, a machine's mail, and a mail that was read
    already are left alone.
    """
    mail = read_mail(raw, world.domain)
    found = [link for brand, token in mail.to if (link := world.links.link(brand, tokens.hash_of(token)))]
    link = next((one for one in found if one.action is Action.ANSWER_BY_MAIL), None)
    if link is None or link.alert is None:
        return Read("no address of ours")
    brand = world.brands.brand(link.brand)
    person = brand.person(link.person) if brand else None
    alert = world.conversations.alert(link.brand, link.alert)
    if brand is None or person is None or alert is None:
        return Read("nobody's any more", link.brand, link.alert)
    if mail.automatic:
        return Read("automatic", brand.id, alert.id)
    if world.came.is_known(brand.id, MAIL, mail.id):
        return Read("known", brand.id, alert.id)
    held = world.conversations.held(brand.id, alert.account, link.interaction) if link.interaction else None
    alert, to = held or (alert, None)
    case = _Case(mail, link, brand, person, alert, to, now)
    word, message = _answer(case, world)
    _tell(message, person, world)
    world.came.remember(brand.id, MAIL, mail.id, now + KNOWN_FOR)  # told first, remembered after
    return Read(word, brand.id, alert.id)


def _answer(case: _Case, world: Mailing) -> tuple[str, Message]:
    """Answer, or say why not: a word and the message that tells the person."""
    why, fields = _obstacle(case, world)
    text = ""
    if why is None:
        try:
            text = new_words(case.mail.text, world.marks, case.person.name, [world.links_url])
        except Doubtful:
            why = "doubtful"
        else:
            why = None if text else "empty"
    if why is not None or case.to is None:
        return why or "gone", _told(case, why or "gone", world, **fields)
    try:
        outcome = reply(
            case.alert, case.to, text, case.person, case.brand, Replying(world.conversations, world.answers), case.now
        )
    except InvalidInput as refused:
        problems = " ".join(one.message(case.person.language) for one in refused.problems)
        return "refused", _told(case, "refused", world, problems=problems)
    except Conflict as error:
        raise TryAgain(f"an answer in {case.alert.id}: it is being decided right now") from error
    world.links.mark_used(case.link, case.now)
    if not outcome.ours:
        by = case.brand.person(outcome.answer.by)
        name = by.name if by else fit(outcome.answer.by)
        return "already", _told(case, "already", world, by=name, text=fit(outcome.answer.text))
    state = outcome.answer.state if outcome.answer.state in PUBLISHED else "leaving"
    return "answered", _told(case, f"sent_{state}", world, quote=outcome.answer.text)


def _obstacle(case: _Case, world: Mailing) -> tuple[str | None, dict[str, str]]:
    """Say why the mail cannot be taken for this person's answer, before its words are looked at."""
    mail, link, to = case.mail, case.link, case.to
    obstacles: tuple[tuple[str, bool, dict[str, str]], ...] = (
        ("other_sender", mail.sender != case.person.email.strip().lower(), {"sender": fit(mail.sender)}),
        ("unproven", not mail.proven, {}),
        ("too_old", link.expires_at <= case.now, {}),
        ("several", link.interaction is None, {}),
        ("gone", to is None, {}),
        ("used", link.used_at is not None, {}),
        ("edited", to is not None and tokens.hash_of(to.text) != link.said, {"text": fit(to.text) if to else ""}),
        ("attached", bool(mail.attached), {"names": fit(", ".join(mail.attached))}),
        ("answered_elsewhere", to is not None and _is_over(to, case.alert, world), {}),
    )
    return next(((code, fields) for code, holds, fields in obstacles if holds), (None, {}))


def _is_over(to: Interaction, alert: Alert, world: Mailing) -> bool:
    """Whether nobody waits for an answer, and none was given here (of which more can be said)."""
    if to.id in (*alert.waiting, *alert.thanks):
        return False
    there = world.answers.given(alert.brand, alert.account, to.id)
    return there is None or there.anew


def _told(case: _Case, code: str, world: Mailing, quote: str = "", **fields: str) -> Message:
    """Tell the person what happened to their mail; where nothing was published, with a way to answer that works."""
    said = Said(case.alert, (), case.brand, case.person.language, case.now)
    author = fit(case.to.author.name) if case.to else ""
    sent = code.startswith("sent_")

    def say(name: str) -> str:
        given = {"author": author, "network": said.place, "person": case.person.name} | fields
        return wording.say(name, case.person.language, **given)

    page = partial(alert_link, case.alert, Action.REPLY, case.person, world.links, world.links_url, case.now)
    buttons = () if sent or code == "already" else (Button(said.say("reply"), page()),)
    return Message(
        id=f"mail/{case.brand.id}/{case.alert.id}/{code}/{case.mail.id}",
        language=case.person.language,
        brand=case.brand.name,
        brand_id=case.brand.id,
        network=said.place,
        happened=say("happened_sent" if sent else "happened_not"),
        lead=say(code),
        why=say("why_sent" if sent else "why_not"),
        otherwise=say("otherwise_sent" if sent else "otherwise_not"),
        quote=quote or None,
        buttons=buttons,
        thread=f"alert/{case.alert.brand}/{case.alert.id}",
    )


def _tell(message: Message, person: Person, world: Mailing) -> None:
    """Write to the address that we know of this person; one that takes no mail cannot have written this one."""
    try:
        world.notifications.tell(person, message)
    except InvalidInput:
        return
