"""A stack under moto with a bakery in it, and the real command speaking to it."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from typer.main import get_command
from typer.testing import CliRunner

from heraut.aws.brands_table import BrandsTable
from heraut.aws.contests_table import ContestsTable
from heraut.aws.conversations_table import ConversationsTable
from heraut.aws.gatherings_table import GatheringsTable
from heraut.aws.health import ALARMS
from heraut.aws.links_table import LinksTable
from heraut.aws.posts_table import PostsTable
from heraut.aws.secrets import ParameterSecrets
from heraut.aws.webhooks_table import WebhooksTable
from heraut.brands import Account, Brand, NetworkName, Person, Role
from heraut.cli import stacks
from heraut.cli.doctor import STOPPABLE
from heraut.cli.main import app
from heraut.cli.public_days import with_public_days
from heraut.cli.stacks import OpenStack
from heraut.clock import SystemClock
from heraut.conversations.members import key_of
from heraut.networks.base import Identity, Limits
from heraut.networks.by_hand import ByHand
from heraut.problems import problem
from tests.contracts.stack import REGION, Stack, kept_clients
from tests.twins.network import NetworkTwin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    import pytest

    from heraut.errors import NetworkError
    from heraut.events import Event
    from heraut.problems import Problem
    from heraut.publishing.model import Content, Delivery, Post, State

BAKERY = Brand(
    id="martin",
    name="Boulangerie Martin",
    accounts=(
        Account(name="masto", network=NetworkName.MASTODON, instance="https://social.example"),
        Account(name="sky", network=NetworkName.BLUESKY, service="https://bsky.social", handle="martin.example"),
        Account(name="story", network=NetworkName.BY_HAND, url="https://network.example/me"),
    ),
    groups={"partout": ("masto", "sky")},
    people=(
        Person(id="lea", name="Léa", email="lea@example.com", roles=(Role.PUBLISHING, Role.APPROVAL)),
        Person(id="karim", name="Karim", email="karim@example.com", roles=(Role.ON_CALL,)),
    ),
    revision=1,
)
LIBRARY = Brand(
    id="mots",
    name="Librairie Les Mots",
    accounts=(Account(name="vitrine", network=NetworkName.MASTODON, instance="https://social.example"),),
    people=(Person(id="ines", name="Inès", email="ines@example.com"),),
    revision=1,
)
FIELDS = (
    *("delivery", "post", "brand", "account", "network", "state", "holds", "due_at", "due_local", "zone"),
    *("published_at", "lateness_ms", "url", "attempts", "problem", "version"),
)


@dataclass
class CheckedTwin(NetworkTwin):
    """A network that can be asked whether a secret works."""

    secret_fields: tuple[str, ...] = ("password",)
    trouble: NetworkError | None = None
    tried: list[Mapping[str, str]] = field(default_factory=list)

    def validate(self, content: Content, limits: Limits) -> Sequence[Problem]:
        most = limits.characters
        return [
            problem("mastodon_text_too_long", length=len(part.text), limit=most, url=23)
            for part in content.parts
            if most is not None and len(part.text) > most
        ]

    def check(self, account: Account, secret: Mapping[str, str]) -> Identity:
        self.tried.append(secret)
        if self.trouble is not None:
            raise self.trouble
        return Identity(name=f"@{account.name}", url=f"https://twin.example/@{account.name}", limits=Limits())


@dataclass
class RefreshingTwin(CheckedTwin):
    """A network whose tokens expire."""

    signs_in_anew = True

    def refresh(self, account: Account, secret: Mapping[str, str], now: datetime) -> Mapping[str, str] | None:
        if self.trouble is not None:
            raise self.trouble
        return {**secret, "access": "renewed-token"}


@dataclass
class Said:
    """What the command printed and answered."""

    out: str
    err: str
    status: int

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@cache
def _command() -> Any:
    """Build the command once: Typer reads some hundred signatures for it, half of the time of a test that runs it."""
    return get_command(app)


class Shop:
    """The stack, its stores, and the command."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.clients = kept_clients()
        tables = ("PostsTable", "BrandsTable", "ConversationsTable")
        self.posts_stack, self.brands_stack, conversations_stack = (Stack.of(one, self.clients) for one in tables)
        self.posts, self.brands = PostsTable(self.posts_stack.table), BrandsTable(self.brands_stack.table)
        self.links = LinksTable(self.brands_stack.table)
        conversations = conversations_stack.table
        self.secrets = ParameterSecrets(self.clients.ssm, "/heraut", SystemClock().now)
        self.conversations = ConversationsTable(conversations, partial(key_of, self.secrets))
        self.webhooks = WebhooksTable(conversations)
        contests = Stack.of("ContestsTable", self.clients).table
        self.contests, self.gatherings = ContestsTable(contests), GatheringsTable(contests)
        for bucket in ("files", "public"):
            place: Any = {"LocationConstraint": REGION}
            self.clients.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        self.queue_url = self.clients.sqs.create_queue(QueueName="deliveries")["QueueUrl"]
        self.clients.mail.create_email_identity(EmailIdentity="heraut@example.com")
        self.clients.mail.create_configuration_set(ConfigurationSetName="mail-events")
        self.failed_url = self.clients.sqs.create_queue(QueueName="failed")["QueueUrl"]
        self.undelivered_url = self.clients.sqs.create_queue(QueueName="undelivered")["QueueUrl"]
        self.topic = self.clients.sns.create_topic(Name="alarms")["TopicArn"]
        self.masto, self.sky = CheckedTwin(), RefreshingTwin(name=NetworkName.BLUESKY)
        self.networks = {
            NetworkName.MASTODON: self.masto,
            NetworkName.BLUESKY: self.sky,
            NetworkName.BY_HAND: ByHand(),
        }
        self.asked_for: list[str | None] = []
        monkeypatch.setattr(stacks, "open_stack", self._open)
        monkeypatch.setattr("heraut.cli.desk.registry", lambda *_: self.networks)
        for name in ("LC_ALL", "LC_MESSAGES", "LANG", "HERAUT_STACK"):
            monkeypatch.delenv(name, raising=False)
        self.speak("fr")
        self.act_as("lea")

    def _open(self, name: str | None) -> OpenStack:
        self.asked_for.append(name)
        return OpenStack("test", self.clients, self.outputs())

    def outputs(self) -> dict[str, str]:
        """Give the stack's outputs."""
        return {
            "BrandsTable": "BrandsTable",
            "PostsTable": "PostsTable",
            "ConversationsTable": "ConversationsTable",
            "ContestsTable": "ContestsTable",
            "FilesBucket": "files",
            "PublicBucket": "public",
            "PublicUrl": "https://public.example",
            "LinksUrl": "https://links.example",
            "WebhooksUrl": "https://hooks.example/",
            "DeliveryQueueUrl": self.queue_url,
            "PrepareFunction": "prepare",
            "SecretsPath": "/heraut",
            "MailFrom": "heraut@example.com",
            "MailEvents": "mail-events",
            "FailedQueueUrl": self.failed_url,
            "UndeliveredQueueUrl": self.undelivered_url,
            "AlarmsTopic": self.topic,
            "MetricsNamespace": "heraut/test",
            "MorningSchedule": "heraut/morning",
            "RefusalsLog": "sns/eu-west-3/123456789012/DirectPublishToPhoneNumber/Failure",
            "BounceFunction": "heraut-NoteBounceFunction-1ABC",
            **{name: name for name in ALARMS},
            **{name: name for name in STOPPABLE},
        }

    def open(self) -> Shop:
        """Configure the two brands."""
        for brand in with_public_days((BAKERY, LIBRARY), SystemClock().now()):
            self.brands.save(brand, 0)
        return self

    def speak(self, language: str) -> None:
        """Choose the language of the environment."""
        self._monkeypatch.setenv("HERAUT_LANGUAGE", language)

    def act_as(self, person: str) -> None:
        """Choose who acts."""
        self._monkeypatch.setenv("HERAUT_PERSON", person)

    def heraut(self, *arguments: str | Path, typed: str | None = None) -> Said:
        """Run the command; `typed` is its standard input."""
        with CliRunner().isolation(input=typed) as (out, err, _):
            status = 0
            try:
                _command().main(args=[str(one) for one in arguments], prog_name="heraut")
            except SystemExit as end:
                status = int(end.code or 0)
            sys.stdout.flush()
            sys.stderr.flush()
            return Said(_plain(out.getvalue().decode()), _plain(err.getvalue().decode()), status)

    def add(self, *more: str, at: str = "23/11/2099 9h30", accounts: str = "masto", text: str = "Bonjour") -> str:
        """Queue a post with the command; gives its id."""
        brand = ("--brand", "martin")
        said = self.heraut("post", "add", *brand, "--accounts", accounts, "--at", at, "--text", text, "--json", *more)
        assert said.status == 0, said
        return str(said.json[0]["post"])

    def post(self, post: str) -> Post:
        """Read a post at its newest version."""
        found = self.posts.post("martin", post)
        assert found is not None
        return found

    def delivery(self, post: str, account: str = "masto") -> Delivery:
        """Read a delivery."""
        found = self.posts.delivery("martin", post, account)
        assert found is not None
        return found

    def put(self, post: str, state: State, account: str = "masto", **changes: Any) -> Delivery:
        """Bring a delivery to a state, as the machine would."""
        before = self.delivery(post, account)
        after = before.model_copy(update={"state": state, **changes})
        self.posts.change(before, after)
        return self.delivery(post, account)

    def story(self, post: str) -> list[tuple[str, str | None, dict[str, Any]]]:
        """Give the names, accounts and fields of a post's events."""
        events: list[Event] = list(self.posts.story("martin", post))
        return [(event.name.value, event.account, event.fields) for event in events]

    def queued(self) -> list[dict[str, Any]]:
        """Take the messages that were sent to the queue."""
        got = self.clients.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [json.loads(message["Body"]) for message in got.get("Messages", [])]

    def forget(self, output: str) -> None:
        """Make the stack one of an older release, without this output."""
        kept = {name: value for name, value in self.outputs().items() if name != output}
        opened = OpenStack("test", self.clients, kept)
        self._monkeypatch.setattr(stacks, "open_stack", lambda _name: replace(opened))


def _plain(text: str) -> str:
    """Leave out colours, and show hard spaces as spaces."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\N{NO-BREAK SPACE}", " ")
