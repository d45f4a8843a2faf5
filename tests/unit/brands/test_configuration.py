"""What a configuration file may say, and what it is told when it says something else."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from heraut.brands.apply_configuration import apply_configuration, plan_configuration
from heraut.brands.configuration import read_configuration, write_configuration
from heraut.errors import InvalidInput
from tests.twins.brands import BrandsTwin

GOOD: dict[str, Any] = {
    "brands": [
        {
            "id": "martin",
            "name": "Boulangerie Martin",
            "accounts": [
                {"name": "site", "network": "site"},
                {"name": "masto", "network": "mastodon", "instance": "https://social.example", "late": "1h30min"},
                {"name": "sky", "network": "bluesky", "handle": "martin.test"},
            ],
            "groups": {"tous": ["site", "masto", "sky"]},
            "people": [{"id": "lea", "name": "Léa", "email": "lea@example.com", "roles": ["publishing"]}],
        },
    ],
}
ADA = {"id": "ada", "name": "Ada", "email": "ada@example.com"}


def broken(**changes: Any) -> dict[str, Any]:
    """Give the good document with fields of its brand replaced."""
    document = copy.deepcopy(GOOD)
    document["brands"][0].update(changes)
    return document


def codes(document: Any) -> list[tuple[str, str | None]]:
    """Give what reading complains of."""
    with pytest.raises(InvalidInput) as refused:
        read_configuration(document)
    for found in refused.value.problems:
        assert found.message("fr") != found.message("en")
        assert found.remedy("fr")
    return [(found.code, found.column) for found in refused.value.problems]


def test_a_good_file_is_read() -> None:
    """Defaults are filled in, durations are minutes."""
    (brand,) = read_configuration(GOOD)

    assert (brand.zone, brand.language, brand.revision) == ("Europe/Paris", "fr", 0)
    assert [account.late_minutes for account in brand.accounts] == [60, 90, 60]
    assert brand.accounts[2].service == "https://bsky.social"


def test_written_and_read_again_it_is_the_same() -> None:
    """`heraut pull` writes what `heraut apply` reads."""
    brands = read_configuration(GOOD)

    assert read_configuration(write_configuration(brands)) == brands


def test_how_people_answer_and_are_reached_is_read() -> None:
    """Their ways in order, whether somebody approves what they answer, and texts to begin with."""
    lea = {"id": "lea", "name": "Léa", "email": "lea@example.com", "ways": ["slack", "email"], "answers_approved": True}
    (brand,) = read_configuration(broken(people=[lea], saved_answers={"merci": "Merci {name} !"}))

    (person,) = brand.people
    assert (list(person.ways), person.answers_approved) == (["slack", "email"], True)
    assert brand.saved_answers == {"merci": "Merci {name} !"}
    assert read_configuration(write_configuration([brand])) == (brand,)


def test_a_channel_is_read_and_named_in_rules() -> None:
    """As people and teams are; whoever is told there reads the brand's language unless the channel has its own."""
    channels = [{"name": "sav", "way": "slack"}, {"name": "shop", "way": "teams", "language": "en"}]
    when = {"kinds": ["review"]}
    rules = [
        {"name": "Avis", "when": when, "then": {"tell": ["sav", "lea"]}},
        {"name": "Boutique", "when": when, "then": {"hand_over": "shop"}},
    ]
    (brand,) = read_configuration(broken(channels=channels, rules=rules))

    sav, shop = brand.channel("sav"), brand.channel("shop")
    assert sav is not None
    assert shop is not None
    assert (sav.ways, sav.language, shop.language) == (("slack",), "fr", "en")
    assert brand.channel("lea") is None
    assert read_configuration(write_configuration([brand])) == (brand,)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"people": [{"id": "a", "name": "A", "email": "a@b.fr", "ways": ["pigeon"]}]},
            [("value_not_among", "brands[1].people[1].ways[1]")],
        ),
        (
            {"people": [{"id": "a", "name": "A", "email": "a@b.fr", "ways": []}]},
            [("value_unusable", "brands[1].people[1].ways")],
        ),
        ({"saved_answers": {"Merci !": "x"}}, [("value_unusable", "brands[1].saved_answers.Merci !.[key]")]),
        ({"zone": "Europe/Pari"}, [("zone_unknown", "brands[1].zone")]),
        ({"acounts": []}, [("field_misspelt", "brands[1].acounts")]),
        ({"accounts": {"site": {}}}, [("entry_not_a_list", "brands[1].accounts")]),
        ({"groups": {"tous": ["inconnu"]}}, [("group_member_unknown", "brands[1].groups.tous")]),
        ({"groups": {"site": ["site"]}}, [("group_named_like_account", "brands[1].groups.site")]),
        ({"id": "Été"}, [("value_unusable", "brands[1].id")]),
        ({"slots": ["9h"]}, [("value_unusable", "brands[1].slots[1]")]),
        ({"people": ["Léa"]}, [("entry_not_a_mapping", "brands[1].people[1]")]),
        ({"people": [{"id": "a", "name": "A", "email": "rien"}]}, [("email_unreadable", "brands[1].people[1].email")]),
        ({"people": [{**ADA, "phone": "06 12 34 56 78"}]}, [("phone_unreadable", "brands[1].people[1].phone")]),
        ({"people": [{**ADA, "ways": ["sms"]}]}, [("phone_missing", "brands[1].people[1].phone")]),
        ({"people": [{**ADA, "ways": ["topic"]}]}, [("topic_missing", "brands[1].people[1].topic")]),
        ({"channels": [{"name": "sav", "way": "email"}]}, [("value_not_among", "brands[1].channels[1].way")]),
        ({"channels": [{"name": "sav", "way": "topic"}]}, [("topic_missing", "brands[1].channels[1].topic")]),
        (
            {"channels": [{"name": "lea", "way": "slack"}]},
            [("channel_named_like_somebody", "brands[1].channels[1].name")],
        ),
        ({"channels": [{"name": "sav", "way": "slack"}] * 2}, [("channel_repeated", "brands[1].channels")]),
        ({"people": [{**ADA, "topic": "equipe"}]}, [("topic_unreadable", "brands[1].people[1].topic")]),
    ],
)
def test_each_mistake_is_named_where_it_stands(changes: dict[str, Any], expected: list[tuple[str, str | None]]) -> None:
    """A wrong field is named by its path, with a sentence and a remedy."""
    if "accounts" in changes:
        changes = changes | {"groups": {}}

    assert codes(broken(**changes)) == expected


def test_every_mistake_is_told_at_once() -> None:
    """A person mends the file once: what is wrong with the brand itself, with its accounts and with its people."""
    wrong = broken(
        id="Été",
        language="de",
        zone="Europe/Pari",
        slots=["09:30", "25:00"],
        accounts=[{"name": "s", "network": "myspace"}],
        groups={},
        people=[{"id": "lea", "name": "Léa", "email": "lea@example.com", "roles": ["publishing", "chef"]}],
    )

    assert sorted(str(path) for _, path in codes(wrong)) == [
        "brands[1].accounts[1].network",
        "brands[1].id",
        "brands[1].language",
        "brands[1].people[1].roles[2]",
        "brands[1].slots[2]",
        "brands[1].zone",
    ]


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ({"name": "a", "network": "mastodon"}, "account_field_missing"),
        ({"name": "a", "network": "bluesky"}, "account_field_missing"),
        ({"name": "a", "network": "myspace"}, "value_not_among"),
        ({"name": "a"}, "field_missing"),
        ({"name": "a", "network": "mastodon", "instance": "social.example"}, "server_address_unreadable"),
        ({"name": "a", "network": "site", "late": "bientôt"}, "late_unreadable"),
    ],
)
def test_each_network_says_what_it_needs(account: dict[str, Any], expected: str) -> None:
    """An account that could not publish is refused before it is applied."""
    assert [code for code, _ in codes(broken(accounts=[account], groups={}))] == [expected]


@pytest.mark.parametrize("rubbish", [None, [], "brands", {"brands": {}}, {"brands": []}, {"brands": [None]}, {1: 2}])
def test_rubbish_is_refused_with_a_sentence(rubbish: Any) -> None:
    """Whatever the document is, the answer is a sentence and not a crash."""
    assert codes(rubbish)


def test_two_brands_with_one_id_are_refused() -> None:
    """Each brand has an id of its own."""
    document = {"brands": [GOOD["brands"][0], GOOD["brands"][0]]}

    assert ("brand_repeated", "brands") in codes(document)


class TestApplying:
    def test_shows_and_writes_what_changes(self) -> None:
        """The first time everything is new; the second time only what was edited."""
        store = BrandsTwin()
        first = apply_configuration(plan_configuration(read_configuration(GOOD), store), store)

        edited = read_configuration(broken(name="Martin & filles", revision=1))
        plan = plan_configuration(edited, store)

        assert first[0].revision == 1
        assert [(change.path, change.before, change.after) for change in plan.changes] == [
            ("name", "Boulangerie Martin", "Martin & filles")
        ]
        assert apply_configuration(plan, store)[0].revision == 2

    def test_nothing_changed_writes_nothing(self) -> None:
        """Applying the same file twice is harmless, whatever revision it names."""
        store = BrandsTwin()
        apply_configuration(plan_configuration(read_configuration(GOOD), store), store)

        plan = plan_configuration(read_configuration(GOOD), store)

        assert plan.changes == ()
        assert apply_configuration(plan, store) == ()

    def test_a_newer_revision_is_not_overwritten(self) -> None:
        """A file written from an older revision is refused."""
        store = BrandsTwin()
        apply_configuration(plan_configuration(read_configuration(GOOD), store), store)

        with pytest.raises(InvalidInput) as refused:
            plan_configuration(read_configuration(broken(name="Autre")), store)
        assert [found.code for found in refused.value.problems] == ["revision_behind"]

    def test_losing_the_race_is_said(self) -> None:
        """Somebody applied between our plan and our writing."""
        store = BrandsTwin()
        plan = plan_configuration(read_configuration(GOOD), store)
        apply_configuration(plan, store)

        with pytest.raises(InvalidInput):
            apply_configuration(plan, store)

    def test_brands_the_file_does_not_name_stay(self) -> None:
        """An agency may keep one file per client."""
        store = BrandsTwin()
        apply_configuration(plan_configuration(read_configuration(GOOD), store), store)
        other = read_configuration(broken(id="durand"))

        assert plan_configuration(other, store).unnamed == ("martin",)

    def test_order_of_accounts_is_no_change(self) -> None:
        """Accounts are compared by name."""
        store = BrandsTwin()
        apply_configuration(plan_configuration(read_configuration(GOOD), store), store)
        turned = broken(accounts=GOOD["brands"][0]["accounts"][::-1], revision=1)

        assert plan_configuration(read_configuration(turned), store).changes == ()


@pytest.mark.parametrize(
    ("name", "code", "kept"),
    [
        ("Martin\u202egpj", "letters_unfit", "Martin gpj"),
        ("Martin\n et fils", "letters_unfit", "Martin  et fils"),
        ("\x1b[2JMartin", "letters_unfit", "[2JMartin"),
        ("Mar\u200b\u200b\u200b\u200btin", "letters_unfit", "Mar\u200b\u200btin"),
        ("Martin\ud800", "letters_unfit", "Martin"),
        ("Martin\u2067", "letters_unfit", "Martin"),
        ("", "field_missing", None),
        ("\u200b \u00ad", "field_missing", None),
        ("M" * 501, "value_too_long", None),
    ],
)
@pytest.mark.parametrize("whose", ["brand", "person", "account"])
def test_a_name_that_deceives_is_refused_with_the_one_that_is_seen(
    whose: str, name: str, code: str, kept: str | None
) -> None:
    """Names stand in messages, on pages and in headers of mails."""
    document = copy.deepcopy(GOOD)
    brand = document["brands"][0]
    holder, field, where = {
        "brand": (brand, "name", "brands[1].name"),
        "person": (brand["people"][0], "name", "brands[1].people[1].name"),
        "account": (brand["accounts"][2], "handle", "brands[1].accounts[3].handle"),
    }[whose]
    holder[field] = name

    assert (code, where) in codes(document)
    with pytest.raises(InvalidInput) as refused:
        read_configuration(document)
    said = next(found for found in refused.value.problems if found.code == code)
    assert kept is None or kept in said.remedy("fr")


@pytest.mark.parametrize(
    "name", ["Œuf & Cie — « l'été »", "מאפיית לוי", "\u2067לוי\u2069 et fils", "👩‍🍳 Léa", "  Martin "]
)
def test_names_of_every_script_are_kept(name: str) -> None:
    """Nothing that a person types on purpose is refused."""
    (brand,) = read_configuration(broken(name=name))

    assert brand.name == name


@pytest.mark.parametrize(
    "address", ["https://[bad", "https://a b.example", "https://", "javascript:alert(1)", "https://x:y"]
)
def test_an_address_that_cannot_be_used_is_refused(address: str) -> None:
    """It would break each message that leads there."""
    accounts = [{"name": "insta", "network": "by_hand", "url": address}]

    assert codes(broken(accounts=accounts, groups={})) == [("server_address_unreadable", "brands[1].accounts[1].url")]
