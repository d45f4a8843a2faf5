"""Setting somebody aside and vouching for them: until the list is frozen, and just what the frozen list then says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from heraut.contests.decide_entrants import Decision, decide_entrant, noted
from heraut.contests.freeze_entrants import freeze_entrants
from heraut.contests.running import KeptEntrant
from heraut.contests.standing import Register, Standing, entrants_called
from heraut.errors import Conflict, InvalidInput, NotFound, TryAgain
from tests.twins.contest_world import CLOSES, DRAWS, OPENS, ContestWorld

SUSPECTS = {"families": False, "suspects": {"followers": 5}}


def opened(*people: str, **changes: Any) -> ContestWorld:
    """Give a contest in which some take part, still open."""
    world = ContestWorld(**changes)
    world.people_comment(*(people or ("ana", "bao")))
    world.run_until(OPENS + timedelta(minutes=6))
    return world


def decide(
    world: ContestWorld, decision: Decision, who: str = "bluesky:ana", because: str = "triche", contests: Any = None
) -> KeptEntrant:
    """Decide as Léa does."""
    note = noted(decision, "lea", because, world.clock.now())
    return decide_entrant(world.contest, who, decision, note, contests or world.contests, world.objects)


def standing(world: ContestWorld, who: str = "bluesky:ana") -> Standing:
    """Say how somebody stands."""
    (kept,) = entrants_called(who, world.contest, world.contests)
    return Register(world.contest, world.contests, world.objects).of(kept)


class Meanwhile:
    """A store at which something else happens right before or after entrants are first saved."""

    def __init__(self, contests: Any, before: Callable[[], None] | None, after: Callable[[], None] | None) -> None:
        self._contests, self._before, self._after = contests, before, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._contests, name)

    def save_entrants(self, *args: Any) -> None:
        before, self._before = self._before, None
        if before:
            before()
        self._contests.save_entrants(*args)
        after, self._after = self._after, None
        if after:
            after()


def test_who_is_set_aside_is_in_no_list_and_the_reason_is_kept() -> None:
    """With who decided it, and when; the count in public says so."""
    world = opened()
    after = decide(world, Decision.EXCLUDE)

    assert (after.excluded, [(one.by, one.what, one.because) for one in after.notes]) == (
        "triche",
        [("lea", "exclude", "triche")],
    )
    assert standing(world).reason == "excluded"
    world.run_until(CLOSES + timedelta(minutes=5))
    assert (world.contest.entrants, world.contest.rejected) == (1, {"excluded": 1})


def test_who_is_taken_back_is_in_the_list() -> None:
    """Both decisions stay written down; what lists bring meanwhile takes nothing of it away."""
    world = opened()
    decide(world, Decision.EXCLUDE)
    world.run_until(OPENS + timedelta(minutes=8))
    decide(world, Decision.READMIT, because="")
    world.run_until(CLOSES + timedelta(minutes=5))

    assert world.contest.entrants == 2
    assert [one.what for one in standing(world).kept.notes] == ["exclude", "readmit"]


def test_whom_somebody_vouches_for_is_no_program() -> None:
    """Until it is taken back."""
    world = opened(exclude=SUSPECTS)
    (ana,) = entrants_called("@ana", world.contest, world.contests)
    few = ana.model_copy(update={"followers": 1, "revision": ana.revision + 1})
    world.contests.save_entrants("boulangerie", "galette", [few], DRAWS)
    assert standing(world).reason == "suspected_bot"

    decide(world, Decision.VOUCH, because="cliente de longue date")
    assert standing(world).takes_part
    decide(world, Decision.DOUBT, because="")
    assert standing(world).reason == "suspected_bot"
    decide(world, Decision.VOUCH, because="")
    world.run_until(CLOSES + timedelta(minutes=5))
    assert standing(world).takes_part


def test_nothing_is_decided_once_the_list_is_final() -> None:
    """The sentence says what may be done instead; nothing is written."""
    world = opened()
    world.run_until(CLOSES + timedelta(minutes=5))

    for decision in Decision:
        with pytest.raises(InvalidInput, match="contest_list_frozen") as refused:
            decide(world, decision)
        assert "disqualify" in refused.value.problems[0].remedy("fr")
    assert standing(world).kept.notes == ()


def test_nobody_is_set_aside_without_a_reason_nor_who_does_not_take_part() -> None:
    """A word for each."""
    world = opened()
    with pytest.raises(InvalidInput, match="contest_exclusion_reason_missing"):
        decide(world, Decision.EXCLUDE, because="  ")
    with pytest.raises(NotFound):
        decide(world, Decision.EXCLUDE, who="bluesky:zoe")


def _freezing(world: ContestWorld) -> Callable[[], None]:
    """Give the freeze of the list as it is right now, to be noted later."""
    contest = world.contest
    return lambda: world.contests.change(contest, freeze_entrants(contest, world.world, world.clock.now()))


def test_a_decision_while_the_list_is_made_is_in_it_or_is_refused() -> None:
    """Made before the decision and noted after it: made again. Noted first: the decision is taken back and refused."""
    world = opened()
    read_before = world.contest
    made_before = freeze_entrants(read_before, world.world, world.clock.now())
    decide(world, Decision.EXCLUDE)
    with pytest.raises(Conflict):
        world.contests.change(read_before, made_before)

    world = opened()
    contest = world.contest
    made = freeze_entrants(contest, world.world, world.clock.now())
    between = Meanwhile(world.contests, None, lambda: world.contests.change(contest, made))
    with pytest.raises(InvalidInput, match="contest_list_frozen"):
        decide(world, Decision.EXCLUDE, contests=between)
    assert (standing(world).takes_part, standing(world).kept.excluded) == (True, "")

    world = opened()
    with pytest.raises(InvalidInput, match="contest_list_frozen"):
        decide(world, Decision.EXCLUDE, contests=Meanwhile(world.contests, _freezing(world), None))
    assert (standing(world).takes_part, standing(world).kept.excluded) == (True, "")


def test_a_decision_between_two_steps_of_the_list_lets_it_be_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who was judged already is judged anew."""
    monkeypatch.setattr("heraut.contests.stretch.PEOPLE_AT_ONCE", 1)
    world = opened()
    contest = world.contest
    world.contests.change(contest, freeze_entrants(contest, world.world, world.clock.now()))
    begun = world.contest.tally
    assert begun is not None

    decide(world, Decision.EXCLUDE)
    begun_anew = world.contest.tally
    assert begun_anew is None
    world.run_until(CLOSES + timedelta(minutes=5))

    assert (world.contest.entrants, world.contest.rejected) == (1, {"excluded": 1})


def test_a_decision_that_the_list_still_saw_stands() -> None:
    """The list was made after the decision was written and noted before it was told: it holds, both ways."""
    world = opened()
    after = decide(world, Decision.EXCLUDE, contests=Meanwhile(world.contests, None, _freezing(world)))
    assert (after.excluded, standing(world).takes_part) == ("triche", False)

    world = opened()
    decide(world, Decision.EXCLUDE)
    decide(world, Decision.READMIT, contests=Meanwhile(world.contests, None, _freezing(world)))
    assert standing(world).takes_part


def test_a_decision_waits_for_what_is_written_at_the_same_moment() -> None:
    """A page that brings something of the same person; a step of the tick. Neither is lost."""
    world = opened()
    (ana,) = entrants_called("bluesky:ana", world.contest, world.contests)
    newer = ana.model_copy(update={"followers": 9, "revision": ana.revision + 1})

    def page() -> None:
        world.contests.save_entrants("boulangerie", "galette", [newer], DRAWS)

    def step() -> None:
        world.contests.change(world.contest, world.contest.next(size=7))

    after = decide(world, Decision.EXCLUDE, contests=Meanwhile(world.contests, page, step))

    assert (after.followers, after.excluded, world.contest.size) == (9, "triche", 7)


def test_what_never_stands_still_is_said() -> None:
    """After some tries."""
    world = opened()

    class Restless(Meanwhile):
        def save_entrants(self, *args: Any) -> None:
            raise Conflict("bluesky:ana")

    class Ticking(Meanwhile):
        def change(self, *args: Any) -> None:
            raise Conflict("galette")

    for contests in (Restless(world.contests, None, None), Ticking(world.contests, None, None)):
        with pytest.raises(TryAgain):
            decide(world, Decision.EXCLUDE, contests=contests)
