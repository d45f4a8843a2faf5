"""What `make run` plays is good, but for the one row that is wrong on purpose."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from heraut.brands.configuration import read_configuration
from heraut.fetch import Guard
from heraut.networks import registry
from heraut.problems import Problem
from heraut.publishing.calendar.media import beside_on_disk
from heraut.publishing.import_calendar import import_calendar
from heraut.publishing.report import Outcome, Report
from heraut.publishing.world import MediaWorld
from samples.bluesky import ACCOUNT
from samples.calendar import moved
from samples.play import WRONG_ACCOUNT, configuration, marked, without
from tests.twins.brands import BrandsTwin
from tests.twins.clock import ClockTwin
from tests.twins.media import MediaTwin
from tests.twins.outbox import OutboxTwin
from tests.twins.posts import PostsTwin
from tests.twins.secrets import SecretsTwin
from tests.twins.site_objects import SiteObjectsTwin

SAMPLES = Path(__file__).parents[3] / "samples"


def world(skipped: frozenset[str] = frozenset()) -> MediaWorld:
    """Give a desk with the sample's configuration and the real networks (none is called)."""
    clock = ClockTwin()
    document = configuration(skipped)
    return MediaWorld(
        posts=PostsTwin(),
        brands=BrandsTwin(*read_configuration(document)),
        secrets=SecretsTwin(),
        networks=registry(Guard(), SiteObjectsTwin, "https://public.example", clock.now),
        outbox=OutboxTwin(),
        clock=clock,
        media=MediaTwin(),
    )


def imported(desk: MediaWorld, skipped: frozenset[str] = frozenset()) -> Report:
    """Import the calendar as `make run` drops it."""
    text = without((SAMPLES / "calendrier.csv").read_text(encoding="utf-8"), skipped)

    def nothing_to_fetch(address: str) -> bytes:
        pytest.fail(f"the sample opens {address}")

    body = marked(moved(text, desk.clock.now()), "1").encode()
    return import_calendar(body, "calendrier.csv", desk, fetch=nothing_to_fetch, beside=beside_on_disk(SAMPLES))


def problems(report: Report) -> list[Problem]:
    """Give every problem of the report, warnings too."""
    return [found for entry in report.entries for found in entry.problems]


@pytest.mark.parametrize("skipped", [frozenset(), frozenset({ACCOUNT})], ids=["all", "without bluesky"])
def test_only_the_wrong_row_is_refused(skipped: frozenset[str]) -> None:
    """One row names an account that does not exist; nothing else is even warned of, whatever is skipped."""
    report = imported(world(skipped), skipped)

    assert [entry.outcome for entry in report.entries].count(Outcome.REFUSED) == 1
    assert [WRONG_ACCOUNT in found.message("fr") for found in problems(report)] == [True]


def test_the_week_is_played_in_two_minutes() -> None:
    """The first post is due within seconds, the last within two minutes, for three pages at least."""
    desk = world()
    imported(desk)
    queued = [one for brand in desk.brands.every_brand() for one in desk.posts.queue(brand.id)]
    ahead = [one.publish_at - desk.clock.now() for one in queued]

    assert timedelta(seconds=5) < min(ahead) < timedelta(seconds=30)
    assert max(ahead) < timedelta(minutes=2)
    on_pages = [one for one in queued if one.network == "site" and one.state == "scheduled"]
    assert len(on_pages) >= 12
    assert len({one.post for one in on_pages}) >= 5
    assert len({(one.brand, one.account) for one in on_pages}) >= 3


def test_every_row_has_as_many_cells_as_the_header() -> None:
    """An unquoted semicolon would shift the cells after it."""
    with (SAMPLES / "calendrier.csv").open(encoding="utf-8", newline="") as file:
        widths = {len(row) for row in csv.reader(file, delimiter=";")}

    assert len(widths) == 1


def test_the_pictures_stay_small() -> None:
    """The sample is cloned by everybody."""
    assert sum(file.stat().st_size for file in (SAMPLES / "media").iterdir()) < 300_000
