"""Give back, and forget, everything held about one member of the public: what they may ask for (RGPD, articles 15, 17).

First it is remembered, under a keyed name, that what they said until now is not to be taken in: what polling or a
webhook brings again afterwards stays out. Then each thing they said goes, with the answers given to it here, the raw
events that name them, and their record last, so that a run which died is found again and goes on. What alerts and
moderation keep of it (what was done, when, by which rule or person of the team) names nobody. Messages to the team that
are kept for a week go whole, with what others said in them: their alerts are there without them. What they did in
contests goes too; published lists hold codes that name nobody. So does what they asked in sessions of questions, also
from the page; posts of a session that quote them are held, or people hear that they are to be changed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from heraut.conversations import alerts
from heraut.conversations.consents import BY
from heraut.conversations.members import FORGETTING, Member, key_of
from heraut.conversations.rules import handle_of
from heraut.errors import Conflict, TryAgain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Brand, NetworkName, Secrets
    from heraut.conversations.model import GivenAnswer, Interaction, Moment
    from heraut.conversations.store import Answers, Conversations, Entries, QuotingPosts, RawEvents, SentMessages
    from heraut.conversations.testimonials import Testimonial
    from heraut.links import Links

TRIES = 5
CALLED = frozenset({"handle", "name", "called"})  # fields of what is held of who took part in contests and sessions
WORDS = frozenset({"text", "answer"})
OURS = frozenset({"labels", "decisions"})
PASSES = 3  # what was being taken in while the rest went is found by the next look


@dataclass(frozen=True)
class Forgetting:
    """What it needs of the world."""

    conversations: Conversations
    answers: Answers
    events: RawEvents
    messages: SentMessages
    links: Links
    secrets: Secrets
    quotes: QuotingPosts
    entries: Entries
    sessions: Entries


@dataclass(frozen=True)
class Holding:
    """Everything held about somebody: their record, what they said with its alert's id, the answers, what was done."""

    member: Member
    said: Sequence[tuple[str, Interaction]]
    answers: Sequence[GivenAnswer]
    moments: Sequence[Moment]
    events: Sequence[str]  # names of raw events, which hold others' words too
    messages: Sequence[str]  # ids of messages to the team, which hold others' words too
    testimonials: Sequence[Testimonial] = ()
    entries: Sequence[dict[str, Any]] = ()  # in contests, an object for each
    sessions: Sequence[dict[str, Any]] = ()  # in which they asked something, an object for each

    def as_object(self) -> dict[str, Any]:
        """Give it as a file for the person who asked."""
        plain: dict[str, Any] = {"mode": "json", "by_alias": True}
        return {
            "schema": 1,
            "brand": self.member.brand,
            "person": self.member.model_dump(**plain),
            "said": [one.model_dump(**plain) | {"alert": alert} for alert, one in self.said],
            "answers": [one.model_dump(**plain, exclude={"anew"}) for one in self.answers],
            "done": [one.model_dump(**plain, exclude_none=True) for one in self.moments],
            "testimonials": [one.model_dump(**plain, exclude={"revision"}) for one in self.testimonials],
            "contests": list(self.entries),
            "sessions": list(self.sessions),
            "raw_events": list(self.events),
            "messages": list(self.messages),
        }


def people_called(
    brand: Brand, name: str, network: NetworkName | None, kept: Conversations, *entries: Entries
) -> list[Member]:
    """Give whoever has this handle, name or network's id, on one network or any; several may have one name.

    Who only took part in contests or asked in sessions is looked for where nobody who spoke to the brand is called so.
    """
    known = {(one.network, one.id): one for one in kept.members(brand.id) if one.id}
    found = _of_name(known.values(), name, network)
    if found:
        return found
    for _, said in kept.everything_said(brand.id):  # a record of an earlier release has no name
        author = said.author
        somebody = Member(brand=brand.id, network=said.network, id=author.id, handle=author.handle, name=author.name)
        known.setdefault((said.network, author.id), somebody)
    found = _of_name(known.values(), name, network)
    if found:
        return found
    took_part = {
        (where, who): Member(brand=brand.id, network=where, id=who, handle=handle, name=called)
        for one in entries
        for where, who, handle, called in one.people(brand.id)
    }
    return _of_name(took_part.values(), name, network)


def holding(member: Member, world: Forgetting) -> Holding:
    """Gather everything held about somebody; it reads all that was said to the brand."""
    kept = world.conversations
    said = sorted(_said_by(member, kept), key=lambda one: one[1].at)
    ids = {one.id for _, one in said}
    stories = [
        moment for alert in dict.fromkeys(alert for alert, _ in said) for moment in kept.story(member.brand, alert)
    ]
    given = [world.answers.given(member.brand, one.account, one.id) for _, one in said]
    answers = [one for one in given if one is not None]
    names = {member.id, member.handle.lstrip("@")} - {""}
    called = (member.brand, member.network, member.id, member.handle)
    entries, sessions = world.entries.held(*called), world.sessions.held(*called)
    return Holding(
        member=member,
        said=said,
        answers=answers,
        moments=[one for one in stories if one.interaction in ids],
        events=world.events.naming(member.brand, names),
        messages=_messages(member, [one for _, one in said], [*entries, *sessions], world),
        entries=entries,
        sessions=sessions,
        testimonials=[one for one in kept.testimonials(member.brand) if one.interaction in ids],
    )


def forget_person(member: Member, world: Forgetting, now: datetime) -> None:
    """Erase everything held about somebody; nothing said until `now` is taken in again.

    Posts that quote them are held. InvalidInput: an answer to them is leaving right now. TryAgain: such a post is, or
    their alerts change too fast. Done again it goes on.
    """
    kept, network = world.conversations, member.network.value
    if key_of(world.secrets, member.brand) is None:
        world.secrets.save_secret(member.brand, FORGETTING, {"key": secrets.token_urlsafe(32)})
    kept.refuse_earlier(member.brand, network, member.id, now)
    _hold_quotes(member, world, now)
    called = (member.brand, member.network, member.id, member.handle)
    took_part = [*world.entries.held(*called), *world.sessions.held(*called)]
    world.messages.forget(member.brand, _messages(member, [], took_part, world))
    world.entries.forget(*called, now)
    world.sessions.forget(*called, now)
    for _ in range(PASSES):
        said = list(_said_by(member, kept))
        world.messages.forget(member.brand, _messages(member, [one for _, one in said], [], world))
        world.links.forget_interactions(member.brand, {one.id for _, one in said})
        for _, one in said:
            world.answers.forget(one.brand, one.account, one.id)
            _forget(one, kept, now)
        if not said:
            break
    world.events.forget(world.events.naming(member.brand, {member.id, member.handle.lstrip("@")} - {""}))
    kept.forget_author(member.brand, network, member.id)


def _hold_quotes(member: Member, world: Forgetting, now: datetime) -> None:
    """Hold the posts that quote them: who asks to be forgotten agrees to nothing any more."""
    for one in world.conversations.testimonials(member.brand):
        if one.draft and one.network is member.network and one.author.id == member.id:
            world.quotes.withdraw(one.brand, one.draft, one.id, BY, now)
    for session in world.sessions.held(member.brand, member.network, member.id, member.handle):
        for post in session["posts"]:
            world.quotes.withdraw(member.brand, post, session["event"], BY, now)


def _messages(
    member: Member, said: Sequence[Interaction], took_part: Sequence[dict[str, Any]], world: Forgetting
) -> Sequence[str]:
    """Find the messages to the team that hold a name they ever had with us, what they wrote, or our answer to it."""
    authors = [one.author for one in said]
    handles = {member.handle.lstrip("@"), *(author.handle.lstrip("@") for author in authors)}
    given = [world.answers.given(one.brand, one.account, one.id) for one in said]
    words = [*(one.text for one in said), *(one.text for one in given if one is not None)]
    names = {member.id, member.name, *handles, *(author.name for author in authors)}
    names |= {name.lstrip("@") for name in _values(took_part, CALLED)}
    return world.messages.naming(member.brand, names - {""}, [*words, *_values(took_part, WORDS)])


def _values(held: Any, fields: frozenset[str]) -> set[str]:
    """Give the texts that stand in these fields, however deep."""
    if isinstance(held, dict):
        mine = {value for name, value in held.items() if name in fields and isinstance(value, str)}
        return mine.union(*(_values(value, fields) for name, value in held.items() if name not in OURS))
    return set().union(*(_values(one, fields) for one in held)) if isinstance(held, list | tuple) else set()


def _said_by(member: Member, kept: Conversations) -> list[tuple[str, Interaction]]:
    return [
        (alert, one)
        for alert, one in kept.everything_said(member.brand)
        if one.network is member.network and one.author.id == member.id
    ]


def _of_name(people: Any, name: str, network: NetworkName | None) -> list[Member]:
    wanted = handle_of(name)
    return [
        one
        for one in people
        if network in {None, one.network}
        and (name == one.id or wanted in {handle_of(one.handle), one.name.strip().casefold()} - {""})
    ]


def _forget(said: Interaction, kept: Conversations, now: datetime) -> None:
    for _ in range(TRIES):
        found = kept.held(said.brand, said.account, said.id)
        if found is None:
            return
        alert, held = found
        after = alerts.forgotten(alert, said.id, now)
        try:
            kept.forget_said(held, alert, after)
            if after.closed_at and after.thread == said.id:
                kept.change(after, after.model_copy(update={"thread": "", "revision": after.revision + 1}))
        except Conflict:
            continue
        return
    raise TryAgain(f"alert of something that was said to {said.brand}: it changed {TRIES} times")
