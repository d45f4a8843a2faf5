"""What Bluesky tells of a post becomes an interaction, with the pictures that it shows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from heraut.brands import Account, NetworkName
from heraut.networks import bluesky_listen
from heraut.networks.bluesky_repository import Repository

DID = "did:plc:zoe"
CURSOR = '{"heard": "", "first": "", "said": ""}'
IMAGES = {"$type": "app.bsky.embed.images", "images": [{"alt": "Un gâteau", "image": {"ref": {"$link": "b"}}}]}


def uri(number: int) -> str:
    """Name a post."""
    return f"at://{DID}/app.bsky.feed.post/3k{number:011}"


def told(number: int, embed: dict[str, Any] | None) -> dict[str, Any]:
    """A notification of a mention."""
    record = {"text": "Miam", "langs": ["fr"]} | ({"embed": embed} if embed else {})
    author = {"did": DID, "handle": "zoe.example"}
    at = f"2026-11-23T08:00:{number:02}.000Z"
    return {"uri": uri(number), "cid": "c", "reason": "mention", "author": author, "record": record, "indexedAt": at}


class Server:
    """The readers' server: lists what came, and shows posts as they are read there."""

    def __init__(self, *came: dict[str, Any], posts: list[dict[str, Any]]) -> None:
        self.came, self.posts = came, posts
        self.asked: list[Any] = []
        self.account = Account(name="bsky", network=NetworkName.BLUESKY)
        self.session = SimpleNamespace(did="did:plc:martin")

    def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Answer a call."""
        if method == "app.bsky.feed.getPosts":
            self.asked.append(params["uris"])
            return {"posts": [one for one in self.posts if one["uri"] in params["uris"]]}
        return {"notifications": list(reversed(self.came))} if "notification" in method else {"records": []}


def heard(server: Server) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Give the pictures of each interaction, with their descriptions."""
    found = bluesky_listen.listen(cast("Repository", server), "martin", CURSOR).interactions
    return [(one.pictures, one.picture_texts) for one in found]


def test_pictures_are_heard_where_readers_see_them() -> None:
    """Alone or beside a quoted post, with their descriptions; what is gone meanwhile shows none."""
    view = {"images": [{"fullsize": "https://cdn.example/b", "thumb": "https://cdn.example/t", "alt": "Un gâteau"}]}
    came = [told(1, IMAGES), told(2, {"media": IMAGES, "record": {}}), told(3, IMAGES), told(4, None)]
    server = Server(*came, posts=[{"uri": uri(1), "embed": view}, {"uri": uri(2), "embed": {"media": view}}])

    one = (("https://cdn.example/b",), ("Un gâteau",))
    assert heard(server) == [one, one, ((), ()), ((), ())]
    assert server.asked == [[uri(3), uri(2), uri(1)]]


def test_only_posts_that_show_pictures_are_asked_for_twenty_five_at_a_time() -> None:
    """A look at words alone costs no call more."""
    silent, busy = Server(told(1, None), posts=[]), Server(*(told(one, IMAGES) for one in range(30)), posts=[])
    heard(silent)
    heard(busy)

    assert silent.asked == []
    assert [len(uris) for uris in busy.asked] == [25, 5]


def test_a_film_or_a_card_is_no_picture() -> None:
    """Whatever else is embedded, in whatever shape."""
    odd: list[Any] = [{"$type": "app.bsky.embed.video"}, {"external": {"uri": "x"}}, {"images": "none"}, {"media": 3}]
    server = Server(*(told(number, embed) for number, embed in enumerate(odd)), posts=[])

    assert heard(server) == [((), ())] * 4
    assert server.asked == []
