"""Two rooms of Meta's, each with its adapter before the double: what one does, the other does by the same names."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from heraut.brands import Account, NetworkName
from heraut.conversations import Answered, Interaction
from heraut.fetch import Guard
from heraut.networks.base import Heard, Job, WebhookEvent, Window
from heraut.networks.facebook import Facebook
from heraut.networks.graph_network import GraphNetwork
from heraut.networks.http import Http
from heraut.networks.instagram import Instagram
from heraut.networks.memory import Memory
from heraut.publishing.model import Content
from tests.twins.graph_double import Entry, GraphDouble, Person

BEGAN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ZOE = Person("77", "Zoé Martin", "zoe.martin")
PAUL = Person("78", "Paul Petit", "paul_petit")


@dataclass
class Clock:
    """The hour, on both sides."""

    at: datetime = BEGAN

    def now(self) -> datetime:
        """Give the hour."""
        return self.at

    def pass_by(self, lasting: timedelta = MINUTE) -> None:
        """Let time pass."""
        self.at += lasting


@dataclass
class Room:
    """An account that listens and answers, people who speak to it, and what was heard so far, each once."""

    network: NetworkName
    double: GraphDouble
    clock: Clock
    language: Any = None
    heard: dict[str, Interaction] = field(default_factory=dict)
    answers: dict[tuple[str, str], Answered] = field(default_factory=dict)
    cursor: str | None = None

    def __post_init__(self) -> None:
        made = Facebook if self.network is NetworkName.FACEBOOK else Instagram
        http = Http(Guard(frozenset({self.double.host_port})), total_seconds=5)
        self.adapter: GraphNetwork = made(http, self.clock.now, Memory(clock=lambda: 0.0))

    @property
    def account(self) -> Account:
        """The account as the configuration says it."""
        return Account(name="page", network=self.network, service=self.double.url, language=self.language)

    @property
    def secret(self) -> dict[str, str]:
        """What a person gave."""
        return {"app_id": "424242", "app_secret": self.double.app_secret, "access_token": self.double.token}

    @property
    def me(self) -> Person:
        """Who the account is there."""
        if self.network is NetworkName.FACEBOOK:
            return self.double.page
        assert self.double.instagram is not None
        return self.double.instagram

    @property
    def home(self) -> str:
        """What an event names the account by."""
        return self.me.id

    def post(self, text: str = "Nos bûches de Noël", **more: Any) -> Entry:
        """The account posts (or `by` somebody does, `elsewhere`)."""
        self.clock.pass_by(timedelta(seconds=1))
        made = self.double.post if self.network is NetworkName.FACEBOOK else self.double.media
        return made(text, **more)

    def say(self, to: Entry, text: str, by: Person | None = ZOE, **more: Any) -> Entry:
        """Somebody comments, or replies."""
        self.clock.pass_by(timedelta(seconds=1))
        return self.double.comment(to, text, by, **more)

    def listen(self) -> Heard:
        """Listen once, and go on from there the next time."""
        self.clock.pass_by(timedelta(seconds=1))
        heard = self.adapter.listen("martin", self.account, self.secret, self.cursor, self.clock.now())  # type: ignore[attr-defined]
        assert isinstance(heard, Heard)
        self.cursor = heard.cursor
        self.heard |= {one.id: one for one in heard.interactions}
        self.answers |= {(one.id, one.to): one for one in heard.answers}
        return heard

    def interaction(self, entry: Entry) -> Interaction:
        """Listen, and give what was heard of an entry."""
        self.listen()
        return self.heard[entry.id]

    def job(self, content: Content, **more: Any) -> Job:
        """A delivery of an answer."""
        key = "martin/p1/page/1"
        return Job("martin", "Boulangerie Martin", "p1", 1, key, self.account, self.secret, content, BEGAN, **more)

    def answer(self, interaction: Interaction, text: str) -> Job:
        """The delivery of an answer to an interaction."""
        return self.job(self.adapter.reply(self.account, interaction, text))  # type: ignore[attr-defined]

    def around(self) -> Window:
        """A minute on both sides of now."""
        return Window(self.clock.now() - MINUTE, self.clock.now() + MINUTE)

    def event(self, *changes: dict[str, Any], page: str | None = None) -> WebhookEvent:
        """An event as Meta sends it, of these changes."""
        kind = "page" if self.network is NetworkName.FACEBOOK else "instagram"
        sent = int(self.clock.now().timestamp())
        entry = {"id": page or self.home, "time": sent, "changes": list(changes)}
        body = json.dumps({"object": kind, "entry": [entry]}).encode()
        return WebhookEvent(scheme="meta", body=body, at=self.clock.now())

    def told(self, entry: Entry, verb: str = "add", **more: Any) -> dict[str, Any]:
        """The change by which Meta tells of a comment."""
        parent = entry.parent or entry.on
        if self.network is NetworkName.FACEBOOK:
            value: dict[str, Any] = {"item": "comment", "verb": verb, "comment_id": entry.id, "post_id": entry.on}
            value |= {"parent_id": parent, "message": entry.text, "created_time": int(entry.at.timestamp())}
            value |= {"from": {"id": entry.by.id, "name": entry.by.name}} if entry.by else {}
            value |= {"photo": entry.picture} if entry.picture and not entry.shows else {}
            return {"field": "feed", "value": value | more}
        value = {"id": entry.id, "text": entry.text, "media": {"id": entry.on, "media_product_type": "FEED"}}
        value |= {"from": {"id": entry.by.id, "username": entry.by.username}} if entry.by else {}
        value |= {"parent_id": entry.parent} if entry.parent else {}
        return {"field": "comments", "value": value | more}
