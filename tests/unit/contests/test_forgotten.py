"""Nothing of somebody is left anywhere once they asked to be forgotten, or the time to keep their data is over.

A whole contest puts one person wherever it can; then everything that is kept and published is searched for them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import NetworkName
from heraut.contests.announce_winners import claim, disqualify
from heraut.contests.call_off import call_off
from heraut.contests.decide_entrants import Decision, decide_entrant, noted
from heraut.contests.forget_entrant import ContestEntries
from heraut.contests.published import FOREVER, SOON
from heraut.contests.running import Place, Told
from heraut.errors import InvalidInput, TryAgain
from heraut.publishing.model import State
from tests.twins.contest_world import CLOSES, DRAWS, OPENS, OWN, ContestWorld, Fate, Killed
from tests.twins.notifications import NotificationsTwin
from tests.unit.contests.test_run_contests import FOLDER, certificate_of, verified

if TYPE_CHECKING:
    from collections.abc import Callable

    from heraut.brands import Person
    from heraut.notifications.base import Message

PEOPLE = ("quetzal", "wombat", "kinkajou", "axolotl", "okapi", "pangolin")  # words that stand nowhere else
KEPT = timedelta(days=90)


def fair(fate: Fate | None = None, **changes: Any) -> ContestWorld:
    """Give a contest in which everybody takes part; what they write is theirs alone."""
    world = ContestWorld(fate, claim_within="1 h", conditions={"comment": True, "follow": True}, **changes)
    world.notifications = Deaf()
    world.with_changes(notifications=world.notifications)
    world.crowd.followers |= {*PEOPLE}
    for who in PEOPLE:
        world.crowd.comment(world.post, who, f"J'adore, signé {who}", at=OPENS + timedelta(minutes=3))
        world.crowd.like(world.post, who)
    world.run_until(OPENS + timedelta(minutes=6))
    return world


def entries_of(world: ContestWorld) -> ContestEntries:
    """Give the port, as the command has it; its writes may be the last."""
    return ContestEntries(world.world.contests, world.world.posts, world.world.heard)


def forget(world: ContestWorld, who: str) -> None:
    """Forget somebody, as the command does."""
    entries_of(world).forget("boulangerie", NetworkName.BLUESKY, who, f"@{who}", world.clock.now())


def left_of(world: ContestWorld, who: str, nonce: str = "no nonce") -> set[str]:
    """Say in which room something of somebody is kept or published: id, name, words, or their secret number."""
    rooms = {"contests": world.contests, "posts": world.posts, "heard": world.talk, "public": world.objects}
    kept = {name: repr(vars(room)) for name, room in rooms.items()}
    kept["contests"] += "".join(one.nonce for one in world.contests.every_entrant("boulangerie", "galette"))
    return {name for name, text in kept.items() if who in text.casefold() or nonce in text}


def winner(world: ContestWorld, rank: int = 1) -> str:
    """Say who has a rank."""
    return world.contests.winners("boulangerie", "galette")[rank - 1].id.partition(":")[2]


def nonce_of(world: ContestWorld, who: str) -> str:
    """Give somebody's secret number."""
    return world.contests.entrants("boulangerie", "galette", [f"bluesky:{who}"])[f"bluesky:{who}"].nonce


@dataclass
class Deaf(NotificationsTwin):
    """Nobody can be told what has this in its name."""

    about: str = "nothing"

    def tell(self, person: Person, message: Message) -> str | None:
        """Tell it, or fail."""
        if self.about in message.id:
            raise TryAgain("the mail is down")
        return super().tell(person, message)


def deaf(world: ContestWorld) -> Deaf:
    """Give the world's notifications, which can fail by what they say."""
    assert isinstance(world.notifications, Deaf)
    return world.notifications


def opened(world: ContestWorld) -> str:
    """Heard a moment ago, blocked, and excluded for a reason that names them."""
    who = PEOPLE[0]
    world.crowd.blocking.append(who)
    world.run_until(CLOSES - timedelta(minutes=1))
    assert set(entrant(world, who).blocked) == {"sky"}
    note = noted(Decision.EXCLUDE, "lea", f"{who} a triché", world.clock.now())
    decide_entrant(world.contest, f"bluesky:{who}", Decision.EXCLUDE, note, world.contests, world.objects)
    world.hear(who)
    return who


def frozen(world: ContestWorld) -> str:
    """In the list, and heard once more since."""
    world.run_until(CLOSES + timedelta(minutes=5))
    world.hear(PEOPLE[1])
    return PEOPLE[1]


def written_to(world: ContestWorld) -> str:
    """A winner who is written to, while nobody of the team can be told."""
    deaf(world).about = "/written/"
    world.run_until(DRAWS + timedelta(minutes=3))
    return winner(world)


def answered(world: ContestWorld) -> str:
    """A winner who replied, which the team does not know yet."""
    world.run_until(DRAWS + timedelta(minutes=3))
    who = winner(world)
    (comment,) = [one.remote for one in entrant(world, who).deeds if one.remote]
    world.crowd.posts.append(comment)
    world.crowd.comment(comment, who, f"Oui, écrivez à {who}@example.org", at=world.clock.now())
    deaf(world).about = "/answered/"
    world.run_until(world.clock.now() + timedelta(minutes=6))
    return who


def named(world: ContestWorld) -> str:
    """A winner who confirmed, and agreed to be named on the page and in the certificate."""
    world.run_until(DRAWS + timedelta(minutes=3))
    who = winner(world)
    claim(world.contests, "boulangerie", "galette", 1, world.clock.now(), named=True)
    world.run_until(world.clock.now() + timedelta(minutes=1))
    assert f"@{who}" in str(world.objects.objects[f"{FOLDER}tirage.html"])
    return who


def disqualified(world: ContestWorld) -> str:
    """Somebody whom a person of the team passed over, in words that name them."""
    world.run_until(DRAWS + timedelta(minutes=3))
    who = winner(world)
    disqualify(world.contests, "boulangerie", "galette", 1, f"{who} n'est pas majeur", world.clock.now())
    world.tick()
    return who


def ended(world: ContestWorld) -> str:
    """A winner of a contest that is over, who is remembered as one."""
    who = named(world)
    world.run()
    assert f"bluesky:{who}" in world.contests.won("boulangerie")
    return who


# What is there of them at each time, and is given back to who asks: the fields that hold something.
STAGES: dict[Callable[[ContestWorld], str], set[str]] = {
    opened: {"entries", "heard"},
    frozen: {"entries", "heard"},
    written_to: {"entries", "ranks", "messages", "news"},
    answered: {"entries", "ranks", "messages", "news"},
    named: {"entries", "ranks", "messages"},
    disqualified: {"entries", "ranks", "messages"},
    ended: {"entries", "ranks", "messages", "won_at"},
}


def entrant(world: ContestWorld, who: str) -> Any:
    """Give somebody as they are kept."""
    return world.contests.entrants("boulangerie", "galette", [f"bluesky:{who}"])[f"bluesky:{who}"]


@pytest.mark.parametrize("until", STAGES, ids=lambda stage: stage.__name__)
def test_nothing_is_left_of_somebody_who_is_forgotten(until: Callable[[ContestWorld], str]) -> None:
    """Wherever the contest had put them. The draw stays what it was, and the contest comes to its end."""
    world = fair(exclude={"families": False, "previous_winners": 12})
    who = until(world)
    nonce = nonce_of(world, who)
    (given,) = entries_of(world).held("boulangerie", NetworkName.BLUESKY, who, f"@{who}")
    assert {name for name, held in given.items() if held} == STAGES[until] | {"contest", "title"}
    plain = json.dumps(given, ensure_ascii=False)
    assert nonce in plain
    for message in given["messages"]:
        assert f"@{who} Bravo" in message["text"]
    for rank in given["ranks"]:
        assert (rank["id"], rank["called"]) == (f"bluesky:{who}", f"@{who}")
        assert (until is answered) is (f"{who}@example.org" in rank["answer"])

    forget(world, who)
    alone = {"contests"} if until is opened else set()  # their id, so that the list does not bring them back
    public = {"public"} if until in {named, ended} else set()  # until the next tick
    assert left_of(world, who, nonce) == alone | public
    deaf(world).about = "nothing"
    world.clock.advance(timedelta(minutes=1))
    world.tick()
    assert left_of(world, who, nonce) == alone
    assert entries_of(world).held("boulangerie", NetworkName.BLUESKY, who, f"@{who}") == []

    told = len(world.notifications.told)
    world.run()

    assert left_of(world, who, nonce) == set()
    assert who not in str([message for _, message in world.notifications.told[told:]])
    assert verified(world)
    assert certificate_of(world).commitment.entrants == len(PEOPLE) - (until is opened)
    winners = world.contests.winners("boulangerie", "galette")
    assert [one.rank for one in winners] == [1, 2, 3, 4]
    assert [one.code for one in winners if not one.id and one.place is Place.DISQUALIFIED] in ([], ["withdrawn"], [""])


def test_what_others_wrote_of_somebody_stays_theirs() -> None:
    """A comment that mentions whoever is forgotten is its author's, until the contest's data go."""
    world = fair()
    world.crowd.comment(
        world.post, PEOPLE[1], f"Viens @{PEOPLE[0]}", naming=[PEOPLE[0]], at=OPENS + timedelta(minutes=7)
    )
    world.run_until(DRAWS + timedelta(minutes=3))
    forget(world, PEOPLE[0])
    world.run()

    assert left_of(world, PEOPLE[0]) == {"contests"}
    world.clock.advance(KEPT)
    world.run()
    assert left_of(world, PEOPLE[0]) == set()


def test_a_message_that_has_not_left_never_leaves() -> None:
    """One that is leaving at this moment is waited for, and nothing is forgotten before."""
    world = fair()
    world.is_held = True
    world.run_until(DRAWS + timedelta(minutes=3))
    who, other = winner(world), winner(world, 2)
    (held,) = world.posts.deliveries("boulangerie", "contest-galette-winner-2")
    world.posts.change(held, held.model_copy(update={"state": State.SENDING, "revision": held.revision + 1}))

    forget(world, who)
    with pytest.raises(InvalidInput, match="answer_leaving"):
        forget(world, other)
    assert left_of(world, other) >= {"contests", "posts"}
    world.is_held = False
    world.run_until(DRAWS + timedelta(minutes=8))

    assert "contest-galette-winner-1" not in world.posts.names("boulangerie")
    assert world.contests.winners("boulangerie", "galette")[0].code == "withdrawn"


def test_who_is_being_written_to_is_forgotten_a_moment_later() -> None:
    """A tick that died while it wrote to them goes on first: what it queued is known, and goes."""
    world = fair()
    world.run_until(DRAWS - timedelta(minutes=1))
    world.fate.dies_at = "ContestPosts.say_under"
    for _ in range(3):
        world.clock.advance(timedelta(minutes=1))
        world.tick()
    world.fate.dies_at = ""
    assert world.contests.winners("boulangerie", "galette")[0].told is Told.WRITING
    assert "contest-galette-winner-1" in world.posts.names("boulangerie")
    who = winner(world)

    with pytest.raises(TryAgain):
        forget(world, who)
    world.tick()
    forget(world, who)
    world.run()

    assert left_of(world, who) == set()


def unnamed(world: ContestWorld, _who: str) -> None:
    """Note that the winner does not agree any more, as the command does."""
    claim(world.world.contests, "boulangerie", "galette", 1, world.clock.now(), named=False)


DYING = [(unnamed, named, strike) for strike in range(1, 8)] + [(forget, ended, strike) for strike in range(1, 16)]


@pytest.mark.parametrize("arrives", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("how", "until", "strike"), DYING)
def test_a_name_that_is_taken_back_is_off_the_page_at_the_next_tick(
    how: Callable[[ContestWorld, str], None], until: Callable[[ContestWorld], str], strike: int, *, arrives: bool
) -> None:
    """Whatever dies in between: once the winner is not named any more, nothing that is published names them."""
    world = fair()
    who = until(world)
    world.fate.calls, world.fate.strike, world.fate.arrives = 0, strike, arrives
    died = False
    try:
        how(world, who)
    except Killed:
        died = True
    taken_back = not world.contests.winners("boulangerie", "galette")[0].named

    world.clock.advance(timedelta(minutes=1))
    world.tick()
    world.clock.advance(timedelta(minutes=1))
    world.tick()  # where the first one died

    assert ("public" in left_of(world, who)) is not taken_back
    assert taken_back or died
    if died and not taken_back:
        how(world, who)
        world.tick()
        assert "public" not in left_of(world, who)


def test_a_slow_tick_that_published_a_name_too_late_is_put_right() -> None:
    """It may be a function's whole life behind; once it must be dead, what it left is published anew."""
    world = fair()
    who = named(world)
    slow = dict(world.objects.objects)
    forget(world, who)
    world.clock.advance(timedelta(minutes=1))
    world.tick()
    assert left_of(world, who) == set()
    world.objects.objects |= slow
    assert left_of(world, who) == {"public"}

    world.run_until(world.clock.now() + timedelta(minutes=6))

    assert left_of(world, who) == set()
    assert verified(world)


def test_a_name_given_and_taken_back_before_it_was_noted_is_off_the_page() -> None:
    """What was published last says nothing of a tick that died after it had published a name."""
    world = fair()
    world.run_until(DRAWS + timedelta(minutes=3))
    who = winner(world)
    claim(world.contests, "boulangerie", "galette", 1, world.clock.now())
    world.tick()
    claim(world.contests, "boulangerie", "galette", 1, world.clock.now(), named=True)
    before = len(world.fate.names)
    world.fate.calls, world.fate.strike, world.fate.arrives = 0, 4, True  # certificate, outcome and a page are there
    world.tick()
    assert all(one.startswith("SiteObjectsTwin") for one in world.fate.names[before:])
    assert "public" in left_of(world, who)
    claim(world.contests, "boulangerie", "galette", 1, world.clock.now(), named=False)
    world.tick()

    assert "public" not in left_of(world, who)


def aged(fate: Fate | None = None, **changes: Any) -> ContestWorld:
    """Give a contest with a named winner, whose time to keep data is over in a minute."""
    world = fair(fate, **changes)
    named(world)
    world.run()
    assert world.contest.ended_at
    world.clock.advance_to(world.contest.ended_at + KEPT - timedelta(minutes=1))
    return world


def forgetting(strike: int | None = None, *, arrives: bool = False) -> ContestWorld:
    """Let the time of such a contest pass, on a machine that dies once."""
    world = aged()
    world.fate.calls, world.fate.strike, world.fate.arrives = 0, strike, arrives
    for _ in range(2):
        world.clock.advance(timedelta(minutes=1))
        world.tick()
    return world


UNHURT = forgetting()


def test_nobody_is_known_any_more_once_the_time_is_over() -> None:
    """Neither who took part nor who won, on the page neither; the draw is verified all the same, for ever."""
    world = aged(exclude={"families": False, "accounts": ["@tapir"], "staff": ["@lea.martin"]})
    world.tick()
    assert "contests" in left_of(world, PEOPLE[3])
    assert "public" in left_of(world, winner(world))
    outcome = json.loads(world.objects.objects[f"{FOLDER}outcome.json"])
    world.clock.advance(timedelta(minutes=1))
    world.tick()

    assert {room for who in (*PEOPLE, "tapir", "lea.martin") for room in left_of(world, who)} == set()
    assert verified(world)
    assert certificate_of(world).announced == []
    assert json.loads(world.objects.objects[f"{FOLDER}outcome.json"]) == outcome
    assert world.contest.due_at is None
    assert [len(certificate_of(world).ranking), world.contest.entrants] == [4, len(PEOPLE)]


def test_who_won_is_remembered_as_long_as_the_rules_said() -> None:
    """By an id and an instant alone; who asks afterwards gets them, and is forgotten."""
    world = aged(exclude={"families": False, "previous_winners": 12})
    first = winner(world)
    world.clock.advance(timedelta(minutes=1))
    world.tick()

    assert left_of(world, first) == {"contests"}
    assert list(world.contests.won("boulangerie")) == [f"bluesky:{first}"]
    entries = entries_of(world)
    assert list(entries.people("boulangerie")) == [(NetworkName.BLUESKY, first, "", "")]
    (given,) = entries.held("boulangerie", NetworkName.BLUESKY, first, "")
    assert given["won_at"] == DRAWS.isoformat()
    forget(world, first)
    assert left_of(world, first) == set()


def test_who_took_part_in_a_contest_that_was_called_off_is_forgotten_too() -> None:
    """So long after it was; who asks before that leaves nothing at all, for no list is read any more."""
    world = fair()
    call_off(world.contest, "Le four est en panne.", "nina", OWN.chain, world.contests, world.clock.now())
    world.run()
    forget(world, PEOPLE[0])
    assert left_of(world, PEOPLE[0]) == set()
    assert left_of(world, PEOPLE[1]) == {"contests"}
    world.clock.advance(KEPT)
    world.run()

    assert {room for who in PEOPLE for room in left_of(world, who)} == set()
    assert world.contest.due_at is None


@pytest.mark.parametrize("arrives", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("strike", range(1, UNHURT.fate.calls + 1))
def test_whatever_dies_all_are_forgotten(strike: int, *, arrives: bool) -> None:
    """And what is published stays what it was, but for the names."""
    world = forgetting(strike, arrives=arrives)

    assert {room for who in PEOPLE for room in left_of(world, who)} == set()
    assert world.contest.forgotten_at is not None
    assert world.objects.objects[f"{FOLDER}outcome.json"] == UNHURT.objects.objects[f"{FOLDER}outcome.json"]
    assert certificate_of(world).announced == []
    assert verified(world)


def test_what_may_name_somebody_is_kept_by_no_cache_for_longer_than_a_minute() -> None:
    """Nor by one whose way to it is broken; what never changes is kept for ever."""
    world = fair()
    named(world)
    names = {key: key.removeprefix(FOLDER).split("/")[0].split("-")[0] for key in world.objects.caches}
    caches = {names[key]: cache for key, cache in world.objects.caches.items()}

    never = {name for name, cache in caches.items() if cache == FOREVER}
    assert never == {"commitment", "entrants.bin", "lists", "rules", "witness"}  # `rules`: by what they say
    assert {cache for name, cache in caches.items() if name not in never} == {SOON}
    told = {one.strip() for one in SOON.split(",")}
    assert told >= {"max-age=60", "must-revalidate", "stale-if-error=0"}
