"""The Bluesky adapter on the real network: what it writes, what readers then see, and what a repeat does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import random
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from PIL import Image

from heraut.brands import Account, NetworkName
from heraut.errors import (
    CredentialsExpired,
    OutcomeUnknown,
    PreparationLost,
    ReadBackUnavailable,
    Refused,
    Unreachable,
)
from heraut.fetch import Guard, NameUnknown
from heraut.networks.base import Begun, Job, Preparation, Window
from heraut.networks.bluesky import Bluesky
from heraut.networks.bluesky_repository import Repository
from heraut.networks.http import Http
from heraut.publishing.model import Content, Media, Part, Prepared
from tests.peers.bluesky_network import BlueskyAccount, BlueskyNetwork
from tests.peers.losing_proxy import Fate, LosingProxy
from tests.peers.servers import until

POSTS = "app.bsky.feed.post"
PUT = "com.atproto.repo.putRecord"
Secret = Mapping[str, str]
MakeJob = Callable[..., Job]


def now() -> datetime:
    """The instant it is."""
    return datetime.now(UTC)


def open_to(*urls: str) -> Http:
    """Calls to these servers and nowhere else; no other name means anything."""

    def resolve(host: str, _port: int, _seconds: float) -> list[str]:
        if host not in {"localhost", "127.0.0.1"}:
            raise NameUnknown
        return ["127.0.0.1"]

    allowed = frozenset(urlsplit(url).netloc.replace("localhost", "127.0.0.1") for url in urls)
    return Http(Guard(allowed=allowed, resolve=resolve))


@pytest.fixture(scope="module")
def author(bluesky: BlueskyNetwork) -> BlueskyAccount:
    """The account that posts."""
    return bluesky.accounts["atelier.test"]


@pytest.fixture(scope="module")
def account(bluesky: BlueskyNetwork, author: BlueskyAccount) -> Account:
    """The same, as the configuration says it."""
    return Account(name="bluesky", network=NetworkName.BLUESKY, service=bluesky.pds, handle=author.handle)


@pytest.fixture(scope="module")
def adapter(bluesky: BlueskyNetwork) -> Bluesky:
    """The adapter, which reaches this network and no page."""
    return Bluesky(open_to(bluesky.pds))


@pytest.fixture(scope="module")
def secret(adapter: Bluesky, account: Account, author: BlueskyAccount) -> Secret:
    """What is stored of the account once its tokens were made."""
    made = adapter.refresh(account, {"password": author.app_password}, now())
    assert made is not None
    return made


@pytest.fixture
def job(account: Account, secret: Secret) -> MakeJob:
    """Makes a delivery of these texts (or parts), due now."""

    def made(*parts: str | Part, secret: Secret = secret, account: Account = account, **content: Any) -> Job:
        post = uuid.uuid4().hex
        said = tuple(part if isinstance(part, Part) else Part(text=part) for part in parts)
        return Job(
            brand="atelier",
            brand_name="L'Atelier",
            post=post,
            version=1,
            key=f"atelier/{post}/bluesky/1",
            account=account,
            secret=secret,
            content=Content(parts=said, **content),
            created_at=now().replace(microsecond=0),
        )

    return made


@pytest.fixture
def proxied(
    bluesky: BlueskyNetwork, losing: Callable[[str], LosingProxy], job: MakeJob, secret: Secret
) -> Callable[..., tuple[LosingProxy, Bluesky, Job]]:
    """Makes a delivery that goes through a proxy which loses what it is told to."""

    def made(*parts: str | Part) -> tuple[LosingProxy, Bluesky, Job]:
        proxy = losing(bluesky.pds)
        adapter = Bluesky(open_to(proxy.url))
        return proxy, adapter, job(*parts, secret={**secret, "pds": proxy.url})

    return made


def ready(job: Job, result: Preparation) -> Job:
    """The delivery with what was made ready for it."""
    return replace(
        job, prepared=Prepared(version=job.version, remote=dict(result.remote), expires_at=result.expires_at)
    )


def window(job: Job) -> Window:
    """When the delivery may have been accepted."""
    return Window(job.created_at - timedelta(minutes=1), now() + timedelta(minutes=1))


def nothing(_media: Media) -> bytes:
    """What a delivery without pictures reads."""
    raise AssertionError


def stored(network: BlueskyNetwork, uri: str) -> dict[str, Any] | None:
    """A record as the account's own server keeps it: uri, cid, value."""
    _, _, did, collection, rkey = uri.split("/")
    where = {"repo": did, "collection": collection, "rkey": rkey}
    answer = requests.get(f"{network.pds}/xrpc/com.atproto.repo.getRecord", params=where, timeout=20)
    return dict(answer.json()) if answer.ok else None


def listed(network: BlueskyNetwork, account: BlueskyAccount) -> list[str]:
    """The addresses of every post in the account's repository."""
    found: list[str] = []
    where = {"repo": account.did, "collection": POSTS, "limit": "100"}
    while True:
        page = requests.get(f"{network.pds}/xrpc/com.atproto.repo.listRecords", params=where, timeout=20).json()
        found += [record["uri"] for record in page["records"]]
        if "cursor" not in page:
            return found
        where["cursor"] = page["cursor"]


def seen(network: BlueskyNetwork, uri: str) -> dict[str, Any]:
    """A post as readers see it, once they do."""

    def shown() -> dict[str, Any] | None:
        answer = requests.get(f"{network.appview}/xrpc/app.bsky.feed.getPosts", params={"uris": uri}, timeout=20)
        return next(iter(answer.json().get("posts", [])), None)

    return dict(until(shown, seconds=15))


def photograph(width: int, height: int) -> bytes:
    """A picture that no format makes small: every pixel is random."""
    noise = random.Random(7).randbytes(width * height * 3)  # noqa: S311 -- the same at each run
    out = io.BytesIO()
    Image.frombytes("RGB", (width, height), noise).save(out, "PNG")
    return out.getvalue()


def media(body: bytes, alt: str, name: str = "photo.png") -> Media:
    """A picture as the media bucket names it."""
    digest = hashlib.sha256(body).hexdigest()
    return Media(
        key=f"media/atelier/{digest}.png", content_type="image/png", size=len(body), sha256=digest, alt=alt, name=name
    )


# What goes out.


def test_a_text_goes_out_and_readers_see_it(
    bluesky: BlueskyNetwork, adapter: Bluesky, author: BlueskyAccount, job: MakeJob
) -> None:
    """A text arrives whole, dated by its promise, in its language, and is told accepted once."""
    one = job("Bonjour à tous 👋🏽\n\nOuvert demain.")
    accepted: list[str] = []
    published = adapter.publish(one, accepted.append, now())
    post = seen(bluesky, published.remote_ids[0])
    assert accepted == list(published.remote_ids)
    assert post["record"]["text"] == "Bonjour à tous 👋🏽\n\nOuvert demain."
    assert datetime.fromisoformat(post["record"]["createdAt"]) == one.created_at
    assert post["record"]["langs"] == ["fr"]
    assert post["author"]["did"] == author.did
    assert published.url is not None
    assert requests.get(published.url, timeout=20).json()["uri"] == published.remote_ids[0]


def test_what_can_be_clicked(bluesky: BlueskyNetwork, adapter: Bluesky, job: MakeJob) -> None:
    """Links, mentions and tags come back from readers on the bytes they cover; unknown handles do not."""
    text = "Été 🥖 : merci @Lecteur.test et @perdu.test ! Menu sur boulangerie-martin.fr/été (#Noël2026)"
    one = job(text)
    result = adapter.prepare(one, nothing, now())
    published = adapter.publish(ready(one, result), lambda _uri: None, now())
    record = seen(bluesky, published.remote_ids[0])["record"]
    covered = {
        text.encode()[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(): facet["features"][0]
        for facet in record["facets"]
    }
    kind = "app.bsky.richtext.facet"
    assert covered == {
        "@Lecteur.test": {"$type": f"{kind}#mention", "did": bluesky.accounts["lecteur.test"].did},
        "boulangerie-martin.fr/été": {"$type": f"{kind}#link", "uri": "https://boulangerie-martin.fr/%C3%A9t%C3%A9"},
        "#Noël2026": {"$type": f"{kind}#tag", "tag": "Noël2026"},
    }
    assert [(problem.code, problem.warning) for problem in result.problems] == [
        ("bluesky_unknown_handle", True),
        ("bluesky_no_card", True),
    ]


def test_the_mentioned_hear_of_it(bluesky: BlueskyNetwork, adapter: Bluesky, job: MakeJob) -> None:
    """Somebody who is mentioned is notified by the network."""
    reader = bluesky.accounts["lecteur.test"]
    one = job("Coucou @lecteur.test")
    published = adapter.publish(ready(one, adapter.prepare(one, nothing, now())), lambda _uri: None, now())
    signed_in = requests.post(
        f"{bluesky.pds}/xrpc/com.atproto.server.createSession",
        json={"identifier": reader.handle, "password": reader.password},
        timeout=20,
    ).json()

    def heard() -> bool:
        answer = requests.get(
            f"{bluesky.pds}/xrpc/app.bsky.notification.listNotifications",
            headers={"Authorization": f"Bearer {signed_in['accessJwt']}"},
            timeout=20,
        ).json()
        return any(
            note["uri"] == published.remote_ids[0] and note["reason"] == "mention" for note in answer["notifications"]
        )

    assert until(lambda: heard() or None, seconds=15)


def test_pictures_are_made_small_enough_and_keep_their_description(
    bluesky: BlueskyNetwork, adapter: Bluesky, job: MakeJob
) -> None:
    """A picture of many megabytes goes out within one million bytes, with its alt text and its shape; four fit."""
    large, small = photograph(1800, 1200), photograph(40, 60)
    bodies = {media(large, "").key: large, media(small, "").key: small}
    pictures = (media(large, "Une fournée de pains"), *(media(small, f"Détail {number}") for number in (1, 2, 3)))
    one = job(Part(text="Ce matin", media=pictures))
    assert len(large) > 6_000_000
    result = adapter.prepare(one, lambda item: bodies[item.key], now())
    published = adapter.publish(ready(one, result), lambda _uri: None, now())
    post = seen(bluesky, published.remote_ids[0])
    embed = post["record"]["embed"]
    assert [image["alt"] for image in post["embed"]["images"]] == [
        "Une fournée de pains",
        "Détail 1",
        "Détail 2",
        "Détail 3",
    ]
    assert all(image["image"]["size"] <= 1_000_000 for image in embed["images"])
    shape = embed["images"][0]["aspectRatio"]
    assert abs(shape["width"] / shape["height"] - 1.5) < 0.01
    assert embed["images"][1]["aspectRatio"] == {"width": 40, "height": 60}
    assert result.expires_at is not None
    assert result.expires_at > now()


def test_a_link_with_pictures_stands_in_the_text(bluesky: BlueskyNetwork, adapter: Bluesky, job: MakeJob) -> None:
    """Pictures leave no room for a card: the link is written below the text, and can be clicked."""
    small = photograph(20, 20)
    one = job(Part(text="Ce matin", media=(media(small, "Un pain"),)), link="https://exemple.fr/menu")
    result = adapter.prepare(one, lambda _item: small, now())
    record = (stored(bluesky, adapter.publish(ready(one, result), lambda _uri: None, now()).remote_ids[0]) or {})[
        "value"
    ]
    assert record["text"] == "Ce matin\n\nhttps://exemple.fr/menu"
    assert record["facets"][0]["features"][0]["uri"] == "https://exemple.fr/menu"
    assert record["embed"]["$type"] == "app.bsky.embed.images"


@pytest.fixture
def page() -> Iterator[str]:
    """The address of a page on loopback that describes itself, with a picture."""
    bodies = {
        "/menu": (
            "text/html; charset=utf-8",
            """<html><head><title>Autre titre</title><meta property="og:title" content="Le menu d'été">
            <meta property="og:description" content="Salades &amp; glaces"><meta property="og:image" content="/photo">
            </head><body>Bonjour</body></html>""".encode(),
        ),
        "/photo": ("image/png", photograph(1500, 900)),
    }

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = bodies[self.path]
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: object) -> None:
            """Nobody listens."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("in_text", [False, True])
def test_a_link_has_its_card(
    in_text: bool,
    page: str,
    bluesky: BlueskyNetwork,
    job: MakeJob,
) -> None:
    """The page behind a link, given apart or in the text, is shown with its title, description and picture."""
    adapter = Bluesky(open_to(bluesky.pds, page))
    link = f"{page}/menu"
    one = job(f"Voir {link} !") if in_text else job("Voir la carte", link=link)
    result = adapter.prepare(one, nothing, now())
    published = adapter.publish(ready(one, result), lambda _uri: None, now())
    post = seen(bluesky, published.remote_ids[0])
    card = post["embed"]["external"]
    assert (card["uri"], card["title"], card["description"]) == (link, "Le menu d'été", "Salades & glaces")
    assert card["thumb"].startswith("http")
    assert 0 < post["record"]["embed"]["external"]["thumb"]["size"] <= 1_000_000
    assert result.problems == ()


def test_a_card_without_its_picture_is_still_a_card(
    page: str, losing: Callable[[str], LosingProxy], bluesky: BlueskyNetwork, job: MakeJob, secret: Secret
) -> None:
    """When the card's picture cannot be uploaded, the card goes out without it."""
    proxy = losing(bluesky.pds)
    proxy.plan(Fate.LOSE_ANSWER, path="uploadBlob")
    adapter = Bluesky(open_to(proxy.url, page))
    one = job("Voir la carte", link=f"{page}/menu", secret={**secret, "pds": proxy.url})
    published = adapter.publish(ready(one, adapter.prepare(one, nothing, now())), lambda _uri: None, now())
    external = (stored(bluesky, published.remote_ids[0]) or {})["value"]["embed"]["external"]
    assert external["title"] == "Le menu d'été"
    assert "thumb" not in external


def test_a_page_without_a_card_is_still_a_link(bluesky: BlueskyNetwork, adapter: Bluesky, job: MakeJob) -> None:
    """When the page cannot be read, a link that is not in the text can still be clicked, and nothing fails."""
    one = job("Notre menu", link="https://exemple.fr/menu")
    result = adapter.prepare(one, nothing, now())
    post = seen(bluesky, adapter.publish(ready(one, result), lambda _uri: None, now()).remote_ids[0])
    assert post["record"]["text"] == "Notre menu"
    assert post["embed"]["external"] == {
        "uri": "https://exemple.fr/menu",
        "title": "exemple.fr/menu",
        "description": "",
    }
    assert [problem.code for problem in result.problems] == ["bluesky_no_card"]


def test_a_thread_with_a_first_comment(bluesky: BlueskyNetwork, adapter: Bluesky, job: MakeJob) -> None:
    """Each part answers the one before under one root, the first comment comes last, and readers see one thread."""
    one = job("Un", "Deux", "Trois", first_comment="Les sources")
    accepted: list[str] = []
    published = adapter.publish(one, accepted.append, now())
    assert accepted == list(published.remote_ids)
    assert [uri.rpartition("/")[2] for uri in accepted] == sorted(uri.rpartition("/")[2] for uri in accepted)
    seen(bluesky, accepted[-1])
    where = {"uri": accepted[0], "depth": "10"}
    thread = requests.get(f"{bluesky.appview}/xrpc/app.bsky.feed.getPostThread", params=where, timeout=20).json()
    texts, here = [], thread["thread"]
    while here:
        texts.append(here["post"]["record"]["text"])
        here = next(iter(here.get("replies", [])), None)
    assert texts == ["Un", "Deux", "Trois", "Les sources"]


def test_what_the_network_refuses_is_said(
    bluesky: BlueskyNetwork, adapter: Bluesky, author: BlueskyAccount, job: MakeJob
) -> None:
    """A text too long is refused with the server's reason, and nothing is online; checked, it is found."""
    one = job("é" * 301)
    before = listed(bluesky, author)
    with pytest.raises(Refused) as refused:
        adapter.publish(one, lambda _uri: None, now())
    assert refused.value.problem.code == "bluesky_refused"
    assert "maximum 300, got 301" in str(refused.value.problem.fields["reason"])
    assert listed(bluesky, author) == before
    found = adapter.validate(one.content, adapter.limits(one.account, one.secret))
    assert [problem.code for problem in found] == ["bluesky_text_too_long"]


@pytest.mark.parametrize("text", ["é" * 300, "👨‍👩‍👧" * 166, "a" * 300])
def test_what_the_check_lets_through_is_accepted(adapter: Bluesky, job: MakeJob, text: str) -> None:
    """At the limits, in characters and in bytes, what the check accepts the network accepts."""
    one = job(text)
    assert adapter.validate(one.content, adapter.limits(one.account, one.secret)) == ()
    assert len(adapter.publish(one, lambda _uri: None, now()).remote_ids) == 1


def test_a_part_refused_says_what_is_online(adapter: Bluesky, job: MakeJob) -> None:
    """When a later part of a thread is refused, the sentence says that the parts before are online."""
    accepted: list[str] = []
    with pytest.raises(Refused) as refused:
        adapter.publish(job("Un", "é" * 301), accepted.append, now())
    assert refused.value.problem.code == "bluesky_thread_cut"
    assert len(accepted) == 1


# Exactly once.


def test_a_repeat_is_the_same_post(
    bluesky: BlueskyNetwork, adapter: Bluesky, author: BlueskyAccount, job: MakeJob
) -> None:
    """The same delivery sent three times is one post, unchanged, whatever was made ready in between."""
    one = job("Une seule fois, voir exemple.fr")
    before = len(listed(bluesky, author))
    first = adapter.publish(one, lambda _uri: None, now())
    kept = stored(bluesky, first.remote_ids[0])
    external = {"uri": "https://exemple.fr", "title": "Un titre", "description": "Vu plus tard"}
    card = {"card.0": json.dumps({"$type": "app.bsky.embed.external", "external": external})}
    other = replace(one, prepared=Prepared(version=1, remote=card))
    assert adapter.publish(one, lambda _uri: None, now()) == first
    assert adapter.publish(other, lambda _uri: None, now()) == first
    assert stored(bluesky, first.remote_ids[0]) == kept
    assert len(listed(bluesky, author)) == before + 1


def test_two_deliveries_of_one_text_are_two_posts(adapter: Bluesky, job: MakeJob) -> None:
    """Two deliveries that say the same at the same second are not taken for each other."""
    one, two = job("Pareil"), job("Pareil")
    two = replace(two, created_at=one.created_at)
    first, second = (adapter.publish(each, lambda _uri: None, now()) for each in (one, two))
    assert first.remote_ids != second.remote_ids


def test_it_is_found_once_it_is_there(adapter: Bluesky, job: MakeJob) -> None:
    """Reading back is exact: nothing before, the very post right after, with its link."""
    one = job("Où es-tu ?", "Ici")
    assert adapter.find(one, window(one), frozenset()) is None
    published = adapter.publish(one, lambda _uri: None, now())
    assert adapter.find(one, window(one), frozenset()) == published
    assert adapter.find(one, window(one), frozenset(published.remote_ids)) is None


def test_a_post_of_another_version_is_not_found(adapter: Bluesky, job: MakeJob) -> None:
    """The read-back of an edited post does not take the old version for it."""
    one = job("Version une")
    adapter.publish(one, lambda _uri: None, now())
    edited = replace(one, version=2, key=one.key[:-1] + "2")
    assert adapter.find(edited, window(edited), frozenset()) is None


@pytest.mark.parametrize("fate", [Fate.LOSE_ANSWER, Fate.CUT_ANSWER, Fate.FAIL_AFTER])
def test_an_answer_lost_after_it_was_done(fate: Fate, proxied: Callable[..., tuple[LosingProxy, Bluesky, Job]]) -> None:
    """However the answer is lost, the outcome is unknown, the post is found, and sending again adds nothing."""
    proxy, adapter, one = proxied("Réponse perdue")
    proxy.plan(fate, path=PUT)
    with pytest.raises(OutcomeUnknown):
        adapter.publish(one, lambda _uri: None, now())
    found = adapter.find(one, window(one), frozenset())
    assert found is not None
    assert adapter.publish(one, lambda _uri: None, now()) == found


def test_a_request_lost_on_its_way(proxied: Callable[..., tuple[LosingProxy, Bluesky, Job]]) -> None:
    """A request that got lost is an unknown outcome too; it is not found, and sending again puts it online."""
    proxy, adapter, one = proxied("Demande perdue")
    proxy.plan(Fate.LOSE_REQUEST, path=PUT)
    with pytest.raises(OutcomeUnknown):
        adapter.publish(one, lambda _uri: None, now())
    assert adapter.find(one, window(one), frozenset()) is None
    published = adapter.publish(one, lambda _uri: None, now())
    assert adapter.find(one, window(one), frozenset()) == published


@pytest.mark.parametrize("fate", [Fate.LOSE_ANSWER, Fate.LOSE_REQUEST])
def test_a_thread_cut_half_way_is_resumed(
    fate: Fate,
    bluesky: BlueskyNetwork,
    author: BlueskyAccount,
    proxied: Callable[..., tuple[LosingProxy, Bluesky, Job]],
) -> None:
    """A thread whose second part got lost is found as far as it came, and is completed without a double."""
    proxy, adapter, one = proxied("Un", "Deux", "Trois")
    before = len(listed(bluesky, author))
    accepted: list[str] = []
    proxy.plan(Fate.PASS, fate, path=PUT)
    with pytest.raises(OutcomeUnknown):
        adapter.publish(one, accepted.append, now())
    assert len(accepted) == 1
    begun = adapter.find(one, window(one), frozenset())
    assert isinstance(begun, Begun)
    assert begun.remote_ids[0] == accepted[0]
    assert len(begun.remote_ids) == (2 if fate is Fate.LOSE_ANSWER else 1)
    assert begun.url is not None
    assert begun.url.endswith(accepted[0].rpartition("/")[2])
    resumed = replace(one, done=tuple(accepted))
    published = adapter.publish(resumed, accepted.append, now())
    assert accepted == list(published.remote_ids)
    records = [(stored(bluesky, uri) or {})["value"] for uri in accepted]
    assert [record["text"] for record in records] == ["Un", "Deux", "Trois"]
    assert [record.get("reply", {}).get("parent", {}).get("uri") for record in records] == [None, *accepted[:2]]
    assert [record.get("reply", {}).get("root", {}).get("uri") for record in records] == [None, *accepted[:1] * 2]
    assert len(listed(bluesky, author)) == before + 3
    assert adapter.find(resumed, window(one), frozenset()) == published


def test_a_thread_whose_beginning_was_deleted_is_not_continued(
    bluesky: BlueskyNetwork, adapter: Bluesky, secret: Secret, job: MakeJob
) -> None:
    """When somebody deleted the first part meanwhile, the rest has nothing to answer: refused in plain words."""
    one = job("Un", "Deux")
    accepted: list[str] = []
    adapter.publish(replace(one, content=Content(parts=one.content.parts[:1])), accepted.append, now())
    where = {"repo": secret["did"], "collection": POSTS, "rkey": accepted[0].rpartition("/")[2]}
    headers = {"Authorization": f"Bearer {secret['access_jwt']}"}
    requests.post(
        f"{bluesky.pds}/xrpc/com.atproto.repo.deleteRecord", json=where, headers=headers, timeout=20
    ).raise_for_status()
    with pytest.raises(Refused) as refused:
        adapter.publish(replace(one, done=tuple(accepted)), accepted.append, now())
    assert refused.value.problem.code == "bluesky_thread_broken"


def test_reading_back_says_when_it_could_not(proxied: Callable[..., tuple[LosingProxy, Bluesky, Job]]) -> None:
    """A read-back that got no answer proves nothing, and says so."""
    proxy, adapter, one = proxied("Illisible")
    proxy.plan(Fate.FAIL_AFTER, method="GET", path="getRecord")
    with pytest.raises(ReadBackUnavailable):
        adapter.find(one, window(one), frozenset())


def test_a_real_server_tells_what_it_still_takes(bluesky_with_limits: BlueskyNetwork, job: MakeJob) -> None:
    """The tightest of its limits (3 000 calls in five minutes), counted in posts of two points, less what was used."""
    author = bluesky_with_limits.accounts["presse.test"]
    account = Account(name="presse", network=NetworkName.BLUESKY, service=bluesky_with_limits.pds, handle=author.handle)
    adapter = Bluesky(open_to(bluesky_with_limits.pds))
    secret = adapter.refresh(account, {"password": author.app_password}, now())
    assert secret is not None

    first, second = (
        adapter.publish(job(text, account=account, secret=secret), lambda _uri: None, now()).allowance
        for text in ("Un", "Deux")
    )

    assert first is not None
    assert second is not None
    assert (first.limit, first.window) == (1500, timedelta(minutes=5))
    assert 1400 < second.remaining <= first.remaining < 1500
    assert timedelta(0) < second.resets_at - now() <= timedelta(minutes=5, seconds=1)


# What was made ready.


def test_pictures_that_are_not_there_stop_nothing_else(
    bluesky: BlueskyNetwork, adapter: Bluesky, author: BlueskyAccount, job: MakeJob
) -> None:
    """Pictures never uploaded, expired, or thrown away by the server: nothing is posted, they are to be made ready."""
    small = photograph(20, 20)
    one = job(Part(text="Un", media=(media(small, "Un pain"),)))
    result = adapter.prepare(one, lambda _item: small, now())
    assert result.expires_at is not None
    kept = json.loads(result.remote["picture.0.0"])
    kept["image"]["ref"]["$link"] = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
    before = listed(bluesky, author)
    attempts = {
        "never": one,
        "expired": ready(one, replace(result, expires_at=now())),
        "thrown away": ready(one, replace(result, remote={"picture.0.0": json.dumps(kept)})),
    }
    for attempt in attempts.values():
        with pytest.raises(PreparationLost):
            adapter.publish(attempt, lambda _uri: None, now())
    assert listed(bluesky, author) == before


def test_making_ready_goes_on_where_it_stopped(
    proxied: Callable[..., tuple[LosingProxy, Bluesky, Job]],
) -> None:
    """An upload that got lost is made again, the one before it is kept, and the post then goes out."""
    first, second = photograph(20, 20), photograph(30, 20)
    bodies = {media(first, "").key: first, media(second, "").key: second}
    proxy, adapter, one = proxied(Part(text="Deux", media=(media(first, "Un"), media(second, "Deux"))))
    proxy.plan(Fate.PASS, Fate.LOSE_ANSWER, path="uploadBlob")
    half = adapter.prepare(one, lambda item: bodies[item.key], now())
    assert half.look_at is not None
    whole = adapter.prepare(ready(one, half), lambda item: bodies[item.key], now())
    assert whole.look_at is None
    assert whole.expires_at == half.expires_at
    assert len([path for path, _fate in proxy.seen if "uploadBlob" in path]) == 3
    assert adapter.publish(ready(one, whole), lambda _uri: None, now()).remote_ids


def test_a_picture_over_the_server_s_limit_is_refused(
    bluesky: BlueskyNetwork, adapter: Bluesky, account: Account, secret: Secret
) -> None:
    """The server's own limit on files is a refusal that a person can understand."""
    repository = Repository(open_to(bluesky.pds), adapter.sessions, account, secret, now())
    with pytest.raises(Refused) as refused:
        repository.upload(bytes(6_000_000), "image/png")
    assert refused.value.problem.code == "bluesky_too_large"


# Signing in.


def expired(session: Secret) -> str:
    """An access token of this network that ended an hour ago, signed with its own key."""
    claims = json.loads(base64.urlsafe_b64decode(session["access_jwt"].split(".")[1] + "=="))
    ended = int((now() - timedelta(hours=1)).timestamp())
    return signed(claims | {"iat": ended - 7200, "exp": ended})


def signed(claims: dict[str, Any]) -> str:
    """A token, signed as the network's server does."""
    pieces = [
        base64.urlsafe_b64encode(json.dumps(piece).encode()).rstrip(b"=")
        for piece in ({"typ": "at+jwt", "alg": "HS256"}, claims)
    ]
    signature = hmac.new(b"jwt-secret", b".".join(pieces), hashlib.sha256).digest()
    return b".".join([*pieces, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def sign_ins(proxy: LosingProxy) -> list[str]:
    """The calls about sessions that were made, by name."""
    return [path.rpartition(".")[2] for path, _fate in proxy.seen if "com.atproto.server" in path]


def test_never_one_sign_in_per_post(
    losing: Callable[[str], LosingProxy],
    bluesky: BlueskyNetwork,
    account: Account,
    author: BlueskyAccount,
    job: MakeJob,
) -> None:
    """Ten posts with nothing but the password stored sign in once."""
    proxy = losing(bluesky.pds)
    adapter = Bluesky(open_to(proxy.url))
    through = account.model_copy(update={"service": proxy.url})
    for number in range(10):
        one = job(f"Post {number}", account=through, secret={"password": author.app_password})
        adapter.publish(one, lambda _uri: None, now())
    assert sign_ins(proxy) == ["createSession"]
    assert len([path for path, _fate in proxy.seen if PUT in path]) == 10


@pytest.mark.parametrize("said", ["expired", "refused", "nonsense"])
def test_a_token_that_is_not_good_any_more_is_replaced(
    said: str, losing: Callable[[str], LosingProxy], bluesky: BlueskyNetwork, author: BlueskyAccount, job: MakeJob
) -> None:
    """A stored token that has ended, is not accepted, or is none: the password opens a session of our own, once."""
    proxy = losing(bluesky.pds)
    adapter = Bluesky(open_to(proxy.url))
    through = Account(name="bluesky", network=NetworkName.BLUESKY, service=proxy.url, handle=author.handle)
    session = adapter.refresh(through, {"password": author.app_password}, now())
    assert session is not None
    late = expired(session)
    tokens = {"expired": late, "refused": late, "nonsense": "rien"}
    one = job("Jeton", account=through, secret={**session, "pds": proxy.url, "access_jwt": tokens[said]})
    # Asked at an hour when the token still looked good, the server is the one to say that it is not.
    when = now() - timedelta(hours=2) if said == "refused" else now()
    assert len(adapter.publish(one, lambda _uri: None, when).remote_ids) == 1
    assert sign_ins(proxy) == ["createSession", "createSession"]
    assert len([path for path, _fate in proxy.seen if PUT in path]) == (1 if said == "expired" else 2)
    again = job("Encore", account=through, secret=one.secret)
    assert len(adapter.publish(again, lambda _uri: None, when).remote_ids) == 1
    assert len(sign_ins(proxy)) == 2


def test_an_expired_token_is_said_as_such(bluesky: BlueskyNetwork, secret: Secret) -> None:
    """The server takes our expired token for a real one that has ended: the test above is no accident."""
    answer = requests.post(
        f"{bluesky.pds}/xrpc/com.atproto.repo.uploadBlob",
        data=b"x",
        headers={"Authorization": f"Bearer {expired(secret)}"},
        timeout=20,
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "ExpiredToken")


def test_tokens_are_renewed_before_they_end(adapter: Bluesky, account: Account, secret: Secret) -> None:
    """Fresh tokens are left alone; an hour later they are replaced by others that work; the password stays."""
    assert adapter.refresh(account, secret, now()) is None
    renewed = adapter.refresh(account, secret, now() + timedelta(minutes=55))
    assert renewed is not None
    assert renewed["access_jwt"] != secret["access_jwt"]
    assert {renewed[name] == secret[name] for name in ("password", "did", "pds")} == {True}


def test_a_dead_session_is_replaced_by_a_sign_in(adapter: Bluesky, account: Account, secret: Secret) -> None:
    """When the refresh token is not good any more, the app password opens a new session."""
    renewed = adapter.refresh(account, {**secret, "refresh_jwt": "rien"}, now() + timedelta(minutes=55))
    assert renewed is not None
    assert adapter.refresh(account, renewed, now()) is None


@pytest.mark.parametrize(
    ("given", "code"),
    [({"password": "pas-le-bon"}, "bluesky_password_refused"), ({}, "bluesky_password_missing")],
)
def test_a_password_that_is_not_good(
    given: Secret, code: str, adapter: Bluesky, account: Account, job: MakeJob
) -> None:
    """A wrong or missing password is a person's business, whoever finds it first."""
    calls: list[Callable[[], object]] = [
        lambda: adapter.check(account, given),
        lambda: adapter.refresh(account, given, now()),
        lambda: adapter.publish(job("Sans droit", secret=given), lambda _uri: None, now()),
    ]
    for call in calls:
        with pytest.raises(CredentialsExpired) as refused:
            call()
        assert refused.value.problem.code == code


def test_checking_an_account(adapter: Bluesky, account: Account, author: BlueskyAccount) -> None:
    """Checking says who the server says we are, and warns of the account's own password and of a changed name."""
    good = adapter.check(account, {"password": author.app_password})
    assert (good.name, good.problems) == (f"@{author.handle}", ())
    main = adapter.check(account, {"password": author.password})
    assert [problem.code for problem in main.problems] == ["bluesky_main_password"]
    by_did = adapter.check(account.model_copy(update={"handle": author.did}), {"password": author.app_password})
    assert [problem.code for problem in by_did.problems] == ["bluesky_other_name"]


def test_a_sign_in_that_got_lost_leaves_no_doubt(
    losing: Callable[[str], LosingProxy], bluesky: BlueskyNetwork, author: BlueskyAccount, job: MakeJob
) -> None:
    """When signing in gets no answer, or a bad one, nothing was posted: it is tried again, and nobody is asked."""
    proxy = losing(bluesky.pds)
    adapter = Bluesky(open_to(proxy.url))
    through = Account(name="bluesky", network=NetworkName.BLUESKY, service=proxy.url, handle=author.handle)
    one = job("Connexion perdue", account=through, secret={"password": author.app_password})
    proxy.plan(Fate.LOSE_ANSWER, Fate.CUT_ANSWER, Fate.FAIL_AFTER, path="createSession")
    for _attempt in range(3):
        with pytest.raises(Unreachable):
            adapter.publish(one, lambda _uri: None, now())
    assert len(adapter.publish(one, lambda _uri: None, now()).remote_ids) == 1
