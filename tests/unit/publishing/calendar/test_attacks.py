"""Calendars made to hurt end in a clear sentence, or are read, within bounded memory."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heraut.errors import InvalidInput
from heraut.problems import catalogue
from heraut.publishing.calendar.events import read_events
from heraut.publishing.calendar.file import read_calendar
from heraut.publishing.calendar.moment import WrongWeekday, read_hour, read_instant, read_moment
from heraut.publishing.calendar.row import read_row
from heraut.publishing.calendar.sheet import LONGEST_CELL, Row, tidy
from tests.people import MARTIN
from tests.unit.publishing.calendar import attacks

MEMORY = 900_000_000  # bytes of address space: the function has 1 GB
CHILD = """
import resource, sys
from heraut.errors import InvalidInput
from heraut.publishing.calendar.file import read_calendar
import openpyxl, icalendar
body = sys.stdin.buffer.read()
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]), int(sys.argv[1])))
try:
    read_calendar(body)
except InvalidInput as refused:
    print(refused)
else:
    print("read")
"""
LAYER = Path(__file__).parents[4] / "layers" / "heraut"


@pytest.mark.parametrize("name", attacks.REFUSED)
def test_an_attack_ends_in_a_sentence(name: str) -> None:
    """One problem, which both languages say with what to do."""
    make, expected = attacks.REFUSED[name]

    with pytest.raises(InvalidInput) as refused:
        read_calendar(make())

    (found,) = refused.value.problems
    assert found.code == expected
    assert all(catalogue()[found.code][language]["remedy"] for language in ("fr", "en"))


@pytest.mark.parametrize("name", attacks.READ)
def test_what_is_only_odd_is_read(name: str) -> None:
    """The good row beside it is there; macros and formulas are never run."""
    calendar = read_calendar(attacks.READ[name]())

    first = read_row(calendar.rows[0], [MARTIN], calendar.headers)
    assert first.parts[0].startswith("bonjour")


@pytest.mark.parametrize(
    "name", ["a million blank cells", "one merge over a whole sheet", "a billion laughs", "a size that is huge"]
)
def test_an_attack_fits_into_the_functions_memory(name: str) -> None:
    """In a process with no more memory than the function has, it ends in the same sentence."""
    make, expected = attacks.REFUSED[name]

    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(MEMORY)],
        input=make(),
        capture_output=True,
        check=False,
        env={"PYTHONPATH": str(LAYER)},
    )

    assert done.stdout.decode().strip() == expected, done.stderr.decode()[-2000:]


@pytest.mark.parametrize(
    "name", ["a cell of 10 MB", "a CSV cell of 10 MB", "a folded line of 5 MB", "a quotation mark never closed"]
)
def test_what_is_read_fits_too(name: str) -> None:
    """The same memory is enough for what is only odd."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(MEMORY)],
        input=attacks.READ[name](),
        capture_output=True,
        check=False,
        env={"PYTHONPATH": str(LAYER)},
    )

    assert done.stdout.decode().strip() == "read", done.stderr.decode()[-2000:]


@pytest.mark.parametrize("name", ["a cell of 10 MB", "a CSV cell of 10 MB"])
def test_a_cell_beyond_reading_is_refused_alone(name: str) -> None:
    """The row says so; its neighbours are read."""
    calendar = read_calendar(attacks.READ[name]())

    good, huge, *_ = (read_row(row, [MARTIN], calendar.headers) for row in calendar.rows)
    assert len(calendar.rows) == (2 if name == "a cell of 10 MB" else 3)
    assert "cell_too_long" not in [found.code for found in good.problems]
    assert "cell_too_long" in [found.code for found in huge.problems]
    assert all(len(text) <= LONGEST_CELL + 1 for text in calendar.rows[1].cells.values())


@pytest.mark.parametrize("text", ["a b" * 50_000, "a" * 100_000 + " " + "b", "a\r\n" * 60_000, "e\u0301" * 60_000])
def test_a_text_is_whole_or_refused(text: str) -> None:
    """What is left out of a long cell does not make it short enough to be published by half."""
    read = read_row(Row(2, {"texte": tidy(text)}), [MARTIN], {})

    assert "cell_too_long" in [found.code for found in read.problems]


def test_spaces_around_a_text_do_not_count() -> None:
    """They are no text."""
    assert tidy(" " * 200_000 + "pain" + "\n" * 200_000) == "pain"


def test_a_formula_counts_by_its_stored_value_and_is_never_published() -> None:
    """Without one the row says that it holds nothing; an error of calculation names its cell."""
    formula = '<f>HYPERLINK("https://x.example","clic")</f>'
    rows = [
        f'<row r="{n}">{attacks.cell(f"A{n}", "site")}<c r="B{n}"{kind}</c></row>'
        for n, kind in enumerate(
            [f' t="str">{formula}<v>bonjour</v>', f">{formula}", f' t="e">{formula}<v>#REF!</v>'], start=2
        )
    ]
    calendar = read_calendar(attacks.workbook(attacks.HEADER + "".join(rows)))

    known, unknown, broken = (read_row(row, [MARTIN], calendar.headers) for row in calendar.rows)
    assert known.parts == ("bonjour",)
    assert "text_missing" in [found.code for found in unknown.problems]
    assert [found.fields["cell"] for found in broken.problems if found.code == "cell_error"] == ["B4"]
    assert broken.refused
    assert "x.example" not in repr(calendar)


def test_letters_that_deceive_are_left_out_and_told() -> None:
    """A warning names the column; what is left is what is published."""
    row = Row(2, {"texte": "gratuit\u202eTIURFER\ud800", "comptes": "page"})

    found = read_row(row, [MARTIN], {"texte": "Message"})

    assert found.parts == ("gratuitTIURFER",)
    told = [one for one in found.problems if one.code == "letters_left_out"]
    assert [(one.column, one.warning, one.fields["letters"]) for one in told] == [("Message", True, 2)]


def unbroken(read: Any, *given: Any) -> Any:
    """Read; only an error that has a sentence may come out, and it can be written down."""
    try:
        return read(*given)
    except InvalidInput as refused:
        for found in refused.problems:
            json.dumps([found.message("fr"), found.remedy("en")], ensure_ascii=False).encode()
        return None


SEEDS = [make() for name, make in attacks.READ.items() if "MB" not in name and "never" not in name]
SEEDS += [attacks.zipped({"c.csv": attacks.CSV, "i.png": b"x"}), attacks.linked(), attacks.encrypted()]
quick = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@quick
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 20_000), st.binary(max_size=6)), max_size=5))
def test_files_damaged_anywhere(body: bytes, damage: list[tuple[int, bytes]]) -> None:
    """Workbooks, archives and agendas with bytes changed: read, or refused with a sentence."""
    broken = bytearray(body)
    for at, change in damage:
        broken[at % len(broken) : at % len(broken) + len(change)] = change

    calendar = unbroken(read_calendar, bytes(broken))

    for row in calendar.rows if calendar else ():
        read_row(row, [MARTIN], calendar.headers)


@quick
@given(st.binary(max_size=300) | st.text(st.characters(exclude_categories=["Cs"])).map(str.encode))
def test_any_bytes(body: bytes) -> None:
    """Rubbish is refused with a sentence."""
    unbroken(read_calendar, body)
    unbroken(read_calendar, b"comptes;texte;date;heure\n" + body)


ICS = st.sampled_from(
    [
        *(
            "BEGIN:VEVENT",
            "END:VEVENT",
            "BEGIN:VCALENDAR",
            "END:VCALENDAR",
            "BEGIN:VTIMEZONE",
            "BEGIN:",
            "END:",
            ":",
            ";;;",
        ),
        *("DTSTART:2026", "DTSTART;TZID=X:20261123T0900", "DTSTART;VALUE=DATE:20261123", "DTSTART;VALUE=PERIOD:x"),
        *("DTSTART:99999999T999999Z", "ATTACH;ENCODING=BASE64;VALUE=BINARY:a", "ATTACH:", "CATEGORIES:a,b", "UID:"),
        *("SUMMARY:a", "RRULE:x", "X-HERAUT-ALT:a", "STATUS:CANCELLED", "TZID:X"),
    ]
)


@quick
@given(st.lists(ICS | st.text(max_size=20), max_size=25))
def test_agendas_of_rubbish(lines: list[str]) -> None:
    """Components and lines in any order."""
    unbroken(read_events, "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR"]))


WORDS = st.text("0123456789/-.:h, tjanvierlundi²٣\u0660T+Z", max_size=25) | st.text(max_size=12)


@given(WORDS)
def test_dates_and_hours_of_rubbish(text: str) -> None:
    """None, a value, or the wrong weekday: nothing else."""
    read_hour(text)
    read_instant(text)
    with contextlib.suppress(WrongWeekday):
        read_moment(text)


CELLS = st.text(st.characters(exclude_categories=()), max_size=40)
NAMES = st.sampled_from(
    [
        *("id", "marque", "date", "heure", "quand", "fuseau", "comptes", "texte", "texte@page", "texte@", "format"),
        *("lien", "media", "alt", "sondage", "statut", "langue", "visibilité"),
    ]
)


@given(st.dictionaries(NAMES, CELLS | WORDS))
def test_rows_of_rubbish(cells: dict[str, str]) -> None:
    """Whatever stands in a row, everything wrong with it is said, and what is kept can be written down."""
    found = read_row(Row(2, cells), [MARTIN], {})

    for one in found.problems:
        assert one.message("fr").encode()
    "".join([*found.parts, found.link or "", found.id or "", *found.labels]).encode()
