"""Take over what brands plan: events that are new, and those of which something changed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from heraut.brands import gatherings_of
from heraut.errors import Conflict
from heraut.gatherings.running import Gathering, Stage, plain_of

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand, GatheringTerms
    from heraut.gatherings.world import Holding


def plan_gatherings(world: Holding, now: datetime) -> int:
    """Note every event of the configuration that is new or changed, so that it is due at once; gives how many."""
    planned = 0
    for brand in world.brands.every_brand():
        if not brand.events:
            continue
        for name, terms in gatherings_of(brand).items():
            there = world.gatherings.gathering(brand.id, name)
            try:
                planned += _planned(there, brand, terms, world, now)
            except Conflict:
                continue  # somebody else planned it at this moment
    return planned


def noted(brand: Brand, terms: GatheringTerms, public_url: str, now: datetime) -> Gathering:
    """Give an event as it is first noted: due at once."""
    return Gathering(
        brand=brand.id,
        name=terms.name,
        uid=f"{uuid.uuid5(uuid.NAMESPACE_URL, f'{public_url}/{brand.id}/{terms.name}')}",
        plain=plain_of(terms),
        known_at=now,
        changed_at=now,
        due_at=now,
    )


def _planned(there: Gathering | None, brand: Brand, terms: GatheringTerms, world: Holding, now: datetime) -> bool:
    if there is None:
        if terms.ends <= now or terms.cancelled:
            return False
        world.gatherings.add(noted(brand, terms, world.public_url, now))
        return True
    if there.stage is Stage.OVER or there.plain == plain_of(terms):
        return False
    world.gatherings.change(there, there.next(due_at=now))
    return True
