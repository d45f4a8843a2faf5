"""What Facebook sends of a Page: `feed` (comments, visitors' posts, their edits and ends) and `mention`.

https://developers.facebook.com/docs/graph-api/webhooks/reference/page. Up to a thousand changes come together, of
several Pages where an application has several; what is of no interest (reactions, shares, posts of the Page itself) is
left out.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from heraut.conversations.model import Answered, Author, Edited, Erased
from heraut.networks import facebook_listen
from heraut.networks.graph_events import Change, Collected, changes_of, entries_of, instant_from

if TYPE_CHECKING:
    from heraut.networks.base import Brought, WebhookEvent
    from heraut.networks.graph_api import Graph

_FEED, _MENTION = "feed", "mention"
_POSTS = frozenset({"post", "status", "photo", "video", "link", "note"})


def parse(graph: Graph, brand: str, event: WebhookEvent) -> Brought:
    """Read an event; Unreadable when it is none of Facebook's."""
    collected, entries = Collected(graph.network), entries_of(event, "page")
    if not entries:
        return collected.brought()
    page = graph.page().id
    for change in changes_of(entries, page, event):
        with collected.understanding():
            if change.field == _FEED:
                _feed(graph, brand, page, change, collected)
            elif change.field == _MENTION:
                _mention(graph, brand, page, change, collected)
    return collected.brought()


def _feed(graph: Graph, brand: str, page: str, change: Change, collected: Collected) -> None:
    value = change.value
    comment = value["item"] == "comment"
    if not comment and value["item"] not in _POSTS:
        return
    node, at = str(value["comment_id" if comment else "post_id"]), _at(change)
    match value["verb"]:
        case "add":
            _added(graph, brand, page, change, collected)
        case "edited" | "edit":
            collected.edits.append(Edited(id=node, text=str(value.get("message") or ""), at=at))
        case "remove" | "delete":
            collected.erased.append(Erased(id=node, at=at))
        case _:
            return  # hidden and shown again: what we know of it stays as it is


def _added(graph: Graph, brand: str, page: str, change: Change, collected: Collected) -> None:
    value, at = change.value, _at(change)
    post, text = str(value["post_id"]), str(value.get("message") or "")
    if value["item"] != "comment":
        author = _author(graph, value, post)
        if author.id != page:
            found = facebook_listen.mentioned(
                graph, brand, post=post, author=author, text=text, at=at, url=None, pictures=_posted(value)
            )
            collected.interactions.append(found)
        return
    comment = str(value["comment_id"])
    parent = str(value["parent_id"]) if value.get("parent_id") not in (None, post) else None
    author = _author(graph, value, comment)
    if author.id == page:
        if parent is None:
            collected.answers.append(Answered(id=comment, to=post, at=at))
        collected.look |= parent is not None  # whom it answers is told by what stands beside it
        return
    found = facebook_listen.commented(
        graph,
        brand,
        comment=comment,
        post=post,
        parent=parent,
        author=author,
        text=text,
        at=at,
        url=None,
        pictures=_addresses(value.get("photo")),
        mentions=facebook_listen.tagged(value.get("message_tags")),
    )
    collected.interactions.append(found)


def _mention(graph: Graph, brand: str, page: str, change: Change, collected: Collected) -> None:
    value, at = change.value, _at(change)
    if value["verb"] != "add":
        return
    node = str(value.get("comment_id") or value["post_id"])
    author = _author(graph, value, node)
    if author.id == page:
        return
    text = str(value.get("message") or "")
    found = facebook_listen.mentioned(graph, brand, post=node, author=author, text=text, at=at, url=None)
    collected.interactions.append(found)


def _posted(value: dict[str, Any]) -> tuple[str, ...]:
    """Give the photos of a visitor's post: several in `photos`, one alone in `link`."""
    photos = value.get("photos")
    return _addresses(
        *(photos if isinstance(photos, list) else [value.get("link") if value["item"] == "photo" else None])
    )


def _addresses(*told: object) -> tuple[str, ...]:
    return tuple(one for one in told if isinstance(one, str) and one.startswith("https://"))


def _author(graph: Graph, value: dict[str, Any], node: str) -> Author:
    told = value.get("from") or {"id": value.get("sender_id"), "name": value.get("sender_name")}
    return facebook_listen.author_of(graph, told, node)


def _at(change: Change) -> datetime:
    created = change.value.get("created_time")
    return instant_from(created) if created is not None else change.at.astimezone(UTC)
