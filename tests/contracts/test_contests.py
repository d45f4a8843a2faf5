"""Where contests are kept: the twin and the table (moto) keep the same."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from heraut.aws.contests_table import ContestsTable
from heraut.brands import ContestState, EntryKind, NetworkName
from heraut.contests.running import Contest, Deed, Head, KeptEntrant, News, Place, Winner
from heraut.errors import Conflict, NotFound
from tests.contracts.samples import MINUTE, NOW
from tests.contracts.stack import Stack
from tests.twins.contest_world import ContestWorld
from tests.twins.contests import ContestsTwin

if TYPE_CHECKING:
    from heraut.contests.store import Contests

UNTIL = NOW + timedelta(days=90)


@pytest.fixture(params=["twin", "table"])
def contests(request: pytest.FixtureRequest) -> Contests:
    """The twin, or the table."""
    if request.param == "twin":
        return ContestsTwin()
    request.getfixturevalue("aws")
    return ContestsTable(Stack.of("ContestsTable").table)


def test_a_whole_contest_runs_on_the_table(contests_stack: Stack) -> None:
    """What the steps write is what they read again: opened, collected, frozen, committed, drawn, announced, ended."""
    world = ContestWorld(claim_within="10 min")
    table = ContestsTable(contests_stack.table)
    world.with_changes(contests=table)
    world.contests = cast("Any", table)  # what the tests look at is the table
    world.people_comment(*(f"p{number}" for number in range(9)))

    world.run()

    assert world.contest.state is ContestState.ENDED
    assert world.contest.entrants == 9
    assert [one.place for one in table.winners("boulangerie", "galette")] == [Place.LAPSED] * 4
    assert table.head("boulangerie").seq == 1


def galette(**changes: object) -> Contest:
    """A contest that is due."""
    return Contest(brand="martin", name="galette", due_at=NOW).model_copy(update=changes)


def entrant(number: int, **changes: object) -> KeptEntrant:
    """Somebody who took part."""
    deed = Deed(kind=EntryKind.COMMENT, name="Ana", seen_at=NOW, post="p", account="sky", text="🥐 moi !", at=NOW)
    made = KeptEntrant(
        id=f"bluesky:did:plc:{number:04}", nonce="ab" * 32, network=NetworkName.BLUESKY, handle="@ana", deeds=(deed,)
    )
    return made.model_copy(update=changes)


def test_a_contest_is_read_as_it_was_kept(contests: Contests) -> None:
    """With everything that it knows."""
    told = News(code="opened", at=NOW, fields={"winners": ["@ana"]})
    made = galette(
        state=ContestState.OPEN,
        own=frozenset({"@martin"}),
        news=(told,),
        post=("https://x.example", 12),
        said=frozenset({"a"}),
    )
    contests.add(made)

    assert contests.contest("martin", "galette") == Contest.model_validate(made.model_dump(by_alias=True))
    assert contests.contest("martin", "autre") is None
    assert contests.contest("autre", "galette") is None


def test_a_contest_is_added_once_and_changed_only_as_it_was_read(contests: Contests) -> None:
    """Of two who plan it or move it on, one loses."""
    made = galette()
    contests.add(made)

    with pytest.raises(Conflict):
        contests.add(made)
    contests.change(made, made.next(state=ContestState.OPEN))
    with pytest.raises(Conflict):
        contests.change(made, made.next(state=ContestState.CANCELLED))

    read = contests.contest("martin", "galette")
    assert read is not None
    assert (read.state, read.revision) == ("open", 2)


def test_what_is_due_is_found_by_when(contests: Contests) -> None:
    """The soonest first; what waits for nothing is not due."""
    contests.add(galette(name="b", due_at=NOW))
    contests.add(galette(name="a", due_at=NOW - MINUTE))
    contests.add(galette(name="c", due_at=NOW + MINUTE))
    contests.add(galette(name="d", due_at=None))

    assert list(contests.due(NOW)) == [("martin", "a"), ("martin", "b")]


def test_a_brands_contests_are_listed_by_name(contests: Contests) -> None:
    """Whatever became of them; nothing else of the brand's, and no other brand's."""
    one, other = galette(name="b", due_at=None), galette(name="a")
    for each in (one, other, galette(brand="autre")):
        contests.add(each)
    contests.change(one, one.next(), (Head(), Head(seq=1, prev="a" * 64)))

    assert [each.name for each in contests.every_contest("martin")] == ["a", "b"]
    assert list(contests.every_contest("personne")) == []


def test_the_operators_head_moves_with_the_commitment_or_not_at_all(contests: Contests) -> None:
    """Of two contests that commit at once, one reads the head again: no number is used twice, none is left out."""
    one, other = galette(name="one"), galette(name="other")
    contests.add(one)
    contests.add(other)
    first, second = Head(seq=1, prev="a" * 64), Head(seq=2, prev="b" * 64)

    contests.change(one, one.next(), (contests.head("martin"), first))
    with pytest.raises(Conflict):
        contests.change(other, other.next(), (Head(), Head(seq=1, prev="c" * 64)))

    unmoved = contests.contest("martin", "other")
    assert unmoved is not None
    assert unmoved.revision == 1
    assert contests.head("martin") == first
    contests.change(other, other.next(), (first, second))
    assert contests.head("martin") == second
    assert contests.head("autre") == Head()


def test_a_contest_that_lost_the_race_moves_no_head(contests: Contests) -> None:
    """All or nothing."""
    made = galette()
    contests.add(made)
    contests.change(made, made.next())

    with pytest.raises(Conflict):
        contests.change(made, made.next(), (Head(), Head(seq=1, prev="a" * 64)))

    assert contests.head("martin") == Head()


def test_entrants_are_kept_all_or_none(contests: Contests) -> None:
    """Only the one that was read is replaced: a nonce is made once."""
    contests.save_entrants("martin", "galette", [entrant(1), entrant(2)], UNTIL)

    with pytest.raises(Conflict):
        contests.save_entrants("martin", "galette", [entrant(3), entrant(2, nonce="cd" * 32)], UNTIL)
    contests.save_entrants("martin", "galette", [entrant(2, revision=2, followers=7)], UNTIL)

    found = contests.entrants("martin", "galette", [entrant(n).id for n in range(5)])
    assert found == {one.id: one for one in (entrant(1), entrant(2, revision=2, followers=7))}
    assert list(contests.every_entrant("martin", "galette")) == [found[entrant(1).id], found[entrant(2).id]]
    assert list(contests.every_entrant("martin", "autre")) == []


def test_an_id_of_any_length_is_kept(contests: Contests) -> None:
    """What a server calls its people is its own affair."""
    long = entrant(1, id="mastodon:https://piaf.example/users/" + "é" * 3_000)
    contests.save_entrants("martin", "galette", [long], UNTIL)

    assert contests.entrants("martin", "galette", [long.id]) == {long.id: long}


def test_who_is_forgotten_is_gone(contests: Contests) -> None:
    """Once or twice; the others stay."""
    contests.save_entrants("martin", "galette", [entrant(1), entrant(2)], UNTIL)

    for _ in range(2):
        contests.forget_entrants("martin", "galette", [entrant(1).id, entrant(7).id])

    assert list(contests.every_entrant("martin", "galette")) == [entrant(2)]


def test_a_hundred_entrants_are_one_write(contests: Contests) -> None:
    """As many as a transaction takes."""
    many = [entrant(number) for number in range(100)]
    contests.save_entrants("martin", "galette", many, UNTIL)

    assert [one.id for one in contests.every_entrant("martin", "galette")] == [one.id for one in many]


def test_entrants_are_read_on_from_any_of_them(contests: Contests) -> None:
    """Whoever comes after; one that is gone is still a place."""
    many = [entrant(number) for number in range(5)]
    contests.save_entrants("martin", "galette", many, UNTIL)

    for number in range(5):
        found = list(contests.every_entrant("martin", "galette", many[number].id))
        assert found == many[number + 1 :]


def test_parts_are_kept_by_what_they_hold(contests: Contests) -> None:
    """Bytes of any kind, up to what an item takes; of its own contest alone."""
    large = bytes(range(256)) * 1_125
    names = [contests.keep_part("martin", "galette", part, UNTIL) for part in (large, b"\x00", large)]

    assert names[0] == names[2] != names[1]
    assert contests.part("martin", "galette", names[0]) == large
    assert contests.part("martin", "galette", names[1]) == b"\x00"
    with pytest.raises(NotFound):
        contests.part("martin", "autre", names[0])
    assert list(contests.every_entrant("martin", "galette")) == []


def test_winners_are_kept_once_and_in_the_order_of_ranks(contests: Contests) -> None:
    """Writing them again changes nobody; each changes only as they were read."""
    people = [Winner(rank=rank, handle="ab" * 32, id=f"bluesky:{rank}") for rank in (1, 2, 10)]
    contests.add_winners("martin", "galette", people, UNTIL)
    won = people[1].becomes(Place.WON, NOW, until=NOW + MINUTE)
    contests.change_winner("martin", "galette", won)
    contests.add_winners("martin", "galette", people, UNTIL)

    assert list(contests.winners("martin", "galette")) == [people[0], won, people[2]]
    with pytest.raises(Conflict):
        contests.change_winner("martin", "galette", people[1].becomes(Place.DISQUALIFIED, NOW))
    with pytest.raises(Conflict):
        contests.change_winner("martin", "galette", Winner(rank=7, handle="", id="").becomes(Place.WON, NOW))


def test_a_winner_changes_with_the_contest_or_not_at_all(contests: Contests) -> None:
    """Both are as they were read, or neither is written."""
    contests.add(Contest(brand="martin", name="galette"))
    there = contests.contest("martin", "galette")
    assert there is not None
    one = Winner(rank=1, handle="ab" * 32, id="bluesky:ana")
    contests.add_winners("martin", "galette", [one], UNTIL)
    won = one.becomes(Place.WON, NOW)
    contests.change_winner("martin", "galette", won, (there, there.next(outcome="", due_at=NOW)))
    assert [one.place for one in contests.winners("martin", "galette")] == [Place.WON]
    moved = contests.contest("martin", "galette")
    assert moved is not None
    assert (moved.revision, list(contests.due(NOW))) == (2, [("martin", "galette")])

    with pytest.raises(Conflict):  # the contest moved on
        contests.change_winner("martin", "galette", won.becomes(Place.CLAIMED, NOW), (there, there.next()))
    with pytest.raises(Conflict):  # the winner did
        contests.change_winner("martin", "galette", one.becomes(Place.LAPSED, NOW), (moved, moved.next()))
    assert list(contests.winners("martin", "galette")) == [won]
    assert contests.contest("martin", "galette") == moved


def test_people_are_forgotten_some_at_a_time(contests: Contests) -> None:
    """Entrants, winners and parts of a contest; the contest itself stays, and every other one's."""
    contests.add(Contest(brand="martin", name="galette"))
    for name in ("galette", "buche"):
        contests.save_entrants("martin", name, [entrant(number) for number in range(30)], UNTIL)
        contests.add_winners("martin", name, [Winner(rank=1, handle="ab" * 32, id="bluesky:ana")], UNTIL)
        contests.keep_part("martin", name, b"part", UNTIL)

    assert [contests.forget_people("martin", "galette", 20) for _ in range(3)] == [True, False, False]
    assert [list(contests.every_entrant("martin", "galette")), list(contests.winners("martin", "galette"))] == [[], []]
    assert contests.contest("martin", "galette") is not None
    assert len(list(contests.every_entrant("martin", "buche"))) == 30
    assert len(contests.winners("martin", "buche")) == 1


def test_who_won_is_found_and_forgotten_by_who_it_is(contests: Contests) -> None:
    """In every contest of the brand; nobody else."""
    long = "mastodon:https://piaf.example/users/" + "é" * 3_000
    contests.remember_wins("martin", "galette", {"bluesky:ana": NOW, long: NOW}, UNTIL)
    contests.remember_wins("martin", "buche", {"bluesky:ana": NOW - MINUTE}, UNTIL)
    contests.remember_wins("autre", "buche", {"bluesky:ana": NOW}, UNTIL)

    assert contests.wins("martin", "bluesky:ana") == {"galette": NOW, "buche": NOW - MINUTE}
    contests.forget_wins("martin", "bluesky:ana")
    assert contests.wins("martin", "bluesky:ana") == {}
    assert contests.won("martin") == {long: NOW}
    assert contests.won("autre") == {"bluesky:ana": NOW}
    contests.forget_wins("martin", long)
    assert contests.won("martin") == {}


def test_who_kept_a_prize_is_remembered_by_contest(contests: Contests) -> None:
    """The last time counts; who was disqualified since is remembered no longer."""
    long = "mastodon:https://piaf.example/users/" + "é" * 3_000
    contests.remember_wins("martin", "galette", {"bluesky:ana": NOW, long: NOW}, UNTIL)
    contests.remember_wins("martin", "buche", {"bluesky:ana": NOW - MINUTE, "bluesky:bao": NOW}, UNTIL)
    contests.remember_wins("martin", "buche", {"bluesky:ana": NOW - MINUTE}, UNTIL)

    assert contests.won("martin") == {"bluesky:ana": NOW, long: NOW}
    assert contests.won("autre") == {}
    contests.remember_wins("martin", "buche", {"bluesky:ana": NOW - MINUTE}, UNTIL)
    assert contests.won("martin", NOW) == {"bluesky:ana": NOW - MINUTE}
