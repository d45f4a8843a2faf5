"""A contest on the embedded stack: the deployed function opens and collects, announces and seats; between, a draw.

What is deployed believes the public beacon alone. So the draw is made in this process, on a chain of its own, over the
stack's own tables and bucket, by a machine that dies at each of its writes; its clock is ahead of the stack's.
"""

from __future__ import annotations

import io
import json
import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from heraut.aws.brands_table import BrandsTable
from heraut.aws.contests_table import ContestsTable
from heraut.aws.conversations_table import ConversationsTable
from heraut.aws.posts_table import PostsTable
from heraut.aws.site_objects import PublicBucket
from heraut.aws.table import Table
from heraut.brands import Account, Brand, NetworkName, Person, Role, WayName
from heraut.contests.announce_winners import claim
from heraut.contests.beacon import QUICKNET
from heraut.contests.certificate import Certificate
from heraut.contests.checks import Given, checks, is_verified
from heraut.contests.run_contests import run_contests
from heraut.contests.running import Contest, Place
from heraut.contests.world import Running
from heraut.conversations import Author, Interaction, Kind
from heraut.conversations.overhear import overhear
from heraut.fetch import Guard
from heraut.networks import registry
from heraut.publishing import ContestPosts
from heraut.publishing.model import Content, Delivery, Part, Post, Source, State
from tests.e2e.bluesky_server import HANDLE, PASSWORD
from tests.e2e.conftest import TOPIC
from tests.e2e.world import eventually
from tests.twins.clock import ClockTwin
from tests.twins.contest_world import AUTHORITIES as OWN_AUTHORITIES
from tests.twins.contest_world import OWN, ROOTS, Fate, Killed, Mortal
from tests.twins.notifications import NotificationsTwin
from tests.twins.secrets import SecretsTwin
from tests.twins.witnesses import BeaconTwin, StampsTwin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.bluesky_server import BlueskyServer
    from tests.e2e.world import World

ID, NAME = "fete", "galette"
FOLDER = f"contests/{ID}/{NAME}"
PARIS = ZoneInfo("Europe/Paris")
PEOPLE = ("ana", "bao", "chloe", "dodo", "eve")


def no_site() -> PublicBucket:
    """Nothing is published on a page here."""
    raise AssertionError("nobody publishes on a page")


class Contests:
    """The stack's contests, and a brand that has one."""

    def __init__(self, world: World, bluesky: BlueskyServer) -> None:
        self.world = world
        client = world.client("dynamodb")
        self.contests = ContestsTable(Table(client, world.outputs["ContestsTable"]))
        self.talk = ConversationsTable(Table(client, world.outputs["ConversationsTable"]))
        self.objects = PublicBucket(world.client("s3"), world.outputs["PublicBucket"])
        self.posts = PostsTable(Table(client, world.outputs["PostsTable"]))
        self.table = Table(client, world.outputs["BrandsTable"])
        self.brands = BrandsTable(self.table)
        self.now = datetime.now(UTC).replace(second=0, microsecond=0)
        self.opens, self.closes = self.now - timedelta(minutes=10), self.now + timedelta(hours=2)
        self.draws = self.closes + timedelta(hours=1)
        self.bluesky = bluesky
        self.post = bluesky.readers.crowd.post()
        self.networks = registry(Guard(frozenset({bluesky.host_port})), no_site, "", lambda: self.now)

    def save_brand(self) -> None:
        """A brand of its own, whose people are reached in every way."""
        ways = (WayName.SLACK, WayName.EMAIL)
        nina = Person(id="nina", name="Nina", email="nina@fete.example", roles=tuple(Role), ways=ways)
        sam = nina.model_copy(update={"id": "sam", "phone": "+33612345670", "ways": (WayName.SMS,)})
        tom = nina.model_copy(update={"id": "tom", "topic": TOPIC, "ways": (WayName.WEBHOOK, WayName.TOPIC)})
        people = (nina, sam, tom)
        instants = {name: getattr(self, name).astimezone(PARIS) for name in ("opens", "closes", "draws")}
        sky = Account(name="sky", network=NetworkName.BLUESKY, handle=HANDLE, service=self.bluesky.address)
        contest = {
            "title": "La galette",
            **{name: f"{instant:%Y-%m-%d %H:%M}" for name, instant in instants.items()},
            "posts": [{"accounts": ["sky"], "row": "jeu"}],
            "conditions": {"comment": True},
            "exclude": {"families": False},
            "winners": 1,
            "alternates": 1,
            "claim_within": "1 h",
            "rules": {"text": "Un commentaire par personne."},
        }
        brand = Brand(id=ID, name="Fête", accounts=(sky,), people=people, contests={NAME: contest}, revision=1)
        self.brands.save(brand, 0)
        gone = {"url": f"{self.bluesky.address}/hooks/gone", "secret": f"whsec_{b64encode(bytes(24)).decode()}"}
        for name, secret in (("sky", {"password": PASSWORD}), ("tom.webhook", gone)):
            where = f"{self.world.outputs['SecretsPath']}/{ID}/{name}"
            self.world.client("ssm").put_parameter(Name=where, Value=json.dumps(secret), Type="SecureString")

    def publish_post(self) -> None:
        """The post on which people take part is online, from the row `jeu` of a calendar."""
        made = Post(
            brand=ID,
            id="jeu-1",
            content=Content(parts=(Part(text="Commentez pour gagner la galette"),)),
            accounts=("sky",),
            publish_at=self.opens,
            local=f"{self.opens.astimezone(PARIS):%Y-%m-%dT%H:%M}",
            zone="Europe/Paris",
            source=Source(kind="command"),
            created_at=self.opens,
        )
        online = {"state": State.PUBLISHED, "remote_ids": (self.post,), "published_at": self.opens}
        delivery = Delivery(brand=ID, post="jeu-1", account="sky", network=NetworkName.BLUESKY, publish_at=self.opens)
        self.posts.add(made, [delivery.model_copy(update=online)], [], ["id:jeu"])

    def hear(self, who: str, remote: str) -> None:
        """Let conversations hear a comment."""
        author = Author(id=f"did:plc:{who}", handle=f"@{who}.example", name=who)
        said = Interaction(
            brand=ID,
            account="sky",
            network=NetworkName.BLUESKY,
            id=remote,
            kind=Kind.REPLY,
            author=author,
            text="Je joue !",
            answers=self.post,
            thread=self.post,
            at=self.opens + timedelta(minutes=1),
        )
        brand = self.brands.brand(ID)
        assert brand is not None
        overhear(said, brand, self.talk, datetime.now(UTC))

    def tick(self) -> None:
        """Let the deployed function run once."""
        self.world.invoke("ContestsFunction", {"plan": True})

    def read(self) -> Contest:
        """The contest as it now is."""
        found = self.contests.contest(ID, NAME)
        assert found is not None
        return found

    def state(self) -> str:
        """How far it has come."""
        return self.read().state.value

    def dying_machine(self, clock: ClockTwin, fate: Fate) -> Running:
        """The world of a machine that dies, on the stack's own tables and bucket."""
        stamps = [StampsTwin(one, clock.now) for one in OWN_AUTHORITIES[:2]]
        kept = SecretsTwin({(ID, "sky"): {"password": PASSWORD}})
        posts = ContestPosts(self.posts, self.brands, kept, self.networks)
        return Running(
            contests=Mortal(self.contests, fate),
            brands=self.brands,
            secrets=kept,
            networks=self.networks,
            heard=Mortal(self.talk, fate),
            posts=Mortal(posts, fate),
            objects=Mortal(self.objects, fate),
            notifications=NotificationsTwin(),
            clock=clock,
            chain=OWN.chain,
            beacon=BeaconTwin(OWN, clock.now),
            authorities=lambda: [Mortal(one, fate) for one in stamps],
            nonce=lambda: sha256(b"late").digest(),
            public_url=self.world.outputs["PublicUrl"],
        )

    def published(self) -> list[str]:
        """What the account said on its network, hard spaces as spaces."""
        texts = [str(one.get("text", "")) for one in list(self.bluesky.records.values())]
        return [re.sub(r"\s", " ", text) for text in texts]

    def public(self, name: str) -> bytes:
        """Read what is public of the contest as a stranger would."""
        return self.world.public(f"{FOLDER}/{name}")


@pytest.fixture(name="fair")
def _fair(world: World, bluesky: BlueskyServer) -> Iterator[Contests]:
    """The brand is gone afterwards, so that the others are not asked which one."""
    fair = Contests(world, bluesky)
    yield fair
    fair.table.transact([fair.table.deleting((ID, "config")), fair.table.deleting(("*", f"brand#{ID}"))])


def test_a_whole_contest_runs_on_the_stack(world: World, fair: Contests) -> None:
    """Opened and collected by the deployed function, drawn by one that dies all the time, announced by it again."""
    comments = [
        fair.bluesky.readers.crowd.comment(fair.post, name, "Je joue !", at=fair.opens + timedelta(minutes=number))
        for number, name in enumerate(PEOPLE)
    ]
    # a machine that died before it noted the opening left its rules
    rules = {"Bucket": world.outputs["PublicBucket"], "Key": f"{FOLDER}/rules.md"}
    world.client("s3").put_object(**rules, Body=b"Brouillon")
    fair.publish_post()
    fair.save_brand()
    fair.hear(PEOPLE[-1], comments[-1])
    fair.tick()
    eventually(lambda: len(list(fair.contests.every_entrant(ID, NAME))) == len(PEOPLE), 90)
    eventually(lambda: not list(fair.talk.overheard(ID, NAME)), 90)
    assert fair.state() == "open"
    assert "commentaire" in fair.public("rules.md").decode()

    clock = ClockTwin(fair.closes + timedelta(seconds=30))
    deaths, strike = 0, 1
    contest = fair.read()
    for _ in range(240):
        fate = Fate(strike, arrives=True)  # the first thing that is written is the last, or the next one after that
        try:
            run_contests(fair.dying_machine(clock, fate).timed, clock.now())
        except Killed:
            deaths += 1
        before, contest = contest.revision, fair.read()
        strike = strike + 1 if contest.revision == before else 1
        if contest.certified:
            break
        clock.advance(timedelta(seconds=30))
        if contest.state == "committed" and len(contest.last.stamps) == 2 and contest.due_at:
            clock.advance_to(contest.due_at)

    assert contest.certified
    assert deaths > 10
    assert fair.contests.head(ID).seq == 1
    certificate = Certificate.read(fair.public("certificate.json"))
    assert certificate.commitment.entrants == len(PEOPLE)
    given = Given(roots=ROOTS, rules=fair.public("rules.md"))
    entrants = io.BytesIO(fair.public("entrants.bin"))
    assert is_verified(checks(certificate, entrants, OWN.chain, given))
    entrants.seek(0)
    assert not is_verified(checks(certificate, entrants, QUICKNET, given))

    fair.contests.change(contest, contest.next(due_at=datetime.now(UTC)))
    fair.tick()
    eventually(lambda: fair.state() == "announced", 90)
    eventually(lambda: [one.place for one in fair.contests.winners(ID, NAME)] == [Place.WON, Place.WAITING], 60)
    won = "Bravo, vous avez gagné à « La galette » !"
    eventually(lambda: any(won in one for one in fair.published()), 150)
    claim(fair.contests, ID, NAME, 1, datetime.now(UTC))
    announced = fair.read()
    fair.contests.change(announced, announced.next(due_at=datetime.now(UTC)))
    fair.tick()
    eventually(lambda: fair.state() == "ended", 90)
    assert list(fair.contests.won(ID)) == [fair.contests.winners(ID, NAME)[0].id]
    said = f"« La galette » : le tirage au sort parmi {len(PEOPLE)} participants est fait"
    eventually(lambda: any(said in one for one in fair.published()), 150)

    over = fair.read()
    assert over.ended_at
    fair.contests.change(over, over.next(ended_at=over.ended_at - timedelta(days=91), due_at=datetime.now(UTC)))
    fair.tick()
    eventually(lambda: fair.read().forgotten_at is not None, 90)
    assert [list(fair.contests.every_entrant(ID, NAME)), list(fair.contests.winners(ID, NAME))] == [[], []]
    assert (fair.posts.deliveries(ID, f"contest-{NAME}-winner-1"), fair.contests.won(ID)) == ([], {})
