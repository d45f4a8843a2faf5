"""What is said to an account on a Mastodon server: its mentions, which replies to it are too.

https://docs.joinmastodon.org/methods/notifications/; the account's own posts tell what was answered, wherever it was
written. Lists come newest first, and `since_id` says where we stopped.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from heraut.brands import NetworkName
from heraut.conversations.model import Answered, Author, Interaction, Kind
from heraut.due import require_aware
from heraut.errors import OutcomeUnknown
from heraut.networks import stretches
from heraut.networks.base import Heard
from heraut.networks.mastodon_answers import HEARING, RIGHTS, next_max_id
from heraut.networks.mastodon_lists import ACTOR, address_of, mentions_in, stable
from heraut.networks.mastodon_post import VISIBILITY
from heraut.networks.mastodon_text import text_of_html
from heraut.networks.stretches import Page, Reading
from heraut.problems import problem

if TYPE_CHECKING:
    from heraut.networks.http import Answer
    from heraut.networks.mastodon_server import Server
    from heraut.networks.stretches import Stretch

PAGE = 40
MOST_PAGES = 25  # a thousand mentions in a look; the next ones read the rest


def listen(server: Server, brand: str, cursor: str | None) -> Heard:
    """Read what came since the cursor; without one, only where to begin."""
    begun = json.loads(cursor) if cursor else None
    me = server.account_id()
    told = _List(server, "/api/v1/notifications", {"types[]": "mention"}, HEARING)
    own = _List(server, f"/api/v1/accounts/{me}/statuses", {"exclude_reblogs": "true"})
    if begun is None:
        return Heard((), (), json.dumps({"heard": told.newest(), "said": own.newest()}))
    heard, said = _read(told, begun, "heard"), _read(own, begun, "said")
    try:
        mentions = [one["status"] for one in heard.items if one.get("type") == "mention" and one.get("status")]
        return Heard(
            interactions=tuple(_interaction(server, brand, me, one) for one in reversed(mentions)),
            answers=tuple(_answer(one) for one in reversed(said.items) if one.get("in_reply_to_id")),
            cursor=json.dumps(_kept(heard, begun, "heard") | _kept(said, begun, "said")),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise OutcomeUnknown(problem("mastodon_answer_unclear", host=server.host)) from None


def _read(listed: _List, begun: dict[str, Any], name: str) -> Stretch:
    reading = Reading(listed.page, lambda one, since: str(one["id"]) == since, MOST_PAGES)
    return stretches.read(reading, begun[name], stretches.from_json(begun.get(f"{name}_rests", ())))


def _kept(found: Stretch, begun: dict[str, Any], name: str) -> dict[str, Any]:
    kept: dict[str, Any] = {name: found.newest["id"] if found.newest else begun[name]}
    return kept | ({f"{name}_rests": stretches.as_json(found.rests)} if found.rests else {})


@dataclass(frozen=True)
class _List:
    """A list of the server, newest first, some of it by a query."""

    server: Server
    path: str
    asked: dict[str, str]
    rights: tuple[str, ...] = RIGHTS

    def newest(self) -> str:
        """Give the id of the newest item, empty where there is none."""
        page = _objects(self.server.read(self.path, {**self.asked, "limit": "1"}, self.rights))
        return str(page[0]["id"]) if page else ""

    def page(self, after: str | None, since: str) -> Page:
        """Read a page."""
        asked = {**self.asked, "limit": str(PAGE)}
        asked |= ({"max_id": after} if after else {}) | ({"since_id": since} if since else {})
        answer = self.server.read(self.path, asked, self.rights)
        page = _objects(answer)
        return Page(page, _next(answer, page))


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
    actor = address_of(who)
    shown = [one for one in status.get("media_attachments") or () if one.get("type") == "image" and one.get("url")]
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
        reference={VISIBILITY: str(status.get("visibility") or "public")} | ({ACTOR: actor} if actor else {}),
        mentions=mentions_in(status.get("mentions"), {str(who["id"]): stable(who)} if actor else {}),
        pictures=tuple(str(one["url"]) for one in shown),
        picture_texts=tuple(str(one.get("description") or "") for one in shown),
    )


def _answer(status: dict[str, Any]) -> Answered:
    at = require_aware(datetime.fromisoformat(status["created_at"]))
    return Answered(id=str(status["id"]), to=str(status["in_reply_to_id"]), at=at)
