"""From a comment on a real network to its answer there, through the whole stack and a person's mailbox."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from heraut.aws.brands_table import BrandsTable
from heraut.aws.conversations_table import ConversationsTable
from heraut.aws.table import Table
from heraut.brands.apply_configuration import apply_configuration, plan_configuration
from heraut.brands.configuration import read_configuration
from heraut.conversations import Alert
from infra.local import environments, session, stack
from tests.e2e.test_publishing import links_in, mail_with, opened
from tests.e2e.world import World, eventually
from tests.peers.bluesky_network import BlueskyNetwork
from tests.peers.rooms import PATIENCE, Room, room_on_bluesky, room_on_snac
from tests.peers.snac_server import SnacServer

pytestmark = [pytest.mark.enable_socket, pytest.mark.timeout(300)]
BRAND = "atelier"
NOW = {"scheduled_time": "2026-11-23T11:00:00Z"}
ANSWER = "Oui, avec plaisir, dès six ans !"


@dataclass
class Street:
    """A stack whose brand has an account on a real network, the room of that account, and what readers see there."""

    world: World
    room: Room
    kept: ConversationsTable
    url: str

    def poll(self) -> None:
        """Listen, as every five minutes."""
        self.world.invoke("PollFunction", NOW)

    def alerts(self) -> list[Alert]:
        """The alerts of this account that are open."""
        return [one for one in self.kept.open_alerts(BRAND) if one.account == self.room.account.name]

    def hears(self, waiting: int) -> list[Alert]:
        """Listen until so many wait."""

        def heard() -> list[Alert]:
            self.poll()
            return [one for one in self.alerts() if len(one.waiting) == waiting]

        found: list[Alert] = eventually(heard, PATIENCE, every=1)
        return found

    def told(self, words: str) -> EmailMessage:
        """Tell of alerts, and find the mail with these words."""
        self.world.invoke("EscalateFunction", NOW)
        mail: EmailMessage = eventually(lambda: mail_with(self.world, words), 90)
        return mail


@pytest.fixture(name="world", scope="module")
def _world(bluesky: BlueskyNetwork, snac: SnacServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The real template, with every role's permissions, beside two real networks."""
    for name in ("ministack", "sam"):
        environments.ensure(name)
    folder = tmp_path_factory.mktemp("stack")
    record = folder / "actions.jsonl"
    record.touch()
    built = stack.build(stack.ROOT / ".heraut" / "e2e", print)
    emulator = stack.start(stack.free_port(), folder, authorise=True, record=record)
    try:
        parameters = session.parameters(emulator.port)
        parameters["LocalServers"] += "".join(f",{urlsplit(url).netloc}" for url in (bluesky.pds, snac.url))
        outputs = stack.deploy(emulator, built, "heraut-peers", parameters, print)
        yield World(emulator, "heraut-peers", outputs, record)
    finally:
        assert emulator.stop(), "the emulator did not stop cleanly"


@pytest.fixture(name="rooms", scope="module")
def _rooms(world: World, bluesky: BlueskyNetwork, snac: SnacServer) -> dict[str, Room]:
    """Both accounts, connected to the brand of the stack; listening has begun."""
    rooms = {"bluesky": room_on_bluesky(bluesky), "snac": room_on_snac(snac)}
    accounts = [
        room.account.model_dump(exclude_none=True, exclude={"late_minutes", "slots"}) for room in rooms.values()
    ]
    people = [
        {"id": "lea", "name": "Léa", "email": "lea@atelier.example", "roles": ["conversations"]},
        {"id": "max", "name": "Max", "email": "max@atelier.example", "roles": ["publishing"]},
    ]
    always = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00")
    brand = {"id": BRAND, "name": "Atelier", "accounts": accounts, "people": people, "working_hours": always}
    brands = BrandsTable(Table(world.client("dynamodb"), world.outputs["BrandsTable"]))
    apply_configuration(plan_configuration(read_configuration({"brands": [brand]}), brands), brands)
    for room in rooms.values():
        name = f"{world.outputs['SecretsPath']}/{BRAND}/{room.account.name}"
        world.client("ssm").put_parameter(Name=name, Value=json.dumps(room.secret), Type="SecureString")
    world.invoke("PollFunction", NOW)
    return rooms


@pytest.fixture(name="street", params=["bluesky", "snac"])
def _street(request: pytest.FixtureRequest, world: World, rooms: dict[str, Room], snac: SnacServer) -> Street:
    kept = ConversationsTable(Table(world.client("dynamodb"), world.outputs["ConversationsTable"]))
    room = rooms[request.param]
    url = snac.url if request.param == "snac" else str(room.account.service)
    return Street(world, room, kept, url)


def written(street: Street, words: str) -> list[str]:
    """What our account wrote with these words, each as the id of what it answers."""
    if street.room.account.network.value == "bluesky":
        asked: dict[str, Any] = {"repo": street.room.account.handle, "collection": "app.bsky.feed.post", "limit": 100}
        answer = requests.get(f"{street.url}/xrpc/com.atproto.repo.listRecords", params=asked, timeout=20)
        found = [one["value"] for one in answer.json()["records"]]
        return [one["reply"]["parent"]["uri"] for one in found if words in one["text"]]
    headers = {"Authorization": f"Bearer {street.room.secret['access_token']}"}
    me = requests.get(f"{street.url}/api/v1/accounts/verify_credentials", headers=headers, timeout=20).json()["id"]
    answer = requests.get(f"{street.url}/api/v1/accounts/{me}/statuses?limit=40", headers=headers, timeout=20)
    return [str(one["in_reply_to_id"]) for one in answer.json() if words in one["content"]]


def test_a_comment_is_answered_from_the_page_and_the_answer_is_there_once(street: Street) -> None:
    """Heard, told to the right person alone, answered under the comment, closed; a second press adds nothing."""
    ours = street.room.post("Demain, atelier pain d'épices à 14 h")
    street.poll()
    question = f"Peut-on venir avec des enfants, sur {street.room.account.name} ?"
    comment = street.room.say(question, ours)
    (alert,) = street.hears(1)
    mail = street.told(question)
    assert "lea@atelier.example" in str(mail["To"])
    assert not [one for one in street.world.mails() if "max@" in str(one["To"])]

    reply = next(link for link in links_in(street.world, mail) if "<textarea" in opened(link))
    (to,) = re.findall(r'name="to" value="([0-9a-f]{8})"', opened(reply))
    assert written(street, ANSWER) == []
    for _ in range(2):
        assert "Votre réponse" in opened(reply, press=True, to=to, text=ANSWER, when="send")

    eventually(lambda: written(street, ANSWER), 60, every=1)
    eventually(lambda: street.alerts() == [], 60)
    closed = street.kept.alert(BRAND, alert.id)
    assert closed is not None
    assert (closed.closed_by, closed.waiting) == (None, ())
    assert "Votre réponse est en ligne." in opened(reply, press=True, to=to, text=ANSWER, when="send")
    street.poll()  # what we wrote ourselves opens nothing
    assert (written(street, ANSWER), street.alerts()) == ([comment], [])


def test_an_answer_given_there_closes_it(street: Street) -> None:
    """In the network's own app; the other comment of the thread still waits."""
    ours = street.room.post("Fermé lundi")
    street.poll()
    first = street.room.say("Et mardi ?", ours)
    street.hears(1)
    second = street.room.say("Et mercredi ?", ours)
    (alert,) = street.hears(2)
    assert set(alert.waiting) == {first, second}

    street.room.answer("Mardi, oui", first)
    assert street.hears(1)[0].waiting == (second,)
    street.room.answer("Mercredi aussi", second)

    def closed() -> bool:
        street.poll()
        return street.alerts() == []

    eventually(closed, PATIENCE, every=1)
