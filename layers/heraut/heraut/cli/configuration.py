"""`heraut apply` and `heraut pull`: the configuration file and what is in force."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heraut.cli.options import DryRun, File, Stack, Yes, open_desk
from heraut.cli.speech import console, safe, say, tell
from heraut.publishing.calendar.columns import plain

if TYPE_CHECKING:
    from heraut.brands.apply_configuration import Change, Plan
    from heraut.cli.configuration_file import ConfigurationFile

STANDARD_OUTPUT = "-"
YES = frozenset({"o", "oui", "y", "yes"})
LONGEST = 70  # characters of a value shown


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("apply")(apply)
    app.command("pull")(pull)


def apply(ctx: typer.Context, file: File, yes: Yes = False, dry_run: DryRun = False, stack: Stack = None) -> None:
    from heraut.brands.apply_configuration import apply_configuration, in_force, plan_configuration
    from heraut.brands.configuration import read_configuration
    from heraut.cli.configuration_file import read_file
    from heraut.cli.contest_checks import check_contests
    from heraut.cli.event_checks import check_events
    from heraut.cli.public_days import with_public_days
    from heraut.cli.rules_files import with_rules_files

    source = read_file(file)
    read = with_rules_files(read_configuration(source.document), file.parent)
    desk = open_desk(ctx, stack)
    now = desk.clock.now()
    brands, wanted = desk.brands, with_public_days(read, now)
    check_contests(wanted, desk, now)
    check_events(wanted, desk, now)
    plan = plan_configuration(wanted, brands)
    show_plan(plan)
    if dry_run:
        tell(say("dry_run_done"))
        return
    if plan.changes:
        ask("apply_question", yes=yes)
    try:
        written = apply_configuration(plan, brands)
    finally:
        source.write_revisions(in_force(wanted, brands))
    for brand in written:
        tell(say("applied", brand=brand.name, revision=brand.revision), "green")


def pull(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument()] = Path("heraut.yaml"),
    yes: Yes = False,
    stack: Stack = None,
) -> None:
    from heraut.brands.configuration import write_configuration
    from heraut.cli.configuration_file import fresh_file
    from heraut.cli.options import brands_called
    from heraut.cli.rules_files import write_missing

    brands = brands_called(open_desk(ctx, stack).brands, None)
    document = write_configuration(brands)
    if str(file) == STANDARD_OUTPUT:
        typer.echo(fresh_file(file, document).text(), nl=False)
        return
    target = _target(file, document, yes=yes)
    if target is None:
        tell(say("pull_same", file=file))
    else:
        target.write()
    for written in (*([file] if target else []), *write_missing(brands, file.parent)):
        tell(say("pulled", file=written), "green")


def _target(file: Path, document: dict[str, Any], *, yes: bool) -> ConfigurationFile | None:
    """Give the file to write, once the person agreed to change one that is there; None: it says it all already."""
    from heraut.cli.configuration_file import fresh_file, read_file

    if not file.exists():
        return fresh_file(file, document)
    target = read_file(file)
    before = target.text()
    target.take_over(document)
    if target.text() == before:
        return None
    _show_lines(before, target.text())
    ask("pull_question", yes=yes, file=file)
    return target


def ask(code: str, *, yes: bool, **fields: object) -> None:
    """Ask before writing; where nobody is there to answer, the answer is no."""
    if yes:
        return
    try:
        answer = typer.prompt(f"{say(code, **fields)} {say('yes_or_no')}", default="", show_default=False)
    except typer.Abort:
        typer.echo()
        answer = ""
    if plain(answer) not in YES:
        tell(say("nothing_changed"))
        raise typer.Exit(1)


def show_plan(plan: Plan) -> None:
    """Show what applying would change."""
    if not plan.changes:
        tell(say("no_change"))
    for brand in plan.changed():
        revision = say("brand_new") if brand.revision == 0 else say("brand_from", revision=brand.revision)
        tell(f"{brand.name} ({brand.id}), {revision}", "bold")
        for change in plan.changes:
            if change.brand == brand.id and (change.before or change.after):
                _show_change(change)
    if plan.unnamed:
        tell(say("unnamed", brands=", ".join(plan.unnamed)))


def _show_change(change: Change) -> None:
    before, after = _short(change.before), _short(change.after)
    if change.before is None:
        tell(f"  + {change.path}: {after}", "green")
    elif change.after is None:
        tell(f"  - {change.path}: {before}", "red")
    else:
        tell(f"  ~ {change.path}: {before} → {after}", "yellow")


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _show_lines(before: str, after: str) -> None:
    import difflib

    terminal = console()
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1):
        if not line.startswith(("---", "+++", "@@")):
            style = "green" if line.startswith("+") else "red" if line.startswith("-") else None
            terminal.print(safe(line), style=style)
