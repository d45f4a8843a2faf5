"""What reads everybody reads so many a step: nothing tells how many there were, nor what died between two of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from heraut.brands import EntryKind, NetworkName
from heraut.contests.running import Contest, Deed, KeptEntrant
from heraut.contests.standing import Register
from tests.twins.contest_world import CLOSES, OPENS, ContestWorld, Fate
from tests.twins.contests import ContestsTwin

MINUTE = timedelta(minutes=1)
PEOPLE = [f"p{number:02}" for number in range(12)]
ENDED = {"unnamed": 3, "deleted": 4, "blocked": 2}


class CountedContests(ContestsTwin):
    """Notes how many people were read between two changes of a contest."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0
        self.most = 0

    def every_entrant(self, brand: str, name: str, after: str = "") -> Iterator[KeptEntrant]:
        for one in super().every_entrant(brand, name, after):
            self.read += 1
            self.most = max(self.most, self.read)
            yield one

    def change(self, *args: Any) -> None:
        super().change(*args)
        self.read = 0


def _story(fate: Fate | None = None, contests: ContestsTwin | None = None) -> ContestWorld:
    """A contest until it is frozen.

    Of twelve people four take their comment away before the roll call, of which nobody hears; five more were seen
    without their name, of whom two are heard with it; two are blocked; one is heard who is on no list.
    """
    world = ContestWorld(fate, contests=contests)
    world.run_until(OPENS + MINUTE)
    world.people_comment(*PEOPLE)
    nameless = [f"n{number}" for number in range(5)]
    world.people_comment(*nameless)
    world.crowd.unnamed |= set(nameless)
    world.crowd.blocking += ["p00", "x1", "x2", "x3", "x4", "p07"]
    world.run_until(OPENS + 6 * MINUTE)
    for name in ("n0", "n3", "elsewhere", "p11"):
        world.hear(name)
    world.crowd.deeds = [one for one in world.crowd.deeds if one.who not in {"p01", "p05", "p06", "p10"}]
    world.run_until(CLOSES + 3 * MINUTE)
    return world


def _in_the_list(world: ContestWorld) -> set[str]:
    """A run that dies may make another code for somebody: the people are the same."""
    every = Register(world.contest, world.contests, world.objects).every()
    return {one.kept.id for one in every if one.takes_part}


@pytest.fixture(name="small")
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few of everything fit in a step."""
    monkeypatch.setattr("heraut.contests.stretch.PEOPLE_AT_ONCE", 4)
    monkeypatch.setattr("heraut.contests.look_again.AT_ONCE", 2)
    monkeypatch.setattr("heraut.contests.take_heard.AT_ONCE", 1)
    monkeypatch.setattr("heraut.contests.take_heard.LOOKED_AT", 1)


@pytest.fixture(name="whole", scope="module")
def _whole() -> ContestWorld:
    """The same in as few steps as can be."""
    return _story()


def test_no_step_reads_more_people_than_it_may(small: None, whole: ContestWorld) -> None:
    """The list is that of one step."""
    counted = CountedContests()
    world = _story(contests=counted)

    assert world.contest.rejected == whole.contest.rejected == ENDED
    assert (world.contest.root, world.contest.entrants) == (whole.contest.root, whole.contest.entrants)
    assert world.contest.entrants == 9
    assert counted.most == 4


def test_whatever_dies_from_the_roll_call_to_the_list_it_is_the_same(small: None, whole: ContestWorld) -> None:
    """Each write is the last one once, and arrives or does not."""
    names = _story(Fate()).fate.names
    first = names.index("ConversationsTwin.forget_overheard")
    assert len(names) - first > 40

    for strike in range(first, len(names) + 1):
        world = _story(Fate(strike, arrives=strike % 2 == 0))

        assert world.contest.rejected == ENDED, (strike, names[strike - 1])
        assert _in_the_list(world) == _in_the_list(whole)


def test_what_is_missing_here_and_there_is_asked_for_in_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """What bounds it is how many comments are asked for, not in how many steps they are found."""
    monkeypatch.setattr("heraut.contests.stretch.PEOPLE_AT_ONCE", 1)
    world = ContestWorld()
    world.people_comment(*PEOPLE)
    world.run_until(OPENS + 6 * MINUTE)
    world.crowd.deeds = [one for one in world.crowd.deeds if one.who in {"p03", "p07"}]
    world.run_until(CLOSES + 3 * MINUTE)

    assert world.contest.rejected == {"deleted": 10}


def test_no_more_than_five_hundred_comments_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk after the closing needs what a network still allows; what was not asked for counts."""
    monkeypatch.setattr("heraut.contests.look_again.AT_ONCE", 3)
    monkeypatch.setattr("heraut.contests.look_again.MOST_ASKED", 5)
    world = ContestWorld()
    world.people_comment(*PEOPLE)
    world.run_until(OPENS + 6 * MINUTE)
    world.crowd.deeds = []
    world.run_until(CLOSES + 3 * MINUTE)

    assert world.contest.rejected == {"deleted": 5}
    assert world.contest.entrants == 7


def test_what_a_roll_call_found_that_the_closing_cut_is_not_gone() -> None:
    """The one before is the last that was read to its end; who was found since is there."""
    began, later = OPENS + 6 * MINUTE, OPENS + 8 * MINUTE
    contest = Contest(brand="boulangerie", name="galette", rolls={"sky/like/1": began})
    like = Deed(kind=EntryKind.LIKE, name="Ana", seen_at=OPENS, post="1", account="sky")

    def gone(present_at: datetime | None) -> datetime | None:
        deeds = (like.model_copy(update={"present_at": present_at}),)
        kept = KeptEntrant(id="bluesky:ana", nonce="00" * 32, network=NetworkName.BLUESKY, deeds=deeds)
        return kept.judged(contest).evidence[0].deleted_at

    assert (gone(began), gone(later)) == (None, None)
    assert (gone(None), gone(OPENS)) == (began, began)
