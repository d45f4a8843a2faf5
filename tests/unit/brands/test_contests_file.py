"""What a configuration file may say of contests, what it is told otherwise, and what may change once one opened."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from heraut.brands import Brand, ContestState, EntryKind, Terms, changes_allowed, contests_of
from heraut.brands.apply_configuration import apply_configuration, plan_configuration
from heraut.brands.configuration import read_configuration, write_configuration
from heraut.brands.contests import FREE
from heraut.brands.contests_file import INNER
from heraut.brands.running_contests import refuse_late_changes
from heraut.cli.configuration_file import read_file
from heraut.cli.rules_files import with_rules_files
from heraut.errors import InvalidInput
from tests.twins.brands import BrandsTwin
from tests.unit.brands.test_configuration import broken, codes

if TYPE_CHECKING:
    from heraut.brands.running_contests import Opened

GALETTE: dict[str, Any] = {
    "title": "La galette géante",
    "opens": "2026-12-01 09:00",
    "closes": "2026-12-15 23:59:59",
    "draws": "2026-12-16T12:00",
    "announces": "2026-12-17 09:00",
    "posts": [{"accounts": "sky", "row": "galette"}, {"accounts": ["masto"], "url": "https://social.example/@m/1"}],
    "conditions": {
        "like": True,
        "friends": 2,
        "words": ["#galette", "joyeux noël"],
        "answer": {"question": "En quelle année ?", "accepted": ["1998", "mille neuf cent quatre-vingt-dix-huit"]},
    },
    "conditions_on": {"mastodon": {"comment": True}},
    "winners": 3,
    "alternates": 6,
    "prizes": [{"name": "Une galette géante", "value": 60, "quantity": 1}, {"name": "Un bon", "value": "12,50"}],
    "claim_within": "7j",
    "more_chances": {"repost": 2, "friend": 1, "most": 5},
    "exclude": {
        "staff": "@lea",
        "partners": ["bluesky:@moulin"],
        "previous_winners": 6,
        "suspects": {"account_age": "30j", "followers": 5, "copied": 10},
    },
    "organiser": {"name": "Boulangerie Martin SARL", "address": "12 rue du Four, 75006 Paris"},
    "eligibility": {"age": 18, "countries": ["FR", "BE"]},
    "personal_data": {"contact": "donnees@martin.example", "keep_for": "60j"},
}


def with_contest(**changes: Any) -> dict[str, Any]:
    """Give the whole document with one contest, fields of it replaced (None: left out)."""
    contest = {key: value for key, value in {**copy.deepcopy(GALETTE), **changes}.items() if value is not None}
    return broken(zone="Europe/Paris", contests={"galette": contest})


def terms(**changes: Any) -> Terms:
    """Give the terms of that contest."""
    (brand,) = read_configuration(with_contest(**changes))
    return contests_of(brand)["galette"]


def test_a_whole_contest_is_read_and_written_as_the_same() -> None:
    """Instants keep the brand's zone, one value may stand where several may, and `heraut pull` gives it all back."""
    (brand,) = brands = read_configuration(with_contest())
    found = contests_of(brand)["galette"]

    assert (found.name, found.language, found.zone) == ("galette", "fr", "Europe/Paris")
    assert found.opens == datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert found.closes.isoformat() == "2026-12-15T23:59:59+01:00"
    assert found.claim == timedelta(days=7)
    assert [prize.value for prize in found.prizes] == [Decimal(60), Decimal("12.50")]
    assert found.accounts == ("sky", "masto")
    assert found.conditions.asked == ("comment", "like")
    assert found.on(brand.accounts[1].network).asked == ("comment",)
    assert read_configuration(write_configuration(brands)) == brands


def test_a_contest_may_have_its_own_zone_and_language() -> None:
    """A shop in Martinique opens its contest by its own clock."""
    found = terms(zone="America/Martinique", language="en")

    assert (found.language, found.opens) == ("en", datetime(2026, 12, 1, 13, tzinfo=UTC))


def test_numbers_stand_for_what_they_say() -> None:
    """A year is an answer, written without quotes as people do; yes and no are no words."""
    asked = {"answer": {"question": "En quelle année ?", "accepted": [1998, "mille neuf cent"]}, "words": 2027}
    found = terms(conditions=asked, title=2027)

    assert found.conditions.answer is not None
    assert found.conditions.answer.accepted == ("1998", "mille neuf cent")
    assert (found.title, found.conditions.words) == ("2027", ("2027",))
    assert ("value_unusable", "brands[1].contests.galette.conditions.words[1]") in codes(
        with_contest(conditions={"words": [True]})
    )


def test_terms_are_stored_and_read_back_as_they_were() -> None:
    """What a running contest keeps of its terms is the same again, instants in their zone."""
    found = terms()
    again = Terms.model_validate_json(found.model_dump_json(by_alias=True))

    assert again == found
    assert str(again.opens.tzinfo) == "Europe/Paris"


def test_an_instant_that_yaml_reads_itself_is_the_same() -> None:
    """`2026-12-15 23:59:59` without quotes is a date to a reader of YAML, `2026-12-16 12:00` is text."""
    text = yaml.safe_dump(with_contest(), allow_unicode=True).replace("'2026-12-15 23:59:59'", "2026-12-15 23:59:59")

    assert read_configuration(yaml.safe_load(text)) == read_configuration(with_contest())


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"opens": "bientôt"}, "contest_instant_unreadable", "opens"),
        ({"opens": "0001-01-01 00:00"}, "contest_instant_unreadable", "opens"),
        ({"closes": "9999-12-31 23:59"}, "contest_instant_unreadable", "closes"),
        ({"closes": "2026-12-15"}, "contest_instant_unreadable", "closes"),
        ({"closes": "2026-12-15 23:59:59.5"}, "contest_instant_unreadable", "closes"),
        ({"draws": "2026-12-16T12:00+01:00"}, "contest_instant_unreadable", "draws"),
        ({"opens": "2027-03-28 02:30"}, "time_does_not_exist", "opens"),
        ({"zone": "Europe/Pari"}, "zone_unknown", "zone"),
        ({"title": None}, "field_missing", "title"),
        ({"draws": None}, "field_missing", "draws"),
        ({"wibble": 1}, "field_unknown", "wibble"),
        ({"name": "x"}, "field_unknown", "name"),
        ({"conditions": {"coment": True}}, "field_misspelt", "conditions.coment"),
        ({"conditions_on": {"mastodon": {"coment": True}}}, "field_misspelt", "conditions_on.mastodon.coment"),
        ({"conditions_on": {"myspace": {"comment": True}}}, "value_not_among", "conditions_on.myspace.[key]"),
        ({"conditions_on": {"mastodon": True}}, "entry_not_a_mapping", "conditions_on.mastodon"),
        ({"conditions_on": True}, "entry_not_a_mapping", "conditions_on"),
        ({"conditions": {"answer": {"question": "?"}}}, "field_missing", "conditions.answer.accepted"),
        ({"conditions": {"words": ["\u202egalette"]}}, "letters_unfit", "conditions.words[1]"),
        ({"conditions": True}, "entry_not_a_mapping", "conditions"),
        ({"posts": []}, "entry_not_a_list", "posts"),
        ({"posts": ["x"]}, "entry_not_a_mapping", "posts[1]"),
        ({"posts": [{"accounts": "sky"}]}, "contest_post_unnamed", "posts[1]"),
        ({"posts": [{"accounts": "sky", "row": "a", "post": "b"}]}, "contest_post_unnamed", "posts[1]"),
        ({"posts": [{"accounts": ["insta"], "row": "a"}]}, "account_not_listed", "posts[1].accounts"),
        ({"prizes": [{"name": "x", "value": -1}]}, "value_unusable", "prizes[1].value"),
        ({"prizes": [{"name": "x", "value": True}]}, "value_unusable", "prizes[1].value"),
        ({"prizes": [{"name": "x", "value": "cher"}]}, "value_unusable", "prizes[1].value"),
        ({"claim_within": "bientôt"}, "late_unreadable", "claim_within"),
        ({"claim_within": "99999999999j"}, "late_unreadable", "claim_within"),
        ({"claim_within": 10**30}, "late_unreadable", "claim_within"),
        ({"exclude": {"suspects": {"account_age": "jeune"}}}, "late_unreadable", "exclude.suspects.account_age"),
        ({"winners": -1}, "value_unusable", "winners"),
        ({"eligibility": {"countries": ["France"]}}, "value_unusable", "eligibility.countries[1]"),
        ({"organiser": {"name": "a\nb"}}, "letters_unfit", "organiser.name"),
        ({"organiser": {"name": float("inf")}}, "value_unusable", "organiser.name"),
        ({"rules": {}}, "contest_rules_empty", "rules"),
        ({"rules": {"text": " "}}, "contest_rules_empty", "rules.text"),
        ({"rules": {"text": "a" * 60_001}}, "value_too_long", "rules.text"),
        ({"rules": {"text": "Lot \u202etob"}}, "contest_rules_letters", "rules.text"),
        ({"rules": {"file": "/etc/passwd.txt"}}, "contest_rules_file_elsewhere", "rules.file"),
        ({"rules": {"file": "../secret.txt"}}, "contest_rules_file_elsewhere", "rules.file"),
        ({"rules": {"file": "a/../../secret.txt"}}, "contest_rules_file_elsewhere", "rules.file"),
        ({"rules": {"file": "reglement.pdf"}}, "contest_rules_file_elsewhere", "rules.file"),
    ],
)
def test_what_cannot_be_is_named_where_it_stands(changes: dict[str, Any], code: str, place: str) -> None:
    """Refused before it is applied, with the field's path."""
    assert (code, f"brands[1].contests.galette.{place}") in codes(with_contest(**changes))


@pytest.mark.parametrize(("held", "code"), [(["x"], "entry_not_a_mapping"), ({"La galette": {}}, "value_unusable")])
def test_contests_are_keyed_by_a_short_name(held: Any, code: str) -> None:
    """A list, or a name with spaces, is no contest."""
    assert code in [found for found, _ in codes(broken(contests=held))]


def test_a_contest_whose_zone_nobody_wrote_is_refused() -> None:
    """Its instants are promises: the zone stands with the contest or with its brand."""
    assert codes(broken(contests={"galette": GALETTE})) == [("contest_zone_missing", "brands[1].contests.galette.zone")]
    read_configuration(broken(contests={"galette": {**GALETTE, "zone": "Europe/Paris"}}))


def test_rules_of_ones_own_come_from_a_file_beside_the_configuration(tmp_path: Path) -> None:
    """The text is read when it is applied; what `heraut pull` writes names the file again."""
    (tmp_path / "reglement.txt").write_text("Règlement du jeu\n\nArticle 1\n", encoding="utf-8")
    brands = read_configuration(with_contest(rules={"file": "reglement.txt"}))

    filled = with_rules_files(brands, tmp_path)

    (own,) = [found.rules for found in contests_of(filled[0]).values()]
    assert own is not None
    assert own.text == "Règlement du jeu\n\nArticle 1"
    assert write_configuration(filled) == write_configuration(brands)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "contest_rules_file_unreadable"),
        (b"R\xe8glement", "contest_rules_file_unreadable"),
        (b"  \n", "contest_rules_empty"),
        (b"a" * 60_001, "value_too_long"),
    ],
)
def test_a_rules_file_that_cannot_be_used_is_refused(tmp_path: Path, content: bytes | None, code: str) -> None:
    """Missing, not UTF-8, empty or endless: said with the field that names it."""
    if content is not None:
        (tmp_path / "reglement.txt").write_bytes(content)
    brands = read_configuration(with_contest(rules={"file": "reglement.txt"}))

    with pytest.raises(InvalidInput) as refused:
        with_rules_files(brands, tmp_path)

    assert [(one.code, one.column) for one in refused.value.problems] == [(code, "martin.contests.galette.rules.file")]


def test_a_link_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    """A file of rules that is a link to somewhere else is not published."""
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    folder = tmp_path / "conf"
    folder.mkdir()
    (folder / "reglement.txt").symlink_to(tmp_path / "secret.txt")

    with pytest.raises(InvalidInput, match="contest_rules_file_elsewhere"):
        with_rules_files(read_configuration(with_contest(rules={"file": "reglement.txt"})), folder)


def test_a_file_taken_over_keeps_what_a_person_wrote(tmp_path: Path) -> None:
    """`heraut pull` leaves the hours and comments of a contest that did not change as they are written."""
    file = tmp_path / "heraut.yaml"
    file.write_text("# mon fichier\n" + yaml.safe_dump(with_contest(), allow_unicode=True), encoding="utf-8")
    source = read_file(file)
    before = source.text()

    source.take_over(write_configuration(read_configuration(with_contest())))

    assert source.text() == before
    source.take_over(write_configuration(read_configuration(with_contest(title="La galette immense"))))
    assert source.text() == before.replace("La galette géante", "La galette immense")


ANOTHER_ANSWER = {"question": "En quelle année ?", "accepted": ["1999"]}
CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("title", {"title": "Une autre"}),
    ("closes", {"closes": "2026-12-14 23:59:59"}),
    ("draws", {"draws": "2026-12-16T13:00"}),
    ("winners", {"winners": 1}),
    ("prizes", {"prizes": [{"name": "Un croissant", "value": 1}]}),
    ("claim_within", {"claim_within": "1j"}),
    ("conditions.friends", {"conditions": {**GALETTE["conditions"], "friends": 3}}),
    ("conditions.answer.accepted", {"conditions": {**GALETTE["conditions"], "answer": ANOTHER_ANSWER}}),
    ("more_chances.repost", {"more_chances": {"friend": 1, "most": 5}}),
    ("exclude.previous_winners", {"exclude": {**GALETTE["exclude"], "previous_winners": 12}}),
    ("organiser.address", {"organiser": {"name": "Boulangerie Martin SARL", "address": "ailleurs"}}),
    ("zone", {"zone": "Europe/London"}),
]  # fmt: skip


@pytest.mark.parametrize(("field", "changes"), CHANGES, ids=[field for field, _ in CHANGES])
@pytest.mark.parametrize("state", ContestState)
def test_terms_that_people_read_hold_once_they_take_part(
    field: str, changes: dict[str, Any], state: ContestState
) -> None:
    """Everything may change before the opening, nothing that stands in the rules afterwards."""
    found = changes_allowed(terms(), terms(**changes), state)

    if state is ContestState.PLANNED:
        assert found == []
    else:
        assert field in [one.column for one in found]
        assert {one.code for one in found} == {"contest_changed_too_late"}
        assert "La galette géante" in found[0].message("fr")


@pytest.mark.parametrize("state", ContestState)
def test_names_that_a_rule_excludes_may_come_later(state: ContestState) -> None:
    """Until the list is frozen; the day on which winners are named may move until they are."""
    hired = terms(exclude={**GALETTE["exclude"], "staff": ["@lea", "@max"]})
    named_later = terms(announces="2026-12-18 09:00")

    assert (changes_allowed(terms(), hired, state) == []) is (
        state is ContestState.PLANNED or "exclude.staff" in FREE.get(state, ())
    )
    assert (changes_allowed(terms(), named_later, state) == []) is (
        state is ContestState.PLANNED or "announces" in FREE.get(state, ())
    )
    assert changes_allowed(terms(), terms(), state) == []


@pytest.mark.parametrize("state", ContestState)
def test_a_running_contest_is_not_taken_out_of_the_file(state: ContestState) -> None:
    """Before it opened, and once it is over, it may go."""
    gone = [one.code for one in changes_allowed(terms(), None, state)]

    over = {ContestState.PLANNED, ContestState.ENDED, ContestState.CANCELLED}
    assert gone == ([] if state in over else ["contest_taken_out"])


def opened(brand: Brand, state: ContestState = ContestState.OPEN) -> dict[str, Opened]:
    """Give the brand's contests as having come so far, with the terms of its file."""
    return {brand.id: {name: (state, terms) for name, terms in contests_of(brand).items()}}


def columns_refused(wanted: Brand, store: BrandsTwin, so_far: dict[str, Opened]) -> list[str | None]:
    """Give what applying is refused for."""
    try:
        refuse_late_changes([wanted], store, so_far)
    except InvalidInput as refused:
        return [one.column for one in refused.problems]
    return []


def test_applying_refuses_what_comes_too_late() -> None:
    """Said with the contest's path, before anything is written; what is unchanged can be applied again."""
    store = BrandsTwin()
    (brand,) = read_configuration(with_contest())
    apply_configuration(plan_configuration([brand], store), store)
    (changed,) = read_configuration(with_contest(winners=1))

    assert columns_refused(brand, store, opened(brand)) == []
    assert columns_refused(changed, store, opened(brand)) == ["martin.contests.galette.winners"]


def test_a_contest_that_never_opened_changes_whatever_the_clock_says() -> None:
    """How far it came is what counts: a machine that slept opened nothing, and nobody read anything."""
    store = BrandsTwin()
    (brand,) = read_configuration(with_contest())
    apply_configuration(plan_configuration([brand], store), store)
    (changed,) = read_configuration(with_contest(winners=1))

    assert columns_refused(changed, store, {}) == []


def test_what_holds_is_what_people_read_not_what_was_applied_since() -> None:
    """A change that was applied as the contest opened with the terms before it does not hold, and is told."""
    store = BrandsTwin()
    (read,) = read_configuration(with_contest())
    (applied,) = read_configuration(with_contest(winners=1))
    apply_configuration(plan_configuration([applied], store), store)

    assert columns_refused(applied, store, opened(read)) == ["martin.contests.galette.winners"]
    assert columns_refused(read, store, opened(read)) == []


def test_a_contest_that_is_over_leaves_its_short_name_taken() -> None:
    """It may go from the file and stay as it is in it; another one of its name would never run."""
    store = BrandsTwin()
    (brand,) = read_configuration(with_contest())
    gone = brand.model_copy(update={"contests": {}})
    apply_configuration(plan_configuration([gone], store), store)
    (other,) = read_configuration(with_contest(title="La galette, encore"))
    over = opened(brand, ContestState.ENDED)

    with pytest.raises(InvalidInput, match="contest_is_over"):
        refuse_late_changes([other], store, over)
    assert columns_refused(gone, store, over) == []
    assert columns_refused(brand, store, over) == []


def test_what_a_file_says_of_a_contest_that_is_over_holds_back_nothing_else() -> None:
    """Where an announcement was moved too late to count, the file keeps saying so."""
    store = BrandsTwin()
    (brand,) = read_configuration(with_contest())
    (moved,) = read_configuration(with_contest(announces="2026-12-18 09:00"))
    apply_configuration(plan_configuration([moved], store), store)

    assert columns_refused(moved, store, opened(brand, ContestState.ENDED)) == []


def test_a_brand_that_changes_its_clock_does_not_move_a_running_contest() -> None:
    """The zone of a contest that names none is its brand's: changing that would move the closing."""
    store = BrandsTwin()
    (brand,) = read_configuration(with_contest())
    apply_configuration(plan_configuration([brand], store), store)

    with pytest.raises(InvalidInput, match="contest_changed_too_late"):
        refuse_late_changes([brand.model_copy(update={"zone": "Indian/Reunion"})], store, opened(brand))


def test_a_plan_shows_what_changes_in_a_contest() -> None:
    """Field by field, under the contest's name."""
    store = BrandsTwin()
    (brand,) = read_configuration(with_contest())
    apply_configuration(plan_configuration([brand], store), store)
    (changed,) = read_configuration({"brands": [{**with_contest(winners=1)["brands"][0], "revision": 1}]})

    (change,) = plan_configuration([changed], store).changes

    assert (change.path, change.before, change.after) == ("contests.galette.winners", 3, 1)


@given(st.fixed_dictionaries({act: st.booleans() for act in EntryKind}), st.integers(0, 3))
def test_what_is_looked_for_in_comments_asks_for_a_comment(acts: dict[str, bool], friends: int) -> None:
    """Whoever asks to mention friends need not say that one has to comment."""
    asked = terms(conditions={**acts, "friends": friends}).conditions.asked

    assert ("comment" in asked) is (acts["comment"] or friends > 0)
    assert set(asked) - {"comment"} == {act for act in EntryKind if acts[act]} - {"comment"}


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates() | st.datetimes()
ANYTHING = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9) | st.integers(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from([field.alias or name for name, field in Terms.model_fields.items()])
INSIDE = st.sampled_from([(field, name) for field, model in INNER.items() for name in model.model_fields])


def read(contest: dict[str, Any]) -> tuple[Brand, ...]:
    """Read a contest; what is refused can be said."""
    try:
        return read_configuration(broken(zone="Europe/Paris", contests={"galette": contest}))
    except InvalidInput as refused:
        for found in refused.problems:
            found.message("fr")
        return ()


@settings(max_examples=150)
@given(st.dictionaries(FIELDS, ANYTHING, max_size=2), INSIDE, ANYTHING)
def test_whatever_stands_in_a_file_is_read_or_refused(
    changes: dict[str, Any], inside: tuple[str, str], value: Any
) -> None:
    """Nothing that YAML can hold makes reading fail, and what is read can be read again as the same."""
    field, name = inside
    inner = {field: {**GALETTE.get(field, {}), name: value}}
    for changed in (changes, inner):
        brands = read({**GALETTE, **changed})
        if brands:
            assert read_configuration(write_configuration(brands)) == brands
            assert contests_of(brands[0])["galette"].title
