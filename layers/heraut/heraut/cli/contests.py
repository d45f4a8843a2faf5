"""`heraut contest`: contests and how far each came, who takes part and why not, receipts, what people decide."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heraut.cli.contest_add import add
from heraut.cli.contest_audit import Auditor, Folder, Size, audit_of
from heraut.cli.options import BrandName, Json, Stack, Yes, brands_called, open_desk
from heraut.cli.speech import CannotGoOn, person, safe, say, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from heraut.cli.contest_lines import Count
    from heraut.cli.desk import Desk
    from heraut.contests.decide_entrants import Decision
    from heraut.contests.known_contests import Known
    from heraut.contests.model import Reason
    from heraut.contests.running import Contest, KeptEntrant, Winner
    from heraut.contests.standing import Register, Standing

ContestName = Annotated[str, typer.Argument(metavar="CONTEST")]
Who = Annotated[str, typer.Argument(metavar="WHO")]
Of = Annotated[str | None, typer.Option("--of", metavar="WHO")]
Code = Annotated[str | None, typer.Option("--reason", metavar="CODE")]
Rank = Annotated[int, typer.Argument(metavar="RANK", min=1)]
Because = Annotated[str, typer.Option("--because")]
Undo = Annotated[bool, typer.Option("--undo")]
Named = Annotated[bool | None, typer.Option("--named/--not-named")]
Output = Annotated[Path | None, typer.Option("--output")]
MOST_COUNTED = 1_000  # who take part in an open contest, to say how many
TRIES = 5  # the tick may move the contest on at this very moment


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
    heads = [(one, _count(one, desk), _winners(one, desk)) for one in found]
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
    found = _called(desk, name, brand)
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
    known = _called(desk, name, brand)
    contest = _opened(known)
    register = _register(contest, desk)
    every: Iterable[Standing] = register.every()
    if of is not None:
        every = (register.of(one) for one in _entrants_called(of, contest, desk))
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
    contest = _opened(_called(desk, name, brand))
    kept = _entrant(who, contest, desk)
    made = Receipt(contest, _register(contest, desk).of(kept), desk.stack["PublicUrl"], desk.clock.now())
    text = json_text(made.as_object()) + "\n" if as_json else safe(made.text())
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CannotGoOn("file_not_written", file=output, why=error.strerror or "") from error
    typer.echo(say("contest_receipt_written", name=kept.handle or kept.id, file=output), err=as_json)


def exclude(
    ctx: typer.Context,
    name: ContestName,
    who: Who,
    because: Because = "",
    undo: Undo = False,
    brand: BrandName = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.contests.decide_entrants import Decision

    decision = Decision.READMIT if undo else Decision.EXCLUDE
    _decide(ctx, (name, who, brand, stack), decision, because, as_json=as_json)


def vouch(
    ctx: typer.Context,
    name: ContestName,
    who: Who,
    because: Because = "",
    undo: Undo = False,
    brand: BrandName = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.contests.decide_entrants import Decision

    decision = Decision.DOUBT if undo else Decision.VOUCH
    _decide(ctx, (name, who, brand, stack), decision, because, as_json=as_json)


def cancel(
    ctx: typer.Context,
    name: ContestName,
    because: Because = "",
    brand: BrandName = None,
    yes: Yes = False,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.cli.configuration import ask
    from heraut.cli.contest_lines import head, head_object
    from heraut.cli.shown import print_json
    from heraut.contests.beacon import QUICKNET
    from heraut.contests.call_off import call_off, require_undrawn

    desk = open_desk(ctx, stack)
    found = _called(desk, name, brand)
    if found.contest is None or not found.contest.terms:
        raise CannotGoOn("contest_cancel_unopened", contest=found.title)
    if found.contest.called_off is None:
        require_undrawn(found.contest, QUICKNET, desk.clock.now())
        ask("contest_cancel_question", yes=yes, contest=found.title)
    now = desk.clock.now()
    after = replace(found, contest=call_off(found.contest, because, person(), QUICKNET, desk.contests, now))
    count = _count(after, desk)
    if as_json:
        print_json(head_object(after, count, ()))
        return
    tell(head(after, count, (), now), "green")
    tell(f"  {say('contest_cancelled')}")


def claim(
    ctx: typer.Context,
    name: ContestName,
    rank: Rank,
    named: Named = None,
    brand: BrandName = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.contests import announce_winners

    def claimed(contest: Contest, desk: Desk) -> Winner:
        now = desk.clock.now()
        return announce_winners.claim(desk.contests, contest.brand, contest.name, rank, now, person(), named=named)

    _change_winner(ctx, (name, rank, brand, stack), claimed, as_json=as_json)


def disqualify(
    ctx: typer.Context,
    name: ContestName,
    rank: Rank,
    because: Because = "",
    brand: BrandName = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.contests import announce_winners

    def disqualified(contest: Contest, desk: Desk) -> Winner:
        now = desk.clock.now()
        return announce_winners.disqualify(desk.contests, contest.brand, contest.name, rank, because, now, person())

    _change_winner(ctx, (name, rank, brand, stack), disqualified, as_json=as_json)


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
    known = _called(desk, name, brand)
    audit_of(_opened(known), known.brand, auditor, size, output, desk, yes=yes, as_json=as_json)


def _decide(
    ctx: typer.Context,
    called: tuple[str, str, str | None, str | None],
    decision: Decision,
    because: str,
    *,
    as_json: bool,
) -> None:
    """Keep what somebody decides about an entrant, and say how they stand then."""
    from heraut.cli.contest_lines import entrant_line, entrant_object
    from heraut.cli.shown import print_json
    from heraut.contests.decide_entrants import decide_entrant, noted

    name, who, brand, stack = called
    desk = open_desk(ctx, stack)
    contest = _opened(_called(desk, name, brand))
    kept = _entrant(who, contest, desk)
    note = noted(decision, person(), because, desk.clock.now())
    after = _register(contest, desk).of(decide_entrant(contest, kept.id, decision, note, desk.contests, desk.public))
    if as_json:
        print_json(entrant_object(contest, after, evidence=False))
        return
    tell(say(f"contest_is_{decision}", who=kept.handle or kept.id), "green")
    tell(f"  {entrant_line(contest, after)}")


def _change_winner(
    ctx: typer.Context,
    called: tuple[str, int, str | None, str | None],
    change: Callable[[Contest, Desk], Winner],
    *,
    as_json: bool,
) -> None:
    """Change what became of a rank, whatever the minute tick does at this moment, and say it."""
    from heraut.cli.contest_outcome import said_by, winner_line, winner_object
    from heraut.cli.shown import print_json
    from heraut.errors import Conflict, NotFound

    name, rank, brand, stack = called
    desk = open_desk(ctx, stack)
    known = _called(desk, name, brand)
    contest = _opened(known)
    for _ in range(TRIES):
        try:
            after = change(contest, desk)
        except Conflict:
            continue
        except NotFound:
            raise CannotGoOn("contest_rank_unknown", rank=rank, contest=contest.agreed.title) from None
        if as_json:
            print_json(winner_object(after, contest, known.brand, said_by(contest, [after], desk.posts)))
        else:
            tell(winner_line(after, contest, desk.clock.now()), "green")
        return
    raise Conflict(f"rank {rank} of {contest.draw_id} changed {TRIES} times")


def _called(desk: Desk, name: str, brand: str | None) -> Known:
    """Find a contest by its short name or its title; CannotGoOn: none, or of several brands."""
    from heraut.contests.known_contests import known_contests
    from heraut.publishing.calendar.columns import plain

    every = [one for owner in brands_called(desk.brands, brand) for one in known_contests(owner, desk.contests)]
    found = [one for one in every if one.name == name] or [one for one in every if plain(one.title) == plain(name)]
    if not found:
        known = ", ".join(one.name for one in every) or "—"
        raise CannotGoOn("contest_unknown", name=name, known=known)
    if len(found) > 1:
        raise CannotGoOn(
            "contest_of_several", name=name, known=", ".join(f"{one.brand.id}/{one.name}" for one in found)
        )
    return found[0]


def _opened(known: Known) -> Contest:
    """Give a contest as it runs; CannotGoOn where nobody can have taken part yet."""
    if known.contest is None or not known.contest.terms:
        raise CannotGoOn("contest_not_open", contest=known.title)
    return known.contest


def _register(contest: Contest, desk: Desk) -> Register:
    from heraut.contests.standing import Register

    return Register(contest, desk.contests, desk.public)


def _entrants_called(who: str, contest: Contest, desk: Desk) -> Sequence[KeptEntrant]:
    from heraut.contests.standing import entrants_called

    found = entrants_called(who, contest, desk.contests)
    if not found:
        raise CannotGoOn("contest_entrant_unknown", name=who, contest=contest.agreed.title)
    return found


def _entrant(who: str, contest: Contest, desk: Desk) -> KeptEntrant:
    """Find one entrant; CannotGoOn: nobody, or several of one name."""
    found = _entrants_called(who, contest, desk)
    if len(found) > 1:
        raise CannotGoOn("contest_entrant_of_several", name=who, known=", ".join(one.id for one in found))
    return found[0]


def _reason(code: str | None) -> Reason | None:
    from heraut.contests.model import Reason

    if code is None:
        return None
    if code not in set(Reason):
        raise CannotGoOn("contest_reason_unknown", name=code, known=", ".join(Reason))
    return Reason(code)


def _count(known: Known, desk: Desk) -> Count:
    """Give how many are in the list; before it is frozen, how many accounts were seen.

    Of more than `MOST_COUNTED` only that many are read: "at least". A COUNT would be paid for as the reading is.
    """
    from heraut.cli.contest_lines import Count

    contest = known.contest
    if contest is None or contest.frozen_at is not None:
        return Count(contest.entrants if contest else 0)
    every = islice(desk.contests.every_entrant(contest.brand, contest.name), MOST_COUNTED + 1)
    seen = [one.forgotten_at is None for one in every]
    return Count(sum(seen[:MOST_COUNTED]), exact=len(seen) <= MOST_COUNTED)


def _winners(known: Known, desk: Desk) -> Sequence[Winner]:
    return desk.contests.winners(known.brand.id, known.name) if known.contest and known.contest.certified else ()


def _counted(known: Known, desk: Desk) -> tuple[Count, dict[str, int]]:
    """Give how many take part, or were seen so far, and how many are left out for which reason; in one reading.

    Before the list is frozen everybody is judged as things stand, which reads all of them.
    """
    from heraut.cli.contest_lines import Count

    contest = known.contest
    if contest is None or not contest.terms or contest.frozen_at is not None:
        return _count(known, desk), contest.rejected if contest else {}
    counted = Counter(one.reason.value if one.reason else "" for one in _register(contest, desk).every())
    return Count(counted.total()), {code: count for code, count in sorted(counted.items()) if code}
