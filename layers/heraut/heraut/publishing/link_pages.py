"""What the page behind a link says: pure, from the link and what it is about to a `LinkPage`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut.brands import known_as
from heraut.events import EventName
from heraut.letters import said as fit
from heraut.links import Action
from heraut.pages.link_page import Choice, Field, LinkPage, Note, Opens, Passage, Shot
from heraut.publishing import decisions
from heraut.publishing.model import State
from heraut.publishing.variants import variants
from heraut.wording import NBSP, Wording, at_moment, day, hour, listed, of_moment, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Brand, Person
    from heraut.events import Event
    from heraut.links import Link
    from heraut.local_time import LocalTime
    from heraut.problems import Language
    from heraut.publishing.model import Content, Delivery, Media, Post

ADDRESS = "address"  # the field of the form
NOW, SLOT = "now", "slot"  # what its `when` may say
_PERHAPS_BEGUN = frozenset({"is_online", "send_again"})  # of a thread

wording = Wording(__package__, "link_pages.toml")


@dataclass(frozen=True)
class Case:
    """A link with whom and what it is about."""

    link: Link
    brand: Brand
    person: Person
    now: datetime
    post: Post | None = None
    deliveries: tuple[Delivery, ...] = ()
    story: tuple[Event, ...] = ()

    @property
    def language(self) -> Language:
        """The person's language."""
        return self.person.language

    @property
    def scope(self) -> str:
        """Whose, and where."""
        titles = self.titles
        return " · ".join([self.brand.name, listed(titles, self.language)] if titles else [self.brand.name])

    @property
    def titles(self) -> list[str]:
        """The networks concerned, as people know them."""
        named = (known_as.title(self.brand, one.account, one.network, self.language) for one in self.deliveries)
        return list(dict.fromkeys(named))

    @property
    def open(self) -> tuple[Delivery, ...]:
        """The deliveries that this link may still decide."""
        link = self.link
        return tuple(one for one in self.deliveries if decisions.is_open(link.action, one, link.version, link.attempt))

    @property
    def stem(self) -> str:
        """The beginning of the sentences of this link's page."""
        if self.link.action is Action.IS_ONLINE and self.deliveries:
            delivery = self.deliveries[0]
            if decisions.is_by_hand(delivery):
                return "by_hand"
            return "myself" if delivery.state is State.FAILED else "is_online"
        refused = self.link.action is Action.DROP and any(one.state is State.TO_APPROVE for one in self.deliveries)
        return "refuse" if refused else self.link.action.value

    def say(self, code: str, **fields: object) -> str:
        """Say a sentence with this case's names, times and places filled in."""
        given: dict[str, object] = {"person": self.person.name, "brand": self.brand.name}
        if self.deliveries:
            when = (self.deliveries[0].publish_at, self.brand.zone, self.language, self.now)
            given |= {"of": of_moment(*when), "at": at_moment(*when), "place": self.place(self.deliveries)}
        return wording.say(code, self.language, **(given | fields))

    def place(self, deliveries: Sequence[Delivery]) -> str:
        """Say where: « sur Bluesky et Mastodon »."""
        places = dict.fromkeys(
            known_as.place(self.brand, one.account, one.network, self.language) for one in deliveries
        )
        return listed(list(places), self.language)


@dataclass(frozen=True)
class Turn:
    """When a network that takes no more for now lets it leave; `too_late`: when it would be asked about again."""

    at: datetime
    too_late: bool


@dataclass(frozen=True)
class Offer:
    """What may be offered now: the next slot; whether the promise is too old, something is paused, or is to wait."""

    slot: LocalTime | None = None
    too_late: bool = False
    held: bool = False
    turn: Turn | None = None


def question(case: Case, offer: Offer, shots: Mapping[str, str], wrong_address: str | None = None) -> LinkPage:
    """Give the page that shows what will happen, with its button.

    `shots` are the addresses of the media, by key; `wrong_address` is what was typed and is no address.
    """
    if case.link.action is Action.CONFIRM_PERSON:
        return _confirm(case)
    stem = case.stem
    ready = stem in {"by_hand", "myself"}
    content = _content(case)
    told = case.say("address_wrong") if wrong_address is not None else ""
    notes = [Note(told)] if told else []
    begun = len(case.deliveries[0].remote_ids) if stem in _PERHAPS_BEGUN else 0
    if begun:
        notes.append(Note(case.say(f"{stem}_begun", done=begun, parts=content.messages), serious=False))
    if stem == "send_again":
        notes.append(Note(case.say("send_again_careful_rest" if begun else "send_again_careful")))
    if offer.held and case.link.action in {Action.PUBLISH_NOW, Action.NEXT_SLOT, Action.SEND_AGAIN, Action.APPROVE}:
        notes.append(_held(case))
    notes += _waits(case, offer.turn)
    if stem == "by_hand" and case.deliveries[0].publish_at > case.now:
        notes.append(Note(case.say("by_hand_early"), serious=False))
    return LinkPage(
        language=case.language,
        title=case.say(f"{stem}_title"),
        lead=_lead(case, offer),
        scope=case.scope,
        who=case.say("who"),
        notes=tuple(notes),
        passages=_passages(case, content, ready=ready),
        pictures=tuple(_shot(case, item, shots[item.key], ready=ready) for item in content.media),
        copy=case.say("copy") if ready else "",
        copied=case.say("copied") if ready else "",
        open=_opens(case, ready=ready),
        field=_field(case, wrong_address) if case.link.action is Action.IS_ONLINE else None,
        choices=_choices(case, offer),
        otherwise=case.say(f"{stem}_otherwise"),
    )


def _held(case: Case) -> Note:
    return Note(case.say("unagreed" if any(one.unagreed for one in case.deliveries) else "held"))


def _waits(case: Case, turn: Turn | None) -> list[Note]:
    if turn is None:
        return []
    then = at_moment(turn.at, case.brand.zone, case.language, case.now)
    return [Note(case.say("waits_long" if turn.too_late else "waits", then=then), serious=turn.too_late)]


def done(case: Case, before: str, *, at_once: bool = False, turn: Turn | None = None) -> LinkPage:
    """Give the page after the button acted; `before` is the question's stem, `case` what is now."""
    code = {"by_hand": "is_online", "myself": "is_online", "refuse": "drop"}.get(before, before)
    if code == "approve" and at_once:
        code = "approve_done_now"
    elif code == "publish_now" and all(decisions.is_by_hand(one) for one in case.deliveries):
        code = "publish_now_done_by_hand"
    else:
        code = f"{code}_done"
    held = any(one.state is State.SCHEDULED and one.holds for one in case.deliveries)
    notes = [_held(case)] if held else _waits(case, turn)
    return _plain(case, "done_title", case.say(code), tuple(notes))


def decided(case: Case) -> LinkPage:
    """Give the page of a link that decides nothing any more: who decided what and when, and how it is now."""
    if case.link.action is Action.CONFIRM_PERSON:
        when = recorded(case.link.used_at or case.now, case.brand.zone, case.language, case.now)
        return _plain(case, "done_title", case.say("confirm_person_already", when=when))
    found = _decision(case)
    notes = tuple(Note(state(case, one), serious=False) for one in case.deliveries)
    online = next((one for one in case.deliveries if one.url), None)
    opens = Opens(case.say("see_post"), online.url) if online and online.url else None
    if found is None:
        return _plain(case, "moved_on_title", case.say("moved_on_lead"), notes, opens)
    by = str(found.fields.get("by", ""))
    person = case.brand.person(by)
    said = case.say(
        "decided_by",
        person=person.name if person else by,
        when=recorded(found.at, case.brand.zone, case.language, case.now),
        decision=case.say(f"decision_{found.fields.get('action')}"),
    )
    return _plain(case, "decided_title", said, notes, opens)


def state(case: Case, delivery: Delivery) -> str:
    """Say in a sentence how far a delivery is."""
    held = delivery.state is State.SCHEDULED and delivery.holds
    leaves = delivery.earliest if delivery.state is State.SCHEDULED else delivery.publish_at
    at = at_moment(leaves, case.brand.zone, case.language, case.now)
    held_as = "state_unagreed" if delivery.unagreed else "state_held"
    return case.say(held_as if held else f"state_{delivery.state.value}", at=at, place=case.place([delivery]))


def nothing_to_publish(case: Case, code: str) -> LinkPage:
    """Give a page that says why the button cannot act (`account_gone`, `no_slot`)."""
    if code == "no_slot":
        return _plain(case, "next_slot_title", case.say("no_slot"))
    return _plain(case, f"{code}_title", case.say(f"{code}_lead"))


def too_old(case: Case) -> LinkPage:
    """Give the page of a link past its time."""
    until = case.link.expires_at
    zone, language = case.brand.zone, case.language
    said = f"{day(until, zone, language, case.now)}, {hour(until, zone, language)}"
    return _plain(case, "too_old_title", case.say("too_old_lead", until=said))


def for_anybody(code: str) -> tuple[LinkPage, ...]:
    """Give a page for a reader we do not know: in both languages (`unknown`, `wrong_way`, `later`)."""
    languages: tuple[Language, ...] = ("fr", "en")
    return tuple(
        LinkPage(
            language=language,
            title=wording.say(f"{code}_title", language),
            lead=wording.say(f"{code}_lead", language),
        )
        for language in languages
    )


def _plain(case: Case, title: str, lead: str, notes: tuple[Note, ...] = (), opens: Opens | None = None) -> LinkPage:
    return LinkPage(case.language, case.say(title), lead, scope=case.scope, notes=notes, open=opens)


def _confirm(case: Case) -> LinkPage:
    return LinkPage(
        language=case.language,
        title=case.say("confirm_person_title"),
        lead=case.say("confirm_person_lead"),
        scope=case.scope,
        choices=(Choice(case.say("confirm_person_button")),),
        otherwise=case.say("confirm_person_otherwise"),
    )


def _lead(case: Case, offer: Offer) -> str:
    if case.link.action is Action.NEXT_SLOT and offer.slot:
        return case.say("next_slot_lead", slot=_slot(case, offer.slot))
    if case.link.action is Action.APPROVE and offer.too_late:
        return case.say("approve_lead_too_late")
    if case.link.action is Action.APPROVE and case.deliveries[0].publish_at <= case.now:
        return case.say("approve_lead_at_once")
    return case.say(f"{case.stem}_lead")


def _choices(case: Case, offer: Offer) -> tuple[Choice, ...]:
    slot = _slot(case, offer.slot) if offer.slot else ""
    match case.link.action:
        case Action.NEXT_SLOT:
            return (Choice(case.say("next_slot_button", slot=slot)),)
        case Action.APPROVE if offer.too_late:
            later = (Choice(case.say("approve_button_slot", slot=slot), SLOT),) if slot else ()
            return (Choice(case.say("approve_button_now"), NOW), *later)
        case Action.DROP:
            return (Choice(case.say(f"{case.stem}_button"), stops=True),)
        case Action.IS_ONLINE if case.stem == "myself":
            return (Choice(case.say("by_hand_button")),)
        case _:
            return (Choice(case.say(f"{case.stem}_button")),)


def _slot(case: Case, slot: LocalTime) -> str:
    return at_moment(slot.instant, case.brand.zone, case.language, case.now)


def _content(case: Case) -> Content:
    if case.post is None:
        raise ValueError("a question about a post needs the post")
    delivery = case.deliveries[0]
    return case.post.content_for(delivery.account, delivery.network)


def _passages(case: Case, content: Content, *, ready: bool) -> tuple[Passage, ...]:
    to = content.in_reply_to
    passages = [Passage(fit(to.text), case.say("in_reply_to", author=fit(to.author)))] if to else []
    passages += [Passage(content.content_warning, case.say("content_warning"))] if content.content_warning else []
    said = variants(case.post, case.deliveries) if case.post else []
    for one, deliveries in said:
        where = case.say("variant", where=case.place(deliveries)) if len(said) > 1 else ""
        passages += _parts(case, one, where or (case.say("text") if ready else ""))
    if content.link and not all(any(content.link in part.text for part in one.parts) for one, _ in said):
        passages.append(Passage(content.link, case.say("link")))
    if content.first_comment:
        passages.append(Passage(content.first_comment, case.say("first_comment")))
    if content.poll:
        passages.append(Passage("\n".join(f"•{NBSP}{option}" for option in content.poll.options), case.say("poll")))
    return tuple(passage for passage in passages if passage.text)


def _parts(case: Case, content: Content, label: str) -> Iterator[Passage]:
    count = len(content.parts)
    if count == 1:
        yield Passage(content.parts[0].text, label)
        return
    for number, part in enumerate(content.parts, start=1):
        told = case.say("thread_part", number=number, parts=count)
        yield Passage(part.text, f"{label} · {told}" if label and label != case.say("text") else told)


def _shot(case: Case, media: Media, address: str, *, ready: bool) -> Shot:
    shown = media.content_type.startswith("image/")
    return Shot(
        address=address,
        alt=media.alt,
        name=media.name,
        shown=shown,
        take=case.say("take", name=media.name) if ready or not shown else "",
        caption=case.say("alt", alt=media.alt) if media.alt else "",
    )


def _opens(case: Case, *, ready: bool) -> Opens | None:
    delivery = case.deliveries[0]
    address = known_as.page(case.brand.account(delivery.account))
    if address is None or case.link.action not in {Action.IS_ONLINE, Action.SEND_AGAIN}:
        return None
    network = known_as.title(case.brand, delivery.account, delivery.network, case.language)
    return Opens(case.say("open", network=network) if ready else case.say("look"), address)


def _field(case: Case, wrong: str | None) -> Field:
    return Field(ADDRESS, case.say("address_label"), case.say("address_hint"), wrong or "")


def _decision(case: Case) -> Event | None:
    decided = (
        event
        for event in reversed(case.story)
        if event.name is EventName.DECIDED
        and event.at >= case.link.created_at
        and (case.link.account is None or event.account in {None, case.link.account})
    )
    return next(decided, None)
