"""What a Bluesky server's refusals mean: XRPC answers an error as `{"error": name, "message": text}`.

Names and statuses: https://docs.bsky.app/docs/api/com-atproto-repo-put-record and a running PDS; an expired or false
token is a 400 there, and only a missing one a 401.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from heraut.allowance import Allowance
from heraut.errors import CredentialsExpired, OutcomeUnknown, PreparationLost, RateLimited, Refused, Unreachable
from heraut.networks.http import allowance_of, retry_at
from heraut.problems import problem

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.errors import NetworkError
    from heraut.networks.http import Answer
    from heraut.problems import Problem

OK = 200
UNAUTHORIZED, FORBIDDEN, TOO_LONG_TO_COME, TOO_LARGE, TOO_MANY = 401, 403, 408, 413, 429
SERVER_ERROR = 500
POINTS = 2  # that putting a record costs
ROUNDED = timedelta(seconds=1)  # the server's reset is in whole seconds, rounded down

_SIGN_IN_ERRORS = {
    **dict.fromkeys(
        ("ExpiredToken", "InvalidToken", "AuthMissing", "MissingJwt", "BadJwtAudience"), "bluesky_sign_in_refused"
    ),
    **dict.fromkeys(
        ("AccountTakedown", "AccountSuspended", "AccountDeactivated", "AccountNotFound"), "bluesky_account_closed"
    ),
    "AuthFactorTokenRequired": "bluesky_app_password_needed",
}
_SHOWN_REASON = 200  # characters of the server's own words


def body_of(answer: Answer) -> dict[str, Any]:
    """Read the object of a good answer; OutcomeUnknown when it is none."""
    body = answer.json()
    if not isinstance(body, dict):
        raise OutcomeUnknown(problem("server_answer_unreadable", host=answer.host))
    return body


def error_name(answer: Answer) -> str:
    """Give the name of the error, "" when the answer has none (something else than a Bluesky server spoke)."""
    return _said(answer)[0]


def refusal(answer: Answer, now: datetime | None = None) -> NetworkError:
    """Give what an answer other than 200 means; without `now`, the answer's own date stands for it."""
    name, reason = _said(answer)
    if answer.status == TOO_MANY:
        return _busy(answer, now)
    if answer.status >= SERVER_ERROR or answer.status == TOO_LONG_TO_COME:
        return OutcomeUnknown(problem("bluesky_server_failed", host=answer.host, status=answer.status))
    if name in _SIGN_IN_ERRORS or answer.status in {UNAUTHORIZED, FORBIDDEN}:
        code = _SIGN_IN_ERRORS.get(name, "bluesky_sign_in_refused")
        return CredentialsExpired(problem(code, host=answer.host))
    if name == "BlobNotFound":
        return PreparationLost(problem("bluesky_pictures_gone"))
    return Refused(_refused(answer, name, reason))


def allowance(answer: Answer, now: datetime) -> Allowance | None:
    """Give what an answer tells of the server's limits, counted in posts.

    Of several limits the server tells the one with the fewest points left; a post costs two points of some and one of
    others (com.atproto.repo.putRecord), so it is taken to cost two.
    """
    told = allowance_of(answer, now)
    if told is None:
        return None
    posts = max(1, (told.limit or 0) // POINTS)
    return Allowance(told.remaining // POINTS, told.resets_at + ROUNDED, posts, told.window)


def _busy(answer: Answer, now: datetime | None) -> NetworkError:
    busy = problem("bluesky_busy", host=answer.host)
    now = now or _date(answer)
    if now is None:
        return Unreachable(busy)
    told = allowance(answer, now)
    limit, window = (told.limit, told.window) if told else (None, None)
    return RateLimited(busy, retry_at(answer, now) + ROUNDED, limit, window)


def _refused(answer: Answer, name: str, reason: str) -> Problem:
    if answer.status == TOO_LARGE:
        return problem("bluesky_too_large", host=answer.host)
    if not name:
        return problem("bluesky_no_server", host=answer.host, status=answer.status)
    return problem("bluesky_refused", reason=reason or name)


def _date(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return None


def _said(answer: Answer) -> tuple[str, str]:
    try:
        body = json.loads(answer.body)
    except ValueError:
        return "", ""
    if not isinstance(body, dict):
        return "", ""
    name, reason = body.get("error"), body.get("message")
    shown = re.sub(r"\s+", " ", reason).strip()[:_SHOWN_REASON] if isinstance(reason, str) else ""
    return (name if isinstance(name, str) else ""), shown
