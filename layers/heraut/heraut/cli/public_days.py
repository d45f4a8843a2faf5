"""Public holidays, written into what is applied: `holidays` knows every country's, and takes half a second to load.

So it stays on the desk, and functions find the days with the brand. They are known for years ahead: whoever applies a
configuration once a decade keeps them right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.errors import InvalidInput
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Brand

YEARS = 10  # this one and the next nine
NONE = "none"


def with_public_days(brands: Sequence[Brand], now: datetime) -> tuple[Brand, ...]:
    """Give the brands with their public holidays from this year on; InvalidInput: no such country or region."""
    filled, problems = [], []
    for number, brand in enumerate(brands, 1):
        try:
            days = public_days(brand.holidays, now.year)
        except LookupError:
            problems.append(problem("holidays_unknown", f"brands[{number}].holidays", given=brand.holidays))
            continue
        filled.append(brand.model_copy(update={"public_days": days}))
    if problems:
        raise InvalidInput(problems)
    return tuple(filled)


def public_days(place: str, year: int) -> tuple[str, ...]:
    """Give the public holidays of a country (`FR`) or a part of it (`FR-57`), ten years on; LookupError: unknown."""
    if place == NONE:
        return ()
    from holidays import country_holidays

    country, _, part = place.partition("-")
    try:
        days = country_holidays(country, subdiv=part or None, years=range(year, year + YEARS))
    except NotImplementedError as unknown:
        raise LookupError(place) from unknown
    return tuple(day.isoformat() for day in sorted(days))
