"""From what Meta sends to the alert and back, with the real adapters: signed, repeated, forged, polled, answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from heraut.brands import Brand, NetworkName, Person
from heraut.conversations.poll_networks import Listening, poll_networks
from heraut.conversations.receive_webhook import Receiving, receive_webhook
from heraut.conversations.route_interaction import Routing, route_interaction
from heraut.conversations.webhook import Webhook, secret_name
from heraut.links import hash_of, new_token
from heraut.networks.base import WebhookEvent, WebhookRequest
from heraut.networks.webhooks import scheme
from heraut.networks.webhooks.meta import Meta
from tests.contracts.graph_rooms import PAUL, ZOE, Clock, Room
from tests.twins.brands import BrandsTwin
from tests.twins.conversations import ConversationsTwin
from tests.twins.graph_double import graph
from tests.twins.quotes import QuotesTwin
from tests.twins.secrets import SecretsTwin
from tests.twins.webhooks import EventsTwin, WebhooksTwin

pytestmark = pytest.mark.enable_socket

BRAND = "martin"
SECRET = {"app_secret": "signs-the-events", "verify_token": "ours"}


class House:
    """A brand with one account of Meta's, its webhook, and everything that is taken in."""

    def __init__(self, room: Room) -> None:
        self.room, self.token = room, new_token()
        people = (Person(id="lea", name="Léa", email="lea@x.example"),)
        brands = BrandsTwin(Brand(id=BRAND, name="Boulangerie Martin", accounts=(room.account,), people=people))
        self.webhooks, self.events, self.kept, secrets = (
            WebhooksTwin(),
            EventsTwin(),
            ConversationsTwin(),
            SecretsTwin(),
        )
        secrets.save_secret(BRAND, "page", room.secret)
        secrets.save_secret(BRAND, secret_name("page"), SECRET)
        path_hash, made_at = hash_of(self.token), room.clock.now()
        self.webhooks.save_webhook(
            Webhook(brand=BRAND, account="page", scheme="meta", path_hash=path_hash, made_at=made_at)
        )
        networks: dict[NetworkName, Any] = {room.network: room.adapter}
        self.receiving = Receiving(self.webhooks, secrets, self.events, scheme)
        self.routing = Routing(brands, secrets, networks, self.kept, self.webhooks, QuotesTwin())
        self.listening = Listening(brands, secrets, networks, self.kept, self.webhooks, QuotesTwin(), map)
        self.poll()

    def poll(self) -> Any:
        """Listen once."""
        self.room.clock.pass_by(timedelta(seconds=1))
        return poll_networks(self.listening, self.room.clock.now())

    def send(self, event: WebhookEvent, key: str = SECRET["app_secret"]) -> int:
        """Send an event as Meta does; its status."""
        signed = Meta().sign(event.body, {"app_secret": key}, event.at)
        request = WebhookRequest("POST", {}, {"content-type": "application/json", **signed}, event.body)
        done = receive_webhook(f"/{BRAND}/page/{self.token}", request, self.receiving, self.room.clock.now())
        return done.answer.status

    def route(self) -> list[str]:
        """Read everything that was kept."""
        waiting, self.events.kept = self.events.kept, []
        return [route_interaction(event, self.routing, self.room.clock.now()) for event in waiting]

    @property
    def waiting(self) -> list[str]:
        """Everything that waits for an answer."""
        return sorted(one for alert in self.kept.open_alerts(BRAND) for one in alert.waiting)


def opened(network: NetworkName) -> Iterator[House]:
    """A house before a running double."""
    clock = Clock()
    with graph(now=clock.now) as double:
        yield House(Room(network, double, clock))


@pytest.fixture(name="house", params=[NetworkName.FACEBOOK, NetworkName.INSTAGRAM])
def _house(request: pytest.FixtureRequest) -> Iterator[House]:
    yield from opened(request.param)


@pytest.fixture(name="facebook")
def _facebook() -> Iterator[House]:
    yield from opened(NetworkName.FACEBOOK)


def test_a_signed_batch_twice_with_a_forged_one_among_them(house: House) -> None:
    """Everything in it waits once; what was forged left nothing."""
    room = house.room
    post = room.post()
    comments = [room.say(post, f"Question {number}") for number in range(40)]
    batch = room.event(*(room.told(one) for one in comments))
    forged = room.event(room.told(room.say(post, "Faux", PAUL)))

    assert [house.send(batch), house.send(forged, key="another"), house.send(batch)] == [200, 401, 200]
    assert house.route() == ["received"]
    assert house.waiting == sorted(one.id for one in comments)


def test_what_was_sent_and_is_polled_counts_once(house: House) -> None:
    """Whichever comes first."""
    room = house.room
    post = room.post()
    sent_first, polled_first = room.say(post, "Ouvrez-vous lundi ?"), room.say(post, "Et mardi ?", PAUL)
    house.send(room.event(room.told(sent_first)))
    house.route()
    house.poll()
    house.send(room.event(room.told(polled_first)))
    house.route()

    (alert,) = house.kept.open_alerts(BRAND)
    assert (alert.count, house.waiting) == (2, sorted([sent_first.id, polled_first.id]))


def test_an_answer_in_the_networks_own_app_closes_the_alert(house: House) -> None:
    """One for each who asked, each at once: the account is listened to when it spoke."""
    room = house.room
    first = room.say(room.post(), "Peut-on venir avec des enfants ?")
    reply = room.say(first, "Et avec un chien ?", PAUL)
    house.poll()
    assert len(house.waiting) == 2

    ours = room.say(reply, "Oui, à partir de six ans !", room.me)
    house.send(room.event(room.told(ours)))
    house.route()
    assert house.waiting == [reply.id]

    room.clock.pass_by(timedelta(minutes=1))
    ours = room.say(reply, "Et oui, tenu en laisse", room.me)
    house.send(room.event(room.told(ours)))
    house.route()
    assert list(house.kept.open_alerts(BRAND)) == []


def test_what_facebook_says_was_changed_or_taken_away_is(facebook: House) -> None:
    """Held in its new words; forgotten, and nobody waits for it."""
    house, room = facebook, facebook.room
    post = room.post()
    comment, other = room.say(post, "Ouvert lundy ?"), room.say(post, "Merci", ZOE)
    house.poll()
    house.send(room.event(room.told(comment, "edited", message="Ouvert lundi ?"), room.told(other, "remove")))
    house.route()

    (alert,) = house.kept.open_alerts(BRAND)
    assert [one.text for one in house.kept.interactions(BRAND, alert.id)] == ["Ouvert lundi ?"]
    assert house.waiting == [comment.id]


def test_metas_question_is_answered(house: House) -> None:
    """As it asks when it is subscribed to."""
    asked = {"hub.mode": "subscribe", "hub.verify_token": "ours", "hub.challenge": "1158201444"}
    request = WebhookRequest("GET", asked, {})
    done = receive_webhook(f"/{BRAND}/page/{house.token}", request, house.receiving, house.room.clock.now())

    assert (done.answer.status, done.answer.body) == (200, "1158201444")


def test_escaped_letters_are_read_as_they_were_signed(house: House) -> None:
    """Meta signs its own escaped text, to the byte."""
    room = house.room
    comment = room.say(room.post(), "Ça marche, l’été ? 🥐")
    event = room.event(room.told(comment))
    assert b"\\u00c7a" in event.body
    assert json.loads(event.body)
    house.send(event)
    house.route()

    (alert,) = house.kept.open_alerts(BRAND)
    assert [one.text for one in house.kept.interactions(BRAND, alert.id)] == ["Ça marche, l’été ? 🥐"]
