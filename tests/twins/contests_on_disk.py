"""Twin of the contests' store whose entrants are in a file: it grows by none of them, and counts what steps do."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from heraut.contests.running import Contest, KeptEntrant
from tests.twins.contests import ContestsTwin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path


class ContestsOnDisk(ContestsTwin):
    """Entrants in a file; counts what each step reads and writes, and how long it takes."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = sqlite3.connect(file, isolation_level=None)
        self._file.execute("create table entrants (id text primary key, document text) without rowid")
        self.steps: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.longest = 0.0
        self._step: Counter[str] = Counter()
        self._began = time.process_time()

    def change(self, before: Contest, after: Contest, heads: Any = None) -> None:
        """Note what a step took."""
        super().change(before, after, heads)
        took = time.process_time() - self._began
        self.steps["steps"] += 1
        self.longest = max(self.longest, took)
        self.most |= self._step + Counter(contest_bytes=len(after.model_dump_json()))
        self._step, self._began = Counter(), time.process_time()

    def entrants(self, brand: str, name: str, ids: Sequence[str]) -> Mapping[str, KeptEntrant]:
        """Read some."""
        self._step["looked_up"] += len(ids)
        marks = ",".join("?" * len(ids))
        found = self._file.execute(f"select document from entrants where id in ({marks})", list(ids))  # noqa: S608 -- marks
        kept = [KeptEntrant.model_validate_json(document) for (document,) in found]
        return {one.id: one for one in kept}

    def every_entrant(self, brand: str, name: str, after: str = "") -> Iterator[KeptEntrant]:
        """Read everybody behind one."""
        for (document,) in self._file.execute("select document from entrants where id > ? order by id", [after]):
            self._step["read"] += 1
            yield KeptEntrant.model_validate_json(document)

    def save_entrants(self, brand: str, name: str, entrants: Sequence[KeptEntrant], until: datetime) -> None:
        """Write some."""
        self._step["written"] += len(entrants)
        rows = [(one.id, one.model_dump_json(by_alias=True)) for one in entrants]
        self._file.executemany("insert or replace into entrants values (?, ?)", rows)
