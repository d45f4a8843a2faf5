"""Where people find somebody who took part, by the id that stays."""

from __future__ import annotations

from heraut.addresses import is_web
from heraut.brands import NetworkName


def profile_of(who: str, called: str) -> str:
    """Give the address of somebody's page, "" where the network has none that their id or name leads to."""
    network, _, known_as = who.partition(":")
    match network:
        case NetworkName.BLUESKY:
            return f"https://bsky.app/profile/{known_as}"
        case NetworkName.MASTODON:
            return known_as if is_web(known_as) else ""
        case NetworkName.INSTAGRAM if called:
            return f"https://www.instagram.com/{called.removeprefix('@')}/"
    return ""
