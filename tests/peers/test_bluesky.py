"""The Bluesky adapter on the real network: what it writes, what readers then see, and what a repeat does."""

from __future__ import annotations

import base64
import itertools
import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from heraut.brands import Account, NetworkName
from heraut.errors import CredentialsExpired, PreparationLost, Refused
from heraut.fetch import Guard
from heraut.networks.base import Job, Window
from heraut.networks.bluesky import Bluesky
from heraut.networks.http import Http
from heraut.publishing.model import Content, Media, Part, Prepared
from tests.peers.bluesky_network import BlueskyAccount, BlueskyNetwork
from tests.peers.servers import until

HOUR = timedelta(hours=1)


def now() -> datetime:
    """The instant it is."""
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def author(bluesky: BlueskyNetwork) -> BlueskyAccount:
    """The account that posts."""
    return bluesky.accounts["atelier.test"]


@pytest.fixture(scope="module")
def account(bluesky: BlueskyNetwork, author: BlueskyAccount) -> Account:
    """The same, as the configuration says it."""
    return Account(name="bluesky", network=NetworkName.BLUESKY, service=bluesky.pds, handle=author.handle)


@pytest.fixture(scope="module")
def http(bluesky: BlueskyNetwork) -> Http:
    """Calls to this network's server and nowhere else."""
    return Http(Guard(allowed=frozenset({urlsplit(bluesky.pds).netloc.replace("localhost", "127.0.0.1")})))


@pytest.fixture(scope="module")
def adapter(http: Http) -> Bluesky:
    """The adapter; no page has a card unless a test says so."""
    return Bluesky(http, lambda _address: None)


@pytest.fixture(scope="module")
def secret(adapter: Bluesky, account: Account, author: BlueskyAccount) -> Mapping[str, str]:
    """What is stored of the account once its tokens were made: one sign-in for all tests."""
    made = adapter.refresh(account, {"password": author.app_password}, now())
    assert made is not None
    return made


@pytest.fixture
def job(account: Account, secret: Mapping[str, str]) -> Callable[..., Job]:
    """Makes a delivery of these texts, due now."""

    def made(*texts: str, **content: Any) -> Job:
        post = uuid.uuid4().hex
        return Job(
            brand="atelier",
            brand_name="L'Atelier",
            post=post,
            version=1,
            key=f"atelier/{post}/bluesky/1",
            account=account,
            secret=secret,
            content=Content(parts=tuple(Part(text=text) for text in texts), **content),
            created_at=now().replace(microsecond=0),
        )

    return made


def stored(network: BlueskyNetwork, uri: str) -> dict[str, Any]:
    """A record as the account's own server keeps it: uri, cid, value."""
    _, _, did, collection, rkey = uri.split("/")
    where = {"repo": did, "collection": collection, "rkey": rkey}
    answer = requests.get(f"{network.pds}/xrpc/com.atproto.repo.getRecord", params=where, timeout=20)
    answer.raise_for_status()
    return dict(answer.json())


def listed(network: BlueskyNetwork, account: BlueskyAccount) -> list[str]:
    """The addresses of every post in the account's repository."""
    found: list[str] = []
    cursor = None
    while cursor != "":
        where = {"repo": account.did, "collection": "app.bsky.feed.post", "limit": "100"} | (
            {"cursor": cursor} if cursor else {}
        )
        page = requests.get(f"{network.pds}/xrpc/com.atproto.repo.listRecords", params=where, timeout=20).json()
        found += [record["uri"] for record in page["records"]]
        cursor = page.get("cursor", "")
    return found


def seen(network: BlueskyNetwork, uri: str) -> dict[str, Any]:
    """A post as readers see it, once they do."""

    def shown() -> dict[str, Any] | None:
        answer = requests.get(f"{network.appview}/xrpc/app.bsky.feed.getPosts", params={"uris": uri}, timeout=20)
        return next(iter(answer.json().get("posts", [])), None)

    return dict(until(shown, seconds=15))


def test_a_text_goes_out_and_readers_see_it(
    bluesky: BlueskyNetwork, adapter: Bluesky, author: BlueskyAccount, job: Callable[..., Job]
) -> None:
    """A text arrives whole, dated by its promise, in its language, and is told accepted once."""
    one, accepted = job("Bonjour à tous 👋🏽\n\nOuvert demain."), []
    published = adapter.publish(one, accepted.append, now())
    post = seen(bluesky, published.remote_ids[0])
    assert accepted == list(published.remote_ids)
    assert post["record"]["text"] == "Bonjour à tous 👋🏽\n\nOuvert demain."
    assert datetime.fromisoformat(post["record"]["createdAt"]) == one.created_at
    assert post["record"]["langs"] == ["fr"]
    assert post["author"]["did"] == author.did
    assert published.url is not None
    assert requests.get(published.url, timeout=20).json()["uri"] == published.remote_ids[0]
