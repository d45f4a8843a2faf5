"""`heraut event`, and what `heraut apply` says of an event that is moved: the real command over the real tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import NetworkName
from heraut.gatherings.run_gatherings import run_gatherings
from heraut.gatherings.running import Question, Questions
from heraut.gatherings.world import Holding
from heraut.publishing import ContestPosts
from heraut.publishing.model import State
from tests.contracts.cli_shop import BAKERY
from tests.twins.clock import ClockTwin
from tests.twins.network import NetworkTwin
from tests.twins.notifications import NotificationsTwin
from tests.twins.site_objects import SiteObjectsTwin

if TYPE_CHECKING:
    from pathlib import Path

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


def test_a_session_shows_what_is_asked(announced: Shop) -> None:
    """Best first, with who asked, how many like it and whether it was answered; the whole of it for programs."""
    before = announced.brands.brand("martin")
    assert before is not None
    live = {"kind": "live_qa", "title": "Vos questions", "accounts": ["masto"]}
    live |= {"opens": "2099-12-10 18:30", "closes": "2099-12-10 19:30"}
    announced.brands.save(before.model_copy(update={"events": {"direct": live}, "revision": before.revision + 1}), 2)
    asked = Question(
        account="masto",
        network=NetworkName.MASTODON,
        post="1",
        remote="2",
        by="mastodon:https://piaf.example/users/zoe",
        handle="@zoe",
        text="Quel levain ?",
        likes=2,
        answered=True,
    )
    made = Questions(brand="martin", name="direct", revision=1, count=1, kept=(asked,))
    announced.gatherings.save_questions(made, APPLIED)

    said = announced.heraut("event", "show", "direct")

    assert "Ouverture (jeudi 10 décembre 2099, 18 h 30) : à venir" in said.out
    assert "Questions : 1" in said.out
    assert "1. Quel levain ? · @zoe · masto · 2 J'aime · répondue" in said.out
    shown = announced.heraut("event", "show", "direct", "--json").json
    assert (shown["asked"], shown["questions"][0]["profile"]) == (1, "https://piaf.example/users/zoe")


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
