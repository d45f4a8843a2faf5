"""`heraut contest add`: makes a contest by questions, by options or from a file of its own, and adds it to a brand.

However it is made, it is what a file would say: read, judged, shown and kept as `heraut apply` does it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heraut.cli import accounts
from heraut.cli.options import BrandName, DryRun, Json, Stack, Yes, brands_called, open_desk, taking
from heraut.cli.speech import CannotGoOn, complain, say, sentences_of, tell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.brands import Brand
    from heraut.brands.apply_configuration import Plan
    from heraut.cli.contest_draft import Draft
    from heraut.cli.desk import Desk

NewName = Annotated[str | None, typer.Argument(metavar="CONTEST")]
ContestFile = Annotated[Path | None, typer.Argument(metavar="FILE")]
# What one may say of a contest; `contest_draft.FIELDS` reads it.
OPTIONS: dict[str, Any] = {
    **dict.fromkeys(("title", "opens", "closes", "draws", "announces"), str | None),
    **dict.fromkeys(("post", "condition", "prize", "country"), list[str] | None),
    **dict.fromkeys(("winners", "alternates", "claim-within"), str | None),
    **dict.fromkeys(("organiser", "address", "email", "age", "contact"), str | None),
}
WRONG_USAGE = 2


@dataclass(frozen=True)
class Made:
    """A contest that may be added: its short name, the brand with it, and whether answers made it."""

    name: str
    brand: Brand
    by_answers: bool = False


@taking(OPTIONS)
def add(
    ctx: typer.Context,
    name: NewName = None,
    file: ContestFile = None,
    brand: BrandName = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    stack: Stack = None,
    **said: Any,
) -> None:
    from heraut.brands.apply_configuration import plan_configuration

    desk = open_desk(ctx, stack)
    made = _made(desk, (name, file, brand, said), ctx.command_path, as_json=as_json)
    plan = replace(plan_configuration([made.brand], desk.brands), unnamed=())
    if as_json:
        _apply_as_json(plan, desk, applies=yes and not dry_run)
    else:
        _apply(made, plan, desk, yes=yes, dry_run=dry_run)


def _made(
    desk: Desk,
    given: tuple[str | None, Path | None, str | None, Mapping[str, Any]],
    command: str,
    *,
    as_json: bool,
) -> Made:
    """Read the contest from what was given; where that is not all and somebody sits there, from their answers.

    Leaves where they give up (1), or where nobody can be asked for what is missing (2).
    """
    from heraut.cli.contest_checks import check_contests, with_contest

    name, file, brand, said = given
    asks = accounts.at_terminal() and file is None and not as_json
    try:
        draft = _draft(desk, _owner(desk, brand, asks=asks), name, file, said)
        missing = [] if file else [f"--{one.option}" for one in draft.missing()]
        missing = missing if name else ["CONTEST", *missing]
        if missing and asks:
            return _asked(draft, desk)
    except (typer.Abort, KeyboardInterrupt):
        tell("")
        tell(say("contest_add_given_up"))
        raise typer.Exit(1) from None
    if missing:
        complain([say("contest_add_missing", options=", ".join(missing)), say("usage_help", command=command)])
        raise typer.Exit(WRONG_USAGE)
    made = with_contest(draft.brand, draft.name, draft.document(), file.parent if file else Path())
    check_contests([made], desk, desk.clock.now())
    return Made(draft.name, made)


def _asked(draft: Draft, desk: Desk) -> Made:
    """Ask for what is missing, and again for what the contest as a whole does not allow."""
    from heraut.cli.contest_checks import check_contests, in_contest, with_contest
    from heraut.cli.contest_questions import ask_again, ask_contest
    from heraut.errors import InvalidInput

    draft = ask_contest(draft)
    while True:
        owner = desk.brands.brand(draft.brand.id) or draft.brand  # answers take their time: somebody may have applied
        try:
            made = with_contest(owner, draft.name, draft.document(), Path())
            check_contests([made], desk, desk.clock.now())
        except InvalidInput as error:
            complain(sentences_of(error))
            again = ask_again(draft, [in_contest(one, draft.name) for one in error.problems])
            if again is None:
                raise
            draft = again
        else:
            return Made(draft.name, made, by_answers=True)


def _draft(desk: Desk, owner: Brand, name: str | None, file: Path | None, said: Mapping[str, Any]) -> Draft:
    """Begin with what the options say, and a file, or else what the brand's other contests say of their organiser."""
    from heraut.cli.configuration_file import read_file
    from heraut.cli.contest_draft import Draft, from_others

    if not owner.accounts:
        raise CannotGoOn("no_account")
    _, base = from_others(owner)
    if file is not None:
        base = read_file(file).document
        if not isinstance(base, dict):
            raise CannotGoOn("contest_file_no_contest", file=file)
    typed = {option: said[option.replace("-", "_")] for option in OPTIONS}
    texts = {
        option: (held,) if isinstance(held, str) else tuple(held) for option, held in typed.items() if held is not None
    }
    return Draft(
        brand=owner,
        now=desk.clock.now(),
        is_post=lambda one: desk.posts.post(owner.id, one) is not None,
        name=name or "",
        texts={option: held for option, held in texts.items() if held},
        base=base,
    )


def _owner(desk: Desk, brand: str | None, *, asks: bool) -> Brand:
    """Give whose contest it is."""
    from heraut.cli.contest_questions import which_brand

    owners = brands_called(desk.brands, brand)
    if len(owners) == 1:
        return owners[0]
    if asks:
        return which_brand(owners)
    raise CannotGoOn("brand_which", known=", ".join(one.id for one in owners))


def _apply(made: Made, plan: Plan, desk: Desk, *, yes: bool, dry_run: bool) -> None:
    """Show what would be kept, ask, keep it; to whoever answered questions, in words."""
    from heraut.brands import contests_of
    from heraut.brands.apply_configuration import apply_configuration
    from heraut.cli.configuration import ask, show_plan
    from heraut.cli.contest_lines import terms_lines

    if made.by_answers:
        terms = contests_of(made.brand)[made.name]
        tell("")
        tell(f"{made.brand.name} · {terms.title} ({made.name})", "bold")
        for line in terms_lines(terms):
            tell(f"  {line}")
    else:
        show_plan(plan)
    if dry_run:
        tell(say("dry_run_done"))
        return
    ask("contest_add_question" if made.by_answers else "apply_question", yes=yes)
    for one in apply_configuration(plan, desk.brands):
        tell(say("contest_added", contest=made.name, brand=one.name, revision=one.revision), "green")


def _apply_as_json(plan: Plan, desk: Desk, *, applies: bool) -> None:
    """Say to a program what changes, and with which revision if it was applied."""
    from heraut.brands.apply_configuration import apply_configuration
    from heraut.cli.shown import print_json

    written = apply_configuration(plan, desk.brands) if applies else ()
    changes = [asdict(one) for one in plan.changes]
    print_json({"applied": applies, "changes": changes, "revisions": {one.id: one.revision for one in written}})
