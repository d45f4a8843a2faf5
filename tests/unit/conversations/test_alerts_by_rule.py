"""What a brand's rules change for its people: who hears, when, until when, and what is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from heraut.brands import Account, NetworkName, Team
from heraut.conversations import What
from heraut.errors import Refused
from heraut.problems import problem
from tests.unit.conversations.test_alerts import BRAND, HOUR, MINUTE, MONDAY, Shop, Talking

NIGHT = MONDAY - 9 * HOUR  # Monday, 1 h in Paris
SUNDAY = MONDAY - 19 * HOUR  # 15 h in Paris


class RuledShop(Shop):
    """The bakery with rules, and whatever else a brand may say."""

    def __init__(self, *rules: dict[str, Any], **more: Any) -> None:
        super().__init__()
        named = tuple({"name": f"r{number}"} | rule for number, rule in enumerate(rules, 1))
        self.brand = BRAND.model_copy(update={"rules": named, **more})
        self.brands._brands[self.brand.id] = self.brand

    def moments(self) -> list[tuple[What, str | None, tuple[str, ...]]]:
        """What happened to the only alert that there is."""
        ((_, alert),) = dict.fromkeys(self.kept._story, 0)
        return [(one.what, one.by, one.people) for one in self.kept.story("martin", alert)]


def subjects(shop: Shop, person: str) -> list[str]:
    """What a person was told, in short."""
    return [one.happened.replace("\N{NO-BREAK SPACE}", " ") for one in shop.told(person)]


def test_a_rule_chooses_who_hears() -> None:
    """And says why: the rule, and the word that made it."""
    shop = RuledShop({"name": "Allergies", "when": {"words": "allergie"}, "then": {"tell": "nadia"}})
    shop.say("c1", "J'ai une allergie !")
    shop.run(6 * MINUTE)

    (message,) = shop.told("nadia")
    assert (shop.told("lea"), shop.told("max")) == ([], [])
    assert "Règle «\N{NO-BREAK SPACE}Allergies\N{NO-BREAK SPACE}» (allergie)." in (message.why or "")


def test_a_crisis_passes_through_the_night_and_its_deadline_runs_by_the_clock() -> None:
    """Reminded before it, the next people after it, within the hour; at night."""
    shop = RuledShop({"when": {"words": "intoxication"}, "then": {"urgency": "crisis"}})
    shop.now = NIGHT
    shop.say("c1", "Intoxication alimentaire !")
    shop.run(30 * MINUTE)

    assert subjects(shop, "lea") == [
        "CRISE : Zoe attend une réponse",
        "CRISE : Rappel : Zoe attend une réponse",
        "CRISE : En retard : Zoe attend une réponse",
    ]
    assert len(shop.told("nadia")) == 1


def test_what_is_urgent_is_told_on_a_sunday_and_owed_on_monday() -> None:
    """What is not waits for Monday morning."""
    shop = RuledShop({"when": {"words": "colis"}, "then": {"urgency": "high"}})
    shop.now = SUNDAY
    shop.say("c1", "Mon colis ?")
    shop.say("c2", "Bonjour", thread="post-2", answers="post-2")
    shop.run(30 * MINUTE)

    (message,) = shop.told("lea")
    assert subjects(shop, "lea") == ["Urgent : Zoe attend une réponse"]
    assert "lundi 23 novembre à 10" in message.lead


def test_a_team_told_in_turn_hears_one_after_the_other_then_who_is_on_call() -> None:
    """Each has the time there is; each is told once, and the story knows whom."""
    team = Team(name="sav", people=("max", "lea"), tell="in_turn")
    shop = RuledShop({"then": {"tell": "sav", "answer_within": "1h"}}, teams=(team,))
    shop.say("c1")
    shop.run(70 * MINUTE)
    assert (len(shop.told("max")), len(shop.told("lea")), len(shop.told("nadia"))) == (3, 1, 0)
    shop.run(60 * MINUTE)
    assert (len(shop.told("max")), len(shop.told("lea")), len(shop.told("nadia"))) == (3, 1, 1)
    shop.run(48 * HOUR)

    assert (len(shop.told("max")), len(shop.told("lea")), len(shop.told("nadia"))) == (3, 1, 1)
    assert shop.moments() == [
        (What.TOLD, None, ("max",)),
        (What.REMINDED, None, ("max",)),
        (What.ESCALATED, None, ("lea", "max")),
        (What.ESCALATED, None, ("nadia",)),
    ]


def test_a_team_told_together_hears_at_once() -> None:
    """Those who hand it over choose who hears instead of everybody else."""
    team = Team(name="rh", people=("max", "nadia"))
    shop = RuledShop({"then": {"tell": "lea"}}, {"then": {"hand_over": "rh"}}, teams=(team,))
    shop.say("c1")
    shop.run(6 * MINUTE)

    assert (len(shop.told("max")), len(shop.told("nadia")), len(shop.told("lea"))) == (1, 1, 0)


def test_a_rule_may_say_who_answers() -> None:
    """Only they hear, as if they had taken it."""
    shop = RuledShop({"then": {"assign": "max"}})
    shop.say("c1")
    shop.run(3 * HOUR + 10 * MINUTE)

    assert (len(shop.told("max")), shop.told("lea")) == (2, [])
    (alert,) = shop.kept.open_alerts("martin")
    assert alert.taken_by == "max"
    assert shop.moments()[0] == (What.TAKEN, "max", ())


def test_what_is_muted_disturbs_nobody_and_is_kept() -> None:
    """It waits for nobody, also under a post where somebody waits."""
    shop = RuledShop({"when": {"words": "bitcoin"}, "then": {"mute": True}})
    shop.say("c1", "Bitcoin gratuit")
    shop.run(6 * MINUTE)
    assert (shop.notifications.told, shop.kept.open_alerts("martin")) == ([], [])
    assert [one.what for one in shop.kept.story("martin", next(iter(shop.kept._story))[1])] == [What.MUTED]

    shop.say("c2", "Ouvrez-vous lundi ?")
    shop.say("c3", "BITCOIN !", author="spam")
    shop.run(6 * MINUTE)
    (alert,) = shop.kept.open_alerts("martin")
    assert (alert.waiting, alert.count) == (("c2",), 2)


def test_a_group_gathers_what_stands_in_many_threads() -> None:
    """One message for all of them."""
    shop = RuledShop({"when": {"words": "horaires"}, "then": {"group": "horaires"}})
    for number in range(5):
        shop.say(f"c{number}", "Vos horaires ?", thread=f"p{number}", answers=f"p{number}", author=f"a{number}")
    shop.run(6 * MINUTE)

    (message,) = shop.told("lea")
    assert message.happened == "5 personnes attendent une réponse"


def test_a_more_urgent_one_that_joins_is_told_at_once_and_sooner_owed() -> None:
    """The deadline of the others is never put off for it."""
    shop = RuledShop({"when": {"words": "urgent"}, "then": {"urgency": "high", "tell": "nadia"}})
    shop.say("c1")
    shop.run(6 * MINUTE)
    (before,) = shop.kept.open_alerts("martin")
    shop.say("c2", "C'est urgent", author="paul")
    shop.run(6 * MINUTE)
    (after,) = shop.kept.open_alerts("martin")

    assert after.deadline < before.deadline
    assert subjects(shop, "lea") == ["Zoe attend une réponse", "Urgent : 2 personnes attendent une réponse"]
    assert len(shop.told("nadia")) == 1


def test_a_saved_answer_is_proposed_with_the_name_filled_in() -> None:
    """Ready to be sent."""
    shop = RuledShop({"then": {"suggest": "colis"}}, saved_answers={"colis": "Bonjour {name}, il arrive :-}"})
    shop.say("c1", "Mon colis ?")
    shop.run(6 * MINUTE)

    assert "Bonjour Zoe, il arrive :-}" in (shop.told("lea")[0].quote or "")


def test_the_proposed_answer_comes_first_on_the_page() -> None:
    """Before those that stand above it in the file."""
    saved = {"avant": "Bonjour", "colis": "Il arrive", "apres": "Merci"}
    shop = RuledShop({"then": {"suggest": "colis"}}, saved_answers=saved)
    shop.say("c1", "Mon colis ?")
    shop.run(6 * MINUTE)
    page = shop.visit(shop.told("lea")[0], "Répondre").body

    places = [page.index(f"«\N{NO-BREAK SPACE}{name}\N{NO-BREAK SPACE}»") for name in ("colis", "avant", "apres")]
    assert places == sorted(places)


def test_rules_may_ask_how_often_somebody_spoke_and_how_much_came() -> None:
    """The third time of one author; the fourth comment on one post within ten minutes."""
    storm = {"volume": {"interactions": 4, "within": "10min"}}
    shop = RuledShop(
        {"name": "fidele", "when": {"repeated": 3}, "then": {"labels": ["fidele"]}},
        {"name": "nouveau", "when": {"first_time": True}, "then": {"labels": ["nouveau"]}},
        {"name": "tempete", "when": storm, "then": {"labels": ["tempete"]}},
    )
    for number in range(3):
        shop.say(f"z{number}")
    shop.say("p1", author="paul")
    shop.run(6 * MINUTE)
    shop.run(20 * MINUTE)
    shop.say("p2", author="paul")
    shop.run(6 * MINUTE)

    (alert,) = shop.kept.open_alerts("martin")
    said = {one.id: [decision.rule for decision in one.decisions] for one in shop.kept.interactions("martin", alert.id)}
    assert said == {"z0": ["nouveau"], "z1": [], "z2": ["fidele"], "p1": ["nouveau", "tempete"], "p2": []}


def test_public_holidays_are_no_working_days() -> None:
    """What comes on one waits for the next morning."""
    shop = RuledShop(public_days=("2026-11-23",))
    shop.say("c1")
    shop.run(8 * HOUR)
    assert shop.notifications.told == []

    shop.run(16 * HOUR)
    assert len(shop.told("lea")) == 1


def test_the_time_an_answer_took_is_kept() -> None:
    """In working time, for whoever had taken it."""
    shop = RuledShop({"then": {"assign": "max"}})
    shop.now = NIGHT
    shop.say("c1")
    shop.run(6 * MINUTE)
    shop.now = MONDAY
    shop.answer("c1")
    shop.run(6 * MINUTE)

    (answer,) = shop.kept.answers("martin", SUNDAY)
    assert (answer.by, answer.network, answer.worked_seconds) == ("max", NetworkName.BLUESKY, 3600)


@dataclass
class Hiding(Talking):
    """A network where comments can be hidden and deleted."""

    done: list[tuple[str, str]] = field(default_factory=list)
    refuses: bool = False

    def hide(self, account: Account, secret: Mapping[str, str], interaction: str, now: datetime) -> None:
        if self.refuses:
            raise Refused(problem("no_clear_answer"))
        self.done.append(("hide", interaction))

    def show(self, account: Account, secret: Mapping[str, str], interaction: str, now: datetime) -> None:
        self.done.append(("show", interaction))

    def delete(self, account: Account, secret: Mapping[str, str], interaction: str, now: datetime) -> None:
        self.done.append(("delete", interaction))


def hiding(*, refuses: bool = False, able: bool = True, **then: Any) -> tuple[RuledShop, Hiding]:
    """A shop whose only rule removes insults."""
    shop = RuledShop({"name": "Insultes", "when": {"words": "nul"}, "then": {"charter": "Respect", **then}})
    network = Hiding(name=NetworkName.BLUESKY, refuses=refuses)
    if able:
        shop.network = network
        shop.listening.networks[NetworkName.BLUESKY] = network  # type: ignore[index]
        shop.poll()
    shop.say("c1", "Vous êtes nul")
    shop.run(6 * MINUTE)
    return shop, network


@pytest.mark.parametrize("removal", ["hide", "delete"])
def test_a_rule_removes_what_the_charter_forbids(removal: str) -> None:
    """Once it is for real; the message quotes the charter, the story says that it was done."""
    shop, network = hiding(for_real=True, **{removal: True})

    assert network.done == [(removal, "c1")]
    assert "Respect" in (shop.told("lea")[0].why or "")
    ((_, alert),) = shop.kept._story
    done = shop.kept.story("martin", alert)[0]
    assert (done.what, done.removal, done.rule, done.problem) == (What.REMOVED, removal, "Insultes", None)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"for_real": False}, "trial"),
        ({"for_real": True, "able": False}, "impossible"),
        ({"for_real": True, "refuses": True}, "no_clear_answer"),
    ],
)
def test_what_was_not_removed_is_told_with_why(more: dict[str, Any], why: str) -> None:
    """On trial, on a network that hides nothing, or refused: people hear, nothing is hidden."""
    shop, network = hiding(hide=True, **more)

    assert network.done == []
    assert len(shop.told("lea")) == 1
    ((_, alert),) = shop.kept._story
    done = shop.kept.story("martin", alert)[0]
    assert (done.what, done.problem) == (What.NOT_REMOVED, why)


def test_a_reminder_comes_before_a_short_deadline() -> None:
    """A quarter of the time there is before it, not an hour."""
    shop = RuledShop({"then": {"answer_within": "20min"}})
    shop.say("c1")
    shop.run(19 * MINUTE)
    assert len(shop.told("lea")) == 1
    shop.run(2 * MINUTE)
    assert subjects(shop, "lea")[1] == "Rappel : Zoe attend une réponse"
    assert shop.told("nadia") == []
    shop.run(timedelta(minutes=6))
    assert len(shop.told("nadia")) == 1


def test_quiet_hours_hold_reminders_too() -> None:
    """A team that may not be disturbed at noon hears after it, also of what became due meanwhile."""
    shop = RuledShop({"then": {"answer_within": "2h"}}, quiet_hours="11:20-13:00")
    shop.say("c1")
    shop.run(3 * HOUR - MINUTE)
    assert len(shop.told("lea")) == 1

    shop.run(3 * MINUTE)
    assert [one.partition(" ")[0] for one in subjects(shop, "lea")] == ["Zoe", "Rappel", "En"]
