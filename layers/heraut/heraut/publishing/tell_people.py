"""Turn what happened to posts into messages: who hears, once each, with one link per button.

Idempotent per event and person: a record of the stream may come back as often as it likes. One person's failure does
not stop the others.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from heraut import links as tokens
from heraut.brands import Role
from heraut.errors import InvalidInput, TryAgain
from heraut.events import TOLD_TO_PEOPLE, EventName
from heraut.notifications.base import Button, Picture
from heraut.publishing import messages
from heraut.publishing.binding import Binding
from heraut.publishing.messages import HANDOVERS, MOST_ITEMS, WIDELY, Happening
from heraut.publishing.model import WAITING, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from heraut.brands import Brand, Brands, Person
    from heraut.events import Event
    from heraut.links import Links
    from heraut.notifications.base import Notifications
    from heraut.publishing.model import Delivery
    from heraut.publishing.store import Posts

# A message says what is true when it leaves: an event whose delivery has moved on since is not told any more.
_STILL = {
    EventName.FAILED: {State.FAILED},
    EventName.EXPIRED: {State.EXPIRED},
    EventName.ASKING: {State.ASKING},
    EventName.APPROVAL_ASKED: {State.TO_APPROVE},
    EventName.HANDOVER_AHEAD: {State.SCHEDULED},
    EventName.HANDOVER_DUE: {State.ASKING},
    EventName.HANDOVER_REMINDED: {State.ASKING},
    EventName.CONSENT_WITHDRAWN: {*WAITING, State.FAILED, State.EXPIRED},
    EventName.ONLINE_WITHOUT_CONSENT: {State.PUBLISHED, State.ASKING},
}


@dataclass
class Told:
    """What was told: messages sent, events (ids) to be told again later, and who cannot be reached (`brand/person`)."""

    sent: int = 0
    again: set[str] = field(default_factory=set)
    unreachable: dict[str, InvalidInput] = field(default_factory=dict)


def tell_people(
    events: Sequence[Event],
    *,
    posts: Posts,
    brands: Brands,
    links: Links,
    notifications: Notifications,
    links_url: str,
    now: datetime,
) -> Told:
    """Tell everybody concerned by `events` (of any brands); failures that may pass are in `Told.again`, not raised."""
    told = Told()
    wanted = [event for event in events if event.name in TOLD_TO_PEOPLE]
    for brand_id, of_brand in itertools.groupby(
        sorted(wanted, key=lambda event: event.brand), lambda event: event.brand
    ):
        mine = list(of_brand)
        try:
            brand = brands.brand(brand_id)
        except TryAgain:
            told.again |= {event.id for event in mine}
            continue
        if brand is not None:  # else it was removed, with the people who would hear
            _Teller(brand, posts, links, notifications, links_url, now, told).tell(mine)
    return told


def audience(event: Event, brand: Brand) -> tuple[Person, ...]:
    """Say who hears of an event first."""
    if event.name is EventName.APPROVAL_ASKED:
        return brand.people_with(Role.APPROVAL)
    people = brand.people_with(Role.PUBLISHING)
    if event.name is EventName.HANDOVER_REMINDED and int(event.fields.get("reminders", 0)) >= WIDELY:
        people += tuple(person for person in brand.people_with(Role.ON_CALL) if person not in people)
    return people


@dataclass
class _Teller:
    """Tells the events of one brand."""

    brand: Brand
    posts: Posts
    links: Links
    notifications: Notifications
    links_url: str
    now: datetime
    told: Told
    heard: dict[str, set[str]] = field(default_factory=dict)  # event -> people who heard

    def tell(self, events: Sequence[Event]) -> None:
        happenings = [found for event in events if (found := self._happening(event))]
        self._round([(one, audience(one.event, self.brand)) for one in happenings])
        # Somebody must hear: where nobody of the first circle can be reached, the next one is told.
        for circle in (self.brand.people_with(Role.ON_CALL), self.brand.people):
            unheard = [
                one for one in happenings if not self.heard[one.event.id] and one.event.id not in self.told.again
            ]
            self._round([(one, circle) for one in unheard])

    def _happening(self, event: Event) -> Happening | None:
        """Read what an event is about; None when it is not true any more, or cannot be read now."""
        try:
            self.heard[event.id] = set(self.posts.told(event.brand, event.id))
            deliveries = self._deliveries(event)
            if not deliveries:
                return None
            post = self.posts.post(event.brand, event.post, deliveries[0].version)
            if post is None:
                return None
            return Happening(event, post, deliveries)
        except TryAgain:
            self.told.again.add(event.id)
            return None

    def _deliveries(self, event: Event) -> tuple[Delivery, ...]:
        if event.account is None:
            found: Sequence[Delivery] = self.posts.deliveries(event.brand, event.post)
        else:
            one = self.posts.delivery(event.brand, event.post, event.account)
            found = [one] if one else []
        return tuple(delivery for delivery in found if _still(event, delivery))

    def _round(self, hearing: Sequence[tuple[Happening, Sequence[Person]]]) -> None:
        people = {person.id: person for _, circle in hearing for person in circle}
        for person in people.values():
            mine = [one for one, circle in hearing if person in circle and person.id not in self.heard[one.event.id]]
            for together in _together(mine):
                self._tell_one(person, together)

    def _tell_one(self, person: Person, happenings: Sequence[Happening]) -> None:
        reached = f"{self.brand.id}/{person.id}"
        if reached in self.told.unreachable:
            return
        try:
            buttons = {one.event.id: self._buttons(one, person) for one in happenings}
            shown = [replace(one, pictures=self._pictures(one, buttons[one.event.id])) for one in happenings]
            self.notifications.tell(person, messages.compose(shown, buttons, self.brand, person))
            self.told.sent += 1
            for one in happenings:
                self.heard[one.event.id].add(person.id)
                self.posts.save_told(self.brand.id, one.event.id, person.id, self.now)
        except TryAgain:
            self.told.again |= {one.event.id for one in happenings}
        except InvalidInput as unreachable:
            self.told.unreachable[reached] = unreachable

    def _buttons(self, happening: Happening, person: Person) -> tuple[Button, ...]:
        return tuple(
            Button(
                messages.label(button, happening.delivery, self.brand, person.language),
                button.address or self._link(button, happening, person),
            )
            for button in messages.wanted_of(happening, self.brand)
        )

    def _pictures(self, happening: Happening, buttons: Sequence[Button]) -> tuple[Picture, ...]:
        """Give its pictures, behind the first link of this message that is this person's own."""
        ours = tokens.address(self.links_url, self.brand.id, "")
        own = next((one.address for one in buttons if one.address.startswith(ours)), None)
        if own is None:  # nothing is to be decided
            return ()
        return tuple(
            Picture(tokens.media_address(own, number), item.alt)
            for number, item in enumerate(happening.post.content.media, start=1)
            if item.content_type.startswith("image/")
        )

    def _link(self, button: messages.Wanted, happening: Happening, person: Person) -> str:
        if button.action is None:
            raise ValueError(f"the button {button.code} neither acts nor opens an address")
        whole = happening.event.account is None
        binding = Binding(self.links, self.links_url, self.now)
        return binding.link(button.action, happening.delivery, person, whole_post=whole)


def _still(event: Event, delivery: Delivery) -> bool:
    version = event.fields.get("version", delivery.version)
    marked = event.fields.get("mark", "") in {"", *delivery.holds}
    return delivery.state in _STILL[event.name] and delivery.version == version and marked


def _together(happenings: Sequence[Happening]) -> Iterator[Sequence[Happening]]:
    """Group what one message may say: what happened alike; what is published by hand stands alone."""
    alike: dict[str, list[Happening]] = {}
    for one in happenings:
        alone = one.event.name in HANDOVERS
        alike.setdefault(one.event.id if alone else one.event.name, []).append(one)
    for group in alike.values():
        for first in range(0, len(group), MOST_ITEMS):
            yield group[first : first + MOST_ITEMS]
