"""One module per network: the only place that knows a network's API.

`registry` gives every network by name; an adapter is imported and built when it is first asked for, so that a function
that publishes on one network does not pay for the others.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from heraut.brands import NetworkName

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from heraut.fetch import Guard
    from heraut.networks.base import Publishes
    from heraut.networks.site import SiteObjects


class Networks(Mapping[NetworkName, "Publishes"]):
    """Adapters by network, each built once, on first use."""

    def __init__(self, makers: Mapping[NetworkName, Callable[[], Publishes]]) -> None:
        self._makers = makers
        self._made: dict[NetworkName, Publishes] = {}
        self._lock = threading.Lock()  # ten deliveries start at once; two adapters would sign in twice

    def __getitem__(self, name: NetworkName) -> Publishes:
        with self._lock:
            if name not in self._made:
                self._made[name] = self._makers[name]()
            return self._made[name]

    def __iter__(self) -> Iterator[NetworkName]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def registry(
    guard: Guard, site_objects: Callable[[], SiteObjects], public_url: str, now: Callable[[], datetime]
) -> Networks:
    """Give every network.

    `guard` says which servers may be called, `site_objects` opens the public bucket, `public_url` is where a browser
    finds it, `now` tells the time to calls that are given none.
    """

    def site() -> Publishes:
        from heraut.networks.site import Site

        return Site(site_objects(), public_url)

    def bluesky() -> Publishes:
        from heraut.networks.bluesky import Bluesky
        from heraut.networks.http import Http

        return Bluesky(Http(guard))

    def mastodon() -> Publishes:
        from heraut.networks.http import Http
        from heraut.networks.mastodon import Mastodon

        return Mastodon(Http(guard), clock=now)

    def facebook() -> Publishes:
        from heraut.networks.facebook import Facebook
        from heraut.networks.http import Http

        return Facebook(Http(guard), now)

    def instagram() -> Publishes:
        from heraut.networks.http import Http
        from heraut.networks.instagram import Instagram

        return Instagram(Http(guard), now)

    def by_hand() -> Publishes:
        from heraut.networks.by_hand import ByHand

        return ByHand()

    return Networks(
        {
            NetworkName.SITE: site,
            NetworkName.BLUESKY: bluesky,
            NetworkName.MASTODON: mastodon,
            NetworkName.FACEBOOK: facebook,
            NetworkName.INSTAGRAM: instagram,
            NetworkName.BY_HAND: by_hand,
        }
    )
