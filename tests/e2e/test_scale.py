"""A thousand posts over fifty accounts, due in one minute: each reaches its network once, none before its second."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bench.mastodon_double import TOKEN, Double
from heraut.aws.brands_table import BrandsTable
from heraut.aws.table import Table
from heraut.brands.apply_configuration import apply_configuration, plan_configuration
from heraut.brands.configuration import read_configuration
from tests.e2e.test_publishing import deliveries, reports
from tests.e2e.world import eventually

if TYPE_CHECKING:
    from tests.e2e.world import World

BRAND = "foule"
POSTS, ACCOUNTS = 1000, 50
SEED = 20261121
READ_WITHIN = timedelta(seconds=45)  # the calendar's rows become posts meanwhile
HEADER = "id;marque;date;heure;comptes;texte"
ZONE = ZoneInfo("Europe/Paris")
FILE = "foule.csv"


@pytest.fixture(name="crowd", scope="module")
def _crowd(world: World, mastodon: Double) -> World:
    """A brand whose fifty accounts are on one server."""
    accounts = [
        {"name": f"compte-{number}", "network": "mastodon", "instance": f"http://{mastodon.host_port}"}
        for number in range(ACCOUNTS)
    ]
    person = {"id": "max", "name": "Max", "email": "max@foule.example", "roles": ["publishing", "on_call"]}
    brand = {"id": BRAND, "name": "Foule", "zone": ZONE.key, "language": "fr", "accounts": accounts, "people": [person]}
    brands = BrandsTable(Table(world.client("dynamodb"), world.outputs["BrandsTable"]))
    apply_configuration(plan_configuration(read_configuration({"brands": [brand]}), brands), brands)
    for account in accounts:
        name = f"{world.outputs['SecretsPath']}/{BRAND}/{account['name']}"
        value = json.dumps({"access_token": TOKEN})
        world.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString")
    return world


def due_in_one_minute(after: datetime) -> dict[str, datetime]:
    """A text for each post, and its second of the minute that begins then."""
    start = after.replace(microsecond=0)
    chosen = random.Random(SEED)  # noqa: S311 -- spreads posts, keeps no secret
    return {f"Annonce {number}": start + timedelta(seconds=chosen.randrange(60)) for number in range(POSTS)}


def calendar(due: dict[str, datetime]) -> bytes:
    """The rows of these posts, the accounts in turn."""
    rows = [
        f"p{number};{BRAND};{at.astimezone(ZONE):%d/%m/%Y;%H:%M:%S};compte-{number % ACCOUNTS};{text}"
        for number, (text, at) in enumerate(due.items())
    ]
    return "\n".join([HEADER, *rows]).encode()


@pytest.mark.timeout(420)
def test_a_thousand_posts_of_one_minute_leave_once_each_and_none_too_early(crowd: World, mastodon: Double) -> None:
    """From a calendar in the inbox to the network's own books: none lost, doubled, early, asked about or failed."""
    due = due_in_one_minute(datetime.now(UTC) + READ_WITHIN)
    crowd.drop(FILE, calendar(due))
    (report,) = eventually(lambda: reports(crowd, FILE), 120)
    assert report["counts"] | {"queued": POSTS, "refused": 0} == report["counts"]

    eventually(lambda: len({text for _, _, text in mastodon.arrivals}) == POSTS, 300, every=1)
    mine = {name: one for name, one in deliveries(crowd).items() if one["brand"] == BRAND}
    eventually(lambda: _states(crowd) == {"published": POSTS}, 60, every=2)

    times = Counter(text for _, _, text in mastodon.arrivals)
    early = [text for at, _, text in mastodon.arrivals if at < due[text].timestamp()]
    assert len(mine) == POSTS
    assert set(times) == set(due)
    assert set(times.values()) == {1}
    assert not early
    assert not [mail for mail in crowd.mails() if "max@foule.example" in str(mail["To"])]
    assert _waiting(crowd, "FailedQueueUrl") == 0


def _states(world: World) -> Counter[str]:
    return Counter(one["state"] for one in deliveries(world).values() if one["brand"] == BRAND)


def _waiting(world: World, queue: str) -> int:
    wanted = "ApproximateNumberOfMessages"
    answer = world.client("sqs").get_queue_attributes(QueueUrl=world.outputs[queue], AttributeNames=[wanted])
    return int(answer["Attributes"][wanted])
