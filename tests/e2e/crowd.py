"""A thousand posts over fifty accounts, due in one minute, which test_scale.py looks at when they have left.

It takes most of a minute until they are due, and another one until all have left.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bench.mastodon_double import TOKEN, Double
from heraut.aws.brands_table import BrandsTable
from heraut.aws.table import Table
from heraut.brands.apply_configuration import apply_configuration, plan_configuration
from heraut.brands.configuration import read_configuration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.world import World

BRAND = "foule"
POSTS, ACCOUNTS = 1000, 50
SEED = 20261121
READ_WITHIN = timedelta(seconds=45)  # the calendar's rows become posts meanwhile
HEADER = "id;marque;date;heure;comptes;texte"
ZONE = ZoneInfo("Europe/Paris")
FILE = "foule.csv"


@dataclass(frozen=True)
class Crowd:
    """Where the posts are, and the instant at which each text is due."""

    world: World
    due: Mapping[str, datetime]


def drop_a_minute_of_posts(world: World, mastodon: Double) -> Crowd:
    """Make a brand whose fifty accounts are on one server, and put its thousand posts into the inbox."""
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
    due = due_in_one_minute(datetime.now(UTC) + READ_WITHIN)
    world.drop(FILE, calendar(due))
    return Crowd(world, due)


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
