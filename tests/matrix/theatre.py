"""Where runs are played: moto's tables as the template makes them, doubles of the networks, posts really queued."""

from __future__ import annotations

import functools
import io
import random
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import botocore.endpoint
import moto.core.responses
from botocore.retries.quota import RetryQuota
from moto import mock_aws
from moto.core.models import botocore_stubber
from moto.core.utils import method_names_from_class
from PIL import Image

import heraut.exchange
import heraut.networks.http
from heraut.aws.brands_table import BrandsTable
from heraut.aws.objects import FilesBucket
from heraut.aws.outbox import QueueOutbox
from heraut.aws.posts_table import PostsTable
from heraut.aws.secrets import ParameterSecrets
from heraut.aws.site_objects import PublicBucket
from heraut.aws.table import Table
from heraut.brands import Account, Brand, NetworkName
from heraut.conversations import Author, Interaction, Kind
from heraut.fetch import Guard, NameUnknown
from heraut.networks.bluesky import Bluesky
from heraut.networks.http import Http
from heraut.networks.mastodon import Mastodon
from heraut.networks.memory import Memory
from heraut.networks.site import Site
from heraut.publishing import write_post
from heraut.publishing.answers import Answers
from heraut.publishing.calendar.columns import Column
from heraut.publishing.world import MediaWorld
from heraut.publishing.write_post import Given, add_post, edit_post
from tests.contracts.stack import REGION, Stack, clients
from tests.matrix.bluesky_double import DID, BlueskyDouble, token
from tests.matrix.calls import Actor, Tape
from tests.matrix.doors import AwsDoor, NetworkDoor
from tests.matrix.hall import Hall
from tests.matrix.mastodon_double import TOKEN, MastodonDouble
from tests.matrix.tables import BRANDS, FILES, POSTS, PUBLIC, Tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from heraut.aws.clients import Clients

QUEUE_URL = f"https://sqs.{REGION}.amazonaws.com/123456789012/DeliveryQueue"
SECRETS = "/heraut"
PLACES = {"mastodon": "127.0.0.1:4701", "imitator": "127.0.0.1:4702", "bluesky": "127.0.0.1:4703"}
BAKERY = Brand(
    id="boulangerie",
    name="Boulangerie Martin",
    accounts=(
        Account(
            name="mastodon",
            network=NetworkName.MASTODON,
            instance=f"http://{PLACES['mastodon']}",
            late_minutes=180,  # longer than the server keeps a key
        ),
        Account(name="imitator", network=NetworkName.MASTODON, instance=f"http://{PLACES['imitator']}"),
        Account(
            name="bluesky", network=NetworkName.BLUESKY, service=f"http://{PLACES['bluesky']}", handle="martin.example"
        ),
        Account(name="site", network=NetworkName.SITE),
    ),
    revision=1,
)
PROMISE = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
TEXTS = (
    "Dès 9 h :  galette <maison> & cidre !\nLe détail : https://boulangerie.example/galette-des-rois/commande?jour=6",
    "Et demain la fournée #pain de midi",
    "À bientôt 🥐",
)
EDITED = "Finalement dès 10 h : galette <maison> & cidre !"
COMMENT = "Et pour six personnes ?"
A_DAY = timedelta(days=1)
A_MINUTE_BEFORE, LAST_WEEK = timedelta(seconds=65), timedelta(days=7)


@dataclass(frozen=True)
class Queued:
    """A post that waits: what the tables hold, what it says, when it leaves and when its run begins."""

    network: str
    variant: str
    post: str
    texts: tuple[str, ...]
    promise: datetime
    begins: datetime
    saved: Any = field(repr=False)
    answers: str | None = None  # the network's id of what it answers


class Theatre:
    """The tables, and the hall that is played in now."""

    def __init__(self) -> None:
        self.tables = Tables()
        self.hall: Hall | None = None
        self.door: AwsDoor | None = None
        self.clients = _clients()

    def queue(self, network: str, variant: str, promise: datetime = PROMISE, local: str = "") -> Queued:
        """Queue a post of this variant half an hour ahead, as a person does at the desk."""
        if variant == "answer":
            return self._queue_answer(network, promise)
        begins = promise - (timedelta(minutes=17) if variant == "image" else timedelta(minutes=4))
        texts = TEXTS if variant == "thread" else TEXTS[:1]
        cells: dict[str, str] = {
            Column.BRAND: BAKERY.id,
            Column.ACCOUNTS: network,
            Column.WHEN: local or f"{promise + timedelta(hours=1):%Y-%m-%dT%H:%M}",
            Column.TEXT: "\n---\n".join(texts),
        }
        files: dict[str, bytes] = {}
        if variant == "image":
            cells |= {Column.MEDIA: "galette.png", Column.ALT: "Une galette"}
            files = {"galette.png": _picture()}
        written = []
        self.tables.empty(begins)
        name = f"{network}-{variant}"
        with (
            patch.object(write_post, "_new_id", lambda _: name),
            self.playing(promise - timedelta(minutes=30), Tape()) as hall,
        ):
            self.furnish(hall, (), promise)
            given = Given(cells, files)
            hall.work(Actor.DESK, lambda world: written.append(add_post(given, world, _no_fetch, "lea")))
            assert written, hall.said
        (made,) = written
        assert made.post.publish_at == promise
        return Queued(network, variant, made.post.id, texts, promise, begins, self.tables.saved())

    def _queue_answer(self, network: str, promise: datetime) -> Queued:
        """Queue an answer as its page does, to leave at once; the run begins before, with the tick that finds it."""
        begins = promise - timedelta(minutes=4)
        account = BAKERY.account(network)
        assert account is not None
        given: list[str] = []
        self.tables.empty(begins)
        with self.playing(begins, Tape()) as hall:
            to = self.furnish(hall, (), promise, commented=True)[network]
            comment = Interaction(
                brand=BAKERY.id,
                account=network,
                network=account.network,
                id=to["id"],
                kind=Kind.REPLY,
                author=Author(id="9", handle="@zoe", name="Zoé"),
                text=COMMENT,
                thread=to["id"],
                at=begins,
                reference=to,
            )

            def answer(world: MediaWorld) -> None:
                done = Answers(world).give(BAKERY, account, comment, TEXTS[0], "lea", promise, to_approve=False)
                given.extend((done.post, done.text))

            hall.work(Actor.DESK, answer)
            assert given, hall.said
        post, text = given
        return Queued(network, "answer", post, (text,), promise, begins, self.tables.saved(), to["id"])

    @contextmanager
    def playing(self, start: datetime, tape: Tape) -> Iterator[Hall]:
        """Play in a new hall until the block ends."""
        hall = self.hall = Hall(start, self.tables, tape, self._new_world)
        self.door = AwsDoor(hall)
        for quota in _QUOTAS:
            quota._available_capacity = quota._max_capacity
        network = NetworkDoor(hall)
        sockets = SimpleNamespace(create_connection=network.connect, IPPROTO_TCP=6, TCP_NODELAY=1)
        ticking = SimpleNamespace(monotonic=hall.time.monotonic, sleep=hall.time.sleep)
        with ExitStack() as stack:
            for module, name, instead in (
                (heraut.exchange, "socket", sockets),
                (heraut.exchange, "time", ticking),
                (heraut.networks.http, "time", ticking),
                (botocore.endpoint, "time", ticking),
                (moto.core.responses, "method_names_from_class", _methods),  # it looks through the class at each call
            ):
                stack.enter_context(patch.object(module, name, instead))
            botocore_stubber.enabled = False  # botocore asks every hook: moto answers only through our door
            drawn = random.getstate()
            random.seed(0)  # waits between tries are drawn by lot: a point is always the same one
            try:
                yield hall
            finally:
                random.setstate(drawn)
                botocore_stubber.enabled = True
                self.hall = self.door = None

    def furnish(
        self, hall: Hall, texts: Sequence[str], promise: datetime, *, commented: bool = False
    ) -> dict[str, dict[str, str]]:
        """Put the networks up, where these texts were said a minute before by a person, and by us last week.

        Gives, by network, what an answer to a comment points at, where there is one.
        """
        doubles: dict[str, MastodonDouble | BlueskyDouble] = {
            PLACES["mastodon"]: MastodonDouble(lambda: hall.time.true, f"http://{PLACES['mastodon']}"),
            PLACES["imitator"]: MastodonDouble(
                lambda: hall.time.true, f"http://{PLACES['imitator']}", keeps_keys=False
            ),
            PLACES["bluesky"]: BlueskyDouble(lambda: hall.time.true, f"http://{PLACES['bluesky']}"),
        }
        comments: dict[str, dict[str, str]] = {}
        for double in doubles.values():
            if commented:
                comments[double.name] = double.already(COMMENT, promise - A_DAY)
            for ago in (LAST_WEEK, A_MINUTE_BEFORE):
                for text in texts:
                    double.already(text, promise - ago)
        hall.doubles |= doubles
        return comments

    def answer(self, request: Any, event_name: str, **_: Any) -> Any:
        """Answer what botocore is about to send, while a run is played."""
        if self.door is None or self.hall is None:
            return None
        service, operation = event_name.split(".")[1:]
        answered: Any = self.door.answer(request, service, operation)
        return answered

    def edit(self, hall: Hall, queued: Queued) -> bool:
        """Let a person change the text now; False when it was refused (or the desk died)."""
        given = Given({Column.TEXT: EDITED})
        return hall.work(
            Actor.EDIT, lambda world: edit_post(BAKERY, queued.post, given, world, _no_fetch, "lea").post.version
        )

    def _new_world(self, hall: Hall) -> MediaWorld:
        aws, time = self.clients, hall.time
        http = Http(Guard(frozenset(PLACES.values()), resolve=_resolve))
        return MediaWorld(
            posts=PostsTable(Table(aws.dynamodb, POSTS, wait=time.sleep)),
            brands=BrandsTable(Table(aws.dynamodb, BRANDS, wait=time.sleep)),
            secrets=ParameterSecrets(aws.ssm, SECRETS, time.now, timedelta(minutes=10)),
            networks={
                NetworkName.MASTODON: Mastodon(http, clock=time.now, memory=Memory(clock=time.monotonic)),
                NetworkName.BLUESKY: Bluesky(http),
                NetworkName.SITE: Site(PublicBucket(aws.s3, PUBLIC), "https://site.example", pause=time.sleep),
            },
            outbox=QueueOutbox(aws.sqs, QUEUE_URL, lambda: aws.functions, "PrepareDelivery"),
            clock=time,
            media=FilesBucket(aws.s3, FILES),
        )


@contextmanager
def theatre() -> Iterator[Theatre]:
    """Open the theatre: moto, the tables and buckets of the template, the brand and its secrets."""
    with mock_aws():
        Stack.of(POSTS)
        Stack.of(BRANDS)
        made = Theatre()
        aws = made.clients
        for bucket in (FILES, PUBLIC):
            aws.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})  # type: ignore[typeddict-item]
        BrandsTable(Table(aws.dynamodb, BRANDS)).save(BAKERY, 0)
        secrets = ParameterSecrets(aws.ssm, SECRETS, lambda: PROMISE)
        for name in ("mastodon", "imitator"):
            secrets.save_secret(BAKERY.id, name, {"access_token": TOKEN})
        pds = f"http://{PLACES['bluesky']}"
        signed_in = {"password": "abcd", "access_jwt": token(), "refresh_jwt": "", "did": DID, "pds": pds}
        secrets.save_secret(BAKERY.id, "bluesky", signed_in)
        _PLAYING.append(made)
        try:
            yield made
        finally:
            _PLAYING.remove(made)


_PLAYING: list[Theatre] = []
_QUOTAS: list[Any] = []


@functools.cache
def _clients() -> Clients:
    """Make the clients once: their hooks ask whichever theatre is open."""
    made = clients()
    begin = RetryQuota.__init__

    def noted(quota: RetryQuota, *args: Any, **options: Any) -> None:
        begin(quota, *args, **options)
        _QUOTAS.append(quota)

    with patch.object(RetryQuota, "__init__", noted):
        every: list[Any] = [made.dynamodb, made.s3, made.ssm, made.sqs, made.functions]
    for client in every:
        client.meta.events.register_first("before-send", _answer)
    return made


def _answer(request: Any, event_name: str, **_: Any) -> Any:
    return _PLAYING[-1].answer(request, event_name) if _PLAYING else None


def _resolve(host: str, *_: Any) -> Sequence[str]:
    if host == "127.0.0.1":
        return (host,)
    raise NameUnknown


def _no_fetch(url: str) -> bytes:
    raise AssertionError(f"{url} was fetched")


_methods = functools.cache(method_names_from_class)


@functools.cache
def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "brown").save(out, "PNG")
    return out.getvalue()
