"""What is said to an account on Bluesky: replies, mentions and quotes, as its readers' server lists them.

https://docs.bsky.app/docs/api/app-bsky-notification-list-notifications; the account's own repository tells what was
answered, wherever it was written. Lists come newest first.

What is listed stands at the hour its writer's clock said, or at the one it was read by the readers' server, if that was
earlier: something may appear behind what was heard already. So the last hour is read again, and what is known left out;
never what was there before the account was first listened to.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from heraut.brands import NetworkName
from heraut.conversations.model import Answered, Author, Interaction, Kind
from heraut.due import instant, stamp
from heraut.errors import OutcomeUnknown
from heraut.networks import stretches
from heraut.networks.base import Heard
from heraut.networks.bluesky_lists import mentions_in
from heraut.networks.bluesky_records import CID, COLLECTION, READERS, ROOT, ROOT_CID, rkey_of
from heraut.networks.bluesky_sessions import service_of
from heraut.networks.stretches import Page, Reading
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from heraut.networks.bluesky_repository import Repository
    from heraut.networks.stretches import Stretch

PAGE = "100"
MOST_PAGES = 10  # a thousand in a look; the next ones read the rest
POSTS_AT_ONCE = 25
OVERLAP = timedelta(hours=1)
KINDS = {"reply": Kind.REPLY, "mention": Kind.MENTION, "quote": Kind.QUOTE}
NOTIFICATIONS = ("app.bsky.notification.listNotifications", "notifications", {"reasons": list(KINDS)})


def listen(repository: Repository, brand: str, cursor: str | None) -> Heard:
    """Read what came since the cursor; without one, only where to begin."""
    begun = json.loads(cursor) if cursor else None
    told, own = _List(repository, *NOTIFICATIONS), _List(repository, *_own(repository))
    try:
        if begun is None:
            first = told.newest(_place)
            return Heard((), (), json.dumps({"heard": first, "first": first, "said": own.newest(_rkey)}))
        heard = _read(told, begun, "heard", _place, again=_again_from(begun))
        said = _read(own, begun, "said", _rkey)
        kept = _kept(heard, begun, "heard", _place) | _kept(said, begun, "said", _rkey)
        shown = _shown(repository, heard.items)
        return Heard(
            interactions=tuple(
                _interaction(repository, brand, one, shown.get(str(one["uri"]), ())) for one in reversed(heard.items)
            ),
            answers=tuple(found for one in reversed(said.items) for found in _answer(one)),
            cursor=json.dumps({"first": begun["first"], **kept}),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        host = service_of(repository.account).partition("://")[2]
        raise OutcomeUnknown(problem("server_answer_unreadable", host=host)) from None


def _again_from(begun: dict[str, Any]) -> str:
    """Give the place from which to read: an hour before the newest that was heard, after what was there at first."""
    heard, first = str(begun["heard"]), str(begun["first"])
    return max(stamp(instant(heard.partition(" ")[0]) - OVERLAP), first) if heard else ""


def _read(
    listed: _List, begun: dict[str, Any], name: str, place: Callable[[dict[str, Any]], str], again: str | None = None
) -> Stretch:
    reading = Reading(listed.page, lambda one, known: place(one) <= known, MOST_PAGES)
    return stretches.read(reading, begun[name], stretches.from_json(begun.get(f"{name}_rests", ())), again)


def _kept(found: Stretch, begun: dict[str, Any], name: str, place: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
    kept: dict[str, Any] = {name: max(place(found.newest), begun[name]) if found.newest else begun[name]}
    return kept | ({f"{name}_rests": stretches.as_json(found.rests)} if found.rests else {})


@dataclass(frozen=True)
class _List:
    """A list that a method of the network gives, newest first, under a name, some of it by a query."""

    repository: Repository
    method: str
    name: str
    asked: dict[str, Any]

    def newest(self, place: Callable[[dict[str, Any]], str]) -> str:
        """Give the place of the newest item, empty where there is none."""
        return max(map(place, self.page(None, "").items), default="")

    def page(self, after: str | None, _since: str) -> Page:
        """Read a page."""
        answer = self.repository.ask(self.method, {**self.asked, "limit": PAGE, **({"cursor": after} if after else {})})
        items = [one for one in answer[self.name] if isinstance(one, dict)]
        return Page(items, str(answer["cursor"]) if items and answer.get("cursor") else None)


def _own(repository: Repository) -> tuple[str, str, dict[str, Any]]:
    asked = {"repo": repository.session.did, "collection": COLLECTION}
    return "com.atproto.repo.listRecords", "records", asked


def _rkey(record: dict[str, Any]) -> str:
    return rkey_of(record["uri"])


def _place(notification: dict[str, Any]) -> str:
    """Say where it stands in the list: two may have come in one instant."""
    return f"{_indexed(notification)} {notification['uri']}"


def _indexed(notification: dict[str, Any]) -> str:
    return stamp(datetime.fromisoformat(notification["indexedAt"]))


def _shown(repository: Repository, told: Sequence[dict[str, Any]]) -> dict[str, Sequence[tuple[str, str]]]:
    """Give the pictures (address, description) of each post that shows some, as its readers' server serves them.

    A post names only the digest of a picture: where it is read is told with the post itself, asked for 25 at a time
    (https://docs.bsky.app/docs/api/app-bsky-feed-get-posts). One that is gone meanwhile shows none.
    """
    asked = [str(one["uri"]) for one in told if _pictures_in(one["record"].get("embed"))]
    found: dict[str, Sequence[tuple[str, str]]] = {}
    for start in range(0, len(asked), POSTS_AT_ONCE):
        answer = repository.ask("app.bsky.feed.getPosts", {"uris": asked[start : start + POSTS_AT_ONCE]})
        for post in answer["posts"]:
            images = _pictures_in(post.get("embed"))
            found[str(post["uri"])] = [
                (str(one["fullsize"]), str(one.get("alt") or "")) for one in images if one.get("fullsize")
            ]
    return found


def _pictures_in(embed: object) -> list[dict[str, Any]]:
    """Give the pictures of what is embedded, alone or beside a quoted post."""
    if not isinstance(embed, dict):
        return []
    beside = embed.get("media")
    images = embed.get("images") or (beside.get("images") if isinstance(beside, dict) else None)
    return [one for one in images if isinstance(one, dict)] if isinstance(images, list) else []


def _interaction(
    repository: Repository, brand: str, told: dict[str, Any], shown: Sequence[tuple[str, str]]
) -> Interaction:
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
        mentions=mentions_in(str(record.get("text") or ""), record.get("facets")),
        pictures=tuple(address for address, _ in shown),
        picture_texts=tuple(text for _, text in shown),
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
