"""Where people find somebody who took part, by the id that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.addresses import is_web
from heraut.brands import NetworkName

if TYPE_CHECKING:
    from heraut.contests.running import Winner


def profile_of(one: Winner) -> str:
    """Give the address of a winner's page, "" where the network has none that their id or name leads to."""
    network, _, known_as = one.id.partition(":")
    match network:
        case NetworkName.BLUESKY:
            return f"https://bsky.app/profile/{known_as}"
        case NetworkName.MASTODON:
            return known_as if is_web(known_as) else ""
        case NetworkName.INSTAGRAM if one.called:
            return f"https://www.instagram.com/{one.called.removeprefix('@')}/"
    return ""
