"""A contest that people take part in stays as they read it: applying a file may not change its terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands.model import Brand
    from heraut.brands.store import Brands
    from heraut.problems import Problem


def refuse_late_changes(wanted: Sequence[Brand], brands: Brands, now: datetime) -> None:
    """Compare contests with those applied; InvalidInput says what may not change in those that opened by now."""
    current = {brand.id: brand for brand in brands.every_brand()}
    found = [
        one
        for brand in wanted
        if brand.id in current and current[brand.id].contests
        for one in late_changes(current[brand.id], brand, now)
    ]
    if found:
        raise InvalidInput(found)


def late_changes(before: Brand, after: Brand, now: datetime) -> list[Problem]:
    """Find changes of contests that come too late, each with the path of its field."""
    from heraut.brands.contests import changes_allowed, contests_of, state_by_clock

    wanted = contests_of(after)
    found: list[Problem] = []
    for name, terms in contests_of(before).items():
        path = f"{after.id}.contests.{name}"
        found += [
            one.model_copy(update={"column": f"{path}.{one.column}" if one.column else path})
            for one in changes_allowed(terms, wanted.get(name), state_by_clock(terms, now))
        ]
    return found
