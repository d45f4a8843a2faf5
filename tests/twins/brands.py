"""Twin of the brands' configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.due import instant, stamp
from heraut.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Brand


class BrandsTwin:
    """Brands by id, one revision each."""

    def __init__(self, *brands: Brand) -> None:
        self._brands = {brand.id: brand for brand in brands}
        self._confirmed: dict[str, dict[str, datetime]] = {}
        self._turns: dict[tuple[str, str], datetime] = {}

    def brand(self, brand: str) -> Brand | None:
        return self._brands.get(brand)

    def every_brand(self) -> Sequence[Brand]:
        return [self._brands[brand] for brand in sorted(self._brands)]

    def save(self, brand: Brand, expected_revision: int) -> None:
        if brand.revision != expected_revision + 1:
            raise ValueError(f"revision {brand.revision} does not follow {expected_revision}")
        held = self._brands.get(brand.id)
        if (held.revision if held else 0) != expected_revision:
            raise Conflict(f"brand {brand.id} is no longer at revision {expected_revision}")
        self._brands[brand.id] = brand

    def confirm_person(self, brand: str, person: str, at: datetime) -> None:
        self._confirmed.setdefault(brand, {})[person] = instant(stamp(at))

    def confirmations(self, brand: str) -> Mapping[str, datetime]:
        return dict(self._confirmed.get(brand, {}))

    def take_turn(self, brand: str, name: str, now: datetime, until: datetime) -> bool:
        held = self._turns.get((brand, name))
        if held is not None and held > now:
            return False
        self._turns[brand, name] = until
        return True

    def end_turn(self, brand: str, name: str, until: datetime, at: datetime) -> None:
        if self._turns.get((brand, name)) == until:
            self._turns[brand, name] = at
