"""Dates and hours as people and spreadsheets write them."""

from __future__ import annotations

import contextlib
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heraut.publishing.calendar.moment import WrongWeekday, read_hour, read_instant, read_moment

NBSP, NARROW = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("9h", time(9)),
        ("9H", time(9)),
        ("9 h", time(9)),
        ("09h", time(9)),
        ("9h30", time(9, 30)),
        ("9 h 30", time(9, 30)),
        (f"9{NBSP}h{NBSP}30", time(9, 30)),
        (f"9{NARROW}h{NARROW}30", time(9, 30)),
        ("9h30min", time(9, 30)),
        ("9 heures", time(9)),
        ("9 heures 30", time(9, 30)),
        ("09:30", time(9, 30)),
        ("9:30", time(9, 30)),
        ("09:30:15", time(9, 30, 15)),
        ("9", time(9)),
        ("0h", time(0)),
        ("00:00", time(0)),
        ("23h59", time(23, 59)),
        ("midi", time(12)),
        ("9am", time(9)),
        ("9:30 PM", time(21, 30)),
        ("12 am", time(0)),
        ("12pm", time(12)),
        ("0.395833333333333", time(9, 30)),
        ("0,395833333", time(9, 30)),
        ("0.3958", time(9, 30)),
        ("0.5", time(12)),
        ("0.75", time(18)),
        ("0.39600694", time(9, 30, 15)),
    ],
)
def test_hours(text: str, hour: time) -> None:
    """Every way to write an hour, spreadsheet fractions included."""
    assert read_hour(text) == hour


@pytest.mark.parametrize(
    "text", ["", "24h", "25:00", "9h75", "9:5", "9:", "h30", "minuit", "9.30", "930", "13pm", "9h-10h", "bientôt", "-1"]
)
def test_hours_that_mean_nothing(text: str) -> None:
    """Nothing is guessed."""
    assert read_hour(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("23/11/2026", date(2026, 11, 23)),
        ("2026-11-23", date(2026, 11, 23)),
        ("2026/11/23", date(2026, 11, 23)),
        ("23/11/26", date(2026, 11, 23)),
        ("23-11-2026", date(2026, 11, 23)),
        ("23.11.2026", date(2026, 11, 23)),
        ("3/2/2027", date(2027, 2, 3)),
        ("11/12/2026", date(2026, 12, 11)),
        ("46349", date(2026, 11, 23)),
        ("lundi 23 novembre 2026", date(2026, 11, 23)),
        ("Lun. 23 nov. 2026", date(2026, 11, 23)),
        ("1er décembre 2026", date(2026, 12, 1)),
        ("1ER DÉCEMBRE 2026", date(2026, 12, 1)),
        (f"23{NBSP}novembre{NBSP}2026", date(2026, 11, 23)),
        ("14 août 2027", date(2027, 8, 14)),
        ("lundi 23/11/2026", date(2026, 11, 23)),
        ("Monday 23 November 2026", date(2026, 11, 23)),
        ("29/02/2028", date(2028, 2, 29)),
    ],
)
def test_dates(text: str, day: date) -> None:
    """Day before month, always; words in French and English; spreadsheet serials."""
    assert read_moment(text) == (day, None)


@pytest.mark.parametrize(
    "text", ["", "31/11/2026", "29/02/2027", "11/23/2026", "23/11", "lundi", "20261123", "23/11/20261", "12", "demain"]
)
def test_dates_that_mean_nothing(text: str) -> None:
    """A day that does not exist, a month that does not, no year: None."""
    assert read_moment(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "23/11/2026 9h30",
        "23/11/2026 09:30",
        "23/11/2026 à 9 h 30",
        "2026-11-23T09:30",
        "2026-11-23T09:30:00",
        "2026-11-23 09:30",
        "lundi 23 novembre 2026 à 9h30",
        "lundi 23 novembre 2026, 9h30",
        "46349.395833333",
        "46349,395833333",
        "46349.3958",
    ],
)
def test_a_date_with_its_hour(text: str) -> None:
    """One column `quand` holds both."""
    assert read_moment(text) == (date(2026, 11, 23), time(9, 30))


def test_a_weekday_that_is_not_the_dates() -> None:
    """« mardi 23 novembre 2026 » is a Monday: one of the two is wrong, and only the person knows which."""
    with pytest.raises(WrongWeekday) as wrong:
        read_moment("mardi 23 novembre 2026")

    assert wrong.value.right == 0


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-23T08:30:00Z", "2026-11-23T08:30:00+00:00"),
        ("2026-11-23T09:30+01:00", "2026-11-23T08:30:00+00:00"),
        ("2026-11-23 09:30 +01:00", "2026-11-23T08:30:00+00:00"),
    ],
)
def test_a_moment_with_its_own_offset(text: str, utc: str) -> None:
    """An offset makes it an instant, whatever the zone of the row."""
    assert read_instant(text) == datetime.fromisoformat(utc)


@pytest.mark.parametrize("text", ["2026-11-23T08:30", "23/11/2026", "", "2026-13-23T08:30Z", "2026-11-23T25:30Z"])
def test_a_moment_without_offset_is_no_instant(text: str) -> None:
    """What has no offset is local."""
    assert read_instant(text) is None


@given(hour=st.times().map(lambda at: at.replace(second=0, microsecond=0)), form=st.sampled_from(range(6)))
def test_any_hour_in_any_form(hour: time, form: int) -> None:
    """The same minute, however it is written."""
    text = [
        f"{hour.hour}h{hour.minute:02}",
        f"{hour.hour:02}h{hour.minute:02}",
        f"{hour.hour}{NBSP}h{NBSP}{hour.minute:02}",
        f"{hour.hour:02}:{hour.minute:02}",
        hour.isoformat(),
        f"{(hour.hour * 60 + hour.minute) / 1440:.9f}".replace(".", ","),
    ][form]

    assert read_hour(text) == hour


@given(
    day=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    second=st.integers(0, 86399),
    form=st.sampled_from(range(4)),
)
def test_any_date_in_any_form(day: date, second: int, form: int) -> None:
    """The same second, however it is written."""
    hour = (datetime.combine(day, time()) + timedelta(seconds=second)).time()
    serial = (day - date(1899, 12, 30)).days + second / 86400
    text = [
        f"{day:%d/%m/%Y} {hour:%H:%M:%S}",
        f"{day.isoformat()}T{hour.isoformat()}",
        f"{day:%d.%m.%Y} à {hour.hour}h{hour.minute:02}",
        f"{serial:.8f}",
    ][form]

    expected = hour.replace(second=0) if form == 2 else hour

    assert read_moment(text) == (day, expected)


@given(st.text(max_size=40))
def test_rubbish_is_never_an_error(text: str) -> None:
    """Whatever stands in a cell, it is read or it is not."""
    with contextlib.suppress(WrongWeekday):
        read_moment(text)
    read_hour(text)
    read_instant(text)
