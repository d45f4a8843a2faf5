"""What a Mastodon server's answers mean: errors are `{"error": sentence}`, good ones are entities.

Statuses and sentences: Mastodon's `Api::BaseController` and https://docs.joinmastodon.org/methods/statuses/. The
sentences are in the reader's language, so nothing is decided by them, except on the fixed English ones about the token.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from heraut.due import require_aware
from heraut.errors import CredentialsExpired, OutcomeUnknown, RateLimited, Refused
from heraut.networks.http import allowance_of, retry_at
from heraut.networks.mastodon_text import text_of_html
from heraut.problems import problem

if TYPE_CHECKING:
    from heraut.errors import NetworkError
    from heraut.networks.http import Answer

RIGHTS = ("read:accounts", "read:statuses", "write:statuses", "write:media")
HEARING = ("read:notifications",)
_RATE_WINDOW = timedelta(minutes=5)  # Mastodon counts requests over five minutes
_LONGEST_SENTENCE = 200
_RIGHTS_WORDS = ("scope",)  # "This action is outside the authorized scopes"
_ACCOUNT_WORDS = ("your login",)  # "Your login is currently disabled", "... is missing a confirmed e-mail address"
_PREFIX = re.compile(r"^[^:.]{0,40}validation[^:.]{0,40}: *", re.IGNORECASE)


@dataclass(frozen=True)
class Status:
    """A post as a Mastodon server tells it."""

    id: str
    account: str
    created_at: datetime
    url: str | None
    texts: tuple[str, ...]  # the content warning and the text: as shown, and as typed where the server tells it
    reply_to: str | None
    reblog: bool
    media: tuple[tuple[str, str], ...]  # id and description of each
    poll: tuple[str, ...]  # its answers


def is_good(answer: Answer) -> bool:
    """Whether the server did what was asked."""
    return HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES


def refusal(answer: Answer, now: datetime, rights: tuple[str, ...] = RIGHTS) -> NetworkError:
    """Give what an answer that is not good means; `rights` are what was asked for needs."""
    status, host = answer.status, answer.host
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        told = allowance_of(answer, now)
        limit = told.limit if told else None
        return RateLimited(problem("mastodon_busy", host=host), retry_at(answer, now, _RATE_WINDOW), limit)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY}:
        return OutcomeUnknown(problem("mastodon_failed", host=host, status=status))
    if status == HTTPStatus.UNAUTHORIZED:
        return CredentialsExpired(problem("mastodon_token_refused", host=host))
    if status < HTTPStatus.BAD_REQUEST:
        where = answer.headers.get("Location") or "?"
        return Refused(problem("mastodon_moved", host=host, where=where[:_LONGEST_SENTENCE]))
    return _refused(answer, sentence(answer), rights)


def _refused(answer: Answer, said: str, rights: tuple[str, ...]) -> NetworkError:
    host = answer.host
    if answer.status == HTTPStatus.FORBIDDEN and any(word in said.lower() for word in _RIGHTS_WORDS):
        return CredentialsExpired(problem("mastodon_rights_missing", host=host, rights=", ".join(rights)))
    if answer.status == HTTPStatus.FORBIDDEN and said.lower().startswith(_ACCOUNT_WORDS):
        return CredentialsExpired(problem("mastodon_account_closed", host=host, said=said))
    if not said:
        return Refused(problem("mastodon_refused_silently", host=host, status=answer.status))
    return Refused(problem("mastodon_refused", host=host, said=said))


def sentence(answer: Answer) -> str:
    """Give the server's own words, cleaned for a person; "" when it said nothing that is a Mastodon server's."""
    body = object_of(answer)
    said = body.get("error_description") or body.get("error")
    if not isinstance(said, str):
        return ""
    plain = " ".join(text_of_html(said).split())
    return _PREFIX.sub("", plain)[:_LONGEST_SENTENCE]


def object_of(answer: Answer) -> dict[str, Any]:
    """Read the object that an answer holds; empty when it holds something else."""
    try:
        body = json.loads(answer.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def entity(answer: Answer, *needed: str) -> dict[str, Any]:
    """Read the object of a good answer; OutcomeUnknown when it is none, or lacks a field that it must have."""
    body = object_of(answer)
    if not body or any(body.get(name) in (None, "") for name in needed):
        raise OutcomeUnknown(problem("mastodon_answer_unclear", host=answer.host))
    return body


def status_of(answer: Answer) -> Status:
    """Read the post of a good answer; OutcomeUnknown when it is something else, such as a post for later."""
    return _status(entity(answer, "id", "account", "created_at"), answer.host)  # a post for later has but an id


def statuses_of(answer: Answer) -> list[Status]:
    """Read the list of posts of a good answer; OutcomeUnknown when it is something else."""
    body = answer.json()
    if not isinstance(body, list):
        raise OutcomeUnknown(problem("mastodon_answer_unclear", host=answer.host))
    return [_status(one, answer.host) for one in body]


def next_max_id(answer: Answer) -> str | None:
    """Give the `max_id` of the next page, as the Link header says it (RFC 8288)."""
    for link in re.finditer(r'<([^>]*)>\s*;[^,<]*rel="?next"?', answer.headers.get("Link") or ""):
        found = re.search(r"[?&]max_id=([^&]+)", link[1])
        if found:
            return found[1]
    return None


def _status(body: Any, host: str) -> Status:
    try:
        warning, typed = str(body.get("spoiler_text") or ""), body.get("text")
        return Status(
            id=str(body["id"]),
            account=str(body["account"]["id"]),
            created_at=require_aware(datetime.fromisoformat(body["created_at"])),
            url=_address(body.get("url")) or _address(body.get("uri")),
            texts=tuple(
                f"{warning}\n{text}" for text in (text_of_html(body.get("content") or ""), typed) if text is not None
            ),
            reply_to=_optional(body.get("in_reply_to_id")),
            reblog=bool(body.get("reblog")),
            media=tuple(
                (str(one["id"]), str(one.get("description") or "")) for one in body.get("media_attachments") or ()
            ),
            poll=tuple(str(one["title"]) for one in (body.get("poll") or {}).get("options") or ()),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        # Another server's idea of a post: what it did with ours is not known.
        raise OutcomeUnknown(problem("mastodon_answer_unclear", host=host)) from None


def _optional(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


def _address(value: Any) -> str | None:
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else None
