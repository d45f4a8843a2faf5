"""The table behind the tick's figures answers what a real index query answers, and nothing else."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from bench.capacity import size_of
from bench.due_table import DueTable
from bench.tick import DUE, NOW, a_delivery, answer_instead, due_index, loose_clients, one_tick
from heraut.aws.posts_table import PostsTable
from heraut.aws.table import Table
from heraut.brands import NetworkName
from heraut.due import shards_of
from heraut.publishing.dispatch_posts import HORIZON
from heraut.publishing.model import KIND, SHARDS, Delivery
from tests.contracts.stack import Stack

UNTIL = NOW + HORIZON


def raw_rows(client: Any) -> list[dict[str, Any]]:
    """What the tick's own query finds, as it travels."""
    found: list[dict[str, Any]] = []
    client.meta.events.register("after-call.dynamodb.Query", lambda parsed, **_: found.extend(parsed["Items"]))
    posts = PostsTable(Table(client, "PostsTable"))
    for shard in shards_of(KIND, SHARDS):
        list(posts.due(shard, UNTIL))
    return found


def by_key(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows by their partition key."""
    return {row["pk"]["S"]: row for row in rows}


def test_its_answers_are_those_of_a_real_index() -> None:
    """The same deliveries, written by the real store into the template's table, give the same rows."""
    clients = loose_clients()
    answer_instead(clients.dynamodb, DueTable(a_delivery(), due_index(), 60, 7, NOW).answer)
    rows = raw_rows(clients.dynamodb)
    with mock_aws():
        stack = Stack.of("PostsTable")
        posts = PostsTable(stack.table)
        for number in range(60):
            at = NOW if number < 7 else NOW + timedelta(hours=1, minutes=number)
            delivery = Delivery(
                brand="boulangerie-martin",
                post=str(10_000_000 + number),
                account="mastodon",
                network=NetworkName.MASTODON,
                publish_at=NOW,
                due_at=at,
                local="2026-11-23T09:30",
            )
            stack.put(_item(delivery))
        assert posts.delivery("boulangerie-martin", "10000000", "mastodon") is not None
        real = raw_rows(stack.dynamodb)

    assert by_key(rows) == by_key(real)
    assert len(rows) == 7


def _item(delivery: Delivery) -> dict[str, Any]:
    from heraut.aws.items import to_item
    from heraut.aws.posts_table import _write_delivery

    return dict(to_item(_write_delivery(delivery)))


def test_a_page_ends_and_the_next_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many more due than a page holds (here 20 kB): every one comes once."""
    monkeypatch.setattr("bench.due_table.PAGE_BYTES", 20_000)
    clients = loose_clients()
    answer_instead(clients.dynamodb, DueTable(a_delivery(), due_index(), 600, 600, NOW).answer)
    pages: list[int] = []
    clients.dynamodb.meta.events.register(
        "after-call.dynamodb.Query", lambda parsed, **_: pages.append(sum(map(size_of, parsed["Items"])))
    )
    posts = PostsTable(Table(clients.dynamodb, "PostsTable"))

    found = [row.post for shard in shards_of(KIND, SHARDS) for row in posts.due(shard, UNTIL)]

    assert len(found) == len(set(found)) == 600
    assert len(pages) > SHARDS
    assert max(pages) < 21_000


@pytest.mark.parametrize(
    "asked",
    [
        {"IndexName": "queue", "KeyConditionExpression": "#due_shard = :shard AND #due_at <= :until"},
        {"IndexName": "due", "KeyConditionExpression": "#due_shard = :shard"},
        {
            "IndexName": "due",
            "KeyConditionExpression": "#due_shard = :shard AND #due_at <= :until",
            "FilterExpression": "#state = :x",
        },
    ],
)
def test_another_query_is_refused(asked: dict[str, str]) -> None:
    """A tick that asked for more than what is due would be seen."""
    table = DueTable(a_delivery(), due_index(), 10, 1, NOW)

    request = SimpleNamespace(
        headers={"X-Amz-Target": b"DynamoDB_20120810.Query"}, body=json.dumps(asked), url="https://dynamodb.example"
    )

    with pytest.raises(ValueError, match="not the tick's query"):
        table.answer(request)


def test_a_tick_reads_what_is_due_and_not_what_is_queued() -> None:
    """Ten times the queue, the same items, bytes, units and calls."""
    small, large = one_tick(100, DUE), one_tick(1000, DUE)
    for run in (small, large):
        run.pop("empty_tick_cpu_ms")

    assert small == large
    assert small["items"] == DUE
