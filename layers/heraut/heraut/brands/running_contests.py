"""A contest that people take part in stays as they read it: applying a file may not change its terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.errors import InvalidInput
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from heraut.brands.contests import ContestState, Terms
    from heraut.brands.model import Brand
    from heraut.brands.store import Brands
    from heraut.problems import Problem

    # Contests of a brand that opened, by name: how far each has come, and the terms that hold.
    Opened = Mapping[str, tuple[ContestState, Terms]]


def refuse_late_changes(wanted: Sequence[Brand], brands: Brands, opened: Mapping[str, Opened]) -> None:
    """Compare with the contests that opened (by brand's id); InvalidInput says what may not change in them."""
    current = {brand.id: brand for brand in brands.every_brand()}
    found = [one for brand in wanted for one in late_changes(current.get(brand.id), brand, opened.get(brand.id, {}))]
    if found:
        raise InvalidInput(found)


def late_changes(before: Brand | None, after: Brand, opened: Opened) -> Iterator[Problem]:
    """Find changes of a brand's contests that come too late, each with the path of its field.

    What the file said already of a contest that is over is left alone.
    """
    from heraut.brands.contests import ContestState, changes_allowed, contests_of

    applied, wanted = contests_of(before) if before else {}, contests_of(after)
    for name, (state, held) in opened.items():
        path, new = f"{after.id}.contests.{name}", wanted.get(name)
        found = changes_allowed(held, new, state)
        if state in {ContestState.ENDED, ContestState.CANCELLED}:
            if found and new != applied.get(name):
                yield problem("contest_is_over", path, contest=held.title, name=name)
            continue
        for one in found:
            yield one.model_copy(update={"column": f"{path}.{one.column}" if one.column else path})
