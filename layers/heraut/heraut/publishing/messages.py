"""What is said to a person about a post: pure, an event with its post and deliveries in, a `Message` out.

Local hours only, in the brand's zone; networks by the names people know; no word of the machinery.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from heraut.brands import known_as
from heraut.due import instant
from heraut.events import EventName
from heraut.letters import said as fit
from heraut.links import Action
from heraut.notifications.base import Button, Item, Message, Picture
from heraut.problems import Problem, catalogue
from heraut.publishing.model import CONSENT, Delivery, Post, State
from heraut.publishing.variants import variants
from heraut.wording import Wording, at_moment, clock, listed, moment, of_moment, span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from heraut.brands import Brand, Person
    from heraut.events import Event
    from heraut.problems import Language
    from heraut.publishing.model import Content

WIDELY = 3  # from this reminder on, the person on call hears too
LONGEST_QUOTE = 3000  # characters; the page behind the link shows everything
LONGEST_ITEM_QUOTE = 280
MOST_ITEMS = 30  # of one message; a longer list is several messages

HANDOVERS = frozenset({EventName.HANDOVER_AHEAD, EventName.HANDOVER_DUE, EventName.HANDOVER_REMINDED})

_WITHOUT_CONSENT = frozenset({EventName.CONSENT_WITHDRAWN, EventName.ONLINE_WITHOUT_CONSENT})
_PERHAPS_BEGUN = frozenset({EventName.FAILED, EventName.EXPIRED, EventName.ASKING})  # of a thread
_STEMS = {
    EventName.FAILED: "failed",
    EventName.EXPIRED: "expired",
    EventName.ASKING: "asking",
    EventName.APPROVAL_ASKED: "approval",
    EventName.HANDOVER_AHEAD: "ahead",
    EventName.HANDOVER_DUE: "due",
    EventName.HANDOVER_REMINDED: "reminded",
    EventName.CONSENT_WITHDRAWN: "consent",
    EventName.ONLINE_WITHOUT_CONSENT: "unagreed",
}

wording = Wording(__package__, "messages.toml")


@dataclass(frozen=True)
class Wanted:
    """A button before its link is made: what it does, or else the address it simply opens."""

    code: str
    action: Action | None = None
    address: str | None = None


@dataclass(frozen=True)
class Happening:
    """An event with what it is about: its post at the version concerned and the deliveries concerned (at least one)."""

    event: Event
    post: Post
    deliveries: tuple[Delivery, ...]
    pictures: tuple[Picture, ...] = ()

    @property
    def delivery(self) -> Delivery:
        """The delivery concerned (of several, the first)."""
        return self.deliveries[0]

    @property
    def content(self) -> Content:
        """What is said there."""
        return self.post.content_for(self.delivery.account, self.delivery.network)


def wanted(name: EventName, account: str, brand: Brand) -> tuple[Wanted, ...]:
    """Give the buttons of what happened on an account, the expected one first."""
    address = known_as.page(brand.account(account))
    match name:
        case EventName.FAILED:
            return (
                Wanted("button_resend", Action.PUBLISH_NOW),
                Wanted("button_myself", Action.IS_ONLINE),
                Wanted("button_drop", Action.DROP),
            )
        case EventName.EXPIRED:
            known = brand.account(account)
            slots = (known and known.slots) or brand.slots
            return (
                Wanted("button_publish_now", Action.PUBLISH_NOW),
                *((Wanted("button_next_slot", Action.NEXT_SLOT),) if slots else ()),
                Wanted("button_drop", Action.DROP),
            )
        case EventName.ASKING:
            look = (Wanted("button_look", address=address),) if address else ()
            return (
                *look,
                Wanted("button_is_online", Action.IS_ONLINE),
                Wanted("button_send_again", Action.SEND_AGAIN),
            )
        case EventName.APPROVAL_ASKED:
            return (Wanted("button_approve", Action.APPROVE), Wanted("button_refuse", Action.DROP))
        case EventName.HANDOVER_AHEAD:
            return (Wanted("button_copy", Action.IS_ONLINE), *_open(address))
        case _:
            return (
                Wanted("button_copy", Action.IS_ONLINE),
                *_open(address),
                Wanted("button_published", Action.IS_ONLINE),
                Wanted("button_drop", Action.DROP),
            )


def wanted_of(happening: Happening, brand: Brand) -> tuple[Wanted, ...]:
    """Give the buttons of what happened to a delivery; what is online without consent is opened where it stands."""
    name, delivery = happening.event.name, happening.delivery
    if name not in _WITHOUT_CONSENT:
        return wanted(name, delivery.account, brand)
    page = known_as.page(brand.account(delivery.account)) if delivery.state is State.ASKING else None
    address = delivery.url or page
    sees = (Wanted("button_see" if delivery.url else "button_look", address=address),) if address else ()
    cancels = name is EventName.CONSENT_WITHDRAWN and delivery.may_change  # what is online in part cannot be
    return (*sees, *((Wanted("button_cancel", Action.DROP),) if cancels else ()))


def label(button: Wanted, delivery: Delivery, brand: Brand, language: Language) -> str:
    """Say what a button does."""
    network = known_as.title(brand, delivery.account, delivery.network, language)
    return wording.say(button.code, language, network=network)


def compose(
    happenings: Sequence[Happening],
    buttons: Mapping[str, tuple[Button, ...]],
    brand: Brand,
    person: Person,
) -> Message:
    """Say to one person what happened: one thing, or several of one kind; `buttons` are by event id."""
    voices = [_Voice(happening, brand, person.language) for happening in happenings]
    if len(voices) == 1:
        return _single(voices[0], buttons[voices[0].event.id], person)
    return _several(voices, buttons, person)


def message_id(happenings: Sequence[Happening], person: Person) -> str:
    """Give the message's id: the same for the same events and person."""
    names = sorted(happening.event.id for happening in happenings)
    return hashlib.sha256("/".join([*names, person.id]).encode()).hexdigest()[:32]


def _open(address: str | None) -> tuple[Wanted, ...]:
    return (Wanted("button_open", address=address),) if address else ()


class _Voice:
    """One happening, in one language."""

    def __init__(self, happening: Happening, brand: Brand, language: Language) -> None:
        self.happening = happening
        self.event = happening.event
        self.brand = brand
        self.language = language
        self._delivery = happening.delivery

    @property
    def stem(self) -> str:
        """The beginning of this kind's sentences."""
        return _STEMS[self.event.name]

    @property
    def network(self) -> str | None:
        """The network concerned, None when there are several."""
        titles = self._titles()
        return titles[0] if len(titles) == 1 else None

    @property
    def promise(self) -> datetime:
        """When it was promised."""
        return self._delivery.publish_at

    def say(self, code: str, **fields: object) -> str:
        """Say a sentence with the times and places of this happening filled in."""
        said = (self.promise, self.brand.zone, self.language, self.event.at)
        return wording.say(
            code,
            self.language,
            of=of_moment(*said),
            at=at_moment(*said),
            moment=moment(*said),
            place=self._place(),
            network=self.network or listed(self._titles(), self.language),
            **fields,
        )

    def lead(self) -> str:
        """What to do, and until when."""
        if self.event.name in _PERHAPS_BEGUN and self._delivery.remote_ids:
            parts = self.happening.content.messages
            return self.say(f"{self.stem}_lead_part", done=len(self._delivery.remote_ids), parts=parts)
        if self.event.name in _WITHOUT_CONSENT:
            return self._unagreed_lead()
        with_media = self.event.name in {EventName.HANDOVER_AHEAD, EventName.HANDOVER_DUE}
        if with_media and self.happening.content.media:
            return self.say(f"{self.stem}_lead_media")
        return self.say(f"{self.stem}_lead")

    def _unagreed_lead(self) -> str:
        """What to do with what quotes somebody who no longer agrees."""
        if self.event.name is EventName.ONLINE_WITHOUT_CONSENT:
            return self.say("unagreed_lead" if self._delivery.state is State.PUBLISHED else "unagreed_lead_perhaps")
        testimonial = str(self.event.fields.get("mark", "")).removeprefix(CONSENT)
        begun = "_part" if self._delivery.remote_ids else ""
        return self.say(f"consent_lead{begun}", testimonial=testimonial)

    def why(self) -> str:
        """Why, in plain words."""
        match self.event.name:
            case EventName.EXPIRED:
                return " ".join(filter(None, [self._message(self._delivery.problem), self._late()]))
            case EventName.ASKING if not self.event.fields.get("problem"):
                said = self.say("asking_why", clock=clock(self._started(), self.brand.zone, seconds=True))
                return " ".join(filter(None, [said, self._refused()]))
            case EventName.FAILED | EventName.ASKING:
                return self._reason()
            case EventName.APPROVAL_ASKED | EventName.CONSENT_WITHDRAWN | EventName.ONLINE_WITHOUT_CONSENT:
                return self.say("approval_why" if self.stem == "approval" else "consent_why")
            case EventName.HANDOVER_REMINDED if self._reminders() >= WIDELY:
                return self.say("reminded_widely_why", reminders=self._reminders())
            case _:
                return self.say("by_hand_why")

    def otherwise(self) -> str:
        """What happens if nothing is done."""
        widely = self.event.name is EventName.HANDOVER_REMINDED and self._reminders() >= WIDELY
        return self.say("reminded_widely_otherwise" if widely else f"{self.stem}_otherwise")

    def quote(self, longest: int) -> str:
        """What is said in the post, cut at `longest` characters."""
        content = self.happening.content
        to = content.in_reply_to
        blocks = [self.say("in_reply_to", author=fit(to.author), text=fit(to.text))] if to else []
        blocks += [self.say("warning", text=content.content_warning)] if content.content_warning else []
        said = variants(self.happening.post, self.happening.deliveries)
        for one, deliveries in said:
            if len(said) > 1:
                blocks.append(self.say("variant", where=self._places(deliveries)))
            blocks += self._parts(one)
        if content.link and not all(any(content.link in part.text for part in one.parts) for one, _ in said):
            blocks.append(self.say("link", text=content.link))
        if content.first_comment:
            blocks.append(self.say("first_comment", text=content.first_comment))
        if content.poll:
            blocks.append(self.say("poll", text=" · ".join(content.poll.options)))
        text = "\n\n".join(block for block in blocks if block)
        return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"

    def item(self, buttons: tuple[Button, ...]) -> Item:
        """Say it as one of several."""
        title = self.say("item")
        return Item(title, self.why(), self.quote(LONGEST_ITEM_QUOTE), self.happening.pictures, buttons)

    def _parts(self, content: Content) -> list[str]:
        blocks = []
        for number, part in enumerate(content.parts, start=1):
            if len(content.parts) > 1:
                blocks.append(self.say("thread_part", number=number, parts=len(content.parts)))
            blocks.append(part.text)
        return blocks

    def _titles(self) -> list[str]:
        titles = (
            known_as.title(self.brand, one.account, one.network, self.language) for one in self.happening.deliveries
        )
        return list(dict.fromkeys(titles))

    def _place(self) -> str:
        return self._places(self.happening.deliveries)

    def _places(self, deliveries: Sequence[Delivery]) -> str:
        places = (known_as.place(self.brand, one.account, one.network, self.language) for one in deliveries)
        return listed(list(dict.fromkeys(places)), self.language)

    def _reason(self) -> str:
        told = self.event.fields.get("problem")
        found = Problem.model_validate(told) if told else self._delivery.problem
        if found is None or found.code not in catalogue():
            return self.say("reason_unknown")
        return " ".join(filter(None, [found.message(self.language), found.remedy(self.language)]))

    def _refused(self) -> str:
        """What the network said clearly when it was sent once more."""
        told = self.event.fields.get("refused")
        found = Problem.model_validate(told) if told else None
        known = found is not None and found.code in catalogue()
        return self.say("asking_refused", reason=found.message(self.language)) if found and known else ""

    def _message(self, found: Problem | None) -> str:
        return found.message(self.language) if found and found.code in catalogue() else ""

    def _late(self) -> str:
        late = self.event.fields.get("late_by_s")
        if not isinstance(late, int | float):
            return self.say("expired_why_plain")
        return self.say("expired_why", late=span(timedelta(seconds=late), self.language))

    def _started(self) -> datetime:
        told = self.event.fields.get("started_at")
        if isinstance(told, str):
            return instant(told)
        return self._delivery.attempt.started_at if self._delivery.attempt else self.event.at

    def _reminders(self) -> int:
        return int(self.event.fields.get("reminders", 1))


def _single(voice: _Voice, buttons: tuple[Button, ...], person: Person) -> Message:
    happening = voice.happening
    account = happening.event.account or "*"
    return Message(
        id=message_id([happening], person),
        language=voice.language,
        brand=voice.brand.name,
        brand_id=voice.brand.id,
        network=voice.network,
        happened=voice.say(voice.stem),
        lead=voice.lead(),
        why=voice.why(),
        otherwise=voice.otherwise(),
        quote=voice.quote(LONGEST_QUOTE),
        pictures=happening.pictures,
        buttons=buttons,
        thread=f"{voice.brand.id}/{happening.post.id}/{account}",
    )


def _several(voices: Sequence[_Voice], buttons: Mapping[str, tuple[Button, ...]], person: Person) -> Message:
    voices = sorted(voices, key=lambda voice: (voice.promise, voice.network or ""))
    first = voices[0]
    networks = {voice.network for voice in voices}
    stem = f"{first.stem}_many"
    return Message(
        id=message_id([voice.happening for voice in voices], person),
        language=first.language,
        brand=first.brand.name,
        brand_id=first.brand.id,
        network=first.network if len(networks) == 1 else None,
        happened=first.say(stem, count=len(voices)),
        lead=first.say(f"{stem}_lead"),
        why="",
        otherwise=first.say(f"{stem}_otherwise"),
        items=tuple(voice.item(buttons[voice.event.id]) for voice in voices),
    )
