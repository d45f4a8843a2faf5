"""`heraut contest exclude`, `vouch`, `cancel`, `claim`, `disqualify`: what people decide."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from heraut.cli.contest_called import ContestName, Who, contest_called, count_of, entrant_named, opened, register_of
from heraut.cli.options import BrandName, Json, Stack, Yes, open_desk
from heraut.cli.speech import CannotGoOn, person, say, tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from heraut.cli.desk import Desk
    from heraut.contests.decide_entrants import Decision
    from heraut.contests.running import Contest, Winner

Rank = Annotated[int, typer.Argument(metavar="RANK", min=1)]
Because = Annotated[str, typer.Option("--because")]
Undo = Annotated[bool, typer.Option("--undo")]
Named = Annotated[bool | None, typer.Option("--named/--not-named")]
TRIES = 5  # the tick may move the contest on at this very moment


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
    found = contest_called(desk, name, brand)
    if found.contest is None or not found.contest.terms:
        raise CannotGoOn("contest_cancel_unopened", contest=found.title)
    if found.contest.called_off is None:
        require_undrawn(found.contest, QUICKNET, desk.clock.now())
        ask("contest_cancel_question", yes=yes, contest=found.title)
    now = desk.clock.now()
    after = replace(found, contest=call_off(found.contest, because, person(), QUICKNET, desk.contests, now))
    count = count_of(after, desk)
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
    contest = opened(contest_called(desk, name, brand))
    kept = entrant_named(who, contest, desk)
    note = noted(decision, person(), because, desk.clock.now())
    after = register_of(contest, desk).of(decide_entrant(contest, kept.id, decision, note, desk.contests, desk.public))
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
    known = contest_called(desk, name, brand)
    contest = opened(known)
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
