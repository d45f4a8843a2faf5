"""The crash matrix's doubles answer as the real networks do: the same shapes, texts, errors and second answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import requests

from tests.matrix.bluesky_double import BlueskyDouble
from tests.matrix.mastodon_double import TOKEN, MastodonDouble
from tests.matrix.wire import Heard
from tests.peers.bluesky_network import BlueskyNetwork
from tests.peers.mastodon_recordings import Replay

Player = Callable[..., Replay]
Asked = tuple[str, str, dict[str, Any]]


def mastodon() -> MastodonDouble:
    """A double whose clock stands still."""
    return MastodonDouble(lambda: datetime(2026, 11, 23, 8, 30, tzinfo=UTC), "http://localhost:3000")


def post(double: MastodonDouble, text: str, key: str = "k") -> dict[str, Any]:
    """Post on the double as the adapter does."""
    headers = {"authorization": f"Bearer {TOKEN}", "idempotency-key": key}
    said = double.answer(Heard("POST", "/api/v1/statuses", {}, headers, json.dumps({"status": text}).encode()))
    assert said.status == 200
    status: dict[str, Any] = said.body
    return status


def test_a_status_has_the_shape_of_a_recorded_one(mastodon_replay: Player) -> None:
    """Every field of the double's status is one that Mastodon 4.7 gave, of the same kind."""
    real = requests.post(f"{mastodon_replay('post').url}/api/v1/statuses", timeout=10).json()
    ours = post(mastodon(), "Toot!")
    assert ours["content"] == real["content"]
    assert {name: type(value) for name, value in ours.items() if name != "language"} == {
        name: type(real[name]) for name in ours if name != "language"
    }


def test_a_link_is_written_as_recorded(mastodon_replay: Player) -> None:
    """The HTML of a link is Mastodon's, to the byte."""
    real = requests.post(f"{mastodon_replay('link_card').url}/api/v1/statuses", timeout=10).json()
    assert post(mastodon(), "http://example.org/")["content"] == real["content"]


def test_limits_are_told_with_the_recorded_headers(mastodon_replay: Player) -> None:
    """A 429 of the double has the headers that every recorded answer has, in the same form."""
    real = requests.post(f"{mastodon_replay('post').url}/api/v1/statuses", timeout=10)
    ours = mastodon().busy(90)
    assert set(ours.headers) <= {name.title().replace("Ratelimit", "RateLimit") for name in real.headers}
    for told in (real.headers["X-RateLimit-Reset"], ours.headers["X-RateLimit-Reset"]):
        assert datetime.fromisoformat(told).tzinfo is not None


def test_records_are_put_and_read_as_on_the_real_server(bluesky: BlueskyNetwork) -> None:
    """The same sequence of puts and reads gives the same statuses and names of errors on the double and on the PDS."""
    author = bluesky.accounts["atelier.test"]
    opened = requests.post(
        f"{bluesky.pds}/xrpc/com.atproto.server.createSession",
        json={"identifier": author.handle, "password": author.app_password},
        timeout=20,
    ).json()
    where = {"repo": author.did, "collection": "app.bsky.feed.post"}
    record = {"$type": "app.bsky.feed.post", "text": "Une fois", "createdAt": "2026-11-23T08:30:00.000Z"}
    put = {**where, "rkey": "3kmatrix22222", "record": record, "swapRecord": None}
    missing = {**where, "rkey": "3kmatrix22223"}
    sequence: list[Asked] = [
        ("GET", "getRecord", {**where, "rkey": put["rkey"]}),
        ("POST", "putRecord", put),
        ("POST", "putRecord", put),
        ("POST", "putRecord", {**put, "record": {**record, "text": "Autre chose"}}),
        ("GET", "getRecord", {**where, "rkey": put["rkey"]}),
        ("GET", "getRecord", missing),
    ]
    double = BlueskyDouble(lambda: datetime.now(UTC), bluesky.pds)

    def of_the_real_one(asked: Asked) -> tuple[int, str | None]:
        method, called, said = asked
        body: dict[str, Any] = {"params": said} if method == "GET" else {"json": said}
        headers = {"Authorization": f"Bearer {opened['accessJwt']}"}
        url = f"{bluesky.pds}/xrpc/com.atproto.repo.{called}"
        answer = requests.request(method, url, headers=headers, timeout=20, **body)
        return answer.status_code, answer.json().get("error")

    def of_the_double(asked: Asked) -> tuple[int, str | None]:
        method, called, said = asked
        query = {name: [str(value)] for name, value in said.items()} if method == "GET" else {}
        headers = {"authorization": "Bearer token"}
        path = f"/xrpc/com.atproto.repo.{called}"
        answer = double.answer(Heard(method, path, query, headers, json.dumps(said).encode()))
        return answer.status, answer.body.get("error")

    assert [of_the_double(asked) for asked in sequence] == [of_the_real_one(asked) for asked in sequence]
