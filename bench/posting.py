"""The life of posts over moto, metered: a calendar dropped, each post prepared and published alone at its own minute.

The real use cases, stores and adapters run, on the template's own tables; only the clock is ours, and the network is
the double on loopback. A post that leaves alone is the dearest kind: nothing is shared with others.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import random
import statistics
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest import mock

from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from PIL import Image

from bench.capacity import indexes_of, stored_bytes
from bench.due_table import answered
from bench.mastodon_double import TOKEN, mastodon
from bench.meter import Meter
from bench.results import ROOT
from bench.tick import REGION, properties
from heraut.aws.brands_table import BrandsTable
from heraut.aws.clients import Clients
from heraut.aws.outbox import read_message, write_message
from heraut.aws.table import Table
from heraut.brands import Account, Brand, NetworkName, Person
from heraut.lambdas import bootstrap
from heraut.publishing.calendar.media import beside_in_bucket
from heraut.publishing.check_upcoming import check_upcoming
from heraut.publishing.dispatch_posts import dispatch_posts
from heraut.publishing.import_calendar import import_calendar
from heraut.publishing.model import State
from heraut.publishing.prepare_delivery import prepare_delivery
from heraut.publishing.publish_post import publish_post
from heraut.publishing.report import save_report

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from bench.mastodon_double import Double
    from heraut.publishing.store import DeliveryMessage

POSTS = 20
APART = timedelta(minutes=30)
TICKS = (*range(-17, -12), *range(-3, 1))  # minutes around a post at which something can be due
LOOKS = timedelta(minutes=15)  # between two runs of check_upcoming
AHEAD = timedelta(hours=26)  # of the first post: each has its look a day ahead to itself
SCHEDULED = (
    "refresh_tokens",
    "check_upcoming",
    "dispatch_posts",
    "poll_networks",
    "escalate_alerts",
    "run_contests",
    "send_morning_point",
)
PLANS = {"plan": True}
EARLY = timedelta(seconds=2.5)  # what the queue's delay leaves, in the middle: two to three seconds
BRAND = "boulangerie-martin"
LOG_LINE_BYTES = 26  # CloudWatch counts them for each line
TEXT = (
    "Nouveau au fournil : {bread}, {rest} heures de repos, 2,80 € la pièce. "
    "À goûter {day} avec {beside} de Madame Le Goff. Fournée numéro {number}."
)
BREADS = ("le pain au levain de seigle", "la couronne aux noix", "une brioche tressée", "des petits pains au lait")
DAYS = ("ce samedi", "dès demain matin", "lundi à la réouverture", "mercredi entre amis", "jusqu'à la fin du mois")
BESIDE = ("le beurre", "un chèvre frais", "la confiture de mûres", "quelques tranches de jambon")
PICTURE = (1200, 900)


@dataclass
class Clock:
    """A clock that moves when somebody waits for it."""

    instant: datetime

    def now(self) -> datetime:
        """Give the instant."""
        return self.instant

    def sleep_until(self, instant: datetime) -> None:
        """Be there."""
        self.instant = max(self.instant, instant)


@dataclass(frozen=True)
class Played:
    """What a calendar of POSTS posts used: units by name, calls by name, runs of each function, bytes kept.

    Runs of check_upcoming are those of the schedule, `looked` those that had a post to look at.
    """

    usage: Counter[str]
    calls: Counter[str]
    runs: dict[str, int]
    calls_of: dict[str, int]
    looked: int
    stored: int
    objects: int
    sent_out: int
    publishing_cpu: float  # seconds of processor for one run of publish_post, the median; true where nothing is metered


@dataclass
class House:
    """The stack under moto, with a brand; `published` holds the processor seconds of each run of publish_post."""

    meter: Meter
    invoked: list[bytes]
    answering: Answering
    published: list[float] = field(default_factory=list)
    seen: int = 0

    def messages(self) -> list[DeliveryMessage]:
        """Give the messages queued since the last look."""
        fresh = self.meter.recorder.calls[self.seen :]
        self.seen = len(self.meter.recorder.calls)
        sent = [entry for call in fresh if call.operation == "SendMessageBatch" for entry in call.asked["Entries"]]
        return [read_message(entry["MessageBody"]) for entry in sent]


@dataclass
class Answering:
    """The processor time (seconds) that moto takes to answer, which AWS would take elsewhere."""

    cpu: float = 0.0

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note it while the block runs."""
        answer = BotocoreStubber.__call__

        def timed(stubber: BotocoreStubber, event_name: str, request: Any, **known: Any) -> Any:
            began = time.thread_time()
            try:
                return answer(stubber, event_name, request, **known)
            finally:
                self.cpu += time.thread_time() - began

        with mock.patch.object(BotocoreStubber, "__call__", timed):
            yield


@contextmanager
def house(double: Double, *, metered: bool = True) -> Iterator[House]:
    """Make the template's tables, the buckets and the queue under moto, with the environment that functions read.

    `metered`: count units too, which reads every item that is written.
    """
    before = dict(os.environ)
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        os.environ.pop(name, None)
    os.environ.update(_environment(double))
    bootstrap.clients.cache_clear()
    try:
        answering = Answering()
        with mock_aws(), answering.noted():
            yield _furnished(double, answering, metered=metered)
    finally:
        bootstrap.clients.cache_clear()
        os.environ.clear()
        os.environ.update(before)


def play(network: str, *, picture: bool, metered: bool = True) -> Played:
    """Import a calendar of POSTS posts for one account and let every one leave."""
    with mastodon() as double, house(double, metered=metered) as held:
        clock = Clock(datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=1))
        first = clock.now() + AHEAD
        files = bootstrap.import_calendar().desk.media
        key = f"inbox/semaine-{network}.csv"
        for number in range(POSTS if picture else 0):
            files.save(f"inbox/photo-{number}.jpg", photograph(number), "image/jpeg")
        files.save(key, calendar(network, first, picture=picture).encode(), "text/csv")
        before = len(held.meter.recorder.calls)
        _import(key, clock)
        calls_of = {"import_calendar": len(held.meter.recorder.calls) - before}
        runs = dict.fromkeys(("dispatch_posts", "prepare_delivery", "publish_post", "check_upcoming"), 0)
        runs["import_calendar"] = 1
        looks, looked = clock.now() + LOOKS, 0
        for number in range(POSTS):
            for minute in TICKS:
                instant = first + number * APART + timedelta(minutes=minute)
                while looks <= instant:
                    looked += _look_ahead(held, looks, runs, calls_of)
                    looks += LOOKS
                clock.sleep_until(instant)
                _tick(held, clock, runs, calls_of)
        _check(runs, held)
        return Played(
            usage=held.meter.usage(),
            calls=held.meter.recorder.counts(),
            runs=runs,
            calls_of=calls_of,
            looked=looked,
            stored=_stored(held),
            objects=_objects(),
            sent_out=double.received,
            publishing_cpu=statistics.median(held.published),
        )


def log_bytes() -> dict[str, int]:
    """Give the bytes that one run of each function writes to its log, as CloudWatch counts them."""
    written = io.StringIO()  # one for all: Powertools' logger keeps the stream it was made with
    sizes = {}
    with mastodon() as double, house(double) as held, contextlib.redirect_stdout(written):
        for name, event in _events(held):
            start = written.tell()
            app_of(name).lambda_handler(event, Context(name))
            lines = [line for line in written.getvalue()[start:].splitlines() if line]
            sizes[name] = sum(len(line.encode()) + LOG_LINE_BYTES for line in lines)
    return sizes


def _events(held: House) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give an event for each function, in an order that lets each find something."""
    at = (datetime.now(UTC) + timedelta(minutes=30)).replace(second=0, microsecond=0)
    key = "inbox/log.csv"
    bootstrap.import_calendar().desk.media.save(key, calendar("mastodon", at, picture=False).encode(), "text/csv")
    yield "import_calendar", {"detail": {"object": {"key": key, "size": 4096}}}
    yield "refresh_tokens", {"scheduled_time": "x"}
    yield "check_upcoming", {"scheduled_time": "x"}
    yield "poll_networks", {"scheduled_time": "x"}
    yield "escalate_alerts", {"scheduled_time": "x"}
    yield "run_contests", PLANS
    yield "send_morning_point", {"scheduled_time": "x"}
    yield "dispatch_posts", {"scheduled_time": "x"}
    tick = bootstrap.dispatch_posts()
    dispatch_posts(tick.posts, tick.outbox, at - timedelta(minutes=1))
    message = json.loads(write_message(held.messages()[0]))
    yield "prepare_delivery", message
    record = json.loads((ROOT / "events" / "publish_post" / "one.json").read_text(encoding="utf-8"))
    record["Records"][0]["body"] = json.dumps({**message, "version": 99})  # dropped: its second is not waited for
    yield "publish_post", record


@dataclass(frozen=True)
class Resting:
    """What one run of a scheduled function uses when nothing is to do: units by name, calls by name."""

    usage: Counter[str]
    calls: Counter[str]


def idle_runs() -> dict[str, Resting]:
    """Give what each scheduled function uses at rest: of contests, in a minute that looks at what is planned."""
    used: dict[str, Resting] = {}
    with mastodon() as double, house(double) as held, contextlib.redirect_stdout(io.StringIO()):
        for name in 2 * SCHEDULED:  # the first writes what lasts
            before = Resting(held.meter.usage(), held.meter.recorder.counts())
            app_of(name).lambda_handler(PLANS if name == "run_contests" else {"scheduled_time": "x"}, Context(name))
            used[name] = Resting(held.meter.usage() - before.usage, held.meter.recorder.counts() - before.calls)
    return used


def calendar(account: str, first: datetime, *, picture: bool) -> str:
    """Write the calendar: POSTS rows, APART from each other."""
    lines = ["id;marque;quand;fuseau;comptes;texte;media;alt"]
    for number in range(POSTS):
        at = first + number * APART
        media = f"photo-{number}.jpg;Un pain rond sur une planche" if picture else ";"
        text = text_of(number)
        lines.append(f"r{number};Boulangerie Martin;{at:%Y-%m-%d %H:%M};UTC;{account};{text};{media}")
    return "\n".join(lines)


def text_of(number: int) -> str:
    """Give a post's text; no two are nearly the same, which people would be told."""
    chosen = {"bread": BREADS[number % 4], "day": DAYS[number % 5], "beside": BESIDE[number // 5]}
    return TEXT.format(number=number, rest=12 + number, **chosen)


def photograph(seed: int) -> bytes:
    """Make a picture as large as a telephone's after a messenger made it smaller."""
    grain = random.Random(seed).randbytes(300 * 225 * 3)  # noqa: S311 -- grain, not a secret
    held = io.BytesIO()
    Image.frombytes("RGB", (300, 225), grain).resize(PICTURE).save(held, "JPEG", quality=80)
    return held.getvalue()


@dataclass
class Context:
    """What Lambda gives beside the event."""

    function_name: str
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:eu-west-3:123456789012:function:heraut"
    aws_request_id: str = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"


def _furnished(double: Double, answering: Answering, *, metered: bool) -> House:
    plain = Clients()
    for table in ("PostsTable", "BrandsTable", "ConversationsTable", "ContestsTable"):
        wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
        asked: dict[str, Any] = {name: value for name, value in properties(table).items() if name in wanted}
        plain.dynamodb.create_table(TableName=table, **asked)
    place: Any = {"LocationConstraint": REGION}
    for bucket in ("files", "public"):
        plain.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    queue = plain.sqs.create_queue(QueueName="deliveries")["QueueUrl"]
    os.environ["DELIVERY_QUEUE_URL"] = queue
    os.environ["INTERACTION_QUEUE_URL"] = plain.sqs.create_queue(QueueName="interactions")["QueueUrl"]
    plain.ssm.put_parameter(
        Name=f"/heraut/{BRAND}/mastodon", Value=json.dumps({"access_token": TOKEN}), Type="SecureString"
    )
    BrandsTable(Table(plain.dynamodb, "BrandsTable")).save(_brand(double), 0)
    made = bootstrap.clients()
    invoked: list[bytes] = []

    def start(request: Any, **_: Any) -> Any:
        invoked.append(request.body)
        return answered(request, {}, 202)

    functions: Any = made.functions
    functions.meta.events.register_first("before-send.lambda.Invoke", start)
    with_indexes = ("PostsTable", "ConversationsTable", "ContestsTable")
    meter = Meter(plain.dynamodb, {name: indexes_of(properties(name)) for name in with_indexes})
    listen = meter.listen if metered else meter.recorder.listen
    listen(made.dynamodb, made.sqs, made.functions, made.ssm, made.s3)
    return House(meter, invoked, answering)


def _brand(double: Double) -> Brand:
    server = f"http://{double.host_port}"
    accounts = (
        Account(name="mastodon", network=NetworkName.MASTODON, instance=server),
        Account(name="site", network=NetworkName.SITE),
        Account(name="bluesky", network=NetworkName.BLUESKY, handle="boulangerie.example"),
        Account(name="story", network=NetworkName.BY_HAND, url="https://network.example/me"),
    )
    people = tuple(Person(id=name, name=name.title(), email=f"{name}@example.com") for name in ("lea", "sami", "ines"))
    return Brand(id=BRAND, name="Boulangerie Martin", accounts=accounts, people=people, revision=1)


def _environment(double: Double) -> dict[str, str]:
    return {
        "BRANDS_TABLE": "BrandsTable",
        "POSTS_TABLE": "PostsTable",
        "CONVERSATIONS_TABLE": "ConversationsTable",
        "CONTESTS_TABLE": "ContestsTable",
        "LINKS_URL": "https://links.example",
        "FILES_BUCKET": "files",
        "PUBLIC_BUCKET": "public",
        "PUBLIC_URL": "https://public.example",
        "PREPARE_FUNCTION": "prepare",
        "SECRETS_PATH": "/heraut",
        "LOCAL_SERVERS": double.host_port,
        "HEARTBEAT_URL": "",
        "MAIL_FROM": "heraut@example.com",
        "MAIL_EVENTS": "",
        "ANSWERS_DOMAIN": "",
        "POWERTOOLS_METRICS_NAMESPACE": "heraut/prod",
        "AWS_DEFAULT_REGION": REGION,
    }


def _import(key: str, clock: Clock) -> None:
    """Do what functions/import_calendar does, by our clock."""
    world = bootstrap.import_calendar()
    desk = replace(world.desk, clock=clock)
    beside = beside_in_bucket(desk.media, key)
    report = import_calendar(desk.media.read(key), key.removeprefix("inbox/"), desk, fetch=world.fetch, beside=beside)
    save_report(report, desk.media, clock.now())
    if report.counts["queued"] != POSTS:
        raise ValueError(f"the calendar was not queued: {report.counts}")


def _tick(held: House, clock: Clock, runs: dict[str, int], calls_of: dict[str, int]) -> None:
    """Run one tick, then whatever it started, until nothing is left to run."""
    calls = held.meter.recorder.calls

    def count(function: str, before: int) -> None:
        calls_of[function] = calls_of.get(function, 0) + len(calls) - before

    before = len(calls)
    tick = bootstrap.dispatch_posts()
    dispatch_posts(tick.posts, tick.outbox, clock.now())
    runs["dispatch_posts"] += 1
    count("dispatch_posts", before)
    while held.invoked or (messages := held.messages()):
        while held.invoked:
            before = len(calls)
            prepare_delivery(
                read_message(held.invoked.pop(0).decode()), replace(bootstrap.prepare_delivery(), clock=clock)
            )
            runs["prepare_delivery"] += 1
            count("prepare_delivery", before)
            messages = held.messages()
        for message in messages:
            clock.sleep_until(message.at - EARLY)
            before, world = len(calls), replace(bootstrap.publish_post(), clock=clock)
            began = time.thread_time() - held.answering.cpu
            publish_post(message, world)
            held.published.append(time.thread_time() - held.answering.cpu - began)
            runs["publish_post"] += 1
            count("publish_post", before)


def _look_ahead(held: House, now: datetime, runs: dict[str, int], calls_of: dict[str, int]) -> int:
    """Run check_upcoming by our clock; 1 when it looked at something."""
    before = len(held.meter.recorder.calls)
    checked = check_upcoming(bootstrap.check_upcoming(), now)
    runs["check_upcoming"] += 1
    calls_of["check_upcoming"] = calls_of.get("check_upcoming", 0) + len(held.meter.recorder.calls) - before
    return int(checked.looked > 0)


def _check(runs: dict[str, int], held: House) -> None:
    states = [item["state"]["S"] for item in _items(held, "PostsTable") if item["sk"]["S"].startswith("delivery#")]
    if states != [State.PUBLISHED] * POSTS:
        raise ValueError(f"not every post was published: {states}, {runs}")
    looks = [json.loads(item["document"]["S"]) for item in _items(held, "PostsTable") if "#upcoming" in item["pk"]["S"]]
    if found := [look["said"] for look in looks if look["said"]]:
        raise ValueError(f"a look ahead found what is not there: {found}")


def _items(held: House, table: str) -> list[dict[str, Any]]:
    pages: Any = held.meter.spy.get_paginator("scan").paginate(TableName=table)
    return [item for page in pages for item in page["Items"]]


def _stored(held: House) -> int:
    return sum(stored_bytes(item, held.meter.indexes["PostsTable"]) for item in _items(held, "PostsTable"))


def _objects() -> int:
    """Give the bytes of every object in both buckets."""
    listed = [Clients().s3.list_objects_v2(Bucket=bucket).get("Contents", []) for bucket in ("files", "public")]
    return sum(entry["Size"] for entries in listed for entry in entries)


def app_of(name: str) -> Any:
    """Load a function's handler."""
    spec = importlib.util.spec_from_file_location(f"bench_{name}", ROOT / "functions" / name / "app.py")
    if spec is None or spec.loader is None:
        raise ValueError(f"no function {name}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
