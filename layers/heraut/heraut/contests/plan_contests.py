"""Take over what brands plan: contests that are new, and what may still change in those that run."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands import ContestState, changes_allowed, contests_of
from heraut.contests.running import Contest
from heraut.errors import Conflict

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand, Terms
    from heraut.contests.world import Running

LOOKED_AFTER = timedelta(hours=1)  # so long after the last instant that may move
UNOPENED = frozenset({ContestState.PLANNED, ContestState.CANCELLED})
FROZEN = frozenset({ContestState.FROZEN, ContestState.COMMITTED, ContestState.DRAWN})


def plan_contests(world: Running, now: datetime) -> int:
    """Note every contest of the configuration that is not over, so that it is due when it opens; gives how many.

    One that was taken out before it opened, and put back, is planned again; an announcement that was moved is followed.
    """
    planned = 0
    for brand in world.brands.every_brand():
        if not brand.contests:
            continue
        for name, terms in contests_of(brand).items():
            if (terms.announces or terms.closes) + LOOKED_AFTER < now:
                continue
            there = world.contests.contest(brand.id, name)
            after = _replanned(there, terms, brand, now) if there else None
            try:
                if there is None and terms.closes >= now:
                    world.contests.add(Contest(brand=brand.id, name=name, due_at=terms.opens))
                    planned += 1
                elif there is not None and after is not None:
                    world.contests.change(there, after)
            except Conflict:
                continue  # somebody else planned it at this moment
    return planned


def _replanned(there: Contest, terms: Terms, brand: Brand, now: datetime) -> Contest | None:
    """Give a contest with what the file says now of its instants; None where nothing moved."""
    if there.state in UNOPENED and there.called_off is None:
        moved = there.due_at != terms.opens and terms.closes >= now
        return there.next(state=ContestState.PLANNED, due_at=terms.opens) if moved else None
    if there.state not in FROZEN:
        return None
    held = held_terms(there, brand, there.state)
    if held.announces == there.agreed.announces:
        return None
    return there.next(terms=plain_terms(held), due_at=now)


def held_terms(contest: Contest, brand: Brand, state: ContestState) -> Terms:
    """Give the terms that hold: what may still change in a contest that came so far is taken over, and nothing else."""
    agreed = contest.agreed
    wanted = contests_of(brand).get(contest.name)
    if wanted is None or changes_allowed(agreed, wanted, state):
        return agreed
    return wanted


def plain_terms(terms: Terms) -> dict[str, object]:
    """Give terms as a contest keeps them."""
    return terms.model_dump(mode="json", by_alias=True, exclude_none=True)
