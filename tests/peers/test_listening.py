"""What is said to an account on real networks is heard, once each, and what the account answers itself is noticed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from heraut.conversations import Kind
from tests.peers.bluesky_network import BlueskyNetwork
from tests.peers.rooms import PATIENCE, Room, room_on_bluesky, room_on_snac
from tests.peers.servers import until
from tests.peers.snac_server import SnacServer


@pytest.fixture(name="on_bluesky")
def _on_bluesky(bluesky: BlueskyNetwork) -> Room:
    return room_on_bluesky(bluesky)


@pytest.fixture(name="on_snac")
def _on_snac(snac: SnacServer) -> Room:
    return room_on_snac(snac)


@pytest.fixture(name="room", params=["bluesky", "snac"])
def _room(request: pytest.FixtureRequest) -> Room:
    room: Room = request.getfixturevalue(f"on_{request.param}")
    return room


def test_nothing_of_the_past_is_heard_the_first_time(room: Room) -> None:
    """An account that was just connected does not open an alert for each comment of last year."""
    room.listen()
    room.say("C'était il y a longtemps", room.post("Un vieux billet"))
    until(lambda: room.hears(1), seconds=PATIENCE)
    late = replace(room, cursor=None, heard=[], answers=[])

    first = late.listen()

    assert (first.interactions, first.answers) == ((), ())
    assert late.cursor


def test_each_reply_is_heard_once_and_our_answer_is_noticed(room: Room) -> None:
    """Who, what, under which post; nothing is left out between two looks; an answer of ours names what it answers."""
    ours = room.post("Demain, atelier pain d'épices à 14 h")
    room.listen()
    room.say("Peut-on venir avec des enfants ?", ours)
    until(lambda: room.hears(1), seconds=PATIENCE)
    room.say("Et le chien ?", ours)
    until(lambda: room.hears(2), seconds=PATIENCE)
    room.listen()

    children, dog = room.heard
    assert "Peut-on venir avec des enfants" in children.text
    assert "Et le chien" in dog.text
    assert {(one.kind, one.answers, one.thread) for one in room.heard} == {(Kind.REPLY, ours, ours)}
    assert {re.split("[@.]", one.author.handle.removeprefix("@"))[0] for one in room.heard} <= {"lecteur", "lectrice"}
    assert abs((dog.at - datetime.now(UTC)).total_seconds()) < 3 * PATIENCE

    answered = room.answer("Oui, à partir de six ans !", children.id)
    until(lambda: room.hears(2, answers=1), seconds=PATIENCE)
    assert [(one.id, one.to) for one in room.answers] == [(answered, children.id)]
    assert len(room.heard) == 2


def test_what_appears_behind_what_was_heard_is_heard_on_bluesky(on_bluesky: Room) -> None:
    """A writer's clock that is slow, or a list that was late, hides nothing: lists follow those clocks."""
    room = on_bluesky
    ours = room.post("Une brioche pour le goûter ?")
    room.listen()
    earlier = datetime.now(UTC) - timedelta(milliseconds=100)
    room.say("Oui !", ours)
    until(lambda: room.hears(1), seconds=PATIENCE)

    room.say("Avec du sucre ?", ours, at=earlier)

    until(lambda: room.hears(2), seconds=PATIENCE)
    assert [one.text for one in room.heard] == ["Oui !", "Avec du sucre ?"]


def test_a_mention_is_heard_on_bluesky(on_bluesky: Room) -> None:
    """A mention begins a thread of its own; snac does not find its own users in a text on a port of loopback."""
    room = on_bluesky
    room.listen()
    said = room.say("êtes-vous ouverts lundi ?", mention=True)

    until(lambda: said in {one.id for one in room.listen().interactions + tuple(room.heard)}, seconds=PATIENCE)

    (mention,) = [one for one in room.heard if one.id == said]
    assert (mention.kind, mention.answers, mention.thread) == (Kind.MENTION, None, said)
    assert (mention.author.handle, mention.language) == ("@lecteur.test", "fr")
