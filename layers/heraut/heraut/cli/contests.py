"""`heraut contest`: contests and how far each came, who takes part and why not, receipts, an audit."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heraut.cli.contest_add import add
from heraut.cli.contest_audit import Auditor, Folder, Size, audit_of
from heraut.cli.contest_called import (
    ContestName,
    Who,
    contest_called,
    count_of,
    entrant_named,
    entrants_named,
    opened,
    register_of,
)
from heraut.cli.contest_decisions import cancel, claim, disqualify, exclude, vouch
from heraut.cli.options import BrandName, Json, Stack, Yes, brands_called, open_desk
from heraut.cli.speech import CannotGoOn, safe, say, tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from heraut.cli.contest_lines import Count
    from heraut.cli.desk import Desk
    from heraut.contests.known_contests import Known
    from heraut.contests.model import Reason
    from heraut.contests.running import Winner
    from heraut.contests.standing import Standing

Of = Annotated[str | None, typer.Option("--of", metavar="WHO")]
Code = Annotated[str | None, typer.Option("--reason", metavar="CODE")]
Output = Annotated[Path | None, typer.Option("--output")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    contest = typer.Typer(no_args_is_help=True)
    contest.command("list")(list_contests)
    contest.command("show")(show)
    contest.command("entrants")(entrants)
    contest.command("receipt")(receipt)
    contest.command("add")(add)
    contest.command("exclude")(exclude)
    contest.command("vouch")(vouch)
    contest.command("cancel")(cancel)
    contest.command("claim")(claim)
    contest.command("disqualify")(disqualify)
    contest.command("audit")(audit)
    app.add_typer(contest, name="contest")


def list_contests(ctx: typer.Context, brand: BrandName = None, as_json: Json = False, stack: Stack = None) -> None:
    from heraut.cli.contest_lines import head, head_object
    from heraut.cli.shown import print_json
    from heraut.contests.known_contests import known_contests

    desk = open_desk(ctx, stack)
    found = [one for owner in brands_called(desk.brands, brand) for one in known_contests(owner, desk.contests)]
    heads = [(one, count_of(one, desk), _winners(one, desk)) for one in found]
    if as_json:
        print_json([head_object(*one) for one in heads])
        return
    now = desk.clock.now()
    for one in heads:
        tell(head(*one, now))
    if not found:
        tell(say("contests_none"))


def show(
    ctx: typer.Context, name: ContestName, brand: BrandName = None, as_json: Json = False, stack: Stack = None
) -> None:
    from heraut.cli.contest_lines import details, details_object, head, head_object
    from heraut.cli.contest_outcome import Said, said_by
    from heraut.cli.shown import print_json

    desk = open_desk(ctx, stack)
    found = contest_called(desk, name, brand)
    winners = _winners(found, desk)
    count, rejected = _counted(found, desk)
    said = said_by(found.contest, winners, desk.posts) if found.contest and found.contest.terms else Said()
    shown = (found, rejected, winners, said, desk.stack["PublicUrl"], desk.clock.now())
    if as_json:
        print_json(head_object(found, count, winners) | details_object(*shown))
        return
    tell(head(found, count, winners, desk.clock.now()), "bold")
    for line in details(*shown):
        tell(f"  {line}")


def entrants(
    ctx: typer.Context,
    name: ContestName,
    reason: Code = None,
    of: Of = None,
    brand: BrandName = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.cli.contest_lines import entrant_line, entrant_object, evidence_lines
    from heraut.cli.shown import print_json

    wanted = _reason(reason)
    desk = open_desk(ctx, stack)
    known = contest_called(desk, name, brand)
    contest = opened(known)
    register = register_of(contest, desk)
    every: Iterable[Standing] = register.every()
    if of is not None:
        every = (register.of(one) for one in entrants_named(of, contest, desk))
    found = [one for one in every if wanted is None or one.reason is wanted]
    if as_json:
        print_json([entrant_object(contest, one, evidence=of is not None) for one in found])
        return
    now = desk.clock.now()
    for one in found:
        tell(entrant_line(contest, one))
        for line in evidence_lines(contest, one, now) if of else ():
            tell(f"  {line}")
    if not found:
        tell(say("contest_nobody"))


def receipt(
    ctx: typer.Context,
    name: ContestName,
    who: Who,
    output: Output = None,
    brand: BrandName = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.cli.shown import json_text
    from heraut.contests.receipt import Receipt

    desk = open_desk(ctx, stack)
    contest = opened(contest_called(desk, name, brand))
    kept = entrant_named(who, contest, desk)
    made = Receipt(contest, register_of(contest, desk).of(kept), desk.stack["PublicUrl"], desk.clock.now())
    text = json_text(made.as_object()) + "\n" if as_json else safe(made.text())
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CannotGoOn("file_not_written", file=output, why=error.strerror or "") from error
    typer.echo(say("contest_receipt_written", name=kept.handle or kept.id, file=output), err=as_json)


def audit(
    ctx: typer.Context,
    name: ContestName,
    auditor: Auditor,
    output: Folder,
    size: Size = 30,
    yes: Yes = False,
    brand: BrandName = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    desk = open_desk(ctx, stack)
    known = contest_called(desk, name, brand)
    audit_of(opened(known), known.brand, auditor, size, output, desk, yes=yes, as_json=as_json)


def _reason(code: str | None) -> Reason | None:
    from heraut.contests.model import Reason

    if code is None:
        return None
    if code not in set(Reason):
        raise CannotGoOn("contest_reason_unknown", name=code, known=", ".join(Reason))
    return Reason(code)


def _winners(known: Known, desk: Desk) -> Sequence[Winner]:
    return desk.contests.winners(known.brand.id, known.name) if known.contest and known.contest.certified else ()


def _counted(known: Known, desk: Desk) -> tuple[Count, dict[str, int]]:
    """Give how many take part, or were seen so far, and how many are left out for which reason; in one reading.

    Before the list is frozen everybody is judged as things stand, which reads all of them.
    """
    from heraut.cli.contest_lines import Count

    contest = known.contest
    if contest is None or not contest.terms or contest.frozen_at is not None:
        return count_of(known, desk), contest.rejected if contest else {}
    counted = Counter(one.reason.value if one.reason else "" for one in register_of(contest, desk).every())
    return Count(counted.total()), {code: count for code, count in sorted(counted.items()) if code}
