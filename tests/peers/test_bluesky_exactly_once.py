"""A thread with a picture through the real use cases to the real network, disturbed at every call it makes."""

from __future__ import annotations

import hashlib
import io
import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from PIL import Image

from heraut.brands import Account, NetworkName
from heraut.fetch import Guard
from heraut.networks.bluesky import Bluesky
from heraut.networks.http import Answer, Http
from heraut.publishing.model import Delivery, Media, State
from tests.peers.bluesky_network import BlueskyAccount, BlueskyNetwork
from tests.peers.losing_proxy import Fate, LosingProxy
from tests.twins.brands import BrandsTwin
from tests.twins.clock import ClockTwin
from tests.twins.desk import BAKERY, Desk
from tests.twins.secrets import SecretsTwin

TEXTS = ("Ce matin au fournil #pain", "Et demain : merci @lecteur.test")
_numbers = itertools.count()


class Killed(BaseException):
    """The worker's process ends here: nothing after it runs, nothing catches it."""


def picture() -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "brown").save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def secret(bluesky: BlueskyNetwork) -> Mapping[str, str]:
    """The tokens of the account that posts."""
    author = bluesky.accounts["atelier.test"]
    account = Account(name="masto", network=NetworkName.BLUESKY, service=bluesky.pds, handle=author.handle)
    made = Bluesky(open_to(bluesky.pds)).refresh(account, {"password": author.app_password}, datetime.now(UTC))
    assert made is not None
    return made


def open_to(url: str) -> Http:
    """Calls to this server and nowhere else."""
    return Http(Guard(allowed=frozenset({urlsplit(url).netloc.replace("localhost", "127.0.0.1")})))


def desk_through(url: str, secret: Mapping[str, str], author: BlueskyAccount) -> tuple[Desk, Delivery]:
    """A desk with a thread of two parts and a picture queued, whose calls all go through this address."""
    desk = Desk()
    account = Account(name="masto", network=NetworkName.BLUESKY, service=url, handle=author.handle)
    brand = BAKERY.model_copy(update={"accounts": (account,)})
    desk.clock = ClockTwin(datetime.now(UTC).replace(microsecond=0))
    body = picture()
    photo = Media(
        key="media/boulangerie/pain.png",
        content_type="image/png",
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        alt="Un pain",
        name="pain.png",
    )
    desk.media.save(photo.key, body, photo.content_type)
    desk.world = replace(
        desk.world,
        brands=BrandsTwin(brand),
        networks={NetworkName.BLUESKY: Bluesky(open_to(url))},
        secrets=SecretsTwin({(brand.id, account.name): {**secret, "pds": url}}),
        clock=desk.clock,
    )
    due = desk.clock.now() + timedelta(seconds=30)
    delivery = desk.queue(
        *TEXTS,
        post=f"fil-{next(_numbers)}-{desk.clock.now():%H%M%S}",
        media=(photo,),
        network=NetworkName.BLUESKY,
        prepare_at=desk.clock.now(),
        due_at=desk.clock.now(),
        publish_at=due,
    )
    return desk, delivery


def posted(network: BlueskyNetwork, author: BlueskyAccount) -> dict[str, dict[str, Any]]:
    """Every post of the account, by address."""
    found: dict[str, dict[str, Any]] = {}
    where = {"repo": author.did, "collection": "app.bsky.feed.post", "limit": "100"}
    while True:
        page = requests.get(f"{network.pds}/xrpc/com.atproto.repo.listRecords", params=where, timeout=20).json()
        found |= {record["uri"]: record["value"] for record in page["records"]}
        if "cursor" not in page:
            return found
        where["cursor"] = page["cursor"]


def assert_out_once(
    network: BlueskyNetwork, author: BlueskyAccount, desk: Desk, delivery: Delivery, before: int
) -> None:
    """The whole thread is online, once, in order, and the table knows it."""
    after = desk.read(delivery)
    records = posted(network, author)
    assert after.state is State.PUBLISHED, desk.said
    assert len(records) == before + 2
    first, second = (records[uri] for uri in after.remote_ids)
    assert (first["text"], second["text"]) == TEXTS
    assert [image["alt"] for image in first["embed"]["images"]] == ["Un pain"]
    assert second["reply"]["parent"]["uri"] == second["reply"]["root"]["uri"] == after.remote_ids[0]
    assert second["facets"][0]["features"][0]["did"] == network.accounts["lecteur.test"].did


@pytest.fixture
def author(bluesky: BlueskyNetwork) -> BlueskyAccount:
    """The account that posts."""
    return bluesky.accounts["atelier.test"]


CALLS = {"uploadBlob": "POST", "putRecord": "POST", "resolveHandle": "GET"}
LOSSES = [Fate.LOSE_REQUEST, Fate.LOSE_ANSWER, Fate.CUT_ANSWER, Fate.FAIL_AFTER]


@pytest.mark.parametrize("fate", LOSSES)
@pytest.mark.parametrize(("call", "number"), [("uploadBlob", 1), ("putRecord", 1), ("putRecord", 2)])
def test_an_answer_lost_at_any_call(
    call: str,
    number: int,
    fate: Fate,
    bluesky: BlueskyNetwork,
    author: BlueskyAccount,
    secret: Mapping[str, str],
    losing: Callable[[str], LosingProxy],
) -> None:
    """Whichever call is lost and however, the thread is out once, whole, and nobody was asked."""
    proxy = losing(bluesky.pds)
    proxy.plan(*[Fate.PASS] * (number - 1), fate, method=CALLS[call], path=call)
    before = len(posted(bluesky, author))
    desk, delivery = desk_through(proxy.url, secret, author)
    desk.run()
    assert fate in [one for _path, one in proxy.seen]
    assert_out_once(bluesky, author, desk, delivery, before)


@pytest.mark.parametrize("number", range(1, 5))
@pytest.mark.parametrize("when", ["before", "after"])
def test_the_worker_killed_at_any_call(
    when: str,
    number: int,
    bluesky: BlueskyNetwork,
    author: BlueskyAccount,
    secret: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Killed before or after any of its calls (upload, mention, two posts), the worker's thread is out once, whole."""
    real, made = Http.call, itertools.count(1)

    def dying(http: Http, method: str, url: str, **body: Any) -> Answer:
        turn = next(made)
        if turn == number and when == "before":
            raise Killed
        answer = real(http, method, url, **body)
        if turn == number:
            raise Killed
        return answer

    before = len(posted(bluesky, author))
    desk, delivery = desk_through(bluesky.pds, secret, author)
    monkeypatch.setattr(Http, "call", dying)
    with pytest.raises(Killed):
        desk.run()
    desk.run()
    assert next(made) > number
    assert_out_once(bluesky, author, desk, delivery, before)
