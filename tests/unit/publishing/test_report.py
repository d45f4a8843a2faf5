"""The report of an import: the exact JSON, the page in both languages, where both are kept."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import html5lib
import pytest

from heraut.letters import NBSP
from heraut.problems import problem, warning
from heraut.publishing.model import State
from heraut.publishing.report import Entry, Outcome, Report, ReportMaker, as_dict, as_html, as_json, save_report
from tests.twins.media import MediaTwin

if TYPE_CHECKING:
    from heraut.problems import Language

BODY = b"comptes;texte\n"


def made(language: Language = "fr", *, readable: bool = True, dry_run: bool = False) -> Report:
    """Give a report with every kind of row, out of order."""
    maker = ReportMaker("semaine <48>.csv", BODY, dry_run=dry_run, language=language)
    maker.entries = [
        Entry(3, Outcome.REFUSED, problems=(problem("hour_unreadable", "Heure", given="<b>25h</b>"),)),
        Entry(2, Outcome.QUEUED, id="A&B", post="a-b-xyz"),
        Entry(1, None, problems=(warning("column_unknown", "couleur", name="couleur"),)),
        Entry(4, Outcome.EDITED, post="p4"),
        Entry(5, Outcome.UNCHANGED, post="p5"),
        Entry(6, Outcome.ALREADY_OUT, post="p6", problems=(warning("too_late_to_edit", "texte"),)),
        Entry(7, Outcome.ABSENT, post="p7", problems=(warning("absent_stays", when="24/11/2026 09:00"),)),
    ]
    return maker.made(readable=readable)


def test_the_json_is_exactly_this() -> None:
    """Keys, order of rows, counts, problems with their sentences."""
    found = as_dict(made())

    assert list(found) == ["file", "sha256", "dry_run", "counts", "rows"]
    assert found["counts"] == {
        "queued": 1,
        "edited": 1,
        "unchanged": 1,
        "already_out": 1,
        "absent": 1,
        "refused": 1,
    }
    assert [row["row"] for row in found["rows"]] == [1, 2, 3, 4, 5, 6, 7]
    assert found["rows"][1] == {"row": 2, "id": "A&B", "outcome": "queued", "post": "a-b-xyz", "problems": []}
    assert found["rows"][2] == {
        "row": 3,
        "id": None,
        "outcome": "refused",
        "post": None,
        "problems": [
            {
                "column": "Heure",
                "code": "hour_unreadable",
                "message": f"L'heure «{NBSP}<b>25h</b>{NBSP}» est incompréhensible.",
                "remedy": "Écrivez-la comme 9h30 ou 09:30.",
            }
        ],
    }
    assert found["rows"][0]["outcome"] is None
    assert found["sha256"] == hashlib.sha256(BODY).hexdigest()
    assert json.loads(as_json(made())) == found
    assert "é" in as_json(made())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ["programmée", "refusée", "absente du fichier", "déjà partie", "Ligne", "est incompréhensible"]),
        ("en", ["queued", "refused", "not in the file", "already out", "Row", "makes no sense"]),
    ],
)
def test_the_page_in_both_languages(language: Language, words: list[str]) -> None:
    """Well formed, in the reader's language, and what people typed is shown, never run."""
    page = as_html(made(language))

    html5lib.HTMLParser(strict=True).parse(page)
    assert f'<html lang="{language}">' in page
    for word in words:
        assert word in page
    assert "&lt;b&gt;25h&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "semaine &lt;48&gt;.csv" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ["2</strong> programmées", "1</strong> à valider", "2</strong> en brouillon"]),
        ("en", ["2</strong> queued", "1</strong> to approve", "2</strong> kept as a draft"]),
    ],
)
def test_a_draft_is_not_called_scheduled(language: Language, words: list[str]) -> None:
    """For people what waits for a person is counted apart; for programs all of it was queued."""
    maker = ReportMaker("a.csv", BODY, dry_run=False, language=language)
    states = [State.DRAFT, None, State.TO_APPROVE, State.DRAFT, None]
    maker.entries = [Entry(row, Outcome.QUEUED, waits=waits) for row, waits in enumerate(states, 2)]

    page = as_html(maker.made())

    assert maker.made().counts["queued"] == 5
    assert list(maker.made().words) == ["queued", "to_approve", "draft"]
    for word in words:
        assert word in page


def test_the_page_says_when_nothing_was_written() -> None:
    """A dry run and an unreadable file say so at the top."""
    assert "Essai" in as_html(made(dry_run=True))
    assert "n&#39;a pas pu être lu" in as_html(made(readable=False))
    assert "Dry run" in as_html(made("en", dry_run=True))


@pytest.mark.parametrize(("outcome", "status"), [(Outcome.REFUSED, 3), (Outcome.ABSENT, 0), (Outcome.ALREADY_OUT, 0)])
def test_exit_status(outcome: Outcome, status: int) -> None:
    """0 all good, 3 some refused, 1 unreadable."""
    maker = ReportMaker("a.csv", BODY, dry_run=False, language="fr", entries=[Entry(2, outcome)])

    assert maker.made().exit_status == status
    assert maker.made(readable=False).exit_status == 1


def test_both_forms_are_kept_where_nothing_is_triggered() -> None:
    """`reports/<file name>.<UTC>.json` and `.html`, whatever the zone of the clock."""
    files = MediaTwin()
    now = datetime(2026, 11, 23, 9, 30, 1, 5000, tzinfo=timezone(timedelta(hours=1)))

    keys = save_report(made(), files, now)

    stem = "reports/semaine <48>.csv.2026-11-23T08-30-01-005000Z"
    assert list(keys) == [f"{stem}.json", f"{stem}.html"]
    assert set(files.files) == set(keys)
    assert files.types[keys[1]].startswith("text/html")
    assert json.loads(files.files[keys[0]])["file"] == "semaine <48>.csv"


@pytest.mark.parametrize("name", ["é" * 509 + ".csv", "a\nb\x1b[2J\u202e.csv", "\ud800.csv"])
def test_the_report_of_an_odd_name_can_be_kept(name: str) -> None:
    """However long or broken the file's name is, the report's key is one that a bucket takes."""
    files = MediaTwin()

    keys = save_report(
        ReportMaker(name, BODY, dry_run=False, language="fr").made(), files, datetime(2026, 11, 23, tzinfo=UTC)
    )

    for key in keys:
        assert len(key.encode()) <= 1024
        assert key.isprintable()
