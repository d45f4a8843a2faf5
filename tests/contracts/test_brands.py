"""What every store of brands does, the twin and the table alike."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from heraut.aws.brands_table import BrandsTable
from heraut.brands import Account, Brand, NetworkName, Person
from heraut.errors import Conflict, NewerRelease
from tests.contracts.samples import MINUTE, NOW

if TYPE_CHECKING:
    from heraut.brands import Brands
    from tests.contracts.stack import Stack

BAKERY = Brand(
    id="boulangerie",
    name="Boulangerie Martin",
    accounts=(Account(name="masto", network=NetworkName.MASTODON, instance="https://social.example"),),
    groups={"tous": ("masto",)},
    people=(Person(id="lea", name="Léa", email="lea@example.com"),),
    revision=1,
)


def test_what_does_not_exist_is_none(brands: Brands) -> None:
    """No brand, no confirmations."""
    assert brands.brand("boulangerie") is None
    assert list(brands.every_brand()) == []
    assert brands.confirmations("boulangerie") == {}


def test_a_brand_comes_back_as_it_was(brands: Brands) -> None:
    """With accounts, groups, people, and fields that only a newer release knows."""
    newer = Brand.model_validate(BAKERY.model_dump(by_alias=True) | {"hours": {"monday": ["9h", 0.5, None]}})
    brands.save(newer, 0)
    found = brands.brand("boulangerie")
    assert found == newer
    assert found is not None
    assert found.model_extra == {"hours": {"monday": ["9h", 0.5, None]}}


def test_brands_come_by_id(brands: Brands) -> None:
    """All of the stack, more than one read can take."""
    names = [f"b{number:03d}" for number in range(120)]
    for name in reversed(names):
        brands.save(BAKERY.model_copy(update={"id": name}), 0)
    assert [brand.id for brand in brands.every_brand()] == names


def test_a_newer_revision_is_never_overwritten(brands: Brands) -> None:
    """Of two who read the same revision, the second has to read again."""
    brands.save(BAKERY, 0)
    with pytest.raises(Conflict):
        brands.save(BAKERY.model_copy(update={"name": "Other"}), 0)
    brands.save(BAKERY.model_copy(update={"revision": 2, "name": "Second"}), 1)
    with pytest.raises(Conflict):
        brands.save(BAKERY.model_copy(update={"revision": 2, "name": "Too late"}), 1)
    with pytest.raises(Conflict):
        brands.save(BAKERY.model_copy(update={"revision": 8}), 7)
    found = brands.brand("boulangerie")
    assert found is not None
    assert (found.name, found.revision) == ("Second", 2)


def test_an_expected_revision_that_never_was_is_a_conflict(brands: Brands) -> None:
    """There is nothing to replace."""
    with pytest.raises(Conflict):
        brands.save(BAKERY.model_copy(update={"revision": 2}), 1)
    assert brands.brand("boulangerie") is None
    assert list(brands.every_brand()) == []


def test_revisions_follow_each_other(brands: Brands) -> None:
    """A brand to save bears the expected revision plus one."""
    with pytest.raises(ValueError, match="revision 3 does not follow 1"):
        brands.save(BAKERY.model_copy(update={"revision": 3}), 1)


def test_confirmations_are_kept_by_brand_and_person(brands: Brands) -> None:
    """The latest one counts."""
    brands.confirm_person("boulangerie", "lea", NOW)
    brands.confirm_person("boulangerie", "lea", NOW + MINUTE)
    brands.confirm_person("boulangerie", "marc", NOW)
    assert brands.confirmations("boulangerie") == {"lea": NOW + MINUTE, "marc": NOW}
    assert brands.confirmations("fleuriste") == {}


def test_a_turn_is_one_taker_s_until_it_is_over(brands: Brands) -> None:
    """At its end it is free again, for each name and brand apart."""
    assert brands.take_turn("boulangerie", "refresh#masto", NOW, NOW + MINUTE)
    assert not brands.take_turn("boulangerie", "refresh#masto", NOW, NOW + MINUTE)
    assert not brands.take_turn(
        "boulangerie", "refresh#masto", NOW + MINUTE - timedelta(milliseconds=1), NOW + 2 * MINUTE
    )
    assert brands.take_turn("boulangerie", "refresh#journal", NOW, NOW + MINUTE)
    assert brands.take_turn("fleuriste", "refresh#masto", NOW, NOW + MINUTE)
    assert brands.take_turn("boulangerie", "refresh#masto", NOW + MINUTE, NOW + 2 * MINUTE)
    assert brands.confirmations("boulangerie") == {}


def test_a_turn_that_is_over_may_end_sooner_by_whoever_has_it(brands: Brands) -> None:
    """Ended by its taker it is free from then on; a turn that somebody took since is not touched."""
    assert brands.take_turn("boulangerie", "refresh#masto", NOW, NOW + 10 * MINUTE)
    brands.end_turn("boulangerie", "refresh#masto", NOW + 10 * MINUTE, NOW + MINUTE)
    assert not brands.take_turn("boulangerie", "refresh#masto", NOW, NOW + 5 * MINUTE)
    assert brands.take_turn("boulangerie", "refresh#masto", NOW + MINUTE, NOW + 11 * MINUTE)
    brands.end_turn("boulangerie", "refresh#masto", NOW + 10 * MINUTE, NOW + 2 * MINUTE)
    assert not brands.take_turn("boulangerie", "refresh#masto", NOW + 2 * MINUTE, NOW + 12 * MINUTE)
    brands.end_turn("boulangerie", "refresh#never", NOW, NOW)
    assert brands.take_turn("boulangerie", "refresh#never", NOW, NOW + MINUTE)


class TestTable:
    def test_our_own_turn_is_ours_when_its_answer_was_lost(self, brands_stack: Stack) -> None:
        """The SDK writes again; nobody else has the turn."""
        sent = brands_stack.lose_first_answer("UpdateItem")
        assert BrandsTable(brands_stack.table).take_turn("boulangerie", "refresh#masto", NOW, NOW + MINUTE)
        assert len(sent) == 2

    def test_saving_counts_once_when_its_answer_was_lost(self, brands_stack: Stack) -> None:
        """Ours is no newer revision."""
        sent = brands_stack.lose_first_answer("TransactWriteItems")
        BrandsTable(brands_stack.table).save(BAKERY, 0)
        assert len(sent) == 2

    def test_where_things_stand(self, brands_stack: Stack) -> None:
        """Keys and schemas as the architecture says; attributes of a newer release stay."""
        brands = BrandsTable(brands_stack.table)
        brands.save(BAKERY, 0)
        brands.confirm_person("boulangerie", "lea", NOW)
        brands.take_turn("boulangerie", "refresh#masto", NOW, NOW + MINUTE)
        for sk in ("config", "person#lea"):
            brands_stack.put(brands_stack.item("boulangerie", sk) | {"mood": {"S": "gai"}})
        brands.save(BAKERY.model_copy(update={"revision": 2}), 1)
        brands.confirm_person("boulangerie", "lea", NOW + MINUTE)
        items = {(item["pk"]["S"], item["sk"]["S"]): item for item in brands_stack.items()}
        assert items.keys() == {
            ("*", "brand#boulangerie"),
            ("boulangerie", "config"),
            ("boulangerie", "person#lea"),
            ("boulangerie", "turn#refresh#masto"),
        }
        assert all(item["schema"] == {"N": "1"} for item in items.values())
        assert items["boulangerie", "config"]["revision"] == {"N": "2"}
        assert items["boulangerie", "config"]["mood"] == items["boulangerie", "person#lea"]["mood"] == {"S": "gai"}
        assert items["boulangerie", "person#lea"]["confirmed_at"] == {"S": "2026-11-23T08:31:00.000Z"}

    def test_a_newer_schema_is_refused_clearly(self, brands_stack: Stack) -> None:
        """Of the item, and of the document in it."""
        brands = BrandsTable(brands_stack.table)
        brands.save(BAKERY, 0)
        item = brands_stack.item("boulangerie", "config")
        document = json.dumps(json.loads(item["document"]["S"]) | {"schema": 2})
        for newer in ({"schema": {"N": "2"}}, {"document": {"S": document}}):
            brands_stack.put(item | newer)
            with pytest.raises(NewerRelease, match="upgrade"):
                brands.brand("boulangerie")
