"""An answer on Facebook or Instagram, through the whole of publishing: once, whatever becomes of the call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from heraut.brands import NetworkName
from heraut.publishing.dispatch_posts import dispatch_now
from heraut.publishing.model import Delivery, Post, Source, State
from tests.contracts.graph_rooms import MINUTE, PAUL, Clock, Room
from tests.matrix.wire import Said
from tests.twins.brands import BrandsTwin
from tests.twins.clock import ClockTwin
from tests.twins.desk import BAKERY, Desk
from tests.twins.graph_double import GraphDouble, Lost, error, graph
from tests.twins.secrets import SecretsTwin

pytestmark = pytest.mark.enable_socket

BRAND = BAKERY.id
FAILED = Said(502, b"<html>")


class DeskClock(Clock):
    """The desk's hour, for whoever speaks to the account."""

    def __init__(self, clock: ClockTwin) -> None:
        self.clock = clock

    def now(self) -> datetime:
        return self.clock.now()

    def pass_by(self, lasting: timedelta = MINUTE) -> None:
        self.clock.advance(lasting)


class Counter:
    """A desk whose only account is on a network of Meta's, and a comment that waits for an answer."""

    def __init__(self, network: NetworkName, double: GraphDouble) -> None:
        self.desk = Desk()
        double.now = self.desk.clock.now
        self.room = room = Room(network, double, DeskClock(self.desk.clock))
        secrets = SecretsTwin()
        secrets.save_secret(BRAND, "page", room.secret)
        brands = BrandsTwin(BAKERY.model_copy(update={"accounts": (room.account,)}))
        networks: dict[NetworkName, Any] = {room.network: room.adapter}
        self.desk.world = replace(self.desk.world, brands=brands, networks=networks, secrets=secrets)
        room.listen()
        self.comment = room.say(room.post(), "Ouvrez-vous lundi ?")

    def answer(self, text: str = "Oui, dès 7 h !", post: str = "p1") -> Delivery:
        """Queue an answer, and let a quarter of an hour pass."""
        desk, room = self.desk, self.room
        interaction = room.interaction(self.comment) if post == "p1" else room.heard[self.comment.id]
        at = desk.clock.now() + timedelta(seconds=20)
        content = room.adapter.reply(room.account, interaction, text)  # type: ignore[attr-defined]
        made = Post(
            brand=BRAND,
            id=post,
            content=content,
            accounts=("page",),
            publish_at=at,
            local=f"{at:%Y-%m-%dT%H:%M}",
            zone="Europe/Paris",
            source=Source(kind="answer"),
            created_at=desk.clock.now(),
        )
        delivery = Delivery(
            brand=BRAND,
            post=post,
            account="page",
            network=room.network,
            publish_at=at,
            due_at=at,
            answers=interaction.id,
        )
        desk.posts.add(made, [delivery], [])
        dispatch_now([delivery], desk.posts, desk.outbox, desk.clock.now())
        desk.run(timedelta(minutes=15))
        return desk.read(delivery)

    @property
    def online(self) -> list[str]:
        """What is really online of ours."""
        return [one.text for one in self.room.double.ours()]


@pytest.fixture(name="counter", params=[NetworkName.FACEBOOK, NetworkName.INSTAGRAM])
def _counter(request: pytest.FixtureRequest) -> Iterator[Counter]:
    with graph() as double:
        yield Counter(request.param, double)


def test_an_answer_is_published_once(counter: Counter) -> None:
    """With its id."""
    delivery = counter.answer()

    assert (delivery.state, counter.online) == (State.PUBLISHED, ["Oui, dès 7 h !"])
    assert delivery.remote_ids == (counter.room.double.ours()[0].id,)


@pytest.mark.parametrize("fate", [Lost(done=True), Lost(done=True, said=FAILED)])
@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=50)])
def test_an_answer_whose_fate_was_unknown_is_found_and_not_sent_again(
    counter: Counter, fate: Lost, late: timedelta
) -> None:
    """Also where readers see it late, and where others say the same."""
    counter.room.double.comment(counter.comment, "Oui, dès 7 h !", PAUL)
    counter.room.double.shown_after = late
    counter.room.double.plan(fate)
    delivery = counter.answer()

    assert (delivery.state, counter.online) == (State.PUBLISHED, ["Oui, dès 7 h !"])


def test_two_answers_of_the_same_words_are_two(counter: Counter) -> None:
    """One's id is not taken for the other's."""
    first = counter.answer()
    counter.room.double.plan(Lost(done=False))
    second = counter.answer(post="p2")

    assert (first.state, second.state) == (State.PUBLISHED, State.ASKING)
    assert counter.online == ["Oui, dès 7 h !"]


@pytest.mark.parametrize("fate", [Lost(done=False), FAILED, error(2, "Service temporarily unavailable", status=503)])
def test_an_answer_that_is_not_found_asks_a_person(counter: Counter, fate: Lost | Said) -> None:
    """It is never sent again blindly."""
    counter.room.double.plan(fate)
    delivery = counter.answer()

    assert (delivery.state, counter.online) == (State.ASKING, [])


def test_an_answer_that_the_network_has_no_time_for_leaves_later(counter: Counter) -> None:
    """When it says that it will listen again; that is no attempt."""
    counter.room.double.plan(Said(429, b""))
    delivery = counter.answer()
    assert (delivery.state, counter.online) == (State.SCHEDULED, [])

    counter.desk.run(timedelta(minutes=10))
    assert (counter.desk.read(delivery).state, counter.online) == (State.PUBLISHED, ["Oui, dès 7 h !"])


def test_an_answer_to_what_is_gone_fails_with_the_reason(counter: Counter) -> None:
    """A person reads it in their words."""
    counter.room.interaction(counter.comment)
    counter.room.double.remove(counter.comment)
    delivery = counter.answer(post="p2")

    assert delivery.state is State.FAILED
    assert delivery.problem is not None
    assert delivery.problem.code == "meta_gone"
