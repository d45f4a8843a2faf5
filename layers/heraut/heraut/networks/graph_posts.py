"""Which post of an account of Meta's networks stands at an address that people copied, and what is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from heraut.errors import Refused
from heraut.networks.entries import not_ours
from heraut.networks.graph_answers import GONE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from heraut.networks.graph_api import Graph

_MOST_PAGES = 10  # of a hundred posts
_NUMBERS = ("story_fbid", "fbid", "v")  # where older addresses have the post's number


def post_at(graph: Graph, edge: str, link: str, address: str) -> str:
    """Give the id of the post of an edge whose own address (field `link`) or number is in `address`; else Refused.

    One post has several addresses, which share its number or the word that Meta gives it (`pfbid...`, or a short code).
    """
    wanted = set(_pieces(address))

    def named(post: Mapping[str, Any]) -> bool:
        told = str(post["id"])
        return not wanted.isdisjoint({told, told.rpartition("_")[2], *_pieces(str(post.get(link) or ""))[-1:]})

    asked = {"fields": f"id,{link}", "limit": "100"}
    found, _ = graph.stretch(edge, _MOST_PAGES, asked, lambda page: not page or any(map(named, page)))
    for post in found:
        if named(post):
            return str(post["id"])
    raise not_ours(graph.network, address)


def still_there(graph: Graph, nodes: Sequence[str]) -> frozenset[str]:
    """Say which comments are still there: asked one by one, for one that is gone spoils the answer for others."""
    return frozenset(one for one in dict.fromkeys(nodes) if _is_there(graph, one))


def _is_there(graph: Graph, node: str) -> bool:
    try:
        graph.read(graph.node(node), fields="id")
    except Refused as refused:
        if refused.problem.code != GONE:
            raise
        return False
    return True


def _pieces(address: str) -> list[str]:
    """Give what may be a post's number or word in an address: the parts of its path, then older numbers."""
    parts = urlsplit(address.strip())
    query = parse_qs(parts.query)
    told = [piece for piece in parts.path.split("/") if piece]
    return told + [one for name in _NUMBERS for one in query.get(name, ())]
