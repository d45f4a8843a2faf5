"""The samples: a believable week of two French brands, checked with the real networks' rules."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from heraut.brands import Brand, NetworkName, Role
from heraut.brands.configuration import read_configuration
from heraut.errors import NotFound
from heraut.fetch import Guard
from heraut.networks import registry
from heraut.publishing.calendar.media import beside_on_disk
from heraut.publishing.import_calendar import import_calendar
from heraut.publishing.model import Delivery, State
from heraut.publishing.report import Outcome, Report
from heraut.publishing.world import MediaWorld
from samples.calendar import FIRST, LAST, moved
from tests.twins.brands import BrandsTwin
from tests.twins.clock import ClockTwin
from tests.twins.media import MediaTwin
from tests.twins.outbox import OutboxTwin
from tests.twins.posts import PostsTwin
from tests.twins.secrets import SecretsTwin
from tests.twins.site_objects import SiteObjectsTwin

SAMPLES = Path(__file__).parents[3] / "samples"
CALENDAR = (SAMPLES / "calendrier.csv").read_text(encoding="utf-8")
MOMENTS = [
    datetime(2026, 11, 20, 23, 58, 40, 123_456, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 57, 10, tzinfo=UTC),  # just before the clocks go back
    datetime(2027, 3, 28, 0, 59, 0, tzinfo=UTC),  # they go forward in the middle
    datetime(2026, 12, 31, 22, 59, 30, tzinfo=UTC),
]


def brands() -> tuple[Brand, ...]:
    """Read the sample configuration."""
    return read_configuration(YAML(typ="safe").load(SAMPLES / "heraut.yaml"))


def dropped(body: bytes, now: datetime, name: str = "calendrier.csv") -> tuple[Report, list[Delivery]]:
    """Import with the real networks' rules; nothing is ever called."""
    posts, clock = PostsTwin(), ClockTwin(now)
    guard = Guard(allowed=frozenset())
    world = MediaWorld(
        posts=posts,
        brands=BrandsTwin(*brands()),
        secrets=SecretsTwin(),
        networks=registry(guard, SiteObjectsTwin, "http://127.0.0.1:1/public", clock.now),
        outbox=OutboxTwin(),
        clock=clock,
        media=MediaTwin(),
    )

    def no_fetch(url: str) -> bytes:
        raise NotFound(url)

    report = import_calendar(body, name, world, fetch=no_fetch, beside=beside_on_disk(SAMPLES))
    return report, [one for brand in brands() for one in posts.queue(brand.id)]


def test_the_configuration() -> None:
    """Two brands; a site each, two for the bakery, its Bluesky account, one by hand; people for every role."""
    bakery, shop = brands()

    networks = [[account.network for account in brand.accounts] for brand in (bakery, shop)]
    assert networks[0] == [NetworkName.SITE, NetworkName.SITE, NetworkName.BLUESKY, NetworkName.BY_HAND]
    assert networks[1] == [NetworkName.SITE]
    for brand in (bakery, shop):
        assert brand.language == "fr"
        for role in Role:
            assert any(role in person.roles for person in brand.people)
    service = next(account.service for account in bakery.accounts if account.network is NetworkName.BLUESKY)
    assert str(service).startswith("http://127.0.0.1:")  # a sample never reaches a real network


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_the_week_is_played_in_two_minutes(now: datetime) -> None:
    """The first post is due within seconds, the last within two minutes, and every row but one is good."""
    report, queued = dropped(moved(CALENDAR, now).encode(), now)

    leaving = [one for one in queued if one.state is State.SCHEDULED]
    on_site = [one for one in leaving if one.network is NetworkName.SITE]
    assert now + timedelta(seconds=5) < min(one.publish_at for one in leaving) <= now + timedelta(seconds=30)
    assert max(one.publish_at for one in leaving) <= now + timedelta(minutes=2)
    assert len(on_site) >= 14
    assert len({one.post for one in on_site}) >= 6
    assert len({(one.brand, one.account) for one in on_site}) == 3
    assert any(one.network is NetworkName.BLUESKY for one in leaving)
    assert report.counts["refused"] == 1


def test_the_wrong_row_is_wrong_in_a_way_one_recognises() -> None:
    """A mistyped account, with the name that was meant; nothing else is said of any row."""
    now = MOMENTS[0]

    report, _ = dropped(moved(CALENDAR, now).encode(), now)

    told = [(entry.outcome, found) for entry in report.entries for found in entry.problems]
    assert [(outcome, found.code) for outcome, found in told] == [(Outcome.REFUSED, "account_unknown")]
    assert "jurnal" in told[0][1].message("fr")
    assert "journal" in told[0][1].remedy("fr")


def test_it_shows_what_a_calendar_can_do() -> None:
    """Pictures with descriptions, a thread, an override, labels, a draft, quotes and euros."""
    rows = list(csv.DictReader(io.StringIO(CALENDAR), delimiter=";"))

    assert sum(bool(row["media"] and row["alt"]) for row in rows) >= 4
    assert any("\n---\n" in row["texte"] for row in rows)
    assert any(row["texte@bluesky"] for row in rows)
    assert any(row["étiquettes"] for row in rows)
    assert {"", "programmé", "brouillon"} == {row["statut"] for row in rows}
    assert "€" in CALENDAR
    assert "«" in CALENDAR


def test_the_pictures_are_small() -> None:
    """A clone stays light."""
    pictures = list((SAMPLES / "media").iterdir())

    assert sum(picture.stat().st_size for picture in pictures) < 300_000
    assert {row["media"] for row in csv.DictReader(io.StringIO(CALENDAR), delimiter=";")} - {""} == {
        f"media/{picture.name}" for picture in pictures
    }


def test_moving_keeps_everything_but_the_dates() -> None:
    """Order, texts and all other cells stay; a date that cannot be read stays too."""
    now = MOMENTS[0]
    text = CALENDAR + "Boulangerie Martin;31/11/2026;9h;site;Jamais;;;;;;;\n"

    before = list(csv.reader(io.StringIO(text), delimiter=";"))
    after = list(csv.reader(io.StringIO(moved(text, now)), delimiter=";"))

    assert [row[:1] + row[3:] for row in before] == [row[:1] + row[3:] for row in after]
    assert after[-1] == before[-1]
    assert all(then[1] != row[1] for row, then in zip(before[1:-1], after[1:-1], strict=True))
    assert timedelta(0) < FIRST < LAST < timedelta(minutes=2)


@pytest.mark.parametrize("name", ["calendrier.xlsx", "agenda.ics"])
def test_the_other_kinds_of_calendar(name: str) -> None:
    """The same interface as a workbook and as a calendar application's export: every row is good."""
    report, queued = dropped((SAMPLES / name).read_bytes(), datetime(2026, 11, 20, tzinfo=UTC), name)

    assert {entry.outcome for entry in report.entries} == {Outcome.QUEUED}
    assert not [found for entry in report.entries for found in entry.problems]
    assert len(queued) >= 4
