"""What conversations hear under a contest's posts counts beside what the network lists: nobody is lost between both."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from heraut.brands import NetworkName
from heraut.conversations import Author, Edited, Erased, Interaction, Kind
from heraut.conversations.receive_interaction import note_edit, note_erasure, receive_interaction
from heraut.errors import Unreachable
from heraut.problems import problem
from tests.twins.contest_world import CLOSES, OPENS, ContestWorld
from tests.twins.quotes import QuotesTwin

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def hear(
    world: ContestWorld,
    who: str,
    remote: str,
    at: datetime | None = None,
    text: str = "Je participe !",
    post: str = "",
) -> None:
    """Let conversations take in a comment under the contest's post, as a webhook brings it."""
    at = at or world.clock.now()
    post = post or world.post
    said = Interaction(
        brand="boulangerie",
        account="sky",
        network=NetworkName.BLUESKY,
        id=remote,
        kind=Kind.REPLY,
        author=Author(id=who, handle=f"@{who}", name=who.capitalize()),
        text=text,
        answers=post,
        thread=post,
        at=at,
    )
    receive_interaction(said, world.brand, world.talk, QuotesTwin(), world.clock.now())


def edit(world: ContestWorld, remote: str, text: str, at: datetime) -> None:
    """Let its author change it."""
    told = Edited(id=remote, text=text, at=at)
    note_edit(told, world.brand, "sky", world.talk, QuotesTwin(), world.clock.now())


def erase(world: ContestWorld, remote: str, at: datetime) -> None:
    """Let it be taken away."""
    note_erasure(Erased(id=remote, at=at), world.brand, "sky", world.talk, world.clock.now())


def unlisted(**changes: Any) -> ContestWorld:
    """Give a contest on a network that lists nobody, a minute after its opening."""
    world = ContestWorld(**changes)
    world.lists.most = 0
    world.run_until(OPENS + MINUTE)
    return world


def say(world: ContestWorld, who: str, at: datetime | None = None) -> str:
    """Let somebody comment, and conversations hear it; gives the comment's id."""
    remote = world.crowd.comment(world.post, who, "Je participe !", at=at)
    hear(world, who, remote, at)
    return remote


def take_away(world: ContestWorld, remote: str, at: datetime) -> None:
    """Let a comment be taken away, and conversations hear of it."""
    world.crowd.remove(remote)
    erase(world, remote, at)


def closed(world: ContestWorld) -> ContestWorld:
    """Let the contest close and freeze."""
    world.run_until(CLOSES + 3 * MINUTE)
    assert world.contest.frozen_at is not None
    return world


def test_who_was_heard_and_is_on_no_list_takes_part() -> None:
    """A network that lists the newest four alone loses nobody whom a webhook brought."""
    world = ContestWorld()
    world.lists.most = 4
    world.run_until(OPENS + MINUTE)
    for number in range(20):
        say(world, f"p{number}")

    assert closed(world).contest.entrants == 20
    assert world.contest.rejected == {}


def test_what_is_both_heard_and_listed_is_one_piece_of_evidence() -> None:
    """Whichever comes first, and however many times it is heard."""
    world = ContestWorld()
    world.run_until(OPENS + MINUTE)
    say(world, "ana")
    second = world.crowd.comment(world.post, "bao", "Je participe !")
    world.run_until(OPENS + 7 * MINUTE)
    hear(world, "bao", second)
    hear(world, "bao", second)

    closed(world)

    kept = {one.id: one for one in world.contests.every_entrant("boulangerie", "galette")}
    assert {who: len(one.deeds) for who, one in kept.items()} == {"bluesky:ana": 1, "bluesky:bao": 1}


def test_what_was_heard_enters_within_minutes_and_is_forgotten_by_conversations() -> None:
    """Nobody waits for the closing to be counted, and what was noted is kept once."""
    world = unlisted()
    say(world, "ana")
    world.run_until(OPENS + 7 * MINUTE)

    assert [one.id for one in world.contests.every_entrant("boulangerie", "galette")] == ["bluesky:ana"]
    assert list(world.talk.overheard("boulangerie", "galette")) == []


def test_what_is_heard_after_the_closing_but_was_written_before_it_counts() -> None:
    """Until the list is frozen, by the network's own clock: the closing second counts, the next one does not."""
    world = unlisted()
    world.run_until(CLOSES)
    say(world, "ana", at=CLOSES)
    say(world, "bao", at=CLOSES + SECOND)

    assert closed(world).contest.entrants == 1
    assert world.contest.rejected == {"late": 1}


def test_what_is_heard_after_the_freeze_changes_nothing() -> None:
    """The list is bound."""
    world = closed(unlisted())
    say(world, "ana", at=CLOSES)
    world.run()

    assert world.contest.entrants == 0
    assert list(world.contests.every_entrant("boulangerie", "galette")) == []


def test_a_comment_that_is_heard_and_then_taken_away_is_deleted() -> None:
    """Whether the contest had noted it before or not; its end is believed by its own instant."""
    world = unlisted()
    first, second = say(world, "ana"), say(world, "bao")
    take_away(world, second, world.clock.now())
    world.run_until(OPENS + 7 * MINUTE)
    take_away(world, first, world.clock.now())

    assert closed(world).contest.rejected == {"deleted": 2}


def test_a_comment_that_is_heard_and_then_gone_without_a_word_is_deleted() -> None:
    """Instagram sends no ends: what the roll call does not find is asked for by itself."""
    world = unlisted()
    first, _ = say(world, "ana"), say(world, "bao")
    world.run_until(OPENS + 7 * MINUTE)
    world.crowd.remove(first)

    assert closed(world).contest.rejected == {"deleted": 1}
    assert world.contest.entrants == 1


def test_what_cannot_be_asked_for_before_the_closing_counts() -> None:
    """A network that fails deletes nobody."""
    world = unlisted()
    say(world, "ana")
    world.run_until(CLOSES - 3 * MINUTE)
    broken = Unreachable(problem("network_unreachable", host="twin.example"))
    world.lists.broken["still_there"] = broken

    assert closed(world).contest.entrants == 1


def test_nobody_is_deleted_under_a_post_that_may_not_be_read_any_more() -> None:
    """Meta says alike of a comment that it is gone and that we may not see it: a post taken down deletes nobody."""
    world = unlisted()
    said = [say(world, who) for who in ("ana", "bao")]
    world.run_until(CLOSES - 3 * MINUTE)
    world.crowd.posts.clear()
    for remote in said:
        world.crowd.remove(remote)

    assert closed(world).contest.entrants == 2
    assert world.contest.rejected == {}


def test_however_many_a_list_leaves_out_each_is_asked_for() -> None:
    """More than fit in one look."""
    world = unlisted()
    said = [say(world, f"p{number}") for number in range(230)]
    world.run_until(OPENS + 7 * MINUTE)
    for remote in said[::2]:
        world.crowd.remove(remote)

    assert closed(world).contest.rejected == {"deleted": 115}
    assert world.contest.entrants == 115


def test_an_end_that_is_heard_after_the_closing_counts_if_it_came_before() -> None:
    """And changes nothing if it came after it."""
    world = unlisted()
    first, second = say(world, "ana"), say(world, "bao")
    world.run_until(CLOSES)
    take_away(world, first, CLOSES)
    take_away(world, second, CLOSES + SECOND)

    assert closed(world).contest.rejected == {"deleted": 1}
    assert world.contest.entrants == 1


def test_an_edit_that_is_heard_counts_until_the_closing_and_not_after_it() -> None:
    """The last version by the closing is what is judged."""
    world = unlisted(conditions={"words": ["#galette"]})
    first, second, third = (say(world, who) for who in ("ana", "bao", "chloe"))
    world.run_until(OPENS + 7 * MINUTE)
    edit(world, first, "Voilà #galette", world.clock.now())
    world.run_until(CLOSES)
    edit(world, second, "Voilà #galette", CLOSES)
    edit(world, third, "Voilà #galette", CLOSES + SECOND)

    assert closed(world).contest.rejected == {"no_expression": 1}


def test_a_version_that_is_heard_late_replaces_none_that_was_read_since() -> None:
    """The roll call read what stood there after that edit."""
    world = ContestWorld(conditions={"words": ["#galette"]})
    world.run_until(OPENS + MINUTE)
    remote = say(world, "ana")
    edited_at = OPENS + 6 * MINUTE
    world.run_until(edited_at)
    world.crowd.deeds = [replace(one, text="Voilà #galette") for one in world.crowd.deeds]
    world.run_until(CLOSES)
    edit(world, remote, "Une version d'avant", edited_at)

    assert closed(world).contest.rejected == {}


def test_what_is_heard_elsewhere_on_the_account_is_forgotten() -> None:
    """Under another post one does not take part; what is kept of it goes, but waits while posts may come online."""
    world = unlisted()
    hear(world, "ana", "c1", post="another")
    world.run_until(OPENS + 7 * MINUTE)
    assert len(list(world.talk.overheard("boulangerie", "galette"))) == 1

    world.run_until(CLOSES)
    closed(world)

    assert world.contest.entrants == 0
    assert list(world.talk.overheard("boulangerie", "galette")) == []


def test_a_storm_under_another_post_hides_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits there is looked at so many a step, and what came after it too."""
    monkeypatch.setattr("heraut.contests.take_heard.LOOKED_AT", 2)
    world = unlisted()
    for number in range(9):
        hear(world, f"x{number}", f"c{number}", post="another")
        world.clock.advance(SECOND)
    say(world, "ana")
    world.run_until(OPENS + 7 * MINUTE)

    assert [one.id for one in world.contests.every_entrant("boulangerie", "galette")] == ["bluesky:ana"]
    assert len(list(world.talk.overheard("boulangerie", "galette"))) == 9


def test_nothing_is_kept_for_a_contest_that_does_not_run() -> None:
    """Before its opening, and after its draw."""
    world = ContestWorld()
    say(world, "ana")
    world.run()
    world.clock.advance(MINUTE)
    say(world, "bao")

    assert list(world.talk.overheard("boulangerie", "galette")) == []
