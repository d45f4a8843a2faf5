"""What the publishing use cases need of the world, gathered once by `bootstrap` (or by a test, with twins)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from heraut.errors import NotFound
from heraut.networks.base import Job

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.brands import Account, Brand, Brands, NetworkName, Secrets
    from heraut.clock import Clock
    from heraut.networks.base import Publishes
    from heraut.publishing.model import Delivery, Post
    from heraut.publishing.store import MediaStore, Outbox, Posts

LATE = timedelta(hours=1)  # of an account that is not in the configuration any more


class Steering(Protocol):
    """What a person's decision about deliveries needs; `networks` say how long ahead uploads begin."""

    @property
    def posts(self) -> Posts:
        """Posts and deliveries."""

    @property
    def brands(self) -> Brands:
        """Configuration."""

    @property
    def networks(self) -> Mapping[NetworkName, Publishes]:
        """Every network."""

    @property
    def outbox(self) -> Outbox:
        """Ways to set work going."""


@dataclass(frozen=True)
class World:
    """Ports and adapters; `networks` builds an adapter when it is first asked for."""

    posts: Posts
    brands: Brands
    secrets: Secrets
    networks: Mapping[NetworkName, Publishes]
    outbox: Outbox
    clock: Clock


@dataclass(frozen=True)
class MediaWorld(World):
    """A world that also reads pictures and films."""

    media: MediaStore


def account_of(world: World, delivery: Delivery) -> tuple[Brand, Account]:
    """Read the brand and account of a delivery; NotFound when they were removed from the configuration."""
    brand = world.brands.brand(delivery.brand)
    account = brand.account(delivery.account) if brand else None
    if brand is None or account is None:
        msg = f"account {delivery.brand}/{delivery.account} is not in the configuration any more"
        raise NotFound(msg)
    return brand, account


def late_of(world: World, delivery: Delivery) -> timedelta:
    """Give how far behind its promise a delivery of this account may still leave."""
    brand = world.brands.brand(delivery.brand)
    account = brand.account(delivery.account) if brand else None
    return account.late if account else LATE


def post_of(world: World, delivery: Delivery) -> Post:
    """Read the post at the delivery's version."""
    post = world.posts.post(delivery.brand, delivery.post, delivery.version)
    if post is None:
        msg = f"version {delivery.version} of post {delivery.brand}/{delivery.post} is missing"
        raise NotFound(msg)
    return post


def job_of(world: World, delivery: Delivery, brand: Brand, account: Account, post: Post) -> Job:
    """Gather what an adapter needs; the key is the same at every attempt of this version."""
    wants_secret = world.networks[delivery.network].secret_fields
    return Job(
        brand=delivery.brand,
        brand_name=brand.name,
        post=delivery.post,
        version=delivery.version,
        key=f"{delivery.brand}/{delivery.post}/{delivery.account}/{delivery.version}",
        account=account,
        secret=(world.secrets.secret(delivery.brand, delivery.account) or {}) if wants_secret else {},
        content=post.content_for(delivery.account, delivery.network),
        created_at=post.publish_at,
        prepared=delivery.prepared,
        done=delivery.remote_ids,
        zone=brand.zone,
        language=account.language or brand.language,
    )
