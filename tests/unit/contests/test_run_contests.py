"""A contest runs by itself from its opening to its last winner, each step once whatever dies at whichever call."""

from __future__ import annotations

import io
import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup

from heraut.brands import ContestState
from heraut.contests.announce_winners import claim, disqualify
from heraut.contests.certificate import Certificate
from heraut.contests.checks import Given, checks, is_verified
from heraut.contests.running import Place, Told
from heraut.errors import InvalidInput, NotFound, TryAgain, Unreachable
from heraut.problems import problem
from tests.twins.contest_world import CLOSES, DRAWS, OPENS, OWN, ROOTS, ContestWorld, Fate, is_over

PEOPLE = ("ana", "bao", "chloe", "dodo", "eve", "fanny")
FOLLOWERS = {"ana", "chloe", "eve"}  # of the four who get a rank, one at least is and one is not
FOLDER = "contests/boulangerie/galette/"
SAID = ["contest-galette-commit-1-sky", "contest-galette-drawn"]


def certificate_of(world: ContestWorld) -> Certificate:
    """Give the published certificate."""
    return Certificate.read(world.objects.objects[f"{FOLDER}certificate.json"])


def verified(world: ContestWorld) -> bool:
    """Whether anybody can verify the draw, offline, from what was published."""
    objects = world.objects.objects
    given = Given(roots=ROOTS, rules=objects[f"{FOLDER}rules.md"])
    entrants = io.BytesIO(objects[f"{FOLDER}entrants.bin"])
    return is_verified(checks(certificate_of(world), entrants, OWN.chain, given))


def test_a_contest_runs_from_its_opening_to_its_end() -> None:
    """It opens, collects, freezes, commits, is witnessed, draws, publishes, announces, and says each thing once."""
    world = ContestWorld()
    world.run_until(OPENS + timedelta(minutes=5))
    world.people_comment(*PEOPLE)
    world.people_comment("gus", at=CLOSES + timedelta(seconds=5))

    world.run()

    assert is_over(world)
    assert verified(world)
    certificate = certificate_of(world)
    assert certificate.commitment.entrants == 6
    assert certificate.rejected == {"late": 1}
    assert [one.kind for one in certificate.witnesses] == ["rfc3161", "rfc3161", "post"]
    winners = world.contests.winners("boulangerie", "galette")
    assert [one.place for one in winners] == [Place.WON, Place.WON, Place.WAITING, Place.WAITING]
    assert world.told() == Counter(["opened", "closed", "drawn", "announced", "written", "ended"])
    assert sorted(world.posts.names("boulangerie")) == [*SAID, *(f"contest-galette-winner-{rank}" for rank in (1, 2))]


def test_the_commit_is_posted_under_the_contests_own_post() -> None:
    """As an answer to it, with the address of the page of rules, which says their hash."""
    world = ContestWorld()
    world.people_comment(*PEOPLE)
    world.run()

    post = world.posts.post("boulangerie", "contest-galette-commit-1-sky")
    assert post
    assert post.content.in_reply_to
    assert post.content.in_reply_to.interaction == world.post
    assert certificate_of(world).commitment.commit() in post.content.parts[0].text
    assert f"/{FOLDER}reglement.html" in post.content.parts[0].text
    page = world.objects.objects[f"{FOLDER}reglement.html"].decode()
    assert world.contest.rules in page
    assert "Un commentaire par personne." in page
    for name in ("rules.md", "commitment-1.json", "entrants.bin", "history.json", "tirage.html", "certificate.json"):
        assert f'href="{name}"' in page
        assert f"{FOLDER}{name}" in world.objects.objects
    assert f"/{FOLDER}reglement.html" in world.objects.objects[f"{FOLDER}rules.md"].decode()


def test_the_commit_is_a_post_of_its_own_where_nothing_can_be_said_under_the_contests_post() -> None:
    """After a few minutes with a network that does not answer too: the commitment must be seen in time."""
    world = ContestWorld()
    world.people_comment(*PEOPLE)
    world.network.takes = "another"  # it takes our secret no more
    world.run()

    post = world.posts.post("boulangerie", "contest-galette-commit-1-sky")
    assert post
    assert post.content.in_reply_to is None
    assert [one.kind for one in certificate_of(world).witnesses] == ["rfc3161", "rfc3161", "post"]


def test_the_page_is_published_beside_the_certificate_and_is_where_the_announcement_leads() -> None:
    """In both languages, with the title, the prizes and the rules; nobody is named who did not agree."""
    world = ContestWorld(prizes=[{"name": "Une galette", "quantity": 2}])
    world.people_comment(*PEOPLE)
    world.run()
    contest = world.contests.contest("boulangerie", "galette")
    post = world.posts.post("boulangerie", "contest-galette-drawn")

    for name, button in (("tirage.html", "Vérifier"), ("draw.html", "Verify")):
        page = BeautifulSoup(world.objects.objects[f"{FOLDER}{name}"], "html.parser")
        main = str(page.select_one("main"))
        assert contest
        assert page.h1
        assert page.h1.text == contest.agreed.title
        assert main.count("Une galette") == 2
        assert 'href="rules.md"' in main
        assert f">{button}</button>" in main
        assert not [one for one in world.contests.winners("boulangerie", "galette") if one.id in main]
    assert f"/{FOLDER}tirage.html" in str(post)


def _story(fate: Fate) -> ContestWorld:
    """A contest in which some of those drawn do not follow, and nobody answers."""
    world = ContestWorld(fate, claim_within="10 min", conditions={"comment": True, "follow": True})
    world.crowd.followers |= FOLLOWERS
    world.lists.most = len(PEOPLE) - 2  # the first ones are on no list: they were only heard
    world.run_until(OPENS + timedelta(minutes=5))
    world.people_comment(*PEOPLE)
    for who in PEOPLE[:4]:
        world.hear(who)
    world.hear("hugo", gone=True)
    world.run()
    return world


UNHURT = _story(Fate())


def _authoritys(name: str) -> str:
    """Name a token by its authority alone: one that was asked again, because who asked died, may give two."""
    return name.rpartition("-")[0] if name.startswith("witness-") else name


@pytest.mark.parametrize("strike", range(UNHURT.fate.calls + 1))
def test_whatever_dies_each_step_happens_once(strike: int) -> None:
    """One list, one commitment, one certificate, one announcement, nobody lost, and a draw that anybody verifies.

    Some are only heard, some only listed, some both; one was heard and taken away. To die right before a call is to
    die right after the one before it, with 0 before the first one: no time passes within a tick.
    """
    world = _story(Fate(strike or 1, arrives=strike > 0))

    published = {_authoritys(key.removeprefix(FOLDER)) for key in world.objects.objects}
    objects = Counter(name.split("-")[0].split("/")[0] for name in published)
    assert is_over(world)
    assert len(world.contests.commits["boulangerie"]) == 1
    assert objects == Counter(
        {
            "rules.md": 1,
            "rules": 1,
            "reglement.html": 1,
            "lists": 1,
            "entrants.bin": 1,
            "commitment": 1,
            "history.json": 1,
            "witness": 2,
        }
        | {"certificate.json": 1, "tirage.html": 1, "draw.html": 1, "outcome.json": 1}
    )
    winners = world.contests.winners("boulangerie", "galette")
    seated = [one.rank for one in winners if one.id.partition(":")[2] in FOLLOWERS]
    assert sorted(world.posts.names("boulangerie")) == [*SAID, *(f"contest-galette-winner-{rank}" for rank in seated)]
    assert certificate_of(world).commitment.entrants == len(PEOPLE)
    assert certificate_of(world).rejected == {"deleted": 1}
    assert list(world.talk.overheard("boulangerie", "galette")) == []
    assert verified(world)
    assert 0 < len(seated) < len(winners)
    assert {(one.place, one.code) for one in winners if one.rank in seated} == {(Place.LAPSED, "")}
    assert {(one.place, one.code) for one in winners if one.rank not in seated} == {(Place.DISQUALIFIED, "no_follow")}


def test_the_draw_moves_when_too_few_saw_the_commitment() -> None:
    """Fewer than two witnesses: the next commitment says why, keeps the list, and its round comes later."""
    world = ContestWorld()
    world.people_comment(*PEOPLE)
    for one in world.stamps:
        one.down = True
    world.run_until(DRAWS + timedelta(minutes=1))
    for one in world.stamps:
        one.down = False

    world.run()

    history = json.loads(world.objects.objects[f"{FOLDER}history.json"])["commitments"]
    assert [(one["seq"], one["moved"]) for one in history] == [(1, ""), (2, "few_witnesses")]
    assert history[1]["draw_time"] >= DRAWS.timestamp() + 600
    assert certificate_of(world).commitment.seq == 2
    assert certificate_of(world).commitment.prev == history[0]["commit"]
    assert world.told()["moved"] == 1
    assert world.told()["unstamped"] == 2  # once for each commitment


def test_a_machine_that_slept_freezes_late_and_draws_later_still() -> None:
    """What wakes up after the round's time never draws from it: the round was known before the list was bound."""
    world = ContestWorld()
    world.people_comment(*PEOPLE)
    world.run_until(OPENS + timedelta(minutes=8))
    world.clock.advance_to(DRAWS + timedelta(hours=3))

    world.run()

    commitment = certificate_of(world).commitment
    assert commitment.seq == 1
    assert commitment.draw_time >= (DRAWS + timedelta(hours=3)).timestamp() + 600
    assert json.loads(world.objects.objects[f"{FOLDER}history.json"])["commitments"][0]["moved"] == "late"


def test_a_machine_that_slept_past_the_round_draws_what_was_witnessed_before() -> None:
    """A commitment that was published and seen in time is drawn, however late the machine wakes."""
    world = ContestWorld()
    world.people_comment(*PEOPLE)
    world.run_until(CLOSES + timedelta(minutes=10))
    world.clock.advance_to(DRAWS + timedelta(hours=3))

    world.run()

    assert certificate_of(world).commitment.draw_time == int(DRAWS.timestamp())
    assert len(world.contests.commits["boulangerie"]) == 1


def test_a_beacon_that_stops_is_waited_for_and_told_once() -> None:
    """No second source: the draw waits, people hear once, and the same round decides in the end."""
    world = ContestWorld()
    world.people_comment(*PEOPLE)
    world.beacon.down = True
    world.run_until(DRAWS + timedelta(minutes=30))

    assert world.contest.state is ContestState.COMMITTED
    assert world.told()["beacon"] == 1

    world.beacon.down = False
    world.run()

    assert certificate_of(world).commitment.draw_time == int(DRAWS.timestamp())
    assert len(world.contests.commits["boulangerie"]) == 1


def _drawn() -> ContestWorld:
    world = ContestWorld(claim_within="1 h")
    world.people_comment(*PEOPLE)
    world.run_until(DRAWS + timedelta(minutes=2))
    assert world.contest.state is ContestState.ANNOUNCED
    return world


def _places(world: ContestWorld) -> list[Place]:
    return [one.place for one in world.contests.winners("boulangerie", "galette")]


def test_the_next_alternate_is_promoted_at_the_claim_deadline() -> None:
    """Who answered keeps the prize, who did not loses it to the next alternate, who has as long to answer."""
    world = _drawn()
    claim(world.contests, "boulangerie", "galette", 1, world.clock.now())

    world.run_until(DRAWS + timedelta(hours=1, minutes=5))

    assert _places(world) == [Place.CLAIMED, Place.LAPSED, Place.WON, Place.WAITING]
    assert world.told()["lapsed"] == 1
    third = world.contests.winners("boulangerie", "galette")[2]
    assert third.until is not None
    assert third.until == DRAWS + timedelta(hours=2)


def test_a_disqualification_is_logged_and_moves_nobody_elses_rank() -> None:
    """The next alternate is seated at the next tick; the ranking stays as it was drawn."""
    world = _drawn()
    ranks = [one.rank for one in certificate_of(world).ranking]
    disqualify(world.contests, "boulangerie", "galette", 1, "n'est pas abonné", world.clock.now())

    world.tick()

    assert _places(world) == [Place.DISQUALIFIED, Place.WON, Place.WON, Place.WAITING]
    first = world.contests.winners("boulangerie", "galette")[0]
    assert first.reason == "n'est pas abonné"
    assert [what for _, what in first.story] == ["won", "written", "disqualified"]
    assert [one.rank for one in certificate_of(world).ranking] == ranks


def test_only_who_won_may_claim_and_only_for_a_reason_is_anybody_out() -> None:
    """An alternate whose turn has not come claims nothing, and nobody is disqualified without a word."""
    world = _drawn()
    now = world.clock.now()

    with pytest.raises(InvalidInput, match="contest_rank_not_won"):
        claim(world.contests, "boulangerie", "galette", 3, now)
    with pytest.raises(InvalidInput, match="contest_reason_missing"):
        disqualify(world.contests, "boulangerie", "galette", 1, " ", now)
    with pytest.raises(NotFound):
        claim(world.contests, "boulangerie", "galette", 9, now)


def test_winners_are_not_named_before_the_hour_of_the_announcement() -> None:
    """The draw is made and its certificate published at its instant; the announcement waits for its own."""
    world = ContestWorld(announces="2026-11-23 18:00")
    world.people_comment(*PEOPLE)
    world.run_until(DRAWS + timedelta(minutes=30))

    assert verified(world)
    assert "contest-galette-drawn" not in world.posts.names("boulangerie")

    world.run()

    assert "contest-galette-drawn" in world.posts.names("boulangerie")


def test_a_contest_that_fails_holds_back_no_other() -> None:
    """A contest on an account that is gone is logged, and the next one opens."""
    world = ContestWorld()
    brand = world.brand.model_copy(
        update={
            "contests": {
                "abime": {**world.plain, "posts": [{"accounts": "gone", "url": "https://twin.example/x"}]},
                "galette": world.plain,
            }
        }
    )
    world.brands._brands["boulangerie"] = brand

    world.run_until(OPENS + timedelta(minutes=1))

    assert world.contest.state is ContestState.OPEN
    broken = world.contests.contest("boulangerie", "abime")
    assert broken is not None
    assert broken.state is ContestState.PLANNED


def test_an_opening_that_moves_before_it_came_moves_the_contest() -> None:
    """Until it opens a contest is what the file says; taken out of it, it never opens."""
    world = ContestWorld()
    world.tick()
    later = {**world.plain, "opens": "2026-11-23 10:05"}
    world.brands._brands["boulangerie"] = world.brand.model_copy(update={"contests": {"galette": later}})
    world.run_until(OPENS + timedelta(minutes=2))
    state: str = world.contest.state
    assert state == "planned"

    world.brands._brands["boulangerie"] = world.brand.model_copy(update={"contests": {}})
    world.run_until(OPENS + timedelta(minutes=6))

    state = world.contest.state
    assert state == "cancelled"

    put_back = {**world.plain, "opens": "2026-11-23 10:11"}
    world.brands._brands["boulangerie"] = world.brand.model_copy(update={"contests": {"galette": put_back}})
    world.run_until(OPENS + timedelta(minutes=11))

    state = world.contest.state
    assert state == "open"


@pytest.mark.parametrize(("moved", "at"), [("2026-11-23 18:00", 10), ("2026-11-23 11:20", 40)])
def test_an_announcement_that_is_moved_is_followed(moved: str, at: int) -> None:
    """Until winners are named, later or earlier; nothing else of a file changes a contest whose list is final."""
    world = ContestWorld(announces="2026-11-23 15:00")
    world.people_comment(*PEOPLE)
    world.run_until(DRAWS + timedelta(minutes=at - 5))
    changed = {**world.plain, "announces": moved}
    world.brands._brands["boulangerie"] = world.brand.model_copy(update={"contests": {"galette": changed}})
    world.run()

    announced = world.contest.announced_at
    assert announced is not None
    assert abs(announced - datetime.fromisoformat(f"{moved}+01:00")) <= timedelta(minutes=10)


def test_a_name_that_is_excluded_while_the_list_is_being_made_is_not_in_it() -> None:
    """The file's names count until the list is frozen, those that come after the closing too."""
    world = ContestWorld()
    world.people_comment(*PEOPLE)
    world.run_until(CLOSES)
    world.clock.advance_to(CLOSES + timedelta(seconds=2))
    world.tick()
    state: str = world.contest.state
    assert state == "closed"
    hired = {**world.plain, "exclude": {"families": False, "staff": ["@ana"]}}
    world.brands._brands["boulangerie"] = world.brand.model_copy(update={"contests": {"galette": hired}})
    world.run()

    assert certificate_of(world).rejected == {"staff": 1}


def test_people_who_cannot_be_reached_never_hold_a_contest_up() -> None:
    """Told a minute later for some minutes; the contest itself goes on."""
    world = ContestWorld()
    world.notifications.failing["lea"] = TryAgain("mail")
    world.people_comment(*PEOPLE)
    world.run_until(OPENS + timedelta(minutes=2))
    world.notifications.failing.clear()
    world.run_until(OPENS + timedelta(minutes=4))

    assert world.told()["opened"] == 1

    world.notifications.failing["lea"] = TryAgain("mail")
    world.run()

    assert verified(world)


def _named(world: ContestWorld, rank: int) -> str:
    """What the world's people call who has a rank."""
    return world.contests.winners("boulangerie", "galette")[rank - 1].id.partition(":")[2]


def _outcome(world: ContestWorld) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(world.objects.objects[f"{FOLDER}outcome.json"])
    return found


def _page(world: ContestWorld, name: str = "tirage.html") -> str:
    return world.objects.objects[f"{FOLDER}{name}"].decode().partition("<script")[0]


def test_who_does_not_follow_is_passed_over_for_a_public_reason() -> None:
    """Before any seat is given, in rank order; the certificate does not change, the next one moves up."""
    asks: dict[str, Any] = {
        "conditions": {"comment": True, "follow": True},
        "prizes": [{"name": "Galette"}, {"name": "Fève"}],
    }
    drawn, world = ContestWorld(**asks), ContestWorld(**asks)  # the same draw twice, to know who comes first
    for one in (drawn, world):
        one.people_comment(*PEOPLE)
        one.crowd.followers |= {*PEOPLE}
    drawn.run()
    world.crowd.followers -= {_named(drawn, 1)}

    world.run()

    first, second, third, _ = world.contests.winners("boulangerie", "galette")
    assert (first.place, first.code, first.told) == (Place.DISQUALIFIED, "no_follow", Told.NOT_YET)
    assert [(one.place, one.seat, one.left) for one in (second, third)] == [(Place.WON, 2, ()), (Place.WON, 1, ())]
    assert [what for _, what in first.story] == ["disqualified"]
    assert _outcome(world)["passed_over"] == {"no_follow": 1}
    assert _outcome(world)["places"][0]["reason"] == "no_follow"
    assert "abonné au compte, ce que demandait" in _page(world)
    assert world.told()["passed"] == 1
    assert verified(world)


def test_a_network_that_does_not_say_who_follows_is_asked_again_then_left_to_people() -> None:
    """Nobody is passed over for a network's silence: after an hour people are told what to check."""
    world = ContestWorld(conditions={"comment": True, "follow": True})
    world.people_comment(*PEOPLE)
    world.crowd.followers |= {*PEOPLE}
    world.run_until(DRAWS - timedelta(minutes=1))
    busy = [Unreachable(problem("server_answer_broken", host="twin")) for _ in range(30)]
    world.lists.faults += busy
    world.run_until(DRAWS + timedelta(minutes=20))
    assert not [one for one in world.contests.winners("boulangerie", "galette") if one.place is not Place.WAITING]
    world.lists.faults.clear()
    world.run_until(DRAWS + timedelta(minutes=25))
    assert _places(world)[:2] == [Place.WON, Place.WON]
    assert world.contests.winners("boulangerie", "galette")[0].left == ()

    silent = ContestWorld(conditions={"comment": True, "follow": True})
    silent.people_comment(*PEOPLE)
    silent.run_until(DRAWS - timedelta(minutes=1))
    silent.lists.faults += busy * 9
    silent.run_until(DRAWS + timedelta(minutes=75))
    silent.lists.faults.clear()
    silent.run()
    assert silent.contests.winners("boulangerie", "galette")[0].left == ("follow",)
    assert "l'abonnement au compte" in str(silent.notifications.told)


def test_a_winner_is_written_to_below_their_own_comment() -> None:
    """What they won, until when and how to confirm, what is asked of them, whom to write to; nowhere else."""
    world = ContestWorld(
        prizes=[{"name": "Une galette", "quantity": 2}],
        claim_within="2d",
        eligibility={"age": 18},
        organiser={"name": "Boulangerie Martin", "email": "jeu@martin.example"},
    )
    world.people_comment(*PEOPLE)
    world.run_until(DRAWS + timedelta(minutes=3))

    post = world.posts.post("boulangerie", "contest-galette-winner-1")
    assert post
    assert post.content.in_reply_to
    assert post.content.in_reply_to.interaction.startswith(f"{_named(world, 1)}-")
    text = post.content.parts[0].text
    for words in (
        f"@{_named(world, 1)} Bravo",
        "Une galette",
        "mercredi 25 novembre",
        "l'âge demandé",
        "jeu@martin.example",
    ):
        assert words in text.replace("\N{NO-BREAK SPACE}", " ")
    assert world.told()["written"] == 1
    assert "l'âge" in str([message for _, message in world.notifications.told if "/written/" in message.id])


def test_the_time_to_answer_begins_when_the_message_is_online() -> None:
    """Pause and crisis hold it as any post: nobody loses a prize that they were not told of."""
    world = ContestWorld(claim_within="1 h")
    world.people_comment(*PEOPLE)
    world.run_until(DRAWS - timedelta(minutes=1))
    world.is_held = True
    world.run_until(DRAWS + timedelta(hours=3))
    assert _places(world)[:2] == [Place.WON, Place.WON]

    world.is_held = False
    world.run_until(DRAWS + timedelta(hours=3, minutes=50))
    assert _places(world)[:2] == [Place.WON, Place.WON]
    world.run_until(DRAWS + timedelta(hours=4, minutes=20))
    assert _places(world)[:2] == [Place.LAPSED, Place.LAPSED]


def test_people_write_to_winners_who_cannot_be_answered() -> None:
    """With who it is and where they are found."""
    world = ContestWorld()
    world.people_comment(*PEOPLE)
    world.run_until(DRAWS - timedelta(minutes=1))
    world.network.most = 3  # no message fits
    world.run()

    assert world.told()["contact"] == 1
    assert "written" not in world.told()
    said = str([message for _, message in world.notifications.told if "/contact/" in message.id])
    assert f"https://bsky.app/profile/{_named(world, 1)}" in said


def test_only_who_claimed_and_agreed_is_named_and_nothing_that_was_computed_changes() -> None:
    """On the page and in the certificate, at the next tick; taken back the same way."""
    world = _drawn()
    before = certificate_of(world)
    now = world.clock.now()
    claim(world.contests, "boulangerie", "galette", 1, now, named=True)
    claim(world.contests, "boulangerie", "galette", 2, now)
    world.run_until(now + timedelta(minutes=2))

    named = certificate_of(world)
    first, second = world.contests.winners("boulangerie", "galette")[:2]
    assert [(one.id, one.rank) for one in named.announced] == [(first.id, 1)]
    assert named.model_copy(update={"announced": []}) == before
    assert verified(world)
    for name in ("tirage.html", "draw.html"):
        assert f"@{_named(world, 1)}" in _page(world, name)
        assert f"@{_named(world, 2)}" not in _page(world, name)

    claim(world.contests, "boulangerie", "galette", 1, world.clock.now(), named=False)
    claim(world.contests, "boulangerie", "galette", 2, world.clock.now(), named=True)
    world.run_until(now + timedelta(minutes=4))
    assert [one.id for one in certificate_of(world).announced] == [second.id]
    assert f"@{_named(world, 1)}" not in _page(world)


def test_a_draw_leads_to_the_commitment_before_it() -> None:
    """The operator's last one, whichever contest it was of."""
    world = ContestWorld()
    world.people_comment(*PEOPLE)
    later = {**world.plain, "draws": "2026-11-23 10:55", "title": "La bûche"}
    both = world.brand.model_copy(update={"contests": {"galette": world.plain, "buche": later}})
    world.brands._brands["boulangerie"] = both
    world.run()
    world.run_until(DRAWS + timedelta(minutes=10))

    found = {name: world.contests.contest("boulangerie", name) for name in ("galette", "buche")}
    (second,) = [name for name, one in found.items() if one and one.last.commitment["seq"] == 2]
    (first,) = {"galette", "buche"} - {second}
    page = world.objects.objects[f"contests/boulangerie/{second}/tirage.html"].decode()
    assert f'href="../{first}/commitment-1.json"' in page
    assert "tirage n° 2" in page.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_who_kept_a_prize_does_not_take_part_for_as_long_as_the_next_contest_says() -> None:
    """Who was disqualified, or let the prize go, does."""
    world = ContestWorld(claim_within="1 h")
    again = {**world.plain, "exclude": {"families": False, "previous_winners": 1}}
    later = {name: str(world.plain[name]).replace("11-23", "12-20") for name in ("opens", "closes", "draws")}
    plans = {"galette": world.plain, "buche": {**again, **later}}
    world.brands._brands["boulangerie"] = world.brand.model_copy(update={"contests": plans})
    world.people_comment(*PEOPLE)
    world.run_until(DRAWS + timedelta(minutes=2))
    claim(world.contests, "boulangerie", "galette", 1, world.clock.now())
    disqualify(world.contests, "boulangerie", "galette", 2, "n'est pas majeur", world.clock.now())
    world.run()
    kept = {one.id for one in world.contests.winners("boulangerie", "galette") if one.place is Place.CLAIMED}
    assert world.contests.won("boulangerie") == dict.fromkeys(kept, DRAWS)

    world.clock.advance_to(OPENS + timedelta(days=27))
    for name in PEOPLE:
        world.crowd.comment(world.post, name, "Encore !", at=OPENS + timedelta(days=27, minutes=3))
    while (second := world.contests.contest("boulangerie", "buche")) is None or second.frozen_at is None:
        world.tick()
        world.clock.advance(timedelta(minutes=1))

    assert second.rejected == {"previous_winner": 1}
    assert second.entrants == len(PEOPLE) - 1


def test_what_a_winner_replies_is_shown_to_people_as_what_it_is() -> None:
    """Known by who wrote it, below their own entry, after they were written to; once; nobody else's words."""
    world = _drawn()
    one = world.contests.winners("boulangerie", "galette")[0]
    (deed,) = world.contests.entrants("boulangerie", "galette", [one.id])[one.id].deeds
    assert deed.remote
    world.crowd.posts.append(deed.remote)  # what stands below a comment is listed like what stands below a post
    world.crowd.comment(deed.remote, "gus", "Et moi ?", at=world.clock.now())
    world.crowd.comment(
        deed.remote, _named(world, 1), "Merci, je confirme !", at=world.clock.now() + timedelta(minutes=1)
    )
    world.run_until(world.clock.now() + timedelta(minutes=20))

    assert world.told()["answered"] == 1
    (message,) = [message for _, message in world.notifications.told if "/answered/" in message.id]
    assert "Merci, je confirme !" in str(message)
    assert "Et moi ?" not in str(message)
    assert "rang 1" in str(message)
    assert _places(world)[0] is Place.WON  # a person notes it
