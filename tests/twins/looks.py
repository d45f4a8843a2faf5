"""Twin of what is remembered of looks ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twins.stored import kept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.publishing.upcoming import Look


class LooksTwin:
    """Looks by brand and delivery."""

    def __init__(self) -> None:
        self._looks: dict[tuple[str, str], Look] = {}

    def looks(self, brand: str) -> Sequence[Look]:
        found = [look for (held, _), look in self._looks.items() if held == brand]
        return sorted(found, key=lambda look: look.id)

    def save_look(self, brand: str, look: Look) -> None:
        self._looks[brand, look.id] = kept(look)
