"""Twin of the events' store."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from heraut.errors import Conflict
from heraut.gatherings.questions import Questions
from tests.twins.stored import kept

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from heraut.gatherings.running import Gathering


class GatheringsTwin:
    """Events in memory; `forgotten` says until when a session's questions are kept."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._gatherings: dict[tuple[str, str], Gathering] = {}
        self._questions: dict[tuple[str, str], Questions] = {}
        self.forgotten: dict[tuple[str, str], datetime] = {}

    def gathering(self, brand: str, name: str) -> Gathering | None:
        return self._gatherings.get((brand, name))

    def add(self, gathering: Gathering) -> None:
        with self._lock:
            if (gathering.brand, gathering.name) in self._gatherings:
                raise Conflict(gathering.name)
            self._gatherings[gathering.brand, gathering.name] = kept(gathering)

    def change(self, before: Gathering, after: Gathering) -> None:
        with self._lock:
            held = self._gatherings.get((before.brand, before.name))
            if held is None or held.revision != before.revision:
                raise Conflict(before.name)
            self._gatherings[before.brand, before.name] = kept(after)

    def questions(self, brand: str, name: str) -> Questions:
        return self._questions.get((brand, name), Questions(brand=brand, name=name))

    def every_questions(self, brand: str) -> Iterator[Questions]:
        yield from [one for (owner, _), one in sorted(self._questions.items()) if owner == brand]

    def save_questions(self, questions: Questions, until: datetime) -> None:
        with self._lock:
            if self.questions(questions.brand, questions.name).revision != questions.revision - 1:
                raise Conflict(questions.name)
            self._questions[questions.brand, questions.name] = kept(questions)
            self.forgotten[questions.brand, questions.name] = until

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        found = [(one.due_at, key) for key, one in self._gatherings.items() if one.due_at and one.due_at <= now]
        yield from (key for _, key in sorted(found))
