"""A contest on a network of twins: its world, who takes part, time that passes, and a death at any call of a port."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from heraut.brands import Account, Brand, ContestState, NetworkName, Person, Role
from heraut.contests.beacon import Chain
from heraut.contests.forget_contest import forgets_at
from heraut.contests.run_contests import run_contests
from heraut.contests.running import Contest
from heraut.contests.world import Running
from heraut.conversations import Author, Interaction, Kind
from heraut.conversations.overhear import overhear
from heraut.publishing import ContestPosts
from heraut.publishing.model import Delivery, State
from tests.twins.brands import BrandsTwin
from tests.twins.chain import OwnChain
from tests.twins.clock import ClockTwin
from tests.twins.contests import ContestsTwin
from tests.twins.conversations import ConversationsTwin
from tests.twins.crowd import Crowd, ListsTwin
from tests.twins.network import NetworkTwin
from tests.twins.notifications import NotificationsTwin
from tests.twins.posts import PostsTwin
from tests.twins.secrets import SecretsTwin
from tests.twins.site_objects import SiteObjectsTwin
from tests.twins.tsa import OwnAuthority
from tests.twins.witnesses import BeaconTwin, StampsTwin

OPENS = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10 h in Paris
CLOSES = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
DRAWS = datetime(2026, 11, 23, 9, 50, tzinfo=UTC)
WRITES = frozenset(
    {"add", "change", "save_questions", "save_entrants", "keep_part", "add_winners", "change_winner"}
    | {"create", "replace", "say", "say_under", "tell", "stamp", "forget_overheard", "remember_wins"}
    | {"forget", "forget_entrants", "forget_people", "forget_wins"}
)
PUBLIC = "https://public.example"
OWN = OwnChain()
AUTHORITIES = (OwnAuthority("Horodatage un"), OwnAuthority("Horodatage deux"), OwnAuthority("Horodatage trois"))
ROOTS = [one.root for one in AUTHORITIES]


class Killed(BaseException):
    """The function died here: nothing in it hears of it."""


@dataclass
class Fate:
    """Which call that changes something is the last one, and whether it still arrives; `calls` counts them.

    `dies_at` is a call that is always the last one, once it was made. To die at a call that only reads is to die after
    the last one that changed something.
    """

    strike: int | None = None
    arrives: bool = False
    calls: int = 0
    names: list[str] = field(default_factory=list)
    dies_at: str = ""

    def call(self, name: str, made: Any, *args: Any, **kwargs: Any) -> Any:
        """Make a call, or die before or after it."""
        if name.partition(".")[2] not in WRITES:
            return made(*args, **kwargs)
        self.calls += 1
        self.names.append(name)
        if name == self.dies_at:
            made(*args, **kwargs)
            raise Killed(name)
        if self.calls != self.strike:
            return made(*args, **kwargs)
        if self.arrives:
            made(*args, **kwargs)
        raise Killed(name)


class Mortal:
    """A port each of whose calls may be the last."""

    def __init__(self, port: Any, fate: Fate) -> None:
        self._port, self._fate = port, fate

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found) or name.startswith("_"):
            return found
        return lambda *args, **kwargs: self._fate.call(f"{type(self._port).__name__}.{name}", found, *args, **kwargs)


class ContestWorld:
    """Everything a contest needs; `run` lets time pass until the contest waits for nothing any more."""

    def __init__(
        self,
        fate: Fate | None = None,
        chain: Chain = OWN.chain,
        contests: ContestsTwin | None = None,
        **changes: Any,
    ) -> None:
        self.fate = fate or Fate()
        self.clock = ClockTwin(OPENS - timedelta(minutes=10))
        self.crowd = Crowd()
        self.post = self.crowd.post()
        self.network = NetworkTwin(NetworkName.BLUESKY)
        self.lists = ListsTwin(NetworkName.BLUESKY, self.crowd, page=4)
        self.contests = contests or ContestsTwin()
        self.posts, self.objects = PostsTwin(), SiteObjectsTwin()
        self.notifications, self.talk = NotificationsTwin(), ConversationsTwin()
        self.stamps = [StampsTwin(one, self.clock.now) for one in AUTHORITIES]
        self.beacon = BeaconTwin(OWN, self.clock.now)
        self.made = 0
        self.is_held = False  # as `heraut pause` holds posts
        self.sleeps = timedelta()  # how long a machine is away that died
        self.plain = {
            "title": "La galette",
            "opens": "2026-11-23 10:00",
            "closes": "2026-11-23 10:12",
            "draws": "2026-11-23 10:50",
            "posts": [{"accounts": "sky", "url": f"https://twin.example/{self.post}"}],
            "conditions": {"comment": True},
            "exclude": {"families": False},
            "winners": 2,
            "alternates": 2,
            "rules": {"text": "Un commentaire par personne."},
            **changes,
        }
        self.brand = Brand(
            id="boulangerie",
            name="Boulangerie Martin",
            accounts=(Account(name="sky", network=NetworkName.BLUESKY, handle="boulangerie"),),
            people=(Person(id="lea", name="Léa", email="lea@example.com", roles=(Role.PUBLISHING,)),),
            contests={"galette": self.plain},
        )
        self.brands = BrandsTwin(self.brand)
        secrets = SecretsTwin({("boulangerie", "sky"): {"password": "x"}})
        posts = ContestPosts(self._mortal(self.posts), self.brands, secrets, dict.fromkeys(NetworkName, self.network))
        self.world = Running(
            contests=self._mortal(self.contests),
            brands=self.brands,
            secrets=secrets,
            networks={NetworkName.BLUESKY: cast("Any", self.lists)},  # only what it lists is asked
            heard=self._mortal(self.talk),
            posts=self._mortal(posts),
            objects=self._mortal(self.objects),
            notifications=self._mortal(self.notifications),
            clock=self.clock,
            chain=chain,
            beacon=self._mortal(self.beacon),
            authorities=lambda: [self._mortal(one) for one in self.stamps],
            nonce=self.nonce,
            public_url=PUBLIC,
        )

    def _mortal(self, port: Any) -> Any:
        return Mortal(port, self.fate)

    def nonce(self) -> bytes:
        """Give bytes that are never the same twice."""
        self.made += 1
        return sha256(b"nonce %d" % self.made).digest()

    def people_comment(self, *names: str, at: datetime = OPENS + timedelta(minutes=3)) -> None:
        """Let people take part."""
        for name in names:
            self.crowd.comment(self.post, name, "Je participe !", at=at)

    def hear(self, who: str, *, gone: bool = False) -> None:
        """Let conversations hear the first comment of somebody, or one that nobody else saw and that is `gone`."""
        said = [one for one in self.crowd.deeds if one.who == who]
        remote = self.crowd.named(who, said[0].number) if said else f"{who}-0"
        now = self.clock.now()
        comment = Interaction(
            brand="boulangerie",
            account="sky",
            network=NetworkName.BLUESKY,
            id=remote,
            kind=Kind.REPLY,
            author=Author(id=who, handle=f"@{who}", name=who.capitalize()),
            text="Je participe !",
            answers=self.post,
            thread=self.post,
            at=said[0].at if said else now,
        )
        overhear(comment, self.brand, self.talk, now, erased_at=now if gone else None)

    @property
    def contest(self) -> Contest:
        """The contest as it now is."""
        found = self.contests.contest("boulangerie", "galette")
        assert found is not None
        return found

    def tick(self) -> None:
        """Play one minute of the schedule; a death ends this one alone, and what was queued leaves all the same."""
        try:
            run_contests(self.world.timed, self.clock.now())
        except Killed:
            self.publish()
            self.clock.advance(self.sleeps)

    def run_until(self, instant: datetime) -> None:
        """Let the minutes pass until then."""
        while self.clock.now() < instant:
            self.tick()
            self.publish()
            self.clock.advance(timedelta(minutes=1))
        self.tick()

    def run(self) -> None:
        """Let the minutes pass until the contest is over; those in which nothing is due are left out."""
        for _ in range(300):
            self.tick()
            self.publish()
            there = self.contests.contest("boulangerie", "galette")
            if there and (there.due_at is None or _is_at_rest(there)):
                return
            self.clock.advance(timedelta(minutes=1))
            if there and there.due_at:
                self.clock.advance_to(there.due_at)
        raise AssertionError(f"the contest never ends: {self.contest}")

    def publish(self) -> None:
        """Let what was queued go online, as publishing does."""
        for name in [] if self.is_held else self.posts.names("boulangerie"):
            for one in self.posts.deliveries("boulangerie", name):
                if one.state is State.SCHEDULED and not one.holds:
                    self._online(one)

    def _online(self, delivery: Delivery) -> None:
        online = {
            "state": State.PUBLISHED,
            "url": f"https://twin.example/{delivery.post}",
            "published_at": self.clock.now(),
            "remote_ids": (delivery.post,),
            "revision": delivery.revision + 1,
        }
        self.posts.change(delivery, delivery.model_copy(update=online))

    def told(self) -> Counter[str]:
        """Say how many times each thing was said to people."""
        return Counter(message.id.split("/")[3] for _, message in self.notifications.told)

    def with_changes(self, **changes: Any) -> None:
        """Put other parts into the world."""
        self.world = replace(self.world, **changes)


def _is_at_rest(contest: Contest) -> bool:
    """Whether a contest is over, and waits for nothing but the day when those who took part are forgotten."""
    return contest.due_at is not None and contest.due_at == forgets_at(contest)


def is_over(world: ContestWorld) -> bool:
    """Whether the contest came to its end."""
    return world.contest.state is ContestState.ENDED
