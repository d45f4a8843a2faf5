"""The page from which an alert is handed over: GET shows to whom it may be, POST hands it over, once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from heraut.conversations import alerts, hours
from heraut.conversations.model import HandedOver
from heraut.letters import said as fit
from heraut.pages.link_page import Choice, Note, Option, Passage, Pick, Writing
from heraut.pages.visit import form_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.brands import Person
    from heraut.conversations.messages import Said
    from heraut.conversations.model import Alert
    from heraut.conversations.store import Conversations
    from heraut.pages.link_page import LinkPage

LONGEST_WORD = 300  # characters
TO, WORD, BUTTON = "to", "word", "when"


@dataclass(frozen=True)
class Desk:
    """An alert that somebody may hand over; `blank` is the page without what is asked there."""

    said: Said
    person: Person
    kept: Conversations
    blank: LinkPage
    word: str = ""

    @property
    def others(self) -> Sequence[Person]:
        """To whom it may be handed over."""
        return alerts.may_be_handed_to(self.said.alert, self.said.brand, self.person.id)


def show(desk: Desk) -> LinkPage:
    """Show to whom it may be handed over."""
    return _page(desk, [])


def act(desk: Desk, body: str) -> tuple[int, LinkPage]:
    """Hand it over as the page's form says. Conflict when the alert changes meanwhile.

    A form that was shown before somebody else handed it over does nothing: whoever pressed sees who has it now.
    """
    said, form = desk.said, form_of(body)
    word = form.get(WORD, "").replace("\r\n", "\n").strip()
    desk = replace(desk, word=word[:LONGEST_WORD])
    last = said.alert.handed_over
    if last and BUTTON in form and form[BUTTON] != _as_it_is(said.alert):
        if (last.by, last.to) == (desk.person.id, form.get(TO)):  # pressed twice
            return 200, _done(desk, last)
        return 409, _page(desk, [Note(_already(desk, last))])
    to = next((one for one in desk.others if one.id == form.get(TO)), None)
    if to is None:
        return 200, _page(desk, [Note(said.say("hand_over_whom"))])
    if len(word) > LONGEST_WORD:
        return 422, _page(desk, [Note(said.say("hand_over_long", length=len(word), longest=LONGEST_WORD))])
    handed = HandedOver(by=desk.person.id, to=to.id, at=said.now, word=word)
    desk.kept.change(said.alert, alerts.handed_over(said.alert, handed, said.brand))
    return 200, _done(desk, handed)


def _page(desk: Desk, notes: Sequence[Note]) -> LinkPage:
    said, others = desk.said, desk.others
    if not others:
        return replace(desk.blank, lead=said.say("hand_over_nobody"))
    taker = said.brand.person(said.alert.taken_by) if said.alert.taken_by else None
    held = []
    if taker is not None and taker.id != desk.person.id:
        held.append(Note(said.say("take_already", person=taker.name), serious=False))
    hint = said.say("hand_over_word_hint", longest=LONGEST_WORD)
    return replace(
        desk.blank,
        notes=(*notes, *held),
        passages=tuple(Passage(text) for text in said.passages),
        picks=(Pick(TO, said.say("hand_over_pick"), tuple(Option(one.id, one.name) for one in others)),),
        writing=Writing(WORD, said.say("hand_over_word"), hint, desk.word),
        choices=(Choice(said.say("hand_over"), _as_it_is(said.alert)),),
        otherwise=said.say("hand_over_otherwise"),
    )


def _done(desk: Desk, handed: HandedOver) -> LinkPage:
    said = desk.said
    at = hours.tellable(said.now, said.alert.urgency, said.brand)
    fields = {"person": _name(desk, handed.to), "at": said.at(at)}
    lead = said.say("hand_over_done_later" if at > said.now else "hand_over_done", **fields)
    return replace(desk.blank, title=said.say("done_title"), lead=lead)


def _already(desk: Desk, last: HandedOver) -> str:
    names = {"by": _name(desk, last.by), "person": _name(desk, last.to)}
    return desk.said.say("hand_over_already", at=desk.said.at(last.at), **names)


def _name(desk: Desk, person: str) -> str:
    found = desk.said.brand.person(person)
    return found.name if found else fit(person)


def _as_it_is(alert: Alert) -> str:
    """Name the last time it was handed over, so that a form tells what its reader knew."""
    last = alert.handed_over
    return hashlib.sha256(f"{last.at} {last.by} {last.to}".encode()).hexdigest()[:12] if last else "first"
