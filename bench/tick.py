"""What a tick reads: DUE deliveries due, out of more and more that are queued.

The real use case, store and SDK run; bench/due_table.py stands where DynamoDB would, because every emulator reads the
whole index for each query. Items and bytes are counted from the answers that botocore parsed, read units from the sizes
of the items by DynamoDB's own rule.
"""

from __future__ import annotations

import gc
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from samtranslator.yaml_helper import yaml_parse

from bench.capacity import Index, indexes_of, read_units, size_of
from bench.due_table import DueTable, answered
from bench.recorder import Recorder
from bench.results import ROOT
from heraut import due
from heraut.aws.clients import Clients
from heraut.aws.outbox import QueueOutbox
from heraut.aws.posts_table import PostsTable
from heraut.aws.table import Table
from heraut.brands import NetworkName
from heraut.publishing.dispatch_posts import dispatch_posts
from heraut.publishing.model import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.awsrequest import AWSResponse

    from bench.capacity import Item
    from bench.recorder import Call
    from bench.results import Figures

QUEUED = (1_000, 100_000, 1_000_000)
DUE = 10
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
REGION = "eu-west-3"


def measure() -> Figures:
    """Run one tick over each number of queued deliveries, and one over a queue where nothing is due."""
    runs = {str(queued): one_tick(queued, DUE) for queued in QUEUED}
    read = {(run["items"], run["bytes"], run["read_units"]) for run in runs.values()}
    return {"due": DUE, "queued": runs, "the_same": len(read) == 1, "nothing_due": one_tick(QUEUED[0], 0)}


def one_tick(queued: int, due_now: int) -> dict[str, Any]:
    """Run one tick and give what it read, what it wrote, and the processor time of the second of two."""
    clients = loose_clients()
    table = DueTable(a_delivery(), due_index(), queued, due_now, NOW)
    answer_instead(clients.dynamodb, table.answer)
    answer_instead(clients.sqs, accept)
    posts = PostsTable(Table(clients.dynamodb, "PostsTable"))
    outbox = QueueOutbox(clients.sqs, "https://sqs.eu-west-3.amazonaws.com/1/q", lambda: clients.functions, "prepare")
    recorder = Recorder()
    recorder.listen(clients.dynamodb, clients.sqs)
    tick = dispatch_posts(posts, outbox, NOW)
    if tick.sent != due_now or tick.not_accepted:
        raise ValueError(f"{due_now} are due and the tick sent {tick}")
    counted = what_was_read(recorder)
    gc.collect()
    began = time.process_time()
    dispatch_posts(posts, outbox, NOW)  # marked a moment ago: nothing is due any more
    return counted | {"empty_tick_cpu_ms": round((time.process_time() - began) * 1000, 1)}


def what_was_read(recorder: Recorder) -> dict[str, Any]:
    """Count a tick's calls, the items and bytes of its queries, and the units that DynamoDB charges for them."""
    queries = [call for call in recorder.calls if call.operation == "Query"]
    return {
        "calls": dict(sorted(recorder.counts().items())),
        "items": sum(len(call.answered["Items"]) for call in queries),
        "bytes": sum(sum(_sizes(call)) for call in queries),
        "wire_bytes": sum(call.wire_bytes for call in queries),
        "read_units": sum(read_units(_sizes(call), consistent=False) for call in queries),
    }


def table(figures: Figures) -> list[str]:
    """Say what each tick read."""
    said = "the same" if figures["the_same"] else "NOT the same"
    lines = [f"{figures['due']} due: read is {said}", f"{'queued':>10}{'items':>8}{'bytes':>8}{'units':>8}   calls"]
    rows = [*figures["queued"].items(), ("none due", figures["nothing_due"])]
    for queued, run in rows:
        calls = ", ".join(f"{count} {name}" for name, count in run["calls"].items())
        lines.append(f"{queued:>10}{run['items']:>8}{run['bytes']:>8}{run['read_units']:>8}   {calls}")
    return lines


def broken(figures: Figures) -> str | None:
    """A tick whose cost grows with the queue would end in a bill and in late posts."""
    return None if figures["the_same"] else "tick: what a tick reads depends on what is queued"


def loose_clients() -> Clients:
    """Make clients of no account: what they send is answered in this process."""
    session = boto3.Session(region_name=REGION, aws_access_key_id="bench", aws_secret_access_key="bench")  # noqa: S106 -- opens nothing
    return Clients(session=session)


def answer_instead(client: Any, answer: Callable[..., AWSResponse]) -> None:
    """Answer in this process what a client would send (botocore's `before-send` event)."""
    client.meta.events.register("before-send", answer)


def properties(logical_id: str) -> dict[str, Any]:
    """Give the properties of a resource of the template."""
    template = yaml_parse((ROOT / "infra" / "template.yaml").read_text(encoding="utf-8"))
    found: dict[str, Any] = template["Resources"][logical_id]["Properties"]
    return found


def due_index() -> Index:
    """Give the template's `due` index."""
    (found,) = [index for index in indexes_of(properties("PostsTable")) if index.name == due.INDEX]
    return found


def a_delivery() -> Item:
    """Give a delivery as the real store writes it: what it would send is taken from the client, nothing is sent."""
    clients = loose_clients()
    sent: list[dict[str, Any]] = []

    def keep(request: Any, **_: Any) -> AWSResponse:
        sent.append(json.loads(request.body))
        return answered(request, {})

    answer_instead(clients.dynamodb, keep)
    delivery = Delivery(
        brand="boulangerie-martin",
        post="10000000",
        account="mastodon",
        network=NetworkName.MASTODON,
        publish_at=NOW,
        due_at=NOW,
        local="2026-11-23T09:30",
    )
    PostsTable(Table(clients.dynamodb, "PostsTable")).change(delivery, delivery)
    item: Item = sent[0]["TransactItems"][0]["Put"]["Item"]
    return item


def accept(request: Any, **_: Any) -> AWSResponse:
    """Answer for a queue that takes everything."""
    entries = json.loads(request.body)["Entries"]
    taken = [{"Id": one["Id"], "MessageId": one["Id"], "MD5OfMessageBody": ""} for one in entries]
    return answered(request, {"Successful": taken, "Failed": []})


def _sizes(call: Call) -> list[int]:
    return [size_of(item) for item in call.answered["Items"]]
