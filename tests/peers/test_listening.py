"""What is said to an account on real networks is heard, once each, and what the account answers itself is noticed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from heraut.brands import Account, NetworkName
from heraut.conversations import Answered, Interaction, Kind
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


@pytest.fixture(name="on_bluesky")
def _on_bluesky(bluesky: BlueskyNetwork) -> Room:
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


@pytest.fixture(name="on_snac")
def _on_snac(snac: SnacServer) -> Room:
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


@pytest.fixture(name="room", params=["bluesky", "snac"])
def _room(request: pytest.FixtureRequest) -> Room:
    room: Room = request.getfixturevalue(f"on_{request.param}")
    return room


def test_nothing_of_the_past_is_heard_the_first_time(room: Room) -> None:
    """An account that was just connected does not open an alert for each comment of last year."""
    room.listen()
    room.say("C'était il y a longtemps", room.post("Un vieux billet"))
    until(lambda: room.hears(1), seconds=PATIENCE)
    late = replace(room, cursor=None, heard=[], answers=[])

    first = late.listen()

    assert (first.interactions, first.answers) == ((), ())
    assert late.cursor


def test_each_reply_is_heard_once_and_our_answer_is_noticed(room: Room) -> None:
    """Who, what, under which post; nothing is left out between two looks; an answer of ours names what it answers."""
    ours = room.post("Demain, atelier pain d'épices à 14 h")
    room.listen()
    room.say("Peut-on venir avec des enfants ?", ours)
    until(lambda: room.hears(1), seconds=PATIENCE)
    room.say("Et le chien ?", ours)
    until(lambda: room.hears(2), seconds=PATIENCE)
    room.listen()

    children, dog = room.heard
    assert "Peut-on venir avec des enfants" in children.text
    assert "Et le chien" in dog.text
    assert {(one.kind, one.answers, one.thread) for one in room.heard} == {(Kind.REPLY, ours, ours)}
    assert {re.split("[@.]", one.author.handle.removeprefix("@"))[0] for one in room.heard} <= {"lecteur", "lectrice"}
    assert abs((dog.at - datetime.now(UTC)).total_seconds()) < 3 * PATIENCE

    answered = room.answer("Oui, à partir de six ans !", children.id)
    until(lambda: room.hears(2, answers=1), seconds=PATIENCE)
    assert [(one.id, one.to) for one in room.answers] == [(answered, children.id)]
    assert len(room.heard) == 2


def test_what_appears_behind_what_was_heard_is_heard_on_bluesky(on_bluesky: Room) -> None:
    """A writer's clock that is slow, or a list that was late, hides nothing: lists follow those clocks."""
    room = on_bluesky
    ours = room.post("Une brioche pour le goûter ?")
    room.listen()
    earlier = datetime.now(UTC) - timedelta(milliseconds=100)
    room.say("Oui !", ours)
    until(lambda: room.hears(1), seconds=PATIENCE)

    room.say("Avec du sucre ?", ours, at=earlier)

    until(lambda: room.hears(2), seconds=PATIENCE)
    assert [one.text for one in room.heard] == ["Oui !", "Avec du sucre ?"]


def test_a_mention_is_heard_on_bluesky(on_bluesky: Room) -> None:
    """A mention begins a thread of its own; snac does not find its own users in a text on a port of loopback."""
    room = on_bluesky
    room.listen()
    said = room.say("êtes-vous ouverts lundi ?", mention=True)

    until(lambda: said in {one.id for one in room.listen().interactions + tuple(room.heard)}, seconds=PATIENCE)

    (mention,) = [one for one in room.heard if one.id == said]
    assert (mention.kind, mention.answers, mention.thread) == (Kind.MENTION, None, said)
    assert (mention.author.handle, mention.language) == ("@lecteur.test", "fr")
