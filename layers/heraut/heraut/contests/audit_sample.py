"""Which entrants an audit opens: nobody chooses them, and anybody can say which they are.

Whoever was given a rank is opened, for a false entrant does harm only by winning; and of everybody, those whose code
comes first by a hash of the draw's own seed. That seed exists only once the list is frozen: an organiser who knew it
before could have made false entrants whose codes come last.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO

from heraut.contests.draw import ranking, records_in, tag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heraut.contests.draw import Commitment

SAMPLE = 30
MOST = 1_000


@dataclass(frozen=True)
class ToOpen:
    """An entrant who must be opened: `rank-2` or `sample-7`, their handle (hexadecimal) and their chances."""

    name: str
    handle: str
    chances: int


def turn_of(seed: bytes, code: bytes) -> bytes:
    """Give when it is the turn of a code (32 bytes: a handle, or the hash of an id): the least are the sample."""
    return sha256(tag("heraut/v1/audit") + seed + code).digest()


def turn_of_id(seed: bytes, who: str) -> bytes:
    """Give when it is the turn of somebody who is in no list, by their stable id."""
    return turn_of(seed, sha256(who.encode()).digest())


def to_open(commitment: Commitment, entrants: BinaryIO, seed: bytes, size: int) -> list[ToOpen]:
    """Give who must be opened: those with a rank in its order, then those of a sample of `size` who have none.

    The list (a file that can be read twice) is read in one pass each for ranks and sample; memory follows how many are
    opened. A larger sample begins with the smaller one. Raises InvalidInput as `draw.frozen` does.
    """
    entrants.seek(0)
    ranked = ranking(entrants, seed, commitment.winners + commitment.alternates)
    ranks = {bytes.fromhex(handle): f"rank-{rank}" for rank, handle in enumerate(ranked, 1)}
    chances: dict[bytes, int] = {}

    def turns() -> Iterator[tuple[bytes, bytes, int]]:
        for handle, weight in records_in(entrants):
            if handle in ranks:
                chances[handle] = weight
            yield turn_of(seed, handle), handle, weight

    entrants.seek(0)
    sample = heapq.nsmallest(size, turns())
    return [
        *(ToOpen(name, handle.hex(), chances[handle]) for handle, name in ranks.items()),
        *(
            ToOpen(f"sample-{number}", handle.hex(), weight)
            for number, (_, handle, weight) in enumerate(sample, 1)
            if handle not in ranks
        ),
    ]


def shows(entrants: int, size: int, false: int) -> float:
    """Give how likely a sample holds one at least of so many false entrants (0 to 1); nobody is drawn twice."""
    unseen = 1.0
    for drawn in range(min(size, entrants)):
        unseen *= max(0, entrants - false - drawn) / (entrants - drawn)
    return 1 - unseen
