"""Posts as a Discourse forum's webhook brings them: written, changed, taken away; what its staff writes answers.

`{"post": …}` is a `WebHookPostSerializer` (https://github.com/discourse/discourse, app/serializers, read 2026-11-21).
What became of a post is read in the body, because the header that names the event is not signed. A post is called by
its topic and number, as posts name what they reply to. Left out: what is no post of a person (a topic that was closed,
a note among staff), what is hidden, and private messages: a forum sends those between any two people.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from heraut.conversations.model import Answered, Author, Edited, Erased, Interaction, Kind
from heraut.errors import Unreadable
from heraut.networks.base import Brought

if TYPE_CHECKING:
    from heraut.brands import Account
    from heraut.networks.base import WebhookEvent

REGULAR = 1  # `Post.types`
PRIVATE = "private_message"
EDITED = "post_edited"


def read_posts(brand: str, account: Account, event: WebhookEvent) -> Brought:
    """Read an event; Unreadable when it is no post, Brought() for what else a forum tells."""
    try:
        post = json.loads(event.body).get("post")
        if post is None or not _is_public(post):
            return Brought()
        if post.get("deleted_at") or post.get("user_deleted"):
            return Brought(erased=(Erased(id=_id(post), at=event.at),))
        if _is_ours(post, account):
            return Brought(answers=_answer(post))
        if post.get("version", 1) > 1 or event.kind == EDITED:
            return Brought(edits=(Edited(id=_id(post), text=post["raw"], at=event.at),))
        return Brought(interactions=(_said(brand, account, post),))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Unreadable(f"a post of Discourse ({type(error).__name__})") from None


def _is_public(post: dict[str, Any]) -> bool:
    """Whether a person said it to everybody who may read there."""
    return post["post_type"] == REGULAR and post.get("topic_archetype") != PRIVATE and not post.get("hidden")


def _is_ours(post: dict[str, Any], account: Account) -> bool:
    handle = (account.handle or "").lstrip("@").casefold()
    return (
        bool(post.get("staff") or post.get("moderator") or post.get("admin")) or post["username"].casefold() == handle
    )


def _answer(post: dict[str, Any]) -> tuple[Answered, ...]:
    """Give what it answers: the post that it names, else the one that began the topic."""
    if post["post_number"] == 1:
        return ()
    to = f"{post['topic_id']}/{post.get('reply_to_post_number') or 1}"
    return (Answered(id=_id(post), to=to, at=_at(post)),)


def _said(brand: str, account: Account, post: dict[str, Any]) -> Interaction:
    replied = post.get("reply_to_post_number")
    return Interaction(
        brand=brand,
        account=account.name,
        network=account.network,
        id=_id(post),
        kind=_kind(post, account),
        author=Author(id=str(post["user_id"]), handle=post["username"], name=post.get("name") or post["username"]),
        text=post["raw"],
        answers=f"{post['topic_id']}/{replied}" if replied else None,
        thread=str(post["topic_id"]),
        at=_at(post),
        url=_address(post, account),
    )


def _kind(post: dict[str, Any], account: Account) -> Kind:
    handle = (account.handle or "").lstrip("@")
    if handle and re.search(rf"@{re.escape(handle)}\b", post["raw"], re.IGNORECASE):
        return Kind.MENTION
    return Kind.REPLY if post.get("reply_to_post_number") else Kind.COMMENT


def _address(post: dict[str, Any], account: Account) -> str | None:
    """Give where it is read: at the forum that the account's address names."""
    forum = urlsplit(account.url or "")
    return f"{forum.scheme}://{forum.netloc}/t/{post['topic_id']}/{post['post_number']}" if forum.netloc else None


def _id(post: dict[str, Any]) -> str:
    return f"{post['topic_id']}/{post['post_number']}"


def _at(post: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(post["created_at"])
