"""`heraut event`, and what `heraut apply` says of an event that is moved: the real command over the real tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import NetworkName, gatherings_of
from heraut.errors import Unreachable
from heraut.gatherings.plan_gatherings import noted
from heraut.gatherings.questions import Question, Questions
from heraut.gatherings.run_gatherings import run_gatherings
from heraut.gatherings.running import Outcome, Stage, Step
from heraut.gatherings.world import Holding
from heraut.problems import problem
from heraut.publishing import ContestPosts
from heraut.publishing.model import State
from tests.contracts.cli_shop import BAKERY
from tests.twins.clock import ClockTwin
from tests.twins.network import NetworkTwin
from tests.twins.notifications import NotificationsTwin
from tests.twins.site_objects import SiteObjectsTwin

if TYPE_CHECKING:
    from pathlib import Path

    from heraut.brands import Account
    from heraut.networks.base import Limits
    from tests.contracts.cli_shop import Shop

APPLIED = datetime(2099, 12, 9, 16, 30, tzinfo=UTC)
WORKSHOP: dict[str, Any] = {
    "kind": "offline",
    "title": "L'atelier du levain",
    "accounts": ["masto"],
    "starts": "2099-12-10 18:30",
    "ends": "2099-12-10 20:00",
    "place": "Au fournil",
    "reminders": ["1d", "2h"],
}


def tick(shop: Shop, now: datetime) -> None:
    """Play a minute of the schedule over the shop's own tables."""
    world = Holding(
        gatherings=shop.gatherings,
        brands=shop.brands,
        secrets=shop.secrets,
        networks={},
        posts=ContestPosts(shop.posts, shop.brands, shop.secrets, dict.fromkeys(NetworkName, NetworkTwin()), "event"),
        objects=SiteObjectsTwin(),
        notifications=NotificationsTwin(),
        clock=ClockTwin(now),
        public_url="https://public.example",
    )
    assert run_gatherings(world.timed, now, plan=True).failed == 0


@pytest.fixture(name="announced")
def _announced(shop: Shop) -> Shop:
    """The bakery has an event, which was announced an hour before its first reminder."""
    before = shop.brands.brand("martin")
    assert before is not None
    revision = before.revision
    events = {"atelier": WORKSHOP}
    shop.brands.save(before.model_copy(update={"events": events, "revision": revision + 1}), revision)
    tick(shop, APPLIED)
    return shop


def test_the_list_says_what_is_planned(announced: Shop) -> None:
    """By its short name, with when, and how far it has come."""
    said = announced.heraut("event", "list")

    assert said.status == 0, said
    assert "atelier · martin · annoncé" in said.out
    assert "L'atelier du levain · rencontre · jeudi 10 décembre 2099, 18 h 30" in said.out


def test_one_shows_its_addresses_and_each_reminder(announced: Shop) -> None:
    """Where its page and its calendar file are, what is in the queue and what is to come."""
    said = announced.heraut("event", "show", "atelier")

    assert said.status == 0, said
    assert "Page : https://public.example/events/martin/atelier/evenement.html" in said.out
    assert "Fichier d'agenda : https://public.example/events/martin/atelier/event.ics" in said.out
    assert "Rappel 1d avant (mercredi 9 décembre 2099, 18 h 30) : masto programmé" in said.out
    (shown,) = announced.heraut("event", "list", "--json").json
    assert shown == announced.heraut("event", "show", "atelier", "--json").json
    assert (shown["event"], shown["state"], shown["begins"]) == ("atelier", "planned", "2099-12-10T18:30:00+01:00")
    assert [one["outcome"] for one in shown["posts"]] == ["queued", "queued"]
    assert shown["posts"][0]["deliveries"][0]["post"] == "event-atelier-1d"


def live(announced: Shop, *asked: Question) -> None:
    """Let the bakery have a session of questions, in which these were asked."""
    before = announced.brands.brand("martin")
    assert before is not None
    terms = {"kind": "live_qa", "title": "Vos questions", "accounts": ["masto", "story"]}
    terms |= {"opens": "2099-12-10 18:30", "closes": "2099-12-10 19:30"}
    after = {"events": {**before.events, "direct": terms}, "revision": before.revision + 1}
    brand = before.model_copy(update=after)
    announced.brands.save(brand, before.revision)
    announced.gatherings.add(noted(brand, gatherings_of(brand)["direct"], "https://public.example", APPLIED))
    made = Questions(brand="martin", name="direct", revision=1, count=len(asked), kept=asked)
    announced.gatherings.save_questions(made, APPLIED)


ZOE = Question(
    account="masto",
    network=NetworkName.MASTODON,
    post="1",
    remote="2",
    by="mastodon:https://piaf.example/users/zoe",
    handle="@zoe",
    text="Quel levain utilisez-vous ?",
    likes=2,
    answered=True,
)
MAX = Question(account="masto", network=NetworkName.FACEBOOK, post="1", remote="3", text="Et le seigle ?")


def test_a_session_shows_what_is_asked(announced: Shop) -> None:
    """Best first, with who asked, how many like it and whether it was answered; the whole of it for programs."""
    live(announced, ZOE)

    said = announced.heraut("event", "show", "direct")

    assert "Clôture (jeudi 10 décembre 2099, 19 h 30) : à venir" in said.out
    assert "Questions : 1" in said.out
    assert "1. Quel levain utilisez-vous ? · @zoe · masto · 2 J'aime · répondue" in said.out
    assert "Sur story, Héraut ne peut pas lire les commentaires" in said.out
    assert "J'aime inconnus" not in said.out
    shown = announced.heraut("event", "show", "direct", "--json").json
    assert (shown["asked"], shown["questions"][0]["profile"]) == (1, "https://piaf.example/users/zoe")
    assert (shown["likes_untold_by"], shown["questions_unread_on"]) == ([], ["masto", "story"])  # neither double lists


def test_questions_are_listed_with_what_a_person_needs_to_hide_one(announced: Shop) -> None:
    """Their ids; and where a network does not tell how many like them, that it does not."""
    live(announced, ZOE, MAX)

    said = announced.heraut("event", "questions", "direct").out

    assert f"1. [{ZOE.id}] Quel levain utilisez-vous ? · @zoe · masto · 2 J'aime · répondue" in said
    assert f"2. [{MAX.id}] Et le seigle ? · masto · J'aime inconnus" in said
    assert "n'est pas donné par Facebook" in said
    shown = announced.heraut("event", "questions", "direct", "--json").json
    assert [(one["id"], one["rank"], one["hidden"]) for one in shown] == [(ZOE.id, 1, None), (MAX.id, 2, None)]


def test_a_person_hides_a_question_and_takes_it_back(announced: Shop) -> None:
    """With who, when and why; a rank is only for what is shown."""
    live(announced, ZOE, MAX)

    refused = announced.heraut("event", "hide", "direct", ZOE.id)
    assert (refused.status, "--because" in refused.err) == (1, True)
    said = announced.heraut("event", "hide", "direct", ZOE.id, "--because", "C'est une publicité")
    assert (said.status, "Question masquée du récapitulatif : « Quel levain" in said.out) == (0, True), said

    listed = announced.heraut("event", "questions", "direct").out
    assert f"– [{ZOE.id}] Quel levain" in listed
    assert f"1. [{MAX.id}] Et le seigle" in listed
    assert "masquée par lea" in listed
    assert "C'est une publicité" in listed

    back = announced.heraut("event", "hide", "direct", ZOE.remote, "--undo", "--json").json
    assert (back["rank"], back["hidden"], [one["what"] for one in back["decisions"]]) == (1, None, ["hide", "show"])


def test_what_cannot_be_hidden_is_said(announced: Shop) -> None:
    """A question that is none, in a session that nobody asked in; a meeting has none."""
    live(announced, ZOE)

    unknown = announced.heraut("event", "hide", "direct", "0000", "--because", "x")
    assert (unknown.status, "heraut event questions direct" in unknown.err) == (1, True)
    assert "est une rencontre" in announced.heraut("event", "questions", "atelier").err
    assert announced.heraut("event", "hide", "direct").status == 2


def test_whoever_asked_is_given_it_back_and_forgotten(announced: Shop) -> None:
    """Also who did nothing but ask; a post that quotes them is named, and people hear that it must change."""
    live(announced, ZOE, MAX)
    there = announced.gatherings.gathering("martin", "direct")
    assert there is not None
    opening = announced.add(text="Bravo à @zoe pour sa question !")
    announced.put(opening, State.PUBLISHED, url="https://social.example/1", due_at=None)
    step = Step(outcome=Outcome.QUEUED, at=APPLIED, post=opening)
    announced.gatherings.change(there, there.next(steps={"recap": step}, recapped=True, stage=Stage.OVER, due_at=None))
    asked = ("@zoe", "--brand", "martin")

    given = announced.heraut("people", "export", *asked).json["sessions"]
    assert [[one["text"] for one in session["questions"]] for session in given] == [[ZOE.text]]
    shown = announced.heraut("people", "erase", *asked, "--dry-run").out
    assert "Questions en direct « Vos questions » : « Quel levain utilisez-vous ? »" in shown
    assert f"la publication {opening} cite cette personne" in shown
    assert announced.heraut("people", "erase", *asked, "--json", "--yes").json["sessions"] == 1

    kept = announced.gatherings.questions("martin", "direct")
    assert [one.text for one in kept.kept] == [MAX.text]
    assert "zoe" not in kept.model_dump_json()
    after = announced.gatherings.gathering("martin", "direct")
    assert after is not None
    assert after.rewrite
    assert "OnlineWithoutConsent" in [name for name, _, _ in announced.story(opening)]
    assert "Rien n'est gardé" in announced.heraut("people", "erase", *asked, "--yes").err


def test_it_speaks_english(announced: Shop) -> None:
    """As every command does."""
    announced.speak("en")

    said = announced.heraut("event", "show", "atelier").out

    assert "Calendar file: https://public.example/events/martin/atelier/event.ics" in said


def test_an_event_that_is_not_there_is_said(announced: Shop) -> None:
    """With those that are; and where there is none at all, where they are written."""
    said = announced.heraut("event", "show", "atelie")

    assert (said.status, "Il y a : atelier" in said.err) == (1, True)
    assert "heraut.yaml" in announced.heraut("event", "list", "--brand", "mots").out


def test_whoever_moves_an_event_hears_which_posts_are_online(announced: Shop, tmp_path: Path) -> None:
    """So that they are corrected where people read them; what waits follows by itself."""
    announced.posts.change(
        *(
            (one := announced.delivery("event-atelier-1d")),
            one.model_copy(update={"state": State.PUBLISHED, "url": "https://social.example/1"}),
        )
    )
    file = tmp_path / "heraut.yaml"
    announced.heraut("pull", file)
    file.write_text(file.read_text(encoding="utf-8").replace("18:30", "19:00"), encoding="utf-8")

    said = announced.heraut("apply", file, "--dry-run")

    assert "~ events.atelier.starts: 2099-12-10 18:30 → 2099-12-10T19:00" in said.out
    assert "martin.events.atelier : Des publications" in said.err
    assert "https://social.example/1" in said.err
    assert BAKERY.events == {}


def test_a_text_that_its_network_would_refuse_is_refused(announced: Shop, tmp_path: Path) -> None:
    """With where it stands in the file, how long it is once filled in, and what the network takes; nothing changes."""
    announced.masto.most = 500
    file = tmp_path / "heraut.yaml"
    announced.heraut("pull", file)
    own = '{before: 2h, text: "' + "é" * 490 + ' {title}"}'
    file.write_text(file.read_text(encoding="utf-8").replace("2h", own), encoding="utf-8")

    said = announced.heraut("apply", file, "--yes")

    assert said.status == 1, said
    assert "martin.events.atelier.reminders[2].text : Le texte fait 510 caractères sur Mastodon" in said.err
    brand = announced.brands.brand("martin")
    assert brand is not None
    assert brand.events == {"atelier": WORKSHOP}


def test_a_server_that_does_not_answer_is_said_once(
    announced: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked once, however many texts there are; the file is applied."""
    asked: list[str] = []

    def limits(account: Account, _: object) -> Limits:
        asked.append(account.name)
        raise Unreachable(problem("server_unreachable", host="social.example"))

    monkeypatch.setattr(announced.masto, "limits", limits)
    file = tmp_path / "heraut.yaml"
    announced.heraut("pull", file)
    file.write_text(file.read_text(encoding="utf-8").replace("L'atelier du levain", "L'atelier"), encoding="utf-8")

    said = announced.heraut("apply", file, "--yes")

    assert said.status == 0, said
    assert said.err.count("Le serveur de masto ne répond pas") == 1
    assert asked == ["masto"]
