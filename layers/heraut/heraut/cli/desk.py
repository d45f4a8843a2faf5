"""The adapters behind the command, over the stack it speaks to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from heraut.aws.brand_places import BrandFiles, BrandItems, BrandSecrets
from heraut.aws.brands_table import BrandsTable
from heraut.aws.conversations_table import ConversationsTable
from heraut.aws.events_queue import StoredFiles
from heraut.aws.gatherings_table import GatheringsTable
from heraut.aws.links_table import LinksTable
from heraut.aws.mail import SesMail
from heraut.aws.objects import FilesBucket
from heraut.aws.outbox import QueueOutbox
from heraut.aws.pauses_table import PausesTable
from heraut.aws.posts_table import PostsTable
from heraut.aws.secrets import ParameterSecrets
from heraut.aws.sendings_table import SendingsTable
from heraut.aws.site_objects import PublicBucket
from heraut.aws.sns import SnsMessages
from heraut.aws.table import Table
from heraut.aws.webhooks_table import WebhooksTable
from heraut.clock import SystemClock
from heraut.conversations.forget_person import Forgetting
from heraut.conversations.members import key_of
from heraut.conversations.subscribe_webhook import Subscribing
from heraut.fetch import Guard
from heraut.networks import Networks, registry
from heraut.networks.http import Http
from heraut.networks.webhooks import scheme
from heraut.networks.webhooks.subscriptions import subscriber
from heraut.notifications.email import EmailNotifications
from heraut.notifications.kept_messages import KeptMessages
from heraut.notifications.ways import Ways, every_way
from heraut.publishing.answers import Answers
from heraut.publishing.withdraw_consent import QuotingPosts
from heraut.publishing.world import MediaWorld

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.aws.contests_table import ContestsTable
    from heraut.brands.store import Place
    from heraut.cli.stacks import OpenStack
    from heraut.contests.forget_entrant import ContestEntries
    from heraut.gatherings.forget_asker import AskedInSessions


@dataclass(frozen=True)
class Desk:
    """What commands work with; each part is made when it is first asked for."""

    stack: OpenStack

    @cached_property
    def clock(self) -> SystemClock:
        """The time."""
        return SystemClock()

    @cached_property
    def guard(self) -> Guard:
        """Which addresses may be opened."""
        return Guard(self.stack.local_servers)

    @cached_property
    def brands(self) -> BrandsTable:
        """Configuration and people."""
        return BrandsTable(Table(self.stack.clients.dynamodb, self.stack["BrandsTable"]))

    @cached_property
    def links(self) -> LinksTable:
        """Links in messages."""
        return LinksTable(Table(self.stack.clients.dynamodb, self.stack["BrandsTable"]))

    @cached_property
    def posts(self) -> PostsTable:
        """Posts and deliveries."""
        return PostsTable(Table(self.stack.clients.dynamodb, self.stack["PostsTable"]))

    @cached_property
    def pauses(self) -> PausesTable:
        """Pauses, beside the posts."""
        return PausesTable(Table(self.stack.clients.dynamodb, self.stack["PostsTable"]))

    @cached_property
    def conversations(self) -> ConversationsTable:
        """What is said to the brands."""
        table = Table(self.stack.clients.dynamodb, self.stack["ConversationsTable"])
        return ConversationsTable(table, lambda brand: key_of(self.secrets, brand))

    @cached_property
    def contests(self) -> ContestsTable:
        """Contests, who takes part, who won."""
        from heraut.aws.contests_table import ContestsTable  # brings the models of contests, which most never need

        return ContestsTable(Table(self.stack.clients.dynamodb, self.stack["ContestsTable"]))

    @cached_property
    def entries(self) -> ContestEntries:
        """What people did in contests."""
        from heraut.contests.forget_entrant import ContestEntries
        from heraut.publishing.contest_posts import ContestPosts

        said = ContestPosts(self.posts, self.brands, self.secrets, self.networks)
        return ContestEntries(self.contests, said, self.conversations)

    @cached_property
    def sessions(self) -> AskedInSessions:
        """What people asked in sessions of questions."""
        from heraut.gatherings.forget_asker import AskedInSessions
        from heraut.publishing import ContestPosts

        posts = ContestPosts(self.posts, self.brands, self.secrets, self.networks, "event")
        return AskedInSessions(self.gatherings, posts)

    @cached_property
    def public(self) -> PublicBucket:
        """What anybody may read."""
        return PublicBucket(self.stack.clients.s3, self.stack["PublicBucket"])

    @cached_property
    def webhooks(self) -> WebhooksTable:
        """Webhooks of accounts, beside what is said."""
        return WebhooksTable(Table(self.stack.clients.dynamodb, self.stack["ConversationsTable"]))

    @cached_property
    def sendings(self) -> SendingsTable:
        """What was sent to people, beside what is said."""
        return SendingsTable(Table(self.stack.clients.dynamodb, self.stack["ConversationsTable"]))

    @cached_property
    def gatherings(self) -> GatheringsTable:
        """Events as they run, beside the contests."""
        return GatheringsTable(Table(self.stack.clients.dynamodb, self.stack["ContestsTable"]))

    @cached_property
    def subscribing(self) -> Subscribing:
        """What subscribing to a network's events needs."""
        http = Http(self.guard)
        return Subscribing(
            webhooks=self.webhooks,
            secrets=self.secrets,
            networks=self.networks,
            scheme=scheme,
            url=self.stack["WebhooksUrl"],
            subscriber=lambda name: subscriber(name, http),
        )

    @cached_property
    def secrets(self) -> ParameterSecrets:
        """Secrets of accounts."""
        return ParameterSecrets(self.stack.clients.ssm, self.stack["SecretsPath"], self.clock.now)

    @cached_property
    def files(self) -> FilesBucket:
        """Calendars, media, reports."""
        return FilesBucket(self.stack.clients.s3, self.stack["FilesBucket"])

    @cached_property
    def forgetting(self) -> Forgetting:
        """What giving back, and forgetting, what is held of somebody needs."""
        return Forgetting(
            conversations=self.conversations,
            answers=Answers(self.world),
            events=StoredFiles(self.files),
            messages=KeptMessages(self.sendings),
            links=self.links,
            secrets=self.secrets,
            quotes=QuotingPosts(self.posts),
            entries=self.entries,
            sessions=self.sessions,
        )

    @cached_property
    def places(self) -> Sequence[Place]:
        """Everywhere that something of a brand is kept; who owns what comes last, so that an erasure can go on."""
        clients, tables = self.stack.clients, ("ContestsTable", "ConversationsTable", "PostsTable")
        public = FilesBucket(clients.s3, self.stack["PublicBucket"])
        return (
            BrandSecrets(clients.ssm, self.stack["SecretsPath"]),
            *(BrandItems(name, Table(clients.dynamodb, self.stack[name])) for name in tables),
            BrandFiles("Files", self.files, ("media/", "webhooks/")),
            BrandFiles("Page", public, ("", "contests/", "events/")),
            BrandItems("BrandsTable", Table(clients.dynamodb, self.stack["BrandsTable"])),
        )

    @cached_property
    def outbox(self) -> QueueOutbox:
        """Ways to set work going."""
        clients = self.stack.clients
        return QueueOutbox(
            clients.sqs,
            self.stack["DeliveryQueueUrl"],
            lambda: clients.functions,
            self.stack["PrepareFunction"],
        )

    @cached_property
    def networks(self) -> Networks:
        """Every network."""
        return registry(self.guard, lambda: self.public, self.stack["PublicUrl"], self.clock.now)

    @cached_property
    def notifications(self) -> Ways:
        """How people are reached."""

        def email() -> EmailNotifications:
            mail = SesMail(self.stack.clients.mail, self.stack["MailEvents"])
            return EmailNotifications(mail, self.stack["MailFrom"])

        def sns() -> SnsMessages:
            return SnsMessages(self.stack.clients.sns)

        return every_way(email, self.secrets.secret, self.guard, self.clock, sns, self.sendings)

    @cached_property
    def world(self) -> MediaWorld:
        """What the publishing use cases need."""
        return MediaWorld(
            posts=self.posts,
            brands=self.brands,
            secrets=self.secrets,
            networks=self.networks,
            outbox=self.outbox,
            clock=self.clock,
            media=self.files,
        )
