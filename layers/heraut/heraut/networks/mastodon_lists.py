"""Who comments, likes and reposts a post on a Mastodon server, and who follows the account, as that server knows it.

https://docs.joinmastodon.org/methods/statuses/#context, #favourited_by, #reblogged_by and
https://docs.joinmastodon.org/methods/accounts/#relationships. A server knows what was sent to it, which is everything
that was sent to the account. Lists of people come by ids of their own, so pages follow the Link header alone; imitators
without one (snac, GoToSocial, Pleroma) give the whole list at once.

People are known by their actor's address (`uri`, else `url`): ids and names are those of one server. A comment's
instant is what its author's server says; no instant is told of a like or a repost.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from heraut.brands import EntryKind, NetworkName
from heraut.due import require_aware
from heraut.errors import OutcomeUnknown, Refused
from heraut.networks.base import Blocked, Entry, Listed, stable_id
from heraut.networks.entries import comment_heard, count_told, not_ours, not_told, require_listed, since
from heraut.networks.mastodon_answers import entity, is_good, next_max_id, refusal
from heraut.networks.mastodon_text import text_of_html
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from heraut.conversations.model import Interaction
    from heraut.networks.http import Answer
    from heraut.networks.mastodon_server import Server

PAGE = "80"
MOST_COMMENTS = 4_096  # that Mastodon gives below a post (CONTEXT_LIMIT), in one piece
THREAD_BYTES = 32_000_000
PEOPLE_AT_ONCE = 40
MOST_PAGES = 10  # of forty posts, in which one is looked for by its address
FOLLOWING = ("read:follows",)
BLOCKING = ("read:blocks",)
ACTOR = "actor"  # of what was heard: by which address its author is known everywhere
_DIRECT = "direct"
_ID = re.compile(r"[A-Za-z0-9]{1,60}")
_LISTS = {EntryKind.LIKE: "favourited_by", EntryKind.REPOST: "reblogged_by"}


def entries(server: Server, kind: EntryKind, post: str, cursor: str | None) -> Listed:
    """Give a page of those who did `kind` under a post; comments come in one page."""
    require_listed(NetworkName.MASTODON, server.host, kind)
    me = server.me()
    try:
        own = frozenset({stable(me), f"@{me.get('acct') or me['username']}"})
        found = _comments(server, me, post) if kind is EntryKind.COMMENT else _people(server, kind, post, cursor)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise OutcomeUnknown(problem("mastodon_answer_unclear", host=server.host)) from None
    return replace(found, own=own)


def follows(server: Server, who: Sequence[str]) -> frozenset[str]:
    """Say which of these (the server's own ids) follow the account.

    An imitator may look at the first alone (snac does): there they are asked for one by one.
    """
    asked = list(dict.fromkeys(who))
    at_once = PEOPLE_AT_ONCE if asked and server.instance().is_mastodon else 1
    found: set[str] = set()
    for start in range(0, len(asked), at_once):
        people = {"id[]": asked[start : start + at_once]}
        answer = server.read("/api/v1/accounts/relationships", people, rights=FOLLOWING)
        found |= {str(one["id"]) for one in _objects(answer) if one.get("followed_by") is True}
    return frozenset(found & set(asked))


def still_there(server: Server, comments: Sequence[str]) -> frozenset[str]:
    """Say which of these comments are still there, as the account's server knows it: asked one by one."""
    return frozenset(one for one in dict.fromkeys(comments) if _is_there(server, one))


def _is_there(server: Server, comment: str) -> bool:
    answer = server.call("GET", _status(comment))
    if answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return False
    if not is_good(answer):
        raise refusal(answer, server.now)
    return True


def blocked(server: Server, cursor: str | None) -> Blocked:
    """Give a page of those whom the account blocks: https://docs.joinmastodon.org/methods/blocks/."""
    params = {"limit": PAGE} | ({"max_id": cursor} if cursor else {})
    answer = server.read("/api/v1/blocks", params, rights=BLOCKING)
    try:
        who = frozenset(stable(one) for one in _objects(answer))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise OutcomeUnknown(problem("mastodon_answer_unclear", host=server.host)) from None
    after = next_max_id(answer)
    return Blocked(who, after if after != cursor else None)


def heard(said: Interaction, post: str) -> Entry | None:
    """Give what was heard as an entry under a post; what stands deeper only its list can place."""
    return comment_heard(said, post, said.reference.get(ACTOR), said.author.id)


def post_at(server: Server, address: str) -> str:
    """Give the id of the account's post that people read at `address`: what it ends with, or among the newest ones."""
    me, wanted = server.account_id(), address.strip().rstrip("/")
    direct = _ID.fullmatch(wanted.rpartition("/")[2])
    if direct:
        answer = server.call("GET", _status(direct[0]))
        if is_good(answer) and _is_at(_shared(entity(answer)), me, wanted):
            return direct[0]
    after: str | None = None
    for _ in range(MOST_PAGES):
        asked = {"limit": "40", "exclude_reblogs": "true"} | ({"max_id": after} if after else {})
        page = server.read(f"/api/v1/accounts/{quote(me, safe='')}/statuses", asked)
        for one in map(_shared, _objects(page)):
            if _is_at(one, me, wanted):
                return str(one["id"])
        after = next_max_id(page)
        if after is None:
            break
    raise not_ours(server.host, address)


def _shared(status: dict[str, Any]) -> dict[str, Any]:
    """Give the post itself where it is told as somebody's share of it: snac does, once anybody shared one."""
    inner = status.get("reblog")
    return inner if isinstance(inner, dict) and inner.get("id") else status


def _is_at(status: Mapping[str, Any], me: str, address: str) -> bool:
    """Whether a post is the account's own, and read there."""
    account = status.get("account")
    ours = isinstance(account, dict) and str(account.get("id")) == me
    return ours and address in {str(status.get(name) or "").rstrip("/") for name in ("id", "url", "uri")}


def _comments(server: Server, me: Mapping[str, Any], post: str) -> Listed:
    patient = replace(server, http=replace(server.http, limit_bytes=THREAD_BYTES))
    answer = patient.call("GET", f"{_status(post)}/context")
    if not is_good(answer):
        raise _not_listed(server, answer, EntryKind.COMMENT, post)
    held = entity(answer)["descendants"]
    if not isinstance(held, list):
        raise TypeError("no list")
    held = [_shared(one) for one in held]
    told = server.instance().is_mastodon
    known = {str(one["account"]["id"]): stable(one["account"]) for one in held} | {str(me["id"]): stable(me)}
    found = tuple(_comment(one, post, known, counted=told) for one in held if one.get("visibility") != _DIRECT)
    return Listed(found, unlisted=_beyond(server, post, found) if len(held) >= MOST_COMMENTS else 0)


def _beyond(server: Server, post: str, found: tuple[Entry, ...]) -> int:
    """Give how many answers the server counts beyond those it listed, right under the post."""
    counted = entity(server.read(_status(post))).get("replies_count")
    first = sum(1 for one in found if one.below is None)
    return max(0, int(counted or 0) - first)


def _comment(status: Mapping[str, Any], post: str, known: Mapping[str, str], *, counted: bool) -> Entry:
    answers = str(status["in_reply_to_id"]) if status.get("in_reply_to_id") else None
    warning = str(status.get("spoiler_text") or "")
    words = "\n".join(part for part in (warning, text_of_html(status.get("content") or "")) if part)
    return replace(
        _person(EntryKind.COMMENT, status["account"], counted=counted),
        remote=str(status["id"]),
        text=words,
        at=_instant(status["created_at"]),
        edited_at=_instant(status["edited_at"]) if status.get("edited_at") else None,
        below=None if answers in {None, post} else answers,
        mentions=mentions_in(status.get("mentions"), known),
        likes=count_told(status.get("favourites_count")),
        url=str(status.get("url") or ""),
    )


def mentions_in(told: object, known: Mapping[str, str]) -> tuple[str, ...]:
    """Give whom a comment names: by the stable id where it is known (by the server's id), by their page where not."""
    named = [one for one in (told if isinstance(told, list) else ()) if isinstance(one, dict)]
    ids = [known.get(str(one.get("id"))) or (stable(one) if address_of(one) else None) for one in named]
    return tuple(dict.fromkeys(one for one in ids if one))


def _people(server: Server, kind: EntryKind, post: str, cursor: str | None) -> Listed:
    params = {"limit": PAGE} | ({"max_id": cursor} if cursor else {})
    answer = server.call("GET", f"{_status(post)}/{_LISTS[kind]}", params=params)
    if not is_good(answer):
        raise _not_listed(server, answer, kind, post)
    counted = server.instance().is_mastodon
    found = tuple(_person(kind, one, counted=counted) for one in _objects(answer))
    after = next_max_id(answer)
    return Listed(found, after if after != cursor else None)


def _not_listed(server: Server, answer: Answer, kind: EntryKind, post: str) -> Exception:
    """Say what a refusal means: 404 is both a post that is gone and a list that an imitator does not have."""
    if answer.status != HTTPStatus.NOT_FOUND:
        return refusal(answer, server.now)
    if server.call("GET", _status(post)).status == HTTPStatus.NOT_FOUND:
        return Refused(problem("lists_post_gone", network=server.host))
    return not_told(server.host, kind)


def _person(kind: EntryKind, account: Mapping[str, Any], *, counted: bool) -> Entry:
    """Give who did something; `counted`: the server counts followers (imitators say 0 of everybody, or hide it so)."""
    acct = str(account.get("acct") or account["username"])
    followers = account.get("followers_count")
    return Entry(
        kind=kind,
        by=stable(account),
        name=str(account.get("display_name") or account.get("username") or acct),
        handle=f"@{acct}",
        local=str(account["id"]),
        account_since=since(account.get("created_at")),
        followers=followers if counted and isinstance(followers, int) and followers >= 0 else None,
        machine=account["bot"] if isinstance(account.get("bot"), bool) else None,
    )


def stable(account: Mapping[str, Any]) -> str:
    """Give the stable id of an account, as any server tells it; ValueError where it does not."""
    address = address_of(account)
    if not address:
        raise ValueError("an account without an address")
    return stable_id(NetworkName.MASTODON, address)


def address_of(account: Mapping[str, Any]) -> str:
    """Give the address by which an account is the same seen from anywhere, "" where its server does not tell it."""
    return str(account.get("uri") or account.get("url") or "")


def _objects(answer: Answer) -> list[dict[str, Any]]:
    body = answer.json()
    if not isinstance(body, list) or not all(isinstance(one, dict) and one.get("id") for one in body):
        raise OutcomeUnknown(problem("mastodon_answer_unclear", host=answer.host))
    return body


def _status(post: str) -> str:
    return f"/api/v1/statuses/{quote(post, safe='')}"


def _instant(told: str) -> datetime:
    return require_aware(datetime.fromisoformat(told))
