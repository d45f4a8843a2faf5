"""The posts of a morning: what leaves, what would not and why, what waits for a person. Asks no network.

One question to the index and one to the looks ahead a brand; texts and links only for what is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from heraut.brands import NetworkName, Role, known_as
from heraut.events import EventName
from heraut.letters import in_one_line
from heraut.links import LIFETIME
from heraut.notifications.base import Button, Listing, Row
from heraut.problems import catalogue
from heraut.publishing import messages
from heraut.publishing.binding import Binding
from heraut.publishing.model import State
from heraut.publishing.upcoming import LOOKED_AT, OF_ACCOUNT, Kind, kind_of
from heraut.wording import Wording, listed, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from heraut.brands import Brand, Person
    from heraut.links import Links
    from heraut.problems import Problem
    from heraut.publishing.model import Delivery
    from heraut.publishing.store import Looks, Posts

MOST_LEAVING, MOST_RISKS, MOST_DECISIONS = 12, 8, 6
LONGEST = 90  # characters of a text's beginning
APPROVED_AHEAD = timedelta(days=7)  # how far ahead an approval is asked for again

_BECAME = {
    State.FAILED: EventName.FAILED,
    State.EXPIRED: EventName.EXPIRED,
    State.ASKING: EventName.ASKING,
    State.TO_APPROVE: EventName.APPROVAL_ASKED,
}

wording = Wording(__package__, "morning_posts.toml")


@dataclass(frozen=True)
class PostsRead:
    """What the posts of a morning need of the world."""

    posts: Posts
    looks: Looks
    links: Links
    links_url: str

    def of(self, brand: Brand, now: datetime, until: datetime) -> MorningPosts:
        """Read what a brand's people may want to know at `now` of what leaves before `until`."""
        return MorningPosts(self, brand, now, until)


class MorningPosts:
    """One brand's posts, as they are at one instant."""

    def __init__(self, world: PostsRead, brand: Brand, now: datetime, until: datetime) -> None:
        self._world = world
        self._brand = brand
        self._now = now
        found = world.posts.queue(brand.id, now - LIFETIME, max(until, now + APPROVED_AHEAD))
        near = sorted(found, key=lambda one: (one.publish_at, one.id))
        self._ahead = [one for one in near if now <= one.publish_at < until]
        self._undecided = [one for one in near if one.state in _BECAME]
        self._texts: dict[tuple[str, int], str] = {}

    def leaving(self, person: Person) -> Listing:
        """Give what leaves, each post once with the accounts it goes to."""
        if person not in self._brand.people_with(Role.PUBLISHING):
            return Listing()
        posts = _by_post(one for one in self._ahead if one.state is State.SCHEDULED)
        rows = tuple(self._leaving(together, person) for together in posts[:MOST_LEAVING])
        return Listing(len(posts), rows, len(posts) - len(rows))

    def risks(self, person: Person) -> Listing:
        """Give what would not leave, or not as planned, and why: what the looks ahead found last."""
        if person not in self._brand.people_with(Role.PUBLISHING):
            return Listing()
        concerned = {one.id for risk in self._risks for one in risk.deliveries}
        rows = tuple(self._risk(one, person) for one in self._risks[:MOST_RISKS])
        return Listing(len(concerned), rows, len(self._risks) - len(rows))

    def decisions(self, person: Person) -> Listing:
        """Give what waits for the person's decision, each with the buttons that decide."""
        posts = _by_decision(one for one in self._undecided if self._decides(person, one))
        rows = tuple(self._decision(together, person) for together in posts[:MOST_DECISIONS])
        return Listing(len(posts), rows, len(posts) - len(rows))

    @cached_property
    def _risks(self) -> list[_Risk]:
        """What the looks ahead found; an account's trouble once, with all its posts."""
        looks = {look.id: look for look in self._world.looks.looks(self._brand.id)} if self._ahead else {}
        found: dict[tuple[str, str], _Risk] = {}
        for one in self._ahead:
            look = looks.get(one.id)
            if look is None or look.version != one.version or one.state not in LOOKED_AT:
                continue
            for key in look.stops:
                place = one.account if kind_of(key) in OF_ACCOUNT else one.id
                if kind_of(key) != Kind.APPROVAL:  # that stands among the decisions
                    found.setdefault((place, key), _Risk(key, look.problems.get(key), [])).deliveries.append(one)
        return list(found.values())

    def _decides(self, person: Person, delivery: Delivery) -> bool:
        role = Role.APPROVAL if delivery.state is State.TO_APPROVE else Role.PUBLISHING
        return person in self._brand.people_with(role)

    def _leaving(self, together: Sequence[Delivery], person: Person) -> Row:
        at_risk = {one.id for risk in self._risks for one in risk.deliveries}
        marks = [
            *(["at_risk"] if any(one.id in at_risk for one in together) else []),
            *_held(together),
            *(["by_hand"] if any(one.network is NetworkName.BY_HAND for one in together) else []),
        ]
        said = [self._places(together, person), *(self._say(f"leaving_{mark}", person) for mark in marks)]
        return Row(self._moment(together[0], person), " · ".join(said), self._begins(together[0], person))

    def _risk(self, risk: _Risk, person: Person) -> Row:
        first, known = risk.deliveries[0], risk.why is not None and risk.why.code in catalogue()
        why = (
            " ".join(filter(None, [risk.why.message(person.language), risk.why.remedy(person.language)]))
            if risk.why is not None and known
            else self._say(f"risk_{kind_of(risk.key)}", person)
        )
        many = len(risk.deliveries)
        begins = self._say("risk_many", person, count=many) if many > 1 else self._begins(first, person)
        return Row(self._moment(first, person), self._places([first], person), "\n".join(filter(None, [why, begins])))

    def _decision(self, together: Sequence[Delivery], person: Person) -> Row:
        first = together[0]
        by_hand = first.network is NetworkName.BY_HAND and first.state is State.ASKING
        name = EventName.HANDOVER_REMINDED if by_hand else _BECAME[first.state]
        state = self._say("decision_by_hand" if by_hand else f"decision_{first.state}", person)
        binding = Binding(self._world.links, self._world.links_url, self._now)
        whole = first.state is State.TO_APPROVE
        acting = {one.action: one for one in messages.wanted(name, first.account, self._brand) if one.action}
        buttons = tuple(
            Button(
                messages.label(one, first, self._brand, person.language),
                binding.link(action, first, person, whole_post=whole),
            )
            for action, one in acting.items()
        )
        text = f"{self._places(together, person)} · {state}"
        return Row(self._moment(first, person), text, self._begins(first, person), buttons)

    def _moment(self, delivery: Delivery, person: Person) -> str:
        return moment(delivery.publish_at, self._brand.zone, person.language, self._now)

    def _places(self, together: Sequence[Delivery], person: Person) -> str:
        named = (known_as.title(self._brand, one.account, one.network, person.language) for one in together)
        return listed(list(dict.fromkeys(named)), person.language)

    def _begins(self, delivery: Delivery, person: Person) -> str:
        """Give how its text begins, as the account says it."""
        key = delivery.id, delivery.version
        if key not in self._texts:
            post = self._world.posts.post(delivery.brand, delivery.post, delivery.version)
            content = post.content_for(delivery.account, delivery.network) if post else None
            self._texts[key] = " ".join(in_one_line(content.parts[0].text).split()) if content else ""
        text = self._texts[key]
        if not text:
            return ""
        return self._say("begins", person, text=text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…")

    def _say(self, code: str, person: Person, **fields: object) -> str:
        return wording.say(code, person.language, **fields)


@dataclass(frozen=True)
class _Risk:
    """One thing that keeps deliveries from leaving as planned."""

    key: str
    why: Problem | None
    deliveries: list[Delivery]


def _held(together: Sequence[Delivery]) -> list[str]:
    """Say whether something holds one of them, and whether that is somebody it quotes."""
    if any(one.unagreed for one in together):
        return ["unagreed"]
    return ["held"] if any(one.holds for one in together) else []


def _by_post(found: Iterable[Delivery]) -> list[list[Delivery]]:
    """Put the accounts of one post at one instant together."""
    posts: dict[tuple[datetime, str], list[Delivery]] = {}
    for one in found:
        posts.setdefault((one.publish_at, one.post), []).append(one)
    return list(posts.values())


def _by_decision(found: Iterable[Delivery]) -> list[list[Delivery]]:
    """Put together what one decision is about: an approval is of the whole post, all else of one account."""
    decisions: dict[tuple[str, str], list[Delivery]] = {}
    for one in found:
        decisions.setdefault((one.post, "" if one.state is State.TO_APPROVE else one.account), []).append(one)
    return list(decisions.values())
