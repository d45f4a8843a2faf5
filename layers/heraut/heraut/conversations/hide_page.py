"""The page from which something is hidden on its network, or shown again: GET says what that does, POST asks for it.

It only asks: who reads the queue has the networks' secrets and does it (`hide_interaction`), seconds later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut import links as tokens
from heraut.conversations import alerts
from heraut.conversations.hiding import SCHEME, failures, hidable, hidden, why
from heraut.conversations.model import Hiding
from heraut.conversations.reply_page import EXCERPT, in_short, name_of
from heraut.conversations.webhook import StoredEvent
from heraut.letters import clean
from heraut.letters import said as fit
from heraut.pages.link_page import Choice, Fold, Note, Option, Passage, Pick, Writing
from heraut.pages.visit import form_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from heraut.brands import Person
    from heraut.conversations.messages import Said
    from heraut.conversations.model import Interaction, Moment
    from heraut.conversations.receive_webhook import Events
    from heraut.conversations.store import Conversations
    from heraut.pages.link_page import LinkPage

MOST_SHOWN = 20  # the newest ones
OPEN, OPEN_LINES = 280, 8  # characters, and lines, of a comment that stands open; a longer one is folded
LONGEST_WORD = 300  # characters
AGAIN = timedelta(minutes=1)  # what was asked for and is not done by then may be asked for again
TO, WORD, BUTTON = "to", "word", "when"
HIDE, SHOW = "hide", "show:"


@dataclass(frozen=True)
class Desk:
    """An alert of which somebody may hide something; `blank` is the page without what is asked there."""

    said: Said
    person: Person
    kept: Conversations
    events: Events
    blank: LinkPage

    @property
    def found(self) -> Sequence[Interaction]:
        """What was said there that the network lets us hide: what waits first, the newest first."""
        waiting = self.said.alert.waiting
        mine = [one for one in reversed(self.said.interactions) if hidable(one)]
        return sorted(mine, key=lambda one: one.id not in waiting)[:MOST_SHOWN]


@dataclass(frozen=True)
class _Shelf:
    """What of it is visible and nobody asked for, what is hidden, and the alert's story."""

    visible: Sequence[Interaction]
    hidden: Sequence[Interaction]
    story: Sequence[Moment]


def show(desk: Desk) -> LinkPage:
    """Show what may be hidden, what is, and what is being done."""
    return _page(desk, [])


def act(desk: Desk, body: str) -> LinkPage | None:
    """Ask for what the page's form says; None when that was done. Conflict when the alert changes meanwhile.

    TryAgain: it could not be asked for now; pressed again, it is.
    """
    said, form = desk.said, form_of(body)
    button, word = form.get(BUTTON, ""), form.get(WORD, "").replace("\r\n", "\n").strip()
    shows = button.startswith(SHOW)
    chosen = button.removeprefix(SHOW) if shows else form.get(TO) if button == HIDE else None
    one = next((one for one in desk.found if name_of(one) == chosen), None)
    if one is None:
        return _page(desk, [Note(said.say("hide_which"))])
    if len(word) > LONGEST_WORD:
        return _page(desk, [Note(said.say("hide_long", length=len(word), longest=LONGEST_WORD))], word)
    asked = said.alert.hiding.get(one.id)
    if asked is None or asked.shows is not shows or said.now - asked.at >= AGAIN:
        if (one.id in hidden(desk.kept.story(said.brand.id, said.alert.id))) is not shows:
            return None  # it is as they want it
        wanted = Hiding(by=desk.person.id, at=said.now, shows=shows, word=word)
        desk.kept.change(said.alert, alerts.hiding_asked(said.alert, one.id, wanted))
    desk.events.keep(_event(desk))  # twice is once: what reads it does what the alert says is asked for
    return None


def _event(desk: Desk) -> StoredEvent:
    alert, now = desk.said.alert, desk.said.now
    return StoredEvent(alert.brand, alert.account, SCHEME, tokens.new_token(), now, alert.id.encode())


def _page(desk: Desk, notes: Sequence[Note], word: str = "") -> LinkPage:
    said = desk.said
    shelf = _shelf(desk)
    says = (*notes, *_asked(desk), *_failed(desk, shelf.story), *_is_hidden(desk, shelf))
    undo = tuple(Choice(said.say("show_again", what=in_short(one)), SHOW + name_of(one)) for one in shelf.hidden)
    passages = tuple(Passage("", whole=_whole(desk, one)) for one in shelf.hidden if not _is_said_by_its_beginning(one))
    if not shelf.visible:
        lead = said.say("hide_lead") if desk.found else said.say("hide_nothing", network=said.network)
        return replace(desk.blank, lead=lead, notes=says, passages=passages, choices=undo)
    alone = shelf.visible if len(shelf.visible) == 1 else ()
    return replace(
        desk.blank,
        notes=says,
        passages=(*(_passage(desk, one) for one in alone), *passages),
        picks=(Pick(TO, said.say("hide_pick"), tuple(_option(desk, one, alone) for one in shelf.visible)),),
        writing=Writing(WORD, said.say("hide_word"), said.say("hide_word_hint", longest=LONGEST_WORD), word),
        choices=(Choice(said.say("hide"), HIDE, stops=True), *undo),
        otherwise=said.say("hide_otherwise"),
    )


def _passage(desk: Desk, one: Interaction) -> Passage:
    """Show the only one there is, with who said it and when: whole, folded where it is long."""
    if _stands_open(one):
        return Passage(desk.said.passage(one, None))
    return Passage(desk.said.passage(one, OPEN), whole=_whole(desk, one))


def _option(desk: Desk, one: Interaction, above: Sequence[Interaction]) -> Option:
    """Let one be chosen by what it says: whole, folded where it is long. What stands `above` is not said twice."""
    if one in above:
        return Option(name_of(one), in_short(one))
    if _stands_open(one):
        return Option(name_of(one), f"{fit(one.author.name)} : {clean(one.text).strip()}")
    return Option(name_of(one), in_short(one), _whole(desk, one))


def _whole(desk: Desk, one: Interaction) -> Fold:
    label = desk.said.say("hide_whole", author=fit(one.author.name))
    return Fold(label, desk.said.passage(one, None))


def _stands_open(one: Interaction) -> bool:
    text = clean(one.text).strip()
    return len(text) <= OPEN and len(text.splitlines()) <= OPEN_LINES


def _is_said_by_its_beginning(one: Interaction) -> bool:
    return len(" ".join(clean(one.text).split())) <= EXCERPT


def _shelf(desk: Desk) -> _Shelf:
    alert = desk.said.alert
    story = desk.kept.story(alert.brand, alert.id)
    names = hidden(story)
    calm = [one for one in desk.found if one.id not in alert.hiding or desk.said.now - alert.hiding[one.id].at >= AGAIN]
    return _Shelf(
        visible=[one for one in calm if one.id not in names],
        hidden=[one for one in calm if one.id in names],
        story=story,
    )


def _asked(desk: Desk) -> Iterator[Note]:
    """Say what is being done at this moment, and what should have been by now."""
    said = desk.said
    for one in desk.found:
        asked = said.alert.hiding.get(one.id)
        if asked is not None:
            late = "_late" if said.now - asked.at >= AGAIN else ""
            code = f"{'show' if asked.shows else 'hide'}_asked{late}"
            fields = {"person": _name(desk, asked.by), "at": said.at(asked.at), "what": in_short(one)}
            yield Note(said.say(code, **fields), serious=bool(late))


def _failed(desk: Desk, story: Sequence[Moment]) -> Iterator[Note]:
    """Say what could not be done, and why."""
    said = desk.said
    known: Mapping[str, Moment] = failures(story)
    for one in desk.found:
        moment = known.get(one.id)
        if moment is not None and one.id not in said.alert.hiding:
            code = "hide_failed" if moment.what.value == "not_removed" else "show_failed"
            yield Note(said.say(code, what=in_short(one), why=why(moment, said.language) or ""))


def _is_hidden(desk: Desk, shelf: _Shelf) -> Iterator[Note]:
    for one in shelf.hidden:
        yield Note(desk.said.say("hide_done", what=in_short(one)), serious=False)


def _name(desk: Desk, person: str) -> str:
    found = desk.said.brand.person(person)
    return found.name if found else fit(person)
