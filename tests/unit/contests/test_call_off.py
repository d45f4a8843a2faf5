"""A contest that people took part in is called off: only while nobody can know its winners, and everybody reads why."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from heraut.brands import ContestState, contests_of
from heraut.brands.running_contests import late_changes
from heraut.contests.call_off import call_off
from heraut.contests.forget_contest import forgets_at
from heraut.contests.known_contests import opened_contests
from heraut.contests.receipt import Receipt
from heraut.contests.standing import Register
from heraut.errors import InvalidInput, NotFound
from tests.twins.contest_world import DRAWS, OPENS, OWN, PUBLIC, ContestWorld, Fate

FOLDER = "contests/boulangerie/galette/"
WHY = "Le four est en panne : <b>plus de galette</b>."
SAID = "contest-galette-cancelled-sky"


def called_off(minutes: int, fate: Fate | None = None) -> ContestWorld:
    """A contest of three entrants that is called off so long after its opening, and goes on by itself."""
    world = ContestWorld(fate)
    world.people_comment("ana", "bao", "chloe")
    world.run_until(OPENS + timedelta(minutes=minutes))
    call_off(world.contest, WHY, "nina", OWN.chain, world.contests, world.clock.now())
    world.run()
    return world


def rules_page(world: ContestWorld) -> BeautifulSoup:
    """Give the public page of the rules."""
    return BeautifulSoup(world.objects.objects[f"{FOLDER}reglement.html"], "html.parser")


def code_of(contest_world: ContestWorld, why: str = WHY) -> str:
    """Give the code of the refusal to call it off now."""
    with pytest.raises(InvalidInput) as found:
        call_off(contest_world.contest, why, "nina", OWN.chain, contest_world.contests, contest_world.clock.now())
    return found.value.problems[0].code


def test_everybody_reads_why_and_nothing_is_drawn() -> None:
    """On the page of the rules, under the contest's own post, and in the messages to the brand's people; once each."""
    world = called_off(8)

    notice = rules_page(world).select_one("[role=note]")
    assert notice
    assert "Ce jeu-concours est annulé depuis le lundi 23 novembre 2026" in notice.text.replace("\xa0", " ")
    assert WHY in notice.text
    assert notice.b is None
    assert world.posts.names("boulangerie") == [SAID]
    assert world.contest.state is ContestState.CANCELLED
    assert world.contest.due_at == forgets_at(
        world.contest
    )  # who took part is forgotten then, and nothing else happens
    assert world.told() == Counter(["opened", "cancelled"])
    assert f"{FOLDER}certificate.json" not in world.objects.objects
    assert world.contests.head("boulangerie").seq == 0


def test_a_commitment_that_no_draw_follows_says_so() -> None:
    """The sequence has no gap: the commitment stands, and beside it why nothing was drawn."""
    world = called_off(20)

    told = json.loads(world.objects.objects[f"{FOLDER}history.json"])
    assert [one["seq"] for one in told["commitments"]] == [1]
    assert told["cancelled"] == {"at": int((OPENS + timedelta(minutes=20)).timestamp()), "why": WHY}
    assert "contest-galette-cancelled-sky" in world.posts.names("boulangerie")
    assert [one["href"] for one in rules_page(world).select("section a")][-1] == "history.json"


def test_it_is_refused_once_anybody_can_compute_who_won() -> None:
    """From the second of the round on, drawn or not; who knows the winners chooses nothing any more."""
    world = ContestWorld()
    world.people_comment("ana", "bao", "chloe")
    world.beacon.down = True
    world.run_until(DRAWS - timedelta(minutes=1))
    comes = OWN.chain.time_of(int(world.contest.last.commitment["round"]))
    world.clock.advance(timedelta(seconds=comes - world.clock.now().timestamp()))

    assert world.contest.state is ContestState.COMMITTED
    assert code_of(world) == "contest_chance_public"
    world.beacon.down = False
    world.run()
    assert world.contest.certified
    assert code_of(world) == "contest_drawn_already"


@pytest.mark.parametrize(
    ("why", "code"), [("  ", "contest_cancel_reason_missing"), ("x" * 501, "contest_cancel_reason_long")]
)
def test_it_needs_a_reason_that_can_be_read(why: str, code: str) -> None:
    """Nothing is called off without one."""
    world = ContestWorld()
    world.run_until(OPENS)

    assert code_of(world, why) == code
    assert world.contest.state is ContestState.OPEN


def test_it_stays_as_it_was_called_off_first() -> None:
    """Whoever comes later with another reason changes nothing; a contest that nobody knows is not there."""
    world = called_off(8)

    again = call_off(world.contest, "Autre chose", "sam", OWN.chain, world.contests, world.clock.now())

    assert again == world.contest
    assert again.called_off
    assert (again.called_off.why, again.called_off.by) == (WHY, "nina")
    nowhere = again.model_copy(update={"name": "nulle-part"})
    with pytest.raises(NotFound):
        call_off(nowhere, WHY, "nina", OWN.chain, world.contests, world.clock.now())


def test_it_never_opens_again() -> None:
    """Though it stands in the file, with a later opening even: its short name is taken."""
    world = called_off(8)
    later = {"opens": "2026-11-24 10:00", "closes": "2026-11-24 10:12", "draws": "2026-11-24 10:50"}
    changed = world.brand.model_copy(update={"contests": {"galette": {**world.plain, **later}}})
    gone = world.brand.model_copy(update={"contests": {}})
    opened = opened_contests("boulangerie", world.contests)

    assert [one.code for one in late_changes(world.brand, changed, opened)] == ["contest_is_over"]
    assert list(late_changes(world.brand, gone, opened)) == []
    world.brands.save(changed.model_copy(update={"revision": world.brand.revision + 1}), world.brand.revision)
    world.run_until(contests_of(changed)["galette"].opens + timedelta(minutes=20))
    assert world.contest.state is ContestState.CANCELLED


def test_a_receipt_says_it() -> None:
    """Instead of a draw that will not be."""
    world = called_off(20)
    (ana,) = world.contests.entrants("boulangerie", "galette", ["bluesky:ana"]).values()

    register = Register(world.contest, world.contests, world.objects)
    made = Receipt(world.contest, register.of(ana), PUBLIC, world.clock.now())

    assert "Ce jeu-concours est annulé depuis le" in made.text()
    assert "Le tirage est prévu" not in made.text()
    assert made.as_object()["cancelled"] == int((OPENS + timedelta(minutes=20)).timestamp())


UNHURT = called_off(20, Fate()).fate.calls


@pytest.mark.parametrize("arrives", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("strike", range(UNHURT - 25, UNHURT + 1))
def test_whatever_dies_it_is_said_once(strike: int, arrives: bool) -> None:
    """The last calls are those of calling off; each is struck once."""
    world = called_off(20, Fate(strike, arrives))

    assert world.contest.state is ContestState.CANCELLED
    assert world.posts.names("boulangerie").count(SAID) == 1
    assert "cancelled" in json.loads(world.objects.objects[f"{FOLDER}history.json"])
    assert world.told()["cancelled"] in {1, 2}  # said first and noted after: twice rather than never
