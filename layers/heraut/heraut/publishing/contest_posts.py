"""Queue what a contest says by itself, as posts that leave like any other, and find its posts online.

The post's name is the contest's, so that it is queued once whoever asks; pause and crisis hold it like any post.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut.errors import Conflict, NotFound
from heraut.events import EventName, event
from heraut.publishing import decisions
from heraut.publishing.calendar.row import id_key
from heraut.publishing.model import Content, Delivery, Part, Post, Source, State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Account, Brand, Brands, NetworkName
    from heraut.networks.base import Publishes
    from heraut.publishing.store import Posts


@dataclass(frozen=True)
class PostOnline:
    """A post as it is online: on which account, where people read it, since when."""

    account: str
    url: str
    at: datetime


@dataclass(frozen=True)
class ContestPosts:
    """The port `contests.store.Speaks`, over the posts."""

    posts: Posts
    brands: Brands
    networks: Mapping[NetworkName, Publishes]

    def say(self, brand: str, post: str, accounts: Sequence[str], text: str, now: datetime) -> None:
        """Queue a post that leaves at once; nothing where it was queued before."""
        told = self.brands.brand(brand)
        if told is None:
            raise NotFound(brand)
        content = Content(parts=(Part(text=text),), language=told.language)
        promise = decisions.now_there(now, told.zone)
        made = Post(
            brand=brand,
            id=post,
            content=content,
            accounts=tuple(accounts),
            publish_at=promise.instant,
            local=promise.local,
            zone=promise.zone,
            tzdata=promise.tzdata,
            source=Source(kind="contest", identity=post),
            created_at=now,
        )
        deliveries = [self._delivery(made, one) for one in _accounts(told, accounts)]
        source = {"kind": "contest"}
        queued = event(EventName.POST_QUEUED, brand, post, None, now, source=source, version=1)
        with suppress(Conflict):  # it was queued before
            self.posts.add(made, deliveries, [queued])  # the next minute's tick dispatches it

    def online(self, brand: str, post: str) -> Sequence[PostOnline]:
        """Say where a post is online by now, and where it can be read."""
        return [
            PostOnline(one.account, one.url, one.published_at)
            for one in self.posts.deliveries(brand, post)
            if one.state is State.PUBLISHED and one.url and one.published_at
        ]

    def remote_ids(self, brand: str, row: str | None, post: str | None) -> Mapping[str, str]:
        """Give the network's id of a post (by its own name, or by its calendar row's) on each account where it is."""
        if post is None and row is not None:
            post = self.posts.posts_by_key(brand, [id_key(row)]).get(id_key(row))
        found = self.posts.deliveries(brand, post) if post else ()
        return {one.account: one.remote_ids[0] for one in found if one.remote_ids and one.state is State.PUBLISHED}

    def _delivery(self, post: Post, account: Account) -> Delivery:
        ahead = self.networks[account.network].prepare_ahead(post.content)
        prepare_at = None if ahead is None else post.publish_at - ahead
        return Delivery(
            brand=post.brand,
            post=post.id,
            account=account.name,
            network=account.network,
            publish_at=post.publish_at,
            due_at=prepare_at or post.publish_at,
            prepare_at=prepare_at,
            zone=post.zone,
            local=post.local,
        )


def _accounts(brand: Brand, names: Sequence[str]) -> list[Account]:
    return [account for account in brand.accounts if account.name in names]
