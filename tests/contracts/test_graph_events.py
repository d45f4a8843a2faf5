"""From what Meta sends to the alert and back, with the real adapters: signed, repeated, forged, polled, answered."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from heraut.brands import Brand, EntryKind, NetworkName
from heraut.brands import Person as Colleague
from heraut.contests.run_contests import run_contests
from heraut.contests.running import Contest
from heraut.contests.world import Running
from heraut.conversations.poll_networks import Listening, poll_networks
from heraut.conversations.receive_webhook import Receiving, receive_webhook
from heraut.conversations.route_interaction import Routing, route_interaction
from heraut.conversations.webhook import Webhook, secret_name
from heraut.links import hash_of, new_token
from heraut.networks.base import WebhookEvent, WebhookRequest
from heraut.networks.webhooks import scheme
from heraut.networks.webhooks.meta import Meta
from heraut.publishing import ContestPosts
from tests.contracts.graph_rooms import PAUL, ZOE, Clock, Room
from tests.twins.brands import BrandsTwin
from tests.twins.contest_world import OWN
from tests.twins.contests import ContestsTwin
from tests.twins.conversations import ConversationsTwin
from tests.twins.graph_double import Entry, Person, graph
from tests.twins.notifications import NotificationsTwin
from tests.twins.posts import PostsTwin
from tests.twins.quotes import QuotesTwin
from tests.twins.secrets import SecretsTwin
from tests.twins.site_objects import SiteObjectsTwin
from tests.twins.webhooks import EventsTwin, WebhooksTwin

pytestmark = pytest.mark.enable_socket

BRAND, PARIS = "martin", ZoneInfo("Europe/Paris")
SEEN_AT = {
    NetworkName.FACEBOOK: "https://www.facebook.com/{}",
    NetworkName.INSTAGRAM: "https://www.instagram.com/p/{}/",
}
SECRET = {"app_secret": "signs-the-events", "verify_token": "ours"}


class House:
    """A brand with one account of Meta's, its webhook, and everything that is taken in."""

    def __init__(self, room: Room) -> None:
        self.room, self.token = room, new_token()
        people = (Colleague(id="lea", name="Léa", email="lea@x.example"),)
        brands = self.brands = BrandsTwin(
            Brand(id=BRAND, name="Boulangerie Martin", accounts=(room.account,), people=people)
        )
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

    def hold_contest(self, post: Entry) -> HeldContest:
        """Open a contest of half an hour under a post, and look at it."""
        held = HeldContest(self, post)
        self.brands.save(held.brand.model_copy(update={"revision": 1}), 0)
        held.go_on()
        return held

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


class HeldContest:
    """A contest of the house's brand, run with its adapter on the same conversations."""

    def __init__(self, house: House, post: Entry) -> None:
        self.house, self.clock, self.kept = house, house.room.clock, ContestsTwin()
        self.opens = self.clock.now().replace(microsecond=0)
        self.closes = self.opens + timedelta(minutes=30)
        instants = {"opens": self.opens, "closes": self.closes, "draws": self.opens + timedelta(minutes=90)}
        plain = {
            **{name: f"{at.astimezone(PARIS):%Y-%m-%d %H:%M:%S}" for name, at in instants.items()},
            "title": "Le jeu",
            "posts": [{"accounts": "page", "url": SEEN_AT[house.room.network].format(post.id)}],
            "conditions": {"comment": True},
            "rules": {"text": "Un commentaire par personne."},
        }
        brand = house.brands.brand(BRAND)
        assert brand is not None
        self.brand = brand.model_copy(update={"contests": {"jeu": plain}})

    def go_on(self, lasting: timedelta = timedelta(0)) -> None:
        """Let minutes pass, each with its tick."""
        until = self.clock.now() + lasting
        world = self._world().timed
        run_contests(world, self.clock.now(), plan=True)
        while self.clock.now() < until:
            self.clock.pass_by(timedelta(minutes=1))
            run_contests(world, self.clock.now(), plan=True)

    def close(self) -> None:
        """Let it close and freeze."""
        self.go_on(self.closes + timedelta(minutes=3) - self.clock.now())
        assert self.now.frozen_at is not None

    @property
    def now(self) -> Contest:
        """The contest as it is."""
        found = self.kept.contest(BRAND, "jeu")
        assert found is not None
        return found

    def _world(self) -> Running:
        """Only what comes before the draw is there."""
        house, never = self.house, cast("Any", None)
        return Running(
            contests=self.kept,
            brands=house.brands,
            secrets=house.routing.secrets,
            networks=house.routing.networks,
            heard=house.kept,
            posts=ContestPosts(PostsTwin(), house.brands, house.routing.secrets, house.routing.networks),
            objects=SiteObjectsTwin(),
            notifications=NotificationsTwin(),
            clock=cast("Any", self.clock),
            chain=OWN.chain,
            beacon=never,
            authorities=list,
            nonce=partial(secrets.token_bytes, 32),
            public_url="https://public.example",
        )


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


def test_a_signed_batch_of_comments_fills_a_contest(house: House) -> None:
    """From the events to the frozen list, on a network that lists its first page and no more: nobody is lost.

    What was listed too is one entry; who is named nowhere is counted; what was taken away is deleted, though Instagram
    says so to nobody; a forged event brings nobody, a repeated one nobody twice.
    """
    room = house.room
    post, other = room.post(), room.post()
    contest = house.hold_contest(post)
    room.double.first_page_alone = True
    people = [Person(f"88{number:04}", f"Invité {number}", f"invite_{number}") for number in range(120)]
    said = [room.say(post, "Je participe !", one) for one in people]
    nobody, elsewhere = room.say(post, "Moi aussi", None), room.say(other, "Joli", Person("990001", "Max", "max"))
    listed = room.adapter.entries(room.account, room.secret, EntryKind.COMMENT, post.id, None, room.clock.now())  # type: ignore[attr-defined]
    assert (listed.cursor, len(listed.entries) < len(said)) == (None, True)
    batches = [said[:40], said[40:80], [*said[80:], nobody, elsewhere]]
    events = [room.event(*(room.told(one) for one in batch)) for batch in batches]
    invented = room.say(post, "Faux", PAUL)
    forged = room.event(room.told(invented))
    room.double.remove(invented)

    assert [house.send(one) for one in (*events, events[0])] == [200] * 4
    assert house.send(forged, key="another") == 401
    house.route()
    contest.go_on(timedelta(minutes=6))
    for gone in (said[3], said[119]):
        room.double.remove(gone)
    contest.close()

    assert contest.now.entrants == 118
    assert contest.now.rejected == {"deleted": 2, "unnamed": 1}
    assert {len(one.deeds) for one in contest.kept.every_entrant(BRAND, "jeu")} == {1}


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
