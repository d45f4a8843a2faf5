"""Show, and do, what the link in a message says: GET and HEAD show, the POST of the page's button acts, once.

The pictures of a message stand behind its link too: an address that the bucket signs ends with our keys, within hours.

What decides is the delivery's own conditional change: two people who press different buttons cannot both win, and the
page of the one who comes second says who decided what and when.
"""

from __future__ import annotations

import contextlib
import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from heraut import links as tokens
from heraut.addresses import is_web
from heraut.brands import NAME
from heraut.errors import Conflict, TryAgain
from heraut.events import EventName, event
from heraut.links import Action
from heraut.pages import link_page
from heraut.pages.visit import Answer
from heraut.publishing import brake_page, decisions, link_pages, pacing, transitions
from heraut.publishing.dispatch_posts import dispatch_now
from heraut.publishing.link_pages import ADDRESS, NOW, SLOT, Case, Offer, Turn
from heraut.publishing.model import OVER, Precedence
from heraut.publishing.pacing import Bucket
from heraut.publishing.slots import APART, next_slot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from heraut.brands import Brands, NetworkName
    from heraut.events import Event
    from heraut.links import Links
    from heraut.local_time import LocalTime
    from heraut.networks.base import Publishes
    from heraut.pages.link_page import LinkPage
    from heraut.pages.visit import Request
    from heraut.publishing.model import Delivery, Post
    from heraut.publishing.store import MediaStore, Outbox, Pauses, Posts

log = logging.getLogger(__name__)

LONGEST_ADDRESS = 2000  # characters
MOST_FIELDS = 500  # the page of a pause asks about each post it holds
TRIES = 3  # a hold put on meanwhile is no decision: read again and act

_PATH = re.compile(rf"/({NAME.strip('^$')})/([A-Za-z0-9_-]{{22}})(?:/media/([1-9][0-9]{{0,2}}))?")
_SENDING = frozenset({Action.PUBLISH_NOW, Action.NEXT_SLOT, Action.SEND_AGAIN, Action.APPROVE})


@dataclass(frozen=True)
class LinkWorld:
    """What acting on links needs of the world; `networks` says how long ahead uploads begin."""

    posts: Posts
    brands: Brands
    links: Links
    media: MediaStore
    outbox: Outbox
    networks: Mapping[NetworkName, Publishes]
    pauses: Pauses


def act_on_link(request: Request, world: LinkWorld, now: datetime) -> Answer:
    """Answer a request; nothing is raised for what a person, a scanner or a forger may do."""
    method = request.method.upper()
    matched = _PATH.fullmatch(request.path)
    number = matched[3] if matched else None
    allowed = ("GET", "HEAD") if number else ("GET", "HEAD", "POST")
    if method not in allowed:
        return _answer(405, link_pages.for_anybody("wrong_way"), Allow=", ".join(allowed))
    try:
        case = _find(matched[1], matched[2], world, now) if matched else None
        if number:
            answer = _media(case, int(number), world)
        else:
            answer = _answer(*_pages(case, request, world, acts=method == "POST"))
    except TryAgain:
        answer = _answer(503, link_pages.for_anybody("later"), **{"Retry-After": "60"})
    return replace(answer, body="") if method == "HEAD" else answer


def _answer(status: int, pages: Sequence[LinkPage], **more: str) -> Answer:
    return Answer(status, {**link_page.headers(pages), **more}, link_page.render(pages))


def _media(case: Case | None, number: int, world: LinkWorld) -> Answer:
    """Lead to a picture or film of the link's post, the first being 1, as long as the link lives, used or not."""
    if case is None or case.link.post is None:
        return _answer(404, link_pages.for_anybody("unknown"))
    if case.link.expires_at <= case.now:
        return _answer(410, [link_pages.too_old(_about(case, world) or case)])
    post = world.posts.post(case.brand.id, case.link.post, case.link.version)  # as it was told, whatever came after
    media = post.content.media[:number] if post else ()
    if len(media) < number:
        return _answer(404, link_pages.for_anybody("unknown"))
    return Answer(302, {"Location": world.media.link(media[-1].key), **link_page.PRIVATE}, "")


def _pages(case: Case | None, request: Request, world: LinkWorld, *, acts: bool) -> tuple[int, Sequence[LinkPage]]:
    case = _about(case, world) if case else None
    if case is None:
        return 404, link_pages.for_anybody("unknown")
    if case.link.expires_at <= case.now and case.link.used_at is None:
        return 410, [link_pages.too_old(case)]
    if case.link.action is Action.PAUSE:
        return _brake(case, request, world, acts=acts)
    if acts:
        status, page = _act(case, _form(request.body), world)
        return status, [page]
    return 200, [_show(case, world)]


def _brake(case: Case, request: Request, world: LinkWorld, *, acts: bool) -> tuple[int, Sequence[LinkPage]]:
    """The red button: a bookmark, never used up; what it does twice is done once."""
    refused = brake_page.act(case, _form(request.body), world, world.pauses) if acts else []
    return 200, [brake_page.page(case, world, world.pauses, refused)]


def _find(brand_id: str, token: str, world: LinkWorld, now: datetime) -> Case | None:
    """Read what a token opens; None when it opens nothing of ours: forged, forgotten, brand or person removed."""
    link = world.links.link(brand_id, tokens.hash_of(token))
    brand = world.brands.brand(brand_id) if link else None
    person = brand.person(link.person) if link and brand else None
    return Case(link, brand, person, now) if link and brand and person and link.alert is None else None


def _about(case: Case, world: LinkWorld) -> Case | None:
    """Read (again) the post, the deliveries concerned and the story."""
    link, brand = case.link, case.brand
    if link.post is None:
        return case
    every = world.posts.deliveries(brand.id, link.post)
    mine = tuple(one for one in every if link.account in {None, one.account})
    found = replace(case, deliveries=mine)
    if link.account is None and found.open:
        found = replace(found, deliveries=found.open)
    if not mine:
        return None
    # What leaves after a failure is the newest version: a mistake that was mended since is mended.
    as_sent = link.action in {Action.IS_ONLINE, Action.SEND_AGAIN}
    post = world.posts.post(brand.id, link.post, mine[0].version if as_sent else None)
    if post is None:
        return None
    return replace(found, post=post, story=tuple(world.posts.story(brand.id, link.post)))


def _show(case: Case, world: LinkWorld) -> LinkPage:
    if _is_over(case):
        return link_pages.decided(case)
    impossible = _impossible(case, offer := _offer(case, world))
    return link_pages.nothing_to_publish(case, impossible) if impossible else _ask(case, offer, world)


def _ask(case: Case, offer: Offer, world: LinkWorld, wrong_address: str | None = None) -> LinkPage:
    media = case.post.content_for(case.deliveries[0].account, case.deliveries[0].network).media if case.post else ()
    shots = {item.key: world.media.link(item.key) for item in media}
    return link_pages.question(case, offer, shots, wrong_address)


def _is_over(case: Case) -> bool:
    if case.link.action is Action.CONFIRM_PERSON:
        return case.link.used_at is not None
    return case.link.used_at is not None or not case.open


def _offer(case: Case, world: LinkWorld) -> Offer:
    """See what can be offered: read only where the action needs it."""
    if case.link.action not in _SENDING or not case.deliveries:
        return Offer()
    held = any(one.holds or world.posts.brakes(one.brand, one.account) for one in case.deliveries)
    too_late = any(
        transitions.is_late(one, account.late, case.now)
        for one in case.deliveries
        if (account := case.brand.account(one.account))
    )
    wants_slot = case.link.action is Action.NEXT_SLOT or (case.link.action is Action.APPROVE and too_late)
    at_once = case.link.action in {Action.PUBLISH_NOW, Action.SEND_AGAIN} or (wants_slot and too_late)
    turn = _turn(case, world) if at_once and not held and case.link.action is not Action.NEXT_SLOT else None
    return Offer(_slot(case, world) if wants_slot else None, too_late, held, turn)


def _turn(case: Case, world: LinkWorld) -> Turn | None:
    """Say until when the networks' limits hold back what would leave now; None: all of it may leave."""
    turns: list[Turn] = []
    for one in case.deliveries:
        account = case.brand.account(one.account)
        _, pace = world.posts.delivery_and_pace(one.brand, one.post, one.account, Bucket.POSTS)
        if account is None or pace is None or decisions.is_by_hand(one):
            continue
        leaving = one.model_copy(update={"publish_at": case.now, "precedence": Precedence.EXACT})
        near = world.posts.queue(one.brand, *pacing.line_of(pace, account.late, case.now))
        turn = pacing.turn(leaving, near, pace, account.late, case.now)
        if turn is not None:
            turns.append(Turn(turn, too_late=turn >= pacing.too_late(leaving, account.late)))
    return max(turns, key=lambda turn: turn.at, default=None)


def _slot(case: Case, world: LinkWorld) -> LocalTime | None:
    account = case.brand.account(case.deliveries[0].account)
    if account is None:
        return None
    accounts = {one.account for one in case.deliveries}
    mine = {one.id for one in case.deliveries}
    taken = [
        one.publish_at
        for one in world.posts.queue(case.brand.id, case.now - APART)
        if one.account in accounts and one.id not in mine and one.state not in OVER
    ]
    return next_slot(account, case.brand, taken, case.now)


def _impossible(case: Case, offer: Offer) -> str | None:
    if case.link.action in _SENDING and any(case.brand.account(one.account) is None for one in case.deliveries):
        return "account_gone"
    return "no_slot" if case.link.action is Action.NEXT_SLOT and offer.slot is None else None


def _act(case: Case, form: Mapping[str, str], world: LinkWorld) -> tuple[int, LinkPage]:
    if case.link.action is Action.CONFIRM_PERSON:
        return _confirm(case, world)
    for _ in range(TRIES):
        if _is_over(case):
            return (200 if case.link.used_at else 409), link_pages.decided(case)
        offer = _offer(case, world)
        impossible = _impossible(case, offer)
        if impossible:
            return 409, link_pages.nothing_to_publish(case, impossible)
        try:
            return _decide(case, offer, form, world)
        except Conflict:
            again = _about(case, world)
            if again is None:
                return 404, link_pages.for_anybody("unknown")[0 if case.language == "fr" else 1]
            case = again
    raise TryAgain(f"link of {case.link.brand}/{case.link.post}: changed {TRIES} times while it was being decided")


def _confirm(case: Case, world: LinkWorld) -> tuple[int, LinkPage]:
    if case.link.used_at is not None:
        return 200, link_pages.decided(case)
    world.brands.confirm_person(case.brand.id, case.person.id, case.now)
    world.links.mark_used(case.link, case.now)
    return 200, link_pages.done(case, case.stem)


def _decide(case: Case, offer: Offer, form: Mapping[str, str], world: LinkWorld) -> tuple[int, LinkPage]:
    """Do it, in one conditional write; raises Conflict when somebody was first."""
    address = form.get(ADDRESS, "").strip()
    if case.link.action is Action.IS_ONLINE and address and not _is_address(address):
        return 400, _ask(case, offer, world, wrong_address=address[:LONGEST_ADDRESS])
    when = form.get("when", "")
    if case.link.action is Action.APPROVE and offer.too_late and when not in {NOW, SLOT}:
        return 200, _ask(case, offer, world)  # its time passed while the page was open
    stem = case.stem
    match case.link.action:
        case Action.IS_ONLINE:
            written = _say_online(case, address or None, world)
        case Action.SEND_AGAIN:
            written = _send_again(case, world)
        case Action.DROP:
            written = _drop(case, world)
        case _:
            to = _promise(case, offer, when)
            by_slot = to is not None and to is offer.slot
            written = _schedule(case, to, Precedence.SLOT if by_slot else Precedence.EXACT, world)
    # What was decided is written: neither of these may take it back. The tick finds what is due, the
    # delivery's own state refuses a second press.
    with contextlib.suppress(TryAgain):
        world.links.mark_used(case.link, case.now)
    try:
        dispatch_now(written, world.posts, world.outbox, case.now)
    except TryAgain:
        log.warning("not dispatched at once, left to the tick: %s", [one.id for one in written])
    after = replace(case, deliveries=tuple(written))
    at_once = written[0].publish_at <= case.now
    return 200, link_pages.done(after, stem, at_once=at_once, turn=offer.turn if at_once else None)


def _say_online(case: Case, url: str | None, world: LinkWorld) -> list[Delivery]:
    before = case.open[0]
    after = decisions.online(before, url, case.now)
    lateness = round(after.lateness.total_seconds() * 1000) if after.lateness is not None else None
    attempt = before.attempt.number if before.attempt else None
    told = transitions.what_it_answers(before)
    said = _event(case, EventName.PUBLISHED, attempt=attempt, url=after.url, lateness_ms=lateness, how="said", **told)
    return [_change(before, after, [said, _decided(case)], world)]


def _send_again(case: Case, world: LinkWorld) -> list[Delivery]:
    before = case.open[0]
    return [_change(before, decisions.sent_again(before, case.now), [_decided(case)], world)]


def _drop(case: Case, world: LinkWorld) -> list[Delivery]:
    cancelled = _event(case, EventName.DELIVERY_CANCELLED, by=case.person.id)
    if len(case.open) == 1:
        before = case.open[0]
        return [_change(before, decisions.dropped(before), [cancelled, _decided(case)], world)]
    # One transaction, so that of two people who press different buttons neither wins a part.
    post = decisions.next_post(_post(case))
    written = [decisions.dropped(one).model_copy(update={"version": post.version}) for one in case.open]
    return _edit(post, written, [cancelled, _decided(case)], world)


def _schedule(case: Case, to: LocalTime | None, precedence: Precedence, world: LinkWorld) -> list[Delivery]:
    """Schedule at `to` (None: as promised): a new version for these deliveries alone, older messages are void."""
    post = decisions.next_post(_post(case)) if to is None else decisions.moved_post(_post(case), to)
    written = [decisions.moved(one, post, _ahead(one, post, world), precedence) for one in case.open]
    if case.link.action is Action.APPROVE:
        told = _event(case, EventName.APPROVED, by=case.person.id)
    else:
        told = _event(case, EventName.POST_EDITED, version=post.version, by=case.person.id)
    return _edit(post, written, [told, _decided(case)], world)


def _promise(case: Case, offer: Offer, when: str) -> LocalTime | None:
    """Give the new promise; None: the one that was made."""
    if case.link.action is Action.APPROVE and not offer.too_late:
        return None
    wants_slot = case.link.action is Action.NEXT_SLOT or when == SLOT
    if wants_slot and offer.slot:
        return offer.slot
    return decisions.now_there(case.now, case.brand.zone)


def _ahead(delivery: Delivery, post: Post, world: LinkWorld) -> timedelta | None:
    return world.networks[delivery.network].prepare_ahead(post.content_for(delivery.account, delivery.network))


def _change(before: Delivery, after: Delivery, events: Sequence[Event], world: LinkWorld) -> Delivery:
    world.posts.change(before, after, events)
    return after.model_copy(update={"revision": before.revision + 1})


def _edit(post: Post, deliveries: Sequence[Delivery], events: Sequence[Event], world: LinkWorld) -> list[Delivery]:
    raised = [one.model_copy(update={"revision": one.revision + 1}) for one in deliveries]
    world.posts.edit(post, raised, events)
    return raised


def _decided(case: Case) -> Event:
    return _event(case, EventName.DECIDED, by=case.person.id, action=case.link.action.value)


def _event(case: Case, name: EventName, **fields: object) -> Event:
    return event(name, case.brand.id, _post(case).id, case.link.account, case.now, **fields)


def _post(case: Case) -> Post:
    if case.post is None:
        raise ValueError("a decision about a post needs the post")
    return case.post


def _form(body: str) -> dict[str, str]:
    try:
        return {name: values[0] for name, values in parse_qs(body, max_num_fields=MOST_FIELDS).items()}
    except ValueError:  # more fields than our form has: not our form
        return {}


def _is_address(text: str) -> bool:
    return is_web(text) and len(text) <= LONGEST_ADDRESS and text.isprintable()
