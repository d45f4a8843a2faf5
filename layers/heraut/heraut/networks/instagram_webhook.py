"""What Instagram sends of an account: `comments` (and replies) under its posts, `mentions` elsewhere.

https://developers.facebook.com/docs/instagram-platform/webhooks. A mention names only ids: the words are read from the
account's `mentioned_comment` or `mentioned_media`, which are there for nothing else. Edits and ends are not sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heraut.brands import NetworkName
from heraut.conversations.model import Answered, Interaction, Kind
from heraut.errors import NetworkError, Refused
from heraut.networks import instagram_listen
from heraut.networks.graph_api import instant_of
from heraut.networks.graph_events import Change, Collected, changes_of, entries_of
from heraut.networks.instagram_listen import MENTIONED, SHOWN, author_of, is_ours, pictures_of

if TYPE_CHECKING:
    from heraut.networks.base import Brought, WebhookEvent
    from heraut.networks.graph_api import Graph, Who

_COMMENTS, _MENTIONS = "comments", "mentions"
_COMMENT = "id,text,timestamp,username,media{id,permalink}"
_MEDIA = f"id,caption,timestamp,username,permalink,{SHOWN}"


def parse(graph: Graph, brand: str, event: WebhookEvent) -> Brought:
    """Read an event; Unreadable when it is none of Instagram's."""
    collected, entries = Collected(graph.network), entries_of(event, "instagram")
    if not entries:
        return collected.brought()
    me = graph.instagram()
    for change in changes_of(entries, me.id, event):
        with collected.understanding():
            if change.field == _COMMENTS:
                _commented(graph, brand, me, change, collected)
            elif change.field == _MENTIONS:
                _mentioned(graph, brand, me, change, collected)
    return collected.brought()


def _commented(graph: Graph, brand: str, me: Who, change: Change, collected: Collected) -> None:
    value = change.value
    comment, media = str(value["id"]), str(value["media"]["id"])
    parent = str(value["parent_id"]) if value.get("parent_id") else None
    if is_ours(me, value):
        if parent is None:
            collected.answers.append(Answered(id=comment, to=media, at=change.at))
        collected.look |= parent is not None  # whom it answers is told by what stands beside it
        return
    found = instagram_listen.commented(
        graph,
        brand,
        comment=comment,
        media=media,
        parent=parent,
        author=author_of(value),
        text=str(value.get("text") or ""),
        at=change.at,
        url=_permalink(graph, media),
    )
    collected.interactions.append(found)


def _mentioned(graph: Graph, brand: str, me: Who, change: Change, collected: Collected) -> None:
    value = change.value
    media, comment = str(value["media_id"]), str(value["comment_id"]) if value.get("comment_id") else None
    try:
        told = _comment(graph, me, comment) if comment else _media(graph, me, media)
    except Refused:
        return  # taken away meanwhile, or on a post where comments are closed
    if is_ours(me, told):
        return
    found = Interaction(
        brand=brand,
        account=graph.account.name,
        network=NetworkName.INSTAGRAM,
        id=comment or media,
        kind=Kind.MENTION,
        author=author_of(told | {"id": comment or media}),
        text=str(told.get("text") or told.get("caption") or ""),
        thread=media,
        at=instant_of(told["timestamp"]),
        url=told.get("permalink"),
        reference={MENTIONED: media},
        pictures=() if comment else pictures_of(told),
    )
    collected.interactions.append(found)


def _comment(graph: Graph, me: Who, comment: str) -> dict[str, Any]:
    body = graph.read(me.id, fields=f"mentioned_comment.comment_id({graph.node(comment)}){{{_COMMENT}}}")
    told: dict[str, Any] = body["mentioned_comment"]
    held = told.get("media")
    return {**told, "permalink": held.get("permalink") if isinstance(held, dict) else None}


def _media(graph: Graph, me: Who, media: str) -> dict[str, Any]:
    body = graph.read(me.id, fields=f"mentioned_media.media_id({graph.node(media)}){{{_MEDIA}}}")
    told: dict[str, Any] = body["mentioned_media"]
    return told


def _permalink(graph: Graph, media: str) -> str | None:
    """Give where a post is read (remembered for an hour); a link that cannot be had holds nothing back."""
    key = f"permalink {media}"
    known: str | None = graph.memory.get(key)
    if known is not None:
        return known
    try:
        told = graph.read(graph.node(media), fields="permalink").get("permalink")
    except NetworkError:
        return None
    if not isinstance(told, str):
        return None
    graph.memory.keep(key, told)
    return told
