"""What contests need of the world, as ports: where they are kept, what is published, and the third parties that a
draw's proof rests on (room `witnesses/`).
"""  # noqa: D205 -- one sentence

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from heraut.errors import HerautError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from heraut.contests.running import Contest, Head, KeptEntrant, Winner
    from heraut.contests.timestamps import Stamp
    from heraut.conversations import GivenAnswer, Overheard
    from heraut.networks.base import Spot


class NobodyAnswered(HerautError):
    """No third party gave an answer that holds; the same question may be asked again.

    `tried` says for each of them, by its host, what was wrong.
    """

    def __init__(self, tried: Sequence[tuple[str, str]]) -> None:
        """Keep who was asked and what came of it; no answer's words are in it."""
        self.tried = tuple(tried)
        super().__init__(", ".join(f"{host}: {why}" for host, why in tried))


class Beacon(Protocol):
    """The public randomness of one chain."""

    def signature(self, round_number: int, now: datetime) -> bytes | None:
        """Give the round's signature (48 bytes), verified; None while the round has not come.

        Raises NobodyAnswered when it should be there and no relay gave it.
        """


@dataclass(frozen=True)
class Stamped:
    """A time-stamp that was checked, and the bytes that let anybody check it again."""

    stamp: Stamp
    evidence: bytes


class Stamps(Protocol):
    """One authority that says when it saw a commit."""

    def stamp(self, commit: str) -> Stamped:
        """Have a commit (64 hexadecimal digits) stamped, and check the answer; NobodyAnswered when it does not hold."""


class Contests(Protocol):
    """Contests, who took part in them and who won. Every read is consistent; a lost race raises Conflict."""

    def contest(self, brand: str, name: str) -> Contest | None:
        """Read a contest as it runs, None when it was never planned."""

    def every_contest(self, brand: str) -> Iterator[Contest]:
        """Give every contest that a brand ever planned, by name."""

    def add(self, contest: Contest) -> None:
        """Write a contest that is not there yet (Conflict when it is)."""

    def change(self, before: Contest, after: Contest, heads: tuple[Head, Head] | None = None) -> None:
        """Replace `before` by `after`; with `heads`, also the operator's head (before, after) in one transaction.

        Conflict unless the contest's revision and the head are still those of before.
        """

    def head(self, brand: str) -> Head:
        """Read where the operator's draws have come to."""

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        """Give brand and name of the contests to look at by now, soonest first (an index: it may lag)."""

    def entrants(self, brand: str, name: str, ids: Sequence[str]) -> Mapping[str, KeptEntrant]:
        """Read those of these who took part."""

    def every_entrant(self, brand: str, name: str, after: str = "") -> Iterator[KeptEntrant]:
        """Give everybody who took part, page by page, in an order that stays; those after this stable id, or all."""

    def save_entrants(self, brand: str, name: str, entrants: Sequence[KeptEntrant], until: datetime) -> None:
        """Write entrants (100 at most) until they are forgotten, all or none.

        One of revision 1 is new, another one replaces that of `revision - 1`; Conflict otherwise.
        """

    def keep_part(self, brand: str, name: str, part: bytes, until: datetime) -> str:
        """Keep a part of something larger (300 kB at most) until it is forgotten; gives its name, its alone."""

    def part(self, brand: str, name: str, part: str) -> bytes:
        """Read a part by its name; NotFound when it is not there."""

    def forget_entrants(self, brand: str, name: str, ids: Sequence[str]) -> None:
        """Take entrants away; who is gone already is gone."""

    def winners(self, brand: str, name: str) -> Sequence[Winner]:
        """Read everybody to whom the draw gave a rank, in the order of ranks."""

    def add_winners(self, brand: str, name: str, winners: Sequence[Winner], until: datetime) -> None:
        """Write those who are not there yet, until they are forgotten; the others stay as they are."""

    def change_winner(
        self, brand: str, name: str, after: Winner, contest: tuple[Contest, Contest] | None = None
    ) -> None:
        """Replace a winner of `revision - 1`; with `contest`, it too (before, after) in one transaction.

        Conflict unless the winner has that revision, and the contest that of before.
        """

    def remember_wins(self, brand: str, name: str, wins: Mapping[str, datetime], until: datetime) -> None:
        """Keep who (stable id) kept a prize of a contest, and when they won, until then; whoever else did is gone."""

    def forget_people(self, brand: str, name: str, most: int) -> bool:
        """Take away so many of those who took part, of winners and of parts; gives whether there may be more."""

    def wins(self, brand: str, who: str) -> Mapping[str, datetime]:
        """Say of which contests somebody (stable id) is remembered to have kept a prize, and when they won."""

    def forget_wins(self, brand: str, who: str) -> None:
        """Forget that somebody (stable id) kept prizes of a brand's contests; what is gone already is gone."""

    def won(self, brand: str, before: datetime | None = None) -> Mapping[str, datetime]:
        """Say when each who kept a prize of a brand's contest last won (before then), as far as that is remembered."""


class Hears(Protocol):
    """What contests ask of conversations (as `conversations.store.Conversations`)."""

    def overheard(self, brand: str, contest: str, since: datetime | None = None) -> Iterator[Overheard]:
        """Give what a contest has not taken note of yet, in the order in which it was heard: all, or what was since."""

    def forget_overheard(self, heard: Sequence[Overheard]) -> None:
        """Forget what a contest took note of; what is gone already is gone."""


class Messages(Protocol):
    """What contests said to winners, as far as publishing keeps it."""

    def said(self, brand: str, post: str) -> Sequence[GivenAnswer]:
        """Give what a post says on each account, and how far it came; nothing where there is none."""

    def forget(self, brand: str, post: str, *, in_doubt: bool = False) -> None:
        """Erase a post here, not on its network; one that has not left leaves no more. What is gone already is gone.

        InvalidInput: it is leaving, or nobody knows yet whether it is online (but for `in_doubt`: erased all the same).
        """


class Held(Protocol):
    """An object that is there: what it holds, and the mark of exactly that."""

    @property
    def body(self) -> bytes:
        """What it holds."""

    @property
    def etag(self) -> str:
        """The mark."""


class Objects(Protocol):
    """The public bucket (as `networks.site.SiteObjects`)."""

    def read(self, key: str) -> Held | None:
        """Read an object; None when it is not there."""

    def create(self, key: str, body: bytes, content_type: str, cache: str) -> bool:
        """Write an object that is not there yet; False when it is."""

    def replace(self, key: str, body: bytes, etag: str, content_type: str, cache: str) -> bool:
        """Write over an object that still has this mark; False when it has not."""


class Online(Protocol):
    """A post as it is online: on which account, where people read it, since when (aware)."""

    @property
    def account(self) -> str:
        """The account."""

    @property
    def url(self) -> str:
        """The address."""

    @property
    def at(self) -> datetime:
        """The instant."""


class Speaks(Messages, Protocol):
    """What contests ask of publishing."""

    def say(self, brand: str, post: str, accounts: Sequence[str], texts: Sequence[str], now: datetime) -> Sequence[str]:
        """Queue a post that leaves at once, held by pause and crisis as any; nothing where it was queued before.

        Of `texts`, longest first, it is the first that each of them takes, or the last. Gives the accounts that are
        left out: their network takes nothing but answers.
        """

    def say_under(
        self, brand: str, post: str, account: str, spot: Spot, text: str, language: str, now: datetime
    ) -> None:
        """Queue what is said under a post of the account, or below a comment there, as `say` does.

        InvalidInput: this network lets nobody, or would refuse these words. Raises too what asking the network raises.
        """

    def online(self, brand: str, post: str) -> Sequence[Online]:
        """Say where a post is online by now, and where it can be read."""

    def sent_at(self, brand: str, post: str) -> datetime | None:
        """Say since when what was said is online, wherever it can be read; None while it may still leave.

        NotFound: it leaves no more (refused, dropped, out of time).
        """

    def remote_ids(self, brand: str, row: str | None, post: str | None) -> Mapping[str, str]:
        """Give the network's id of a post (by its own name, or by its calendar row's) on each account where it is."""
