"""Where events are kept: the twin and the table (moto) keep the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from heraut.aws.contests_table import ContestsTable
from heraut.aws.gatherings_table import GatheringsTable
from heraut.brands import NetworkName
from heraut.contests import News
from heraut.contests.running import Contest
from heraut.errors import Conflict
from heraut.gatherings.questions import Question, Questions
from heraut.gatherings.running import Gathering, Outcome, Stage, Step
from tests.contracts.samples import MINUTE, NOW
from tests.contracts.stack import Stack
from tests.twins.gathering_world import BEGINS, LIVE, NAME, GatheringWorld
from tests.twins.gatherings import GatheringsTwin

if TYPE_CHECKING:
    from heraut.gatherings.store import Gatherings


@pytest.fixture(params=["twin", "table"])
def gatherings(request: pytest.FixtureRequest) -> Gatherings:
    """The twin, or the table."""
    if request.param == "twin":
        return GatheringsTwin()
    request.getfixturevalue("aws")
    return GatheringsTable(Stack.of("ContestsTable").table)


def workshop(**changes: object) -> Gathering:
    """An event that is due."""
    made = Gathering(
        brand="martin", name="atelier", uid="u-1", plain={"kind": "offline"}, known_at=NOW, changed_at=NOW, due_at=NOW
    )
    return made.model_copy(update=changes)


def test_a_whole_event_runs_on_the_table(contests_stack: Stack) -> None:
    """What the steps write is what they read again."""
    world = GatheringWorld()
    table = GatheringsTable(contests_stack.table)
    world.world = replace(world.world, gatherings=table)
    world.gatherings = cast("GatheringsTwin", table)  # what the test looks at is the table

    world.run()

    assert world.gathering.stage is Stage.OVER
    assert sorted(world.gathering.steps) == ["1d", "2h", "7d"]
    assert world.gathering.name == NAME
    assert len(world.said) == 6


def test_an_event_is_read_as_it_was_kept(gatherings: Gatherings) -> None:
    """With everything that it knows."""
    step = Step(outcome=Outcome.QUEUED, at=NOW, post="event-atelier-1d")
    made = workshop(steps={"1d": step}, news=(News(code="published", at=NOW, fields={"steps": ["1d"]}),), sequence=3)
    gatherings.add(made)

    assert gatherings.gathering("martin", "atelier") == Gathering.model_validate(made.model_dump(by_alias=True))
    assert gatherings.gathering("martin", "autre") is None
    assert gatherings.gathering("autre", "atelier") is None


def test_an_event_is_added_once_and_changed_only_as_it_was_read(gatherings: Gatherings) -> None:
    """Of two who move it on, one loses."""
    made = workshop()
    gatherings.add(made)

    with pytest.raises(Conflict):
        gatherings.add(made)
    gatherings.change(made, made.next(stage=Stage.BEGUN))
    with pytest.raises(Conflict):
        gatherings.change(made, made.next(stage=Stage.OVER))

    read = gatherings.gathering("martin", "atelier")
    assert read is not None
    assert (read.stage, read.revision) == (Stage.BEGUN, 2)


def test_what_was_asked_is_kept_as_it_was_read(gatherings: Gatherings) -> None:
    """None at first; of two who read the lists at once one loses."""
    nothing = gatherings.questions("martin", "atelier")
    asked = Question(account="sky", network=NetworkName.BLUESKY, post="p", remote="r", text="🥐 ?", at=NOW, likes=3)
    first = nothing.model_copy(update={"revision": 1, "count": 1, "kept": (asked,)})
    gatherings.save_questions(first, NOW)

    assert (nothing.revision, nothing.kept) == (0, ())
    assert gatherings.questions("martin", "atelier") == Questions.model_validate(first.model_dump(by_alias=True))
    with pytest.raises(Conflict):
        gatherings.save_questions(first, NOW)
    gatherings.save_questions(first.model_copy(update={"revision": 2, "count": 0, "kept": ()}), NOW)
    with pytest.raises(Conflict):
        gatherings.save_questions(first.model_copy(update={"revision": 2}), NOW)
    assert gatherings.questions("martin", "atelier").count == 0
    assert gatherings.questions("martin", "autre").revision == 0
    assert [(one.name, one.revision) for one in gatherings.every_questions("martin")] == [("atelier", 2)]
    assert list(gatherings.every_questions("marti")) == []


def test_a_whole_session_runs_on_the_table(contests_stack: Stack) -> None:
    """Its questions are read, ranked and kept there."""
    world = GatheringWorld(None, LIVE)
    table = GatheringsTable(contests_stack.table)
    world.world = replace(world.world, gatherings=table)
    world.gatherings = cast("GatheringsTwin", table)
    world.run_until(BEGINS)
    while "event-atelier-opening" not in world.crowd.posts:
        world.run_until(world.clock.now() + MINUTE)
    world.crowd.comment("event-atelier-opening", "zoe", "Quel levain ?", at=BEGINS + MINUTE)

    world.run()

    assert [one.text for one in table.questions("boulangerie", NAME).kept] == ["Quel levain ?"]
    assert world.gathering.stage is Stage.OVER


def test_what_is_due_is_found_by_when(gatherings: Gatherings) -> None:
    """The soonest first; what waits for nothing is not due."""
    gatherings.add(workshop(name="b", due_at=NOW))
    gatherings.add(workshop(name="a", due_at=NOW - MINUTE))
    gatherings.add(workshop(name="c", due_at=NOW + MINUTE))
    gatherings.add(workshop(name="d", due_at=None))

    assert list(gatherings.due(NOW)) == [("martin", "a"), ("martin", "b")]


def test_contests_and_events_of_one_name_never_meet(contests_stack: Stack) -> None:
    """They share a table and a brand, and neither is found among the others that are due."""
    contests, events = ContestsTable(contests_stack.table), GatheringsTable(contests_stack.table)
    contests.add(Contest(brand="martin", name="fete", due_at=NOW))
    events.add(workshop(name="fete"))

    assert list(contests.due(NOW)) == [("martin", "fete")]
    assert list(events.due(NOW)) == [("martin", "fete")]
    held = contests.contest("martin", "fete")
    assert held is not None
    contests.change(held, held.next(due_at=None))
    assert list(contests.due(NOW)) == []
    assert list(events.due(NOW)) == [("martin", "fete")]
