"""A question leaves the recap when the team says so, or when whoever asked it wants to be forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from heraut.brands import NetworkName
from heraut.contests import Note
from heraut.errors import InvalidInput, NotFound, TryAgain
from heraut.gatherings import hold_session
from heraut.gatherings.forget_asker import AskedInSessions
from heraut.gatherings.hide_question import hide_question
from heraut.gatherings.publish_event import publish_event
from heraut.gatherings.questions import HIDE, SHOW, Question, Questions
from tests.twins.gathering_world import BEGINS, CLOSES, FOLDER, ID, NAME, GatheringWorld
from tests.unit.gatherings.test_live_questions import MINUTE, OPENING, ask, session, texts

if TYPE_CHECKING:
    from heraut.publishing import ContestPosts

SKY = NetworkName.BLUESKY
ZOE = (ID, SKY, "zoe", "@zoe")
YEAR = timedelta(days=365)


def page(world: GatheringWorld) -> str:
    """The recap, in English."""
    return world.objects.objects[f"{FOLDER}event.html"].decode()


def decide(world: GatheringWorld, text: str, what: str = HIDE, because: str = "hors sujet") -> Questions:
    """Let Léa decide about the question with this text."""
    (found,) = [one for one in world.gatherings.questions(ID, NAME).kept if text in one.text]
    note = Note(at=world.clock.now(), by="lea", what=what, because=because)
    return hide_question(world.gathering, found.id, note, world.world.gatherings)[0]


def asked(world: GatheringWorld) -> AskedInSessions:
    """What forgets them."""
    return AskedInSessions(world.gatherings, cast("ContestPosts", world.world.posts))


def test_one_that_is_hidden_while_people_ask_is_never_shown() -> None:
    """It stays hidden at each reading; the team is told of the others; the reason is nowhere public."""
    world = session()
    ask(world)
    world.run_until(BEGINS + 10 * MINUTE)
    decide(world, "Quel", because="injure")
    world.run()

    assert "levain" not in page(world)
    assert "Questions asked: 3" in page(world)
    assert "levain" not in world.news("recap").quote
    assert "injure" not in "".join(body.decode() for body in world.objects.objects.values())
    assert len(texts(world)) == 4
    (note,) = [note for notes in world.gatherings.questions(ID, NAME).decisions.values() for note in notes]
    assert (note.by, note.because, note.at) == ("lea", "injure", BEGINS + 10 * MINUTE)


def test_one_that_is_hidden_afterwards_leaves_the_page_and_comes_back() -> None:
    """The next tick writes the page anew; taking it back does so too, and both decisions are kept."""
    world = session()
    ask(world)
    world.run()
    assert "levain" in page(world)

    decide(world, "Quel")
    world.tick()
    assert "levain" not in page(world)

    after = decide(world, "Quel", SHOW, "")
    world.tick()
    assert "levain" in page(world)
    assert [[note.what for note in notes] for notes in after.decisions.values()] == [[HIDE, SHOW]]
    assert world.gathering.due_at == CLOSES + YEAR


def test_a_session_whose_questions_are_all_hidden_has_no_recap_post() -> None:
    """Nobody is led to an empty page."""
    world = session()
    world.crowd.comment(OPENING, "max", "Acheter mes montres !", at=BEGINS + 3 * MINUTE)
    world.run_until(BEGINS + 10 * MINUTE)
    decide(world, "montres")
    world.run()

    assert "event-atelier-recap" not in world.posts.names(ID)
    assert "No question to show." in page(world)


def test_what_cannot_be_hidden_is_said() -> None:
    """Without a reason, with a novel, or a question that nobody asked; taking it back needs no reason."""
    world = session()
    ask(world)
    world.run_until(BEGINS + 10 * MINUTE)

    with pytest.raises(InvalidInput):
        decide(world, "Quel", because="")
    with pytest.raises(InvalidInput):
        decide(world, "Quel", because="x" * 501)
    with pytest.raises(NotFound):
        hide_question(world.gathering, "0", Note(at=BEGINS, by="lea", what=HIDE, because="x"), world.gatherings)
    for _ in range(15):
        decide(world, "Quel")
        decide(world, "Quel", SHOW, "")
    assert [len(notes) for notes in world.gatherings.questions(ID, NAME).decisions.values()] == [20]


class Racing:
    """A store in which something else happens right before each of so many writes of ours."""

    def __init__(self, world: GatheringWorld, step: Any, times: int = 1) -> None:
        self.world, self.step, self.times = world, step, times

    def __getattr__(self, name: str) -> Any:
        held = getattr(self.world.gatherings, name)
        if name not in {"save_questions", "change"}:
            return held

        def write(*given: Any) -> None:
            if self.times:
                self.times -= 1
                self.step()
            held(*given)

        return write


@pytest.mark.parametrize("at", [BEGINS + 10 * MINUTE, CLOSES + timedelta(seconds=10)], ids=["reading", "closing"])
def test_a_decision_that_meets_a_reading_wins(at: datetime) -> None:
    """Whichever of both writes first."""
    world = session()
    ask(world)
    world.run_until(at)

    def reading() -> None:
        world.clock.advance_to(at + 6 * MINUTE)
        world.tick()

    (found,) = [one for one in world.gatherings.questions(ID, NAME).kept if "Quel" in one.text]
    note = Note(at=at, by="lea", what=HIDE, because="hors sujet")
    hide_question(world.gathering, found.id, note, Racing(world, reading))
    world.run()

    assert "levain" not in page(world)


def test_a_decision_that_meets_the_publication_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page that is written from what was read before the decision is written again."""
    world = session()
    ask(world)
    decided: list[str] = []

    def publish(*given: Any, **more: Any) -> None:
        if not decided:
            decided.append("Quel")
            decide(world, "Quel")
        publish_event(*given, **more)

    monkeypatch.setattr(hold_session, "publish_event", publish)
    world.run()

    assert decided
    assert "levain" not in page(world)


def test_a_session_that_never_stands_still_is_tried_again_later() -> None:
    """Whoever hid a question hears that it did not happen."""
    world = session()
    ask(world)
    world.run_until(BEGINS + 10 * MINUTE)
    (first, *_) = world.gatherings.questions(ID, NAME).kept

    def read_again() -> None:
        now = world.gatherings.questions(ID, NAME)
        world.gatherings.save_questions(now.next(), CLOSES)

    note = Note(at=BEGINS, by="lea", what=HIDE, because="x")
    with pytest.raises(TryAgain):
        hide_question(world.gathering, first.id, note, Racing(world, read_again, 100))
    assert world.gatherings.questions(ID, NAME).decisions == {}


def test_somebody_is_given_what_they_asked() -> None:
    """Theirs alone, with the session, and the posts of the session that quote them."""
    world = session()
    ask(world)
    world.run()

    (held,) = asked(world).held(*ZOE)

    assert (held["event"], held["title"], held["posts"]) == (NAME, "Vos questions au boulanger", [])
    assert [one["text"] for one in held["questions"]] == ["<b>Quel</b> levain ?"]
    assert asked(world).held(ID, SKY, "nobody", "") == []
    assert asked(world).held(ID, NetworkName.MASTODON, "zoe", "@zoe") == []
    assert (SKY, "zoe", "@zoe", "") in list(asked(world).people(ID))


def test_a_post_that_quotes_them_is_named() -> None:
    """By their name, or by what they asked."""
    world = session(texts={"recap": "Merci à @zoe ! {page}"})
    ask(world)
    world.run()

    assert [one["posts"] for one in asked(world).held(*ZOE)] == [["event-atelier-recap"]]
    assert [one["posts"] for one in asked(world).held(ID, SKY, "max", "@max")] == [[]]


def test_who_is_forgotten_during_the_session_is_not_read_again() -> None:
    """Their comment still stands on the network; their id goes once the lists are read no more."""
    world = session()
    ask(world)
    world.run_until(BEGINS + 10 * MINUTE)
    asked(world).forget(*ZOE, world.clock.now())
    assert len(texts(world)) == 3

    world.run()

    assert "levain" not in page(world)
    assert "zoe" not in world.gatherings.questions(ID, NAME).model_dump_json()
    assert "zoe" not in world.gathering.model_dump_json()


def test_who_is_forgotten_afterwards_leaves_the_page() -> None:
    """With what was decided about their question; the others stay; twice is once."""
    world = session()
    ask(world)
    world.run()
    decide(world, "Quel")
    for _ in range(2):
        asked(world).forget(*ZOE, world.clock.now())
        world.tick()

    assert "zoe" not in page(world)
    assert "Questions asked: 3" in page(world)
    assert world.gatherings.questions(ID, NAME).decisions == {}
    assert "zoe" not in world.gatherings.questions(ID, NAME).model_dump_json()


def test_what_people_were_not_told_yet_is_told_without_them() -> None:
    """News that wait for somebody who cannot be reached hold nobody who was forgotten."""
    world = session()
    ask(world)
    world.run_until(BEGINS + 10 * MINUTE)
    there = world.gathering
    news = there.telling(
        "half", there.known_at, count=2, top=[["@zoe", "<b>Quel</b> levain ?", 2, True], ["@max", "Et ?"]]
    )
    world.gatherings.change(there, there.next(news=news))

    asked(world).forget(*ZOE, world.clock.now())

    assert [one.fields["top"] for one in world.gathering.news] == [[["@max", "Et ?"]]]


def test_after_a_year_the_page_loses_its_questions() -> None:
    """When the table forgets them; nothing is due afterwards."""
    world = session()
    ask(world)
    world.run()
    world.clock.advance_to(CLOSES + YEAR)
    world.tick()

    assert "levain" not in page(world)
    assert "The questions of this session are kept no more." in page(world)
    assert (world.gathering.due_at, world.gathering.cleared) == (None, True)


def decide_after(world: GatheringWorld) -> None:
    """Let Léa hide a question of somebody else, over the store itself."""
    (found,) = [one for one in world.gatherings.questions(ID, NAME).kept if one.text == "Ici"]
    note = Note(at=world.clock.now(), by="lea", what=HIDE, because="x")
    hide_question(world.gathering, found.id, note, world.gatherings)


@pytest.mark.parametrize("arrives", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("strike", range(1, 7))
def test_a_tick_that_dies_while_it_writes_the_page_writes_it_again(strike: int, arrives: bool) -> None:
    """What was taken off is off."""
    world = session()
    ask(world)
    world.run()
    asked(world).forget(*ZOE, world.clock.now())
    decide_after(world)
    world.fate.calls, world.fate.strike, world.fate.arrives = 0, strike, arrives
    world.run_until(world.clock.now() + 2 * MINUTE)

    assert "levain" not in page(world)
    assert '<p dir="auto">Ici</p>' not in page(world)
    assert world.gathering.due_at == CLOSES + YEAR


def test_a_flood_of_long_questions_fits_what_is_kept() -> None:
    """The best of them; and those that were taken off, so that the list of the network does not bring them back."""
    flood = [
        Question(account="sky", network=SKY, post="p", remote=f"{n}", text="🥐" * 500, likes=n) for n in range(400)
    ]
    notes: dict[str, tuple[Note, ...]] = {flood[0].id: (Note(at=BEGINS, by="lea", what=HIDE, because="x"),)}
    small = [one.model_copy(update={"text": "?"}) for one in flood]

    kept = Questions(brand=ID, name=NAME).of(flood).kept
    best = Questions(brand=ID, name=NAME, decisions=notes).of(small)

    assert len(Questions(brand=ID, name=NAME, kept=kept).model_dump_json().encode()) < 350_000
    assert [one.likes for one in kept] == list(range(399, 399 - len(kept), -1))
    assert (best.count, best.shown_count, len(best.kept), len(best.shown)) == (400, 399, 201, 200)
