"""What people of the brand decide about somebody who takes part: to set them aside, or that they are no program.

Only until the list is frozen, each time with who decided it, when and why. The list is made by the minute tick, maybe
at this very moment: a decision first writes the entrant and then raises the contest's revision, so that a list that was
made without it is made again; where that comes too late, the list says whether the decision is in it, and one that is
not is taken back.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from heraut.contests.running import Note, forgotten_at
from heraut.contests.standing import Register
from heraut.errors import Conflict, InvalidInput, NotFound, TryAgain
from heraut.problems import problem

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.contests.running import Contest, KeptEntrant
    from heraut.contests.store import Contests, Objects

TRIES = 10  # the tick may take a step a moment while it reads lists


class Decision(StrEnum):
    """What is decided."""

    EXCLUDE = "exclude"
    READMIT = "readmit"
    VOUCH = "vouch"
    DOUBT = "doubt"  # takes a `VOUCH` back


WANTS_REASON = Decision.EXCLUDE
KEEPS_OUT = frozenset({Decision.EXCLUDE, Decision.DOUBT})


def decide_entrant(
    contest: Contest, who: str, decision: Decision, note: Note, contests: Contests, objects: Objects
) -> KeptEntrant:
    """Keep a decision about an entrant (stable id), and give them as they are then kept.

    NotFound: nobody of this id takes part. InvalidInput: no reason was given, or the list is frozen. TryAgain: others
    change contest or entrant faster than this can.
    """
    if decision is WANTS_REASON and not note.because.strip():
        raise InvalidInput([problem("contest_exclusion_reason_missing")])
    if contest.frozen_at is not None:
        raise _too_late(contest)
    before, after = _kept(contest, who, decision, note, contests)
    now_at = made_anew(contest, contests)
    if now_at.frozen_at is None:
        return after
    listed = Register(now_at, contests, objects).of(after).takes_part
    if listed is not (decision in KEEPS_OUT):
        return after
    undone = before.model_copy(update={"revision": after.revision + 1})
    contests.save_entrants(contest.brand, contest.name, [undone], forgotten_at(contest.agreed))
    raise _too_late(contest)


def _kept(
    contest: Contest, who: str, decision: Decision, note: Note, contests: Contests
) -> tuple[KeptEntrant, KeptEntrant]:
    """Write the entrant with the decision; gives them before and after."""
    for _ in range(TRIES):
        before = contests.entrants(contest.brand, contest.name, [who]).get(who)
        if before is None:
            raise NotFound(f"{contest.brand}/{contest.name} {who}")
        after = _decided(before, decision, note)
        try:
            contests.save_entrants(contest.brand, contest.name, [after], forgotten_at(contest.agreed))
        except Conflict:
            continue  # a page brought something of them at this moment
        return before, after
    raise TryAgain(f"an entrant of {contest.brand}/{contest.name} changed {TRIES} times")


def made_anew(contest: Contest, contests: Contests) -> Contest:
    """Let a list that is being made be made again, so that it sees what was just written; gives the contest as it is.

    A list that is frozen stays. TryAgain: others change the contest faster than this can.
    """
    for _ in range(TRIES):
        now_at = contests.contest(contest.brand, contest.name)
        if now_at is None:
            raise NotFound(f"{contest.brand}/{contest.name}")
        if now_at.frozen_at is not None:
            return now_at
        try:
            contests.change(now_at, now_at.next(tally=None))
        except Conflict:
            continue
        return now_at
    raise TryAgain(f"{contest.brand}/{contest.name} changed {TRIES} times")


def _decided(before: KeptEntrant, decision: Decision, note: Note) -> KeptEntrant:
    changes: dict[Decision, dict[str, object]] = {
        Decision.EXCLUDE: {"excluded": note.because.strip()},
        Decision.READMIT: {"excluded": ""},
        Decision.VOUCH: {"vouched": True},
        Decision.DOUBT: {"vouched": False},
    }
    kept = {"notes": (*before.notes, note), "revision": before.revision + 1}
    return before.model_copy(update=changes[decision] | kept)


def noted(decision: Decision, by: str, because: str, now: datetime) -> Note:
    """Make the note of a decision."""
    return Note(at=now, by=by, what=decision.value, because=because.strip())


def _too_late(contest: Contest) -> InvalidInput:
    return InvalidInput([problem("contest_list_frozen", contest=contest.agreed.title, name=contest.name)])
