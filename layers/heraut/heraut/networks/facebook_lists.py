"""Who comments a Page's post on Facebook, and who reacts to it.

https://developers.facebook.com/docs/graph-api/reference/page-post/comments, .../object/reactions. With the token of the
Page; Facebook leaves out the name of whom it may not tell. A reaction of any kind counts as a like, and has no instant.
Who shares a post or follows the Page is told to no program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heraut.brands import EntryKind, NetworkName
from heraut.networks.base import Entry, Listed, stable_id
from heraut.networks.entries import comment_heard, count_told, require_listed
from heraut.networks.facebook_listen import parent_of, tagged
from heraut.networks.graph_api import following, instant_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.conversations.model import Interaction
    from heraut.networks.graph_api import Graph

_PAGE = "100"
_COMMENT = "id,from{id,name},message,created_time,parent{id},message_tags,like_count,is_hidden"


def entries(graph: Graph, kind: EntryKind, post: str, cursor: str | None) -> Listed:
    """Give a page of those who comment, or react to, a post."""
    require_listed(NetworkName.FACEBOOK, graph.network, kind)
    own = frozenset({stable_id(NetworkName.FACEBOOK, graph.page().id)})
    after = {"after": cursor} if cursor else {}
    try:
        if kind is EntryKind.COMMENT:
            asked = {"fields": _COMMENT, "filter": "stream", "order": "chronological", "limit": _PAGE}
            body = graph.read(f"{graph.node(post)}/comments", **asked, **after)
            found = tuple(_comment(one) for one in graph.entries(body))
        else:
            body = graph.read(f"{graph.node(post)}/reactions", fields="id,name", limit=_PAGE, **after)
            found = tuple(_person(kind, one) for one in body["data"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise graph.unclear() from None
    return Listed(found, following(body), own)


def heard(said: Interaction, post: str) -> Entry | None:
    """Give what was heard as an entry under a post."""
    known = None if said.author.id.startswith("?") else said.author.id
    return comment_heard(said, post, known, known)


def _comment(told: Mapping[str, Any]) -> Entry:
    who = _person(EntryKind.COMMENT, told.get("from"))
    return Entry(
        kind=who.kind,
        by=who.by,
        name=who.name,
        local=who.local,
        remote=str(told["id"]),
        text=str(told.get("message") or ""),
        at=instant_of(told["created_time"]),
        below=parent_of(told),
        mentions=tagged(told.get("message_tags")),
        likes=count_told(told.get("like_count")),
        hidden=told.get("is_hidden") is True,
    )


def _person(kind: EntryKind, told: object) -> Entry:
    known = told if isinstance(told, dict) and told.get("id") else {}
    local = str(known["id"]) if known else None
    by = stable_id(NetworkName.FACEBOOK, local) if local else None
    return Entry(kind=kind, by=by, name=str(known.get("name") or ""), local=local)
