"""People who take part under an account's posts on real networks: they comment, like, repost and follow there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import requests

from heraut.brands import Account, EntryKind, NetworkName
from heraut.networks.base import Entry, Listed
from heraut.networks.bluesky import Bluesky
from heraut.networks.mastodon import Mastodon
from tests.peers.bluesky_network import BlueskyNetwork
from tests.peers.mastodon_jobs import adapter as mastodon_adapter
from tests.peers.servers import until
from tests.peers.snac_server import SnacServer
from tests.peers.test_bluesky import open_to

PATIENCE = 45  # seconds: snac delivers to its own users within twenty
KINDS = {EntryKind.LIKE: "app.bsky.feed.like", EntryKind.REPOST: "app.bsky.feed.repost"}


@dataclass
class Crowd:
    """An account, and people who take part.

    `post(text)` and `comment(post, who, text, below, naming)` give the id of what was written; `read(id)` gives its
    text, `edit(who, id, text)` and `remove(who, id)` change it and take it away; `do` and `undo` are a like or a
    repost, `follow` and `unfollow` of the account. `called` is somebody's stable id.
    """

    adapter: Bluesky | Mastodon
    account: Account
    secret: dict[str, str]
    post: Callable[[str], str]
    comment: Callable[..., str]
    read: Callable[[str], str]
    edit: Callable[[str, str, str], None]
    remove: Callable[[str, str], None]
    do: Callable[[EntryKind, str, str], None]
    undo: Callable[[EntryKind, str, str], None]
    follow: Callable[[str], None]
    unfollow: Callable[[str], None]
    called: Callable[[str], str]
    addresses: Callable[[str], list[str]]
    pages: list[Listed] = field(default_factory=list)

    def walk(self, kind: EntryKind, post: str) -> list[Entry]:
        """Read every page."""
        self.pages = [self.adapter.entries(self.account, self.secret, kind, post, None, datetime.now(UTC))]
        while (cursor := self.pages[-1].cursor) is not None:
            self.pages.append(self.adapter.entries(self.account, self.secret, kind, post, cursor, datetime.now(UTC)))
        return [one for page in self.pages for one in page.entries]

    def lists(self, kind: EntryKind, post: str, *who: str) -> list[Entry]:
        """Wait until these and nobody else are listed, each once, and give how."""
        wanted = sorted(self.called(one) for one in who)

        def listed() -> tuple[list[Entry]] | None:
            found = self.walk(kind, post)
            return (found,) if sorted(one.by or "" for one in found) == wanted else None

        return until(listed, seconds=PATIENCE)[0]

    def followers(self, local: list[str]) -> frozenset[str]:
        """Ask who of these follows."""
        return self.adapter.follows(self.account, self.secret, local, datetime.now(UTC))


class BlueskyPeople:
    """People who sign up on the network, and write into their repositories as an application does, around `us`."""

    def __init__(self, network: BlueskyNetwork, us: str = "atelier") -> None:
        self._network = network
        self.us = us
        self._tokens: dict[str, str] = {}
        self._dids = {handle.removesuffix(".test"): one.did for handle, one in network.accounts.items()}
        self._references: dict[str, dict[str, str]] = {}
        self._roots: dict[str, dict[str, str]] = {}
        self._made: dict[tuple[str, str, str], str] = {}

    def did(self, who: str) -> str:
        """Give who somebody is; whoever has no account yet makes one, who made one in another test signs in."""
        if who not in self._dids:
            handle, password = f"{who}.test", f"password of {who}"
            found = requests.get(
                f"{self._network.pds}/xrpc/com.atproto.identity.resolveHandle", params={"handle": handle}, timeout=20
            )
            if found.ok:
                made = self._post("com.atproto.server.createSession", {"identifier": handle, "password": password}, {})
            else:
                asked = {"handle": handle, "email": f"{who}@mail.test", "password": password}
                made = self._post("com.atproto.server.createAccount", asked, {})
            self._dids[who], self._tokens[who] = made["did"], made["accessJwt"]
        return self._dids[who]

    def call(self, who: str, method: str, body: dict[str, Any]) -> dict[str, Any]:
        self.did(who)
        if who not in self._tokens:
            one = self._network.accounts[f"{who}.test"]
            session = {"identifier": one.handle, "password": one.app_password}
            self._tokens[who] = self._post("com.atproto.server.createSession", session, {})["accessJwt"]
        return self._post(method, body, {"Authorization": f"Bearer {self._tokens[who]}"})

    def _post(self, method: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        answer = requests.post(f"{self._network.pds}/xrpc/{method}", json=body, headers=headers, timeout=20)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def write(self, who: str, collection: str, record: dict[str, Any]) -> dict[str, str]:
        dated = {"$type": collection, "createdAt": datetime.now(UTC).isoformat().replace("+00:00", "Z"), **record}
        body = {"repo": self.did(who), "collection": collection, "record": dated}
        made = self.call(who, "com.atproto.repo.createRecord", body)
        return {"uri": made["uri"], "cid": made["cid"]}

    def post(self, text: str) -> str:
        made = self.write(self.us, "app.bsky.feed.post", {"text": text})
        self.see(made["uri"])
        return made["uri"]

    def see(self, post: str) -> None:
        """Wait until readers see a post, whoever put it online, so that it can be commented."""
        address = f"{self._network.appview}/xrpc/app.bsky.feed.getPosts"
        asked = {"uris": post}
        (seen,) = until(lambda: requests.get(address, params=asked, timeout=20).json()["posts"], seconds=PATIENCE)
        self._references[post] = self._roots[post] = {"uri": seen["uri"], "cid": seen["cid"]}

    def comment(self, post: str, who: str, text: str, below: str | None = None, naming: tuple[str, ...] = ()) -> str:
        to = below or post
        record: dict[str, Any] = {"text": text, "reply": {"root": self._roots[to], "parent": self._references[to]}}
        record["facets"] = [self._mention(text, one) for one in naming]
        made = self.write(who, "app.bsky.feed.post", record)
        self._references[made["uri"]], self._roots[made["uri"]] = made, self._roots[to]
        return made["uri"]

    def _mention(self, text: str, who: str) -> dict[str, Any]:
        name = f"@{who}.test"
        begin = text.encode().index(name.encode())
        feature = {"$type": "app.bsky.richtext.facet#mention", "did": self.did(who)}
        return {"index": {"byteStart": begin, "byteEnd": begin + len(name)}, "features": [feature]}

    def edit(self, who: str, address: str, text: str) -> None:
        collection, rkey = address.split("/")[3:]
        where = {"repo": self.did(who), "collection": collection, "rkey": rkey}
        self.call(who, "com.atproto.repo.putRecord", {**where, "record": {**self._record(address), "text": text}})

    def read(self, address: str) -> str:
        return str(self._record(address)["text"])

    def _record(self, address: str) -> dict[str, Any]:
        repo, collection, rkey = address.removeprefix("at://").split("/")
        where = {"repo": repo, "collection": collection, "rkey": rkey}
        answer = requests.get(f"{self._network.pds}/xrpc/com.atproto.repo.getRecord", params=where, timeout=20)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()["value"]
        return found

    def remove(self, who: str, address: str) -> None:
        collection, rkey = address.split("/")[3:]
        body = {"repo": self.did(who), "collection": collection, "rkey": rkey}
        self.call(who, "com.atproto.repo.deleteRecord", body)

    def do(self, kind: EntryKind, post: str, who: str, at: str | None = None) -> None:
        record = {"subject": self._references[post]} | ({"createdAt": at} if at else {})
        self._made[kind, post, who] = self.write(who, KINDS[kind], record)["uri"]

    def undo(self, kind: EntryKind, post: str, who: str) -> None:
        self.remove(who, self._made.pop((kind, post, who)))

    def follow(self, who: str) -> None:
        made = self.write(who, "app.bsky.graph.follow", {"subject": self.did(self.us)})
        self._made["follow", "", who] = made["uri"]

    def unfollow(self, who: str) -> None:
        self.remove(who, self._made.pop(("follow", "", who)))


def crowd_on_bluesky(network: BlueskyNetwork, people: BlueskyPeople) -> Crowd:
    """Put people around their `us`."""
    ours = network.accounts[f"{people.us}.test"]
    return Crowd(
        adapter=Bluesky(open_to(network.pds)),
        account=Account(name="bluesky", network=NetworkName.BLUESKY, service=network.pds, handle=ours.handle),
        secret={"password": ours.app_password},
        post=people.post,
        comment=people.comment,
        read=people.read,
        edit=people.edit,
        remove=people.remove,
        do=people.do,
        undo=people.undo,
        follow=people.follow,
        unfollow=people.unfollow,
        called=lambda who: f"bluesky:{people.did(who)}",
        addresses=lambda post: [f"https://bsky.app/profile/{ours.handle}/post/{post.rpartition('/')[2]}", post],
    )


def crowd_on_snac(server: SnacServer) -> Crowd:
    """Put people around `mairie`: they write by the API, and like, repost and delete on the server's own pages.

    Its API likes only what is in one's timeline, and deletes nothing.
    """
    addresses: dict[str, str] = {}
    buttons = {EntryKind.LIKE: ("Like", "Unlike"), EntryKind.REPOST: ("Boost", "Unboost")}

    def ask(who: str, method: str, path: str, **data: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {server.tokens[who]}"}
        answer = requests.request(method, f"{server.url}/api/v1/{path}", data=data, headers=headers, timeout=20)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def press(who: str, button: str, remote: str) -> None:
        asked = {"action": button, "id": addresses[remote]}
        sign_in = (who, server.passwords[who])
        answer = requests.post(
            f"{server.url}/{who}/admin/action", data=asked, auth=sign_in, allow_redirects=False, timeout=20
        )
        assert answer.status_code == HTTPStatus.SEE_OTHER

    def write(who: str, text: str, **more: str) -> str:
        made = ask(who, "POST", "statuses", status=text, **more)
        addresses[made["id"]] = made["uri"]
        return str(made["id"])

    def comment(post: str, who: str, text: str, below: str | None = None, naming: tuple[str, ...] = ()) -> str:
        assert not naming, "snac does not find its own users in a text on a port of loopback"
        return write(who, text, in_reply_to_id=below or post)

    def edit(who: str, remote: str, text: str) -> None:
        ask(who, "PUT", f"statuses/{remote}", status=text)

    def follow(who: str, deed: str = "follow") -> None:
        me = ask("mairie", "GET", "accounts/verify_credentials")["id"]
        ask(who, "POST", f"accounts/{me}/{deed}")

    return Crowd(
        adapter=mastodon_adapter(server.url),
        account=Account(name="mastodon", network=NetworkName.MASTODON, instance=server.url),
        secret={"access_token": server.tokens["mairie"]},
        post=lambda text: write("mairie", text),
        comment=comment,
        read=lambda remote: str(ask("mairie", "GET", f"statuses/{remote}")["text"]),
        edit=edit,
        remove=lambda who, remote: press(who, "Delete", remote),
        do=lambda kind, post, who: press(who, buttons[kind][0], post),
        undo=lambda kind, post, who: press(who, buttons[kind][1], post),
        follow=follow,
        unfollow=lambda who: follow(who, "unfollow"),
        called=lambda who: f"mastodon:{server.url}/{who}",
        addresses=lambda post: [addresses[post], ask("mairie", "GET", f"statuses/{post}")["url"], post],
    )
