"""What is said to an account on Instagram: comments and replies under its posts, and posts that tag it.

https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/comments: fifty first
comments a page, newest first, their replies below them, and nothing that asks "since". A post tells how many comments
it has, so a look reads the comments of those whose number changed; once an hour it looks at older posts too.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from heraut.brands import NetworkName
from heraut.conversations.model import Answered, Author, Interaction, Kind
from heraut.due import instant, stamp
from heraut.networks.base import Heard
from heraut.networks.graph_api import following, instant_of
from heraut.networks.graph_threads import Below, answered
from heraut.networks.instagram_words import mentioned_in, names_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from heraut.networks.graph_api import Graph, Who

REPLY = "id,text,timestamp,username,from{id,username},parent_id"
PARENT, MENTIONED, TAGGED = "parent", "mentioned", "tagged"  # of what is answered
_FIRST = f"id,text,timestamp,username,from{{id,username}},replies.limit(50){{{REPLY}}}"
_MEDIA = "id,permalink,comments_count,timestamp"
SHOWN = "media_type,media_url,children{media_type,media_url}"  # of a post of somebody else's
_TAGS = f"id,caption,permalink,timestamp,username,{SHOWN}"
_PAGE, _COMMENTS = "100", "50"
_OLD_MEDIA = 10  # pages of a hundred that are looked at once an hour
_MOST_COMMENTS = 20  # pages of fifty, under one post
_MOST_REPLIES = 10
_MOST_TAGS = 10
_HOURLY = timedelta(hours=1)
_LATE = timedelta(hours=1)  # that a comment may take to be listed
_REPLIED_AFTER = timedelta(days=30)  # replies to older comments come by webhook, or not at all


def listen(graph: Graph, brand: str, cursor: str | None) -> Heard:
    """Read what came since the cursor; without one, only where to begin."""
    me, now = graph.instagram(), graph.now
    try:
        if cursor is None:
            posts, _ = graph.stretch(f"{me.id}/media", _OLD_MEDIA, {"fields": _MEDIA, "limit": _PAGE})
            counts = {str(one["id"]): int(one.get("comments_count") or 0) for one in posts}
            begun = {"began": stamp(now), "heard": stamp(now), "deep": stamp(now), "counts": _spoken(counts)}
            return Heard((), (), json.dumps(begun))
        return _Look(graph, brand, me, json.loads(cursor)).heard()
    except (KeyError, TypeError, ValueError, AttributeError):
        raise graph.unclear() from None


def _spoken(counts: dict[str, int]) -> dict[str, int]:
    return {media: count for media, count in counts.items() if count}


class _Look:
    """One look from a cursor: since when, whether at old posts too, and how many comments each post had."""

    def __init__(self, graph: Graph, brand: str, me: Who, begun: dict[str, Any]) -> None:
        self._graph, self._brand, self._me, self._begun = graph, brand, me, begun
        self._deep = instant(begun["deep"]) + _HOURLY <= graph.now
        self._since = max(instant(begun["began"]), instant(begun["heard"]) - _LATE)
        if self._deep:  # an old post may have moved at any time since the last look at old ones
            self._since = min(self._since, max(instant(begun["began"]), instant(begun["deep"]) - _LATE))
        self._newest = instant(begun["heard"])
        self._counts: dict[str, int] = dict(begun["counts"])
        self._whole = True

    def heard(self) -> Heard:
        """Read it."""
        interactions: list[Interaction] = []
        answers: list[Answered] = []
        for media in self._moved():
            for first in self._firsts(media):
                below = self._replies(first)
                for one in (first, *below):
                    if instant_of(one["timestamp"]) < self._since:
                        continue
                    if self._is_ours(one):
                        answers += self._answer(media, first, one, below)
                    else:
                        interactions.append(self._interaction(media, first, one))
        interactions += [self._tag(one) for one in self._tags()]
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
        began, counts = self._begun["began"], _spoken(self._counts)
        return json.dumps({"began": began, "heard": stamp(self._newest), "deep": deep, "counts": counts})

    def _moved(self) -> list[dict[str, Any]]:
        """Give the posts whose number of comments is not what it was."""
        most = _OLD_MEDIA if self._deep else 1
        posts, whole = self._graph.stretch(f"{self._me.id}/media", most, {"fields": _MEDIA, "limit": _PAGE})
        counts = {str(one["id"]): int(one.get("comments_count") or 0) for one in posts}
        moved = [one for one in posts if counts[str(one["id"])] != self._counts.get(str(one["id"]), 0)]
        self._counts = counts if whole else self._counts | counts  # what was deleted is forgotten
        return moved

    def _firsts(self, media: dict[str, Any]) -> list[dict[str, Any]]:
        oldest = self._since - _REPLIED_AFTER

        def enough(page: list[dict[str, Any]]) -> bool:
            return not page or instant_of(page[-1]["timestamp"]) < oldest

        path = f"{self._graph.node(str(media['id']))}/comments"
        found, whole = self._graph.stretch(path, _MOST_COMMENTS, {"fields": _FIRST, "limit": _COMMENTS}, enough)
        if not whole and instant_of(found[-1]["timestamp"]) >= self._since:
            self._whole = False
        return found

    def _replies(self, first: dict[str, Any]) -> list[dict[str, Any]]:
        held = first.get("replies")
        if not isinstance(held, dict):
            return []
        if following(held) is None:
            return self._graph.entries(held)
        path = f"{self._graph.node(str(first['id']))}/replies"
        found, whole = self._graph.stretch(path, _MOST_REPLIES, {"fields": REPLY, "limit": _COMMENTS})
        self._whole &= whole
        return found

    def _tags(self) -> list[dict[str, Any]]:
        def enough(page: list[dict[str, Any]]) -> bool:
            return not page or instant_of(page[-1]["timestamp"]) < self._since

        found, whole = self._graph.stretch(f"{self._me.id}/tags", _MOST_TAGS, {"fields": _TAGS, "limit": _PAGE}, enough)
        self._whole &= whole
        return [one for one in found if instant_of(one["timestamp"]) >= self._since and not self._is_ours(one)]

    def _is_ours(self, one: dict[str, Any]) -> bool:
        return is_ours(self._me, one)

    def _interaction(self, media: dict[str, Any], first: dict[str, Any], one: dict[str, Any]) -> Interaction:
        return commented(
            self._graph,
            self._brand,
            comment=str(one["id"]),
            media=str(media["id"]),
            parent=None if one is first else str(first["id"]),
            author=author_of(one),
            text=str(one.get("text") or ""),
            at=instant_of(one["timestamp"]),
            url=media.get("permalink"),
        )

    def _tag(self, media: dict[str, Any]) -> Interaction:
        return Interaction(
            brand=self._brand,
            account=self._graph.account.name,
            network=NetworkName.INSTAGRAM,
            id=str(media["id"]),
            kind=Kind.MENTION,
            author=author_of(media),
            text=str(media.get("caption") or ""),
            thread=str(media["id"]),
            at=instant_of(media["timestamp"]),
            url=media.get("permalink"),
            reference={TAGGED: "yes"},
            pictures=pictures_of(media),
        )

    def _answer(
        self, media: dict[str, Any], first: dict[str, Any], ours: dict[str, Any], below: list[dict[str, Any]]
    ) -> Iterator[Answered]:
        if ours is first:
            yield Answered(id=str(ours["id"]), to=str(media["id"]), at=instant_of(ours["timestamp"]))
            return
        stands = [_below(one) for one in below]
        yield from answered(_below(ours), _below(first), stands, self._me.username.casefold())


def commented(
    graph: Graph,
    brand: str,
    *,
    comment: str,
    media: str,
    parent: str | None,
    author: Author,
    text: str,
    at: datetime,
    url: str | None,
) -> Interaction:
    """Make the interaction of a comment, the same whether it was read or sent to us; `url` is its post's."""
    return Interaction(
        brand=brand,
        account=graph.account.name,
        network=NetworkName.INSTAGRAM,
        id=comment,
        kind=Kind.REPLY if parent else Kind.COMMENT,
        author=author,
        text=text,
        answers=parent or media,
        thread=media,
        at=at,
        url=url,
        reference={PARENT: parent} if parent else {},
        mentions=mentioned_in(text),
    )


def pictures_of(media: dict[str, Any]) -> tuple[str, ...]:
    """Give the pictures of a post, those of an album one by one, no film; comments show none on Instagram.

    https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media: `media_url` is left
    out where there are rights to it, and stops working after some days.
    """
    held = media.get("children")
    album = held.get("data") if isinstance(held, dict) else None
    shown = [one for one in album if isinstance(one, dict)] if isinstance(album, list) else [media]
    return tuple(
        one["media_url"] for one in shown if one.get("media_type") == "IMAGE" and isinstance(one.get("media_url"), str)
    )


def shown(graph: Graph, said: Interaction) -> tuple[str, ...]:
    """Read again what a post that tags or mentions the account shows: each where it was heard, or not at all."""
    me = graph.instagram()
    if MENTIONED in said.reference:
        body = graph.read(me.id, fields=f"mentioned_media.media_id({graph.node(said.id)}){{{SHOWN}}}")
        told = body.get("mentioned_media")
        return pictures_of(told) if isinstance(told, dict) else ()

    def enough(page: list[dict[str, Any]]) -> bool:
        return not page or any(one.get("id") == said.id for one in page)

    asked = {"fields": f"id,{SHOWN}", "limit": _PAGE}
    found, _ = graph.stretch(f"{me.id}/tags", _MOST_TAGS, asked, enough)
    return next((pictures_of(one) for one in found if one.get("id") == said.id), ())


def author_of(told: dict[str, Any]) -> Author:
    """Say who spoke: people on Instagram are known by their handle."""
    who = told.get("from")
    held = who if isinstance(who, dict) else {}
    username = str(held.get("username") or told.get("username") or "")
    known = str(held.get("id") or username or f"?{told['id']}")
    return Author(id=known, handle=f"@{username}" if username else "", name=username or "Instagram")


def is_ours(me: Who, told: dict[str, Any]) -> bool:
    """Whether the account itself said it."""
    who = told.get("from")
    held = who if isinstance(who, dict) else {}
    username = held.get("username") or told.get("username")
    return held.get("id") == me.id or (bool(username) and username == me.username)


def _below(reply: dict[str, Any]) -> Below:
    return Below(
        id=str(reply["id"]),
        author=author_of(reply).handle.lstrip("@").casefold() or f"?{reply['id']}",
        at=instant_of(reply["timestamp"]),
        names=frozenset(names_in(str(reply.get("text") or ""))),
    )
