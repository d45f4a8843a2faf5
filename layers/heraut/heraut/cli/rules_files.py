"""Contest rules that stand in a file of their own, beside the configuration: read when that is applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heraut.brands.contests import LONGEST_RULES
from heraut.brands.contests_file import own_rules_problems
from heraut.cli.speech import CannotGoOn
from heraut.errors import InvalidInput
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from heraut.brands import Brand
    from heraut.problems import Problem


def with_rules_files(brands: Sequence[Brand], folder: Path) -> tuple[Brand, ...]:
    """Give the brands with the text of each such file, found from `folder` on; InvalidInput: it cannot be read."""
    problems: list[Problem] = []
    filled = [
        brand.model_copy(
            update={
                "contests": {
                    name: _with_text(contest, folder, f"{brand.id}.contests.{name}.rules.file", problems)
                    for name, contest in brand.contests.items()
                }
            }
        )
        for brand in brands
    ]
    if problems:
        raise InvalidInput(problems)
    return tuple(filled)


def write_missing(brands: Sequence[Brand], folder: Path) -> list[Path]:
    """Write the files of rules that are in force and not there, from `folder` on; gives those that were written.

    One that is there is left as it is: `heraut apply` says whether it still may change. Raises CannotGoOn.
    """
    written = []
    for rules in (contest.get("rules", {}) for brand in brands for contest in brand.contests.values()):
        if not rules.get("file") or not rules.get("text"):
            continue
        where = folder / rules["file"]
        if where.exists() or not where.resolve().is_relative_to(folder.resolve()):
            continue
        try:
            where.parent.mkdir(parents=True, exist_ok=True)
            where.write_text(f"{rules['text']}\n", encoding="utf-8")
        except OSError as error:
            raise CannotGoOn("file_not_written", file=where, why=error.strerror or "") from error
        written.append(where)
    return written


def _with_text(contest: dict[str, Any], folder: Path, path: str, problems: list[Problem]) -> dict[str, Any]:
    rules = contest.get("rules", {})
    file = rules.get("file")
    if not file:
        return contest
    where = (folder / file).resolve()
    if not where.is_relative_to(folder.resolve()):  # a link that leads out of the folder
        problems.append(problem("contest_rules_file_elsewhere", path, given=file))
        return contest
    try:
        with where.open(encoding="utf-8-sig") as opened:
            text = opened.read(LONGEST_RULES + 1).strip()
    except (OSError, UnicodeDecodeError):
        problems.append(problem("contest_rules_file_unreadable", path, given=file))
        return contest
    problems += own_rules_problems(text, path)
    return {**contest, "rules": {**rules, "text": text}}
