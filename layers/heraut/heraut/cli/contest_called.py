"""The contest and the entrant that somebody names in a command, or the sentence that says which there are."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from heraut.cli.options import brands_called
from heraut.cli.speech import CannotGoOn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.cli.contest_lines import Count
    from heraut.cli.desk import Desk
    from heraut.contests.known_contests import Known
    from heraut.contests.running import Contest, KeptEntrant
    from heraut.contests.standing import Register

ContestName = Annotated[str, typer.Argument(metavar="CONTEST")]
Who = Annotated[str, typer.Argument(metavar="WHO")]
MOST_COUNTED = 1_000  # who take part in an open contest, to say how many


def contest_called(desk: Desk, name: str, brand: str | None) -> Known:
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


def opened(known: Known) -> Contest:
    """Give a contest as it runs; CannotGoOn where nobody can have taken part yet."""
    if known.contest is None or not known.contest.terms:
        raise CannotGoOn("contest_not_open", contest=known.title)
    return known.contest


def register_of(contest: Contest, desk: Desk) -> Register:
    """Give the standing of everybody in it."""
    from heraut.contests.standing import Register

    return Register(contest, desk.contests, desk.public)


def entrants_named(who: str, contest: Contest, desk: Desk) -> Sequence[KeptEntrant]:
    """Find whoever is called so, several maybe; CannotGoOn: nobody."""
    from heraut.contests.standing import entrants_called

    found = entrants_called(who, contest, desk.contests)
    if not found:
        raise CannotGoOn("contest_entrant_unknown", name=who, contest=contest.agreed.title)
    return found


def entrant_named(who: str, contest: Contest, desk: Desk) -> KeptEntrant:
    """Find one entrant; CannotGoOn: nobody, or several of one name."""
    found = entrants_named(who, contest, desk)
    if len(found) > 1:
        raise CannotGoOn("contest_entrant_of_several", name=who, known=", ".join(one.id for one in found))
    return found[0]


def count_of(known: Known, desk: Desk) -> Count:
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
