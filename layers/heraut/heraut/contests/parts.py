"""What steps made of everybody, kept in parts until all were read: bytes in rows of one size, each part in its order.

A part is named by what it holds: a step that dies before it is noted is done again, and leaves at most an item that is
forgotten. Parts are read one at a time, once for each range of rows: memory is that of a range, not of all of them.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from heraut.contests.running import forgotten_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from heraut.contests.running import Contest
    from heraut.contests.store import Contests

PART_BYTES = 288_000  # of the 400 kB that an item holds; whole rows of 8, 12 and 36 bytes
BYTES = 256  # that the first of a row may be
PARTS_A_RANGE = 16  # 5 MB of rows, some 10 MB while they are sorted


def keep_parts(contest: Contest, contests: Contests, brought: bytes) -> tuple[str, ...]:
    """Keep what a step brought until the contest's entrants are forgotten; gives the names of its parts."""
    until = forgotten_at(contest.agreed)
    return tuple(
        contests.keep_part(contest.brand, contest.name, brought[at : at + PART_BYTES], until)
        for at in range(0, len(brought), PART_BYTES)
    )


def in_order(names: Sequence[str], last: bytes, size: int, read: Callable[[str], bytes]) -> Iterator[list[bytes]]:
    """Give the rows of parts, and of a last one that is in memory, in one order, a range of rows at a time.

    A row begins with a hash: ranges of the first byte hold about the same.
    """
    ranges = -(-len(names) // PARTS_A_RANGE) or 1
    bounds = [number * BYTES // ranges for number in range(ranges + 1)]
    for first, end in pairwise(bounds):
        rows: list[bytes] = []
        for part in chain(map(read, names), (last,)):
            begin = _place(part, size, first)
            stop = _place(part, size, end)
            rows += [part[at : at + size] for at in range(begin, stop, size)]
        rows.sort()  # of parts that are in order: little more than merging
        yield rows


def _place(part: bytes, size: int, first: int) -> int:
    """Say where the rows of a part begin that begin with this byte or a higher one."""
    return size * bisect_left(range(len(part) // size), first, key=lambda row: part[size * row])


class Rows:
    """Rows of one size in one order, in as many bytes as they have: whether one is among them."""

    def __init__(self, held: bytes, size: int) -> None:
        """Take them."""
        self._held, self._size = held, size

    def __contains__(self, row: object) -> bool:
        """Say it."""
        if not isinstance(row, bytes):
            return False
        count = len(self._held) // self._size
        at = bisect_left(range(count), row, key=self._row)
        return at < count and self._row(at) == row

    def _row(self, place: int) -> bytes:
        return self._held[place * self._size : (place + 1) * self._size]
