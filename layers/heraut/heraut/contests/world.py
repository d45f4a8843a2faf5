"""What running contests needs of the world, gathered once by `bootstrap` (or by a test, with twins)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut.due import Timed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from heraut.brands import Brands, NetworkName, Secrets
    from heraut.clock import Clock
    from heraut.contests.beacon import Chain
    from heraut.contests.store import Beacon, Contests, Hears, Objects, Speaks, Stamps
    from heraut.networks.base import Publishes
    from heraut.notifications.base import Notifications


@dataclass(frozen=True)
class Running:
    """Ports and adapters; `chain` is the one whose rounds decide, `beacon` gives its signatures.

    `authorities` gives those that are asked, in their order, until two saw a commit. `nonce` makes 32 secret bytes.
    `heard` is what conversations heard for contests. `public_url` is where a browser finds the public bucket's root.
    """

    contests: Contests
    brands: Brands
    secrets: Secrets
    networks: Mapping[NetworkName, Publishes]
    heard: Hears
    posts: Speaks
    objects: Objects
    notifications: Notifications
    clock: Clock
    chain: Chain
    beacon: Beacon
    authorities: Callable[[], Sequence[Stamps]]
    nonce: Callable[[], bytes]
    public_url: str

    @property
    def timed(self) -> Timed[Running]:
        """Give it to a tick as it is, made already."""
        return Timed(self.contests.due, lambda: self)
