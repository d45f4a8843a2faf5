"""The hall where a run is played: Lambda, the queue and the schedule around the real use cases, in virtual time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from heraut.aws.outbox import read_message, write_message
from heraut.due import instant
from heraut.errors import TryAgain
from heraut.publishing.dispatch_posts import HORIZON, dispatch_posts
from heraut.publishing.prepare_delivery import prepare_delivery
from heraut.publishing.publish_post import publish_post
from heraut.publishing.store import DeliveryMessage
from tests.matrix.calls import Actor, Call, Killed, Tape
from tests.matrix.passing_time import PassingTime

if TYPE_CHECKING:
    from collections.abc import Callable

    from heraut.publishing.world import MediaWorld
    from tests.matrix.tables import Tables

VISIBILITY = timedelta(seconds=360)  # infra/template.yaml: DeliveryQueue
RECEIVES = 3
KEPT = timedelta(seconds=3600)
LIVES = {Actor.PUBLISH: 60.0, Actor.PREPARE: 900.0, Actor.TICK: 50.0, Actor.EDIT: 600.0, Actor.DESK: 600.0}  # seconds
RETRIED_AFTER = (timedelta(minutes=1), timedelta(minutes=2))  # of an asynchronous invocation that failed
FUNCTIONS = frozenset({Actor.PUBLISH, Actor.PREPARE, Actor.TICK})
DOUBTFUL = frozenset({"sending", "unconfirmed"})


@dataclass
class Message:
    """A message in the queue."""

    body: str
    sent: datetime
    receives: int = 0


@dataclass
class Invocation:
    """A process at work: whose, until when (on the monotonic clock) it may live, and whether it dies as it posts."""

    actor: Actor
    until: float
    dies: bool = False


class Hall:
    """One run over `tables`. `new_world` makes an environment of a function, as a cold start does."""

    def __init__(
        self, start: datetime, tables: Tables, tape: Tape, new_world: Callable[[Hall], MediaWorld] | None = None
    ) -> None:
        self.time = PassingTime(start)
        self.tables = tables
        self.tape = tape
        self.doubles: dict[str, Any] = {}  # by `host:port`
        self.failed: list[Message] = []
        self.said: list[str] = []
        self.raised: list[str] = []  # by functions, but for the one error that says "later"
        self.doubts: list[Doubt] = []
        self.person: Callable[[], None] = lambda: None  # what the person does where a fault says so
        self._working: list[Invocation] = []
        self._free: dict[Actor, list[MediaWorld]] = defaultdict(list)
        self._new_world = new_world
        self._coming = 0  # messages and invocations that will still arrive

    # ------------------------------------------------------------------ functions

    @property
    def actor(self) -> Actor:
        """Whose process is at work."""
        return self._working[-1].actor

    def check_alive(self) -> None:
        """End the process at work when its function's time is over, as Lambda does."""
        if self.time.monotonic() >= self._working[-1].until:
            raise Killed

    def outlive(self, call: Call) -> None:
        """End the process at work, where it is to die once the network accepted."""
        if call.posts and self._working[-1].dies:
            raise Killed

    def work(self, actor: Actor, use: Callable[[MediaWorld], Any], *, dies: bool = False) -> bool:
        """Run one invocation; False when it was killed or raised."""
        assert self._new_world is not None
        free = self._free[actor]
        world = free.pop() if free else self._new_world(self)
        depth = len(self._working)
        self._working.append(Invocation(actor, self.time.monotonic() + LIVES[actor], dies))
        try:
            done = use(world)
        except Killed:
            self.said.append(f"{actor} killed")
            return False
        except Exception as error:  # noqa: BLE001 -- Lambda takes whatever a handler raises
            self.said.append(f"{actor} raised {type(error).__name__}: {error}")
            if actor in FUNCTIONS and not isinstance(error, TryAgain):
                self.raised.append(self.said[-1])
            return False
        finally:
            del self._working[depth:]
        free.append(world)
        self.said.append(f"{actor}: {done}")
        return True

    # ------------------------------------------------------------------ the schedule

    def begin_ticks(self) -> None:
        """Begin the schedule at the next whole minute."""
        self.time.at(self.time.true.replace(second=0, microsecond=0) + timedelta(minutes=1), self.tick)

    def tick(self) -> None:
        """Play the schedule's minute. One that would find nothing is left out: it reads four shards and ends."""
        self.time.at(self.time.true + timedelta(minutes=1), self.tick)
        if self.tables.due(self.time.now() + HORIZON) or self.tables.lag:
            self.work(Actor.TICK, lambda world: dispatch_posts(world.posts, world.outbox, world.clock.now()))

    # ------------------------------------------------------------------ the queue and asynchronous invocations

    def queue(self, body: str, delay: timedelta) -> None:
        """Take a message that arrives after its delay."""
        message = Message(body, self.time.true)
        self._later(self.time.true + delay, lambda: self._deliver(message))

    def invoke(self, payload: str, tries: int = 0, after: timedelta = timedelta(milliseconds=50)) -> None:
        """Start prepare_delivery asynchronously, and again twice when it fails."""

        def prepare() -> None:
            done = self.work(Actor.PREPARE, lambda world: prepare_delivery(read_message(payload), world))
            if not done and tries < len(RETRIED_AFTER):
                self.invoke(payload, tries + 1, RETRIED_AFTER[tries])

        self._later(self.time.true + after, prepare)

    def publish(self, body: str, *, dies: bool = False) -> bool:
        """Let a publisher do what a message points at."""
        return self.work(Actor.PUBLISH, lambda world: publish_post(read_message(body), world), dies=dies)

    def second_publisher(self, *, dies: bool = False) -> None:
        """Let another publisher come now, with a message like the one there is; it may die as it posts."""
        row = self.tables.delivery()
        message = DeliveryMessage(
            row["brand"], row["post"], row["account"], int(row["version"]), instant(row["publish_at"])
        )
        self.publish(write_message(message), dies=dies)

    def _deliver(self, message: Message) -> None:
        if self.time.true - message.sent > KEPT:
            return
        message.receives += 1
        came = self.time.true
        if self.publish(message.body):
            return
        if message.receives < RECEIVES:
            self._later(max(came + VISIBILITY, self.time.true), lambda: self._deliver(message))
        else:
            self.failed.append(message)

    def _later(self, at: datetime, play: Callable[[], None]) -> None:
        def arrive() -> None:
            self._coming -= 1
            play()

        self._coming += 1
        self.time.at(at, arrive)

    # ------------------------------------------------------------------ time

    def run(self, lasting: timedelta) -> None:
        """Let time pass until nothing more can happen by itself, at most so long."""
        end = self.time.true + lasting
        far = timedelta(days=400)
        while self.time.true < end and (self._coming or self.tables.due(self.time.now() + far)):
            upcoming = self.time.next
            self.time.pass_to(min(end, upcoming) if upcoming else end)

    def watch(self) -> None:
        """After each write: note when a doubt began and when it was decided."""
        state = self.tables.state()
        open_doubt = self.doubts[-1] if self.doubts and self.doubts[-1].decided is None else None
        if state in DOUBTFUL and open_doubt is None:
            self.doubts.append(Doubt(self.time.true))
        elif state not in DOUBTFUL and open_doubt is not None:
            open_doubt.decided = self.time.true


@dataclass
class Doubt:
    """From a passing of the gate to what was decided about it (None: not yet)."""

    began: datetime
    decided: datetime | None = None

    @property
    def lasted(self) -> timedelta | None:
        """How long it took."""
        return self.decided - self.began if self.decided else None
