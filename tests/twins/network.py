"""Twin of a network: keeps its own books, and can go wrong in the ways networks do."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from heraut.allowance import Allowance
from heraut.brands import NetworkName
from heraut.errors import CredentialsExpired, HerautError, OutcomeUnknown, RateLimited, ReadBackUnavailable
from heraut.networks.base import Begun, Identity, Job, Limits, Preparation, Published, Spot, Window
from heraut.problems import Problem, problem
from heraut.publishing.model import Content, InReplyTo, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from heraut.brands import Account
    from heraut.conversations import Interaction
    from heraut.publishing.model import Media


@dataclass(frozen=True)
class Entry:
    """One thing the network accepted."""

    id: str
    account: str
    key: str
    text: str
    at: datetime


@dataclass
class NetworkTwin:
    """A network whose `books` say what it really accepted.

    `faults` are taken one per call of `publish`: an error is raised before anything is accepted, or, when it stands in
    `after` instead, once the call was accepted. `keyed` networks refuse a repeat of one key; `hidden_for` is how long
    readers do not see what was accepted, `forgets_after`
    how long a key is known. With `allowed` it takes so many parts of an account in each `window` from its
    first one on, refuses the others with the instant of its reset (`refused` are the instants at which it did), and
    tells what is left with each answer, unless it is not one that `tells`.
    """

    name: NetworkName = NetworkName.MASTODON
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    keyed: bool = True
    reads_back: bool = True
    ahead: timedelta | None = None
    most: int = 500
    safe_for: timedelta | None = timedelta(minutes=55)
    hidden_for: timedelta = timedelta(0)
    forgets_after: timedelta | None = None  # how long it knows a key; None: for ever
    secret_fields: tuple[str, ...] = ("token",)
    before: list[BaseException | None] = field(default_factory=list)
    after: list[BaseException | None] = field(default_factory=list)
    prepares: list[BaseException | Preparation] = field(default_factory=list)
    blind: bool = False
    books: list[Entry] = field(default_factory=list)
    calls: list[datetime] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)
    looks: list[datetime] = field(default_factory=list)
    allowed: int | None = None
    window: timedelta = timedelta(minutes=5)
    tells: bool = True
    takes: str | None = None  # the only token it takes; None: any
    refused: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[datetime, int]] = {}

    def prepare_ahead(self, content: Content) -> timedelta | None:
        return self.ahead if content.media else None

    def limits(self, account: Account, secret: Mapping[str, str]) -> Limits:
        return Limits(characters=self.most)

    def count(self, text: str, limits: Limits) -> int:
        return len(text)

    def validate(self, content: Content, limits: Limits) -> Sequence[Problem]:
        most = limits.characters
        return [
            problem("text_too_long_for_twin", "text", length=len(part.text), limit=most or 0)
            for part in content.parts
            if most is not None and len(part.text) > most
        ]

    def prepare(self, job: Job, read: Callable[[Media], bytes], now: datetime) -> Preparation:
        self._knows(job.secret)
        if self.prepares:
            planned = self.prepares.pop(0)
            if isinstance(planned, BaseException):
                raise planned
            return planned
        self.uploads += [media.key for media in job.content.media if read(media)]
        return Preparation(remote={media.key: f"remote-{media.sha256[:8]}" for media in job.content.media})

    def publish(self, job: Job, accepted: Callable[[str], None], now: datetime) -> Published:
        with self._lock:
            self.calls.append(self.now())
        ids = list(job.done)
        allowance = None
        for number in range(len(job.done), len(job.content.parts)):
            self._knows(job.secret)
            self._raise(self.before)
            allowance = self._counted(job.account.name)
            remote_id = self._accept(job, number)
            self._raise(self.after)
            ids.append(remote_id)
            accepted(remote_id)
        url = f"https://twin.example/{ids[0]}"
        return Published(remote_ids=tuple(ids), url=url, at=self.now(), allowance=allowance)

    def find(self, job: Job, window: Window, taken: frozenset[str]) -> Published | Begun | None:
        self.looks.append(self.now())
        if self.blind:
            raise ReadBackUnavailable(problem("no_clear_answer"))
        seen = [entry for entry in self.books if entry.at + self.hidden_for <= self.now()]
        ids = list(job.done)
        for part in job.content.parts[len(job.done) :]:
            entry = next(
                (
                    one
                    for one in seen
                    if one.account == job.account.name
                    and one.text == part.text
                    and window.since <= one.at <= window.until
                    and one.id not in taken
                ),
                None,
            )
            if entry is None:
                begun = len(ids) > len(job.done)
                return Begun(tuple(ids), f"https://twin.example/{ids[0]}") if begun else None
            ids.append(entry.id)
        return Published(remote_ids=tuple(ids), url=f"https://twin.example/{ids[0]}")

    def repeat_is_safe(self, job: Job) -> timedelta | None:
        return self.safe_for if self.keyed else None

    def reply(self, account: Account, interaction: Interaction, text: str) -> Content:
        return Content(parts=(Part(text=text.strip()),), in_reply_to=InReplyTo(interaction=interaction.id))

    def under(self, account: Account, secret: Mapping[str, str], spot: Spot, text: str, now: datetime) -> Content:
        self._knows(secret)
        return Content(parts=(Part(text=text.strip()),), in_reply_to=InReplyTo(interaction=spot.at))

    def check(self, account: Account, secret: Mapping[str, str]) -> Identity:
        self._knows(secret)
        return Identity(name=account.name, url=None, limits=self.limits(account, secret))

    def spend(self, account: str, calls: int) -> None:
        """Let somebody else use calls of an account: a person, or another application."""
        for _ in range(calls):
            self._counted(account)

    def times_online(self, text: str) -> int:
        """How often this text really went online."""
        return sum(1 for entry in self.books if entry.text == text)

    def _knows(self, secret: Mapping[str, str]) -> None:
        if self.takes not in (None, secret.get("token")):
            raise CredentialsExpired(problem("account_removed", account="masto"))

    def _counted(self, account: str) -> Allowance | None:
        """Count a call of an account in its window, and tell what is left; RateLimited when it was one too many."""
        if self.allowed is None:
            return None
        with self._lock:
            now = self.now()
            began, used = self._windows.get(account, (now, 0))
            if now >= began + self.window:
                began, used = now, 0
            resets_at = began + self.window
            if used >= self.allowed:
                self.refused.append(now)
                told = (self.allowed, self.window) if self.tells else (None, None)
                raise RateLimited(problem("no_clear_answer"), resets_at, *told)
            self._windows[account] = began, used + 1
            return Allowance(self.allowed - used - 1, resets_at, self.allowed, self.window) if self.tells else None

    def _accept(self, job: Job, number: int) -> str:
        key = f"{job.key}/{number}"
        with self._lock:
            for entry in self.books:
                known = self.forgets_after is None or self.now() <= entry.at + self.forgets_after
                if self.keyed and known and entry.key == key and entry.account == job.account.name:
                    return entry.id
            entry = Entry(
                id=f"id-{len(self.books) + 1}",
                account=job.account.name,
                key=key,
                text=job.content.parts[number].text,
                at=self.now(),
            )
            self.books.append(entry)
            return entry.id

    @staticmethod
    def _raise(planned: list[BaseException | None]) -> None:
        if planned and (error := planned.pop(0)) is not None:
            raise error


def cut() -> HerautError:
    """Say that the call left and no answer came."""
    return OutcomeUnknown(problem("no_clear_answer"))
