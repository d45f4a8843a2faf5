"""The table of what came of the points: a line for each variant on each network, a line for each fault."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.matrix.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Row = Sequence[str]  # network, variant, fault, verdict
    Counted = Counter[tuple[str, ...]]


def lines(rows: Iterable[Row], *, whole: bool = False) -> Iterator[str]:
    """Give the table's lines; `whole` has one for each fault of each variant on each network."""
    counted = Counter(tuple(row) for row in rows)
    yield from _part(counted, ("network", "variant"), lambda row: row[:2])
    yield ""
    yield from _part(counted, ("fault",), lambda row: row[2:3])
    if whole:
        yield ""
        yield from _part(counted, ("network", "variant", "fault"), lambda row: row[:3])
    yield ""
    total = Counter[str]()
    for row, count in counted.items():
        total[row[3]] += count
    yield f"{sum(total.values())} points: " + ", ".join(f"{verdict} {total[verdict]}" for verdict in Verdict)


def _part(counted: Counted, names: Sequence[str], of: Callable[[Row], Row]) -> Iterator[str]:
    lines: dict[tuple[str, ...], Counter[str]] = {}
    for row, count in counted.items():
        lines.setdefault(tuple(of(row)), Counter())[row[3]] += count
    widths = [max(len(name), *(len(key[place]) for key in lines)) for place, name in enumerate(names)]
    yield _line([*names, *Verdict], widths)
    for key in sorted(lines):
        yield _line([*key, *(str(lines[key][verdict]) for verdict in Verdict)], widths)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    named = [cell.ljust(width) for cell, width in zip(cells, widths, strict=False)]
    return "  ".join([*named, *(cell.rjust(7) for cell in cells[len(widths) :])])
