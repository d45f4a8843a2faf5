"""Read who did what under posts of a brand's accounts: for contests, and for events that collect questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from heraut.brands import use_secret
from heraut.errors import CredentialsExpired, NotFound
from heraut.networks.base import Lists

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Account, Brand, NetworkName, Place, Secrets
    from heraut.contests.running import List
    from heraut.networks.base import Listed, Publishes


class Finds(Protocol):
    """What finds posts online."""

    def remote_ids(self, brand: str, row: str | None, post: str | None) -> Mapping[str, str]:
        """Give the network's id of a post (by its own name, or by its calendar row's) on each account where it is."""


class Asking(Protocol):
    """What asking a network needs of the world."""

    @property
    def secrets(self) -> Secrets:
        """What opens the accounts."""

    @property
    def networks(self) -> Mapping[NetworkName, Publishes]:
        """The adapters."""


class Reading(Asking, Protocol):
    """What reading the lists of a contest needs of it: also where its posts are."""

    @property
    def posts(self) -> Finds:
        """The posts."""


def places_of(brand: Brand, places: Sequence[Place], world: Reading) -> Iterator[tuple[Account, Lists, Place]]:
    """Give the accounts on which one takes part and whose network lists anybody, each with what names the post."""
    for place in places:
        for name in place.accounts:
            account = brand.account(name)
            adapter = world.networks.get(account.network) if account else None
            if account is not None and adapter is not None and isinstance(adapter, Lists):
                yield account, adapter, place


def post_of(place: Place, account: Account, adapter: Lists, brand: Brand, world: Reading, now: datetime) -> str | None:
    """Give the remote id of a contest's post; None where it is not online yet. Raises as the network does."""
    if place.row or place.post:
        return world.posts.remote_ids(brand.id, place.row, place.post).get(account.name)
    address = place.url
    if address is None:
        return None
    return use_secret(
        world.secrets, brand.id, account.name, lambda secret: adapter.post_at(account, secret, address, now)
    )


def still_there(name: str, comments: Sequence[str], brand: Brand, world: Asking, now: datetime) -> frozenset[str]:
    """Say which of these comments are still there; NotFound where nobody can be asked, else as the network raises."""
    account = brand.account(name)
    adapter = world.networks.get(account.network) if account else None
    if account is None or adapter is None or not isinstance(adapter, Lists):
        raise NotFound(name)
    return use_secret(world.secrets, brand.id, name, lambda secret: adapter.still_there(account, secret, comments, now))


def page_of(wanted: List, cursor: str | None, brand: Brand, world: Asking, now: datetime) -> Listed:
    """Read a page of a list from its cursor on; NotFound where the account is gone, else as the network raises."""
    account = brand.account(wanted.account)
    adapter = world.networks.get(account.network) if account else None
    if account is None or adapter is None or not isinstance(adapter, Lists):
        raise NotFound(wanted.account)
    return use_secret(
        world.secrets,
        brand.id,
        account.name,
        lambda secret: adapter.entries(account, secret, wanted.kind, wanted.post, cursor, now),
        CredentialsExpired,
    )
