"""Rooms for two on real networks: an account that listens, and a person who may say and be answered something."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests

from heraut.brands import Account, NetworkName
from heraut.conversations import Answered, Interaction
from heraut.networks.base import Heard, Listens
from tests.peers.bluesky_network import BlueskyNetwork
from tests.peers.mastodon_jobs import adapter as mastodon_adapter
from tests.peers.servers import until
from tests.peers.snac_server import SnacServer
from tests.peers.test_bluesky import open_to

PATIENCE = 45  # seconds: snac delivers to its own users within twenty


@dataclass
class Room:
    """An account that listens, and a person on the same network who may say and be answered something.

    `say(text, answers, mention)` gives the id of what the person wrote, `answer(text, to)` of what the account wrote.
    """

    adapter: Listens
    account: Account
    secret: dict[str, str]
    say: Callable[..., str]
    answer: Callable[[str, str], str]
    post: Callable[[str], str]
    heard: list[Interaction] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)
    cursor: str | None = None

    def listen(self) -> Heard:
        """Listen once, and go on from there the next time."""
        heard = self.adapter.listen("atelier", self.account, self.secret, self.cursor, datetime.now(UTC))
        self.cursor = heard.cursor
        self.heard += [one for one in heard.interactions if one.id not in {known.id for known in self.heard}]
        self.answers += [one for one in heard.answers if one.id not in {known.id for known in self.answers}]
        return heard

    def hears(self, count: int, answers: int = 0) -> bool:
        """Listen, and say whether so many came by now, and so many answers of our own."""
        self.listen()
        return len(self.heard) >= count and len(self.answers) >= answers


def room_on_bluesky(bluesky: BlueskyNetwork) -> Room:
    """Put `atelier.test` and `lecteur.test` into a room."""
    ours, theirs = bluesky.accounts["atelier.test"], bluesky.accounts["lecteur.test"]

    def signed_in(handle: str, password: str) -> str:
        body = {"identifier": handle, "password": password}
        answer = requests.post(f"{bluesky.pds}/xrpc/com.atproto.server.createSession", json=body, timeout=10)
        return str(answer.json()["accessJwt"])

    tokens = {one.did: signed_in(one.handle, one.app_password) for one in (ours, theirs)}
    kept: dict[str, dict[str, Any]] = {}

    def write(
        did: str, text: str, answers: str | None = None, mention: str | None = None, at: datetime | None = None
    ) -> str:
        record: dict[str, Any] = {"$type": "app.bsky.feed.post", "text": text, "langs": ["fr"]}
        record["createdAt"] = (at or datetime.now(UTC)).isoformat().replace("+00:00", "Z")
        if answers:
            parent = kept[answers]
            record["reply"] = {"root": parent.get("root", parent["ref"]), "parent": parent["ref"]}
        if mention:
            place = {"byteStart": 0, "byteEnd": len(f"@{ours.handle}")}
            feature = {"$type": "app.bsky.richtext.facet#mention", "did": mention}
            record["facets"] = [{"index": place, "features": [feature]}]
        answer = requests.post(
            f"{bluesky.pds}/xrpc/com.atproto.repo.createRecord",
            json={"repo": did, "collection": "app.bsky.feed.post", "record": record},
            headers={"Authorization": f"Bearer {tokens[did]}"},
            timeout=10,
        )
        answer.raise_for_status()
        reference = {"uri": answer.json()["uri"], "cid": answer.json()["cid"]}
        kept[reference["uri"]] = {"ref": reference} | ({"root": record["reply"]["root"]} if answers else {})
        return str(reference["uri"])

    def say(text: str, answers: str | None = None, *, mention: bool = False, at: datetime | None = None) -> str:
        said = f"@{ours.handle} {text}" if mention else text
        return write(theirs.did, said, answers, ours.did if mention else None, at)

    def post(text: str) -> str:
        """Write a post that readers see: a reply that is indexed before it is told to nobody, and nobody writes one."""
        uri = write(ours.did, text)
        until(lambda: seen(uri), seconds=PATIENCE)
        return uri

    def seen(uri: str) -> list[Any]:
        found = requests.get(f"{bluesky.appview}/xrpc/app.bsky.feed.getPosts", params={"uris": uri}, timeout=20)
        posts: list[Any] = found.json()["posts"]
        return posts

    return Room(
        adapter=open_to_bluesky(bluesky),
        account=Account(name="bluesky", network=NetworkName.BLUESKY, service=bluesky.pds, handle=ours.handle),
        secret={"password": ours.app_password},
        say=say,
        answer=lambda text, to: write(ours.did, text, to),
        post=post,
    )


def open_to_bluesky(network: BlueskyNetwork) -> Listens:
    """The adapter, which reaches this network."""
    from heraut.networks.bluesky import Bluesky

    return Bluesky(open_to(network.pds))


def room_on_snac(snac: SnacServer) -> Room:
    """Put `mairie` and `lectrice` into a room."""

    def write(user: str, text: str, answers: str | None = None) -> str:
        headers = {"Authorization": f"Bearer {snac.tokens[user]}"}
        body = {"status": text} | ({"in_reply_to_id": answers} if answers else {})
        answer = requests.post(f"{snac.url}/api/v1/statuses", data=body, headers=headers, timeout=10)
        answer.raise_for_status()
        return str(answer.json()["id"])

    def say(text: str, answers: str | None = None, *, mention: bool = False) -> str:
        host = re.sub(r"^https?://", "", snac.url)
        return write("lectrice", f"@mairie@{host} {text}" if mention or answers else text, answers)

    return Room(
        adapter=mastodon_adapter(snac.url),
        account=Account(name="mastodon", network=NetworkName.MASTODON, instance=snac.url),
        secret={"access_token": snac.tokens["mairie"]},
        say=say,
        answer=lambda text, to: write("mairie", text, to),
        post=lambda text: write("mairie", text),
    )
