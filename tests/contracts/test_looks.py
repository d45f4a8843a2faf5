"""Looks ahead: one a delivery, each brand its own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.aws.looks_table import LooksTable
from heraut.problems import problem
from heraut.publishing.upcoming import Horizon, Look
from tests.contracts.samples import NOW

if TYPE_CHECKING:
    from heraut.publishing.store import Looks
    from tests.contracts.stack import Stack

LOOK = Look(
    post="p1",
    account="masto",
    version=2,
    horizon=Horizon.DAY,
    publish_at=NOW,
    tried=False,
    said=("close:p2", "media:media_gone"),
    people=("lea",),
    problems={"media:media_gone": problem("media_gone", "media", name="four.png")},
)


def test_a_look_comes_back_as_it_was(looks: Looks) -> None:
    """By post and account; one brand's are not another's."""
    other = LOOK.model_copy(update={"post": "p0", "said": ()})
    looks.save_look("boulangerie", LOOK)
    looks.save_look("boulangerie", other)

    assert looks.looks("boulangerie") == [other, LOOK]
    assert looks.looks("fleuriste") == []


def test_the_last_look_replaces_the_one_before(looks: Looks) -> None:
    """One a delivery."""
    after = LOOK.model_copy(update={"horizon": Horizon.HOUR, "tried": True, "said": ()})
    looks.save_look("boulangerie", LOOK)
    looks.save_look("boulangerie", after)

    assert looks.looks("boulangerie") == [after]


def test_what_a_newer_release_remembers_is_kept(looks: Looks) -> None:
    """A field that this release does not know."""
    newer = Look.model_validate({**LOOK.model_dump(by_alias=True), "mood": "calm"})
    looks.save_look("boulangerie", newer)

    assert looks.looks("boulangerie") == [newer]


def test_a_look_is_forgotten_two_days_after_the_promise(posts_stack: Stack) -> None:
    """The table's TTL."""
    LooksTable(posts_stack.table).save_look("boulangerie", LOOK)

    item = posts_stack.table.get(("boulangerie#upcoming", "p1@masto"))
    assert item is not None
    assert item["expires"] == int((NOW + timedelta(days=2)).timestamp())
