"""The real handlers over moto: tables as the template makes them, settings as it sets them, events as they come."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws

from heraut.aws.brands_table import BrandsTable
from heraut.aws.contests_table import ContestsTable
from heraut.aws.conversations_table import ConversationsTable
from heraut.aws.links_table import LinksTable
from heraut.aws.posts_table import PostsTable
from heraut.aws.webhooks_table import WebhooksTable
from heraut.brands import Account, Brand, NetworkName, Person, Role
from heraut.lambdas import bootstrap
from heraut.publishing.model import Content, Delivery, Media, Part, Post, Source, State
from tests import canary
from tests.contracts.stack import REGION, Stack, kept_clients

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
BRAND = Brand(
    id="boulangerie",
    name="Boulangerie Martin",
    accounts=(
        Account(name="journal", network=NetworkName.SITE),
        Account(name="story", network=NetworkName.BY_HAND, url="https://network.example/me"),
    ),
    people=(Person(id="lea", name="Léa", email="lea@example.com", roles=(Role.PUBLISHING,)),),
    revision=1,
)


@dataclass
class Context:
    """What Lambda gives beside the event."""

    function_name: str
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:eu-west-3:123456789012:function:heraut"
    aws_request_id: str = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"


class Running:
    """A stack under moto, and its functions."""

    def __init__(self) -> None:
        self.clients = kept_clients()
        tables = ("PostsTable", "BrandsTable", "ConversationsTable")
        self.posts_stack, brands_stack, self.conversations_stack = (Stack.of(one, self.clients) for one in tables)
        self.posts, self.brands = PostsTable(self.posts_stack.table), BrandsTable(brands_stack.table)
        self.links = LinksTable(brands_stack.table)
        self.conversations = ConversationsTable(self.conversations_stack.table)
        self.contests = ContestsTable(Stack.of("ContestsTable", self.clients).table)
        self.webhooks = WebhooksTable(self.conversations_stack.table)
        for bucket in ("files", "public"):
            place: Any = {"LocationConstraint": REGION}
            self.clients.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        self.queue = self.clients.sqs.create_queue(QueueName="deliveries")["QueueUrl"]
        self.interactions = self.clients.sqs.create_queue(QueueName="interactions")["QueueUrl"]
        self.clients.mail.create_email_identity(EmailIdentity="heraut@example.com")
        self.clients.mail.create_configuration_set(ConfigurationSetName="mail-events")
        self.brands.save(BRAND, 0)

    def environment(self) -> dict[str, str]:
        """Give the environment that the template sets."""
        return {
            "BRANDS_TABLE": "BrandsTable",
            "POSTS_TABLE": "PostsTable",
            "CONVERSATIONS_TABLE": "ConversationsTable",
            "CONTESTS_TABLE": "ContestsTable",
            "FILES_BUCKET": "files",
            "PUBLIC_BUCKET": "public",
            "PUBLIC_URL": "https://public.example",
            "LINKS_URL": "https://links.example",
            "DELIVERY_QUEUE_URL": self.queue,
            "INTERACTION_QUEUE_URL": self.interactions,
            "PREPARE_FUNCTION": "prepare",
            "SECRETS_PATH": "/heraut",
            "LOCAL_SERVERS": "",
            "HEARTBEAT_URL": "",
            "MAIL_FROM": "heraut@example.com",
            "ANSWERS_DOMAIN": "reponses.example.com",
            "MAIL_EVENTS": "mail-events",
            "POWERTOOLS_METRICS_NAMESPACE": "heraut/test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }

    def queue_post(
        self,
        post: str = "p1",
        *,
        account: str = "journal",
        at: datetime | None = None,
        media: tuple[Media, ...] = (),
        **changes: Any,
    ) -> Delivery:
        """Queue a post that is due now."""
        instant = at or datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=1)
        network = next(one.network for one in BRAND.accounts if one.name == account)
        made = Post(
            brand=BRAND.id,
            id=post,
            content=Content(parts=(Part(text=f"Bonjour de {post} {canary.TEXT}", media=media),)),
            accounts=(account,),
            publish_at=instant,
            local="2026-11-23T09:30",
            zone="Europe/Paris",
            source=Source(kind="command"),
            created_at=instant,
        )
        delivery = Delivery(
            brand=BRAND.id, post=post, account=account, network=network, publish_at=instant, due_at=instant
        ).model_copy(update=changes)
        self.posts.add(made, [delivery], [])
        return delivery

    def state(self, post: str = "p1", account: str = "journal") -> State:
        """Give a delivery's state."""
        found = self.posts.delivery(BRAND.id, post, account)
        assert found is not None
        return found.state

    def objects(self, bucket: str) -> list[str]:
        """List a bucket."""
        return [entry["Key"] for entry in self.clients.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]

    def call(self, name: str, event: Any) -> Any:
        """Call a function's handler with an event, in an environment of its own."""
        return self.handler(name)(event)

    def handler(self, name: str) -> Callable[[Any], Any]:
        """Give a function's handler, in an environment of its own."""
        spec = importlib.util.spec_from_file_location(f"app_{name}", ROOT / "functions" / name / "app.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return lambda event: module.lambda_handler(event, Context(name))


def events_of(name: str) -> list[Any]:
    """Give every example event of a function, as parameters."""
    files = sorted((ROOT / "events" / name).glob("*.json"))
    return [pytest.param(json.loads(file.read_text(encoding="utf-8")), id=file.stem) for file in files]


def event_of(name: str, case: str) -> Any:
    """Give one example event."""
    return json.loads((ROOT / "events" / name / f"{case}.json").read_text(encoding="utf-8"))


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A stack under moto."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        stack = Running()
        for name, value in stack.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(bootstrap, "clients", lambda: stack.clients)
        yield stack
