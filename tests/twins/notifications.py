"""Twin of a way to reach a person: remembers what was said to whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heraut.brands import Person
    from heraut.errors import HerautError
    from heraut.notifications.base import Message


@dataclass
class NotificationsTwin:
    """`told` is every message that went out; `failing` holds an error to raise for a person's id."""

    told: list[tuple[Person, Message]] = field(default_factory=list)
    failing: dict[str, HerautError] = field(default_factory=dict)
    gives_receipts: bool = False

    def tell(self, person: Person, message: Message) -> str | None:
        if person.id in self.failing:
            raise self.failing[person.id]
        self.told.append((person, message))
        return f"receipt-{len(self.told)}" if self.gives_receipts else None

    def to(self, person: str) -> list[Message]:
        """Give what one person (by id) was told."""
        return [message for one, message in self.told if one.id == person]
