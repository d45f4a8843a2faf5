"""The list of everybody who took part is the same in however many steps it is made, and whatever dies between them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heraut.contests.certificate import Certificate
from heraut.contests.decide_entrants import Decision, decide_entrant, noted
from heraut.contests.running import Contest
from tests.twins.contest_world import CLOSES, ContestWorld, Fate, is_over

FOLDER = "contests/boulangerie/galette/"
PEOPLE = [f"p{number:02}" for number in range(17)]
SPAM = "un deux trois quatre cinq six sept huit neuf dix"
SUSPECTS = {"families": False, "suspects": {"copied": 3}}


def _story(fate: Fate | None = None) -> ContestWorld:
    """A contest from its opening to its end."""
    world = _begun(fate)
    world.run()
    return world


def _begun(fate: Fate | None = None) -> ContestWorld:
    """A contest in which three of nineteen people wrote the same long words, and another one came too late."""
    world = ContestWorld(fate, exclude=SUSPECTS)
    world.people_comment(*PEOPLE)
    for name in ("robot-1", "p02", "robot-9"):
        world.crowd.comment(world.post, name, SPAM, at=CLOSES)
    world.people_comment("late", at=CLOSES.replace(minute=59))
    return world


def _list(world: ContestWorld) -> bytes:
    return world.objects.objects[f"{FOLDER}entrants.bin"]


WHOLE = _story()


@pytest.fixture(name="steps", params=[1, 3, 4, 20])
def _steps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """So many people are read in a step; there are twenty."""
    many: int = request.param
    monkeypatch.setattr("heraut.contests.stretch.PEOPLE_AT_ONCE", many)
    return many


def _of(contest: Contest) -> tuple[object, ...]:
    return contest.root, contest.entrants, contest.tickets, contest.rejected, contest.tally


def test_the_list_is_the_same_in_however_many_steps(steps: int) -> None:
    """Root, counts, reasons, winners: nothing tells how many thousands there were."""
    world = _story()

    assert is_over(world)
    assert _of(world.contest) == _of(WHOLE.contest)
    assert world.contest.rejected == {"late": 1, "suspected_bot": 3}
    assert _list(world) == _list(WHOLE)
    ranked = [(one.rank, one.id) for one in world.contests.winners("boulangerie", "galette")]
    assert ranked == [(one.rank, one.id) for one in WHOLE.contests.winners("boulangerie", "galette")]
    assert steps == 20 or len(world.contests.parts) > 1


def test_what_one_step_makes_is_kept_nowhere() -> None:
    """A contest of usual size writes no parts but the marks of what was copied."""
    plain = ContestWorld()
    plain.people_comment(*PEOPLE)
    plain.run()

    assert plain.contests.parts == {}
    assert len(WHOLE.contests.parts) == 1


def test_whatever_dies_between_steps_the_list_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each write is the last one once, and arrives or does not; nobody is in the list twice, nobody is left out."""
    monkeypatch.setattr("heraut.contests.stretch.PEOPLE_AT_ONCE", 7)
    unhurt = _story(Fate())
    names = unhurt.fate.names
    first = names.index("ContestsTwin.keep_part") - 1
    last = len(names) - names[::-1].index("ContestsTwin.add_winners")
    assert last - first > 20

    for strike in range(first, last + 2):
        for arrives in (False, True):
            world = _story(Fate(strike, arrives))

            assert is_over(world)
            assert _list(world) == _list(WHOLE)
            assert _of(world.contest) == _of(WHOLE.contest)
            certificate = Certificate.read(world.objects.objects[f"{FOLDER}certificate.json"])
            won = [one.handle for one in world.contests.winners("boulangerie", "galette")]
            assert won == [one.handle for one in certificate.ranking]


def test_a_decision_between_two_steps_is_in_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was read already is read again: a list is made with the decision or without it, never with half of it."""
    monkeypatch.setattr("heraut.contests.stretch.PEOPLE_AT_ONCE", 4)
    names = _story(Fate()).fate.names
    second = [number for number, name in enumerate(names, 1) if name == "ContestsTwin.keep_part"][-2]
    world = _begun(Fate(second, arrives=True))
    world.run_until(CLOSES + timedelta(minutes=1))
    assert world.contest.tally
    assert world.contest.tally.after > "bluesky:p01"

    note = noted(Decision.EXCLUDE, "lea", "triche", world.clock.now())
    decide_entrant(world.contest, "bluesky:p01", Decision.EXCLUDE, note, world.contests, world.objects)
    world.run()

    assert world.contest.rejected == {"excluded": 1, "late": 1, "suspected_bot": 3}
    assert world.contest.entrants == WHOLE.contest.entrants - 1
