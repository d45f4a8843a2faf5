"""Every network where a contest can speak on its own thread: under the account's post, and below a comment there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from heraut.brands import NetworkName
from heraut.errors import Refused
from heraut.networks.base import ANSWERS, SpeaksUnder, Spot
from tests.contracts.graph_rooms import Clock
from tests.contracts.graph_rooms import Room as GraphRoom
from tests.contracts.list_rooms import NOW, ROOMS, Room, opened
from tests.twins.graph_double import Person, graph

pytestmark = pytest.mark.enable_socket

LEA = Person("17841400000000009", "Léa", "lea.m")


@pytest.fixture(name="room", params=[name for name in ROOMS if name in {"bluesky", "mastodon", "imitator"}])
def _room(request: pytest.FixtureRequest) -> Iterator[Room]:
    with opened(request.param) as room:
        yield room


@pytest.fixture(name="meta", params=[NetworkName.FACEBOOK, NetworkName.INSTAGRAM])
def _meta(request: pytest.FixtureRequest) -> Iterator[GraphRoom]:
    clock = Clock()
    with graph(now=clock.now) as double:
        yield GraphRoom(request.param, double, clock)


def said_under(room: Room, spot: Spot) -> Any:
    """What is published there."""
    assert isinstance(room.adapter, SpeaksUnder)
    assert room.network in ANSWERS
    return room.adapter.under(room.account, room.secret, spot, " Empreinte : 12ab ", NOW)


def test_what_is_said_under_a_post_answers_it(room: Room) -> None:
    """The words as they are, in the circle of the post."""
    post = room.people.post()

    content = said_under(room, Spot(post))

    assert [part.text for part in content.parts] == ["Empreinte : 12ab"]
    assert content.in_reply_to.interaction == post
    if room.network is NetworkName.BLUESKY:
        assert content.in_reply_to.reference == {"cid": "bafy", "root": post, "root_cid": "bafy"}
    else:
        assert content.in_reply_to.reference == {"visibility": "public"}


def test_what_is_said_below_a_comment_answers_the_comment(room: Room) -> None:
    """On Bluesky within the thread of the post."""
    post = room.people.post()
    comment = room.people.comment(post, "zoe", "Je participe !")

    content = said_under(room, Spot(post, comment))

    assert content.in_reply_to.interaction == comment
    if room.network is NetworkName.BLUESKY:
        assert content.in_reply_to.reference["root"] == post
        assert content.in_reply_to.reference["cid"] != "bafy"


def test_nothing_is_said_where_nothing_is_any_more(room: Room) -> None:
    """Refused, and nobody waits for it."""
    post = room.people.post()
    comment = room.people.comment(post, "zoe", "Je participe !")
    for gone in (comment, post):
        room.people.remove(gone)

    for spot in (Spot(post, comment), Spot(post)):
        with pytest.raises(Refused):
            said_under(room, spot)


def test_meta_says_it_once_and_finds_it_again(meta: GraphRoom) -> None:
    """Under a post, below a comment, below a reply: what may have been said is looked for where it would stand."""
    assert isinstance(meta.adapter, SpeaksUnder)
    post = meta.post()
    comment = meta.say(post, "Je participe !")
    reply = meta.say(comment, "Moi aussi !", LEA)
    for spot in (Spot(post.id), Spot(post.id, comment.id), Spot(post.id, reply.id, comment.id)):
        job = meta.job(meta.adapter.under(meta.account, meta.secret, spot, f"Empreinte {spot.at}", meta.clock.now()))
        assert meta.adapter.find(job, meta.around(), frozenset()) is None

        sent = meta.adapter.publish(job, lambda _: None, meta.clock.now())

        found = meta.adapter.find(job, meta.around(), frozenset())
        assert found is not None
        assert found.remote_ids == sent.remote_ids
        assert meta.double.entries[sent.remote_ids[0]].on == post.id
