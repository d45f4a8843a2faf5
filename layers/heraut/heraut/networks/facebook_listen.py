"""What is said to a Page on Facebook: comments under its posts, posts of visitors, and posts elsewhere that name it.

https://developers.facebook.com/docs/graph-api/reference/page-post/comments. A post tells when it was last spoken under
(`updated_time`), so a look reads the newest hundred posts, and the comments of those that moved. Once an hour it looks
at older posts too. Comments may come ranked whatever order was asked, so none is taken for the last one by its place.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from heraut.brands import NetworkName
from heraut.conversations.model import Answered, Author, Interaction, Kind
from heraut.due import instant, stamp
from heraut.networks.base import Heard, stable_id
from heraut.networks.graph_api import instant_of
from heraut.networks.graph_threads import Below, answered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from heraut.networks.graph_api import Graph

COMMENT = "id,from{id,name},message,created_time,parent{id},permalink_url,message_tags,attachment"
_WITH_REPLIES = f"{COMMENT},comments.order(reverse_chronological).limit(100){{{COMMENT}}}"
POST, PARENT = "post", "parent"  # of what is answered
_POSTED = "id,from{id,name},message,created_time,updated_time,permalink_url,status_type,full_picture"
_TAGGED = "id,from{id,name},message,created_time,permalink_url,status_type,full_picture"
_WITH_PHOTOS = "added_photos"
_PAGE = "100"
_OLD_POSTS = 10  # pages of a hundred that are looked at once an hour
_MOST_COMMENTS = 20  # pages of a hundred, under one post
_MOST_TAGGED = 10
_HOURLY = timedelta(hours=1)
_LATE = timedelta(minutes=10)  # that a comment may take to be listed
NAMELESS = {"fr": "Quelqu'un", "en": "Somebody"}  # Meta names nobody who did not let it


def listen(graph: Graph, brand: str, cursor: str | None) -> Heard:
    """Read what came since the cursor; without one, only where to begin."""
    now = graph.now
    me = graph.page().id
    if cursor is None:
        return Heard((), (), json.dumps({"began": stamp(now), "heard": stamp(now), "deep": stamp(now)}))
    try:
        return _Look(graph, brand, me, json.loads(cursor)).heard()
    except (KeyError, TypeError, ValueError, AttributeError):
        raise graph.unclear() from None


class _Look:
    """One look from a cursor: since when, whether at old posts too, and whether all of it could be read."""

    def __init__(self, graph: Graph, brand: str, me: str, begun: dict[str, str]) -> None:
        self._graph, self._brand, self._me, self._begun = graph, brand, me, begun
        self._deep = instant(begun["deep"]) + _HOURLY <= graph.now
        self._since = max(instant(begun["began"]), instant(begun["heard"]) - _LATE)
        if self._deep:  # an old post may have moved at any time since the last look at old ones
            self._since = min(self._since, max(instant(begun["began"]), instant(begun["deep"]) - _LATE))
        self._newest = instant(begun["heard"])
        self._whole = True

    def heard(self) -> Heard:
        """Read it."""
        interactions: list[Interaction] = []
        answers: list[Answered] = []
        for post in self._posts():
            if self._visited(post):
                interactions.append(self._mention(post))
            comments = self._comments(post)
            interactions += [self._interaction(post, one) for one in comments if not self._is_ours(one)]
            answers += [found for one in comments if self._is_ours(one) for found in self._answer(post, one)]
        interactions += [self._mention(post) for post in self._tagged()]
        self._newest = max([self._newest, *(one.at for one in interactions), *(one.at for one in answers)])
        return Heard(
            interactions=tuple(sorted(interactions, key=lambda one: (one.at, one.id))),
            answers=tuple(sorted(answers, key=lambda one: (one.at, one.id))),
            cursor=self._cursor(),
        )

    def _cursor(self) -> str:
        if not self._whole:
            return json.dumps(self._begun)  # the same is read again, what is known is left out
        deep = stamp(self._graph.now) if self._deep else self._begun["deep"]
        return json.dumps({"began": self._begun["began"], "heard": stamp(self._newest), "deep": deep})

    def _posts(self) -> list[dict[str, Any]]:
        """Give the posts under which somebody spoke since."""
        most = _OLD_POSTS if self._deep else 1
        posts, _ = self._graph.stretch(f"{self._me}/feed", most, {"fields": _POSTED, "limit": _PAGE})
        return [post for post in posts if instant_of(post.get("updated_time") or post["created_time"]) >= self._since]

    def _comments(self, post: dict[str, Any]) -> list[dict[str, Any]]:
        since = str(int(self._since.timestamp()))
        asked = {"fields": COMMENT, "filter": "stream", "order": "chronological", "since": since, "limit": _PAGE}
        path = f"{self._graph.node(str(post['id']))}/comments"
        found, whole = self._graph.stretch(path, _MOST_COMMENTS, asked)
        self._whole &= whole
        return [one for one in found if instant_of(one["created_time"]) >= self._since]

    def _tagged(self) -> list[dict[str, Any]]:
        def enough(page: list[dict[str, Any]]) -> bool:
            return not page or instant_of(page[-1]["created_time"]) < self._since

        found, whole = self._graph.stretch(
            f"{self._me}/tagged", _MOST_TAGGED, {"fields": _TAGGED, "limit": _PAGE}, enough
        )
        self._whole &= whole
        return [one for one in found if instant_of(one["created_time"]) >= self._since and not self._is_ours(one)]

    def _visited(self, post: dict[str, Any]) -> bool:
        return instant_of(post["created_time"]) >= self._since and not self._is_ours(post)

    def _is_ours(self, one: dict[str, Any]) -> bool:
        author = one.get("from")
        return isinstance(author, dict) and author.get("id") == self._me

    def _interaction(self, post: dict[str, Any], comment: dict[str, Any]) -> Interaction:
        return commented(
            self._graph,
            self._brand,
            comment=str(comment["id"]),
            post=str(post["id"]),
            parent=parent_of(comment),
            author=author_of(self._graph, comment.get("from"), str(comment["id"])),
            text=str(comment.get("message") or ""),
            at=instant_of(comment["created_time"]),
            url=comment.get("permalink_url"),
            pictures=attached(comment.get("attachment")),
            mentions=tagged(comment.get("message_tags")),
        )

    def _mention(self, post: dict[str, Any]) -> Interaction:
        return mentioned(
            self._graph,
            self._brand,
            post=str(post["id"]),
            author=author_of(self._graph, post.get("from"), str(post["id"])),
            text=str(post.get("message") or ""),
            at=instant_of(post["created_time"]),
            url=post.get("permalink_url"),
            pictures=photo_of(post),
        )

    def _answer(self, post: dict[str, Any], ours: dict[str, Any]) -> Iterator[Answered]:
        parent = parent_of(ours)
        if parent is None:
            yield Answered(id=str(ours["id"]), to=str(post["id"]), at=instant_of(ours["created_time"]))
            return
        top = self._graph.read(self._graph.node(parent), fields=_WITH_REPLIES)
        replies = top.get("comments")
        below = self._graph.entries(replies) if isinstance(replies, dict) else []
        people = {
            str(one["from"]["id"]): str(one["from"].get("name") or "") for one in (top, *below) if one.get("from")
        }
        yield from answered(_below(ours, people), _below(top), [_below(one) for one in below], self._me)


def commented(
    graph: Graph,
    brand: str,
    *,
    comment: str,
    post: str,
    parent: str | None,
    author: Author,
    text: str,
    at: datetime,
    url: str | None,
    pictures: tuple[str, ...] = (),
    mentions: tuple[str, ...] = (),
) -> Interaction:
    """Make the interaction of a comment, the same whether it was read or sent to us."""
    return Interaction(
        brand=brand,
        account=graph.account.name,
        network=NetworkName.FACEBOOK,
        id=comment,
        kind=Kind.REPLY if parent else Kind.COMMENT,
        author=author,
        text=text,
        answers=parent or post,
        thread=post,
        at=at,
        url=url or address(comment),
        reference={POST: post} | ({PARENT: parent} if parent else {}),
        pictures=pictures,
        mentions=mentions,
    )


def mentioned(
    graph: Graph,
    brand: str,
    *,
    post: str,
    author: Author,
    text: str,
    at: datetime,
    url: str | None,
    pictures: tuple[str, ...] = (),
) -> Interaction:
    """Make the interaction of a post that somebody else wrote, on the Page or naming it."""
    return Interaction(
        brand=brand,
        account=graph.account.name,
        network=NetworkName.FACEBOOK,
        id=post,
        kind=Kind.MENTION,
        author=author,
        text=text,
        thread=post,
        at=at,
        url=url or address(post),
        pictures=pictures,
    )


def attached(attachment: object) -> tuple[str, ...]:
    """Give the photo that a comment shows: no sticker, film, nor what stands behind a link.

    https://developers.facebook.com/docs/graph-api/reference/story-attachment; addresses stop working after some days.
    """
    if not isinstance(attachment, dict) or attachment.get("type") != "photo":
        return ()
    media = attachment.get("media")
    image = media.get("image") if isinstance(media, dict) else None
    source = image.get("src") if isinstance(image, dict) else None
    return (source,) if isinstance(source, str) else ()


def shown(graph: Graph, said: Interaction) -> tuple[str, ...]:
    """Read again what a comment, or a post of somebody else's, shows."""
    node = graph.node(said.id)
    if said.kind is Kind.MENTION:
        return photo_of(graph.read(node, fields="status_type,full_picture"))
    return attached(graph.read(node, fields="attachment").get("attachment"))


def photo_of(post: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the first photo of a post that adds photos: `full_picture` is a link's preview elsewhere."""
    source = post.get("full_picture")
    return (source,) if post.get("status_type") == _WITH_PHOTOS and isinstance(source, str) else ()


def author_of(graph: Graph, told: object, node: str) -> Author:
    """Say who spoke: people on Facebook have names and no handles, and some are not told at all."""
    if isinstance(told, dict) and told.get("id"):
        return Author(id=str(told["id"]), name=str(told.get("name") or _nameless(graph)))
    return Author(id=f"?{node}", name=_nameless(graph))


def tagged(told: object) -> tuple[str, ...]:
    """Give the people and Pages that a comment tags, once each, by their stable ids."""
    tags = [one for one in (told if isinstance(told, list) else ()) if isinstance(one, dict) and one.get("id")]
    return tuple(dict.fromkeys(stable_id(NetworkName.FACEBOOK, str(one["id"])) for one in tags))


def parent_of(comment: Mapping[str, Any]) -> str | None:
    """Give the comment below which a comment stands, None at the top."""
    parent = comment.get("parent")
    return str(parent["id"]) if isinstance(parent, dict) and parent.get("id") else None


def address(node: str) -> str:
    """Give where a post or comment is read."""
    return f"https://www.facebook.com/{node}"


def _nameless(graph: Graph) -> str:
    return NAMELESS[graph.account.language or "fr"]


def _below(comment: dict[str, Any], people: Mapping[str, str] | None = None) -> Below:
    """Place a comment; of `people` (names by id), it names those that it tags, or begins with."""
    author, tags = comment.get("from"), comment.get("message_tags")
    told: Sequence[Any] = tags if isinstance(tags, list) else ()
    tagged = {str(one["id"]) for one in told if isinstance(one, dict) and one.get("id")}
    said = str(comment.get("message") or "")
    return Below(
        id=str(comment["id"]),
        author=str(author["id"]) if isinstance(author, dict) else f"?{comment['id']}",
        at=instant_of(comment["created_time"]),
        names=frozenset(tagged | {one for one, name in (people or {}).items() if name and said.startswith(name)}),
    )
