"""An event of a brand on twins: its world, time that passes, what is online, and a death at any call of a port."""

from __future__ import annotations

import contextlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from heraut.brands import Account, Brand, NetworkName, Person, Role
from heraut.gatherings.run_gatherings import run_gatherings
from heraut.gatherings.running import Gathering, Stage
from heraut.gatherings.world import Holding
from heraut.publishing import ContestPosts
from heraut.publishing.model import Delivery, State
from tests.twins.brands import BrandsTwin
from tests.twins.clock import ClockTwin
from tests.twins.contest_world import Fate, Killed, Mortal
from tests.twins.crowd import Crowd, ListsTwin
from tests.twins.gatherings import GatheringsTwin
from tests.twins.network import NetworkTwin
from tests.twins.notifications import NotificationsTwin
from tests.twins.posts import PostsTwin
from tests.twins.secrets import SecretsTwin
from tests.twins.site_objects import SiteObjectsTwin

ID, NAME = "boulangerie", "atelier"
FOLDER = f"events/{ID}/{NAME}/"
PUBLIC = "https://public.example"
BEGINS = datetime(2026, 12, 10, 17, 30, tzinfo=UTC)  # 18 h 30 in Paris
ENDS = datetime(2026, 12, 10, 19, 0, tzinfo=UTC)
APPLIED = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
WORKSHOP: dict[str, Any] = {
    "kind": "offline",
    "title": "L'atelier du levain",
    "accounts": ["sky", "masto"],
    "starts": "2026-12-10 18:30",
    "ends": "2026-12-10 20:00",
    "place": "Boulangerie Martin",
    "address": "12 rue du Four, 75006 Paris",
    "about": "On repart avec son levain.",
}


LIVE: dict[str, Any] = {
    "kind": "live_qa",
    "title": "Vos questions au boulanger",
    "accounts": ["sky"],
    "opens": "2026-12-10 18:30",
    "closes": "2026-12-10 19:30",
}
CLOSES = datetime(2026, 12, 10, 18, 30, tzinfo=UTC)


class GatheringWorld:
    """Everything an event needs; `run` lets time pass until it waits for nothing any more."""

    def __init__(self, fate: Fate | None = None, plain: dict[str, Any] = WORKSHOP, **changes: Any) -> None:
        self.fate = fate or Fate()
        self.clock = ClockTwin(APPLIED)
        self.gatherings, self.posts, self.objects = GatheringsTwin(), PostsTwin(), SiteObjectsTwin()
        self.notifications = NotificationsTwin()
        self.crowd = Crowd()
        self.lists = ListsTwin(NetworkName.BLUESKY, self.crowd, page=3)
        self.said: list[tuple[datetime, str, str]] = []  # (when, account, text) of what is online
        self.brand = Brand(
            id=ID,
            name="Boulangerie Martin",
            accounts=(
                Account(name="sky", network=NetworkName.BLUESKY, handle="boulangerie"),
                Account(name="masto", network=NetworkName.MASTODON, instance="https://social.example"),
            ),
            people=(Person(id="lea", name="Léa", email="lea@example.com", roles=(Role.PUBLISHING,)),),
            events={NAME: plain | changes},
        )
        self.brands = BrandsTwin(self.brand)
        self.world = Holding(
            gatherings=Mortal(self.gatherings, self.fate),
            brands=self.brands,
            secrets=SecretsTwin({(ID, "sky"): {"password": "x"}}),
            networks={NetworkName.BLUESKY: cast("Any", self.lists)},  # only what it lists is asked
            posts=ContestPosts(
                Mortal(self.posts, self.fate),
                self.brands,
                SecretsTwin(),
                dict.fromkeys(NetworkName, NetworkTwin()),
                "event",
            ),
            objects=Mortal(self.objects, self.fate),
            notifications=Mortal(self.notifications, self.fate),
            clock=self.clock,
            public_url=PUBLIC,
        )

    def apply(self, **changes: Any) -> None:
        """Apply the file with other terms; a field that is None is taken out."""
        plain = {key: value for key, value in {**self.brand.events[NAME], **changes}.items() if value is not None}
        self.brand = self.brand.model_copy(update={"events": {NAME: plain}})
        self.brands._brands[ID] = self.brand

    @property
    def gathering(self) -> Gathering:
        """The event as it now is."""
        found = self.gatherings.gathering(ID, NAME)
        assert found is not None
        return found

    def tick(self) -> None:
        """Play one minute of the schedule; a death ends this one alone."""
        with contextlib.suppress(Killed):
            run_gatherings(self.world.timed, self.clock.now())

    def run_until(self, until: datetime) -> None:
        """Let time pass until then, by the minutes in which something is due, or may be planned."""
        while True:
            self.tick()
            self.publish()
            if self.clock.now() >= until:
                return
            self.clock.advance_to(min(until, self._next()))

    def run(self) -> None:
        """Let time pass until the event waits for nothing any more but that what was asked is forgotten."""
        for _ in range(300):
            self.tick()
            self.publish()
            there = self.gatherings.gathering(ID, NAME)
            if there and (there.due_at is None or (there.stage is Stage.OVER and there.due_at > self.clock.now())):
                return
            self.clock.advance_to(self._next())
        raise AssertionError(f"the event never ends: {self.gathering}")

    def _next(self) -> datetime:
        """Give the next minute, or the one before something is due, be it the event or one of its posts."""
        now = self.clock.now()
        there = self.gatherings.gathering(ID, NAME)
        moments = [there.due_at] if there and there.due_at else []
        moments += [one.publish_at for one in self._waiting()]
        minute = timedelta(minutes=1)
        return max(now + minute, min(moments) - minute) if moments else now + minute

    def _waiting(self) -> list[Delivery]:
        every = [one for name in self.posts.names(ID) for one in self.posts.deliveries(ID, name)]
        return [one for one in every if one.state is State.SCHEDULED and not one.holds]

    def publish(self) -> None:
        """Let what is due go online, as publishing does."""
        for one in self._waiting():
            if one.publish_at <= self.clock.now():
                online = {
                    "state": State.PUBLISHED,
                    "url": f"https://{one.account}.example/{one.post}",
                    "published_at": self.clock.now(),
                    "remote_ids": (one.post,),
                    "revision": one.revision + 1,
                }
                self.posts.change(one, one.model_copy(update=online))
                self.crowd.posts += [one.post] if one.account == "sky" else []
                post = self.posts.post(ID, one.post)
                assert post is not None
                self.said.append((self.clock.now(), one.account, post.content.parts[0].text))

    def hold(self) -> None:
        """Hold everything that waits, as a pause does."""
        for one in self._waiting():
            self.posts.change(one, one.model_copy(update={"holds": frozenset({"pause:all"}), "due_at": None}))

    def told(self) -> Counter[str]:
        """Say how many times each thing was said to people."""
        return Counter(message.id.split("/")[3] for _, message in self.notifications.told)

    def news(self, code: str) -> Any:
        """Give the last message of a kind."""
        return [message for _, message in self.notifications.told if message.id.split("/")[3] == code][-1]
