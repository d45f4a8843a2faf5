"""Take in a request of a webhook: answer the network's question, or keep the event as it came and answer at once.

What it means is read later, from the queue. An event is kept before it is remembered, so that one whose receiver died
in between comes again and is lost nowhere; two that arrive at the same instant may both be kept, and what they say is
taken in once.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from heraut.brands import NAME, use_secret
from heraut.conversations.webhook import KNOWN_FOR, StoredEvent, digest_of, secret_name
from heraut.errors import TryAgain, Unverified
from heraut.links import hash_of
from heraut.pages.visit import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from heraut.brands import Secrets
    from heraut.conversations.store import Webhooks
    from heraut.conversations.webhook import Webhook
    from heraut.networks.base import Opened, WebhookAnswer, WebhookRequest, WebhookScheme

_NAME = NAME.strip("^$")
PATH = re.compile(rf"/({_NAME})/({_NAME})/([A-Za-z0-9_-]{{22}})/?")
LARGEST = 5_000_000  # bytes: what a function is given in one request is 6 MB, base64 included
TEXT = "text/plain; charset=utf-8"


class Events(Protocol):
    """Where events wait to be read."""

    def keep(self, event: StoredEvent) -> None:
        """Keep an event; it waits until somebody has read it. TryAgain when it could not be kept now."""


@dataclass(frozen=True)
class Receiving:
    """What receiving needs of the world; `scheme` gives a scheme by its name."""

    webhooks: Webhooks
    secrets: Secrets
    events: Events
    scheme: Callable[[str], WebhookScheme]


@dataclass(frozen=True)
class Received:
    """The answer, and a word about it for the log: nothing that was sent is in it."""

    answer: Answer
    word: str
    brand: str = ""
    account: str = ""


class _NotTaken(Exception):
    """A request that is not taken in: with which status and headers, and why."""

    def __init__(self, status: int, word: str, **headers: str) -> None:
        self.status, self.word, self.headers = status, word, headers
        super().__init__(word)


def receive_webhook(path: str, request: WebhookRequest, world: Receiving, now: datetime) -> Received:
    """Answer a request; nothing is raised for what a network, a forger or a storm may do."""
    matched = PATH.fullmatch(path)
    if matched is None:
        return Received(_answer(404), "no such address")
    brand, account, token = matched.groups()
    try:
        answer, word = _taken(brand, account, token, request, world, now)
    except _NotTaken as no:
        answer, word = _answer(no.status, **no.headers), no.word
    except TryAgain:
        answer, word = _answer(503, **{"Retry-After": "60"}), "could not be kept now"
    return Received(answer, word, brand, account)


def _taken(
    brand: str, account: str, token: str, request: WebhookRequest, world: Receiving, now: datetime
) -> tuple[Answer, str]:
    webhook = world.webhooks.webhook(brand, account)
    if webhook is None or not hmac.compare_digest(webhook.path_hash, hash_of(token)):
        raise _NotTaken(404, "no such address")
    scheme = world.scheme(webhook.scheme)
    with_secret = partial(use_secret, world.secrets, brand, secret_name(account), refusal=Unverified)
    if request.method in {"GET", "HEAD"}:
        try:
            asked = with_secret(lambda secret: _challenged(scheme, request, secret))
        except Unverified as no:
            raise _NotTaken(403, str(no)) from no
        return Answer(200, {"Content-Type": asked.content_type}, asked.body), "question answered"
    if request.method != "POST":
        raise _NotTaken(405, "wrong method", Allow="GET, HEAD, POST")
    _refuse_unfit(request, scheme)
    try:
        opened = with_secret(lambda secret: scheme.verify(request, secret, now))
    except Unverified as no:
        raise _NotTaken(401, str(no)) from no
    if _kind(request) == "application/json" and not _is_json(opened.body):
        raise _NotTaken(400, "signed, and no JSON that can be read")
    if not opened.stored:
        return (_answer(200, opened.reply) if opened.reply else _answer(204)), "question answered"
    return _answer(200, opened.reply), _kept(webhook, opened, world, now)


def _challenged(scheme: WebhookScheme, request: WebhookRequest, secret: Mapping[str, str]) -> WebhookAnswer:
    asked = scheme.challenge(request, secret)
    if asked is None:
        raise Unverified("nothing that we answer was asked")
    return asked


def _refuse_unfit(request: WebhookRequest, scheme: WebhookScheme) -> None:
    """Check size and kind, which cost less than the signature."""
    if len(request.body) > LARGEST:
        raise _NotTaken(413, "too large")
    if _kind(request) not in scheme.content_types:
        raise _NotTaken(415, "another kind of body")


def _kind(request: WebhookRequest) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _kept(webhook: Webhook, opened: Opened, world: Receiving, now: datetime) -> str:
    brand, account, digest = webhook.brand, webhook.account, digest_of(opened)
    if world.webhooks.is_known(brand, account, digest):
        return "known"
    world.events.keep(StoredEvent(brand, account, webhook.scheme, digest, now, opened.body, opened.kind))
    world.webhooks.remember(brand, account, digest, now + KNOWN_FOR)
    return "kept"


class _Readable(BaseModel):
    """Any object: what is in it is looked at letter by letter, and nothing of it is made."""

    model_config = ConfigDict(extra="ignore")


def _is_json(body: bytes) -> bool:
    """Whether `json` can read it, later: a batch of a thousand updates costs a few milliseconds to make into objects.

    Pydantic's reader is stricter than `json`, never laxer: what it does not take, `json` decides.
    """
    with contextlib.suppress(ValidationError):
        _Readable.model_validate_json(body)
        return True
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _answer(status: int, body: str = "", **more: str) -> Answer:
    return Answer(status, {"Content-Type": TEXT, **more}, body)
