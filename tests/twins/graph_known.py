"""What the double of the Graph API knows, and nothing else: nodes, their fields, edges and parameters.

Each name is in the official SDK's specs (tests/contracts/test_graph_double.py looks there), or is one of the few things
that every edge takes and the SDK leaves to its callers: `limit`, `after`, `before`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PAGING = frozenset({"limit", "after", "before"})
EVERYWHERE = frozenset({"access_token", "appsecret_proof", "fields"})


@dataclass(frozen=True)
class Edge:
    """An edge: which node its entries are, which parameters it takes, what a token needs to use it."""

    node: str
    takes: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Node:
    """A kind of node: its plain fields, those that hold another node (by its kind), and its edges.

    `changes` are the parameters of a POST on the node itself, `needs` what reading it takes, `steering` what changing
    or deleting it takes.
    """

    fields: frozenset[str]
    holds: Mapping[str, str] = field(default_factory=dict)
    reads: Mapping[str, Edge] = field(default_factory=dict)
    writes: Mapping[str, Edge] = field(default_factory=dict)
    changes: frozenset[str] = frozenset()
    deletes: bool = False
    needs: frozenset[str] = frozenset()
    steering: frozenset[str] = frozenset()


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_READ = _set("pages_read_engagement pages_read_user_content")
_ENGAGE = _set("pages_manage_engagement")
_IG = _set("instagram_basic")
_IG_COMMENTS = _set("instagram_basic instagram_manage_comments")

KNOWN: Mapping[str, Node] = {
    "Page": Node(
        fields=_set("id name link username"),
        holds={"instagram_business_account": "IGUser"},
        reads={
            "feed": Edge("PagePost", _set("limit include_hidden"), _READ),
            "tagged": Edge("PagePost", needs=_READ),
            "subscribed_apps": Edge("Application", needs=_set("pages_manage_metadata")),
        },
        writes={"subscribed_apps": Edge("Page", _set("subscribed_fields"), _set("pages_manage_metadata"))},
    ),
    "PagePost": Node(
        fields=_set("id message created_time updated_time permalink_url from status_type full_picture"),
        reads={
            "comments": Edge("Comment", _set("filter order since"), _READ),
            "reactions": Edge("Profile", _set("type"), _READ),
        },
        writes={"comments": Edge("Comment", _set("message"), _ENGAGE)},
        needs=_READ,
        deletes=True,
        steering=_ENGAGE,
    ),
    "Profile": Node(fields=_set("id name")),
    "Comment": Node(
        fields=_set("id message created_time permalink_url is_hidden from message_tags attachment like_count"),
        holds={"parent": "Comment"},
        reads={"comments": Edge("Comment", _set("filter order since"), _READ)},
        writes={"comments": Edge("Comment", _set("message"), _ENGAGE)},
        changes=_set("is_hidden"),
        deletes=True,
        needs=_READ,
        steering=_ENGAGE,
    ),
    "IGUser": Node(
        fields=_set("id username name"),
        holds={"mentioned_comment": "IGComment", "mentioned_media": "IGMedia"},
        reads={
            "media": Edge("IGMedia", _set("since until"), _IG),
            "tags": Edge("IGMedia", needs=_IG_COMMENTS),
        },
        writes={"mentions": Edge("IGComment", _set("comment_id media_id message"), _IG_COMMENTS)},
        needs=_IG,
    ),
    "IGMedia": Node(
        fields=_set("id caption permalink timestamp username comments_count media_type media_url"),
        reads={"comments": Edge("IGComment", needs=_IG_COMMENTS), "children": Edge("IGMedia", needs=_IG)},
        writes={"comments": Edge("IGComment", _set("message"), _IG_COMMENTS)},
        needs=_IG,
    ),
    "IGComment": Node(
        fields=_set("id text timestamp username hidden parent_id from like_count"),
        holds={"media": "IGMedia"},
        reads={"replies": Edge("IGComment", needs=_IG_COMMENTS)},
        writes={"replies": Edge("IGComment", _set("message"), _IG_COMMENTS)},
        changes=_set("hide"),
        deletes=True,
        needs=_IG_COMMENTS,
        steering=_IG_COMMENTS,
    ),
    "Application": Node(
        fields=_set("id name"),
        writes={"subscriptions": Edge("Application", _set("object callback_url verify_token fields include_values"))},
    ),
}

# What may stand between a field's name and its braces, beside an edge's own parameters.
MODIFIERS: Mapping[tuple[str, str], frozenset[str]] = {
    ("IGUser", "mentioned_comment"): frozenset({"comment_id"}),
    ("IGUser", "mentioned_media"): frozenset({"media_id"}),
}
