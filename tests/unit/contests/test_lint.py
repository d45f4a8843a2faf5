"""What keeps a contest from being held as it is written: impossible terms, the law, the networks' own rules."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from heraut.brands import Account, Brand, contests_of
from heraut.brands.configuration import read_configuration
from heraut.contests.beacon import QUICKNET
from heraut.contests.lint import lint, lint_changes
from heraut.contests.platforms import Platform, platform_of
from heraut.contests.rules_text import rules_text
from heraut.problems import Problem

NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)
ACCOUNTS: list[dict[str, Any]] = [
    {"name": "sky", "network": "bluesky", "handle": "martin.test"},
    {"name": "masto", "network": "mastodon", "instance": "https://social.example"},
    {"name": "fb", "network": "facebook"},
    {"name": "insta", "network": "instagram"},
    {"name": "vitrine", "network": "site"},
    {"name": "ixe", "network": "by_hand", "url": "https://x.com/martin"},
    {"name": "main", "network": "by_hand"},
]
GOOD: dict[str, Any] = {
    "title": "La galette géante",
    "opens": "2026-12-01 09:00",
    "closes": "2026-12-15 23:59:59",
    "draws": "2026-12-16 12:00",
    "posts": [{"accounts": "sky", "row": "galette"}],
    "conditions": {"comment": True},
    "alternates": 2,
    "prizes": [{"name": "Une galette géante", "value": 60}],
    "claim_within": "7j",
    "organiser": {"name": "Boulangerie Martin SARL", "address": "12 rue du Four, 75006 Paris"},
    "eligibility": {"age": 18, "countries": ["FR", "BE"]},
    "personal_data": {"contact": "donnees@martin.example"},
}


def problems(now: datetime = NOW, **changes: Any) -> list[Problem]:
    """Lint the good contest with fields of it replaced (None: left out)."""
    contest = {key: value for key, value in {**copy.deepcopy(GOOD), **changes}.items() if value is not None}
    brand = Brand.model_validate({"id": "m", "name": "Martin", "accounts": ACCOUNTS, "contests": {"galette": contest}})
    found = lint(contests_of(brand)["galette"], brand, now)
    for one in found:
        for language in ("fr", "en"):
            assert one.message(language)
            assert one.remedy(language)
    return found


def refused(**changes: Any) -> set[tuple[str, str | None]]:
    """Give what refuses a contest."""
    return {(one.code, one.column) for one in problems(**changes) if not one.warning}


def warned(**changes: Any) -> set[tuple[str, str | None]]:
    """Give what is only said of a contest."""
    return {(one.code, one.column) for one in problems(**changes) if one.warning}


def on(*accounts: str) -> list[dict[str, Any]]:
    """Give posts on these accounts."""
    return [{"accounts": list(accounts), "row": "galette"}]


FB = on("fb")


def test_a_contest_as_it_should_be_is_left_alone() -> None:
    """Nothing refuses it, and nothing is said."""
    assert problems() == []


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"closes": "2026-12-01 09:00"}, "contest_closes_first", "closes"),
        ({"closes": "2026-11-30 09:00"}, "contest_closes_first", "closes"),
        ({"draws": "2026-12-16 00:01:58"}, "contest_draw_too_near", "draws"),
        ({"draws": "2026-12-10 12:00"}, "contest_draw_too_near", "draws"),
        ({"announces": "2026-12-16 11:59:59"}, "contest_announced_first", "announces"),
        ({"winners": 0, "prizes": None}, "contest_no_winner", "winners"),
        ({"claim_within": None}, "contest_answer_time_missing", "claim_within"),
        ({"claim_within": "23h"}, "contest_answer_time_too_short", "claim_within"),
        ({"organiser": None}, "contest_organiser_missing", "organiser"),
        ({"organiser": {"name": "Martin"}}, "contest_address_missing", "organiser.address"),
        (
            {"organiser": {**GOOD["organiser"], "email": "12 rue du Four"}},
            "contest_email_unreadable",
            "organiser.email",
        ),
        ({"eligibility": None}, "contest_age_missing", "eligibility"),
        ({"eligibility": {"countries": "FR"}}, "contest_age_missing", "eligibility"),
        ({"eligibility": {"age": 12, "countries": "FR"}}, "contest_age_too_young", "eligibility.age"),
        (
            {"eligibility": {"age": 18, "countries": ["FR", "XX"]}},
            "contest_country_unknown",
            "eligibility.countries[2]",
        ),
        ({"prizes": None}, "contest_prizes_missing", "prizes"),
        ({"prizes": [{"name": "Une galette"}]}, "contest_prize_value_missing", "prizes[1].value"),
        ({"winners": 2}, "contest_prizes_and_winners", "prizes"),
        ({"prizes": [{"name": "Une galette", "value": 1, "quantity": 2}]}, "contest_prizes_and_winners", "prizes"),
        ({"purchase": True}, "contest_purchase", "purchase"),
        ({"personal_data": None}, "contest_data_contact_missing", "personal_data"),
        ({"conditions": {}}, "contest_nothing_to_do", "conditions"),
        ({"conditions": {"follow": True}}, "contest_nothing_to_do", "conditions"),
        ({"conditions_on": {"bluesky": {"follow": True}}}, "contest_nothing_to_do", "conditions_on.bluesky"),
        ({"posts": on("vitrine")}, "contest_network_without_entries", "posts[1].accounts"),
        ({"posts": on("fb"), "conditions": {"friends": 1}}, "contest_facebook_friends", "conditions.friends"),
        (
            {"posts": on("fb"), "conditions_on": {"facebook": {"comment": True, "repost": True}}},
            "contest_facebook_repost",
            "conditions_on.facebook.repost",
        ),
        (
            {"posts": on("fb"), "more_chances": {"friend": 1, "most": 3}},
            "contest_facebook_friends",
            "more_chances.friend",
        ),
        (
            {"posts": on("fb"), "more_chances": {"repost": 1, "most": 3}},
            "contest_facebook_repost",
            "more_chances.repost",
        ),
        ({"posts": on("ixe"), "more_chances": {"comment": 1, "most": 3}}, "contest_x_repeated", "more_chances"),
        ({"posts": on("insta"), "more_chances": {"like": 1, "most": 3}}, "contest_chances_unseen", "more_chances.like"),
        ({"more_chances": {"follow": 1, "most": 3}}, "contest_chances_unseen", "more_chances.follow"),
        ({"more_chances": {"most": 3}}, "contest_chances_none", "more_chances"),
        ({"more_chances": {"like": 1, "most": 1}}, "contest_chances_none", "more_chances"),
        ({"more_chances": {"like": 1, "most": 1001}}, "contest_chances_too_many", "more_chances.most"),
        ({"conditions": {"words": "#galette-2027"}}, "contest_hashtag_impossible", "conditions.words[1]"),
        ({"conditions": {"words": ["noël", "#2027"]}}, "contest_hashtag_impossible", "conditions.words[2]"),
        ({"conditions": {"words": "#"}}, "contest_hashtag_impossible", "conditions.words[1]"),
        ({"conditions": {"words": "#la galette"}}, "contest_hashtag_impossible", "conditions.words[1]"),
        ({"conditions": {"words": "#" + "a" * 100}}, "contest_hashtag_impossible", "conditions.words[1]"),
        ({"conditions": {"words": "\u0301"}}, "contest_word_empty", "conditions.words[1]"),
        (
            {"conditions": {"answer": {"question": "?", "accepted": "\u200b"}}},
            "contest_word_empty",
            "conditions.answer.accepted[1]",
        ),
        ({"posts": [{"accounts": "sky", "url": "ma publication"}]}, "contest_post_address_unusable", "posts[1].url"),
        (
            {"posts": [{"accounts": ["sky", "masto"], "url": "https://bsky.app/x"}]},
            "contest_post_of_several",
            "posts[1].accounts",
        ),
    ],
)
def test_what_refuses_a_contest(changes: dict[str, Any], code: str, column: str) -> None:
    """Each with its field, in both languages, with what to do."""
    assert (code, column) in refused(**changes)


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"draws": "2026-12-16 00:09:58"}, "contest_draw_near", "draws"),
        ({"draws": "2026-12-16 00:01:59"}, "contest_draw_near", "draws"),
        ({"alternates": 0}, "contest_no_alternate", "alternates"),
        ({"claim_within": "24h"}, "contest_answer_time_short", "claim_within"),
        ({"claim_within": "71h"}, "contest_answer_time_short", "claim_within"),
        ({"eligibility": {"age": 13, "countries": "FR"}}, "contest_minors", "eligibility.age"),
        ({"eligibility": {"age": 17, "countries": "FR"}}, "contest_minors", "eligibility.age"),
        ({"eligibility": {"age": 18}}, "contest_countries_missing", "eligibility.countries"),
        ({"prizes": [{"name": "Un magnum de CHAMPAGNE", "value": 60}]}, "contest_prize_watched", "prizes[1].name"),
        ({"title": "Un ticket de caisse, une chance"}, "contest_purchase_words", "title"),
        ({"rules": {"text": "Pour tout achat de plus de 10 €, jouez."}}, "contest_purchase_words", "rules.text"),
        ({"rules": {"text": "Mon règlement"}}, "contest_own_rules", "rules"),
        ({"personal_data": {"contact": "x", "keep_for": "500j"}}, "contest_data_kept_long", "personal_data.keep_for"),
        ({"personal_data": {"contact": "x", "keep_for": "7j"}}, "contest_data_kept_briefly", "personal_data.keep_for"),
        ({"posts": on("main")}, "contest_by_hand", "posts[1].accounts"),
        ({"posts": on("ixe"), "conditions": {"repost": True}}, "contest_x_repost", "conditions.repost"),
        (
            {"posts": on("insta"), "conditions": {"comment": True, "like": True}},
            "contest_checked_like",
            "conditions.like",
        ),
        ({"conditions": {"comment": True, "follow": True}}, "contest_checked_follow", "conditions.follow"),
        ({"conditions": {"friends": 6}}, "contest_many_friends", "conditions.friends"),
        ({"opens": "2026-11-21 20:59:59"}, "contest_open_already", "opens"),
        ({"draws": "2027-10-31 02:30"}, "time_happens_twice", "draws"),
    ],
)
def test_what_is_said_and_stops_nothing(changes: dict[str, Any], code: str, column: str) -> None:
    """A person decides."""
    assert (code, column) in warned(**changes)
    assert refused(**changes) == set()


@pytest.mark.parametrize(
    "changes",
    [
        {"draws": "2026-12-16 00:09:59"},
        {"conditions": {"words": ["#galette", "#Noël_2027", "#été", "joyeux noël", "🎄", "#рождество"]}},
        {"conditions": {"friends": 5, "like": True, "repost": True}},
        {"posts": on("insta", "sky"), "conditions": {"friends": 3}},
        {"more_chances": {"like": 1, "repost": 2, "friend": 1, "comment": 1, "most": 1000}},
        {"claim_within": "3j"},
        {"prizes": [{"name": "Du vinaigre et une ginguette", "value": 0}]},
        {
            "title": "Jeu sans obligation d'achat",
            "prizes": [{"name": "Un panier (sans aucune obligation d’achat)", "value": 1}],
        },
        {
            "winners": 3,
            "alternates": 6,
            "prizes": [{"name": "A", "value": 1}, {"name": "B", "value": 1, "quantity": 2}],
        },
        {"announces": "2026-12-16 12:00"},
    ],
)
def test_what_may_be_is_left_alone(changes: dict[str, Any]) -> None:
    """No false alarm."""
    assert problems(**changes) == []


def test_a_network_may_be_given_what_it_allows() -> None:
    """Friends on Bluesky, a comment on Facebook: one contest, nothing forbidden."""
    both: dict[str, Any] = {"posts": on("fb", "sky"), "conditions": {"friends": 2}}

    assert refused(**both) == {("contest_facebook_friends", "conditions.friends")}
    assert problems(**both, conditions_on={"facebook": {"comment": True}}) == []


def test_the_past_is_refused_and_an_opening_in_it_only_said() -> None:
    """A post may be online already; a closing or a draw cannot come any more."""
    late = datetime(2026, 12, 16, 11, tzinfo=UTC)

    assert {(one.code, one.column) for one in problems(late)} == {
        ("contest_open_already", "opens"),
        ("contest_in_the_past", "closes"),
        ("contest_in_the_past", "draws"),
    }


def test_rules_of_ones_own_need_no_facts_for_ours() -> None:
    """The brand's text says who organises and what is won; what the draw needs is asked for all the same."""
    left_out: dict[str, Any] = {"organiser": None, "eligibility": None, "prizes": None, "personal_data": None}

    assert refused(rules={"text": "Mon règlement"}, **left_out) == set()
    assert refused(rules={"text": "Mon règlement"}, **left_out, claim_within=None) != set()


@pytest.mark.parametrize(
    ("url", "platform"),
    [
        ("https://www.instagram.com/martin", Platform.INSTAGRAM),
        ("https://twitter.com/martin", Platform.X),
        ("https://X.com/martin", Platform.X),
        ("https://fr.linkedin.com/company/martin", Platform.LINKEDIN),
        ("https://notx.com/martin", Platform.OTHER),
        ("https://x.com.example/martin", Platform.OTHER),
        (None, Platform.OTHER),
    ],
)
def test_an_account_published_by_hand_is_of_its_addresss_network(url: str | None, platform: Platform) -> None:
    """What X forbids is forbidden there however the post gets online."""
    assert platform_of(Account.model_validate({"name": "a", "network": "by_hand", "url": url})) is platform


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from([one["name"] for one in ACCOUNTS]), min_size=1, max_size=3, unique=True),
    st.fixed_dictionaries(
        {},
        optional={
            "comment": st.booleans(),
            "like": st.booleans(),
            "repost": st.booleans(),
            "follow": st.booleans(),
            "friends": st.integers(0, 9),
            "words": st.lists(st.text(min_size=1), min_size=1, max_size=3),
        },
    ),
)
def test_any_conditions_on_any_accounts_can_be_looked_at(accounts: list[str], conditions: dict[str, Any]) -> None:
    """Nothing that can be written makes the linter fail, and everything it finds can be said."""
    problems(posts=on(*accounts), conditions=conditions)


SAMPLE = Path(__file__).parents[3] / "samples" / "jeu-concours.yaml"


def test_the_sample_can_be_applied_and_written_out() -> None:
    """Whoever begins from it begins well: only what Instagram does not tell is said of it."""
    (brand,) = read_configuration(yaml.safe_load(SAMPLE.read_text(encoding="utf-8")))
    (terms,) = contests_of(brand).values()

    found = lint(terms, brand, NOW)

    assert [(one.code, one.warning) for one in found] == [("contest_checked_like", True)]
    assert "La galette géante" in rules_text(terms, brand, QUICKNET, "https://public.example/")


def test_only_what_begins_or_changes_is_looked_at() -> None:
    """Applying the same again says nothing; a contest that opened is none of the linter's business."""
    wrong = {**GOOD, "prizes": [{"name": "Une galette"}]}

    def brand(contest: dict[str, Any]) -> Brand:
        return Brand.model_validate({"id": "m", "name": "M", "accounts": ACCOUNTS, "contests": {"galette": contest}})

    def columns(before: Brand | None, after: Brand, now: datetime = NOW, opened: str = "") -> list[str | None]:
        return [one.column for one in lint_changes(before, after, now, {opened})]

    later = datetime(2026, 12, 2, tzinfo=UTC)
    assert columns(None, brand(wrong)) == ["m.contests.galette.prizes[1].value"]
    assert columns(brand(GOOD), brand(wrong)) == ["m.contests.galette.prizes[1].value"]
    assert columns(brand(wrong), brand(wrong)) == []
    assert columns(brand(GOOD), brand(wrong), later, "galette") == []
    assert columns(None, brand(wrong), later) == ["m.contests.galette.opens", "m.contests.galette.prizes[1].value"]
