"""Give back everything held for a brand, and erase it: a client who leaves takes it all, and nothing stays.

Each feature's table, the files, the public page and the secrets are a `Place`; the Brands table is the last one, so
that a run which died is done again by the same name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from heraut.brands.store import Place

PASSES = 3  # what is written while the rest goes is found by the next one


def export_brand(brand: str, places: Sequence[Place]) -> Iterator[tuple[str, bytes]]:
    """Give every file of an export, each with its name in it; secrets give none: they are not to travel."""
    for place in places:
        for name, body in place.export(brand):
            yield f"{place.name}/{name}", body


def counted(brand: str, places: Sequence[Place]) -> Mapping[str, int]:
    """Say how many things each place holds."""
    return {place.name: place.count(brand) for place in places}


def erase_brand(brand: str, places: Sequence[Place]) -> Mapping[str, int]:
    """Erase everything, place after place, the last one last; gives how many things went from each."""
    gone = dict.fromkeys((place.name for place in places), 0)
    for _ in range(PASSES):
        now = {place.name: place.erase(brand) for place in places}
        gone = {name: gone[name] + number for name, number in now.items()}
        if not any(now.values()):
            break
    return gone
