"""The report of an import: row by row what became of it, as JSON and as a page (French or English)."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from heraut.letters import in_one_line
from heraut.publishing.model import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.problems import Language, Problem
    from heraut.publishing.store import MediaStore

PREFIX = "reports/"  # triggers nothing
PERSONS = (State.TO_APPROVE, State.DRAFT)  # what a person must do something about before it leaves
LONGEST_NAME = 900  # bytes of a file's name in the key of its report


class Outcome(StrEnum):
    """What became of a row (`absent`: a row of an earlier version of the file)."""

    QUEUED = "queued"
    EDITED = "edited"
    UNCHANGED = "unchanged"
    ALREADY_OUT = "already_out"
    ABSENT = "absent"
    REFUSED = "refused"


@dataclass(frozen=True)
class Entry:
    """One row: its number (row 1 is the header, which has no outcome), its own id, and the post it became.

    `waits` says of what was queued whether it leaves by itself or waits for a person (draft, to approve).
    """

    row: int
    outcome: Outcome | None
    id: str | None = None
    post: str | None = None
    problems: tuple[Problem, ...] = ()
    waits: State | None = None

    @property
    def word(self) -> str:
        """Under which name people read what became of it: a draft is not called scheduled."""
        if self.outcome is None:
            return "header"
        return self.waits.value if self.outcome is Outcome.QUEUED and self.waits else self.outcome.value


@dataclass(frozen=True)
class Report:
    """What an import did, or would do (`dry_run`)."""

    file: str
    sha256: str
    dry_run: bool
    language: Language
    entries: tuple[Entry, ...]
    readable: bool = True

    @property
    def counts(self) -> dict[str, int]:
        """How many rows had each outcome."""
        found = Counter(entry.outcome for entry in self.entries)
        return {outcome.value: found[outcome] for outcome in Outcome}

    @property
    def words(self) -> dict[str, int]:
        """How many rows people read under each name, refused ones last."""
        found = Counter(entry.word for entry in self.entries if entry.outcome)
        order = [Outcome.QUEUED, *(state.value for state in PERSONS), *Outcome]
        return {word: found[word] for word in dict.fromkeys(order) if found[word]}

    @property
    def exit_status(self) -> int:
        """0 all good, 3 some rows refused, 1 the file could not be read."""
        if not self.readable:
            return 1
        return 3 if self.counts[Outcome.REFUSED] else 0


@dataclass
class ReportMaker:
    """Collects the rows of a report."""

    file: str
    body: bytes = field(repr=False)
    dry_run: bool
    language: Language
    entries: list[Entry] = field(default_factory=list)

    def made(self, *, readable: bool = True) -> Report:
        """Give the report, rows in order."""
        return Report(
            file=in_one_line(self.file),
            sha256=hashlib.sha256(self.body).hexdigest(),
            dry_run=self.dry_run,
            language=self.language,
            entries=tuple(sorted(self.entries, key=lambda entry: entry.row)),
            readable=readable,
        )


def as_dict(report: Report) -> dict[str, Any]:
    """Give the report as the JSON object it is kept as."""
    rows = [
        {
            "row": entry.row,
            "id": entry.id,
            "outcome": entry.outcome.value if entry.outcome else None,
            "post": entry.post,
            "problems": [
                {
                    "column": found.column,
                    "code": found.code,
                    "message": found.message(report.language),
                    "remedy": found.remedy(report.language),
                }
                for found in entry.problems
            ],
        }
        for entry in report.entries
    ]
    return {
        "file": report.file,
        "sha256": report.sha256,
        "dry_run": report.dry_run,
        "counts": report.counts,
        "rows": rows,
    }


def as_json(report: Report) -> str:
    """Write the report as JSON."""
    return json.dumps(as_dict(report), ensure_ascii=False, indent=2) + "\n"


def as_html(report: Report) -> str:
    """Write the report as a page that a community manager reads."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("heraut.publishing", "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("report.html.jinja").render(report=report)


def save_report(report: Report, files: MediaStore, now: datetime) -> Sequence[str]:
    """Keep both forms under `reports/<file name>.<UTC>`; gives their keys."""
    # A key has at most 1 024 bytes, and a calendar's own may have all of them.
    name = report.file.encode()[:LONGEST_NAME].decode(errors="ignore")
    stem = f"{PREFIX}{name}.{now.astimezone(UTC):%Y-%m-%dT%H-%M-%S-%fZ}"
    files.save(f"{stem}.json", as_json(report).encode(), "application/json; charset=utf-8")
    files.save(f"{stem}.html", as_html(report).encode(), "text/html; charset=utf-8")
    return f"{stem}.json", f"{stem}.html"
