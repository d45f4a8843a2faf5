"""People around an account's posts (who comments, likes, reposts, follows), and a network in memory that lists them.

`Crowd` is the books. `tests/twins/bluesky_readers.py` and `mastodon_crowd.py` serve the same books as those networks
do; `ListsTwin` gives them at once, for tests of what is built on `Lists`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from heraut.brands import EntryKind, NetworkName
from heraut.errors import NetworkError, Refused, Unreachable
from heraut.networks.base import REACH, Blocked, Entry, Listed, Reach, stable_id
from heraut.networks.entries import comment_heard, not_ours, not_told, require_listed
from heraut.problems import problem

if TYPE_CHECKING:
    from heraut.brands import Account
    from heraut.conversations import Interaction

BEGAN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ME = "boulangerie"


@dataclass(frozen=True)
class Deed:
    """One thing in the books, numbered as it came; `naming` are the people whom a comment mentions."""

    number: int
    kind: EntryKind
    who: str
    post: str
    at: datetime
    text: str = ""
    below: str | None = None
    naming: tuple[str, ...] = ()


@dataclass
class Crowd:
    """The books of one account's network: people are known by a word, each deed comes a second after the last.

    `named` says what the network calls the thing of a number that somebody made. `blocked` are people whom it shows to
    nobody here, `unnamed` those whom it does not
    name, `blocking` those whom the account blocks, `hidden` comments that it hid.
    """

    named: Callable[[str, int], str] = lambda who, number: f"{who}-{number}"
    deeds: list[Deed] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    followers: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    unnamed: set[str] = field(default_factory=set)
    blocking: list[str] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def post(self) -> str:
        """The account posts; gives the post's id."""
        self.posts.append(self.named(ME, next(self._numbers)))
        return self.posts[-1]

    def comment(
        self,
        post: str,
        who: str,
        text: str,
        below: str | None = None,
        naming: Sequence[str] = (),
        at: datetime | None = None,
    ) -> str:
        """Somebody comments, or answers a comment; gives the comment's id."""
        made = self._add(EntryKind.COMMENT, post, who, text=text, below=below, naming=tuple(naming), at=at)
        return self.named(who, made.number)

    def like(self, post: str, who: str) -> None:
        """Somebody likes a post."""
        self._add(EntryKind.LIKE, post, who)

    def repost(self, post: str, who: str) -> None:
        """Somebody shares a post."""
        self._add(EntryKind.REPOST, post, who)

    def undo(self, kind: EntryKind, post: str, who: str) -> None:
        """Somebody takes a like or a repost back."""
        self.deeds = [one for one in self.deeds if (one.kind, one.post, one.who) != (kind, post, who)]

    def remove(self, remote: str) -> None:
        """Somebody takes a comment, or the account a post, away."""
        self.deeds = [one for one in self.deeds if self.named(one.who, one.number) != remote]
        self.posts = [one for one in self.posts if one != remote]

    def under(self, kind: EntryKind, post: str) -> list[Deed]:
        """Give what was done under a post, newest first."""
        found = [one for one in self.deeds if (one.kind, one.post) == (kind, post)]
        return sorted(found, key=lambda one: one.number, reverse=True)

    def _add(self, kind: EntryKind, post: str, who: str, at: datetime | None = None, **more: object) -> Deed:
        number = next(self._numbers)
        made = Deed(number, kind, who, post, at or BEGAN + timedelta(seconds=number), **more)  # type: ignore[arg-type]
        self.deeds.append(made)
        return made


@dataclass
class ListsTwin:
    """A network in memory that lists a crowd, a `page` at a time; `faults` are raised, one a call, before anything.

    `unlisted` are kinds that its server has no list of, `broken` is what a method raises each time. `most` is how many
    it lists at all, the newest ones, `blocks_told` behind how many whom the account blocks it fails; None: everybody.
    """

    name: NetworkName = NetworkName.BLUESKY
    crowd: Crowd = field(default_factory=Crowd)
    page: int = 50
    most: int | None = None
    unlisted: set[EntryKind] = field(default_factory=set)
    broken: dict[str, NetworkError] = field(default_factory=dict)
    blocks_told: int | None = None
    faults: list[NetworkError] = field(default_factory=list)
    calls: list[tuple[EntryKind, str | None]] = field(default_factory=list)

    @property
    def reach(self) -> Mapping[EntryKind, Reach]:
        """What its network declares."""
        return REACH.get(self.name, {})

    def entries(
        self,
        account: Account,
        secret: Mapping[str, str],
        kind: EntryKind,
        post: str,
        cursor: str | None,
        now: datetime,
    ) -> Listed:
        """Give a page, newest first; the cursor is the number of the last one on the page before."""
        self.calls.append((kind, cursor))
        if self.faults:
            raise self.faults.pop(0)
        require_listed(self.name, self.name, kind)
        if kind in self.unlisted:
            raise not_told(self.name, kind)
        if post not in self.crowd.posts:
            raise Refused(problem("lists_post_gone", network=self.name))
        shown = self.crowd.under(kind, post)[: self.most]
        found = [one for one in shown if cursor is None or one.number < int(cursor)]
        page, rest = found[: self.page], found[self.page :]
        entries = tuple(self._entry(one) for one in page if one.who not in self.crowd.blocked)
        own = frozenset({stable_id(self.name, ME), f"@{ME}"})
        return Listed(entries, str(page[-1].number) if rest else None, own, len(page) - len(entries))

    def follows(self, account: Account, secret: Mapping[str, str], who: Sequence[str], now: datetime) -> frozenset[str]:
        """Say who follows."""
        if self.faults:
            raise self.faults.pop(0)
        if EntryKind.FOLLOW not in self.reach:
            raise not_told(self.name, EntryKind.FOLLOW)
        return frozenset(who) & self.crowd.followers

    def still_there(
        self, account: Account, secret: Mapping[str, str], comments: Sequence[str], now: datetime
    ) -> frozenset[str]:
        """Say which comments are still there."""
        self._fail("still_there")
        there = {self.crowd.named(one.who, one.number) for one in self.crowd.deeds if one.kind is EntryKind.COMMENT}
        return frozenset(comments) & there

    def blocked(self, account: Account, secret: Mapping[str, str], cursor: str | None, now: datetime) -> Blocked:
        """Give a page of those whom the account blocks; the cursor is how many came before."""
        self._fail("blocked")
        start = int(cursor or 0)
        if self.blocks_told is not None and start >= self.blocks_told:
            raise Unreachable(problem("network_unreachable", host="twin.example"))
        end = start + self.page
        who = frozenset(stable_id(self.name, one) for one in self.crowd.blocking[start:end])
        return Blocked(who, str(end) if end < len(self.crowd.blocking) else None)

    def heard(self, interaction: Interaction, post: str) -> Entry | None:
        """Give what was heard as an entry."""
        return comment_heard(interaction, post, interaction.author.id, interaction.author.id)

    def post_at(self, account: Account, secret: Mapping[str, str], address: str, now: datetime) -> str:
        """Give the post at `https://twin.example/<id>`."""
        if self.faults:
            raise self.faults.pop(0)
        post = address.strip().rpartition("/")[2]
        if post not in self.crowd.posts:
            raise not_ours(self.name, address)
        return post

    def _fail(self, method: str) -> None:
        if method in self.broken:
            raise self.broken[method]
        if self.faults:
            raise self.faults.pop(0)

    def _entry(self, deed: Deed) -> Entry:
        is_comment, remote = deed.kind is EntryKind.COMMENT, self.crowd.named(deed.who, deed.number)
        hidden = deed.who in self.crowd.unnamed
        return Entry(
            kind=deed.kind,
            by=None if hidden else stable_id(self.name, deed.who),
            name="" if hidden else deed.who.capitalize(),
            handle="" if hidden else f"@{deed.who}",
            remote=remote if is_comment else None,
            text=deed.text,
            at=deed.at,
            below=deed.below,
            mentions=tuple(stable_id(self.name, one) for one in dict.fromkeys(deed.naming)),
            local=None if hidden else deed.who,
            likes=len(self.crowd.under(EntryKind.LIKE, remote)) if is_comment else None,
            hidden=remote in self.crowd.hidden,
        )
