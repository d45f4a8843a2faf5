"""Pauses: one of a scope at a time, minded by whoever reads the brake, and never gone without a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from heraut.errors import Conflict
from heraut.publishing.brake import Pause
from heraut.publishing.model import State
from tests.contracts.samples import MINUTE, NOW, delivery, post

if TYPE_CHECKING:
    from heraut.publishing.model import Delivery
    from heraut.publishing.store import Pauses, Posts

BRAND = "boulangerie"
LEA = Pause(brand=BRAND, by="lea", at=NOW, reason="incendie")
MARK = "pause:boulangerie"


def add(posts: Posts) -> Delivery:
    """Queue the sample post."""
    posts.add(post(), [delivery()], [])
    found = posts.delivery(BRAND, "p1", "masto")
    assert found is not None
    return found


def test_a_pause_is_minded_at_once(posts: Posts, pauses: Pauses) -> None:
    """By the accounts it stops and by no other."""
    assert pauses.begin(LEA) == LEA

    assert posts.brakes(BRAND, "masto") == {MARK}
    assert posts.brakes("fleuriste", "masto") == frozenset()
    assert pauses.pauses([BRAND]) == [LEA]
    assert pauses.pauses(["fleuriste"]) == []


def test_of_two_who_pause_the_first_one_stands(pauses: Pauses) -> None:
    """The second one learns who it was, and since when."""
    pauses.begin(LEA)

    assert pauses.begin(LEA.model_copy(update={"by": "marc", "at": NOW + MINUTE})) == LEA
    assert pauses.pauses([BRAND]) == [LEA]


def test_each_scope_has_its_own(posts: Posts, pauses: Pauses) -> None:
    """Everything, a brand, an account: ending one leaves the others."""
    everything = Pause(by="marc", at=NOW)
    account = Pause(brand=BRAND, account="masto", by="lea", at=NOW + MINUTE)
    for one in (LEA, everything, account):
        pauses.begin(one)

    pauses.remove(pauses.end(LEA, NOW + MINUTE), "lea", NOW + MINUTE)

    assert posts.brakes(BRAND, "masto") == {"pause:*", "pause:boulangerie/masto"}
    assert posts.brakes(BRAND, "journal") == {"pause:*"}
    assert pauses.pauses([BRAND]) == [everything, account]


def test_a_pause_that_is_ending_stops_nothing_and_is_still_there(posts: Posts, pauses: Pauses) -> None:
    """Whoever was interrupted finds it and goes on; the instant is the first one's."""
    pauses.begin(LEA)

    ending = pauses.end(LEA, NOW + MINUTE)

    assert ending.ending_at == NOW + MINUTE
    assert posts.brakes(BRAND, "masto") == frozenset()
    assert pauses.pauses([BRAND]) == [ending]
    assert pauses.end(LEA, NOW + 2 * MINUTE) == ending


def test_a_pause_takes_the_place_of_one_that_is_ending(posts: Posts, pauses: Pauses) -> None:
    """Somebody died while letting go, and the button is pressed again: it stops, and what was begun cannot end it."""
    pauses.begin(LEA)
    ending = pauses.end(LEA, NOW + MINUTE)
    again = LEA.model_copy(update={"by": "marc", "at": NOW + 2 * MINUTE})

    assert pauses.begin(again) == again
    pauses.remove(ending, "lea", NOW + 3 * MINUTE)

    assert posts.brakes(BRAND, "masto") == {MARK}
    assert pauses.pauses([BRAND]) == [again]


def test_who_ended_it_is_kept(pauses: Pauses) -> None:
    """The newest first; ending it twice is ending it once."""
    for start in (NOW, NOW + 5 * MINUTE):
        began = pauses.begin(LEA.model_copy(update={"at": start}))
        ending = pauses.end(began, start + MINUTE)
        pauses.remove(ending, "marc", start + MINUTE)
        pauses.remove(ending, "lea", start + 2 * MINUTE)

    over = pauses.ended([BRAND])

    assert [(one.at, one.by, one.ended_at, one.ended_by) for one in over] == [
        (NOW + 5 * MINUTE, "lea", NOW + 6 * MINUTE, "marc"),
        (NOW, "lea", NOW + MINUTE, "marc"),
    ]
    assert pauses.pauses([BRAND]) == []


def test_an_old_page_does_not_end_a_newer_pause(posts: Posts, pauses: Pauses) -> None:
    """It was ended and put on again since that page was shown."""
    pauses.begin(LEA)
    pauses.remove(pauses.end(LEA, NOW), "lea", NOW)
    pauses.begin(LEA.model_copy(update={"at": NOW + MINUTE}))

    with pytest.raises(Conflict):
        pauses.end(LEA, NOW + 2 * MINUTE)
    pauses.remove(LEA, "lea", NOW + 2 * MINUTE)

    assert posts.brakes(BRAND, "masto") == {MARK}


def test_a_mark_is_written_only_while_its_pause_is_on(posts: Posts, pauses: Pauses) -> None:
    """One that came too late would stay for good: nothing is written."""
    before = add(posts)
    marked = before.model_copy(update={"holds": frozenset({MARK}), "due_at": None})
    with pytest.raises(Conflict):
        posts.change(before, marked, while_paused={MARK})
    ending = pauses.end(pauses.begin(LEA), NOW)
    with pytest.raises(Conflict):
        posts.change(before, marked, while_paused={MARK})
    assert posts.delivery(BRAND, "p1", "masto") == before
    pauses.remove(ending, "lea", NOW)
    pauses.begin(LEA.model_copy(update={"at": NOW + MINUTE}))

    posts.change(before, marked, while_paused={MARK})

    read = posts.delivery(BRAND, "p1", "masto")
    assert read is not None
    assert (read.state, read.holds) == (State.SCHEDULED, frozenset({MARK}))
