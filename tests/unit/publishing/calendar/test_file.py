"""Calendar files as people have them: what their bytes say, row by row."""

from __future__ import annotations

import base64
import csv
import io
import struct
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from heraut.errors import InvalidInput
from heraut.publishing.calendar import archive
from heraut.publishing.calendar.columns import column_called
from heraut.publishing.calendar.file import read_calendar
from heraut.publishing.calendar.sheet import CalendarFile, is_calendar

WEEK = [
    ["marque", "date", "heure", "comptes", "texte"],
    ["Boulangerie Martin", "23/11/2026", "9h30", "site, journal", "« Œufs » à 3 € ; l'été, c'est fini"],
    ["Boulangerie Martin", "24/11/2026", "9 h", "site+journal", 'Elle a dit "oui"\nDeux lignes, des ; et des ,'],
]


def as_csv(rows: list[list[str]], separator: str = ";", ending: str = "\r\n") -> str:
    """Write rows as a spreadsheet would."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=separator, lineterminator=ending).writerows(rows)
    return written.getvalue()


def as_zip(files: dict[str, bytes]) -> bytes:
    """Pack files."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def as_workbook(rows: list[list[object]], merged: str | None = None) -> bytes:
    """Make a workbook of one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """Give a workbook's bytes."""
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def texts(calendar: CalendarFile) -> list[str]:
    """Give the text of each row."""
    return [row.cells.get("texte", "") for row in calendar.rows]


def refusal(body: bytes) -> str:
    """Give why nothing of a file can be used, which both languages can say."""
    with pytest.raises(InvalidInput) as refused:
        read_calendar(body)
    (found,) = refused.value.problems
    assert found.message("fr") != found.message("en")
    return found.code


class TestCsv:
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    @pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
    def test_every_separator_in_every_encoding(self, separator: str, encoding: str, ending: str) -> None:
        """Comma, semicolon or tab; UTF-8 with or without BOM, cp1252, and Excel's UTF-16: the same rows."""
        calendar = read_calendar(as_csv(WEEK, separator, ending).encode(encoding))

        assert texts(calendar) == [row[4] for row in WEEK[1:]]
        assert [row.cells["comptes"] for row in calendar.rows] == ["site, journal", "site+journal"]
        assert [row.number for row in calendar.rows] == [2, 3]
        assert not any(row.problems for row in calendar.rows)

    def test_cp1252_keeps_what_latin_1_would_lose(self) -> None:
        """œ, €, the typographic apostrophe and the dash are letters of French, and are in cp1252."""
        text = "Cœur d’artichaut – 3 € … « voilà »"

        calendar = read_calendar(f"comptes;texte\nsite;{text}\n".encode("cp1252"))

        assert texts(calendar) == [text]

    def test_rows_are_numbered_as_the_spreadsheet_shows_them(self) -> None:
        """Row 1 is the header, a cell of three lines is in one row, and blank rows count."""
        body = 'comptes;texte\n"site";"a\nb\nc"\n\n;;\nsite;d\n'

        calendar = read_calendar(body.encode())

        assert [(row.number, row.cells["texte"]) for row in calendar.rows] == [(2, "a\nb\nc"), (5, "d")]

    def test_excels_hint_is_no_row(self) -> None:
        """`sep=;` on the first line is not shown by Excel: the header stays row 1."""
        calendar = read_calendar(b"sep=;\r\ncomptes;texte\r\nsite;a\r\n")

        assert [row.number for row in calendar.rows] == [2]

    def test_a_title_above_the_header(self) -> None:
        """Rows before the header are left alone, and the numbers stay those of the sheet."""
        calendar = read_calendar(b"Calendrier de la semaine 48;;\n;;\ncomptes;texte;date\nsite;a;\n")

        assert calendar.header_row == 3
        assert [row.number for row in calendar.rows] == [4]

    def test_a_text_that_holds_another_separator(self) -> None:
        """The separator is the header's, whatever stands in the texts."""
        calendar = read_calendar(b"comptes,texte\nsite,a; b; c\tet d; e\n")

        assert texts(calendar) == ["a; b; c\tet d; e"]

    def test_an_unquoted_separator_is_told(self) -> None:
        """A row with more cells than the header has is refused: part of its text would be lost."""
        calendar = read_calendar(b"comptes;texte\nsite;Pain ; beurre\nsite;b;;\n")

        assert [[found.code for found in row.problems] for row in calendar.rows] == [["too_many_cells"], []]

    def test_a_quotation_mark_left_open(self) -> None:
        """Good rows before it are read; the row where it opens is refused, and the file is not whole."""
        calendar = read_calendar(b'comptes;texte\nsite;a\nsite;"b\nsite;c\nsite;d\n')

        assert [row.number for row in calendar.rows] == [2, 3]
        assert [found.code for found in calendar.rows[1].problems] == ["quote_left_open"]
        assert not calendar.whole

    def test_a_quotation_mark_left_open_in_a_huge_file(self) -> None:
        """The swallowed rest may be beyond what a cell may hold: the same sentence."""
        rest = b"site;encore une ligne\n" * 10_000

        calendar = read_calendar(b'comptes;texte\nsite;a\nsite;"b\n' + rest)

        assert texts(calendar)[0] == "a"
        assert [found.code for found in calendar.rows[1].problems] == ["quote_left_open"]

    def test_quotation_marks_inside_a_text(self) -> None:
        """A text that begins with a word in quotes is read, not taken for an open quotation."""
        calendar = read_calendar('comptes;texte\nsite;Le "vrai" pain\nsite;« Bonjour »\n'.encode())

        assert texts(calendar) == ['Le "vrai" pain', "« Bonjour »"]
        assert calendar.whole

    def test_two_columns_of_one_meaning(self) -> None:
        """Two columns that say the same are fine; where they differ, the row is refused."""
        calendar = read_calendar(b"comptes;texte;message\nsite;a;a\nsite;a;\nsite;a;b\n")

        assert [[found.code for found in row.problems] for row in calendar.rows] == [[], [], ["column_twice"]]

    def test_unknown_columns_are_a_warning(self) -> None:
        """They are named, and stop nothing."""
        calendar = read_calendar(b"comptes;texte;Couleur;\nsite;a;bleu;\n")

        assert [(found.code, found.fields["name"], found.warning) for found in calendar.problems] == [
            ("column_unknown", "Couleur", True)
        ]

    def test_invisible_letters_are_left_out(self) -> None:
        """Control characters pasted by accident do not make a file unreadable, nor go online."""
        calendar = read_calendar(b"comptes;texte\nsite;a\x0bb\x1f\x03c\n")

        assert texts(calendar) == ["abc"]

    def test_decomposed_accents_are_composed(self) -> None:
        """A Mac writes é in two letters: it is one."""
        calendar = read_calendar("comptes;texte\nsite;été\n".encode())

        assert texts(calendar) == ["été"]

    @given(
        texts=st.lists(
            st.text(st.characters(codec="cp1252", exclude_categories=["Cc", "Zs", "Cf"]), min_size=1), min_size=1
        ),
        separator=st.sampled_from(",;\t"),
        encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    )
    def test_any_text_comes_back(self, texts: list[str], separator: str, encoding: str) -> None:
        """Whatever a spreadsheet quotes is read back as it was."""
        import unicodedata

        rows = [["comptes", "texte"], *([f"site{n}", text] for n, text in enumerate(texts))]

        calendar = read_calendar(as_csv(rows, separator).encode(encoding))

        assert [row.cells["texte"] for row in calendar.rows] == [unicodedata.normalize("NFC", text) for text in texts]


class TestHeaders:
    @pytest.mark.parametrize(
        ("header", "column"),
        [
            ("id", "id"),
            ("ID", "id"),
            ("Marque", "marque"),
            ("brand", "marque"),
            ("DATE", "date"),
            ("Heure", "heure"),
            ("time", "heure"),
            ("Quand", "quand"),
            ("when", "quand"),
            ("fuseau horaire", "fuseau"),
            ("Time zone", "fuseau"),
            ("Comptes", "comptes"),
            ("accounts", "comptes"),
            ("texte", "texte"),
            ("  Texte :", "texte"),
            ("TEXT", "texte"),
            ("texte@mastodon", "texte@mastodon"),
            ("Texte @ Mastodon", "texte@mastodon"),
            ("text@bluesky", "texte@bluesky"),
            ("format", "format"),
            ("lien", "lien"),
            ("link", "lien"),
            ("média", "media"),
            ("Médias", "media"),
            ("Image", "media"),
            ("alt", "alt"),
            ("Texte alternatif", "alt"),
            ("premier commentaire", "premier commentaire"),
            ("first_comment", "premier commentaire"),
            ("étiquettes", "étiquettes"),
            ("Etiquettes", "étiquettes"),
            ("labels", "étiquettes"),
            ("campagne", "campagne"),
            ("visibilité", "visibilité"),
            ("VISIBILITE", "visibilité"),
            ("avertissement", "avertissement"),
            ("content warning", "avertissement"),
            ("langue", "langue"),
            ("sondage", "sondage"),
            ("poll", "sondage"),
            ("Statut", "statut"),
            ("status", "statut"),
            ("couleur", None),
            ("texte@", None),
            ("lien@mastodon", None),
            ("", None),
        ],
    )
    def test_french_or_english_any_case_any_accent(self, header: str, column: str | None) -> None:
        """Headers are known by what they mean."""
        assert column_called(header) == column

    def test_a_name_without_end_is_none(self) -> None:
        """Else each cell of a file would be read to its end in search of headers."""
        assert column_called("date" + "_" * 196) == "date"
        assert column_called("date" + "_" * 197) is None
        assert column_called(" " * 10_000 + "date" + " " * 10_000) == "date"


class TestUnreadable:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"", "file_empty"),
            (b"  \r\n ", "file_empty"),
            (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "file_kind_unknown"),
            (b"\x00\x01\x02\x03" * 100, "file_kind_unknown"),
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "header_missing"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "file_old_excel"),
            (b"bonjour", "header_missing"),
            (b"a;b;c\n1;2;3\n", "header_missing"),
            (b"PK\x03\x04rubbish", "archive_unreadable"),
            (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nrubbish", "events_unreadable"),
            (b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", "events_unreadable"),
        ],
    )
    def test_what_is_no_calendar_says_so(self, body: bytes, code: str) -> None:
        """Each with its own sentence."""
        assert refusal(body) == code

    def test_too_many_rows(self) -> None:
        """A calendar has an end."""
        assert refusal(b"comptes;texte\n" + b"site;a\n" * 2_001) == "too_many_rows"

    @given(st.binary(max_size=300))
    def test_rubbish_is_refused_with_a_problem(self, body: bytes) -> None:
        """No bytes make anything but rows or a problem."""
        for prefix in (b"", b"comptes;texte\n", b"PK\x03\x04", b"BEGIN:VCALENDAR\r\n"):
            try:
                read_calendar(prefix + body)
            except InvalidInput as refused:
                assert refused.problems  # noqa: PT017 -- both ways out are right

    def test_which_files_are_calendars(self) -> None:
        """Media and a spreadsheet's own lock files beside a calendar are none."""
        names = [
            "a.csv",
            "b.XLSX",
            "c.ics",
            "d.zip",
            "e.tsv",
            "x/y.csv",
            "p.jpg",
            "~$b.xlsx",
            ".csv",
            "film.mp4",
            "csv",
        ]

        assert [name for name in names if is_calendar(name)] == names[:6]


class TestWorkbook:
    def test_texts_numbers_dates_and_hours(self) -> None:
        """Real date and time cells, serial numbers and texts all say the same."""
        rows: list[list[object]] = [
            ["id", "date", "heure", "comptes", "texte"],
            ["a", date(2026, 11, 23), time(9, 30), "site", "un"],
            [12, datetime(2026, 11, 23, 0, 0), "9h30", "site", "deux"],  # noqa: DTZ001
            [13.0, 46349, 0.395833333333333, "site", "trois"],
            ["b", "23/11/2026", timedelta(hours=9, minutes=30), "site", "quatre"],
            ["c", datetime(2026, 11, 23, 9, 29, 59, 999_998), None, "site", "cinq"],  # noqa: DTZ001
        ]

        calendar = read_calendar(as_workbook(rows))

        assert [(row.cells["id"], row.cells["date"], row.cells.get("heure")) for row in calendar.rows] == [
            ("a", "2026-11-23", "09:30:00"),
            ("12", "2026-11-23T00:00:00", "9h30"),
            ("13", "46349", "0.395833333333333"),
            ("b", "23/11/2026", "09:30:00"),
            ("c", "2026-11-23T09:30:00", None),
        ]

    def test_midnight_is_an_hour_where_the_cell_shows_one(self) -> None:
        """1 January at 00:00 is written out; a cell that shows a date alone gives no hour."""
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["quand", "comptes", "texte"])
        for form in ("dd/mm/yyyy hh:mm", "dd/mm/yyyy", "[$-40C]dddd d mmmm yyyy"):
            sheet.append([datetime(2027, 1, 1), "site", "Bonne année !"])  # noqa: DTZ001
            sheet.cell(sheet.max_row, 1).number_format = form

        calendar = read_calendar(saved(book))

        assert [row.cells["quand"] for row in calendar.rows] == ["2027-01-01T00:00:00", "2027-01-01", "2027-01-01"]

    def test_merged_cells_count_for_every_row_they_cover(self) -> None:
        """A date or a status merged over a day's posts is each post's."""
        rows: list[list[object]] = [
            ["date", "comptes", "texte", "statut"],
            ["23/11/2026", "site", "un", "brouillon"],
            [None, "site", "deux", None],
            [None, "site", "trois", None],
        ]
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        for row in rows:
            sheet.append(row)
        sheet.merge_cells("A2:A4")
        sheet.merge_cells("D2:D3")

        calendar = read_calendar(saved(book))

        assert [(row.cells.get("date"), row.cells.get("statut")) for row in calendar.rows] == [
            ("23/11/2026", "brouillon"),
            ("23/11/2026", "brouillon"),
            ("23/11/2026", None),
        ]

    def test_a_formulas_error_is_not_published(self) -> None:
        """`#REF!` in a cell refuses its row, naming the cell."""
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["comptes", "texte"])
        sheet.append(["site", "a"])
        sheet.append(["site", "#REF!"])

        calendar = read_calendar(saved(book))

        assert [[(p.code, p.fields["cell"]) for p in row.problems] for row in calendar.rows] == [
            [],
            [("cell_error", "B3")],
        ]

    def test_the_first_visible_sheet_that_is_a_calendar(self) -> None:
        """Notes and hidden sheets are passed over; a second calendar is told of, not read."""
        book = Workbook()
        notes = book.active
        assert notes is not None
        notes.title = "Notes"
        notes.append(["Idées en vrac"])
        for title, text in (("Cachée", "non"), ("Novembre", "oui"), ("Décembre", "plus tard")):
            sheet = book.create_sheet(title)
            sheet.append(["comptes", "texte"])
            sheet.append(["site", text])
        book["Cachée"].sheet_state = "hidden"

        calendar = read_calendar(saved(book))

        assert texts(calendar) == ["oui"]
        assert [(found.code, found.fields["others"]) for found in calendar.problems] == [
            ("sheets_not_read", "Décembre")
        ]

    def test_blank_rows_and_styled_emptiness(self) -> None:
        """Numbers are the sheet's; a cell that was only coloured, a million rows below, costs nothing."""
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet["A1"], sheet["B1"] = "comptes", "texte"
        sheet["A5"], sheet["B5"] = "site", "a"
        sheet.cell(1_048_576, 1).style = "Good"

        calendar = read_calendar(saved(book))

        assert [row.number for row in calendar.rows] == [5]

    def test_damaged_workbooks_are_refused(self) -> None:
        """Cut, or with a part missing or spoiled: one sentence, no error."""
        good = as_workbook([["comptes", "texte"], ["site", "a"]])
        with zipfile.ZipFile(io.BytesIO(good)) as archive:
            parts = {info.filename: archive.read(info) for info in archive.infolist()}

        assert refusal(good[:-30]) == "archive_unreadable"
        for spoiled in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            for body in (b"", b"<rubbish", b"\x00\xff", b"<?xml version='1.0'?><worksheet/>"):
                code = refusal(as_zip({**parts, spoiled: body}))
                assert code in ("workbook_unreadable", "header_missing")

    def test_a_workbook_that_is_a_bomb(self) -> None:
        """A sheet of zeros that unpacks a thousand times over is refused before it is parsed."""
        bomb = as_zip({"[Content_Types].xml": b"<Types/>", "xl/worksheets/sheet1.xml": b"0" * 50_000_000})

        assert refusal(bomb) == "archive_too_large"


class TestEvents:
    @staticmethod
    def ics(*lines: str, before: str = "") -> bytes:
        body = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//FR", *before.splitlines()]
        body += ["BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""]
        return "\r\n".join(body).encode()

    def test_what_each_property_becomes(self) -> None:
        """UID, DTSTART with TZID, DESCRIPTION else SUMMARY, CATEGORIES = accounts, ATTACH = media."""
        calendar = read_calendar(
            self.ics(
                "UID:a1@agenda",
                "DTSTART;TZID=Europe/Paris:20261123T093000",
                "SUMMARY:Titre",
                "DESCRIPTION:Première ligne\\nDeuxième\\, avec une virgule\\; et « ça »",
                "CATEGORIES:site,journal",
                "ATTACH:media/pain.jpg",
                "ATTACH;FMTTYPE=image/png:https://images.example/a.png",
                "X-HERAUT-ALT:Un pain|Une affiche",
                "X-HERAUT-MARQUE:martin",
            )
        )

        (row,) = calendar.rows
        assert row.number == 2
        assert row.cells == {
            "id": "a1@agenda",
            "quand": "2026-11-23T09:30:00",
            "fuseau": "Europe/Paris",
            "texte": "Première ligne\nDeuxième, avec une virgule; et « ça »",
            "comptes": "site\njournal",
            "media": "media/pain.jpg\nhttps://images.example/a.png",
            "alt": "Un pain|Une affiche",
            "marque": "martin",
        }
        assert calendar.headers["texte"] == "DESCRIPTION"

    @pytest.mark.parametrize("form", ["X-HERAUT-ALT:", "X-HERAUT-ALT;VALUE=TEXT:"])
    def test_a_column_of_ours_is_a_text_like_the_others(self, form: str) -> None:
        """What the application escaped (RFC 5545, 3.3.11) comes back as it was typed, once."""
        (row,) = read_calendar(
            self.ics("UID:a", "SUMMARY:b", f"{form}Du pain\\, doré\\; rond\\nUne affiche \\\\n")
        ).rows

        assert row.cells["alt"] == "Du pain, doré; rond\nUne affiche \\n"

    def test_summary_where_there_is_no_description(self) -> None:
        """The title is the text then."""
        (row,) = read_calendar(self.ics("UID:a", "SUMMARY:Le pain", "DESCRIPTION:")).rows

        assert row.cells["texte"] == "Le pain"

    @pytest.mark.parametrize(
        ("start", "cells"),
        [
            ("DTSTART;TZID=Romance Standard Time:20261123T093000", ("2026-11-23T09:30:00", "Europe/Paris")),
            ("DTSTART:20261123T083000Z", ("2026-11-23T08:30:00+00:00", None)),
            ("DTSTART:20261123T093000", ("2026-11-23T09:30:00", None)),
            ("DTSTART;TZID=Europe/Paris:20270328T023000", ("2027-03-28T02:30:00", "Europe/Paris")),
            ("DTSTART;VALUE=DATE:20261123", ("2026-11-23", None)),
            ("DTSTART;TZID=Mars/Olympus:20261123T093000", ("2026-11-23T09:30:00", "Mars/Olympus")),
        ],
    )
    def test_when(self, start: str, cells: tuple[str, str | None]) -> None:
        """Outlook's names of zones, UTC, floating times, whole days, hours that do not exist: the row will judge."""
        (row,) = read_calendar(self.ics("UID:a", start, "SUMMARY:x")).rows

        assert (row.cells["quand"], row.cells.get("fuseau")) == cells

    @pytest.mark.parametrize(
        ("status", "text"), [("CANCELLED", "annulé"), ("TENTATIVE", "à valider"), ("CONFIRMED", None)]
    )
    def test_status(self, status: str, text: str | None) -> None:
        """A cancelled event is a cancelled row, a tentative one is to approve."""
        (row,) = read_calendar(self.ics("UID:a", "SUMMARY:x", f"STATUS:{status}")).rows

        assert row.cells.get("statut") == text

    def test_an_attachment_inside(self) -> None:
        """A picture may be in the file itself."""
        body = base64.b64encode(b"picture").decode()

        calendar = read_calendar(
            self.ics("UID:a", "SUMMARY:x", f"ATTACH;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=pain.jpg:{body}")
        )

        assert calendar.inside == {calendar.rows[0].cells["media"]: b"picture"}
        assert calendar.rows[0].cells["media"].endswith("pain.jpg")

    def test_what_cannot_be_read_is_said_with_its_row(self) -> None:
        """A broken date, a broken attachment, a repetition: the event is refused, the file is read."""
        (row,) = read_calendar(
            self.ics(
                "UID:a",
                "DTSTART:demain",
                "SUMMARY:x",
                "RRULE:FREQ=WEEKLY",
                "ATTACH;ENCODING=BASE64;VALUE=BINARY:%%%",
            )
        ).rows

        assert {found.code for found in row.problems} == {"date_unreadable", "media_unreadable", "event_repeats"}


class TestArchive:
    CALENDAR = b"comptes;texte;media\nsite;a;photos/pain.jpg\n"

    def test_a_calendar_with_its_media(self) -> None:
        """One calendar, at any depth, and its files by their path from it."""
        calendar = read_calendar(
            as_zip(
                {
                    "semaine/calendrier.csv": self.CALENDAR,
                    "semaine/photos/pain.jpg": b"jpg",
                    "ailleurs/autre.jpg": b"no",
                    "__MACOSX/semaine/._calendrier.csv": b"litter",
                    "semaine/.DS_Store": b"litter",
                }
            )
        )

        assert texts(calendar) == ["a"]
        assert calendar.inside == {"photos/pain.jpg": b"jpg"}

    def test_a_damaged_picture_inside_harms_no_other_row(self) -> None:
        """Media are unpacked when a row asks for them: the calendar is read, and so are the others."""
        body = bytearray(as_zip({"a.csv": self.CALENDAR, "photos/pain.jpg": b"jpg" * 50, "b.jpg": b"good"}))
        packed = body.index(b"photos/pain.jpg") + len(b"photos/pain.jpg")
        body[packed] ^= 0xFF

        calendar = read_calendar(bytes(body))

        assert calendar.inside["b.jpg"] == b"good"
        assert set(calendar.inside) == {"b.jpg", "photos/pain.jpg"}
        with pytest.raises(InvalidInput) as refused:
            calendar.inside["photos/pain.jpg"]
        assert [found.code for found in refused.value.problems] == ["archive_unreadable"]

    def test_a_workbook_or_events_inside(self) -> None:
        """A ZIP of any of the others."""
        book = as_workbook([["comptes", "texte"], ["site", "b"]])

        assert texts(read_calendar(as_zip({"c.xlsx": book}))) == ["b"]
        assert texts(read_calendar(as_zip({"c.ics": TestEvents.ics("UID:a", "SUMMARY:c")}))) == ["c"]

    def test_a_note_beside_the_calendar_is_no_calendar(self) -> None:
        """A text file is a calendar only where nothing else in the ZIP is."""
        assert texts(read_calendar(as_zip({"c.csv": self.CALENDAR, "lisez-moi.txt": b"Bonjour"}))) == texts(
            read_calendar(as_zip({"c.txt": self.CALENDAR}))
        )

    @pytest.mark.parametrize(
        ("files", "code"),
        [
            ({"a.txt": CALENDAR, "b.txt": CALENDAR}, "archive_calendars"),
            ({"pain.jpg": b"jpg"}, "archive_calendars"),
            ({"a.csv": CALENDAR, "b.csv": CALENDAR}, "archive_calendars"),
            ({"a.zip": b"PK"}, "archive_in_archive"),
            ({"a.csv": CALENDAR, "../../etc/passwd": b"x"}, "archive_path"),
            ({"a.csv": CALENDAR, "/etc/passwd": b"x"}, "archive_path"),
            ({"a.csv": CALENDAR, "C:\\x.jpg": b"x"}, "archive_path"),
            ({"a.csv": CALENDAR, "photos\\x.jpg": b"x"}, "archive_path"),
            ({"a.csv": CALENDAR, "zeros.jpg": b"0" * 30_000_000}, "archive_too_large"),
            ({"a.csv": CALENDAR} | {f"{n}.jpg": b"" for n in range(1_001)}, "archive_too_large"),
            ({"a.csv": b"\x00\x01"}, "file_kind_unknown"),
        ],
    )
    def test_what_is_refused(self, files: dict[str, bytes], code: str) -> None:
        """No calendar, two, another ZIP, paths that lead out, bombs."""
        assert refusal(as_zip(files)) == code

    def test_a_link_is_refused(self) -> None:
        """A symbolic link could lead anywhere."""
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as archive:
            archive.writestr("a.csv", self.CALENDAR)
            link = zipfile.ZipInfo("photo.jpg")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/passwd")

        assert refusal(written.getvalue()) == "archive_path"

    def test_a_size_that_lies_is_not_believed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An entry that announces few bytes and holds many is stopped while it is read."""
        monkeypatch.setattr(archive, "MOST_BYTES", 1_000)
        body = as_zip({"a.csv": self.CALENDAR + b"site;b\n" * 1_000})
        size = struct.pack("<I", len(self.CALENDAR) + 7 * 1_000)
        lying = body.replace(size, struct.pack("<I", 50))

        assert refusal(body) == "archive_too_large"
        assert refusal(lying) in ("archive_too_large", "archive_unreadable")

    def test_a_password_is_told(self) -> None:
        """An encrypted entry cannot be read, and says so."""
        body = bytearray(as_zip({"a.csv": self.CALENDAR}))
        body[6] |= 1  # local header's flags
        body[body.index(b"PK\x01\x02") + 8] |= 1  # directory's flags

        assert refusal(bytes(body)) == "archive_encrypted"

    @pytest.mark.parametrize("encoding", ["utf-8", "cp850"])
    def test_names_with_accents(self, encoding: str) -> None:
        """A Mac writes UTF-8 without saying so, Windows writes cp850: both are read."""
        raw = "été.jpg".encode(encoding)
        body = as_zip({"a.csv": self.CALENDAR, "x" * len(raw): b"jpg"}).replace(b"x" * len(raw), raw)

        assert read_calendar(body).inside == {"été.jpg": b"jpg"}

    @pytest.mark.parametrize("place", range(0, 200, 7))
    def test_damaged_archives(self, place: int) -> None:
        """A byte turned anywhere: read, or refused with a problem."""
        body = bytearray(as_zip({"a.csv": self.CALENDAR, "photos/pain.jpg": b"jpg" * 50}))
        body[place % len(body)] ^= 0xFF

        try:
            read_calendar(bytes(body))
        except InvalidInput as refused:
            assert refused.problems  # noqa: PT017 -- both ways out are right
