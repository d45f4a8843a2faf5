"""Events on the embedded stack: one is announced, moved and cancelled; a live session is held from opening to recap.

The deployed function announces, opens and takes a question off. Between, the session is held in this process, over the
stack's own tables and bucket, by a machine that dies at each of its writes; its clock is ahead of the stack's.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup

from heraut.aws.brands_table import BrandsTable
from heraut.aws.gatherings_table import GatheringsTable
from heraut.aws.posts_table import PostsTable
from heraut.aws.site_objects import PublicBucket
from heraut.aws.table import Table
from heraut.brands import Account, Brand, NetworkName, Person, Role
from heraut.contests import Note
from heraut.errors import Conflict
from heraut.fetch import Guard
from heraut.gatherings.advance_gathering import advance
from heraut.gatherings.hide_question import hide_question
from heraut.gatherings.questions import HIDE
from heraut.gatherings.running import Gathering, Stage
from heraut.gatherings.world import Holding
from heraut.networks import registry
from heraut.publishing import ContestPosts
from heraut.publishing.model import State
from tests.e2e.bluesky_server import HANDLE, PASSWORD
from tests.e2e.world import eventually
from tests.twins.clock import ClockTwin
from tests.twins.contest_world import Fate, Killed, Mortal
from tests.twins.notifications import NotificationsTwin
from tests.twins.secrets import SecretsTwin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.bluesky_server import BlueskyServer
    from tests.e2e.world import World

ID, NAME, LIVE = "atelier", "levain", "direct"
FOLDER = f"events/{ID}/{NAME}"
TITLE = "Le boulanger répond"
PARIS = ZoneInfo("Europe/Paris")


def no_site() -> PublicBucket:
    """Nothing is published on a page here."""
    raise AssertionError("nobody publishes on a page")


class Workshop:
    """A brand on the stack that has an event, and a session of questions that begins at once."""

    def __init__(self, world: World, bluesky: BlueskyServer) -> None:
        self.world, self.bluesky = world, bluesky
        self.opens = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=5)
        self.closes = self.opens + timedelta(hours=1)
        self.gatherings = GatheringsTable(Table(world.client("dynamodb"), world.outputs["ContestsTable"]))
        where = f"{world.outputs['SecretsPath']}/{ID}/sky"
        secret = json.dumps({"password": PASSWORD})
        world.client("ssm").put_parameter(Name=where, Value=secret, Type="SecureString", Overwrite=True)
        self.table = Table(world.client("dynamodb"), world.outputs["BrandsTable"])
        self.brands = BrandsTable(self.table)
        self.posts = PostsTable(Table(world.client("dynamodb"), world.outputs["PostsTable"]))
        self.revision = 0

    def apply(self, begins: datetime, **changes: Any) -> None:
        """Apply the file, and let the deployed function look at it."""
        event = {
            "kind": "offline",
            "title": "L'atelier du levain",
            "accounts": ["page"],
            "starts": f"{begins.astimezone(PARIS):%Y-%m-%d %H:%M}",
            "ends": f"{(begins + timedelta(hours=1)).astimezone(PARIS):%Y-%m-%d %H:%M}",
            "place": "Au fournil",
            "reminders": ["2h"],
            **changes,
        }
        hours = {name: f"{getattr(self, name).astimezone(PARIS):%Y-%m-%d %H:%M:%S}" for name in ("opens", "closes")}
        live = {"kind": "live_qa", "title": TITLE, "accounts": ["sky"], **hours}
        page = Account(name="page", network=NetworkName.SITE)
        sky = Account(name="sky", network=NetworkName.BLUESKY, handle=HANDLE, service=self.bluesky.address)
        nina = Person(id="nina", name="Nina", email="nina@atelier.example", roles=tuple(Role))
        self.revision += 1
        brand = Brand(id=ID, name="Atelier", accounts=(page, sky), people=(nina,), events={NAME: event, LIVE: live})
        self.brands.save(brand.model_copy(update={"revision": self.revision}), self.revision - 1)
        self.world.invoke("ContestsFunction", {"plan": True})

    def file(self) -> str:
        """Read the calendar file as a stranger would."""
        return self.world.public(f"{FOLDER}/event.ics").decode()

    def state(self, post: str, account: str = "page") -> State | None:
        """How far a post has come."""
        found = self.posts.delivery(ID, post, account)
        return found.state if found else None

    def session(self) -> Gathering:
        """The session as it now is."""
        found = self.gatherings.gathering(ID, LIVE)
        assert found is not None
        return found

    def dying_machine(self, clock: ClockTwin, fate: Fate) -> Holding:
        """The world of a machine that dies, on the stack's own tables and bucket."""
        networks = registry(Guard(frozenset({self.bluesky.host_port})), no_site, "", clock.now)
        kept = SecretsTwin({(ID, "sky"): {"password": PASSWORD}})
        objects = PublicBucket(self.world.client("s3"), self.world.outputs["PublicBucket"])
        return Holding(
            gatherings=Mortal(self.gatherings, fate),
            brands=self.brands,
            secrets=kept,
            networks=networks,
            posts=ContestPosts(Mortal(self.posts, fate), self.brands, kept, networks, "event"),
            objects=Mortal(objects, fate),
            notifications=Mortal(NotificationsTwin(), fate),
            clock=clock,
            public_url=self.world.outputs["PublicUrl"],
        )

    def hold(self, clock: ClockTwin) -> int:
        """Hold the session to its end with machines that die after each write; gives how many did."""
        deaths, strike = 0, 1
        for _ in range(120):
            before = self.session()
            if before.stage is Stage.OVER and before.due_at and before.due_at > clock.now():
                break
            clock.advance_to(max(clock.now(), before.due_at or clock.now()))
            try:
                advance(ID, LIVE, self.dying_machine(clock, Fate(strike, arrives=True)), clock.now())
            except Killed:
                deaths += 1
            except Conflict:
                continue  # the deployed function took this step
            strike = strike + 1 if self.session().revision == before.revision else 1
        return deaths

    def leave_now(self, step: str) -> None:
        """Let a step's post leave now, for the clock that queued it was ahead."""
        now = datetime.now(UTC)
        one = self.posts.delivery(ID, f"event-{LIVE}-{step}", "sky")
        assert one is not None
        assert one.state is State.SCHEDULED
        changes = {"publish_at": now, "due_at": now, "prepare_at": now if one.prepare_at else None}
        self.posts.change(one, one.model_copy(update=changes))

    def dispatch(self) -> None:
        """Play the minute tick of posts, instead of waiting for it."""
        self.world.invoke("DispatchFunction", {"scheduled_time": "x"})

    def said(self) -> list[str]:
        """What the account said of the session on its network."""
        return [str(one["text"]) for one in list(self.bluesky.records.values()) if TITLE in str(one.get("text", ""))]

    def recap(self) -> list[str]:
        """The questions on the public page, in their order."""
        page = BeautifulSoup(self.world.public(f"events/{ID}/{LIVE}/event.html"), "html.parser")
        return [one.select("p")[0].text for one in page.select("main article")[1:]]


@pytest.fixture(name="workshop", scope="module")
def _workshop(world: World, bluesky: BlueskyServer) -> Iterator[Workshop]:
    """The brand is gone afterwards, so that the others are not asked which one."""
    made = Workshop(world, bluesky)
    yield made
    made.table.transact([made.table.deleting((ID, "config")), made.table.deleting(("*", f"brand#{ID}"))])


def test_an_event_is_announced_moved_and_cancelled_on_the_stack(workshop: Workshop) -> None:
    """Page and calendar file at their addresses, the reminder in the queue, and after each change what it says now."""
    begins = (datetime.now(UTC) + timedelta(hours=6)).replace(second=0, microsecond=0)
    workshop.apply(begins)
    eventually(lambda: workshop.state("event-levain-2h") is State.SCHEDULED, 60)
    assert "SEQUENCE:0" in workshop.file()
    assert "Au fournil" in workshop.world.public(f"{FOLDER}/evenement.html").decode()

    workshop.apply(begins + timedelta(hours=1))
    eventually(lambda: "SEQUENCE:1" in workshop.file(), 60)
    eventually(lambda: workshop.state("event-levain-2h-1") is State.SCHEDULED, 60)
    assert workshop.state("event-levain-2h") is State.CANCELLED

    workshop.apply(begins + timedelta(hours=1), cancelled=True)
    eventually(lambda: "STATUS:CANCELLED" in workshop.file(), 60)
    assert workshop.state("event-levain-2h-1") is State.CANCELLED


def test_a_live_session_is_held_on_the_stack(workshop: Workshop) -> None:
    """Opened at its second, read, closed and recapped by machines that die all the time: each post is out once."""
    if not workshop.revision:
        workshop.apply(workshop.opens + timedelta(hours=6))
    opening = f"event-{LIVE}-opening"

    def remote() -> str:
        found = workshop.posts.delivery(ID, opening, "sky")
        return found.remote_ids[0] if found and found.state is State.PUBLISHED else ""

    eventually(lambda: workshop.state(opening, "sky"), 60)
    workshop.dispatch()
    post = eventually(remote, 150)
    crowd = workshop.bluesky.readers.crowd
    crowd.posts.append(post)
    at = workshop.opens + timedelta(minutes=2)
    asked = {who: crowd.comment(post, who, f"Question de {who} ?", at=at) for who in ("ana", "bao", "chloe")}
    for who in ("ana", "chloe"):
        crowd.like(asked["bao"], who)
    crowd.like(asked["chloe"], "bao")

    deaths = workshop.hold(ClockTwin(at + timedelta(minutes=1)))
    assert deaths > 10
    best = ["Question de bao ?", "Question de chloe ?", "Question de ana ?"]
    assert workshop.recap() == best
    for step in ("closing", "recap"):
        workshop.leave_now(step)
    workshop.dispatch()
    eventually(lambda: len(workshop.said()) == 3, 150)
    assert sum("/evenement.html" in one for one in workshop.said()) == 2

    first = workshop.gatherings.questions(ID, LIVE).kept[0]
    note = Note(at=datetime.now(UTC), by="nina", what=HIDE, because="publicité")
    hide_question(workshop.session(), first.id, note, workshop.gatherings)
    workshop.world.invoke("ContestsFunction", {})
    eventually(lambda: workshop.recap() == best[1:], 60)
    assert len(workshop.said()) == 3
