"""The one way adapters make a call: `Http(guard).call(method, url, ...)`.

A fresh connection for each call, no retry, no redirect followed, everything within a bound of time and size, because
the caller must know what it may do next: `Unreachable` (no byte of the request left: try later), `OutcomeUnknown` (one
did, and no whole answer came: look before sending again), or an `Answer`, whatever its status.
"""

from __future__ import annotations

import json as json_format
import re
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from heraut.allowance import Allowance
from heraut.errors import AddressRefused, OutcomeUnknown, Refused, Unreachable
from heraut.exchange import NotSent, NoWholeAnswer, Step, exchange
from heraut.fetch import USER_AGENT, NameUnknown
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from requests.structures import CaseInsensitiveDict

    from heraut.fetch import Guard
    from heraut.target import Target

ANSWER_BYTES = 8_000_000
SHORTEST_WAIT = timedelta(seconds=5)
USUAL_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=24)
_ROUNDED, _SLOW_CALL = timedelta(seconds=2), timedelta(seconds=30)  # by which a Date may differ from our `now`
_RESETS = ("X-RateLimit-Reset", "RateLimit-Reset")
_EPOCH_FROM = 1_000_000_000  # a smaller number is a count of seconds from now (draft-ietf-httpapi-ratelimit-headers)
_MILLISECONDS_FROM = 100_000_000_000


@dataclass(frozen=True)
class Answer:
    """A whole answer, whatever its status; header names are case-insensitive."""

    status: int
    headers: CaseInsensitiveDict[str]
    body: bytes = field(repr=False)
    host: str

    def json(self) -> Any:
        """Read the body as JSON; OutcomeUnknown when it is not (the call was made, and its answer says nothing)."""
        try:
            return json_format.loads(self.body)
        except ValueError:
            raise OutcomeUnknown(problem("server_answer_unreadable", host=self.host)) from None


@dataclass(frozen=True)
class Http:
    """Makes calls to servers that `guard` lets through, each of `total_seconds` at most.

    `until` (`time.monotonic`) bounds them all together: see `within`.
    """

    guard: Guard
    total_seconds: float = 25.0
    user_agent: str = USER_AGENT
    limit_bytes: int = ANSWER_BYTES
    until: float | None = None

    def within(self, seconds: float) -> Http:
        """Give the same, all of whose calls together end within so many seconds from now."""
        return replace(self, until=time.monotonic() + seconds)

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str | Sequence[str]] | None = None,
        json: Any = None,
        data: bytes | Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> Answer:
        """Make one call and give its whole answer.

        `files` is field name -> (file name, body, content type). Raises Unreachable when no byte of the request left,
        OutcomeUnknown when one did and no whole answer came, Refused when the request cannot be written as HTTP.
        """
        until = time.monotonic() + self.total_seconds
        if self.until is not None:
            until = min(until, self.until)
        target = self._check(url, until)
        try:
            reply = exchange(
                target,
                method,
                until=until,
                limit_bytes=self.limit_bytes,
                headers={"User-Agent": self.user_agent, **(headers or {})},
                params=params,
                json=json,
                data=data,
                files=files,
            )
        except NotSent as error:
            if error.step is Step.REQUEST:
                raise Refused(problem("request_unsendable", host=target.host)) from error
            code = "server_not_secure" if error.step is Step.TLS else "server_unreachable"
            raise Unreachable(problem(code, host=target.host)) from error
        except NoWholeAnswer as error:
            code = "server_silent" if error.step is Step.TIME else "server_answer_broken"
            raise OutcomeUnknown(problem(code, host=target.host)) from error
        return Answer(reply.status, reply.headers, reply.body, target.host)

    def _check(self, url: str, until: float) -> Target:
        try:
            return self.guard.check(url, until - time.monotonic())
        except AddressRefused as error:
            raise Unreachable(error.problem) from error
        except NameUnknown as error:
            raise Unreachable(problem("server_name_unknown", host=_host(url))) from error


def retry_at(answer: Answer, now: datetime, default: timedelta = USUAL_WAIT) -> datetime:
    """Give the instant from which a network that answered 429 will listen again, between 5 s and 24 h from `now`.

    Retry-After (seconds or a date, RFC 9110) comes first, then X-RateLimit-Reset or RateLimit-Reset: an ISO date
    (Mastodon), seconds since 1970 (Bluesky, X, Reddit) or seconds from now; else `default` from now. A date is of the
    server's clock; where its `Date` shows that this clock and ours are apart, it is taken by ours.
    """
    apart = _apart(answer, now)
    asked = _retry_after(answer.headers.get("Retry-After"), now, apart) or _resets_at(answer, now, apart)
    if asked is None:
        asked = now + default
    return min(max(asked, now + SHORTEST_WAIT), now + LONGEST_WAIT)


def allowance_of(answer: Answer, now: datetime, window: timedelta | None = None) -> Allowance | None:
    """Give what an answer's headers tell of the network's limits; None when they tell nothing that can be used.

    `X-RateLimit-Limit`, `-Remaining` and `-Reset` (Mastodon), or the same without `X-` (Bluesky), whose
    `RateLimit-Policy` (`3000;w=300`) also tells the window; `window` is used where the network does not tell it.
    """
    limit, remaining = (_told(answer, name) for name in ("Limit", "Remaining"))
    resets_at = _resets_at(answer, now, _apart(answer, now))
    if not limit or remaining is None or resets_at is None:
        return None
    policy = re.search(r";\s*w=([0-9]{1,7})", answer.headers.get("RateLimit-Policy", ""))
    told = timedelta(seconds=int(policy[1])) if policy else window
    return Allowance(min(remaining, limit), min(resets_at, now + LONGEST_WAIT), limit, told)


def _told(answer: Answer, name: str) -> int | None:
    value = answer.headers.get(f"X-RateLimit-{name}") or answer.headers.get(f"RateLimit-{name}") or ""
    return int(value) if re.fullmatch(r"[0-9]{1,9}", value.strip()) else None


def _apart(answer: Answer, now: datetime) -> timedelta:
    """Give how far the server's clock is ahead of ours, nothing where a slow call or a rounded second explains it."""
    try:
        apart = _aware(parsedate_to_datetime(answer.headers.get("Date", ""))) - now
    except ValueError:
        return timedelta(0)
    return timedelta(0) if -_ROUNDED <= apart <= _SLOW_CALL else apart


def _resets_at(answer: Answer, now: datetime, apart: timedelta) -> datetime | None:
    found = (_reset(answer.headers.get(name), now, apart) for name in _RESETS)
    return next((at for at in found if at is not None), None)


def _retry_after(value: str | None, now: datetime, apart: timedelta) -> datetime | None:
    if value is None:
        return None
    seconds = _number(value)
    if seconds is not None:
        return now + timedelta(seconds=min(seconds, LONGEST_WAIT.total_seconds()))
    try:
        return _aware(parsedate_to_datetime(value)) - apart
    except (ValueError, OverflowError):
        return None


def _reset(value: str | None, now: datetime, apart: timedelta) -> datetime | None:
    if value is None:
        return None
    number = _number(value)
    try:
        if number is None:
            return _aware(datetime.fromisoformat(value.strip())) - apart
        if number >= _MILLISECONDS_FROM:
            return datetime.fromtimestamp(number / 1000, UTC) - apart
        if number >= _EPOCH_FROM:
            return datetime.fromtimestamp(number, UTC) - apart
        return now + timedelta(seconds=number)
    except (ValueError, OverflowError, OSError):
        return None


def _number(value: str) -> float | None:
    text = value.strip()
    return float(text) if re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,9})?", text) else None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _host(url: str) -> str:
    return re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
