"""Build what each function needs, once, on first call: the only place that chooses adapters.

Imports stand inside, and all clients but the tables' are made when they are first used, so that a function pays at its
start for what it uses and nothing else: an empty tick sends nothing, most deliveries need no queue.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Protocol

from heraut import settings
from heraut.aws.clients import Clients
from heraut.aws.table import Table
from heraut.clock import SystemClock

BATCHES_AT_ONCE = 10  # of the tick; half of the connections that a client keeps
ACCOUNTS_AT_ONCE = 10  # tried side by side: one that hangs holds back nobody
REMEMBERED = timedelta(minutes=10)  # a reconnected account works within that time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from heraut.aws.objects import FilesBucket
    from heraut.aws.sns import SnsMessages
    from heraut.brands import Brands, NetworkName, Person, Secrets
    from heraut.brands.refresh_tokens import Renewing
    from heraut.clock import Clock
    from heraut.contests.store import Stamps
    from heraut.contests.world import Running
    from heraut.conversations import TalkRead
    from heraut.conversations.act_on_alert import AlertWorld
    from heraut.conversations.escalate_alerts import Escalating
    from heraut.conversations.note_reply import Noting
    from heraut.conversations.poll_networks import Listening
    from heraut.conversations.receive_mail import Mailing
    from heraut.conversations.receive_webhook import Events, Receiving
    from heraut.conversations.route_interaction import Routing
    from heraut.conversations.store import Conversations, Webhooks
    from heraut.conversations.tend_webhooks import Tending
    from heraut.conversations.webhook import StoredEvent
    from heraut.due import Timed
    from heraut.gatherings.world import Holding
    from heraut.links import Links
    from heraut.mornings.send_morning_point import Sending
    from heraut.networks.base import Publishes, Subscribes
    from heraut.networks.site import SiteObjects
    from heraut.notifications.base import Message, Notifications
    from heraut.notifications.send_again import Again
    from heraut.notifications.sendings import Sendings
    from heraut.notifications.ways import Ways
    from heraut.publishing import PostsRead
    from heraut.publishing.act_on_link import LinkWorld
    from heraut.publishing.calendar.media import Fetch
    from heraut.publishing.check_upcoming import Checking
    from heraut.publishing.dispatch_posts import AtOnce
    from heraut.publishing.store import MediaStore, Outbox, Pauses, Posts
    from heraut.publishing.world import MediaWorld, World

    class _Telling(Protocol):
        """What of a function's settings says how people are reached."""

        conversations_table: str
        secrets_path: str
        local_servers: str
        mail_from: str
        mail_events: str


@cache
def clients() -> Clients:
    """Give the AWS clients of this environment."""
    return Clients()


@dataclass(frozen=True)
class Dispatching:
    """What the tick needs; `at_once` runs batches of it side by side, `beat_outside` tells a watcher elsewhere."""

    posts: Posts
    outbox: Outbox
    clock: Clock
    at_once: AtOnce
    beat_outside: Callable[[], None] | None = None


def dispatch_posts() -> Dispatching:
    """Build the tick's world."""
    read = settings.DispatchPostsSettings(os.environ)
    outbox = _outbox(read.delivery_queue_url, read.prepare_function)
    at_once = ThreadPoolExecutor(BATCHES_AT_ONCE).map
    beat_outside = _beat_outside(read.heartbeat_url, read.local_servers) if read.heartbeat_url else None
    return Dispatching(_posts(read.posts_table), outbox, SystemClock(), at_once, beat_outside)


def publish_post() -> World:
    """Build the publisher's world."""
    from heraut.publishing.world import World

    read = settings.PublishPostSettings(os.environ)
    return World(
        posts=_posts(read.posts_table),
        brands=_brands(read.brands_table),
        secrets=_secrets(read.secrets_path),
        networks=_networks(read.public_bucket, read.public_url, read.local_servers),
        outbox=_outbox(read.delivery_queue_url, read.prepare_function),
        clock=SystemClock(),
    )


def prepare_delivery() -> MediaWorld:
    """Build the world of uploads."""
    from heraut.publishing.world import MediaWorld

    read = settings.PrepareDeliverySettings(os.environ)
    return MediaWorld(
        posts=_posts(read.posts_table),
        brands=_brands(read.brands_table),
        secrets=_secrets(read.secrets_path),
        networks=_networks(read.public_bucket, read.public_url, read.local_servers),
        outbox=_outbox(read.delivery_queue_url, ""),  # what is prepared is sent, never prepared again
        clock=SystemClock(),
        media=_media(read.files_bucket),
    )


@dataclass(frozen=True)
class Importing:
    """What importing a calendar needs."""

    desk: MediaWorld
    fetch: Fetch


def import_calendar() -> Importing:
    """Build the import's world."""
    from heraut.fetch import Guard, fetch
    from heraut.publishing.calendar.media import FETCHED_KINDS
    from heraut.publishing.media import MOST_BYTES
    from heraut.publishing.world import MediaWorld

    read = settings.ImportCalendarSettings(os.environ)
    guard = Guard(_local_servers(read.local_servers))
    desk = MediaWorld(
        posts=_posts(read.posts_table),
        brands=_brands(read.brands_table),
        secrets=_secrets(read.secrets_path),
        networks=_networks("", "", read.local_servers),
        outbox=_outbox(read.delivery_queue_url, read.prepare_function),
        clock=SystemClock(),
        media=_media(read.files_bucket),
    )
    return Importing(desk, lambda url: fetch(url, limit_bytes=MOST_BYTES, kinds=FETCHED_KINDS, guard=guard).body)


def refresh_tokens() -> Renewing:
    """Build the world of renewals."""
    from heraut.brands.refresh_tokens import Renewing
    from heraut.publishing.planned_posts import planned_posts

    read = settings.RefreshTokensSettings(os.environ)
    return Renewing(
        brands=_brands(read.brands_table),
        secrets=_secrets(read.secrets_path, timedelta(0)),  # an old one must not come back
        networks=_networks("", "", read.local_servers),
        notifications=_ways(read),
        clock=SystemClock(),
        planned=partial(planned_posts, _posts(read.posts_table)),
    )


def check_upcoming() -> Checking:
    """Build the world of looks ahead."""
    from heraut.aws.looks_table import LooksTable
    from heraut.publishing.check_upcoming import Checking

    read = settings.CheckUpcomingSettings(os.environ)
    return Checking(
        posts=_posts(read.posts_table),
        looks=LooksTable(Table(clients().dynamodb, read.posts_table)),
        brands=_brands(read.brands_table),
        secrets=_secrets(read.secrets_path, timedelta(0)),  # a reconnected account is seen at the next look
        networks=_networks(read.public_bucket, read.public_url, read.local_servers),
        media=_media(read.files_bucket),
        notifications=_ways(read),
        at_once=ThreadPoolExecutor(ACCOUNTS_AT_ONCE).map,
    )


def tell_people() -> dict[str, Any]:
    """Build what telling people needs: the keyword arguments of the use case but `now`."""
    read = settings.TellPeopleSettings(os.environ)
    return {
        "posts": _posts(read.posts_table),
        "brands": _brands(read.brands_table),
        "links": _links(read.brands_table),
        "notifications": _ways(read),
        "links_url": read.links_url,
    }


@dataclass(frozen=True)
class Polling:
    """What listening to accounts and looking after their webhooks need."""

    listening: Listening
    tending: Tending


def poll_networks() -> Polling:
    """Build the world of listening."""
    from heraut.conversations.poll_networks import Listening

    read = settings.PollNetworksSettings(os.environ)
    secrets = _secrets(read.secrets_path)
    listening = Listening(
        brands=_brands(read.brands_table),
        secrets=secrets,
        networks=_networks("", "", read.local_servers),
        conversations=_conversations(read.conversations_table, secrets),
        webhooks=_webhooks(read.conversations_table),
        quotes=_Quotes(read.posts_table),
        at_once=ThreadPoolExecutor(ACCOUNTS_AT_ONCE).map,
    )
    return Polling(listening, _tending(listening, read))


def _tending(listening: Listening, read: settings.PollNetworksSettings) -> Tending:
    from heraut.conversations.subscribe_webhook import Subscribing
    from heraut.conversations.tend_webhooks import Tending
    from heraut.fetch import Guard
    from heraut.networks.webhooks import scheme

    def subscriber(name: str) -> Subscribes | None:
        from heraut.networks.http import Http
        from heraut.networks.webhooks.subscriptions import subscriber

        return subscriber(name, Http(Guard(_local_servers(read.local_servers))))

    subscribing = Subscribing(
        webhooks=listening.webhooks,
        secrets=listening.secrets,
        networks=listening.networks,
        scheme=scheme,
        url="",  # addresses are given by the command; a lease is renewed for the one there is
        subscriber=subscriber,
    )
    ways = _ways(read)
    return Tending(listening.brands, subscribing, ways)


def note_reply() -> Noting:
    """Build the world of answers that are noted."""
    from heraut.conversations.note_reply import Noting

    read = settings.NoteReplySettings(os.environ)
    return Noting(_brands(read.brands_table), _conversations(read.conversations_table))


def receive_webhook() -> Receiving:
    """Build the world of what networks send."""
    from heraut.aws.events_queue import EventsQueue
    from heraut.aws.objects import FilesBucket
    from heraut.conversations.receive_webhook import Receiving
    from heraut.networks.webhooks import scheme

    read = settings.ReceiveWebhookSettings(os.environ)
    files = FilesBucket(clients().later("s3"), read.files_bucket)
    return Receiving(
        webhooks=_webhooks(read.conversations_table),
        secrets=_secrets(read.secrets_path, timedelta(minutes=1)),  # a webhook made anew works within that time
        events=EventsQueue(clients().sqs, read.interaction_queue_url, files),
        scheme=scheme,
    )


@dataclass(frozen=True)
class Reading:
    """What reading stored events needs: the world, and where large ones are."""

    world: Routing
    files: FilesBucket


def route_interaction() -> Reading:
    """Build the world of stored events."""
    from heraut.aws.objects import FilesBucket
    from heraut.conversations import receive_interaction  # noqa: F401 -- every event needs it; it is cheapest now
    from heraut.conversations.route_interaction import Routing

    read = settings.RouteInteractionSettings(os.environ)
    secrets = _secrets(read.secrets_path)
    world = Routing(
        brands=_brands(read.brands_table),
        secrets=secrets,
        networks=_networks("", "", read.local_servers),
        conversations=_conversations(read.conversations_table, secrets),
        webhooks=_webhooks(read.conversations_table),
        quotes=_Quotes(read.posts_table),
    )
    return Reading(world, FilesBucket(clients().later("s3"), read.files_bucket))


@dataclass(frozen=True)
class Ticking:
    """What the minute of messages needs: alerts to tell of, and messages to send again."""

    alerts: Escalating
    again: Again


def escalate_alerts() -> Ticking:
    """Build the world of alerts that are told, and of messages that are sent again."""
    from heraut.conversations.escalate_alerts import Escalating

    read = settings.EscalateAlertsSettings(os.environ)
    again = _again(read)
    alerts = Escalating(
        conversations=_conversations(read.conversations_table),
        brands=again.brands,
        links=again.links,
        notifications=again.ways,
        links_url=read.links_url,
        answers_domain=read.answers_domain,
    )
    return Ticking(alerts, again)


def note_bounce() -> Again:
    """Build the world of mails that came back."""
    return _again(settings.NoteBounceSettings(os.environ))


def _again(read: settings.EscalateAlertsSettings | settings.NoteBounceSettings) -> Again:
    from heraut.notifications.send_again import Again

    return Again(
        sendings=_sendings(read.conversations_table),
        brands=_brands(read.brands_table),
        links=_links(read.brands_table),
        ways=_every_way(read),
        clock=SystemClock(),
    )


def send_morning_point() -> Sending:
    """Build the world of morning points."""
    from heraut.mornings.send_morning_point import Sending

    read = settings.SendMorningPointSettings(os.environ)

    def posts() -> PostsRead:
        from heraut.aws.looks_table import LooksTable
        from heraut.publishing import PostsRead

        looks = LooksTable(Table(clients().dynamodb, read.posts_table))
        return PostsRead(_posts(read.posts_table), looks, _links(read.brands_table), read.links_url)

    def talk() -> TalkRead:
        from heraut.conversations import TalkRead

        conversations, webhooks = _conversations(read.conversations_table), _webhooks(read.conversations_table)
        return TalkRead(conversations, webhooks, _links(read.brands_table), read.links_url)

    return Sending(
        brands=_brands(read.brands_table),
        posts=_ReadInTime(cache(posts)),
        talk=_ReadInTime(cache(talk)),
        notifications=_ways(read),
    )


def run_contests() -> Running:
    """Build the world of contests: their draws wait for the public beacon, and for no other chain."""
    import secrets

    from heraut.aws.contests_table import ContestsTable
    from heraut.aws.site_objects import PublicBucket
    from heraut.contests.beacon import QUICKNET
    from heraut.contests.draw import HANDLE_BYTES
    from heraut.contests.world import Running
    from heraut.publishing import ContestPosts

    read = settings.RunContestsSettings(os.environ)
    brands, networks = _brands(read.brands_table), _networks("", "", read.local_servers)
    kept = _secrets(read.secrets_path)
    return Running(
        contests=ContestsTable(Table(clients().dynamodb, read.contests_table)),
        brands=brands,
        secrets=kept,
        networks=networks,
        heard=_conversations(read.conversations_table),
        posts=ContestPosts(_posts(read.posts_table), brands, kept, networks),
        objects=PublicBucket(clients().later("s3"), read.public_bucket),
        notifications=_ways(read),
        clock=SystemClock(),
        chain=QUICKNET,
        beacon=_BeaconInTime(read.local_servers),
        authorities=cache(partial(_authorities, read.local_servers)),
        nonce=partial(secrets.token_bytes, HANDLE_BYTES),
        public_url=read.public_url,
    )


@dataclass(frozen=True)
class Minute:
    """What one tick of contests and events needs; their worlds are made when something is due, or to be planned."""

    contests: Timed[Running]
    gatherings: Timed[Holding]
    clock: Clock


def contests_minute() -> Minute:
    """Build what tells whether a contest or an event is due: they share a timer and a table."""
    from heraut.aws.due_names import CONTEST, EVENT, due_names
    from heraut.due import Timed

    table = Table(clients().dynamodb, settings.RunContestsSettings(os.environ).contests_table)
    contests = cache(run_contests)
    return Minute(
        contests=Timed(partial(due_names, table, CONTEST), contests),
        gatherings=Timed(partial(due_names, table, EVENT), cache(lambda: _gatherings(contests()))),
        clock=SystemClock(),
    )


def _gatherings(contests: Running) -> Holding:
    """Build the world of events beside that of contests."""
    from heraut.aws.gatherings_table import GatheringsTable
    from heraut.gatherings.world import Holding
    from heraut.publishing import ContestPosts

    read = settings.RunContestsSettings(os.environ)
    posts, networks = _posts(read.posts_table), contests.networks
    return Holding(
        gatherings=GatheringsTable(Table(clients().dynamodb, read.contests_table)),
        brands=contests.brands,
        secrets=contests.secrets,
        networks=networks,
        posts=ContestPosts(posts, contests.brands, contests.secrets, networks, "event"),
        objects=contests.objects,
        notifications=contests.notifications,
        clock=contests.clock,
        public_url=contests.public_url,
    )


@dataclass(frozen=True)
class _BeaconInTime:
    """The public beacon; what asks it is loaded when a round is waited for."""

    local_servers: str

    def signature(self, round_number: int, now: datetime) -> bytes | None:
        """Give the round's signature, verified."""
        from heraut.contests.beacon import QUICKNET
        from heraut.fetch import Guard
        from heraut.witnesses.drand import Drand

        return Drand(QUICKNET, Guard(_local_servers(self.local_servers))).signature(round_number, now)


def _authorities(local_servers: str) -> Sequence[Stamps]:
    """Give the time-stamping authorities; certificates and what makes calls are loaded when one is asked."""
    from heraut.contests.timestamps import product_roots
    from heraut.fetch import Guard
    from heraut.witnesses.rfc3161 import AUTHORITIES, Authority

    guard, roots = Guard(_local_servers(local_servers)), product_roots()
    return [Authority(address, guard, roots) for address in AUTHORITIES]


@dataclass(frozen=True)
class _ReadInTime:
    """What is read of a brand in its morning: most hours are nobody's."""

    make: Callable[[], PostsRead | TalkRead]

    def of(self, *asked: Any) -> Any:
        """Read."""
        return self.make().of(*asked)


@dataclass(frozen=True)
class Answering:
    """What an answer is queued with: the port `publishing.world.Steering`."""

    posts: Posts
    brands: Brands
    networks: Mapping[NetworkName, Publishes]
    outbox: Outbox


@dataclass(frozen=True)
class Mails:
    """What reading answers by e-mail needs: the world, and where mails are put."""

    world: Mailing
    files: FilesBucket


def receive_mail() -> Mails:
    """Build the world of answers by e-mail."""
    from heraut.aws.objects import FilesBucket
    from heraut.conversations.receive_mail import Mailing
    from heraut.notifications.email import marks
    from heraut.publishing.answers import Answers

    read = settings.ReceiveMailSettings(os.environ)
    posts = Answering(
        posts=_posts(read.posts_table),
        brands=_brands(read.brands_table),
        networks=_networks("", "", read.local_servers),
        outbox=_outbox(read.delivery_queue_url, read.prepare_function),
    )
    world = Mailing(
        brands=posts.brands,
        links=_links(read.brands_table),
        conversations=_conversations(read.conversations_table),
        answers=Answers(posts),
        came=_webhooks(read.conversations_table),
        notifications=_mail(read.mail_from),
        links_url=read.links_url,
        domain=read.answers_domain,
        marks=marks(),
    )
    return Mails(world, FilesBucket(clients().later("s3"), read.files_bucket))


@dataclass(frozen=True)
class Visiting:
    """What is behind links: those about posts, and those about alerts (made when one is first visited)."""

    posts: LinkWorld
    alerts: Callable[[], AlertWorld]


def act_on_link() -> Visiting:
    """Build the world of links; networks are asked how long ahead uploads begin, and how long an answer may be."""
    from heraut.publishing.act_on_link import LinkWorld

    read = settings.ActOnLinkSettings(os.environ)

    def events() -> Events:
        from heraut.aws.events_queue import EventsQueue
        from heraut.aws.objects import FilesBucket

        files = FilesBucket(clients().later("s3"), read.files_bucket)  # none of what is asked here is large
        return EventsQueue(clients().later("sqs"), read.interaction_queue_url, files)

    @cache
    def alerts() -> AlertWorld:
        from heraut.conversations.act_on_alert import AlertWorld
        from heraut.publishing.answers import Answers

        return AlertWorld(
            conversations=_conversations(read.conversations_table),
            brands=posts.brands,
            links=posts.links,
            answers=Answers(posts),
            events=_KeptWhenNeeded(cache(events)),
        )

    posts = LinkWorld(
        posts=_posts(read.posts_table),
        brands=_brands(read.brands_table),
        links=_links(read.brands_table),
        media=_media(read.files_bucket),
        outbox=_outbox(read.delivery_queue_url, read.prepare_function),
        networks=_networks("", "", read.local_servers),
        pauses=_pauses(read.posts_table),
    )
    return Visiting(posts, alerts)


def _beat_outside(url: str, local_servers: str) -> Callable[[], None]:
    def beat() -> None:
        from heraut.fetch import Guard
        from heraut.lambdas.outside import call

        call(url, Guard(_local_servers(local_servers)))

    return beat


def _posts(table: str) -> Posts:
    from heraut.aws.posts_table import PostsTable

    return PostsTable(Table(clients().dynamodb, table))


class _Quotes:
    """Posts that quote somebody; that room is opened when somebody takes their yes back."""

    def __init__(self, table: str) -> None:
        self._table = table

    def withdraw(self, brand: str, post: str, testimonial: str, by: str, now: datetime) -> None:
        from heraut.publishing.withdraw_consent import QuotingPosts

        QuotingPosts(_posts(self._table)).withdraw(brand, post, testimonial, by, now)


def _pauses(table: str) -> Pauses:
    from heraut.aws.pauses_table import PausesTable

    return PausesTable(Table(clients().dynamodb, table))


def _brands(table: str) -> Brands:
    from heraut.aws.brands_table import BrandsTable

    return BrandsTable(Table(clients().dynamodb, table))


def _conversations(table: str, secrets: Secrets | None = None) -> Conversations:
    """Give what is kept of conversations; what takes in what is said needs the secrets too: who was forgotten."""
    from heraut.aws.conversations_table import ConversationsTable

    if secrets is None:
        return ConversationsTable(Table(clients().dynamodb, table))
    from heraut.conversations.members import key_of

    return ConversationsTable(Table(clients().dynamodb, table), partial(key_of, secrets))


def _webhooks(table: str) -> Webhooks:
    from heraut.aws.webhooks_table import WebhooksTable

    return WebhooksTable(Table(clients().dynamodb, table))


def _links(table: str) -> Links:
    from heraut.aws.links_table import LinksTable

    return LinksTable(Table(clients().dynamodb, table))


def _secrets(path: str, remembered: timedelta = REMEMBERED) -> Secrets:
    from heraut.aws.secrets import ParameterSecrets

    return ParameterSecrets(clients().later("ssm"), path, SystemClock().now, remembered)


def _outbox(queue_url: str, prepare_function: str) -> Outbox:
    from heraut.aws.outbox import QueueOutbox

    return QueueOutbox(clients().later("sqs"), queue_url, partial(clients().later, "functions"), prepare_function)


@dataclass(frozen=True)
class _WhenNeeded:
    """Ways that are made when somebody is first told something: most runs tell nobody."""

    make: Callable[[], Ways]

    def tell(self, person: Person, message: Message) -> None:
        """Send it by the first way that takes it."""
        self.make().tell(person, message)


@dataclass(frozen=True)
class _KeptWhenNeeded:
    """A queue that is made when something is first put into it: most visits put nothing there."""

    make: Callable[[], Events]

    def keep(self, event: StoredEvent) -> None:
        """Keep an event."""
        self.make().keep(event)


def _ways(read: _Telling) -> Notifications:
    """Give every way to reach a person."""
    return _WhenNeeded(cache(partial(_every_way, read)))


def _every_way(read: _Telling) -> Ways:
    """Give every way to reach a person; each is made when somebody is first reached so."""
    from heraut.fetch import Guard
    from heraut.notifications.ways import every_way

    email = partial(_mail, read.mail_from, read.mail_events)
    secret = _secrets(read.secrets_path).secret
    guard = Guard(_local_servers(read.local_servers))
    return every_way(cache(email), secret, guard, SystemClock(), _sns, _sendings(read.conversations_table))


def _mail(mail_from: str, mail_events: str = "") -> Notifications:
    from heraut.aws.mail import SesMail
    from heraut.notifications.email import EmailNotifications

    return EmailNotifications(SesMail(clients().later("mail"), mail_events), mail_from)


def _sendings(table: str) -> Sendings:
    from heraut.aws.sendings_table import SendingsTable

    return SendingsTable(Table(clients().dynamodb, table))


@cache
def _sns() -> SnsMessages:
    from heraut.aws.sns import SnsMessages

    return SnsMessages(clients().later("sns"))


def _media(bucket: str) -> MediaStore:
    from heraut.aws.objects import FilesBucket

    return FilesBucket(clients().later("s3"), bucket)


def _local_servers(listed: str) -> frozenset[str]:
    return frozenset(server for server in listed.split(",") if server)


def _networks(public_bucket: str, public_url: str, local_servers: str) -> Mapping[NetworkName, Publishes]:
    """Give the networks; without a public bucket nothing is published on `site` (its rules can still be asked)."""
    from heraut.fetch import Guard
    from heraut.networks import registry

    def site_objects() -> SiteObjects:
        from heraut.aws.site_objects import PublicBucket

        return PublicBucket(clients().later("s3"), public_bucket)

    return registry(Guard(_local_servers(local_servers)), site_objects, public_url, SystemClock().now)
