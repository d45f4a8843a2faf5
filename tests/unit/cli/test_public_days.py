"""Public holidays: those of France unless a brand says otherwise, for years ahead."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from heraut.brands import Brand
from heraut.cli.public_days import public_days, with_public_days
from heraut.errors import InvalidInput

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_the_eleven_days_of_france_for_ten_years() -> None:
    """Easter Monday moves, the fourteenth of July does not; the last year is nine years ahead."""
    (brand,) = with_public_days([Brand(id="a", name="A")], NOW)

    assert {"2026-04-06", "2027-03-29", "2026-07-14", "2035-12-25"} <= set(brand.public_days)
    assert len(brand.public_days) == 110
    assert list(brand.public_days) == sorted(brand.public_days)


def test_a_part_of_a_country_has_days_of_its_own() -> None:
    """The second day of Christmas, in Moselle."""
    assert "2026-12-26" in public_days("FR-57", 2026)
    assert "2026-12-26" not in public_days("FR", 2026)
    assert public_days("none", 2026) == ()


def test_a_country_that_is_none_is_refused_where_it_stands() -> None:
    """With the brand's place in the file."""
    given = [Brand(id="a", name="A"), Brand(id="b", name="B", holidays="XX"), Brand(id="c", name="C", holidays="FR-ZZ")]
    with pytest.raises(InvalidInput) as refused:
        with_public_days(given, NOW)

    assert [one.column for one in refused.value.problems] == ["brands[2].holidays", "brands[3].holidays"]
