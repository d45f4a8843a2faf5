"""Who comments, likes and reposts a post on Bluesky, and who follows the account, as its readers' server tells.

https://docs.bsky.app/docs/api/app-bsky-feed-get-post-thread, .../app-bsky-feed-get-likes,
.../app-bsky-feed-get-reposted-by, .../app-bsky-graph-get-relationships. People are known by their DID: handles change.

A record's `createdAt` is what its author's program wrote, so an entry's instant is `indexedAt`. Of comments the public
server means by it when it read them (another one may mean `createdAt`, if that was earlier); of likes it is the earlier
of both, everywhere (measured: bsky 0.0.221). So a like can be dated back by its author, never forward: what is listed
as too early was, and what came too late is known for certain only by when we first saw it. Of reposts no
instant is told.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from heraut.brands import EntryKind, NetworkName
from heraut.due import require_aware
from heraut.errors import NotReady, OutcomeUnknown, Refused
from heraut.networks.base import Blocked, Entry, Listed, stable_id
from heraut.networks.bluesky_records import COLLECTION, READERS, rkey_of, uri
from heraut.networks.bluesky_sessions import handle_of, service_of
from heraut.networks.entries import comment_heard, count_told, not_ours, require_listed, since
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from heraut.conversations.model import Interaction
    from heraut.networks.bluesky_repository import Repository

TITLE = "Bluesky"
PAGE = "100"
DEPTH = "10"  # of answers to answers; the public server gives no more, whatever is asked
THREAD_BYTES = 32_000_000  # a thread comes in one piece: 1 060 comments were 2 MB (bluesky-social/atproto#2351)
PEOPLE_AT_ONCE = 30
POSTS_AT_ONCE = 25
SOON = timedelta(minutes=1)
_POST = "app.bsky.feed.defs#threadViewPost"
_RECORD = re.compile(rf"at://(?P<who>[\w.:%-]+)/{re.escape(COLLECTION)}/(?P<rkey>[\w.:~-]+)")
_READ = re.compile(r"^/profile/(?P<who>[\w.:%-]+)/post/(?P<rkey>[\w.:~-]+)")
_MENTION = "app.bsky.richtext.facet#mention"


def entries(repository: Repository, kind: EntryKind, post: str, cursor: str | None) -> Listed:
    """Give a page of those who did `kind` under a post (`at://...`); comments come in one page."""
    require_listed(NetworkName.BLUESKY, TITLE, kind)
    own = frozenset({stable_id(NetworkName.BLUESKY, repository.session.did), f"@{handle_of(repository.account)}"})
    try:
        if kind is EntryKind.COMMENT:
            return replace(_comments(repository, post), own=own)
        return replace(_people(repository, kind, post, cursor), own=own)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _unclear(repository) from None


def follows(repository: Repository, who: Sequence[str]) -> frozenset[str]:
    """Say which of these DIDs follow the account."""
    found: set[str] = set()
    asked = list(dict.fromkeys(who))
    try:
        for start in range(0, len(asked), PEOPLE_AT_ONCE):
            params = {"actor": repository.session.did, "others": asked[start : start + PEOPLE_AT_ONCE]}
            body = repository.ask("app.bsky.graph.getRelationships", params)
            found |= {str(one["did"]) for one in body["relationships"] if one.get("followedBy")}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _unclear(repository) from None
    return frozenset(found)


def still_there(repository: Repository, comments: Sequence[str]) -> frozenset[str]:
    """Say which of these comments are still there."""
    found: set[str] = set()
    asked = list(dict.fromkeys(comments))
    try:
        for start in range(0, len(asked), POSTS_AT_ONCE):
            body = repository.ask("app.bsky.feed.getPosts", {"uris": asked[start : start + POSTS_AT_ONCE]})
            found |= {str(one["uri"]) for one in body["posts"]}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _unclear(repository) from None
    return frozenset(found)


def blocked(repository: Repository, cursor: str | None) -> Blocked:
    """Give a page of those whom the account blocks: app.bsky.graph.getBlocks."""
    body = repository.ask("app.bsky.graph.getBlocks", {"limit": PAGE} | ({"cursor": cursor} if cursor else {}))
    try:
        who = frozenset(stable_id(NetworkName.BLUESKY, str(one["did"])) for one in body["blocks"])
    except (KeyError, TypeError, AttributeError):
        raise _unclear(repository) from None
    return Blocked(who, body.get("cursor") or None)


def heard(said: Interaction, post: str) -> Entry | None:
    """Give what was heard as an entry under a post."""
    return comment_heard(said, post, said.author.id, said.author.id)


def post_at(repository: Repository, address: str) -> str:
    """Give the address in the account's repository of the post that people read at `address`."""
    found = _RECORD.fullmatch(address.strip()) or _READ.search(urlsplit(address.strip()).path)
    did = repository.session.did
    if found is None or (found["who"] != did and repository.did_of(found["who"].lower()) != did):
        raise not_ours(TITLE, address)
    post = uri(did, found["rkey"])
    if repository.post(post) is None:
        raise Refused(problem("lists_post_gone", network=TITLE))
    return post


def _comments(repository: Repository, post: str) -> Listed:
    patient = replace(repository, http=replace(repository.http, limit_bytes=THREAD_BYTES))
    try:
        body = patient.ask("app.bsky.feed.getPostThread", {"uri": post, "depth": DEPTH, "parentHeight": "0"})
    except Refused as refused:
        raise _not_shown(repository, post) or refused from None
    thread = body["thread"]
    found = tuple(_read_at(one, repository) for one in _below(thread))
    first = sum(1 for one in found if one.below is None)
    return Listed(found, unlisted=max(0, int(thread["post"].get("replyCount") or 0) - first))


def _not_shown(repository: Repository, post: str) -> Refused | NotReady | None:
    """Say why a thread cannot be read, None where it is not for its post: the account's own server knows better."""
    if not post.startswith(f"at://{repository.session.did}/"):
        return None
    if repository.post(post) is None:
        return Refused(problem("lists_post_gone", network=TITLE))
    return NotReady(problem("lists_not_yet", network=TITLE), repository.now + SOON)


def _below(thread: Mapping[str, Any]) -> Iterator[Entry]:
    """Give everything below a post, however deep: what is blocked or gone is not shown, nor what stands below it."""
    left: list[tuple[Any, str | None]] = [(one, None) for one in reversed(thread.get("replies") or ())]
    while left:
        node, below = left.pop()
        if node.get("$type") != _POST:
            continue
        yield _comment(node["post"], below)
        address = str(node["post"]["uri"])
        left += [(one, address) for one in reversed(node.get("replies") or ())]


def _read_at(comment: Entry, repository: Repository) -> Entry:
    """Say where people read a comment: Bluesky's readers show every public server's, and none of a network apart."""
    if not service_of(repository.account).startswith("https://"):
        return comment
    did, rkey = str(comment.local), rkey_of(str(comment.remote))
    return replace(comment, url=f"{READERS}/profile/{did}/post/{rkey}")


def _comment(post: Mapping[str, Any], below: str | None) -> Entry:
    record = post["record"]
    text = str(record.get("text") or "")
    return replace(
        _person(EntryKind.COMMENT, post["author"]),
        remote=str(post["uri"]),
        text=text,
        at=_instant(post["indexedAt"]),
        below=below,
        mentions=mentions_in(text, record.get("facets")),
        likes=count_told(post.get("likeCount")),
    )


def _people(repository: Repository, kind: EntryKind, post: str, cursor: str | None) -> Listed:
    asked = {"uri": post, "limit": PAGE} | ({"cursor": cursor} if cursor else {})
    if kind is EntryKind.LIKE:
        body = repository.ask("app.bsky.feed.getLikes", asked)
        found = [replace(_person(kind, one["actor"]), at=_instant(one["indexedAt"])) for one in body["likes"]]
    else:
        body = repository.ask("app.bsky.feed.getRepostedBy", asked)
        found = [_person(kind, one) for one in body["repostedBy"]]
    return Listed(tuple(found), body.get("cursor") or None)


def _person(kind: EntryKind, actor: Mapping[str, Any]) -> Entry:
    did, handle = str(actor["did"]), str(actor["handle"])
    return Entry(
        kind=kind,
        by=stable_id(NetworkName.BLUESKY, did),
        name=str(actor.get("displayName") or handle),
        handle=f"@{handle}",
        local=did,
        account_since=since(actor.get("createdAt")),
    )


def mentions_in(text: str, facets: object) -> tuple[str, ...]:
    """Give whom a text names for its readers to see: nobody checks what a program says that a text mentions."""
    named = [did for facet in (facets if isinstance(facets, list) else ()) for did in _named(text.encode(), facet)]
    return tuple(stable_id(NetworkName.BLUESKY, did) for did in dict.fromkeys(named))


def _named(written: bytes, facet: Any) -> list[str]:
    try:
        begin, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        if not (0 <= begin < end <= len(written) and written[begin:end].startswith(b"@")):
            return []
        return [str(one["did"]) for one in facet["features"] if one.get("$type") == _MENTION]
    except (KeyError, TypeError, AttributeError):
        return []  # one odd comment keeps nobody else from being listed


def _instant(told: str) -> datetime:
    return require_aware(datetime.fromisoformat(told))


def _unclear(repository: Repository) -> OutcomeUnknown:
    host = service_of(repository.account).partition("://")[2]
    return OutcomeUnknown(problem("server_answer_unreadable", host=host))
