"""What the suite left behind: no secret in a log, a table, a file or a mail; no text of a post in a log.

Runs when the other tests have run, before the look at permissions (conftest.py).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.bluesky_server import ACCESS_TOKEN, PASSWORD, REFRESH_TOKEN
from tests.e2e.conftest import FALSE_PASSWORD
from tests.e2e.test_publishing import deliveries, text_of
from tests.e2e.week import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.e2e.world import World

SECRETS = {
    "typed": PASSWORD,
    "false": FALSE_PASSWORD,
    "access token": ACCESS_TOKEN,
    "refresh token": REFRESH_TOKEN,
}


@dataclass(frozen=True)
class Left:
    """What the suite left: `logs` by group; the tables' items, the buckets' objects and the mails as text."""

    logs: Mapping[str, str]
    tables: Mapping[str, str]
    files: str
    mails: tuple[str, ...]
    texts: frozenset[str]  # of every version of every post
    links: frozenset[str]  # the secret parts of the links in mails


@pytest.fixture(name="left", scope="module")
def _left(world: World) -> Left:
    mails = world.mails()
    address = re.escape(world.outputs["LinksUrl"].rstrip("/"))
    link = re.compile(rf"{address}/[^\s/]+/(?:alert/)?([\w-]{{22}})")
    links = {found for mail in mails for found in link.findall(text_of(mail))}
    said = tuple(map(text_of, mails))
    return Left(_logs(world), _tables(world), _files(world), said, _texts(world), frozenset(links))


def test_every_function_logged_something(left: Left) -> None:
    """Else the searches below would find nothing, whatever was logged."""
    assert left.logs
    assert [group for group, said in left.logs.items() if '"message":"' not in said.replace(" ", "")] == []


def test_there_is_something_to_search_for_and_in(world: World, left: Left) -> None:
    """Posts whose texts are known, mails with links, tables and files with content."""
    assert deliveries(world)
    assert any(WORDS in text for text in left.texts)
    assert len(left.links) > 1
    assert {world.outputs["PostsTable"], world.outputs["BrandsTable"]} <= set(left.tables)
    assert all(left.tables[world.outputs[name]] for name in ("PostsTable", "BrandsTable"))
    assert WORDS in left.files
    assert any(WORDS in mail for mail in left.mails)


@pytest.mark.parametrize("kind", SECRETS)
def test_no_secret_is_left_anywhere(left: Left, kind: str) -> None:
    """A password typed, a false one, the tokens that the network gave: parameters hold them, nothing else."""
    secret = SECRETS[kind]
    found = [name for name, text in {**left.logs, **left.tables, "files": left.files}.items() if secret in text]

    assert found == []
    assert not any(secret in mail for mail in left.mails)


def test_no_link_is_left_anywhere_but_in_its_mail(left: Left) -> None:
    """Whoever has a link may press its button: a table keeps its hash, a log nothing."""
    places = {**left.logs, **left.tables, "files": left.files}

    assert {name for name, text in places.items() for link in left.links if link in text} == set()


def test_no_text_of_a_post_is_in_a_log(left: Left) -> None:
    """It stands in the table, on the page and in the messages that need it."""
    written = {form for text in left.texts for form in (text, json.dumps(text)[1:-1])}  # as it is, and as JSON has it

    assert {name for name, said in left.logs.items() for text in written if text in said} == set()


def _logs(world: World) -> dict[str, str]:
    """Everything that each function logged, by log group; not what SNS says of text messages, which a test wrote."""
    client = world.client("logs")
    pages = client.get_paginator("describe_log_groups").paginate()
    names = [one["logGroupName"] for page in pages for one in page["logGroups"]]
    groups = [name for name in names if not name.startswith("sns/")]
    events = client.get_paginator("filter_log_events")
    return {
        group: "\n".join(one["message"] for page in events.paginate(logGroupName=group) for one in page["events"])
        for group in groups
    }


def _tables(world: World) -> dict[str, str]:
    """Every table's items, by table."""
    client = world.client("dynamodb")
    names = [name for page in client.get_paginator("list_tables").paginate() for name in page["TableNames"]]
    scan = client.get_paginator("scan")
    return {
        name: "\n".join(json.dumps(item, ensure_ascii=False) for item in _items(scan.paginate(TableName=name)))
        for name in names
    }


def _items(pages: Iterable[Mapping[str, Any]]) -> list[Any]:
    return [item for page in pages for item in page["Items"]]


def _files(world: World) -> str:
    """What the buckets hold that is text: calendars, reports, pages and feeds."""
    client = world.client("s3")
    objects = [
        client.get_object(Bucket=bucket, Key=one["Key"])["Body"].read()
        for bucket in (world.outputs["FilesBucket"], world.outputs["PublicBucket"])
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        for one in page.get("Contents", [])
    ]
    return "\n".join(content.decode("utf-8", errors="replace") for content in objects)


def _texts(world: World) -> frozenset[str]:
    """The lines of every version of every post."""
    found = _items(world.client("dynamodb").get_paginator("scan").paginate(TableName=world.outputs["PostsTable"]))
    posts = [json.loads(item["document"]["S"]) for item in found if item["sk"]["S"].startswith("version#")]
    parts = [part for post in posts for part in post["content"]["parts"]]
    return frozenset(line for part in parts for line in part["text"].splitlines() if line.strip())
