"""What a configuration file may say of rules, teams, saved answers and days, and what it is told otherwise."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from heraut.brands import Urgency, rules_of
from heraut.brands.configuration import read_configuration, write_configuration
from heraut.conversations import Kind
from heraut.conversations.rules import rulebook
from tests.unit.brands.test_configuration import broken, codes
from tests.unit.conversations.test_rules import FACTS, said

PEOPLE = [
    {"id": "lea", "name": "Léa", "email": "lea@example.com"},
    {"id": "max", "name": "Max", "email": "max@example.com"},
]
WHOLE: dict[str, Any] = {
    "people": PEOPLE,
    "quiet_hours": "21:00-08:00",
    "holidays": "FR-57",
    "days_off": ["2026-12-24", "2026-08-10/2026-08-21"],
    "answer_within": {"crisis": "10min", "low": "2j"},
    "teams": [{"name": "sav", "people": ["lea", "max"], "tell": "in_turn"}],
    "saved_answers": {"colis": "Bonjour {name},\nvotre colis arrive."},
    "rules": [
        {
            "name": "Colis perdus",
            "when": {
                "networks": "mastodon",
                "accounts": ["masto"],
                "kinds": ["mention", "reply"],
                "labels": "complaint",
                "words": ["colis", "livraison"],
                "expressions": r"commande n?°?\s*\d+",
                "languages": ["fr"],
                "followers": {"at_least": 1000},
                "repeated": 2,
                "hours": "18:00-08:00",
                "volume": {"interactions": 20, "within": "10min", "of": "account"},
                "not": {"authors": ["@troll.test"]},
                "any": [{"stars": {"at_most": 2}}, {"first_time": True}],
            },
            "then": {
                "tell": ["sav"],
                "urgency": "high",
                "answer_within": "1h30min",
                "assign": "lea",
                "labels": ["colis"],
                "group": "colis",
                "suggest": "colis",
            },
            "stop": True,
        },
        {"name": "Insultes", "when": {"labels": ["insult", "colis"]}, "then": {"hide": True, "charter": "Respect"}},
    ],
}


def with_rule(when: Any = None, **then: Any) -> dict[str, Any]:
    """Give the whole document with one rule instead."""
    given = {"name": "Une", "then": then or {"urgency": "high"}} | ({} if when is None else {"when": when})
    return broken(**(WHOLE | {"rules": [given]}))


def test_a_whole_file_is_read_and_written_as_the_same() -> None:
    """Durations are minutes, one value may stand where several may, and `heraut pull` gives it all back."""
    (brand,) = brands = read_configuration(broken(**WHOLE))
    first, second = rules_of(brand)

    assert brand.minutes_to_answer(Urgency.CRISIS) == 10
    assert brand.minutes_to_answer(Urgency.NORMAL) == 240
    assert first.when is not None
    assert first.when.volume is not None
    assert (first.when.networks, first.when.volume.within, first.then.answer_within) == (("mastodon",), 10, 90)
    assert second.then.charter == "Respect"
    assert read_configuration(write_configuration(brands)) == brands


def test_every_kind_of_interaction_can_be_named() -> None:
    """A kind that networks begin to tell of may be written in a rule."""
    for kind in Kind:
        read_configuration(with_rule({"kinds": [kind.value]}))


def test_a_rule_without_when_is_about_everything() -> None:
    """The last rule catches what no other one did; written and read back it still does."""
    (brand,) = brands = read_configuration(with_rule(tell="lea"))

    assert [rule.when for rule in rules_of(brand)] == [None]
    assert rulebook(brand).judge(said("Bonjour"), FACTS).tell == ("lea",)
    assert read_configuration(write_configuration(brands)) == brands


def test_a_when_that_says_nothing_is_no_rule_about_everything() -> None:
    """Somebody began to write a condition: what mutes or hides by it would else be about everybody."""
    given = {"name": "Une", "when": None, "then": {"mute": True}}

    assert ("condition_empty", "brands[1].rules[1].when") in codes(broken(**(WHOLE | {"rules": [given]})))


@pytest.mark.parametrize(
    ("when", "code", "place"),
    [
        ({"wrods": ["a"]}, "field_misspelt", "wrods"),
        ({"not": {"wrods": ["a"]}}, "field_misspelt", "not.wrods"),
        ({"any": [{"words": ["a"]}, {"stars": {"at_lest": 1}}]}, "field_misspelt", "any[2].stars.at_lest"),
        ({}, "condition_empty", ""),
        ({"words": None}, "condition_empty", ""),
        ({"any": [{}]}, "condition_empty", "any[1]"),
        ({"not": {}}, "condition_empty", "not"),
        ({"any": []}, "value_unusable", "any"),
        ({"words": []}, "value_unusable", "words"),
        ({"words": ["!!"]}, "word_empty", "words[1]"),
        ({"words": ["a" * 501]}, "value_too_long", "words[1]"),
        ({"words": "!"}, "word_empty", "words"),
        ({"networks": ["myspace"]}, "value_not_among", "networks[1]"),
        ({"kinds": ["shout"]}, "value_not_among", "kinds[1]"),
        ({"labels": ["plainte"]}, "label_unknown", "labels"),
        ({"accounts": ["insta"]}, "account_not_listed", "accounts"),
        ({"volume": {"interactions": 3, "within": "bientôt"}}, "late_unreadable", "volume.within"),
        ({"volume": {"interactions": 3}}, "field_missing", "volume.within"),
        ({"all": [{"volume": {"interactions": 3, "within": "x"}}]}, "late_unreadable", "all[1].volume.within"),
        ({"expressions": ["(colis"]}, "expression_wrong", "expressions[1]"),
        ({"not": {"expressions": ["a", "[z-a]"]}}, "expression_wrong", "not.expressions[2]"),
        ({"expressions": [r"(a)\1"]}, "expression_looking", "expressions[1]"),
        ({"expressions": ["colis(?=perdu)"]}, "expression_looking", "expressions[1]"),
        ({"expressions": [r"(\pL{1,500}\s?){900}"]}, "expression_large", "expressions[1]"),
        ({"expressions": ["a*"]}, "expression_empty", "expressions[1]"),
    ],
)
def test_a_condition_that_cannot_be_is_named_where_it_stands(when: Any, code: str, place: str) -> None:
    """Refused before it is applied, however deep it stands."""
    path = ".".join(part for part in ("brands[1].rules[1].when", place) if part)

    assert (code, path) in codes(with_rule(when))


@pytest.mark.parametrize(
    ("then", "code", "place"),
    [
        ({"stop": True}, "field_unknown", ".stop"),
        ({"for_real": True}, "rule_without_action", ""),
        ({"hide": True}, "charter_missing", ".charter"),
        ({"mute": True, "tell": "lea"}, "mute_and_tell", ".mute"),
        ({"tell": ["lea", "zoe"]}, "nobody_called", ".tell"),
        ({"hand_over": "rh"}, "nobody_called", ".hand_over"),
        ({"assign": "sav"}, "person_not_listed", ".assign"),
        ({"suggest": "bonjour"}, "saved_answer_unknown", ".suggest"),
        ({"urgency": "urgent"}, "value_not_among", ".urgency"),
        ({"answer_within": "vite"}, "late_unreadable", ".answer_within"),
    ],
)
def test_an_action_that_cannot_be_is_named_where_it_stands(then: Any, code: str, place: str) -> None:
    """A rule that tells nobody would be found out in the middle of a crisis."""
    assert (code, f"brands[1].rules[1].then{place}") in codes(with_rule({"words": ["a"]}, **then))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"rules": [WHOLE["rules"][1], WHOLE["rules"][1]]}, ("rule_repeated", "brands[1].rules")),
        (
            {"rules": [{"name": "x", "when": "toujours", "then": {}}]},
            ("entry_not_a_mapping", "brands[1].rules[1].when"),
        ),
        ({"rules": [{"name": "x", "when": {"words": "a"}}]}, ("field_missing", "brands[1].rules[1].then")),
        ({"teams": [{"name": "lea", "people": ["max"]}]}, ("team_named_like_person", "brands[1].teams[1].name")),
        ({"teams": [{"name": "sav", "people": ["zoe"]}]}, ("person_not_listed", "brands[1].teams[1].people")),
        ({"teams": [{"name": "sav", "people": []}]}, ("value_unusable", "brands[1].teams[1].people")),
        ({"teams": [WHOLE["teams"][0]] * 2}, ("team_repeated", "brands[1].teams")),
        ({"saved_answers": {"a": "Bonjour {prenom}"}}, ("saved_answer_braces", "brands[1].saved_answers.a")),
        ({"saved_answers": {"a": "{ nom }"}}, ("saved_answer_braces", "brands[1].saved_answers.a")),
        ({"saved_answers": {"a": "  "}}, ("field_missing", "brands[1].saved_answers.a")),
        ({"saved_answers": ["a"]}, ("entry_not_a_mapping", "brands[1].saved_answers")),
        ({"saved_answers": {"É": "a"}}, ("value_unusable", "brands[1].saved_answers.É.[key]")),
        ({"days_off": ["demain"]}, ("day_unreadable", "brands[1].days_off[1]")),
        ({"days_off": ["2026-08-21/2026-08-10"]}, ("day_unreadable", "brands[1].days_off[1]")),
        ({"answer_within": {"urgent": "1h"}}, ("field_unknown", "brands[1].answer_within.urgent")),
        ({"answer_within": {"high": "x"}}, ("late_unreadable", "brands[1].answer_within.high")),
        ({"quiet_hours": "la nuit"}, ("value_unusable", "brands[1].quiet_hours")),
    ],
)
def test_a_mistake_around_rules_is_named_where_it_stands(changes: Any, expected: tuple[str, str]) -> None:
    """Teams, saved answers, days and hours too."""
    assert expected in codes(broken(**(WHOLE | changes)))


def test_what_does_not_fit_into_a_brand_is_refused() -> None:
    """Three hundred and fifty kilobytes are a hundred thousand words."""
    rules = [
        {"name": f"r{number}", "when": {"words": ["x" * 400]}, "then": {"urgency": "low"}} for number in range(1000)
    ]

    assert codes(broken(**(WHOLE | {"rules": rules}))) == [("brand_too_large", "brands[1]")]


def test_the_example_of_the_documentation_can_be_applied() -> None:
    """What a community manager copies from docs/rules.md is read as it stands."""
    page = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    people = [{"id": name, "name": name, "email": f"{name}@example.com"} for name in ("lea", "karim", "ines")]
    document = yaml.safe_load(example.replace("[...]", "[]"))
    document["brands"][0] |= {"name": "Martin", "people": people}
    (brand,) = read_configuration(document)

    assert len(rules_of(brand)) == 7
