"""The import's handler: an object under inbox/ becomes posts and a report."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.functions.conftest import Running, event_of, events_of
from tests.unit.publishing.calendar.attacks import zipped

TOMORROW = datetime.now(ZoneInfo("Europe/Paris")) + timedelta(days=1)
CALENDAR = f"""marque;id;date;heure;comptes;texte
Boulangerie Martin;pain;{TOMORROW:%d/%m/%Y};9h30;journal;Le pain est chaud
Boulangerie Martin;brioche;{TOMORROW:%d/%m/%Y};10h;inconnu;La brioche aussi
"""


@pytest.mark.parametrize("event", events_of("import_calendar"))
def test_every_example_event_is_understood(running: Running, event: Any) -> None:
    """A calendar is imported, its report written where nothing is triggered."""
    running.clients.s3.put_object(Bucket="files", Key="inbox/semaine 48.csv", Body=CALENDAR.encode("cp1252"))

    answer = running.call("import_calendar", event)

    if "self_test" in event:
        assert answer == {"ok": True}
        return
    reports = [key for key in running.objects("files") if key.startswith("reports/")]
    assert [key.rpartition(".")[2] for key in reports] == ["html", "json"]
    report = json.loads(running.clients.s3.get_object(Bucket="files", Key=reports[1])["Body"].read())
    assert (report["counts"]["queued"], report["counts"]["refused"]) == (1, 1)
    assert [delivery.account for delivery in running.posts.queue("boulangerie")] == ["journal"]


def test_a_file_too_large_to_hold_is_refused_with_a_report(running: Running) -> None:
    """It is not even read: the function would die, and nobody would hear."""
    event = event_of("import_calendar", "csv")
    event["detail"]["object"]["size"] = 300_000_001

    running.call("import_calendar", event)

    reports = [key for key in running.objects("files") if key.endswith(".json")]
    report = json.loads(running.clients.s3.get_object(Bucket="files", Key=reports[0])["Body"].read())
    assert [found["code"] for row in report["rows"] for found in row["problems"]] == ["file_too_large"]


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("semaine.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file_old_excel"),
        ("semaine.ods", zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "file_open_document"),
    ],
)
def test_a_spreadsheet_that_we_cannot_read_gets_a_report(running: Running, name: str, body: bytes, code: str) -> None:
    """Silence would be taken for a queued calendar."""
    running.clients.s3.put_object(Bucket="files", Key=f"inbox/{name}", Body=body)
    event = event_of("import_calendar", "csv")
    event["detail"]["object"] |= {"key": f"inbox/{name}", "size": len(body)}

    running.call("import_calendar", event)

    (key,) = [key for key in running.objects("files") if key.endswith(".json")]
    report = json.loads(running.clients.s3.get_object(Bucket="files", Key=key)["Body"].read())
    assert [found["code"] for row in report["rows"] for found in row["problems"]] == [code]


def test_a_picture_beside_a_calendar_is_no_calendar(running: Running) -> None:
    """Media dropped into the inbox wait for the calendar that names them."""
    event = event_of("import_calendar", "csv")
    event["detail"]["object"]["key"] = "inbox/pain.jpg"

    running.call("import_calendar", event)

    assert running.objects("files") == []
