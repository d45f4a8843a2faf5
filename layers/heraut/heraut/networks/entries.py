"""What the adapters that list who took part have in common."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from heraut.brands import EntryKind
from heraut.conversations.model import Kind
from heraut.due import require_aware
from heraut.errors import Refused
from heraut.networks.base import REACH, Entry, Reach, stable_id
from heraut.problems import problem

if TYPE_CHECKING:
    from heraut.brands import NetworkName
    from heraut.conversations.model import Interaction

_LONGEST_ADDRESS = 200


def require_listed(network: NetworkName, title: str, kind: EntryKind) -> None:
    """Refuse to list what a network lists nobody for; `title` is its name for people.

    Raises: Refused; ValueError where it is checked one by one instead (whoever calls reads `reach` first).
    """
    how = REACH.get(network, {}).get(kind)
    if how is Reach.CHECKED:
        text = f"{network} checks a {kind}, it lists none"
        raise ValueError(text)
    if how is None:
        raise not_told(title, kind)


def not_told(title: str, kind: EntryKind) -> Refused:
    """Say that a network tells nobody's program who did something."""
    match kind:
        case EntryKind.COMMENT:
            return Refused(problem("lists_comments_not_told", network=title))
        case EntryKind.LIKE:
            return Refused(problem("lists_likes_not_told", network=title))
        case EntryKind.REPOST:
            return Refused(problem("lists_reposts_not_told", network=title))
        case EntryKind.FOLLOW:
            return Refused(problem("lists_followers_not_told", network=title))


def since(told: object) -> datetime | None:
    """Read since when an account is there; None where that is not told, or told as no time at all."""
    try:
        found = require_aware(datetime.fromisoformat(str(told)))
    except ValueError:
        return None
    return found if found.timestamp() > 0 else None  # some servers say 1970 of those they know nothing of


def comment_heard(said: Interaction, post: str, known_as: str | None, local: str | None) -> Entry | None:
    """Give what was heard as an entry under a post, None where it is none; `known_as`: what `stable_id` is made of."""
    if said.kind not in {Kind.COMMENT, Kind.REPLY} or post not in {said.answers, said.thread}:
        return None
    return Entry(
        kind=EntryKind.COMMENT,
        by=stable_id(said.network, known_as) if known_as else None,
        name=said.author.name,
        handle=said.author.handle,
        remote=said.id,
        text=said.text,
        at=said.at,
        below=None if said.answers in {None, post} else said.answers,
        mentions=said.mentions,
        local=local,
        followers=said.author.followers,
    )


def count_told(told: object) -> int | None:
    """Read a count as a network tells it; None where it tells none."""
    return told if isinstance(told, int) and not isinstance(told, bool) and told >= 0 else None


def not_ours(title: str, address: str) -> Refused:
    """Say that an address leads to no post of the account."""
    return Refused(problem("lists_not_our_post", network=title, address=address[:_LONGEST_ADDRESS]))
