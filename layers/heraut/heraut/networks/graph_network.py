"""What Facebook and Instagram have in common: an answer is published, read back and moderated alike on both.

Nothing else is published there yet: a calendar's row is refused when it is read, and `by_hand` is what to use. Neither
network takes a key that makes a repeat harmless: an answer whose fate is unknown is looked for, and a person is asked
where it is not found.
"""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from heraut.brands import EntryKind
from heraut.errors import InvalidInput, NetworkError, ReadBackUnavailable, Refused
from heraut.networks.base import Identity, Limits, Preparation, Published
from heraut.networks.entries import not_told
from heraut.networks.graph_answers import GONE
from heraut.networks.graph_api import APP_ID, APP_SECRET, TOKEN, Graph, Who
from heraut.networks.memory import Memory
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, timedelta

    from heraut.brands import Account
    from heraut.brands.model import NetworkName
    from heraut.networks.base import Job, Window
    from heraut.networks.http import Http
    from heraut.problems import Problem
    from heraut.publishing.model import Content, InReplyTo, Media

PAGE_FIELDS = "feed,mention"  # what a Page sends events of; Instagram's come only while its Page sends some


@dataclass(frozen=True)
class Said:
    """A comment as it is read back: who wrote it, what, when, its id and address."""

    id: str
    author: str | None
    text: str
    at: datetime
    url: str | None = None


@dataclass(frozen=True)
class GraphNetwork(ABC):
    """A network of Meta's. `clock` tells the time to the calls that are given no instant."""

    http: Http
    clock: Callable[[], datetime]
    memory: Memory = field(default_factory=Memory)

    reads_back = True
    signs_in_anew = True  # a Page's token is never renewed, so trying it loses nothing
    secret_fields: tuple[str, ...] = (APP_ID, APP_SECRET, TOKEN)
    webhook_schemes: tuple[str, ...] = ("meta",)
    subscribes_by: tuple[str, ...] = ("meta",)

    @property
    @abstractmethod
    def name(self) -> NetworkName:
        """Which network it is."""

    @property
    @abstractmethod
    def title(self) -> str:
        """The network's name for people."""

    @property
    @abstractmethod
    def answers(self) -> Limits:
        """What an answer may be."""

    @abstractmethod
    def who(self, graph: Graph) -> Who:
        """Say which account it is."""

    @abstractmethod
    def send(self, graph: Graph, to: InReplyTo, text: str) -> str:
        """Send an answer, and give its id."""

    @abstractmethod
    def below(self, graph: Graph, to: InReplyTo, window: Window) -> Sequence[Said]:
        """Give what was written where an answer would stand; raises what an adapter may."""

    @property
    @abstractmethod
    def hiding(self) -> str:
        """Name the parameter that hides a comment."""

    @abstractmethod
    def trials(self, who: Who) -> Sequence[tuple[str, Mapping[str, str]]]:
        """Give what is read to know whether the rights are there: path and parameters."""

    # ------------------------------------------------------------------ publishing: answers alone
    def prepare_ahead(self, content: Content) -> timedelta | None:  # noqa: ARG002 -- whatever is said
        """Nothing is uploaded."""
        return None

    def limits(self, account: Account, secret: Mapping[str, str]) -> Limits:  # noqa: ARG002 -- the same for all
        """Give what an answer may be."""
        return self.answers

    def count(self, text: str, limits: Limits) -> int:  # noqa: ARG002 -- no limit changes the count
        """Count characters."""
        return len(text)

    def validate(self, content: Content, limits: Limits) -> Sequence[Problem]:
        """Refuse everything that is no answer, and an answer that is too long or carries something."""
        if content.in_reply_to is None:
            return (problem("meta_not_published_yet", "comptes", network=self.title),)
        found = []
        text = content.parts[0].text
        most = limits.characters or len(text)
        if len(text) > most:
            found.append(problem("meta_answer_too_long", "texte", network=self.title, length=len(text), limit=most))
        if content.media or len(content.parts) > 1 or content.first_comment or content.poll:
            found.append(problem("meta_answer_is_text", "texte", network=self.title))
        return found

    def prepare(self, job: Job, read: Callable[[Media], bytes], now: datetime) -> Preparation:  # noqa: ARG002
        """Upload nothing."""
        return Preparation(remote={})

    def publish(self, job: Job, accepted: Callable[[str], None], now: datetime) -> Published:
        """Send the answer; raises as every adapter does."""
        to = job.content.in_reply_to
        if to is None:
            raise Refused(problem("meta_not_published_yet", network=self.title))
        if job.done:
            return Published(remote_ids=job.done, url=None)
        answered = self.send(self._graph(job.account, job.secret, now), to, job.content.parts[0].text.strip())
        accepted(answered)
        return Published(remote_ids=(answered,), url=self.address(answered))

    def address(self, comment: str) -> str | None:  # noqa: ARG002 -- a network that has none for comments
        """Give where a comment is read, None where there is no such address."""
        return None

    def find(self, job: Job, window: Window, taken: frozenset[str]) -> Published | None:
        """Look for the answer among what was written below what it answers: author, words and time agree."""
        to = job.content.in_reply_to
        if to is None:
            raise ReadBackUnavailable(problem("meta_not_published_yet", network=self.title))
        graph = self._graph(job.account, job.secret)
        try:
            me, said = self.who(graph), self.below(graph, to, window)
        except NetworkError as error:
            raise ReadBackUnavailable(error.problem) from error
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ReadBackUnavailable(problem("meta_answer_unclear", network=self.title)) from None
        words = fingerprint(job.content.parts[0].text)
        ours = [
            one
            for one in said
            if one.author in {me.id, me.username}
            and one.id not in taken
            and window.since <= one.at <= window.until
            and fingerprint(one.text) == words
        ]
        if not ours:
            return None
        first = min(ours, key=lambda one: (one.at, one.id))
        return Published(remote_ids=(first.id,), url=first.url or self.address(first.id), at=first.at)

    def repeat_is_safe(self, job: Job) -> timedelta | None:  # noqa: ARG002 -- neither network refuses a repeat
        """Never: the same words are said twice."""
        return None

    def check(self, account: Account, secret: Mapping[str, str]) -> Identity:
        """Ask who the token is of, and try what reading needs; what answering needs only shows when one is sent."""
        graph = self._graph(account, secret)
        who = self.who(graph)
        problems = []
        for path, params in self.trials(who):
            try:
                graph.read(path, **params)
            except NetworkError as error:
                if error.problem.code != "meta_rights_missing":
                    raise
                problems += [error.problem] if error.problem not in problems else []
        handle = (account.handle or "").strip().lstrip("@").casefold()
        if handle and handle not in {who.username.casefold(), who.name.casefold()}:
            found = who.username or who.name
            problems.append(problem("meta_other_account", "handle", found=found, expected=account.handle or ""))
        return Identity(name=who.name, url=who.url, limits=self.answers, problems=tuple(problems))

    def refresh(self, account: Account, secret: Mapping[str, str], now: datetime) -> Mapping[str, str] | None:
        """Renew nothing: only try the token, so that a person hears within the hour that it is dead.

        It does not end by itself, but with the password, the role or the consent of whoever made it.
        """
        self._graph(account, secret, now).read("me", fields="id")
        return None

    def follows(
        self,
        account: Account,  # noqa: ARG002 -- nobody's
        secret: Mapping[str, str],  # noqa: ARG002
        who: Sequence[str],  # noqa: ARG002
        now: datetime,  # noqa: ARG002
    ) -> frozenset[str]:
        """Refuse: Meta tells nobody's program who follows."""
        raise not_told(self.title, EntryKind.FOLLOW)

    # ------------------------------------------------------------------ moderating
    def hide(self, account: Account, secret: Mapping[str, str], interaction: str, now: datetime) -> None:
        """Let only its author, and their friends, see a comment; Refused for what stands on somebody else's page."""
        self._set_hidden(self._graph(account, secret, now), interaction, "true")

    def show(self, account: Account, secret: Mapping[str, str], interaction: str, now: datetime) -> None:
        """Let everybody see it again."""
        self._set_hidden(self._graph(account, secret, now), interaction, "false")

    def delete(self, account: Account, secret: Mapping[str, str], interaction: str, now: datetime) -> None:
        """Take a comment away for good.

        Meta answers alike for what is gone and for what we may not see, so only what we took away ourselves is known
        to be gone.
        """
        graph, key = self._graph(account, secret, now), f"deleted {interaction}"
        try:
            graph.delete(graph.node(interaction))
        except Refused as refused:
            if refused.problem.code != GONE or not self.memory.get(key):
                raise
        self.memory.keep(key, value=True)

    def _set_hidden(self, graph: Graph, interaction: str, wanted: str) -> None:
        graph.write(graph.node(interaction), **{self.hiding: wanted})

    # ------------------------------------------------------------------ within
    def _graph(self, account: Account, secret: Mapping[str, str], now: datetime | None = None) -> Graph:
        """Give the API for one use, all of whose calls together end in time."""
        http = self.http.within(self.http.total_seconds)
        return Graph(http, self.title, account, secret, self.memory, now or self.clock())

    def _patient(self, account: Account, secret: Mapping[str, str], now: datetime) -> Graph:
        """Give the API for a look that may take as long as its pages take."""
        return Graph(self.http, self.title, account, secret, self.memory, now)

    def _answerable(self, account: Account, text: str) -> str:
        """Give the words of an answer; InvalidInput when there are none."""
        if not text.strip():
            raise InvalidInput([problem("answer_empty", account=account.name)])
        return text.strip()


def sent(graph: Graph, path: str, **params: str) -> str:
    """Send something, and give the id that the network gave to it; OutcomeUnknown when it gave none."""
    made = graph.write(path, **params).get("id")
    if not isinstance(made, str) or not made:
        raise graph.unclear()
    return made


def fingerprint(text: str) -> str:
    """Give the words of a text, without what networks change: spaces, and how a letter is composed."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()
