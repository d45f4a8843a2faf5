"""Say something under a post on Bluesky, or below a comment: what is answered must be named by the hash of its words.

https://docs.bsky.app/docs/advanced-guides/posts#replies. A post of the account's own is read where it is kept, others
as the readers' server tells them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heraut.errors import OutcomeUnknown, Refused
from heraut.networks.bluesky_records import CID, COLLECTION, ROOT, ROOT_CID, rkey_of
from heraut.networks.bluesky_sessions import service_of
from heraut.problems import problem
from heraut.publishing.model import Content, InReplyTo, Part

if TYPE_CHECKING:
    from heraut.networks.base import Spot
    from heraut.networks.bluesky_repository import Repository


def under(repository: Repository, spot: Spot, text: str) -> Content:
    """Give what is published there; Refused when there is nothing there any more."""
    try:
        cid, record = _read(repository, spot.at)
        root = (record.get("reply") or {}).get("root") or {"uri": spot.at, "cid": cid}
        reference = {CID: cid, ROOT: str(root["uri"]), ROOT_CID: str(root["cid"])}
    except (KeyError, TypeError, ValueError, AttributeError):
        host = service_of(repository.account).partition("://")[2]
        raise OutcomeUnknown(problem("server_answer_unreadable", host=host)) from None
    return Content(parts=(Part(text=text.strip()),), in_reply_to=InReplyTo(interaction=spot.at, reference=reference))


def _read(repository: Repository, address: str) -> tuple[str, dict[str, Any]]:
    """Give a post's hash and record."""
    did = address.removeprefix("at://").partition("/")[0]
    if did == repository.session.did:
        asked = {"repo": did, "collection": COLLECTION, "rkey": rkey_of(address)}
        try:
            found = repository.ask("com.atproto.repo.getRecord", asked)
        except Refused:
            raise _gone() from None
        return str(found["cid"]), dict(found["value"])
    posts = repository.ask("app.bsky.feed.getPosts", {"uris": [address]})["posts"]
    if not posts:
        raise _gone()
    return str(posts[0]["cid"]), dict(posts[0]["record"])


def _gone() -> Refused:
    return Refused(problem("lists_post_gone", network="Bluesky"))
