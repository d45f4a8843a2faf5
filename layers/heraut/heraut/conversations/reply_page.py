"""The page from which an alert is answered: GET shows who waits, who writes and who answered; POST answers, once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from heraut.conversations import alerts
from heraut.conversations.reply import Replying, reply, saved_answer
from heraut.errors import Conflict, InvalidInput
from heraut.letters import said as fit
from heraut.pages.link_page import Choice, LinkPage, Note, Opens, Option, Passage, Pick, Writing
from heraut.pages.visit import form_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Person
    from heraut.conversations.messages import Said
    from heraut.conversations.model import GivenAnswer, Interaction

MOST_SHOWN = 20  # interactions to choose from, the newest ones; the others wait behind them
LONGEST_TEXT = 20_000  # characters that are looked at; no network takes as many
EXCERPT = 90  # characters of what somebody said, where one chooses whom to answer
TEXT, TO, DOES, BUTTON = "text", "to", "do", "when"
WRITES, SAVED = "writes", "saved:"


@dataclass(frozen=True)
class Desk:
    """An alert on a person's desk: what is said of it, who they are, and what was typed so far."""

    said: Said
    person: Person
    world: Replying
    text: str = ""
    to: str = ""

    @property
    def now(self) -> datetime:
        """This instant."""
        return self.said.now

    @property
    def given(self) -> Mapping[str, GivenAnswer]:
        """The answers on their way, by interaction."""
        alert = self.said.alert
        found = {one: self.world.answers.given(alert.brand, alert.account, one) for one in alert.replies}
        return {one: answer for one, answer in found.items() if answer is not None}


def show(desk: Desk) -> LinkPage:
    """Show who waits for an answer, and where to write it."""
    return _page(desk, [])


def act(desk: Desk, body: str) -> tuple[int, LinkPage | None]:
    """Do what the page's form asks; no page where nobody looks at it."""
    form = form_of(body)
    if form.get(DOES) == WRITES:
        _note_writing(desk)
        return 204, None
    desk = replace(desk, text=form.get(TEXT, "")[:LONGEST_TEXT].replace("\r\n", "\n"), to=form.get(TO, ""))
    to = next((one for one in desk.said.interactions if name_of(one) == desk.to), None)
    if to is None:
        return 200, _page(desk, [Note(desk.said.say("reply_to_whom"))])
    button = form.get(BUTTON, "")
    if button.startswith(SAVED):
        saved = saved_answer(desk.said.brand, button.removeprefix(SAVED), to)
        return 200, _page(replace(desk, text=saved or desk.text), [])
    return _reply(desk, to)


def name_of(interaction: Interaction) -> str:
    """Give a short name of an interaction, for a form and for the command."""
    return hashlib.sha256(interaction.id.encode()).hexdigest()[:8]


def _reply(desk: Desk, to: Interaction) -> tuple[int, LinkPage]:
    said = desk.said
    if to.id not in said.alert.waiting:
        there = desk.world.answers.given(said.alert.brand, said.alert.account, to.id)
        if there is None or there.anew:
            return 409, _page(replace(desk, text="", to=""), [Note(said.say("reply_answered_elsewhere"))])
    try:
        outcome = reply(said.alert, to, desk.text, desk.person, said.brand, desk.world, desk.now)
    except InvalidInput as refused:
        return 422, _page(desk, [Note(one.message(said.language)) for one in refused.problems])
    after = desk.world.conversations.alert(said.alert.brand, said.alert.id) or said.alert
    done = replace(desk, said=replace(said, alert=after), text="", to="")
    if not outcome.ours:
        return 409, _page(done, [Note(_answered(done, to, outcome.answer))], over="decided_title")
    return 200, _page(done, [Note(said.say(f"reply_{_code(outcome.answer)}"), serious=False)], over="done_title")


def _page(desk: Desk, notes: Sequence[Note], over: str = "") -> LinkPage:
    said = desk.said
    given = desk.given
    open_ = [one for one in said.waiting if one.id not in given or given[one.id].anew]
    shown = open_[-MOST_SHOWN:]
    chosen = next((one for one in shown if name_of(one) == desk.to), shown[-1] if shown else None)
    one_alone = chosen if len(shown) == 1 else None
    title = said.say(over) if over else _title(desk, one_alone)
    return LinkPage(
        language=said.language,
        title=title,
        lead=said.say("lead") if open_ else said.say("reply_nobody"),
        scope=f"{said.brand.name} · {said.network}",
        who=said.say("who", person=desk.person.name),
        notes=(*notes, *_others(desk, given)),
        passages=tuple(_passages(desk, shown, one_alone)),
        seen=_seen(said, chosen),
        picks=_picks(desk, shown, chosen) if chosen else (),
        writing=_writing(desk) if chosen else None,
        choices=_choices(desk) if chosen else (),
        otherwise=said.say("reply_otherwise") if chosen else "",
    )


def _title(desk: Desk, alone: Interaction | None) -> str:
    if alone is not None:
        return desk.said.say("reply_title", author=fit(alone.author.name))
    return desk.said.say("reply_title_several" if desk.said.waiting else "over_title")


def _others(desk: Desk, given: Mapping[str, GivenAnswer]) -> Iterator[Note]:
    """Say who else is at it: who has it, who writes, what was answered and is not online yet."""
    said, alert = desk.said, desk.said.alert
    if alert.taken_by and alert.taken_by != desk.person.id:
        yield Note(said.say("take_already", person=_name(desk, alert.taken_by)), serious=False)
    for person, at in alerts.writers(alert, desk.now, desk.person.id).items():
        yield Note(said.say("reply_writes", person=_name(desk, person), at=said.at(at)), serious=False)
    for one in said.waiting:
        if one.id in given:
            yield Note(_answered(desk, one, given[one.id]), serious=given[one.id].anew)


def _answered(desk: Desk, to: Interaction, answer: GivenAnswer) -> str:
    said = desk.said
    told = said.say(
        "reply_by",
        person=_name(desk, answer.by),
        author=fit(to.author.name),
        at=said.at(answer.at),
        text=fit(answer.text),
    )
    return f"{told} {said.say(f'reply_is_{_code(answer)}')}"


def _code(answer: GivenAnswer) -> str:
    """Give how far an answer is, in as many words as people need."""
    known = {"to_approve", "held", "published", "failed", "expired", "cancelled", "asking"}
    return answer.state if answer.state in known else "leaving"


def _passages(desk: Desk, shown: Sequence[Interaction], alone: Interaction | None) -> Iterator[Passage]:
    """Show what is to be answered, and before it what the same person said in this thread."""
    said = desk.said
    if alone is not None:
        before = [one for one in said.interactions if one.author.id == alone.author.id and one.at < alone.at]
        for one in before[-2:]:
            yield Passage(_words(desk, one), said.say("reply_before"))
        yield Passage(_words(desk, alone))
    elif not shown:
        yield from (Passage(text) for text in said.passages)


def _words(desk: Desk, one: Interaction) -> str:
    said = desk.said
    code = "said" if one.author.handle else "said_nameless"
    author, handle = fit(one.author.name), fit(one.author.handle)
    return said.say(code, author=author, handle=handle, at=said.at(one.at), text=fit(one.text))


def _picks(desk: Desk, shown: Sequence[Interaction], chosen: Interaction) -> tuple[Pick, ...]:
    first = [chosen, *(one for one in reversed(shown) if one is not chosen)]
    options = tuple(Option(name_of(one), in_short(one)) for one in first)
    return (Pick(TO, desk.said.say("reply_pick"), options),)


def in_short(one: Interaction) -> str:
    """Say in a line who said what."""
    text = " ".join(fit(one.text).split())
    return f"{fit(one.author.name)} : {text if len(text) <= EXCERPT else text[: EXCERPT - 1] + '…'}"


def _writing(desk: Desk) -> Writing:
    said = desk.said
    account = said.brand.account(said.alert.account)
    longest = desk.world.answers.longest(account) if account else None
    hint = said.say("reply_longest", longest=longest, network=said.network) if longest else ""
    return Writing(TEXT, said.say("reply_text"), hint, desk.text, tells=f"{DOES}={WRITES}")


def _choices(desk: Desk) -> tuple[Choice, ...]:
    said = desk.said
    names = sorted(said.brand.saved_answers, key=lambda name: name != said.alert.suggest)  # what a rule proposes, first
    saved = (Choice(said.say("reply_saved", name=name), f"{SAVED}{name}") for name in names)
    return (Choice(said.say("reply_send"), "send"), *saved)


def _seen(said: Said, chosen: Interaction | None) -> tuple[Opens, ...]:
    address = chosen.url if chosen else said.address
    return (Opens(said.say("open", network=said.network), address),) if address else ()


def _name(desk: Desk, person: str) -> str:
    found = desk.said.brand.person(person)
    return found.name if found else fit(person)


def _note_writing(desk: Desk) -> None:
    alert = desk.said.alert
    if alert.closed_at is None:
        try:
            desk.world.conversations.change(alert, alerts.written_to(alert, desk.person.id, desk.now))
        except Conflict:
            return  # it is seen at the next letters typed
