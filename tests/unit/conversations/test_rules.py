"""Which rules are about a comment, what they decide together, and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heraut.brands import Brand, NetworkName, Rule
from heraut.conversations import Author, Interaction, Kind
from heraut.conversations import rules as rules_module
from heraut.conversations.rules import Facts, Rulebook, Verdict, rulebook

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Europe/Paris"))
FACTS = Facts(NOON, working=True)


def said(text: str = "Bonjour", **more: Any) -> Interaction:
    """Something that Zoé says."""
    author = Author(id="1", handle=more.pop("handle", "@Zoe.test"), name="Zoé", followers=more.pop("followers", None))
    given: dict[str, Any] = {
        "brand": "martin",
        "account": "sky",
        "network": NetworkName.BLUESKY,
        "id": "c1",
        "kind": Kind.REPLY,
        "author": author,
        "text": text,
        "thread": "post-1",
        "at": datetime(2026, 11, 23, tzinfo=UTC),
    }
    return Interaction(**(given | more))


def book(*rules: dict[str, Any]) -> Rulebook:
    """Compile rules as the file writes them; without actions, a rule raises the urgency."""
    return Rulebook(
        [
            Rule.model_validate({"name": f"r{number}", "then": {"labels": [f"seen-{number}"]}} | rule)
            for number, rule in enumerate(rules, 1)
        ]
    )


def matches(when: dict[str, Any], interaction: Interaction, facts: Facts = FACTS, labels: Any = ()) -> bool:
    """Whether a single rule is about it."""
    return bool(book({"when": when}).judge(interaction, facts, labels).decisions)


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("arnaque", "C'est une ARNAQUE !", True),
        ("arnaque", "arnaqueur", False),
        ("remboursé", "je veux etre rembourse", True),
        ("jamais reçu", "Je n'ai jamais   reçu mon colis", True),
        ("l'eau", "dans l’eau", True),
        ("con", "content", False),
        ("con", "con", True),
        ("C++", "je code en C++", True),
        ("😡", "😡😡 pas content", True),
        ("été", "cet été-là", True),
        ("connard", "espèce de c0nn@rd", True),
        ("arnaqu*", "arnaqueurs !", True),
    ],
)
def test_a_word_is_found_whole_whatever_its_accents_and_capitals(word: str, text: str, found: bool) -> None:
    """And phrases, however many spaces part their words."""
    assert matches({"words": [word]}, said(text)) is found


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        (r"commande n°?\s*\d{4,}", "Ma Commande N° 12345", True),
        (r"rembours\w+", "un REMBOURSEMENT", True),
        (r"^merci", "Merci beaucoup", True),
        (r"^merci", "Ah, merci", False),
        (r"\d+\s*€", "volé de 300 €", True),
        ("à l'aide", "a l’aide", True),
    ],
)
def test_an_expression_is_searched_for_without_regard_to_accents_and_capitals(
    expression: str, text: str, found: bool
) -> None:
    """Anywhere in the text."""
    assert matches({"expressions": [expression]}, said(text)) is found


@pytest.mark.parametrize(
    ("when", "more", "expected"),
    [
        ({"networks": ["bluesky"]}, {}, True),
        ({"networks": ["mastodon"]}, {}, False),
        ({"accounts": ["sky"]}, {}, True),
        ({"accounts": ["masto"]}, {}, False),
        ({"kinds": ["reply", "mention"]}, {}, True),
        ({"kinds": "mention"}, {}, False),
        ({"languages": ["fr"]}, {"language": "fr-CA"}, True),
        ({"languages": ["fr-CA"]}, {"language": "fr"}, False),
        ({"languages": ["fr"]}, {}, False),
        ({"authors": ["zoe.test"]}, {}, True),
        ({"authors": ["@ZOE.test", "@paul"]}, {}, True),
        ({"authors": ["@paul"]}, {}, False),
        ({"followers": {"at_least": 1000}}, {"followers": 1000}, True),
        ({"followers": {"at_least": 1000}}, {"followers": 999}, False),
        ({"followers": {"at_least": 1000}}, {}, False),
        ({"followers": {"at_most": 10}}, {"followers": 3}, True),
        ({"stars": {"at_most": 2}}, {"stars": 2}, True),
        ({"stars": {"at_most": 2}}, {"stars": 3}, False),
        ({"stars": {"at_most": 2}}, {}, False),
        ({"not": {"networks": ["mastodon"]}}, {}, True),
        ({"not": {"networks": ["bluesky"]}}, {}, False),
        ({"any": [{"networks": ["mastodon"]}, {"accounts": ["sky"]}]}, {}, True),
        ({"any": [{"networks": ["mastodon"]}, {"accounts": ["masto"]}]}, {}, False),
        ({"all": [{"not": {"words": ["colis"]}}, {"not": {"words": ["retard"]}}]}, {}, True),
        ({"all": [{"words": ["bonjour"]}, {"words": ["colis"]}]}, {}, False),
        ({"words": ["bonjour"], "networks": ["mastodon"]}, {}, False),
    ],
)
def test_a_condition_is_met_or_not(when: dict[str, Any], more: dict[str, Any], expected: bool) -> None:
    """All that is given must be so, and of each list one."""
    assert matches(when, said(**more)) is expected


def test_who_has_no_handle_is_known_by_the_name() -> None:
    """People on Facebook."""
    zoe = said().model_copy(update={"author": Author(id="1", name="Zoé Martin")})

    assert matches({"authors": ["zoé martin"]}, zoe)
    assert not matches({"authors": ["zoé"]}, zoe)


@pytest.mark.parametrize(
    ("when", "facts", "expected"),
    [
        ({"hours": "working"}, FACTS, True),
        ({"hours": "closed"}, FACTS, False),
        ({"hours": "12:00-13:00"}, FACTS, True),
        ({"hours": "11:00-12:00"}, FACTS, False),
        ({"hours": "22:00-13:00"}, FACTS, True),
        ({"hours": "22:00-07:00"}, FACTS, False),
        ({"first_time": True}, FACTS, True),
        ({"first_time": True}, Facts(NOON, working=True, times=2), False),
        ({"first_time": False}, Facts(NOON, working=True, times=2), True),
        ({"repeated": 3}, Facts(NOON, working=True, times=3), True),
        ({"repeated": 3}, Facts(NOON, working=True, times=2), False),
        ({"offences": {"times": 2, "within": "30j"}}, Facts(NOON, working=True, offences={43200: 2}), True),
        ({"offences": {"times": 2, "within": "30j"}}, Facts(NOON, working=True, offences={43200: 1}), False),
    ],
)
def test_when_it_came_and_who_came_before(when: dict[str, Any], facts: Facts, expected: bool) -> None:
    """By the brand's clock; with what is known of the author."""
    assert matches(when, said(), facts) is expected


def test_a_rulebook_says_which_facts_it_needs() -> None:
    """Nothing is counted that no rule asks for."""
    volume = {"interactions": 20, "within": "10min", "of": "account"}
    asking = book({"when": {"any": [{"volume": volume}, {"not": {"offences": {"times": 2, "within": "2j"}}}]}})
    plain = book({"when": {"words": ["a"]}})

    assert (set(asking.offences), set(asking.volumes)) == ({2880}, {("account", 10)})
    assert (set(plain.offences), set(plain.volumes)) == (set(), set())
    loud = Facts(NOON, working=True, times=2, volumes={("account", 10): 20})
    assert matches({"volume": volume}, said(), loud)
    assert not matches({"volume": volume}, said())


def test_every_rule_that_matches_has_its_say_and_the_higher_one_is_right() -> None:
    """People and labels add up; each decision says what it did itself."""
    verdict = book(
        {"when": {"words": "colis"}, "then": {"tell": ["lea"], "urgency": "high", "labels": ["colis"]}},
        {"when": {"words": "bonjour"}, "then": {"tell": ["lea", "max"], "urgency": "low", "answer_within": "2h"}},
        {"when": {"words": "absent"}, "then": {"assign": "max"}},
    ).judge(said("Bonjour, mon colis ?"), FACTS)

    assert (verdict.tell, verdict.urgency, verdict.answer_within) == (("lea", "max"), "high", 120)
    assert (verdict.labels, verdict.assign) == (("colis",), None)
    assert [(one.rule, one.did) for one in verdict.decisions] == [
        ("r1", {"tell": ["lea"], "urgency": "high", "labels": ["colis"]}),
        ("r2", {"tell": ["max"], "answer_within": 120}),
    ]


def test_a_label_that_a_rule_gives_is_seen_below_it_and_not_above() -> None:
    """From top to bottom, once."""
    verdict = book(
        {"when": {"labels": "vip"}, "then": {"assign": "max"}},
        {"when": {"authors": "@zoe.test"}, "then": {"labels": ["vip"]}},
        {"when": {"labels": "vip"}, "then": {"urgency": "high"}},
    ).judge(said(), FACTS)

    assert [one.rule for one in verdict.decisions] == ["r2", "r3"]


def test_stop_ends_the_reading() -> None:
    """The rules below have no say."""
    verdict = book(
        {"when": {"words": "bonjour"}, "stop": True},
        {"then": {"urgency": "high"}},
    ).judge(said(), FACTS)

    assert [one.rule for one in verdict.decisions] == ["r1"]


def test_mute_counts_unless_somebody_above_is_to_know() -> None:
    """And ends the reading."""
    mute, tell = {"then": {"mute": True}}, {"then": {"tell": ["lea"]}}

    assert _said(book(mute, tell).judge(said(), FACTS)) == (True, ())
    assert _said(book(tell, mute).judge(said(), FACTS)) == (False, ("lea",))


def _said(verdict: Verdict) -> tuple[bool, tuple[str, ...]]:
    return verdict.mute, verdict.tell


def test_a_removal_carries_the_charter_and_is_only_shown_until_it_is_for_real() -> None:
    """The first rule that removes is right."""
    verdict = book(
        {"then": {"hide": True, "charter": "Respect"}},
        {"then": {"delete": True, "charter": "Publicité", "for_real": True}},
    ).judge(said(), FACTS)

    assert (verdict.removal, verdict.charter, verdict.for_real) == ("hide", "Respect", False)
    assert [one.did for one in verdict.decisions] == [{"removal": "hide", "charter": "Respect", "for_real": False}, {}]


def test_each_decision_says_what_made_it() -> None:
    """The words as the rule writes them, the part of the text that an expression found, and each condition's value."""
    (decision,) = (
        book(
            {
                "when": {
                    "words": ["colis", "retard"],
                    "expressions": [r"commande \d+"],
                    "networks": ["bluesky"],
                    "any": [{"stars": {"at_most": 2}}, {"labels": ["complaint"]}],
                }
            }
        )
        .judge(said("Mon colis, commande 12, a du RETARD", stars=1), FACTS, ["praise"])
        .decisions
    )

    assert [(one.condition, one.found) for one in decision.because] == [
        ("words", "colis"),
        ("words", "retard"),
        ("expressions", "commande 12"),
        ("networks", "bluesky"),
        ("stars", "1"),
    ]


def test_a_rule_without_conditions_is_about_everything() -> None:
    """Whatever is said."""
    assert len(book({"then": {"urgency": "low"}}).judge(said(""), FACTS).decisions) == 1
    assert Rulebook([]).judge(said(), FACTS) == Verdict()


def test_expressions_made_to_hurt_take_no_time() -> None:
    """What would take other engines longer than the universe lasts."""
    hurting = book({"when": {"expressions": ["(a+)+$", r"(\w+\s?)*!$", "(a|aa)+b"]}})

    assert hurting.judge(said("a" * 50_000 + "."), FACTS).decisions == ()


def test_when_all_expressions_together_are_too_many_each_is_tried_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is missed in silence."""
    monkeypatch.setattr(rules_module, "SET_MEMORY", 50_000)
    many = book(*({"when": {"expressions": [rf"colis{n}\pL{{3,30}}x"]}} for n in range(20)))

    assert [one.rule for one in many.judge(said("colis7abcdx"), FACTS).decisions] == ["r8"]


def test_a_brand_is_compiled_once_for_each_configuration() -> None:
    """A brand read again is the same; a new rule makes a new book."""
    rule = {"name": "a", "then": {"urgency": "high"}}
    first = rulebook(Brand(id="once", name="A", rules=(rule,)))

    assert rulebook(Brand(id="once", name="A", rules=(dict(rule),), revision=3)) is first
    assert rulebook(Brand(id="once", name="A", rules=(rule, rule | {"name": "b"}))) is not first


WORDS = st.sampled_from(["colis", "retard", "merci", "nul", "pain"])
LEAVES = st.one_of(
    st.builds(lambda words: {"words": words}, st.lists(WORDS, min_size=1, max_size=2)),
    st.builds(lambda words: {"expressions": words}, st.lists(WORDS, min_size=1, max_size=2)),
    st.sampled_from(
        [
            {"networks": ["bluesky"]},
            {"networks": ["mastodon"]},
            {"labels": ["praise"]},
            {"stars": {"at_most": 2}},
            {"authors": ["@zoe.test"]},
            {"languages": ["fr"]},
            {"words": ["pain"], "kinds": ["reply"]},
        ]
    ),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda one: {"not": one}, inner),
        st.builds(lambda ones: {"any": ones}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda ones: {"all": ones}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=6,
)


@given(
    st.lists(CONDITIONS, min_size=1, max_size=8),
    st.lists(WORDS, max_size=4),
    st.sampled_from([None, 1, 5]),
    st.sampled_from([None, "fr", "en"]),
    st.booleans(),
)
def test_looking_rules_up_finds_what_reading_each_would(
    conditions: list[dict[str, Any]], words: list[str], stars: int | None, language: str | None, praised: bool
) -> None:
    """The short way and the long way say the same."""
    interaction = said(" ".join(words), stars=stars, language=language)
    labels = ["praise"] if praised else []
    found = book(*({"when": when} for when in conditions)).judge(interaction, FACTS, labels)

    expected = [f"r{n}" for n, when in enumerate(conditions, 1) if _holds(when, interaction, labels)]
    assert [one.rule for one in found.decisions] == expected


def _holds(when: dict[str, Any], interaction: Interaction, labels: list[str]) -> bool:
    """What a condition means, said the long way."""
    words = set(interaction.text.split())
    plain: dict[str, Callable[[Any], bool]] = {
        "words": lambda given: bool(words & set(given)),
        "expressions": lambda given: any(one in interaction.text for one in given),
        "networks": lambda given: interaction.network in given,
        "labels": lambda given: bool(set(labels) & set(given)),
        "stars": lambda given: interaction.stars is not None and interaction.stars <= given["at_most"],
        "authors": lambda given: True,
        "languages": lambda given: interaction.language in given,
        "kinds": lambda given: interaction.kind in given,
        "not": lambda given: not _holds(given, interaction, labels),
        "any": lambda given: any(_holds(one, interaction, labels) for one in given),
        "all": lambda given: all(_holds(one, interaction, labels) for one in given),
    }
    return all(plain[name](given) for name, given in when.items())
