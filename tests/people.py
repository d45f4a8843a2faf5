"""A bakery with its people, posts and links: what the tests of messages and link pages are about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from heraut import links as tokens
from heraut.brands import Account, Brand, NetworkName, Person, Role
from heraut.events import EventName, event
from heraut.links import LIFETIME, Action, Link
from heraut.networks.by_hand import ByHand
from heraut.pages.visit import Answer, Request
from heraut.publishing.act_on_link import LinkWorld, act_on_link
from heraut.publishing.model import Attempt, Content, Delivery, Media, Part, Post, Source, State
from heraut.publishing.tell_people import Told, tell_people
from tests.twins.brands import BrandsTwin
from tests.twins.links import LinksTwin
from tests.twins.media import MediaTwin
from tests.twins.notifications import NotificationsTwin
from tests.twins.outbox import OutboxTwin
from tests.twins.pauses import PausesTwin
from tests.twins.posts import PostsTwin

if TYPE_CHECKING:
    from heraut.events import Event

PROMISE = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)  # a Monday; 12 h 30 in Paris
NOW = datetime(2026, 11, 23, 13, 4, tzinfo=UTC)  # 14 h 04 in Paris
TEXT = "Le pain de seigle sort du four à 16 h.\nOn vous en garde un ?"
LINKS_URL = "https://links.example"

PICTURE = Media(
    key="media/martin/aa.jpg",
    content_type="image/jpeg",
    size=1000,
    sha256="aa",
    alt="Trois miches de seigle sur une grille",
    name="seigle.jpg",
)
FILM = Media(key="media/martin/bb.mp4", content_type="video/mp4", size=9, sha256="bb", alt="", name="fournil.mp4")

LEA = Person(id="lea", name="Léa", email="lea@martin.example", roles=(Role.PUBLISHING, Role.APPROVAL))
PAUL = Person(id="paul", name="Paul", email="paul@martin.example", language="en", roles=(Role.PUBLISHING,))
NADIA = Person(id="nadia", name="Nadia", email="nadia@martin.example", roles=(Role.ON_CALL,))

MARTIN = Brand(
    id="martin",
    name="Boulangerie Martin",
    accounts=(
        Account(name="bluesky", network=NetworkName.BLUESKY, handle="martin.bsky.social"),
        Account(name="mastodon", network=NetworkName.MASTODON, instance="https://piaille.fr", handle="martin"),
        Account(name="page", network=NetworkName.SITE, url="https://martin.example/actus/"),
        Account(name="insta", network=NetworkName.BY_HAND, url="https://www.instagram.com/boulangerie.martin/"),
    ),
    people=(LEA, PAUL, NADIA),
)


class Uploads:
    """A network of which a test only needs to know how long ahead uploads begin."""

    def __init__(self, ahead: timedelta | None = None) -> None:
        self._ahead = ahead

    def prepare_ahead(self, content: Content) -> timedelta | None:
        return self._ahead


def a_post(post: str = "p1", *, accounts: tuple[str, ...] = ("bluesky",), text: str = TEXT, **more: Any) -> Post:
    """Make a post of one part with one picture, promised at 12 h 30."""
    given: dict[str, Any] = {
        "brand": "martin",
        "id": post,
        "content": Content(parts=(Part(text=text, media=(PICTURE,)),)),
        "accounts": accounts,
        "publish_at": PROMISE,
        "local": "2026-11-23T12:30",
        "zone": "Europe/Paris",
        "source": Source(kind="command"),
        "created_at": PROMISE - timedelta(days=2),
    }
    return Post(**(given | more))


def a_delivery(post: Post, account: str = "bluesky", state: State = State.ASKING, **more: Any) -> Delivery:
    """Make a delivery of the post in a state, with the attempt such a state has."""
    known = MARTIN.account(account)
    assert known is not None
    tried = state in {State.ASKING, State.FAILED, State.SENDING, State.UNCONFIRMED}
    started = post.publish_at + timedelta(seconds=4)
    given: dict[str, Any] = {
        "brand": post.brand,
        "post": post.id,
        "account": account,
        "network": known.network,
        "version": post.version,
        "state": state,
        "publish_at": post.publish_at,
        "attempts": 1 if tried else 0,
        "attempt": Attempt(id=f"attempt-{account}", number=1, started_at=started) if tried else None,
        "zone": post.zone,
        "local": post.local,
    }
    return Delivery(**(given | more))


@dataclass
class Bakery:
    """The world of one test, with twins."""

    brand: Brand = MARTIN
    posts: PostsTwin = field(default_factory=PostsTwin)
    links: LinksTwin = field(default_factory=LinksTwin)
    media: MediaTwin = field(default_factory=MediaTwin)
    outbox: OutboxTwin = field(default_factory=OutboxTwin)
    notifications: NotificationsTwin = field(default_factory=NotificationsTwin)
    ahead: timedelta | None = None
    brands: BrandsTwin = field(init=False)
    pauses: PausesTwin = field(init=False)

    def __post_init__(self) -> None:
        self.brands = BrandsTwin(self.brand)
        self.pauses = PausesTwin(self.posts)

    def add(self, post: Post, *deliveries: Delivery) -> None:
        """Put a post with its deliveries into the tables."""
        self.posts.add(post, deliveries, ())

    def delivery(self, account: str = "bluesky", post: str = "p1") -> Delivery:
        """Read a delivery that is there."""
        found = self.posts.delivery("martin", post, account)
        assert found is not None
        return found

    def names(self, post: str = "p1") -> list[str]:
        """Give the names of a post's events, in order."""
        return [one.name for one in self.posts.story("martin", post)]

    def link(self, action: Action, person: Person = LEA, **more: Any) -> str:
        """Make a link as `tell_people` would, for the delivery of p1 on Bluesky unless said; gives its path."""
        token = tokens.new_token()
        given: dict[str, Any] = {"post": "p1", "account": "bluesky", "version": 1, "attempt": None}
        created = more.pop("created_at", NOW - timedelta(minutes=30))
        account = more.get("account", "bluesky")
        found = self.posts.delivery("martin", "p1", account) if account else None
        if found is not None and found.attempt is not None:
            given["attempt"] = found.attempt.id
        self.links.save(
            Link(
                hash=tokens.hash_of(token),
                brand="martin",
                person=person.id,
                action=action,
                created_at=created,
                expires_at=created + LIFETIME,
                **(given | more),
            )
        )
        return f"/martin/{token}"

    def visit(self, path: str, method: str = "GET", body: str = "", now: datetime = NOW) -> Answer:
        """Open a link."""
        networks: dict[NetworkName, Any] = dict.fromkeys(NetworkName, Uploads(self.ahead))
        networks[NetworkName.BY_HAND] = ByHand()
        world = LinkWorld(self.posts, self.brands, self.links, self.media, self.outbox, networks, self.pauses)
        return act_on_link(Request(method, path, body), world, now)

    def press(self, path: str, body: str = "", now: datetime = NOW) -> Answer:
        """Press the page's button."""
        return self.visit(path, "POST", body, now)

    def tell(self, *events: Event, now: datetime = NOW) -> Told:
        """Tell people of events."""
        return tell_people(
            events,
            posts=self.posts,
            brands=self.brands,
            links=self.links,
            notifications=self.notifications,
            links_url=LINKS_URL,
            now=now,
        )


def happened(name: EventName, post: str = "p1", account: str | None = "bluesky", **fields: Any) -> Event:
    """Make an event of the bakery."""
    return event(name, "martin", post, account, NOW, **fields)
