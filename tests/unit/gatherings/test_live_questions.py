"""A session of questions opens, collects what people ask, closes and is recapped by itself, each post once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from heraut.errors import OutcomeUnknown
from heraut.gatherings.questions import Question
from heraut.gatherings.running import Outcome, Stage
from heraut.problems import problem
from tests.twins.contest_world import Fate
from tests.twins.crowd import ME
from tests.twins.gathering_world import BEGINS, CLOSES, FOLDER, ID, LIVE, NAME, PUBLIC, GatheringWorld

OPENING = "event-atelier-opening"
MINUTE = timedelta(minutes=1)


def session(fate: Fate | None = None, **changes: object) -> GatheringWorld:
    """A session that has just opened."""
    world = GatheringWorld(fate, LIVE, **changes)
    world.run_until(BEGINS + MINUTE)
    return world


def ask(world: GatheringWorld) -> dict[str, str]:
    """Let three people ask, one of them twice; zoe's is the most liked, and the brand answers it."""
    at = BEGINS + 2 * MINUTE
    asked = {
        who: world.crowd.comment(OPENING, who, text, at=at + number * MINUTE)
        for number, (who, text) in enumerate(
            [("max", "Et le seigle ?"), ("zoe", "<b>Quel</b> levain ?"), ("ana", "Ici")]
        )
    }
    asked["again"] = world.crowd.comment(OPENING, "max", "Et l'épeautre ?", at=at + 5 * MINUTE)
    for liker in ("bao", "eve"):
        world.crowd.like(asked["zoe"], liker)
    world.crowd.comment(OPENING, ME, "Du seigle.", below=asked["zoe"], at=at + 6 * MINUTE)
    world.crowd.comment(OPENING, ME, "Merci à tous !", at=at + 7 * MINUTE)
    return asked


def texts(world: GatheringWorld) -> list[str]:
    """Give what was asked, as it is kept."""
    return [one.text for one in world.gatherings.questions(ID, NAME).kept]


def test_a_whole_session() -> None:
    """Opening and closing at their second, questions by likes then by time, the recap with its post, people told."""
    world = session()
    ask(world)
    world.run()

    said = [(at, text) for at, _, text in world.said]
    assert [at for at, _ in said[:2]] == [BEGINS, CLOSES]
    assert "jusqu'à 19\xa0h\xa030" in said[0][1]
    assert f"{PUBLIC}/{FOLDER}evenement.html" in said[2][1]
    assert sorted(world.posts.names(ID)) == [
        "event-atelier-closing",
        "event-atelier-opening",
        "event-atelier-recap",
    ]
    assert texts(world) == ["<b>Quel</b> levain ?", "Et le seigle ?", "Ici", "Et l'épeautre ?"]
    assert [one.answered for one in world.gatherings.questions(ID, NAME).kept] == [True, False, False, False]
    assert world.told() == Counter({"published": 1, "half": 1, "recap": 1})
    assert "1. @zoe" in world.news("half").quote
    assert "(2\xa0J'aime) (répondue)" in world.news("recap").quote.replace(" J'aime", "\xa0J'aime")
    assert world.gathering.stage is Stage.OVER
    assert world.gatherings.forgotten[ID, NAME] == CLOSES + timedelta(days=365)


def test_the_recap_names_people_by_their_public_handle_alone() -> None:
    """With its link; what they wrote is text and no mark-up; how many like it, and whether it was answered."""
    world = session()
    ask(world)
    world.run()

    for name, liked in (("evenement.html", "2 J'aime · répondue"), ("event.html", "2 likes · answered")):
        page = BeautifulSoup(world.objects.objects[f"{FOLDER}{name}"], "html.parser")
        first = page.select("main article")[1]
        assert page.select("main article b") == []
        assert "<b>Quel</b> levain ?" in first.text
        (link,) = first.select("a")
        assert (link["href"], link.text) == ("https://bsky.app/profile/zoe", "@zoe")
        assert liked in " ".join(first.text.split())
        assert "Zoe" not in page.text


def story(fate: Fate) -> GatheringWorld:
    """A whole session."""
    world = GatheringWorld(fate, LIVE)
    world.run_until(BEGINS + MINUTE)
    while OPENING not in world.crowd.posts:
        world.run_until(world.clock.now() + MINUTE)
    ask(world)
    world.run()
    return world


UNHURT = story(Fate())


@pytest.mark.parametrize("arrives", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("strike", range(1, UNHURT.fate.calls + 1))
def test_whatever_dies_each_post_leaves_once_and_no_question_is_lost(strike: int, arrives: bool) -> None:
    """Opening, closing and recap once; all that was asked is on the page."""
    world = story(Fate(strike, arrives))

    assert sorted(world.posts.names(ID)) == [f"event-atelier-{step}" for step in ("closing", "opening", "recap")]
    assert len(world.said) == 3
    assert len(texts(world)) == 4
    assert "Quel" in world.objects.objects[f"{FOLDER}event.html"].decode()
    assert world.gathering.stage is Stage.OVER


def test_what_is_deleted_or_comes_too_late_is_no_question() -> None:
    """Nor is what the staff says, or what people answer each other; after the last reading nothing changes."""
    world = session(staff=["@lea.martin"])
    asked = ask(world)
    world.crowd.comment(OPENING, "lea.martin", "Posez vos questions !", at=BEGINS + 3 * MINUTE)
    world.crowd.comment(OPENING, "bao", "Moi aussi", below=asked["max"], at=BEGINS + 3 * MINUTE)
    world.crowd.comment(OPENING, "gus", "Trop tard ?", at=CLOSES + MINUTE)
    world.run_until(BEGINS + 20 * MINUTE)
    assert "Ici" in texts(world)
    world.crowd.remove(asked["ana"])

    world.run()
    world.crowd.remove(asked["max"])
    world.run_until(CLOSES + timedelta(hours=1))

    assert texts(world) == ["<b>Quel</b> levain ?", "Et le seigle ?", "Et l'épeautre ?"]


def test_what_the_team_hid_on_the_network_is_on_no_page() -> None:
    """Shown again there, it is a question again."""
    world = session()
    asked = ask(world)
    world.crowd.hidden |= {asked["zoe"], asked["ana"]}
    world.run_until(BEGINS + 20 * MINUTE)
    assert texts(world) == ["Et le seigle ?", "Et l'épeautre ?"]
    world.crowd.hidden.remove(asked["ana"])

    world.run()

    assert "levain" not in world.objects.objects[f"{FOLDER}event.html"].decode()
    assert texts(world) == ["Et le seigle ?", "Ici", "Et l'épeautre ?"]


def test_other_posts_are_read_too() -> None:
    """A post that is online already, by its address."""
    world = session(posts=[{"accounts": ["sky"], "url": "https://twin.example/before"}])
    world.crowd.posts.append("before")
    world.crowd.comment("before", "zoe", "Et le pain de mie ?", at=BEGINS + 3 * MINUTE)
    world.run()

    assert texts(world) == ["Et le pain de mie ?"]


def test_a_network_that_does_not_answer_takes_no_question_away() -> None:
    """What was known stays; after the closing it is asked again for some minutes, then people hear."""
    world = session()
    ask(world)
    world.run_until(CLOSES - MINUTE)
    world.lists.faults.extend(OutcomeUnknown(problem("server_answer_broken", host="twin")) for _ in range(100))
    world.run_until(CLOSES + 5 * MINUTE)
    assert not world.gathering.recapped

    world.run()

    assert len(texts(world)) == 4
    assert "sky" in world.news("recap").lead


def test_a_session_in_which_nobody_asks_has_no_recap_post() -> None:
    """Its page says so."""
    world = session()
    world.run()

    assert "event-atelier-recap" not in world.posts.names(ID)
    assert "No question to show." in world.objects.objects[f"{FOLDER}event.html"].decode()
    assert world.told() == Counter({"published": 1, "recap": 1})


def test_an_opening_that_was_held_never_leaves_once_the_session_is_closed() -> None:
    """Nobody is invited to what is over."""
    world = GatheringWorld(None, LIVE)
    world.run_until(BEGINS - 5 * MINUTE)
    world.hold()
    world.run()

    assert world.gathering.steps["opening"].outcome is Outcome.WITHDRAWN
    assert world.said == []
    assert world.told()["stopped"] == 1


def test_a_session_that_is_prolonged_stays_open() -> None:
    """The closing post waits for the new hour; the opening is not repeated."""
    world = session()
    ask(world)
    world.run_until(BEGINS + 10 * MINUTE)
    world.apply(closes="2026-12-10 20:00")
    world.run()

    assert [at for at, _, _ in world.said[:2]] == [BEGINS, CLOSES + 30 * MINUTE]
    assert sorted(world.posts.names(ID))[:2] == ["event-atelier-closing", "event-atelier-closing-1"]
    assert len(texts(world)) == 4


@pytest.mark.parametrize(
    ("network", "by", "handle", "profile"),
    [
        ("bluesky", "bluesky:did:plc:x", "@zoe.test", "https://bsky.app/profile/zoe.test"),
        ("mastodon", "mastodon:https://piaf.example/users/zoe", "@zoe", "https://piaf.example/users/zoe"),
        ("mastodon", "mastodon:javascript:alert(1)", "@zoe", ""),
        ("instagram", "instagram:1", "@zoe", "https://www.instagram.com/zoe/"),
        ("facebook", "facebook:1", "", ""),
        ("mastodon", None, "", ""),
    ],
)
def test_where_an_author_is_found(network: str, by: str | None, handle: str, profile: str) -> None:
    """By a web address alone."""
    one = Question.model_validate(
        {"account": "a", "network": network, "post": "p", "remote": "r", "by": by, "handle": handle}
    )

    assert one.profile == profile
