"""What `heraut contest show` says of a contest's witnesses and winners, and of what comes next, at each stage."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heraut.brands import ContestState, NetworkName
from heraut.cli.contest_outcome import (
    Said,
    commitment_lines,
    commitment_object,
    said_by,
    then,
    winner_lines,
    winner_object,
)
from heraut.contests.announce_winners import claim, disqualify
from heraut.contests.known_contests import Known, known_contests
from heraut.contests.running import Winner
from heraut.publishing.model import State
from tests.twins.contest_world import CLOSES, DRAWS, OPENS, PUBLIC, ContestWorld

PRIZES = [{"name": "Une galette", "value": 60}, {"name": "Un bon", "value": 25}]
ANNOUNCES = DRAWS + timedelta(minutes=40)


@pytest.fixture(autouse=True)
def _in_french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HERAUT_LANGUAGE", "fr")


@pytest.fixture(name="fair")
def _fair() -> ContestWorld:
    """A contest that three people enter; its winners are announced forty minutes after the draw."""
    changes: dict[str, Any] = {"prizes": PRIZES, "claim_within": "7d", "alternates": 1, "announces": "2026-11-23 11:30"}
    world = ContestWorld(**changes)
    world.people_comment("ana", "bao", "chloe")
    return world


def known(world: ContestWorld) -> Known:
    """Give the contest as the command finds it."""
    (found,) = known_contests(world.brand, world.contests)
    return found


def winners(world: ContestWorld) -> list[Winner]:
    """Give everybody with a rank."""
    return list(world.contests.winners("boulangerie", "galette"))


def lines(world: ContestWorld) -> list[str]:
    """Give what is said of each rank, as a reader sees it."""
    ranked = winners(world)
    said = said_by(world.contest, ranked, world.posts)
    told = [winner_lines(one, world.contest, world.brand, said, world.clock.now()) for one in ranked]
    return [plain(line) for of_one in told for line in of_one]


def next_of(world: ContestWorld) -> str:
    """Give what comes next."""
    found, ranked = known(world), winners(world)
    said = said_by(found.contest, ranked, world.posts) if found.contest and found.contest.terms else Said()
    return plain(then(found, ranked, said, world.clock.now()))


def plain(text: str) -> str:
    """Show hard spaces as spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_what_comes_next_is_said_at_each_stage(fair: ContestWorld) -> None:
    """With its hour, from the first day to the last."""
    assert next_of(fair).startswith("Ensuite : l'ouverture, à 10 h")
    fair.run_until(OPENS + timedelta(minutes=1))
    assert next_of(fair).startswith("Ensuite : la clôture, à 10 h 12 ; puis la liste est arrêtée")
    fair.run_until(CLOSES + timedelta(minutes=5))
    assert fair.contest.state is ContestState.COMMITTED
    assert "le tirage au sort, à 10 h 50, par le tour" in next_of(fair)
    fair.run_until(DRAWS + timedelta(minutes=2))
    assert next_of(fair).startswith("Ensuite : l'annonce, à 11 h 30")
    fair.run_until(ANNOUNCES + timedelta(minutes=10))
    first, second, third = winners(fair)
    until = "d'ici lundi 30 novembre à 11 h 30"
    assert f"si {first.called} n'a pas confirmé {until}, son lot revient à {third.called}" in next_of(fair)
    disqualify(fair.contests, "boulangerie", "galette", 1, "mineur", fair.clock.now(), "lea")
    fair.tick()
    assert f"si {second.called} n'a pas confirmé {until}, son lot n'est à personne" in next_of(fair)
    claim(fair.contests, "boulangerie", "galette", 2, fair.clock.now(), "lea")
    assert "les gagnants sont prévenus ; leur délai pour confirmer commence alors" in next_of(fair)
    claim(fair.contests, "boulangerie", "galette", 3, fair.clock.now(), "lea")
    assert "plus personne n'est attendu" in next_of(fair)
    fair.run()
    assert next_of(fair).startswith("Ensuite : plus rien. Ce qui est gardé des participants est oublié ")


def test_a_missing_witness_is_said_with_what_follows(fair: ContestWorld) -> None:
    """How many more, by when, and that the draw is moved otherwise; the post that did not leave is no witness."""
    fair.is_held = True
    for one in fair.stamps[1:]:
        one.down = True
    fair.run_until(CLOSES + timedelta(minutes=5))

    assert "encore 1 témoin(s) à obtenir avant le tirage au sort, à 10 h 50" in next_of(fair)
    (last,) = fair.contest.commitments
    shown = [
        plain(one)
        for one in commitment_lines(last, fair.contest, said_by(fair.contest, (), fair.posts), PUBLIC, fair.clock.now())
    ]
    assert shown[1].startswith(f"  Témoin : horodatage à 10:13, {PUBLIC}/contests/boulangerie/galette/witness-1-")
    assert shown[2:] == ["  Publication sur sky : programmé."]
    fair.is_held = False
    fair.publish()
    assert "le tirage au sort, à 10 h 50, par le tour" in next_of(fair)
    bare = last.model_copy(update={"stamps": ()})
    (_, told) = commitment_lines(bare, fair.contest, Said(), PUBLIC, fair.clock.now())
    assert told == "  Aucun témoin pour l'instant."


def test_a_post_after_the_round_witnesses_nothing(fair: ContestWorld) -> None:
    """Nor one of which nobody can see since when it is there; each says so."""
    fair.run_until(DRAWS + timedelta(minutes=2))
    said = said_by(fair.contest, (), fair.posts)
    late = said.commits[1][0].model_copy(update={"published_at": DRAWS})
    undated = said.commits[1][0].model_copy(update={"network": NetworkName.FACEBOOK})
    (last,) = fair.contest.commitments
    told = list(commitment_lines(last, fair.contest, Said({1: [late, undated]}), PUBLIC, fair.clock.now()))

    assert "après le tour : elle ne témoigne de rien" in plain(told[-2])
    assert "à 10:13 : son réseau ne dit à personne depuis quand elle est là" in plain(told[-1])
    posts = commitment_object(last, fair.contest, Said({1: [late, undated, *said.commits[1]]}), PUBLIC)["posts"]
    assert [one["witness"] for one in posts] == [False, False, True]


def test_each_rank_says_its_prize_its_deadline_and_who_was_told_how(fair: ContestWorld) -> None:
    """By an answer with its address, which may still wait; named or not; of who is out, the code and by whom."""
    fair.run_until(DRAWS + timedelta(minutes=2))
    assert [one.partition(" : ")[2] for one in lines(fair)] == [
        *["gagnant désigné par le tirage, pas encore annoncé"] * 2,
        "suppléant",
    ]
    fair.is_held = True
    fair.run_until(ANNOUNCES + timedelta(minutes=2))
    first, told, public, *_ = lines(fair)
    assert first.endswith("lot 1, Une galette · gagne ; aura 7 jours pour confirmer, comptés depuis son message")
    assert told == "  La réponse sous son commentaire n'est pas encore en ligne : programmé (contest-galette-winner-1)."
    assert public == "  N'est pas nommé en public."
    fair.is_held = False
    fair.publish()
    assert lines(fair)[1].endswith(" à 11:32. https://twin.example/contest-galette-winner-1")
    fair.run_until(ANNOUNCES + timedelta(minutes=20))
    claim(fair.contests, "boulangerie", "galette", 1, fair.clock.now(), "lea", named=True)
    disqualify(fair.contests, "boulangerie", "galette", 2, "mineur", fair.clock.now(), "lea")
    first, told, public, second, *_ = lines(fair)
    assert first.endswith("lot 1, Une galette · a confirmé son gain (noté par lea)")
    assert told == "  Prévenu sous son commentaire à 11:32. https://twin.example/contest-galette-winner-1"
    assert public == "  D'accord pour être nommé sur la page du tirage."
    assert second.endswith("disqualifié (disqualified) : mineur (noté par lea)")


def test_who_cannot_be_answered_names_who_was_asked_to_write(fair: ContestWorld) -> None:
    """With since when, and where to find them; what they said afterwards is shown."""
    fair.run_until(ANNOUNCES - timedelta(minutes=1))
    kept = fair.contests.entrants("boulangerie", "galette", [one.id for one in winners(fair)])
    gone = [one.model_copy(update={"deeds": (), "revision": one.revision + 1}) for one in kept.values()]
    fair.contests.save_entrants("boulangerie", "galette", gone, ANNOUNCES + timedelta(days=90))
    fair.run_until(ANNOUNCES + timedelta(minutes=2))

    first = winners(fair)[0]
    place, told, _ = lines(fair)[:3]
    assert "à confirmer jusqu'au lundi 30 novembre à 11 h 30" in place
    profile = f"https://bsky.app/profile/{first.id.partition(':')[2]}"
    assert told == f"  Ne peut pas recevoir de réponse ici. Priés de lui écrire à 11:30 : Léa. {profile}"
    shown = winner_object(first, fair.contest, fair.brand, Said())
    assert (shown["told"]["how"], shown["told"]["asked"], shown["told"]["asked_at"]) == (
        "people",
        ["lea"],
        "2026-11-23T11:30:00+01:00",
    )
    answered = first.after(fair.clock.now(), "answered", answer="Merci !")
    told = list(winner_lines(answered, fair.contest, fair.brand, Said(), fair.clock.now()))[2]
    assert plain(told) == "  A répondu à 11:32 : « Merci ! »"


def test_only_some_messages_are_looked_up(fair: ContestWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many winners, each a call; of the others what is noted is enough."""
    monkeypatch.setattr("heraut.cli.contest_outcome.MOST_MESSAGES", 1)
    fair.run_until(ANNOUNCES + timedelta(minutes=10))

    said = said_by(fair.contest, winners(fair), fair.posts)

    assert {rank: one.state for rank, one in said.messages.items()} == {1: State.PUBLISHED}
    assert any(line.endswith("Prévenu sous son commentaire à 11:30.") for line in lines(fair))
