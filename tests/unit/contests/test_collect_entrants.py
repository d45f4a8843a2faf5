"""Entrants are collected as they come, with what they did: what counts is what was seen before the closing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from heraut.brands import EntryKind
from heraut.errors import CredentialsExpired, RateLimited, Unreachable
from heraut.problems import problem
from tests.twins.contest_world import CLOSES, DRAWS, OPENS, ContestWorld
from tests.twins.crowd import Deed

BOTH = {"comment": True, "like": True}
MINUTE = timedelta(minutes=1)


def closed(world: ContestWorld) -> ContestWorld:
    """Let the contest close and freeze."""
    world.run_until(CLOSES + 3 * MINUTE)
    assert world.contest.frozen_at is not None
    return world


def rejected(world: ContestWorld) -> dict[str, int]:
    """Give how many are not in the frozen list, by reason."""
    return closed(world).contest.rejected


def test_everybody_on_every_page_is_kept_once() -> None:
    """More pages than one, walked again and again: each account is one entrant, with one nonce."""
    world = ContestWorld()
    world.people_comment(*(f"p{number}" for number in range(23)))

    closed(world)

    assert world.contest.entrants == 23
    assert len({one.nonce for one in world.contests.every_entrant("boulangerie", "galette")}) == 23


def test_a_comment_deleted_before_the_closing_does_not_count() -> None:
    """What the roll call before the closing does not find any more was taken away, and says so."""
    world = ContestWorld()
    world.people_comment("ana")
    remote = world.crowd.comment(world.post, "bao", "Moi aussi", at=OPENS + 2 * MINUTE)
    world.run_until(OPENS + 6 * MINUTE)
    world.crowd.remove(remote)

    assert rejected(world) == {"deleted": 1}
    assert world.contest.entrants == 1


def test_what_is_deleted_after_the_closing_counts() -> None:
    """After the closing nothing changes the list."""
    world = ContestWorld()
    remote = world.crowd.comment(world.post, "bao", "Moi aussi", at=OPENS + 2 * MINUTE)
    world.run_until(CLOSES)
    world.crowd.remove(remote)

    assert rejected(world) == {}
    assert world.contest.entrants == 1


def test_who_comes_between_the_last_look_and_the_closing_is_in_the_list() -> None:
    """The lists are read once more after the closing: the closing second itself counts, the next one does not."""
    world = ContestWorld()
    world.run_until(CLOSES)
    world.people_comment("ana", at=CLOSES)
    world.people_comment("bao", at=CLOSES + timedelta(seconds=1))

    assert rejected(world) == {"late": 1}
    assert world.contest.entrants == 1


def test_a_like_taken_back_before_the_closing_is_none() -> None:
    """A like is a state: it counts when it is there at the closing."""
    world = ContestWorld(conditions=BOTH)
    world.people_comment("ana", "bao")
    for who in ("ana", "bao"):
        world.crowd.like(world.post, who)
    world.run_until(OPENS + 6 * MINUTE)
    world.crowd.undo(EntryKind.LIKE, world.post, "bao")

    assert rejected(world) == {"no_like": 1}


def test_the_last_words_before_the_closing_are_those_that_count() -> None:
    """An edit is taken over until the closing, and not after it."""
    world = ContestWorld(conditions={"words": ["#galette"]})
    world.people_comment("ana", "bao")
    world.run_until(OPENS + 6 * MINUTE)
    world.crowd.deeds = [_said(one, "Voilà #galette") if one.who == "ana" else one for one in world.crowd.deeds]
    world.run_until(CLOSES)
    world.crowd.deeds = [_said(one, "Voilà #galette") for one in world.crowd.deeds]

    assert rejected(world) == {"no_expression": 1}


def _said(deed: Deed, text: str) -> Deed:
    return replace(deed, text=text)


@pytest.mark.parametrize(
    "fault",
    [
        Unreachable(problem("network_unreachable", host="twin.example")),
        RateLimited(problem("network_unreachable", host="twin.example"), CLOSES + 2 * MINUTE),
    ],
    ids=["unreachable", "rate-limited"],
)
def test_a_network_that_fails_at_the_closing_loses_nobody(fault: Exception) -> None:
    """The last reading is waited for, as long as the draw stays possible."""
    world = ContestWorld()
    world.run_until(CLOSES)
    world.people_comment("ana", at=CLOSES - timedelta(seconds=5))
    world.lists.faults += [fault, fault]  # type: ignore[list-item]

    world.run_until(CLOSES + 8 * MINUTE)

    assert world.contest.entrants == 1
    assert world.told()["unread"] == 0


def test_a_network_that_stays_silent_does_not_keep_the_draw_from_its_hour() -> None:
    """A quarter of an hour before the draw the list is frozen with who is known, and people were told."""
    world = ContestWorld()
    world.people_comment("ana")
    world.run_until(CLOSES)
    gone = CredentialsExpired(problem("credentials_expired", network="Bluesky"))
    world.lists.faults += [gone] * 500

    world.run()

    assert world.contest.entrants == 1
    assert [one.moved for one in world.contest.commitments] == [""]
    assert world.told()["unfound"] == 1


def test_known_entrants_are_not_written_again() -> None:
    """What did not change since the last walk costs no write."""
    world = ContestWorld()
    world.people_comment("ana", "bao")
    world.run_until(OPENS + 4 * MINUTE)
    before = world.fate.names.count("ContestsTwin.save_entrants")
    world.run_until(OPENS + 9 * MINUTE)

    assert world.fate.names.count("ContestsTwin.save_entrants") == before


def test_a_comment_of_whom_the_network_does_not_name_is_counted_in_public() -> None:
    """Each is one, whoever wrote it, and however many times it is read; nobody is drawn for it."""
    world = ContestWorld()
    world.people_comment("ana", "bao", "bao")
    world.crowd.unnamed.add("bao")

    assert rejected(world) == {"unnamed": 2}
    assert world.contest.entrants == 1


def test_a_nameless_comment_that_is_named_elsewhere_is_its_authors() -> None:
    """A webhook names whom the list does not: they take part, and are not counted among the nameless too."""
    world = ContestWorld()
    world.run_until(OPENS + MINUTE)
    world.people_comment("ana", "bao")
    world.crowd.unnamed |= {"ana", "bao"}
    world.run_until(OPENS + 6 * MINUTE)
    world.hear("ana")

    assert rejected(world) == {"unnamed": 1}
    assert world.contest.entrants == 1


def test_a_nameless_comment_that_came_too_late_is_late() -> None:
    """It would not count, whoever wrote it."""
    world = ContestWorld()
    world.run_until(CLOSES)
    world.people_comment("bao", at=CLOSES + timedelta(seconds=1))
    world.crowd.unnamed.add("bao")

    assert rejected(world) == {"late": 1}


@pytest.mark.parametrize(("conditions", "counted"), [({"like": True}, {"unnamed": 1}), (BOTH, {"no_like": 1})])
def test_a_like_of_nobody_is_an_entry_where_likes_alone_are_asked(
    conditions: dict[str, bool], counted: dict[str, int]
) -> None:
    """Where a comment is asked too, who liked unnamed is counted by what their comment lacks."""
    world = ContestWorld(conditions=conditions)
    world.people_comment("bao")
    world.crowd.like(world.post, "chloe")
    world.crowd.unnamed.add("chloe")
    if "comment" not in conditions:
        world.crowd.like(world.post, "bao")

    assert rejected(world) == counted


def test_whom_the_account_blocks_by_the_closing_does_not_take_part() -> None:
    """As it was when it was last read before the closing: who is let in again takes part, who is blocked later too."""
    world = ContestWorld()
    world.people_comment("ana", "bao", "chloe", "dodo")
    world.crowd.blocking += ["bao", "chloe", "nobody"]
    world.run_until(OPENS + 6 * MINUTE)
    world.crowd.blocking.remove("chloe")
    world.run_until(CLOSES)
    world.crowd.blocking.append("dodo")

    assert rejected(world) == {"blocked": 1}
    assert world.contest.entrants == 3


def test_blocked_accounts_take_part_where_the_terms_let_them() -> None:
    """Then nobody asks whom the account blocks."""
    world = ContestWorld(exclude={"families": False, "blocked": False})
    world.people_comment("ana", "bao")
    world.crowd.blocking.append("bao")
    world.lists.broken["blocked"] = Unreachable(problem("network_unreachable", host="twin.example"))

    assert rejected(world) == {}


def test_people_hear_once_that_blocked_accounts_cannot_be_read() -> None:
    """A right that is missing is theirs to give; the contest goes on."""
    world = ContestWorld()
    world.people_comment("ana")
    world.lists.broken["blocked"] = CredentialsExpired(problem("credentials_expired", network="Bluesky"))

    assert rejected(world) == {}
    assert world.told()["blocks"] == 1


def test_a_list_that_could_not_be_read_tells_nobodys_absence() -> None:
    """Who did not like, as far as one knows, is not out: it is checked on the winners."""
    world = ContestWorld(conditions=BOTH, claim_within="10 min")
    world.people_comment("ana", "bao")
    world.crowd.like(world.post, "ana")
    world.run_until(CLOSES)
    world.lists.unlisted.add(EntryKind.LIKE)

    assert rejected(world) == {}
    world.run_until(DRAWS + MINUTE)
    left = {one.id: one.left for one in world.contests.winners("boulangerie", "galette")}
    assert left == {"bluesky:ana": (), "bluesky:bao": ("like",)}


def test_however_many_are_blocked_the_contest_itself_does_not_grow() -> None:
    """They stand with the people who took part: the contest is one item of the table, which holds 400 kB."""

    def kept(many: int) -> int:
        world = ContestWorld()
        names = [f"p{number:03}" for number in range(many)]
        world.people_comment("ana", *names)
        world.crowd.blocking += names
        assert rejected(world) == {"blocked": many}
        return len(world.contest.model_copy(update={"revision": 0, "size": 0}).model_dump_json())

    assert kept(90) == kept(10)


def test_blocks_that_were_not_read_to_their_end_take_nobody_back() -> None:
    """What the walk before read holds; who was found since is blocked too."""
    world = ContestWorld()
    world.people_comment("ana", "bao", "chloe")
    world.crowd.blocking += ["x1", "x2", "x3", "x4", "ana"]
    world.run_until(OPENS + 7 * MINUTE)
    world.crowd.blocking.insert(0, "bao")
    world.lists.blocks_told = 4  # of the next readings only the first page comes

    assert rejected(world) == {"blocked": 2}


def test_who_writes_without_end_stops_no_contest() -> None:
    """Of one account is kept what fits, the first that was seen; everybody else takes part."""
    world = ContestWorld(conditions={"comment": True})
    world.lists.page = 200
    world.run_until(OPENS + MINUTE)
    for number in range(600):
        world.crowd.comment(world.post, "ana", f"{number} " + "🎉" * 300, at=OPENS + 2 * MINUTE)
    world.crowd.comment(world.post, "novel", "é" * 500_000, at=OPENS + 2 * MINUTE)
    world.people_comment(*(f"p{number}" for number in range(20)))

    assert rejected(world) == {"no_comment": 1}
    assert world.contest.entrants == 21
    kept = world.contests.entrants("boulangerie", "galette", ["bluesky:ana"])["bluesky:ana"]
    assert 40 < len(kept.deeds) < 80
