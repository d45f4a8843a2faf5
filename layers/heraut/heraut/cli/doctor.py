"""`heraut doctor`: what is wrong, for which post, and what to do; and reading back what a backup does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from heraut.cli.options import Stack, open_desk
from heraut.cli.speech import say, tell

if TYPE_CHECKING:
    from heraut.cli.desk import Desk
    from heraut.publishing.reconcile import AccountRead

FOR_A_PERSON = 3  # exit status: all was looked at, and something waits for somebody


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    ctx: typer.Context,
    reconcile: Annotated[bool, typer.Option("--reconcile")] = False,
    stack: Stack = None,
) -> None:
    desk = open_desk(ctx, stack)
    if reconcile and not _reconcile(desk):
        raise typer.Exit(FOR_A_PERSON)


def _reconcile(desk: Desk) -> bool:
    """Read back every account of a restored table; whether nothing is left for a person."""
    from heraut.publishing.reconcile import Verdict, reconcile

    if not desk.posts.is_restored():
        tell(say("reconcile_at_home"), "green")
        return True
    good = True
    for read in reconcile(desk.world):
        _say_account(read)
        good = good and all(one.verdict is Verdict.FOUND for one in read.read)
    tell(say("reconcile_done" if good else "reconcile_done_asking"), "green" if good else "yellow")
    return good


def _say_account(read: AccountRead) -> None:
    from heraut.publishing.reconcile import Verdict

    named = f"{read.brand}/{read.account}"
    if not read.read:
        tell(say("reconcile_nothing", named=named), "green")
    for verdict in Verdict:
        posts = [one.delivery.post for one in read.read if one.verdict is verdict]
        if posts:
            said = say(f"reconcile_{verdict.value}", named=named, count=len(posts), posts=", ".join(posts))
            tell(said, "green" if verdict is Verdict.FOUND else "yellow")
