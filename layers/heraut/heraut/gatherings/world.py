"""What running events needs of the world, gathered once by `bootstrap` (or by a test, with twins)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut.due import Timed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.brands import Brands, NetworkName, Secrets
    from heraut.clock import Clock
    from heraut.contests import Objects
    from heraut.gatherings.store import Gatherings, Speaks
    from heraut.networks.base import Publishes
    from heraut.notifications.base import Notifications


@dataclass(frozen=True)
class Holding:
    """Ports and adapters; `public_url` is where a browser finds the public bucket's root."""

    gatherings: Gatherings
    brands: Brands
    secrets: Secrets
    networks: Mapping[NetworkName, Publishes]
    posts: Speaks
    objects: Objects
    notifications: Notifications
    clock: Clock
    public_url: str

    @property
    def timed(self) -> Timed[Holding]:
        """Give it to a tick as it is, made already."""
        return Timed(self.gatherings.due, lambda: self)
