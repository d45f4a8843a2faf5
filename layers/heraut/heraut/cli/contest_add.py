"""`heraut contest add`: writes a contest that stands in a file of its own into a brand's configuration."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heraut.cli.options import BrandName, DryRun, Json, Stack, Yes, brands_called, open_desk
from heraut.cli.speech import CannotGoOn, say, tell

if TYPE_CHECKING:
    from heraut.brands import Brand

NewName = Annotated[str, typer.Argument(metavar="CONTEST")]
ContestFile = Annotated[Path, typer.Argument(metavar="FILE")]


def add(
    ctx: typer.Context,
    name: NewName,
    file: ContestFile,
    brand: BrandName = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.brands.apply_configuration import apply_configuration, plan_configuration
    from heraut.cli.configuration import ask, show_plan
    from heraut.cli.contest_checks import check_contests
    from heraut.cli.shown import print_json

    desk = open_desk(ctx, stack)
    owners = brands_called(desk.brands, brand)
    if len(owners) > 1:
        raise CannotGoOn("brand_which", known=", ".join(one.id for one in owners))
    wanted = [_with_contest(owners[0], name, file)]
    check_contests(wanted, desk, desk.clock.now())
    plan = replace(plan_configuration(wanted, desk.brands), unnamed=())
    if as_json:
        applied = yes and not dry_run
        written = apply_configuration(plan, desk.brands) if applied else ()
        changes = [asdict(one) for one in plan.changes]
        print_json({"applied": applied, "changes": changes, "revisions": {one.id: one.revision for one in written}})
        return
    show_plan(plan)
    if dry_run:
        tell(say("dry_run_done"))
        return
    ask("apply_question", yes=yes)
    for one in apply_configuration(plan, desk.brands):
        tell(say("contest_added", contest=name, brand=one.name, revision=one.revision), "green")


def _with_contest(owner: Brand, name: str, file: Path) -> Brand:
    """Give the brand with one contest more, read and checked as in its own file; CannotGoOn, InvalidInput."""
    from heraut.brands.configuration import read_configuration, write_configuration
    from heraut.cli.configuration_file import read_file
    from heraut.cli.rules_files import with_rules_files

    if name in owner.contests:
        raise CannotGoOn("contest_there_already", name=name)
    given = read_file(file).document
    if not isinstance(given, dict):
        raise CannotGoOn("contest_file_no_contest", file=file)
    document = write_configuration([owner])
    document["brands"][0]["contests"] = {name: given}
    (read,) = with_rules_files(read_configuration(document), file.parent)
    return owner.model_copy(update={"contests": {**owner.contests, name: read.contests[name]}})
