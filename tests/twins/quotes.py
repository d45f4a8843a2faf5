"""Twin of the posts that quote somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.errors import TryAgain

if TYPE_CHECKING:
    from datetime import datetime


class QuotesTwin:
    """Remembers which posts were held, for which testimonial, and by whom; `leaving` ones are asked for again."""

    def __init__(self) -> None:
        self.held: list[tuple[str, str, str, str]] = []
        self.leaving: set[str] = set()

    def withdraw(self, brand: str, post: str, testimonial: str, by: str, now: datetime) -> None:
        if post in self.leaving:
            raise TryAgain(f"{post} is leaving")
        if (brand, post, testimonial, by) not in self.held:
            self.held.append((brand, post, testimonial, by))
