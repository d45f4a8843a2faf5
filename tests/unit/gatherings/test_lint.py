"""What is said of events when a file is applied, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from heraut.brands import Account, Brand, NetworkName
from heraut.gatherings.lint import Asked, lint_changes
from heraut.gatherings.running import Gathering
from heraut.networks.base import Limits
from heraut.networks.bluesky_checks import LIMITS as BLUESKY
from heraut.networks.bluesky_checks import problems_of as bluesky_problems
from heraut.networks.mastodon_post import problems_of as mastodon_problems
from heraut.problems import Language, Problem, warning
from heraut.publishing.model import Content, Part
from tests.twins.gathering_world import (
    APPLIED,
    BEGINS,
    CLOSES,
    ENDS,
    FOLDER,
    LIVE,
    NAME,
    PUBLIC,
    WORKSHOP,
    GatheringWorld,
)

BRAND = GatheringWorld().brand


def measured(account: Account, text: str, language: Language) -> Sequence[Problem] | None:
    """Let Bluesky count as Bluesky does, Mastodon as a server does that accepts 500; the last account takes nothing."""
    if account.name == "none":
        return None
    if account.name == "deaf":
        return [warning("event_text_unmeasured", account="deaf")]
    limits = {NetworkName.BLUESKY: BLUESKY, NetworkName.MASTODON: Limits(characters=500)}[account.network]
    check = {NetworkName.BLUESKY: bluesky_problems, NetworkName.MASTODON: mastodon_problems}[account.network]
    content = Content(parts=(Part(text=text),), language=language)
    return [one for one in check(content, limits) if not one.warning]


def asked(online: Sequence[str] = (), kept: Gathering | None = None) -> Asked:
    """What the lint hears of the world."""
    return Asked(
        kept=lambda _: kept,
        said=lambda _: online,
        measured=measured,
        lists=lambda account: account.network is not NetworkName.SITE and account.name != "none",
        public_url=PUBLIC,
    )


def found(before: dict[str, Any] | None, after: dict[str, Any] | None, now: Any = APPLIED, *online: str) -> Any:
    """Give what is found of an event that was so and would be so: codes and columns, refusals in capitals."""

    def brand(plain: dict[str, Any] | None) -> Brand:
        return BRAND.model_copy(update={"events": {NAME: plain} if plain else {}})

    told = lint_changes(brand(before), brand(after), asked(online), now)
    return [one.code if one.warning else one.code.upper() for one in told]


@pytest.mark.parametrize(
    ("before", "after", "now", "says"),
    [
        (None, WORKSHOP, APPLIED, []),
        (WORKSHOP, WORKSHOP, ENDS + timedelta(days=1), []),
        (None, WORKSHOP, BEGINS - timedelta(hours=3), ["event_reminders_past"]),
        (None, WORKSHOP, BEGINS, ["event_begun_already", "event_reminders_past"]),
        (None, WORKSHOP, ENDS, ["event_is_over"]),
        (None, {**WORKSHOP, "place": None, "address": None}, APPLIED, ["event_no_place"]),
        (WORKSHOP, None, APPLIED, ["EVENT_TAKEN_OUT"]),
        (WORKSHOP, None, ENDS, []),
        ({**WORKSHOP, "cancelled": True}, None, APPLIED, []),
        (WORKSHOP, {**WORKSHOP, "cancelled": True}, BEGINS - timedelta(hours=3), []),
    ],
)
def test_what_is_said(before: Any, after: Any, now: Any, says: list[str]) -> None:
    """Each thing that is doubtful, and nothing where all is well."""
    assert found(before, after, now) == says


def test_what_is_online_is_named_when_it_says_something_else() -> None:
    """Whoever moves an event hears which posts to correct; other words for reminders to come touch none."""
    moved = {**WORKSHOP, "starts": "2026-12-10 19:00"}

    assert found(WORKSHOP, moved, APPLIED, "https://sky.example/1") == ["event_said_already"]
    assert found(WORKSHOP, {**WORKSHOP, "reminders": ["1d"]}, APPLIED, "https://sky.example/1") == []


def test_an_event_stays_of_its_kind() -> None:
    """Its posts, page and calendar entry are of another sort."""
    live = {"kind": "live_qa", "title": "Direct", "accounts": ["sky"], "opens": "2026-12-10 18:30"}

    assert "EVENT_KIND_CHANGED" in found(WORKSHOP, {**live, "closes": "2026-12-10 19:30"})


def lengths(plain: dict[str, Any], *more: Account) -> list[tuple[str, str, Any]]:
    """Give what is found of a new event's posts: where, what, and the length that was counted."""
    brand = BRAND.model_copy(update={"events": {NAME: plain}, "accounts": (*BRAND.accounts, *more)})
    told = lint_changes(None, brand, asked(), APPLIED)
    return [((one.column or "").partition(NAME)[2], one.code, one.fields.get("length")) for one in told]


def test_each_text_is_measured_as_it_will_leave_by_each_network_s_own_count() -> None:
    """Bluesky counts a link in full and takes 300, Mastodon counts 23 for it and takes 500."""
    page = f"{PUBLIC}/{FOLDER}evenement.html"
    fits = "x" * (300 - len(page)) + "{page}"
    both = {**WORKSHOP, "texts": {"reminder": fits}}

    assert lengths(both) == []
    assert lengths({**WORKSHOP, "texts": {"reminder": f"x{fits}"}}) == [
        (".texts.reminder", "bluesky_text_too_long", 301)
    ]
    assert lengths({**WORKSHOP, "texts": {"reminder": "x" * 477 + " {page}"}}) == [
        (".texts.reminder", "bluesky_text_too_long", 478 + len(page)),
        (".texts.reminder", "mastodon_text_too_long", 501),
    ]


def test_where_the_text_stands_is_said() -> None:
    """A reminder's own; of a session each of its three; a name filled in may be what makes it too long."""
    reminders = ["7d", {"before": "2h", "text": "y" * 301}]
    assert lengths({**WORKSHOP, "reminders": reminders}) == [(".reminders[2].text", "bluesky_text_too_long", 301)]
    long = {**LIVE, "title": "t" * 200, "texts": dict.fromkeys(("opening", "closing", "recap"), "{title} {title}")}
    assert [where for where, *_ in lengths(long)] == [".texts.opening"]  # the same words are said once
    long["texts"] = {step: f"{{title}} {{title}} {step}" for step in ("opening", "closing", "recap")}
    assert [where for where, *_ in lengths(long)] == [".texts.opening", ".texts.closing", ".texts.recap"]
    assert lengths({**LIVE, "title": "t" * 200}) == []  # the built-in texts shorten it


def test_an_account_on_which_nothing_comes_of_it_is_named() -> None:
    """One that takes no posts, one whose comments nobody can read, a server that does not answer."""
    none = Account(name="none", network=NetworkName.FACEBOOK)
    deaf = Account(name="deaf", network=NetworkName.MASTODON, instance="https://social.example")

    assert lengths({**LIVE, "accounts": ["sky", "none"]}, none) == [
        (".accounts", "event_account_left_out", None),
        (".accounts", "event_questions_unheard", None),
    ]
    assert lengths({**WORKSHOP, "accounts": ["deaf"]}, deaf) == [(".accounts", "event_text_unmeasured", None)]


def test_the_name_of_a_past_event_is_not_used_again() -> None:
    """Nothing would come of it: its page and its entry in calendars are the past one's."""
    world = GatheringWorld(None, LIVE)
    world.run()
    brand = BRAND.model_copy(
        update={"events": {NAME: {**LIVE, "opens": "2027-01-10 18:30", "closes": "2027-01-10 19:30"}}}
    )

    told = lint_changes(world.brand, brand, asked(kept=world.gathering), CLOSES + timedelta(days=1))

    assert [(one.code, one.warning) for one in told] == [("event_name_used", False)]
