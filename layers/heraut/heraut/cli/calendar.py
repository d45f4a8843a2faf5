"""`heraut import`: queue a calendar file, and say row by row what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from heraut.cli.options import DryRun, File, Json, Stack, open_desk
from heraut.cli.speech import CannotGoOn, complain, problem_line, say, tell

if TYPE_CHECKING:
    from pathlib import Path

    from heraut.cli.desk import Desk
    from heraut.publishing.calendar.media import Fetch
    from heraut.publishing.report import Report

STYLES = {
    "queued": "green",
    "draft": "green",
    "to_approve": "green",
    "edited": "green",
    "refused": "red",
    "absent": "yellow",
}


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("import")(import_file)


def import_file(
    ctx: typer.Context,
    file: File,
    dry_run: DryRun = False,
    replace: Annotated[bool, typer.Option("--replace")] = False,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.publishing import report as reports
    from heraut.publishing.calendar.media import beside_on_disk
    from heraut.publishing.import_calendar import import_calendar

    body = _read(file)
    desk = open_desk(ctx, stack)
    beside = beside_on_disk(file.absolute().parent)
    report = import_calendar(
        body, file.name, desk.world, fetch=fetcher(desk), beside=beside, dry_run=dry_run, replace_absent=replace
    )
    if as_json:
        typer.echo(reports.as_json(report), nl=False)
    else:
        _show(report)
    if not dry_run:
        _keep(report, desk, aside=as_json or not report.readable)
    raise typer.Exit(report.exit_status)


def fetcher(desk: Desk) -> Fetch:
    """Give what opens the addresses of pictures."""
    from heraut.fetch import fetch
    from heraut.publishing.calendar.media import FETCHED_KINDS
    from heraut.publishing.media import MOST_BYTES

    return lambda url: fetch(url, limit_bytes=MOST_BYTES, kinds=FETCHED_KINDS, guard=desk.guard).body


def _keep(report: Report, desk: Desk, *, aside: bool) -> None:
    """Keep the report where those of dropped calendars are, and say where; `aside`: on standard error."""
    from heraut.publishing.report import save_report

    _, page = save_report(report, desk.files, desk.clock.now())
    lines = [say("report_kept", address=desk.files.link(page)), say("report_place", key=page)]
    if aside:
        complain(lines, style="")
    else:
        for line in lines:
            tell(line)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise CannotGoOn("file_missing", file=file) from None
    except OSError as error:
        raise CannotGoOn("file_unreadable", file=file, why=error.strerror or "") from error


def _show(report: Report) -> None:
    if not report.readable:
        complain([problem_line(found) for entry in report.entries for found in entry.problems])
        return
    for entry in report.entries:
        outcome = entry.word
        named = " · ".join(part for part in (entry.id, entry.post) if part)
        line = say("import_row", row=entry.row, outcome=say(f"outcome_{outcome}"))
        tell(f"{line}  {named}".rstrip(), STYLES.get(outcome))
        for found in entry.problems:
            tell(f"    {problem_line(found)}", "yellow" if found.warning else "red")
    counts = [f"{say(f'outcome_{name}')}{say('colon')} {number}" for name, number in report.words.items()]
    tell(", ".join(counts) or say("import_nothing"), "bold")
    if report.dry_run:
        tell(say("dry_run_done"))
