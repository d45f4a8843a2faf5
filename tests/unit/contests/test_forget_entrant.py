"""Somebody who took part asks to be forgotten: before the list is frozen, between freeze and draw, and afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heraut.brands import NetworkName
from heraut.contests.announce_winners import claim
from heraut.contests.forget_entrant import ContestEntries
from heraut.contests.running import Place
from heraut.contests.standing import Register
from heraut.errors import TryAgain
from tests.twins.contest_world import CLOSES, DRAWS, OPENS, ContestWorld
from tests.unit.contests.test_run_contests import PEOPLE, certificate_of, verified

BLUESKY = NetworkName.BLUESKY


def opened() -> ContestWorld:
    """Give a contest in which all take part, still open."""
    world = ContestWorld(claim_within="1 h")
    world.people_comment(*PEOPLE)
    world.run_until(OPENS + timedelta(minutes=6))
    return world


def entries_of(world: ContestWorld) -> ContestEntries:
    """Give the port, as the command has it."""
    return ContestEntries(world.contests, world.world.posts, world.talk)


def forget(world: ContestWorld, who: str = "ana", handle: str = "@ana") -> None:
    """Forget somebody, as the command does."""
    entries_of(world).forget("boulangerie", BLUESKY, who, handle, world.clock.now())


def everything(world: ContestWorld) -> str:
    """Give all that is kept of those who took part and won."""
    held = world.contests
    entrants = [one.model_dump_json() for one in held.every_entrant("boulangerie", "galette")]
    winners = [one.model_dump_json() for one in held.winners("boulangerie", "galette")]
    return "\n".join(entrants + winners)


def test_everything_is_given_back_that_is_kept_of_somebody() -> None:
    """By the network's id or the handle; with rank and what became of it, and nobody else's."""
    world = opened()
    world.run_until(DRAWS + timedelta(minutes=3))
    entries = entries_of(world)
    first = world.contests.winners("boulangerie", "galette")[0]
    name = first.id.partition(":")[2]

    (given,) = entries.held("boulangerie", BLUESKY, name, "")
    assert (given["contest"], given["title"]) == ("galette", "La galette")
    assert [one["deeds"][0]["text"] for one in given["entries"]] == ["Je participe !"]
    assert given["entries"][0]["nonce"]
    assert [one["rank"] for one in given["ranks"]] == [1]
    assert entries.held("boulangerie", BLUESKY, "unknown", f"@{name.upper()}") == [given]
    assert entries.held("boulangerie", NetworkName.MASTODON, name, f"@{name}") == []
    assert {(one[1], one[2]) for one in entries.people("boulangerie")} == {(one, f"@{one}") for one in PEOPLE}


def test_who_is_forgotten_before_the_list_is_final_leaves_the_contest() -> None:
    """Their comment that still stands on the network does not bring them back; nobody counts them."""
    world = opened()
    forget(world)

    assert "Je participe" not in next(one for one in everything(world).split("\n") if "ana" in one)
    assert '"@ana"' not in everything(world)
    assert [one for one in entries_of(world).people("boulangerie") if one[1] == "ana"] == []
    world.run()

    assert certificate_of(world).commitment.entrants == len(PEOPLE) - 1
    assert certificate_of(world).rejected == {}
    assert verified(world)
    register = Register(world.contest, world.contests, world.objects)
    assert "bluesky:ana" not in {one.kept.id for one in register.every()}


@pytest.mark.parametrize("who", PEOPLE)
def test_who_is_forgotten_before_the_draw_is_drawn_as_nobody(who: str) -> None:
    """Whatever rank chance gives them: the draw is verified, and as many as should win do."""
    world = opened()
    world.run_until(CLOSES + timedelta(minutes=5))
    forget(world, who, f"@{who}")
    assert f"bluesky:{who}" not in everything(world)
    world.run_until(DRAWS + timedelta(minutes=5))

    assert verified(world)
    assert certificate_of(world).commitment.entrants == len(PEOPLE)
    seated = [one for one in world.contests.winners("boulangerie", "galette") if one.place is Place.WON]
    assert len(seated) == 2
    assert f"bluesky:{who}" not in {one.id for one in seated}


def test_who_is_forgotten_after_the_draw_leaves_a_story_without_a_name() -> None:
    """A prize that nobody confirmed is the next alternate's; one that was confirmed stays confirmed, by nobody."""
    world = opened()
    world.run_until(DRAWS + timedelta(minutes=3))
    first, second, *_ = world.contests.winners("boulangerie", "galette")
    claim(world.contests, "boulangerie", "galette", 2, world.clock.now(), named=True)
    world.tick()
    assert [one.rank for one in certificate_of(world).announced] == [2]

    for one in (first, second):
        forget(world, one.id.partition(":")[2], one.called)
        forget(world, one.id.partition(":")[2], one.called)  # done again it is done once
        assert one.id not in everything(world)
        assert one.called not in everything(world)
    world.tick()

    winners = world.contests.winners("boulangerie", "galette")
    assert [one.place for one in winners] == [Place.DISQUALIFIED, Place.CLAIMED, Place.WON, Place.WAITING]
    assert winners[0].reason == "a demandé à être oublié"
    assert [what for _, what in winners[0].story][-1] == "disqualified"
    assert certificate_of(world).announced == []
    assert all(second.called not in str(body) for body in world.objects.objects.values())
    assert verified(world)


def test_a_previous_winner_who_is_forgotten_is_no_previous_winner() -> None:
    """What sets winners aside in later contests goes with the next tick."""
    world = opened()
    world.run_until(DRAWS + timedelta(minutes=3))
    first, second, *_ = world.contests.winners("boulangerie", "galette")
    for rank in (1, 2):
        claim(world.contests, "boulangerie", "galette", rank, world.clock.now())
    world.run()
    assert set(world.contests.won("boulangerie")) == {first.id, second.id}

    forget(world, first.id.partition(":")[2], first.called)
    world.run()

    assert set(world.contests.won("boulangerie")) == {second.id}


def test_what_moves_too_fast_is_told() -> None:
    """Nothing is called forgotten that is not."""
    world = opened()
    world.run_until(DRAWS + timedelta(minutes=3))
    first = world.contests.winners("boulangerie", "galette")[0]

    class Ticking:
        def __getattr__(self, name: str) -> object:
            return getattr(world.contests, name)

        def winners(self, brand: str, name: str) -> list[object]:
            return [first.model_copy(update={"revision": 0})]

    with pytest.raises(TryAgain):
        ContestEntries(Ticking(), world.world.posts, world.talk).forget(  # type: ignore[arg-type]
            "boulangerie", BLUESKY, first.id.partition(":")[2], "", world.clock.now()
        )
