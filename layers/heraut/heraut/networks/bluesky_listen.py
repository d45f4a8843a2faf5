"""What is said to an account on Bluesky: replies, mentions and quotes, as its readers' server lists them.

https://docs.bsky.app/docs/api/app-bsky-notification-list-notifications; the account's own repository tells what was
answered, wherever it was written. Lists come newest first.

What is listed stands at the hour its writer's clock said, or at the one it was read by the readers' server, if that was
earlier: something may appear behind what was heard already. So the last hour is read again, and what is known left out;
never what was there before the account was first listened to.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from heraut.brands import NetworkName
from heraut.conversations.model import Answered, Author, Interaction, Kind
from heraut.due import instant, stamp
from heraut.errors import OutcomeUnknown
from heraut.networks.base import Heard
from heraut.networks.bluesky_records import CID, COLLECTION, ROOT, ROOT_CID, rkey_of
from heraut.networks.bluesky_sessions import service_of
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from heraut.networks.bluesky_repository import Repository

PAGE = "100"
MOST_PAGES = 10  # of one stretch: a thousand since the last look
OVERLAP = timedelta(hours=1)
KINDS = {"reply": Kind.REPLY, "mention": Kind.MENTION, "quote": Kind.QUOTE}
READERS = "https://bsky.app"


def listen(repository: Repository, brand: str, cursor: str | None) -> Heard:
    """Read what came since the cursor; without one, only where to begin."""
    begun = json.loads(cursor) if cursor else None
    try:
        told, newest = _stretch(_notifications(repository), _again_from(begun) if begun else None, _place)
        said, said_to = _stretch(_own(repository), begun["said"] if begun else None, lambda one: rkey_of(one["uri"]))
        heard_to = max(newest, begun["heard"]) if begun else newest
        first = begun.get("first", begun["heard"]) if begun else newest
        return Heard(
            interactions=tuple(_interaction(repository, brand, one) for one in reversed(told)),
            answers=tuple(found for one in reversed(said) for found in _answer(one)),
            cursor=json.dumps({"heard": heard_to, "first": first, "said": said_to}),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        host = service_of(repository.account).partition("://")[2]
        raise OutcomeUnknown(problem("server_answer_unreadable", host=host)) from None


def _again_from(begun: dict[str, str]) -> str:
    """Give the place from which to read: an hour before the newest that was heard, after what was there at first."""
    heard, first = begun["heard"], begun.get("first", begun["heard"])
    return max(stamp(instant(heard.partition(" ")[0]) - OVERLAP), first) if heard else ""


def _stretch(
    pages: Iterator[list[dict[str, Any]]], since: str | None, place: Callable[[Any], str]
) -> tuple[list[dict[str, Any]], str]:
    """Give what a list holds beyond a place, newest first, and the place of the newest; None: only that place."""
    found: list[dict[str, Any]] = []
    newest = since or ""
    for number, page in enumerate(pages):
        newest = newest if number else max(map(place, page))
        if since is None:
            return [], newest
        fresh = [one for one in page if place(one) > since]
        found += fresh
        if len(fresh) < len(page):
            return found, newest
        if number + 1 == MOST_PAGES:
            return found, since  # more than we read: the same stretch is read again, what is known is left out
    return found, newest


def _notifications(repository: Repository) -> Iterator[list[dict[str, Any]]]:
    asked = {"limit": PAGE, "reasons": list(KINDS)}
    yield from _pages(repository, "app.bsky.notification.listNotifications", asked, "notifications")


def _own(repository: Repository) -> Iterator[list[dict[str, Any]]]:
    asked = {"limit": PAGE, "repo": repository.session.did, "collection": COLLECTION}
    yield from _pages(repository, "com.atproto.repo.listRecords", asked, "records")


def _pages(repository: Repository, method: str, asked: dict[str, Any], name: str) -> Iterator[list[dict[str, Any]]]:
    after: dict[str, str] = {}
    while True:
        answer = repository.ask(method, {**asked, **after})
        page = [one for one in answer[name] if isinstance(one, dict)]
        if page:
            yield page
        if not page or not answer.get("cursor"):
            return
        after = {"cursor": str(answer["cursor"])}


def _place(notification: dict[str, Any]) -> str:
    """Say where it stands in the list: two may have come in one instant."""
    return f"{_indexed(notification)} {notification['uri']}"


def _indexed(notification: dict[str, Any]) -> str:
    return stamp(datetime.fromisoformat(notification["indexedAt"]))


def _interaction(repository: Repository, brand: str, told: dict[str, Any]) -> Interaction:
    author, record, address = told["author"], told["record"], str(told["uri"])
    reply = record.get("reply") or {}
    kind = KINDS[told["reason"]]
    answers = reply["parent"]["uri"] if reply else None
    thread = reply["root"]["uri"] if reply else (told.get("reasonSubject") if kind is Kind.QUOTE else None)
    return Interaction(
        brand=brand,
        account=repository.account.name,
        network=NetworkName.BLUESKY,
        id=address,
        kind=kind,
        author=Author(
            id=author["did"], handle=f"@{author['handle']}", name=author.get("displayName") or author["handle"]
        ),
        text=str(record.get("text") or ""),
        language=next(iter(record.get("langs") or ()), None),
        answers=answers,
        thread=thread or address,
        at=instant(_indexed(told)),
        url=f"{READERS}/profile/{author['handle']}/post/{rkey_of(address)}",
        reference=_reference(told, reply),
    )


def _reference(told: dict[str, Any], reply: dict[str, Any]) -> dict[str, str]:
    """Keep what an answer points at: the post itself, and the one at whose foot it stands."""
    root = reply.get("root") or told
    return {CID: str(told["cid"]), ROOT: str(root["uri"]), ROOT_CID: str(root["cid"])}


def _answer(record: dict[str, Any]) -> Iterator[Answered]:
    said = record["value"]
    if isinstance(said.get("reply"), dict):
        at = instant(stamp(datetime.fromisoformat(said["createdAt"])))
        yield Answered(id=record["uri"], to=said["reply"]["parent"]["uri"], at=at)
