"""The links of an alert's message: GET and HEAD show, the POST of the page's button takes or closes the alert.

What decides is the alert's own conditional change; a link may be pressed again, which changes nothing more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from heraut import links as tokens
from heraut.brands import NAME
from heraut.conversations import alerts, channels, reply_page
from heraut.conversations.alert_links import offered
from heraut.conversations.messages import Said, wording
from heraut.conversations.reply import Replying
from heraut.errors import Conflict, TryAgain
from heraut.links import Action
from heraut.pages import link_page
from heraut.pages.link_page import Choice, LinkPage, Note, Opens, Passage
from heraut.pages.visit import Answer, form_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Brand, Brands, Person
    from heraut.conversations.receive_webhook import Events
    from heraut.conversations.store import Answers, Conversations
    from heraut.links import Link, Links
    from heraut.pages.visit import Request
    from heraut.problems import Language

PATH = re.compile(rf"/({NAME.strip('^$')})/alert/([A-Za-z0-9_-]{{22}})")
STEMS = {
    Action.REPLY: "reply",
    Action.TAKE_ALERT: "take",
    Action.HAND_OVER_ALERT: "hand_over",
    Action.HIDE: "hide",
    Action.CLOSE_ALERT: "close",
}
TRIES = 5
GO = "go"  # in a form: to another page of the same alert


@dataclass(frozen=True)
class AlertWorld:
    """What acting on an alert needs of the world."""

    conversations: Conversations
    brands: Brands
    links: Links
    answers: Answers
    events: Events


@dataclass(frozen=True)
class _Case:
    """A link's alert as it is now, with the person whose link it is."""

    said: Said
    person: Person
    stem: str


def act_on_alert(request: Request, world: AlertWorld, now: datetime) -> Answer:
    """Answer a request; nothing is raised for what a person, a scanner or a forger may do."""
    method = request.method.upper()
    if method not in {"GET", "HEAD", "POST"}:
        return _answer(405, _for_anybody("wrong_way"), Allow="GET, HEAD, POST")
    try:
        answer = _answer(*_pages(request, world, now, acts=method == "POST"))
    except TryAgain:
        answer = _answer(503, _for_anybody("later"), **{"Retry-After": "60"})
    return replace(answer, body="") if method == "HEAD" else answer


def _in_channel(
    link: Link, brand: Brand, channel: Person, request: Request, world: AlertWorld, now: datetime, *, acts: bool
) -> tuple[int, Sequence[LinkPage] | str]:
    """Ask whoever reads a channel who they are, and lead them to a link of their own."""
    alert = world.conversations.alert(brand.id, link.alert or "")
    if alert is None:
        return 404, _for_anybody("unknown")
    said = Said(alert, world.conversations.interactions(brand.id, alert.id), brand, channel.language, now)
    case = _Case(said, channel, STEMS[link.action])
    if alert.closed_at:
        return 200, [_over(case)]
    person = channels.who(request.body, brand) if acts else None
    if person is None:
        return 200, [_who(case)]
    return 303, channels.enter(link, person, world.conversations, world.links, now)


def _who(case: _Case) -> LinkPage:
    said = case.said
    return replace(
        _page(case, "channel_title", said.say("channel_lead", channel=case.person.name)),
        who="",
        passages=tuple(Passage(text) for text in said.passages),
        seen=_seen(case),
        choices=tuple(Choice(one.name, one.id) for one in said.brand.people),
        otherwise=said.say("channel_otherwise"),
    )


def _answer(status: int, pages: Sequence[LinkPage] | str, **more: str) -> Answer:
    if isinstance(pages, str):
        return Answer(status, {**link_page.PRIVATE, **more, "Location": pages}, "")
    if not pages:
        return Answer(status, {**link_page.PRIVATE, **more}, "")
    return Answer(status, {**link_page.headers(pages), **more}, link_page.render(pages))


def _pages(request: Request, world: AlertWorld, now: datetime, *, acts: bool) -> tuple[int, Sequence[LinkPage] | str]:
    matched = PATH.fullmatch(request.path)
    link = world.links.link(matched[1], tokens.hash_of(matched[2])) if matched else None
    brand = world.brands.brand(link.brand) if link else None
    person = (brand.person(link.person) or brand.channel(link.person)) if brand and link else None
    if link is None or brand is None or person is None or link.alert is None or link.action not in STEMS:
        return 404, _for_anybody("unknown")
    if link.expires_at <= now:
        return 410, [_plain("too_old", person.language)]
    return _opened(link, brand, person, request, world, now, acts=acts)


def _opened(
    link: Link, brand: Brand, person: Person, request: Request, world: AlertWorld, now: datetime, *, acts: bool
) -> tuple[int, Sequence[LinkPage] | str]:
    if brand.person(person.id) is None:
        return _in_channel(link, brand, person, request, world, now, acts=acts)
    if link.via:
        person = channels.strict(person, brand)
    for _ in range(TRIES):
        alert = world.conversations.alert(brand.id, link.alert or "")
        if alert is None:
            return 404, _for_anybody("unknown")
        interactions = world.conversations.interactions(brand.id, alert.id)
        case = _Case(Said(alert, interactions, brand, person.language, now), person, STEMS[link.action])
        goes = form_of(request.body).get(GO) if acts else None
        if goes is not None and (led := _led(goes, link, case, world)) is not None:
            return 303, led
        try:
            return _shown_or_done(link, case, request, world, acts=acts and goes is None)
        except Conflict:
            continue
    raise TryAgain(f"alert {link.alert} of {brand.id}: changed {TRIES} times while it was being decided")


def _shown_or_done(
    link: Link, case: _Case, request: Request, world: AlertWorld, *, acts: bool
) -> tuple[int, Sequence[LinkPage] | str]:
    """Show what a link does, with what else may be done, or do it. Conflict when the alert changes meanwhile."""
    closed = case.said.alert.closed_at is not None
    pages: Sequence[LinkPage] | str
    if link.action is Action.REPLY and (acts or not closed):
        status, pages = _reply(case, request, world, acts=acts)
    elif closed and link.action is not Action.HIDE:
        return 200, [_over(case)]
    else:
        status, pages = _decided(case, request, world, acts=acts)
    if acts or closed or isinstance(pages, str):
        return status, pages
    others = tuple(Choice(case.said.say(name), action.value) for name, action in _others(link, case))
    return status, [replace(page, others=others, others_label=case.said.say("others")) for page in pages]


def _others(link: Link, case: _Case) -> list[tuple[str, Action]]:
    return [one for one in offered(case.said.alert, case.said.interactions).items() if one[1] is not link.action]


def _led(goes: str, link: Link, case: _Case, world: AlertWorld) -> str | None:
    """Keep a link to what else may be done, as personal as this one and no longer, and give its address beside it."""
    action = next((one for _, one in _others(link, case) if one.value == goes), None)
    if action is None:
        return None
    token = tokens.new_token()
    beside = {"hash": tokens.hash_of(token), "action": action, "created_at": case.said.now}
    world.links.save(link.model_copy(update=beside))
    return token


def _reply(case: _Case, request: Request, world: AlertWorld, *, acts: bool) -> tuple[int, Sequence[LinkPage]]:
    desk = reply_page.Desk(case.said, case.person, Replying(world.conversations, world.answers))
    if not acts:
        return 200, [reply_page.show(desk)]
    try:
        status, page = reply_page.act(desk, request.body)
    except Conflict as error:
        raise TryAgain(f"an answer in {case.said.alert.id}: it is being decided right now") from error
    return status, [page] if page else []


def _decided(case: _Case, request: Request, world: AlertWorld, *, acts: bool) -> tuple[int, Sequence[LinkPage] | str]:
    """Show what an alert's link does, or do it. Conflict when the alert changes meanwhile."""
    if case.stem == "hide":
        from heraut.conversations import hide_page  # rarer than the others, and with more to load

        blank = _page(case, "hide_title", case.said.say("hide_lead", network=case.said.network))
        shelf = hide_page.Desk(case.said, case.person, world.conversations, world.events, blank)
        page = hide_page.act(shelf, request.body) if acts else hide_page.show(shelf)
        return (200, [page]) if page else (303, request.path.rpartition("/")[2])  # a page that may be loaded again
    if case.stem == "hand_over":
        from heraut.conversations import hand_over_page

        blank = replace(_page(case, "hand_over_title", case.said.say("hand_over_lead")), seen=_seen(case))
        desk = hand_over_page.Desk(case.said, case.person, world.conversations, blank)
        status, page = hand_over_page.act(desk, request.body) if acts else (200, hand_over_page.show(desk))
        return status, [page]
    return 200, [_act(case, world) if acts else _question(case)]


def _act(case: _Case, world: AlertWorld) -> LinkPage:
    said, alert = case.said, case.said.alert
    if case.stem == "take":
        if alert.taken_by != case.person.id:
            world.conversations.change(alert, alerts.taken(alert, case.person.id, said.now))
    else:
        world.conversations.change(alert, alerts.closed(alert, case.person.id, said.now))
    return replace(_page(case, "done_title", said.say(f"{case.stem}_done")), seen=_seen(case))


def _question(case: _Case) -> LinkPage:
    said, taken_by = case.said, case.said.alert.taken_by
    taker = said.brand.person(taken_by) if taken_by and taken_by != case.person.id else None
    return replace(
        _page(case, f"{case.stem}_title", said.say(f"{case.stem}_lead")),
        notes=(Note(said.say("take_already", person=taker.name), serious=False),) if taker else (),
        passages=tuple(Passage(text) for text in said.passages),
        seen=_seen(case),
        choices=(Choice(said.say(case.stem), stops=case.stem == "close"),),
        otherwise=said.say(f"{case.stem}_otherwise"),
    )


def _over(case: _Case) -> LinkPage:
    said, alert = case.said, case.said.alert
    if alert.closed_by is None or alert.closed_at is None:
        return _page(case, "over_title", said.say("over_answered"))
    by = said.brand.person(alert.closed_by)
    name = by.name if by else alert.closed_by
    return _page(case, "over_title", said.say("over_by", person=name, at=said.at(alert.closed_at)))


def _page(case: _Case, title: str, lead: str) -> LinkPage:
    said = case.said
    return LinkPage(
        language=said.language,
        title=said.say(title),
        lead=lead,
        scope=f"{said.brand.name} · {said.network}",
        who=said.say("who", person=case.person.name),
    )


def _seen(case: _Case) -> tuple[Opens, ...]:
    address = case.said.address
    return (Opens(case.said.say("open", network=case.said.network), address),) if address else ()


def _plain(code: str, language: Language) -> LinkPage:
    return LinkPage(language, wording.say(f"{code}_title", language), wording.say(f"{code}_lead", language))


def _for_anybody(code: str) -> tuple[LinkPage, ...]:
    """Give a page for a reader we do not know: in both languages."""
    return (_plain(code, "fr"), _plain(code, "en"))
