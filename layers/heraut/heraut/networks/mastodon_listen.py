"""What is said to an account on a Mastodon server: its mentions, which replies to it are too.

https://docs.joinmastodon.org/methods/notifications/; the account's own posts tell what was answered, wherever it was
written. Lists come newest first, and `since_id` says where we stopped.
"""

from __future__ import annotations

import json
from datetime import datetime
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from heraut.brands import NetworkName
from heraut.conversations.model import Answered, Author, Interaction, Kind
from heraut.due import require_aware
from heraut.errors import OutcomeUnknown
from heraut.networks.base import Heard
from heraut.networks.mastodon_answers import next_max_id
from heraut.networks.mastodon_post import VISIBILITY
from heraut.networks.mastodon_text import text_of_html
from heraut.problems import problem

if TYPE_CHECKING:
    from heraut.networks.http import Answer
    from heraut.networks.mastodon_server import Server

PAGE = 40
MOST_PAGES = 25  # of one stretch: a thousand mentions since the last look


def listen(server: Server, brand: str, cursor: str | None) -> Heard:
    """Read what came since the cursor; without one, only where to begin."""
    begun = json.loads(cursor) if cursor else None
    me = server.account_id()
    told, heard_to = _stretch(server, "/api/v1/notifications", {"types[]": "mention"}, begun, "heard")
    own = {"exclude_reblogs": "true"}
    said, said_to = _stretch(server, f"/api/v1/accounts/{me}/statuses", own, begun, "said")
    try:
        mentions = [one["status"] for one in told if one.get("type") == "mention" and one.get("status")]
        return Heard(
            interactions=tuple(_interaction(server, brand, me, one) for one in reversed(mentions)),
            answers=tuple(_answer(one) for one in reversed(said) if one.get("in_reply_to_id")),
            cursor=json.dumps({"heard": heard_to, "said": said_to}),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise OutcomeUnknown(problem("mastodon_answer_unclear", host=server.host)) from None


def _stretch(
    server: Server, path: str, asked: dict[str, str], begun: dict[str, str] | None, name: str
) -> tuple[list[dict[str, Any]], str]:
    """Give what a list holds beyond the cursor, newest first, and the id of the newest; none without a cursor."""
    since = (begun or {}).get(name, "")
    params = {**asked, "limit": str(PAGE if begun is not None else 1)} | ({"since_id": since} if since else {})
    found: list[dict[str, Any]] = []
    newest = ""
    for _ in range(MOST_PAGES):
        answer = server.read(path, params)
        page = _objects(answer)
        newest = newest or (str(page[0]["id"]) if page else since)
        if begun is None:
            return [], newest
        fresh = list(takewhile(lambda one: str(one["id"]) != since, page))  # snac gives the one named too
        found += fresh
        following = _next(answer, page)
        if len(fresh) < len(page) or following is None:
            return found, newest
        params = {**params, "max_id": following}
    return found, since  # more than we read: the same stretch is read again, what is known is left out


def _objects(answer: Answer) -> list[dict[str, Any]]:
    body = answer.json()
    if not isinstance(body, list) or not all(isinstance(one, dict) and one.get("id") for one in body):
        raise OutcomeUnknown(problem("mastodon_answer_unclear", host=answer.host))
    return body


def _next(answer: Answer, page: list[dict[str, Any]]) -> str | None:
    """Give where the next page begins; a server that says nothing of pages has one more where this one is full."""
    if "Link" in answer.headers:
        return next_max_id(answer)
    return str(page[-1]["id"]) if len(page) >= PAGE else None


def _interaction(server: Server, brand: str, me: str, status: dict[str, Any]) -> Interaction:
    who = status["account"]
    answers = str(status["in_reply_to_id"]) if status.get("in_reply_to_id") else None
    ours = answers is not None and str(status.get("in_reply_to_account_id") or "") == me
    kind = Kind.MESSAGE if status.get("visibility") == "direct" else Kind.REPLY if ours else Kind.MENTION
    warning = str(status.get("spoiler_text") or "")
    words = "\n".join(part for part in (warning, text_of_html(status.get("content") or "")) if part)
    return Interaction(
        brand=brand,
        account=server.account.name,
        network=NetworkName.MASTODON,
        id=str(status["id"]),
        kind=kind,
        author=Author(
            id=str(who["id"]),
            handle=f"@{who['acct']}",
            name=str(who.get("display_name") or who.get("username") or who["acct"]),
            followers=who.get("followers_count"),
        ),
        text=words,
        language=status.get("language") or None,
        answers=answers,
        thread=answers or str(status["id"]),
        at=require_aware(datetime.fromisoformat(status["created_at"])),
        url=status.get("url") or status.get("uri"),
        reference={VISIBILITY: str(status.get("visibility") or "public")},
    )


def _answer(status: dict[str, Any]) -> Answered:
    at = require_aware(datetime.fromisoformat(status["created_at"]))
    return Answered(id=str(status["id"]), to=str(status["in_reply_to_id"]), at=at)
