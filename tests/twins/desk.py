"""A whole publishing desk of twins: a brand, its accounts, and a world in which time can pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from heraut.brands import Account, Brand, NetworkName, Person, Role
from heraut.publishing.dispatch_posts import dispatch_now, dispatch_posts
from heraut.publishing.model import Content, Delivery, Media, Part, Post, Source
from heraut.publishing.prepare_delivery import prepare_delivery
from heraut.publishing.publish_post import publish_post
from heraut.publishing.world import MediaWorld
from tests.twins.brands import BrandsTwin
from tests.twins.clock import ClockTwin
from tests.twins.media import MediaTwin
from tests.twins.network import NetworkTwin
from tests.twins.outbox import OutboxTwin
from tests.twins.pauses import PausesTwin
from tests.twins.posts import PostsTwin
from tests.twins.secrets import SecretsTwin

if TYPE_CHECKING:
    from heraut.publishing.store import DeliveryMessage

BAKERY = Brand(
    id="boulangerie",
    name="Boulangerie Martin",
    accounts=(
        Account(name="masto", network=NetworkName.MASTODON, instance="https://social.example"),
        Account(name="journal", network=NetworkName.SITE),
        Account(name="story", network=NetworkName.BY_HAND, url="https://network.example/me"),
    ),
    people=(
        Person(id="lea", name="Léa", email="lea@example.com", roles=(Role.PUBLISHING, Role.APPROVAL)),
        Person(id="marc", name="Marc", email="marc@example.com", language="en", roles=(Role.ON_CALL,)),
    ),
)
PICTURE = Media(
    key="media/boulangerie/abc.jpg", content_type="image/jpeg", size=3, sha256="abc", alt="Un pain", name="pain.jpg"
)


@dataclass
class Desk:
    """Twins around the real use cases; `run` plays what Lambda, the queue and the schedule do, in virtual time."""

    network: NetworkTwin = field(default_factory=NetworkTwin)

    def __post_init__(self) -> None:
        self.clock = ClockTwin()
        self.network.now = self.clock.now
        self.posts = PostsTwin()
        self.pauses = PausesTwin(self.posts)
        self.outbox = OutboxTwin()
        self.brands = BrandsTwin(BAKERY)
        self.media = MediaTwin()
        self.media.save(PICTURE.key, b"jpg", PICTURE.content_type)
        self.world = MediaWorld(
            posts=self.posts,
            brands=self.brands,
            secrets=SecretsTwin(),
            networks=dict.fromkeys(NetworkName, self.network),
            outbox=self.outbox,
            clock=self.clock,
            media=self.media,
        )
        self.said: list[str] = []
        self.waiting: list[tuple[datetime, DeliveryMessage]] = []

    def queue(
        self,
        *texts: str,
        at: timedelta = timedelta(seconds=30),
        account: str = "masto",
        post: str = "p1",
        media: tuple[Media, ...] = (),
        **changes: object,
    ) -> Delivery:
        """Queue a post (a thread when several texts are given) to one account, `at` from now."""
        instant = self.clock.now() + at
        parts = tuple(
            Part(text=text, media=media if number == 0 else ()) for number, text in enumerate(texts or ("Bonjour",))
        )
        brand_account = BAKERY.account(account)
        assert brand_account is not None
        content = Content(parts=parts)
        made = Post(
            brand=BAKERY.id,
            id=post,
            content=content,
            accounts=(account,),
            publish_at=instant,
            local=instant.strftime("%Y-%m-%dT%H:%M"),
            zone="Europe/Paris",
            source=Source(kind="command"),
            created_at=self.clock.now(),
        )
        ahead = timedelta(minutes=10) if account == "story" else self.network.prepare_ahead(content)
        prepare_at = instant - ahead if ahead is not None else None
        delivery = Delivery(
            brand=BAKERY.id,
            post=post,
            account=account,
            network=brand_account.network,
            publish_at=instant,
            due_at=prepare_at or instant,
            prepare_at=prepare_at,
        ).model_copy(update=changes)
        self.posts.add(made, [delivery], [])
        dispatch_now([delivery], self.posts, self.outbox, self.clock.now())
        return self.read(delivery)

    def read(self, delivery: Delivery) -> Delivery:
        """Give the delivery as it now is."""
        found = self.posts.delivery(delivery.brand, delivery.post, delivery.account)
        assert found is not None
        return found

    def take(self) -> list[tuple[datetime, DeliveryMessage]]:
        """Take what is in the queue, with the instant at which each arrives."""
        taken = [(self.clock.now() + timedelta(seconds=delay), message) for message, delay in self.outbox.queued]
        self.outbox.queued.clear()
        return taken

    def run(self, lasting: timedelta = timedelta(minutes=10), *, ticks: bool = True) -> None:
        """Let time pass: ticks each minute, uploads at once, messages when their delay is over."""
        end = self.clock.now() + lasting
        waiting = self.waiting = self.waiting + self.take()
        tick_at = self.clock.now() + timedelta(minutes=1)
        while True:
            for message in self._uploads():
                prepare_delivery(message, self.world)
            waiting += self.take()  # in place: what waits stays in the queue if a worker is killed
            waiting.sort(key=lambda item: item[0])
            arrives = waiting[0][0] if waiting else end
            if ticks and tick_at <= min(arrives, end):
                self.clock.advance_to(tick_at)
                dispatch_posts(self.posts, self.outbox, self.clock.now())
                tick_at += timedelta(minutes=1)
            elif waiting and arrives <= end:
                self.clock.advance_to(arrives)
                self.said.append(publish_post(waiting.pop(0)[1], self.world))
            else:
                self.clock.advance_to(end)
                return

    def _uploads(self) -> list[DeliveryMessage]:
        uploads = list(self.outbox.preparing)
        self.outbox.preparing.clear()
        return uploads
