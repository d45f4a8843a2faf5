"""Rooms in which people take part under an account's posts, each before the double of one network, or in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from heraut.brands import Account, EntryKind, NetworkName
from heraut.errors import CredentialsExpired, OutcomeUnknown, RateLimited
from heraut.fetch import Guard
from heraut.networks.base import Entry, Listed, Lists, stable_id
from heraut.networks.bluesky import Bluesky
from heraut.networks.facebook import Facebook
from heraut.networks.http import Http
from heraut.networks.instagram import Instagram
from heraut.networks.mastodon import Mastodon
from heraut.networks.memory import Memory
from heraut.problems import problem
from tests.matrix.wire import Said
from tests.twins import bluesky_readers, mastodon_crowd
from tests.twins.bluesky_readers import BlueskyReaders
from tests.twins.crowd import ME, ListsTwin
from tests.twins.graph_double import GraphDouble, Lost, Person, graph
from tests.twins.graph_double import error as graph_error
from tests.twins.mastodon_crowd import MastodonCrowd

if TYPE_CHECKING:
    from tests.twins.graph_double import Entry as GraphEntry

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SOON = timedelta(minutes=5)


class Doings(Protocol):
    """What people do: `Crowd`, or the same through a double that has books of its own."""

    def post(self) -> str: ...
    def comment(self, post: str, who: str, text: str, below: str | None = None, naming: Sequence[str] = ()) -> str: ...
    def like(self, post: str, who: str) -> None: ...
    def repost(self, post: str, who: str) -> None: ...
    def undo(self, kind: EntryKind, post: str, who: str) -> None: ...
    def remove(self, remote: str) -> None: ...


@dataclass
class Room:
    """An account and the people around it.

    `called` gives the stable id of somebody, `local` what the server calls them. `cut` breaks the next call, `busy` has
    it refused until five minutes from now, `signed_out` has the account's access refused from now on.
    """

    adapter: Lists
    network: NetworkName
    account: Account
    secret: dict[str, str]
    people: Doings
    called: Callable[[str], str]
    mentioned: Callable[[str], str]
    local: Callable[[str], str]
    follow: Callable[[str], None]
    cut: Callable[[], None]
    busy: Callable[[], None]
    signed_out: Callable[[], None]
    dated: frozenset[EntryKind]  # kinds of which the network says when
    addresses: Callable[[str], list[str]]  # where people read a post
    double: Any = None
    walked: list[Listed] = field(default_factory=list)
    said: dict[tuple[str, str], str] = field(default_factory=dict)

    def answer(self, body: Any) -> None:
        """Let the next call be answered so."""
        if isinstance(self.double, GraphDouble):
            self.double.plan(Said(200, body), "GET")
        else:
            self.double.instead.append(Said(200, body))

    def page(self, kind: EntryKind, post: str, cursor: str | None = None) -> Listed:
        """Ask for a page."""
        self.walked.append(self.adapter.entries(self.account, self.secret, kind, post, cursor, NOW))
        return self.walked[-1]

    def walk(self, kind: EntryKind, post: str, between: Callable[[], object] = lambda: None) -> list[Entry]:
        """Read every page, doing something `between` two of them."""
        self.walked.clear()
        found = list(self.page(kind, post).entries)
        while self.walked[-1].cursor is not None:
            between()
            found += self.page(kind, post, self.walked[-1].cursor).entries
            assert len(self.walked) < 50, "this walk does not end"
        return found

    def do(self, kind: EntryKind, post: str, who: str) -> None:
        """Let somebody comment, like or repost."""
        if kind is EntryKind.COMMENT:
            self.said[post, who] = self.people.comment(post, who, f"Je participe ! {who}")
        elif kind is EntryKind.LIKE:
            self.people.like(post, who)
        else:
            self.people.repost(post, who)

    def undo(self, kind: EntryKind, post: str, who: str) -> None:
        """Let them take it back."""
        if kind is EntryKind.COMMENT:
            self.people.remove(self.said.pop((post, who)))
        else:
            self.people.undo(kind, post, who)


def account(network: NetworkName, **more: Any) -> Account:
    """The account as the configuration says it."""
    return Account(name="page", network=network, **more)


@contextmanager
def in_memory() -> Iterator[Room]:
    """The twin."""
    twin = ListsTwin()

    def cut() -> None:
        twin.faults.append(OutcomeUnknown(problem("server_answer_broken", host="twin")))

    def busy() -> None:
        twin.faults.append(RateLimited(problem("bluesky_busy", host="twin"), NOW + SOON))

    def signed_out() -> None:
        twin.faults.append(CredentialsExpired(problem("bluesky_sign_in_refused", host="twin")))

    yield Room(
        twin,
        NetworkName.BLUESKY,
        account(NetworkName.BLUESKY),
        {},
        twin.crowd,
        called=lambda who: stable_id(NetworkName.BLUESKY, who),
        mentioned=lambda who: stable_id(NetworkName.BLUESKY, who),
        local=lambda who: who,
        follow=twin.crowd.followers.add,
        cut=cut,
        busy=busy,
        signed_out=signed_out,
        dated=frozenset(EntryKind),
        addresses=lambda post: [f"https://twin.example/{post}", post],
        double=twin,
    )


@contextmanager
def on_bluesky() -> Iterator[Room]:
    """The adapter before the double of the readers' server."""
    with bluesky_readers.bluesky_readers() as double:
        handle = f"{ME}.example"
        reset = {"RateLimit-Reset": str(int((NOW + SOON).timestamp())), "RateLimit-Limit": "3000"}

        def signed_out() -> None:
            double.instead += [Said(400, {"error": "InvalidToken", "message": "Token could not be verified"})] * 9

        yield Room(
            Bluesky(_http(double)),
            NetworkName.BLUESKY,
            account(NetworkName.BLUESKY, service=double.url, handle=handle),
            bluesky_readers.SECRET | {"pds": double.url},
            double.crowd,
            called=lambda who: stable_id(NetworkName.BLUESKY, bluesky_readers.did(who)),
            mentioned=lambda who: stable_id(NetworkName.BLUESKY, bluesky_readers.did(who)),
            local=bluesky_readers.did,
            follow=double.crowd.followers.add,
            cut=lambda: double.instead.append(None),
            busy=lambda: double.instead.append(Said(429, {"error": "RateLimitExceeded"}, reset)),
            signed_out=signed_out,
            dated=frozenset({EntryKind.COMMENT, EntryKind.LIKE}),
            addresses=lambda post: (
                [
                    f"https://bsky.app/profile/{who}/post/{post.rpartition('/')[2]}"
                    for who in (handle, handle.upper(), bluesky_readers.did(ME))
                ]
                + [post]
            ),
            double=double,
        )


@contextmanager
def on_mastodon(*, imitates: bool = False, **more: Any) -> Iterator[Room]:
    """The adapter before the double of a Mastodon server, or of one that imitates it."""
    with mastodon_crowd.mastodon_crowd(imitates=imitates, **more) as double:
        until = (NOW + SOON).isoformat().replace("+00:00", "Z")
        reset = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": until}

        def signed_out() -> None:
            double.instead += [Said(401, {"error": "The access token was revoked"})] * 9

        yield Room(
            Mastodon(_http(double), clock=lambda: NOW, memory=Memory(clock=lambda: 0.0)),
            NetworkName.MASTODON,
            account(NetworkName.MASTODON, instance=double.url),
            mastodon_crowd.SECRET,
            double.crowd,
            called=lambda who: stable_id(NetworkName.MASTODON, mastodon_crowd.actor(who)),
            mentioned=lambda who: stable_id(NetworkName.MASTODON, f"https://social.example/@{who}"),
            local=mastodon_crowd.account_id,
            follow=double.crowd.followers.add,
            cut=lambda: double.instead.append(None),
            busy=lambda: double.instead.append(Said(429, {"error": "Throttled"}, reset)),
            signed_out=signed_out,
            dated=frozenset({EntryKind.COMMENT}),
            addresses=lambda post: [double.read_at(post), f"{double.read_at(post)}/", post],
            double=double,
        )


@dataclass
class GraphPeople:
    """People of Meta's networks, before the double that has their books."""

    double: GraphDouble
    network: NetworkName
    known: dict[str, Person] = field(default_factory=dict)
    reactions: dict[tuple[str, str], GraphEntry] = field(default_factory=dict)

    def person(self, who: str) -> Person:
        """Give somebody, with ids of their own."""
        return self.known.setdefault(who, Person(f"7{len(self.known):08}", who.capitalize(), who))

    def post(self) -> str:
        """The account posts."""
        made = self.double.post if self.network is NetworkName.FACEBOOK else self.double.media
        return made("Jeu-concours").id

    def comment(self, post: str, who: str, text: str, below: str | None = None, naming: Sequence[str] = ()) -> str:
        """Somebody comments; both networks put every reply right below the first comment."""
        to = self.double.entries[below or post]
        names = tuple(self.person(one) for one in naming)
        made = self.double.comment(to, text, self.person(who), names=names, at=self._next())
        return made.id

    def like(self, post: str, who: str) -> None:
        """Somebody reacts."""
        self.reactions[post, who] = self.double.react(self.double.entries[post], self.person(who))

    def repost(self, post: str, who: str) -> None:
        """Nobody hears of it."""

    def undo(self, kind: EntryKind, post: str, who: str) -> None:
        """Somebody takes a reaction back."""
        assert kind is EntryKind.LIKE
        self.double.remove(self.reactions.pop((post, who)))

    def remove(self, remote: str) -> None:
        """Something is taken away."""
        self.double.remove(self.double.entries[remote])

    def _next(self) -> datetime:
        return NOW - timedelta(days=1) + timedelta(seconds=len(self.double.entries) + len(self.double.gone))


@contextmanager
def on_meta(network: NetworkName, **more: Any) -> Iterator[Room]:
    """The adapter of one of Meta's networks before the double of the Graph API."""
    with graph(now=lambda: NOW, **more) as double:
        made = Facebook if network is NetworkName.FACEBOOK else Instagram
        people = GraphPeople(double, network)
        adapter = made(_http(double), lambda: NOW, Memory(clock=lambda: 0.0))

        def busy() -> None:
            usage = f'{{"1": [{{"estimated_time_to_regain_access": {SOON // timedelta(minutes=1)}}}]}}'
            said = graph_error(80001, "Page request limit reached")
            double.plan(Said(said.status, said.body, {"X-Business-Use-Case-Usage": usage}), "GET")

        def signed_out() -> None:
            double.trouble = (190, 460)

        def addresses(post: str) -> list[str]:
            if network is NetworkName.INSTAGRAM:
                return [f"https://www.instagram.com/p/{post}/", f"https://www.instagram.com/lea/reel/{post}?igsh=1"]
            number = post.rpartition("_")[2]
            old = f"https://m.facebook.com/permalink.php?story_fbid={number}&id=1000"
            return [
                f"https://www.facebook.com/{post}",
                f"https://facebook.com/lea/posts/{number}/?ref=share",
                old,
                post,
            ]

        def mentioned(who: str) -> str:
            return f"@{who}" if network is NetworkName.INSTAGRAM else stable_id(network, people.person(who).id)

        yield Room(
            adapter,
            network,
            account(network, service=double.url),
            {"app_id": double.app_id, "app_secret": double.app_secret, "access_token": double.token},
            people,
            called=lambda who: stable_id(network, people.person(who).id),
            mentioned=mentioned,
            local=lambda who: people.person(who).id,
            follow=lambda _: None,
            cut=lambda: double.plan(Lost(done=False), "GET"),
            busy=busy,
            signed_out=signed_out,
            dated=frozenset({EntryKind.COMMENT}),
            addresses=addresses,
            double=double,
        )


def _http(double: BlueskyReaders | MastodonCrowd | GraphDouble) -> Http:
    return Http(Guard(frozenset({double.host_port})), total_seconds=5)


ROOMS: dict[str, Callable[[], Any]] = {
    "in memory": in_memory,
    "bluesky": on_bluesky,
    "mastodon": on_mastodon,
    "imitator": lambda: on_mastodon(imitates=True),
    "facebook": lambda: on_meta(NetworkName.FACEBOOK),
    "instagram": lambda: on_meta(NetworkName.INSTAGRAM),
}


@contextmanager
def opened(name: str) -> Iterator[Room]:
    """Open a room by its name."""
    with ExitStack() as stack:
        yield stack.enter_context(ROOMS[name]())
