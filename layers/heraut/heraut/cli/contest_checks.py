"""What `heraut apply` says of contests before anything is written: what may not change, what cannot be held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heraut.cli.speech import CannotGoOn, complain, problem_line
from heraut.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from heraut.brands import Brand
    from heraut.cli.desk import Desk
    from heraut.problems import Problem


def check_contests(wanted: Sequence[Brand], desk: Desk, now: datetime) -> None:
    """Say what is doubtful about contests that would begin or change; InvalidInput where they cannot be."""
    brands = desk.brands
    if not any(brand.contests for brand in (*wanted, *brands.every_brand())):
        return
    from heraut.brands.running_contests import refuse_late_changes
    from heraut.contests.known_contests import opened_contests
    from heraut.contests.lint import lint_changes

    opened = {brand.id: opened_contests(brand.id, desk.contests) for brand in wanted}
    refuse_late_changes(wanted, brands, opened)
    current = {brand.id: brand for brand in brands.every_brand()}
    found = [one for brand in wanted for one in lint_changes(current.get(brand.id), brand, now, opened[brand.id])]
    if not desk.stack["PublicUrl"]:
        found += [one for brand in wanted for one in _unread(current.get(brand.id), brand, opened[brand.id])]
    complain((problem_line(one) for one in found if one.warning), style="yellow")
    refused = [one for one in found if not one.warning]
    if refused:
        raise InvalidInput(refused)


def _unread(before: Brand | None, after: Brand, opened: Container[str]) -> Iterator[Problem]:
    """Refuse contests that would begin where nothing is public: neither their rules nor their draw could be read."""
    from heraut.brands import contests_of
    from heraut.problems import problem

    known = before.contests if before else {}
    for name in contests_of(after):
        if name not in known and name not in opened:
            yield problem("contest_nothing_public", f"{after.id}.contests.{name}")


def with_contest(owner: Brand, name: str, said: Mapping[str, Any], folder: Path) -> Brand:
    """Give the brand with one contest more, read and checked as in its file; CannotGoOn, InvalidInput.

    `said` is what would stand below its name there, `folder` where a file of rules is looked for.
    """
    from heraut.brands.configuration import read_configuration, write_configuration
    from heraut.cli.rules_files import with_rules_files

    if name in owner.contests:
        raise CannotGoOn("contest_there_already", name=name)
    document = write_configuration([owner])
    document["brands"][0]["contests"] = {name: dict(said)}
    (read,) = with_rules_files(read_configuration(document), folder)
    return owner.model_copy(update={"contests": {**owner.contests, name: read.contests[name]}})


def found_in(owner: Brand, name: str, said: Mapping[str, Any], folder: Path, now: datetime) -> list[Problem]:
    """Find what a file's reader and the linter have against a contest; columns begin at the contest ("": its name)."""
    from heraut.brands import contests_of
    from heraut.contests.lint import lint

    try:
        brand = with_contest(owner, name, said, folder)
    except InvalidInput as invalid:
        return [one.model_copy(update={"column": in_contest(one, name)}) for one in invalid.problems]
    return lint(contests_of(brand)[name], brand, now)


def in_contest(found: Problem, name: str) -> str:
    """Give a problem's column from the contest of this name on; what is not about it keeps its own."""
    before, there, after = (found.column or "").partition(f".contests.{name}")
    return after.removeprefix(".") if there else before
