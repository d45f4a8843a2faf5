"""The real template on the embedded stack, once for the whole suite, under each function's real permissions."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.mastodon_double import Double
from bench.mastodon_double import mastodon as mastodon_server
from heraut.aws.brands_table import BrandsTable
from heraut.aws.table import Table
from heraut.brands.apply_configuration import apply_configuration, plan_configuration
from heraut.brands.configuration import read_configuration
from infra.local import environments, session, stack
from tests.e2e.bluesky_server import HANDLE, PASSWORD, BlueskyServer, bluesky_server
from tests.e2e.crowd import Crowd, drop_a_minute_of_posts
from tests.e2e.killing import Killed, kill_publishers
from tests.e2e.storm import Storm
from tests.e2e.week import calendar
from tests.e2e.world import World, eventually, reports
from tests.ses import DOMAIN
from tests.twins.graph_double import GraphDouble, graph

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
STACK = "heraut-e2e"
BRAND = "essai"
TOPIC = "arn:aws:sns:eu-west-3:000000000000:equipe"  # a topic of the team's own
FALSE_PASSWORD = "not this one"
# What has to wait is begun early, and the time is used: workers are killed before the tests that need half a minute
# for themselves. The last two look at what was done.
ORDER = (
    "test_kill.py",
    "test_morning.py",
    "test_brake.py",
    "test_restart.py",
    "test_publishing.py",
    "test_webhooks.py",
    "test_recovery.py",
    "test_scale.py",
    "test_storm.py",
    "test_secrets.py",
    "test_permissions.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands here, give it time for a first build, and put it in order: those not named come first."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.enable_socket)
            item.add_marker(pytest.mark.timeout(300))
    items.sort(key=lambda item: ORDER.index(item.path.name) + 1 if item.path.name in ORDER else 0)


@pytest.fixture(scope="session")
def bluesky() -> Iterator[BlueskyServer]:
    """A Bluesky server of our own."""
    with bluesky_server() as running:
        yield running


@pytest.fixture(scope="session")
def mastodon() -> Iterator[Double]:
    """A Mastodon server of our own, which notes when each post's first byte arrived."""
    with mastodon_server() as running:
        yield running


@pytest.fixture(scope="session")
def meta() -> Iterator[GraphDouble]:
    """Meta's Graph API, as far as a Page is concerned."""
    with graph() as running:
        yield running


@pytest.fixture(scope="session")
def bare_world(
    tmp_path_factory: pytest.TempPathFactory, bluesky: BlueskyServer, mastodon: Double, meta: GraphDouble
) -> Iterator[World]:
    """A stack of its own: free port, temporary state, and a record of every authorised action."""
    for name in ("ministack", "sam"):
        environments.ensure(name)
    folder = tmp_path_factory.mktemp("stack")
    record = folder / "actions.jsonl"
    record.touch()
    built = stack.build(stack.ROOT / ".heraut" / "e2e", print)
    emulator = stack.start(stack.free_port(), folder, authorise=True, record=record)
    try:
        parameters = session.parameters(emulator.port)
        parameters["LocalServers"] += f",{bluesky.host_port},{mastodon.host_port},{meta.host_port}"
        parameters["PeopleTopics"] = emulator.client("sns").create_topic(Name="equipe")["TopicArn"]
        parameters |= {
            "AnswersDomain": DOMAIN,
            "AnswersRegion": "eu-west-1",
        }  # elsewhere: the emulator receives no mail
        outputs = stack.deploy(emulator, built, STACK, parameters, print)
        yield World(emulator, STACK, outputs, record)
    finally:
        assert emulator.stop(), "the emulator did not stop cleanly"


@pytest.fixture(scope="session")
def world(bare_world: World, bluesky: BlueskyServer) -> World:
    """The stack with one brand, its accounts and one person."""
    accounts = [
        {"name": "site", "network": "site"},
        {"name": "bluesky", "network": "bluesky", "handle": HANDLE, "service": bluesky.address},
        {"name": "perdu", "network": "bluesky", "handle": HANDLE, "service": bluesky.address},
        {"name": "lent", "network": "site", "late": "1m", "slots": ["07:30"]},
        {"name": "instagram", "network": "by_hand", "url": "https://www.instagram.com/"},
    ]
    roles = ["publishing", "approval", "on_call"]
    person = {"id": "lea", "name": "Léa", "email": "lea@essai.example", "roles": roles, "ways": ["slack", "email"]}
    short = {"id": "sam", "name": "Sam", "email": "sam@essai.example", "phone": "+33 6 12 34 56 78", "roles": roles}
    listed = {"id": "tom", "name": "Tom", "email": "tom@essai.example", "roles": roles, "topic": TOPIC}
    people = [person, {**short, "ways": ["sms"]}, {**listed, "ways": ["webhook", "topic"]}]
    always = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00")
    brand = {"id": BRAND, "name": "Essai", "zone": "Europe/Paris", "language": "fr", "accounts": accounts}
    brands = BrandsTable(Table(bare_world.client("dynamodb"), bare_world.outputs["BrandsTable"]))
    storm = {"volume": {"interactions": 1000, "within": "10min", "of": "account"}}
    rules = [
        {"name": "Animaux", "when": {"words": ["chien", "chat"]}, "then": {"labels": ["animaux"]}},
        {"name": "Tempête", "when": storm, "then": {"urgency": "crisis"}},
    ]
    channels = [{"name": "salon", "way": "slack"}]
    more = {"people": people, "channels": channels, "working_hours": always, "rules": rules}
    wanted = read_configuration({"brands": [{**brand, **more}]})
    apply_configuration(plan_configuration(wanted, brands), brands)
    for account, password in (("bluesky", PASSWORD), ("perdu", FALSE_PASSWORD)):
        name = f"{bare_world.outputs['SecretsPath']}/{BRAND}/{account}"
        value = json.dumps({"password": password})
        bare_world.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString")
    gone = {"url": f"{bluesky.address}/hooks/gone", "secret": f"whsec_{b64encode(bytes(24)).decode()}"}
    for way in ("lea.slack", "tom.webhook"):
        name = f"{bare_world.outputs['SecretsPath']}/{BRAND}/{way}"
        bare_world.client("ssm").put_parameter(Name=name, Value=json.dumps(gone), Type="SecureString")
    return bare_world


@pytest.fixture(scope="session")
def killed(world: World, bluesky: BlueskyServer) -> Killed:
    """Publishers that were killed in the middle of two calls."""
    return kill_publishers(world, bluesky, BRAND)


@pytest.fixture(scope="session")
def start() -> datetime:
    """When the week's calendar was dropped."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="session")
def dropped(world: World, start: datetime) -> World:
    """The calendar in the inbox: posts for now and later, late ones, one row that names an unknown account."""
    world.drop("semaine.zip", calendar(BRAND, start, "Plus tard"))
    eventually(lambda: reports(world), 120)  # two imports at once are two starts of a function, late on a busy machine
    return world


@pytest.fixture(scope="session")
def crowd(world: World, mastodon: Double) -> Crowd:
    """A thousand posts in the inbox, due in the minute that begins in less than one."""
    return drop_a_minute_of_posts(world, mastodon)


@pytest.fixture(scope="session")
def storm(world: World, meta: GraphDouble) -> Storm:
    """A brand whose accounts have webhooks."""
    return Storm(world, meta, TOPIC)
