"""From a local hour to an instant: the pinned zone data, hours that do not exist, hours that happen twice."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heraut.local_time import TZDATA, LocalTime, at_local, on_the_wall, written, zone_called, zone_names
from heraut.problems import Problem


def wall(text: str) -> datetime:
    """Give a wall-clock time."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        ("2026-11-23T09:30", "Europe/Paris", "2026-11-23T08:30"),
        ("2026-07-14T09:30", "Europe/Paris", "2026-07-14T07:30"),
        ("2026-11-23T09:30", "America/Montreal", "2026-11-23T14:30"),
        ("2026-11-23T09:30", "Indian/Reunion", "2026-11-23T05:30"),
        ("2026-11-23T09:30", "Asia/Kathmandu", "2026-11-23T03:45"),
        ("2026-12-31T23:30", "Pacific/Noumea", "2026-12-31T12:30"),
        ("2027-03-28T01:59", "Europe/Paris", "2027-03-28T00:59"),
        ("2027-03-28T03:00", "Europe/Paris", "2027-03-28T01:00"),
        ("2026-10-25T01:59", "Europe/Paris", "2026-10-24T23:59"),
        ("2026-10-25T03:00", "Europe/Paris", "2026-10-25T02:00"),
    ],
)
def test_a_local_hour_is_one_instant(local: str, zone: str, utc: str) -> None:
    """What the person wrote is kept, UTC is derived, and the version of the zone data stands beside them."""
    found = at_local(wall(local), zone)

    assert isinstance(found, LocalTime)
    assert found.instant == wall(utc).replace(tzinfo=UTC)
    assert (found.local, found.zone, found.tzdata, found.problem) == (local, zone, TZDATA, None)


@pytest.mark.parametrize(
    ("local", "zone", "before", "after"),
    [
        ("2027-03-28T02:30", "Europe/Paris", "01:59", "03:00"),
        ("2027-03-28T02:00", "Europe/Paris", "01:59", "03:00"),
        ("2027-03-28T02:59:59", "Europe/Paris", "01:59", "03:00"),
        ("2027-03-14T02:15", "America/New_York", "01:59", "03:00"),
        ("2026-10-04T02:10", "Australia/Lord_Howe", "01:59", "02:30"),  # half an hour only
        ("2026-09-06T00:30", "America/Santiago", "05/09/2026 23:59", "01:00"),  # at midnight
        ("2011-12-30T12:00", "Pacific/Apia", "29/12/2011 23:59", "31/12/2011 00:00"),  # a whole day
    ],
)
def test_an_hour_that_does_not_exist_names_the_two_nearest(local: str, zone: str, before: str, after: str) -> None:
    """A local time that the zone skips is refused with the two nearest that exist."""
    found = at_local(wall(local), zone)

    assert isinstance(found, Problem)
    assert (found.code, found.warning) == ("time_does_not_exist", False)
    assert (found.fields["before"], found.fields["after"]) == (before, after)
    assert before in found.remedy("fr")
    assert after in found.remedy("fr")


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        ("2026-10-25T02:30", "Europe/Paris", "2026-10-25T00:30"),
        ("2026-10-25T02:00", "Europe/Paris", "2026-10-25T00:00"),
        ("2026-11-01T01:30", "America/New_York", "2026-11-01T05:30"),
    ],
)
def test_an_hour_that_happens_twice_is_the_first_and_says_so(local: str, zone: str, utc: str) -> None:
    """In autumn the first of the two is taken, with a warning."""
    found = at_local(wall(local), zone)

    assert isinstance(found, LocalTime)
    assert found.instant == wall(utc).replace(tzinfo=UTC)
    assert found.problem is not None
    assert (found.problem.code, found.problem.warning) == ("time_happens_twice", True)
    assert "deux fois" in found.problem.message("fr")


def test_a_change_that_moves_no_clock_is_no_problem() -> None:
    """A zone may change its name or its law without its clocks: nothing happens twice then."""
    found = at_local(wall("2026-11-23T09:30"), "Europe/London")

    assert isinstance(found, LocalTime)
    assert found.problem is None


@given(
    instant=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(
        ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo", "Africa/Casablanca"]
    ),
)
def test_what_a_clock_shows_leads_back_to_its_instant(instant: datetime, zone: str) -> None:
    """Any instant read on a clock is that instant again, or the earlier of the two that the clock shows so."""
    instant = instant.replace(microsecond=0)

    found = at_local(on_the_wall(instant, zone), zone)

    assert isinstance(found, LocalTime)
    if found.problem is None:
        assert found.instant == instant
    else:
        assert timedelta(0) <= instant - found.instant <= timedelta(hours=1)


def test_the_systems_zone_data_is_never_used() -> None:
    """Nothing is read but the pinned package: there is no folder to look into."""
    assert zoneinfo.TZPATH == ()
    assert "Europe/Paris" in zoneinfo.available_timezones()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Europe/Paris", "Europe/Paris"),
        ("europe/paris", "Europe/Paris"),
        (" Paris ", "Europe/Paris"),
        ("New York", "America/New_York"),
        ("UTC", "UTC"),
        ("Mars/Olympus", None),
        ("../../etc/passwd", None),
        ("/etc/localtime", None),
        ("", None),
    ],
)
def test_zones_are_known_by_name_or_city(given: str, name: str | None) -> None:
    """IANA names in any case, and a city alone; nothing that is a path."""
    assert zone_called(given) == name


def test_seconds_are_written_only_where_there_are_some() -> None:
    """People read 09:30, not 09:30:00."""
    assert written(wall("2026-11-23T09:30:00")) == "2026-11-23T09:30"
    assert written(wall("2026-11-23T09:30:15")) == "2026-11-23T09:30:15"
    assert len(zone_names()) > 400
