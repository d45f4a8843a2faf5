"""The contests of a brand, planned, running or over, and what each waits for (for people who ask)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from heraut.brands import ContestState, contests_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.brands import Brand, Terms
    from heraut.contests.running import Contest, Winner
    from heraut.contests.store import Contests

COMING = ("opens", "closes", "draws", "announces", "claim")  # what a contest may wait for


@dataclass(frozen=True)
class Known:
    """A contest by its short name: as it runs (None: nothing planned it yet), and its terms.

    The terms are those that hold, before the opening those of the configuration; None where a contest was taken out of
    the file before it opened.
    """

    brand: Brand
    name: str
    contest: Contest | None
    terms: Terms | None

    @property
    def state(self) -> ContestState:
        """How far it has come."""
        return self.contest.state if self.contest else ContestState.PLANNED

    @property
    def title(self) -> str:
        """What people call it."""
        return self.terms.title if self.terms else self.name

    @property
    def is_frozen(self) -> bool:
        """Whether its list was made, so that nothing enters or leaves it any more."""
        return self.contest is not None and self.contest.frozen_at is not None


def known_contests(brand: Brand, contests: Contests) -> list[Known]:
    """Give every contest of a brand's file, and every one that ever ran, by opening; those without terms come last."""
    planned = contests_of(brand)
    running = {one.name: one for one in contests.every_contest(brand.id)}
    found = []
    for name in {**planned, **running}:
        contest = running.get(name)
        terms = contest.agreed if contest and contest.terms else planned.get(name)
        found.append(Known(brand, name, contest, terms))
    return sorted(found, key=lambda one: (one.terms is None, one.terms.opens if one.terms else 0, one.name))


def opened_contests(brand: str, contests: Contests) -> dict[str, tuple[ContestState, Terms]]:
    """Give a brand's contests that people could take part in, by name: how far each came, and the terms that hold."""
    return {one.name: (one.state, one.agreed) for one in contests.every_contest(brand) if one.terms}


def coming(known: Known, winners: Sequence[Winner]) -> tuple[str, datetime] | None:
    """Say what a contest waits for next (one of `COMING`) and when; None: for nothing that has an instant."""
    terms = known.terms
    if terms is None:
        return None
    draws = draws_at(known)
    until = [one.until for one in winners if one.is_waited_for and one.until]
    waits: dict[ContestState, tuple[str, datetime | None]] = {
        ContestState.PLANNED: ("opens", terms.opens),
        ContestState.OPEN: ("closes", terms.closes),
        ContestState.CLOSED: ("draws", draws),
        ContestState.FROZEN: ("draws", draws),
        ContestState.COMMITTED: ("draws", draws),
        ContestState.DRAWN: ("announces", terms.announces),
        ContestState.ANNOUNCED: ("claim", min(until, default=None)),
    }
    what, at = waits.get(known.state, ("", None))
    return (what, at) if at else None


def draws_at(known: Known) -> datetime | None:
    """Say when it is drawn: as its last commitment says, which may have moved it, else as its terms do."""
    contest = known.contest
    if contest is not None and contest.commitments:
        return datetime.fromtimestamp(int(contest.last.commitment["draw_time"]), UTC)
    return known.terms.draws if known.terms else None
