"""How somebody who took part stands: in the frozen list, and before it is frozen as they would be judged now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut.contests import published
from heraut.contests.draw import handle_of, weight_in
from heraut.contests.freeze_entrants import court_of
from heraut.contests.nameless import named_elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heraut.contests.model import Left, Reason, Verdict
    from heraut.contests.running import Contest, KeptEntrant
    from heraut.contests.store import Contests, Objects


@dataclass(frozen=True)
class Standing:
    """An entrant with their public handle (hexadecimal), and their chances: 0 for who does not take part.

    `reason` says why not; None there too where the list, once frozen, does not hold them though nothing kept of them
    says why. `left` is what is checked should they win.
    """

    kept: KeptEntrant
    handle: str
    weight: int
    reason: Reason | None
    left: tuple[Left, ...] = ()

    @property
    def takes_part(self) -> bool:
        """Whether they are in the list."""
        return self.weight > 0


class Register:
    """The standing of everybody in a contest that opened; once the list is frozen, it alone says who is in it."""

    def __init__(self, contest: Contest, contests: Contests, objects: Objects) -> None:
        """Make the judge ready, and read the list where it is frozen."""
        self._contest, self._contests = contest, contests
        self._court = court_of(contest, contests)
        self._list: bytes | None = None
        if contest.frozen_at is not None:
            self._list = published.held(objects, published.list_key(contest, contest.root))

    def every(self) -> Iterator[Standing]:
        """Give everybody, page by page."""
        elsewhere = named_elsewhere(self._contest, self._contests)
        for one in self._contests.every_entrant(self._contest.brand, self._contest.name):
            if one.forgotten_at is None and not one.elsewhere and one.id not in elsewhere:
                yield self.of(one)

    def of(self, kept: KeptEntrant) -> Standing:
        """Give one."""
        handle = handle_of(self._contest.draw_id, bytes.fromhex(kept.nonce), kept.id)
        verdict = self.verdict(kept)
        weight = verdict.weight if self._list is None else weight_in(self._list, handle)
        return Standing(kept, handle.hex(), weight, None if weight else verdict.reason, verdict.left if weight else ())

    def verdict(self, kept: KeptEntrant) -> Verdict:
        """Judge one by what is kept of them, whatever the list says."""
        return self._court.verdict(kept.judged(self._contest))


def entrants_called(wanted: str, contest: Contest, contests: Contests) -> list[KeptEntrant]:
    """Find who took part by stable id, or by `@name` or `network:@name`, whatever its capitals; several may share one.

    By a name, it reads everybody.
    """
    found = contests.entrants(contest.brand, contest.name, [wanted])
    if found:
        return [one for one in found.values() if one.forgotten_at is None]
    name = wanted.casefold()
    return [one for one in contests.every_entrant(contest.brand, contest.name) if name in _names(one)]


def _names(kept: KeptEntrant) -> frozenset[str]:
    plain = kept.handle.removeprefix("@").casefold()
    if not plain:
        return frozenset()
    return frozenset({plain, f"@{plain}", f"{kept.network}:@{plain}"})
