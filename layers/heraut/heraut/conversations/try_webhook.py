"""Try a webhook from outside: a question, a false signature, then a signed event that is followed to its end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from heraut.conversations.subscribe_webhook import ADDRESS
from heraut.conversations.webhook import digest_of, secret_name
from heraut.errors import NetworkError
from heraut.links import new_token
from heraut.networks.base import Opened, Signs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from heraut.brands import Account, Brand, Secrets
    from heraut.clock import Clock
    from heraut.conversations.store import Webhooks
    from heraut.networks.base import WebhookScheme

STEPS = ("subscribed", "reached", "refuses_forged", "accepts_signed", "kept", "read")
PATIENCE, AGAIN = timedelta(seconds=60), timedelta(seconds=1)  # how long an event's way is followed, and how often


class Send(Protocol):
    """A POST to an address of ours; raises NetworkError when no whole answer came."""

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Send, and give the status."""


@dataclass(frozen=True)
class Trying:
    """What trying needs of the world."""

    webhooks: Webhooks
    secrets: Secrets
    scheme: Callable[[str], WebhookScheme]
    send: Send
    clock: Clock


@dataclass(frozen=True)
class Tried:
    """The steps that were passed, in order; where it stopped (None: nowhere) and why, as a status or a word.

    `skipped`: nobody but the network can sign, so a signed event could not be sent.
    """

    passed: tuple[str, ...]
    stopped_at: str | None = None
    why: str = ""
    skipped: bool = False


class _Stopped(Exception):
    """A step that does not hold, and why."""

    def __init__(self, why: object = "") -> None:
        self.why = str(why)
        super().__init__(self.why)


def try_webhook(brand: Brand, account: Account, world: Trying) -> Tried:
    """Go step by step, and stop at the first that does not hold."""
    passed: list[str] = []
    try:
        for step in _steps(brand, account, world):
            passed.append(step)  # noqa: PERF402 -- those before the one that stops it are kept
    except _Stopped as stopped:
        return Tried(tuple(passed), STEPS[len(passed)], stopped.why)
    except NetworkError as error:
        return Tried(tuple(passed), STEPS[len(passed)], error.problem.code)
    return Tried(tuple(passed), skipped=len(passed) < len(STEPS))


def _steps(brand: Brand, account: Account, world: Trying) -> Iterator[str]:
    """Give each step once it holds; raises _Stopped, or NetworkError when our own address could not be called."""
    webhook = world.webhooks.webhook(brand.id, account.name)
    secret = world.secrets.secret(brand.id, secret_name(account.name)) or {}
    if webhook is None or ADDRESS not in secret:
        raise _Stopped
    yield "subscribed"
    scheme, name = world.scheme(webhook.scheme), new_token()
    body, kind = json.dumps({"heraut_test": name}).encode(), {"content-type": scheme.content_types[0]}
    status = world.send(secret[ADDRESS], kind, body)
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN} or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise _Stopped(status)
    yield "reached"
    if status != HTTPStatus.UNAUTHORIZED:
        raise _Stopped(status)
    yield "refuses_forged"
    if not isinstance(scheme, Signs):
        return
    now = world.clock.now()
    headers = scheme.sign(body, secret, now)
    status = world.send(secret[ADDRESS], {**kind, **headers}, body)
    if status != HTTPStatus.OK:
        raise _Stopped(status)
    yield "accepts_signed"
    digest = digest_of(Opened(body, id=headers.get("webhook-id")))
    if not _until(world.clock, now, lambda: world.webhooks.is_known(brand.id, account.name, digest)):
        raise _Stopped
    yield "kept"
    if not _until(world.clock, now, lambda: _was_read(brand, account, name, world)):
        raise _Stopped
    yield "read"


def _was_read(brand: Brand, account: Account, name: str, world: Trying) -> bool:
    webhook = world.webhooks.webhook(brand.id, account.name)
    return webhook is not None and webhook.tested == name


def _until(clock: Clock, since: datetime, holds: Callable[[], bool]) -> bool:
    while not holds():
        if clock.now() - since > PATIENCE:
            return False
        clock.sleep_until(clock.now() + AGAIN)
    return True
