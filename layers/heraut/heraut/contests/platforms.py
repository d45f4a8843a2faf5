"""Where people really take part: the network of an account, and behind one that is published by hand, its address.

What a network's own rules say of promotions depends on this, not on how Héraut publishes there.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from heraut.addresses import host
from heraut.brands import NetworkName

if TYPE_CHECKING:
    from heraut.brands import Account


class Platform(StrEnum):
    """The networks whose rules on promotions we know something of, and the others."""

    BLUESKY = "bluesky"
    MASTODON = "mastodon"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    THREADS = "threads"
    X = "x"
    TIKTOK = "tiktok"
    LINKEDIN = "linkedin"
    YOUTUBE = "youtube"
    SITE = "site"
    OTHER = "other"


_OF_NETWORK = {
    NetworkName.BLUESKY: Platform.BLUESKY,
    NetworkName.MASTODON: Platform.MASTODON,
    NetworkName.FACEBOOK: Platform.FACEBOOK,
    NetworkName.INSTAGRAM: Platform.INSTAGRAM,
    NetworkName.SITE: Platform.SITE,
}
_OF_HOST = {
    "instagram.com": Platform.INSTAGRAM,
    "facebook.com": Platform.FACEBOOK,
    "threads.net": Platform.THREADS,
    "threads.com": Platform.THREADS,
    "x.com": Platform.X,
    "twitter.com": Platform.X,
    "tiktok.com": Platform.TIKTOK,
    "linkedin.com": Platform.LINKEDIN,
    "youtube.com": Platform.YOUTUBE,
    "bsky.app": Platform.BLUESKY,
}


def platform_of(account: Account) -> Platform:
    """Give where an account's posts are read."""
    known = _OF_NETWORK.get(account.network)
    if known is not None:
        return known
    parts = host(account.url or "").split(".")
    return _OF_HOST.get(".".join(parts[-2:]), Platform.OTHER)
