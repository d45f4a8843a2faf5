"""The next free slot, on the wall clock of the brand's zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from heraut.brands import Account, Brand, NetworkName
from heraut.publishing.slots import next_slot

ACCOUNT = Account(name="page", network=NetworkName.SITE)


def brand(*slots: str, zone: str = "Europe/Paris") -> Brand:
    """Make a brand with these hours."""
    return Brand(id="martin", name="Martin", zone=zone, slots=slots)


def utc(text: str) -> datetime:
    """Read an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-11-23T06:00", "2026-11-23T09:00"),
        ("2026-11-23T07:50", "2026-11-23T09:00"),  # ten minutes ahead is enough
        ("2026-11-23T07:50:01", "2026-11-23T18:00"),  # less is not
        ("2026-11-23T17:30", "2026-11-24T09:00"),
        ("2026-11-22T23:30", "2026-11-23T09:00"),  # already Monday in Paris
    ],
)
def test_the_next_hour_at_least_ten_minutes_ahead(now: str, slot: str) -> None:
    """The soonest of the brand's hours, today or tomorrow, whatever order they are written in."""
    found = next_slot(ACCOUNT, brand("18:00", "09:00"), [], utc(now))

    assert found is not None
    assert found.local == slot


def test_the_accounts_own_hours_come_first() -> None:
    """An account with slots of its own does not use the brand's."""
    account = ACCOUNT.model_copy(update={"slots": ("11:15",)})

    found = next_slot(account, brand("09:00"), [], utc("2026-11-23T06:00"))

    assert found is not None
    assert found.local == "2026-11-23T11:15"


@pytest.mark.parametrize(
    ("minutes", "free"), [(-30, True), (-29, False), (0, False), (29, False), (30, True), (90, True)]
)
def test_half_an_hour_from_every_other(minutes: int, free: bool) -> None:
    """Another delivery of the account within thirty minutes, before or after, takes the slot."""
    nine = utc("2026-11-23T08:00")

    found = next_slot(ACCOUNT, brand("09:00"), [nine + timedelta(minutes=minutes)], utc("2026-11-23T06:00"))

    assert found is not None
    assert (found.instant == nine) is free


def test_an_hour_that_does_not_exist_is_no_slot() -> None:
    """On the night the clocks go forward, 2 h 30 is skipped."""
    found = next_slot(ACCOUNT, brand("02:30"), [], utc("2027-03-27T20:00"))

    assert found is not None
    assert found.local == "2027-03-29T02:30"


def test_an_hour_that_happens_twice_is_the_first() -> None:
    """On the night the clocks go back, 2 h 30 is the summer one."""
    found = next_slot(ACCOUNT, brand("02:30"), [], utc("2026-10-24T20:00"))

    assert found is not None
    assert (found.local, found.instant) == ("2026-10-25T02:30", utc("2026-10-25T00:30"))


def test_a_slot_keeps_its_local_hour_over_the_change() -> None:
    """9 h stays 9 h, in winter and in summer."""
    instants = []
    now = utc("2026-10-24T08:00")
    for _ in range(2):
        found = next_slot(ACCOUNT, brand("09:00"), [], now)
        assert found is not None
        assert found.local.endswith("T09:00")
        instants.append(found.instant)
        now = found.instant

    assert instants == [utc("2026-10-25T08:00"), utc("2026-10-26T08:00")]


def test_the_zone_is_the_brands() -> None:
    """A brand in Martinique has its own morning, and the zone data's version is kept."""
    found = next_slot(ACCOUNT, brand("09:00", zone="America/Martinique"), [], utc("2026-11-23T06:00"))

    assert found is not None
    assert (found.instant, found.zone) == (utc("2026-11-23T13:00"), "America/Martinique")
    assert found.tzdata


@pytest.mark.parametrize("slots", [(), ("09:00",)])
def test_no_slot(slots: tuple[str, ...]) -> None:
    """No hours, or every one of them taken for sixty days."""
    nine = utc("2026-11-23T08:00")
    taken = [nine + timedelta(days=day) for day in range(70)]

    assert next_slot(ACCOUNT, brand(*slots), taken, utc("2026-11-23T06:00")) is None


def test_naive_now_is_refused() -> None:
    """A time without zone is refused."""
    with pytest.raises(ValueError, match="without its zone"):
        next_slot(ACCOUNT, brand("09:00"), [], datetime(2026, 11, 23))  # noqa: DTZ001
