"""What people asked in a session, best first, and what the team decided about a question (values)."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from heraut.addresses import is_web
from heraut.brands import NetworkName
from heraut.contests import Note
from heraut.gatherings.running import Instant, Stored

if TYPE_CHECKING:
    from collections.abc import Iterable

HIDE, SHOW = "hide", "show"  # what is decided about a question
MOST_SHOWN = 200  # questions
MOST_BYTES = 300_000  # of all that is kept; an item holds 400 kB
DIGITS = 8  # of a question's short name


class Question(Stored):
    """What somebody asked: a comment right under one of the session's posts, as it was when it was read last.

    `post` is the remote id of that post, on `account`; `by` a stable id, `handle` what people write after @ ("" where
    there is none). `likes` None: its network does not tell. `answered`: the brand answered right beneath it.
    """

    account: str
    network: NetworkName
    post: str
    remote: str
    by: str | None = None
    handle: str = ""
    text: str = ""
    at: Instant | None = None
    likes: int | None = None
    answered: bool = False

    @property
    def id(self) -> str:
        """What people call it by: short, and the same at each reading."""
        return sha256(f"{self.account} {self.remote}".encode()).hexdigest()[:DIGITS]

    @property
    def rank(self) -> tuple[int, float, str]:
        """Where it stands: the most liked first, then the first asked."""
        return -(self.likes or 0), self.at.timestamp() if self.at else 0.0, self.remote

    @property
    def asker(self) -> str:
        """Who asked: their stable id, else what they are called; "" where the network says neither."""
        return self.by or self.handle

    @property
    def profile(self) -> str:
        """Where its author is found, "" where their network has no public address for them."""
        name = self.handle.removeprefix("@")
        if self.network is NetworkName.BLUESKY and name:
            return f"https://bsky.app/profile/{name}"
        if self.network is NetworkName.INSTAGRAM and name:
            return f"https://www.instagram.com/{name}/"
        known_as = (self.by or "").partition(":")[2]
        return known_as if self.network is NetworkName.MASTODON and is_web(known_as) else ""


class Questions(Stored):
    """What was asked in a session, best first.

    `kept` are the best of them, and those that were taken off; `count` says how many there are in all. `decisions` are
    notes about a question, by its id, the last one counts. `erased` are people who asked to be forgotten while the
    lists are still read: what these hold of them is left out.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    brand: str
    name: str
    revision: int = 0
    count: int = 0
    kept: tuple[Question, ...] = ()
    decisions: dict[str, tuple[Note, ...]] = Field(default_factory=dict)
    erased: frozenset[str] = frozenset()

    def hiding(self, question: Question) -> Note | None:
        """Give the decision that keeps a question off the recap, None where it may stand there."""
        notes = self.decisions.get(question.id, ())
        return notes[-1] if notes and notes[-1].what == HIDE else None

    @property
    def shown(self) -> tuple[Question, ...]:
        """The questions that people see, best first."""
        return tuple(one for one in self.kept if not self.hiding(one))

    @property
    def shown_count(self) -> int:
        """How many there are that nobody took off."""
        return self.count - sum(self.hiding(one) is not None for one in self.kept)

    @property
    def uncounted(self) -> tuple[NetworkName, ...]:
        """The networks that do not say how many like a question of theirs."""
        return tuple(dict.fromkeys(one.network for one in self.shown if one.likes is None))

    def of(self, found: Iterable[Question]) -> Questions:
        """Give what was asked as it was just read, without those who asked to be forgotten: the next revision."""
        each = {(one.account, one.remote): one for one in found if one.asker not in self.erased}
        kept: list[Question] = []
        size = shown = 0
        for one in sorted(each.values(), key=lambda one: one.rank):
            size += len(one.model_dump_json().encode())
            shown += self.hiding(one) is None
            if size <= MOST_BYTES and (shown <= MOST_SHOWN or self.hiding(one)):
                kept.append(one)
        return self.next(count=len(each), kept=tuple(kept))

    def next(self, **changes: object) -> Questions:
        """Give them as they are after a change."""
        return self.model_copy(update={**changes, "revision": self.revision + 1})
