"""Lateness: the real template on the embedded stack, 200 posts due in one minute, a network with a clock of its own.

Lateness is the instant the network received the first byte of the publishing call, minus the post's instant. The tick
finds the posts, the queue delays them, the publisher sends them through the real Mastodon adapter; nothing is skipped.

Not measured: the emulator's own cold starts, which no account has. Its workers are made before, by WORKERS self-tests
at once, and load what a first call loads by publishing WARMING posts that are not counted.
"""

from __future__ import annotations

import json
import random
import shutil
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.mastodon_double import TOKEN, mastodon
from bench.results import ROOT
from heraut.aws.brands_table import BrandsTable
from heraut.aws.outbox import QueueOutbox
from heraut.aws.posts_table import PostsTable
from heraut.aws.table import Table
from heraut.brands import Account, Brand, NetworkName, Person
from heraut.publishing.dispatch_posts import dispatch_now
from heraut.publishing.model import Content, Delivery, Part, Post, Source
from infra.local import environments, session, stack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.mastodon_double import Double
    from bench.results import Figures

POSTS = 200
ACCOUNTS = 20
WORKERS = 12
WARMING = 40
CONCURRENCY = 20  # of the publisher's queue, in the template
AHEAD = timedelta(seconds=150)  # further than the tick looks, so that the tick finds every post
PATIENCE = timedelta(seconds=120)
AIM_MS = 1000
SEED = 20261120
BRAND = "bench"
STACK = "heraut-bench"


class Stack:
    """The deployed stack, with one brand that has ACCOUNTS accounts on the double."""

    def __init__(self, emulator: stack.Emulator, outputs: Mapping[str, str], double: Double) -> None:
        self.emulator, self.outputs, self.double = emulator, outputs, double
        dynamodb = emulator.client("dynamodb")
        self.posts = PostsTable(Table(dynamodb, outputs["PostsTable"]))
        sqs, functions = emulator.client("sqs"), emulator.client("lambda")
        self.outbox = QueueOutbox(sqs, outputs["DeliveryQueueUrl"], lambda: functions, outputs["PrepareFunction"])
        address = f"http://{double.host_port}"
        accounts = tuple(
            Account(name=f"compte-{number}", network=NetworkName.MASTODON, instance=address)
            for number in range(ACCOUNTS)
        )
        person = Person(id="lea", name="Léa", email="lea@bench.example")
        brand = Brand(id=BRAND, name="Bench", accounts=accounts, people=(person,), revision=1)
        BrandsTable(Table(dynamodb, outputs["BrandsTable"])).save(brand, 0)
        parameters = emulator.client("ssm")
        for account in accounts:
            name = f"{outputs['SecretsPath']}/{BRAND}/{account.name}"
            parameters.put_parameter(Name=name, Value=json.dumps({"access_token": TOKEN}), Type="SecureString")

    def warm(self) -> None:
        """Make the publisher's workers, then let them publish once."""
        functions = self.emulator.client("lambda")

        def call(name: str) -> None:
            answer = functions.invoke(FunctionName=self.outputs[name], Payload=json.dumps({"self_test": True}))
            if answer.get("FunctionError"):
                raise stack.StackError(answer["Payload"].read().decode())

        with ThreadPoolExecutor(WORKERS) as threads:
            list(threads.map(call, ["PublishFunction"] * WORKERS))
            list(threads.map(call, ["DispatchFunction"]))
        instant = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=10)
        deliveries = self.queue("essai", [instant + timedelta(seconds=number // 8) for number in range(WARMING)])
        dispatch_now(deliveries, self.posts, self.outbox, datetime.now(UTC))
        self.wait(WARMING, instant + PATIENCE)

    def queue(self, prefix: str, instants: Sequence[datetime]) -> list[Delivery]:
        """Queue a post for each instant; the accounts take turns."""
        deliveries = []
        for number, instant in enumerate(instants):
            post, delivery = planned(f"{prefix}-{number:03d}", f"compte-{number % ACCOUNTS}", instant)
            self.posts.add(post, [delivery], [])
            deliveries.append(delivery)
        return deliveries

    def wait(self, arrivals: int, until: datetime) -> None:
        """Wait until so many posts arrived in all, or until then."""
        while len(self.double.arrivals) < arrivals and datetime.now(UTC) < until:
            time.sleep(0.5)


def measure() -> Figures:
    """Start the stack in a folder of its own, queue the posts, and read the double's clock."""
    for name in ("ministack", "sam"):
        environments.ensure(name)
    folder = Path(tempfile.mkdtemp(prefix="heraut-bench-"))
    built = stack.build(ROOT / ".heraut" / "bench" / "stack", _say)
    emulator = stack.start(stack.free_port(), folder)
    try:
        with mastodon() as double:
            parameters = session.parameters(emulator.port)
            parameters["LocalServers"] += f",{double.host_port}"
            outputs = stack.deploy(emulator, built, STACK, parameters, _say)
            return _play(Stack(emulator, outputs, double))
    finally:
        emulator.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _play(running: Stack) -> Figures:
    running.warm()
    warmed = len(running.double.arrivals)
    _say(f"  {WORKERS} workers made, {warmed} of {WARMING} posts published to warm them")
    running.double.most_open = 0
    instants = due_minute(datetime.now(UTC) + AHEAD)
    due = {f"post-{number:03d}": instant.timestamp() for number, instant in enumerate(instants)}
    running.queue("post", instants)
    _say(f"  {POSTS} posts queued, due from {instants[0]:%H:%M:%S} to {max(instants):%H:%M:%S}")
    running.wait(warmed + POSTS, max(instants) + PATIENCE)
    time.sleep(3)  # a second message for a post would show now
    arrivals = [(at, text) for at, _, text in running.double.arrivals if text in due]
    figures = summary([(at - due[text]) * 1000 for at, text in _first(arrivals)])
    return figures | {
        "posts": POSTS,
        "arrived": len(_first(arrivals)),
        "doubled": len(arrivals) - len(_first(arrivals)),
        "accounts": ACCOUNTS,
        "workers_warmed": WORKERS,
        "posts_to_warm": WARMING,
        "publisher_concurrency": CONCURRENCY,
        "most_calls_at_once": running.double.most_open,
        "aim_p99_ms": AIM_MS,
    }


def planned(name: str, account: str, instant: datetime) -> tuple[Post, Delivery]:
    """Give a post of one text for one account, and its delivery."""
    post = Post(
        brand=BRAND,
        id=name,
        content=Content(parts=(Part(text=name),)),
        accounts=(account,),
        publish_at=instant,
        local=f"{instant:%Y-%m-%dT%H:%M}",
        zone="UTC",
        source=Source(kind="command"),
        created_at=instant,
    )
    delivery = Delivery(
        brand=BRAND,
        post=name,
        account=account,
        network=NetworkName.MASTODON,
        publish_at=instant,
        due_at=instant,
        zone="UTC",
    )
    return post, delivery


def due_minute(after: datetime) -> list[datetime]:
    """Give POSTS whole seconds of the first minute after an instant, at random but always the same ones."""
    minute = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    chosen = random.Random(SEED)  # noqa: S311 -- spreads posts, keeps no secret
    return sorted(minute + timedelta(seconds=chosen.randrange(60)) for _ in range(POSTS))


def summary(lateness_ms: Sequence[float]) -> dict[str, Any]:
    """Give the percentiles of what was measured, in milliseconds; `early` counts what must never be."""
    if not lateness_ms:
        return {"p50_ms": None, "p99_ms": None, "worst_ms": None, "earliest_ms": None, "early": 0}
    ordered = sorted(lateness_ms)
    return {
        "p50_ms": round(statistics.median(ordered), 1),
        "p99_ms": round(ordered[max(0, -(-99 * len(ordered) // 100) - 1)], 1),
        "worst_ms": round(ordered[-1], 1),
        "earliest_ms": round(ordered[0], 1),
        "early": sum(late < 0 for late in ordered),
    }


def table(figures: Figures) -> list[str]:
    """Say the percentiles and how they were had."""
    made = f"{figures['workers_warmed']} warm workers of at most {figures['publisher_concurrency']}"
    return [
        f"{figures['arrived']} of {figures['posts']} posts in one minute, {figures['accounts']} accounts, {made}",
        f"{figures['most_calls_at_once']} calls at once at most",
        f"p50 {figures['p50_ms']} ms   p99 {figures['p99_ms']} ms (aim: under {AIM_MS})",
        f"worst {figures['worst_ms']} ms   earliest {figures['earliest_ms']} ms",
        f"early: {figures['early']}   doubled: {figures['doubled']}",
    ]


def broken(figures: Figures) -> str | None:
    """Early, doubled or lost is what must never be."""
    wrong = {
        "left early": figures["early"],
        "doubled": figures["doubled"],
        "never arrived": figures["posts"] - figures["arrived"],
    }
    said = ", ".join(f"{count} {what}" for what, count in wrong.items() if count)
    return f"lateness: {said}" if said else None


def _first(arrivals: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Give the first arrival of each post."""
    found: dict[str, float] = {}
    for at, text in sorted(arrivals):
        found.setdefault(text, at)
    return [(at, text) for text, at in found.items()]


def _say(line: str) -> None:
    print(line, flush=True)
