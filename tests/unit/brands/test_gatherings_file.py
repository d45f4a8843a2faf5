"""What a configuration file may say of events, and what it is told otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from heraut.brands import gatherings_of
from heraut.brands.configuration import read_configuration, write_configuration
from heraut.errors import InvalidInput
from heraut.gatherings.lint import lint_changes
from tests.unit.gatherings.test_lint import asked

SAMPLE = Path(__file__).parents[3] / "samples" / "evenements.yaml"
WORKSHOP: dict[str, Any] = {
    "kind": "offline",
    "title": "L'atelier",
    "accounts": "sky",
    "starts": "2026-12-10 18:30",
    "ends": "2026-12-10T20:00",
    "place": "Au fournil",
}
LIVE: dict[str, Any] = {
    "kind": "live_qa",
    "title": "Vos questions",
    "accounts": ["sky"],
    "opens": "2026-12-10 18:30",
    "closes": "2026-12-10 19:30",
}


def document(event: Any, name: str = "atelier", **brand: Any) -> dict[str, Any]:
    """A file with one event."""
    sky = {"name": "sky", "network": "bluesky", "handle": "martin.example"}
    made = {"id": "martin", "name": "Martin", "zone": "Europe/Paris", "accounts": [sky], "events": {name: event}}
    return {"brands": [{**made, **brand}]}


def told(event: Any, **more: Any) -> list[tuple[str, str]]:
    """Give what is wrong with an event: code, and where from the event on."""
    with pytest.raises(InvalidInput) as raised:
        read_configuration(document(event, **more))
    return [(one.code, (one.column or "").rpartition("atelier")[2].lstrip(".")) for one in raised.value.problems]


@pytest.mark.parametrize("event", [WORKSHOP, LIVE], ids=["offline", "live"])
def test_what_is_read_is_written_again(event: Any) -> None:
    """As the file says it, hours in one form."""
    (brand,) = read_configuration(document(event))

    assert read_configuration(write_configuration([brand])) == (brand,)


def test_hours_are_those_of_the_place() -> None:
    """The event's own zone, else the brand's."""
    (brand,) = read_configuration(document({**WORKSHOP, "zone": "Indian/Reunion"}))
    terms = gatherings_of(brand)["atelier"]

    assert terms.begins == datetime(2026, 12, 10, 14, 30, tzinfo=UTC)
    assert terms.begins.isoformat() == "2026-12-10T18:30:00+04:00"
    assert [one.step for one in terms.remind] == ["7d", "1d", "2h"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": None}, [("event_kind_missing", "kind")]),
        ({"kind": "party"}, [("value_not_among", "kind")]),
        ({"title": None}, [("field_missing", "title")]),
        ({"starts": None}, [("field_missing", "starts")]),
        ({"starts": "demain"}, [("event_instant_unreadable", "starts")]),
        ({"starts": "2027-03-28 02:30", "ends": "2027-03-28 04:00"}, [("time_does_not_exist", "starts")]),
        ({"ends": "2026-12-10 18:30"}, [("event_ends_first", "ends")]),
        ({"opens": "2026-12-10 18:30"}, [("event_field_of_other_kind", "opens")]),
        ({"lieu": "ici"}, [("field_unknown", "lieu")]),
        ({"url": "chez nous"}, [("server_address_unreadable", "url")]),
        ({"accounts": ["sky", "moon"]}, [("account_not_listed", "accounts")]),
        ({"reminders": "1d"}, [("entry_not_a_list", "reminders")]),
        ({"reminders": ["hier"]}, [("late_unreadable", "reminders[1]")]),
        ({"reminders": ["5min"]}, [("event_reminder_out_of_range", "reminders[1]")]),
        ({"reminders": ["24h", {"before": "1d"}]}, [("event_reminder_repeated", "reminders")]),
        ({"reminders": [{"before": "1d", "text": "{heure}"}]}, [("event_text_field_unknown", "reminders[1].text")]),
        ({"reminders": [f"{n}h" for n in range(1, 12)]}, [("event_reminders_too_many", "reminders")]),
        ({"texts": {"reminder": "{title"}}, [("event_text_braces", "texts.reminder")]),
        ({"texts": {"reminder": "{title.real}"}}, [("event_text_field_unknown", "texts.reminder")]),
        ({"texts": {"opening": "Bonjour"}}, [("event_text_of_other_kind", "texts.opening")]),
        ({"texts": {"reminder": "\u202eabc"}}, [("event_text_letters", "texts.reminder")]),
        ({"about": " "}, [("field_missing", "about")]),
        ({"kind": ["offline"]}, [("value_not_among", "kind")]),
        ({"kind": {"a": 1}}, [("value_not_among", "kind")]),
        ({"about": 3}, [("event_not_a_text", "about")]),
        ({"title": ["a"]}, [("event_not_a_text", "title")]),
        ({"place": {"rue": "four"}}, [("event_not_a_text", "place")]),
        ({"texts": {"reminder": ["a"]}}, [("event_not_a_text", "texts.reminder")]),
        ({"accounts": []}, [("event_no_names", "accounts")]),
        ({"accounts": {"a": "b"}}, [("event_no_names", "accounts")]),
        ({"cancelled": "peut-être"}, [("value_not_among", "cancelled")]),
        ({"reminders": [{"text": "x"}]}, [("field_missing", "reminders[1].before")]),
        ({"reminders": [None]}, [("field_missing", "reminders[1]")]),
        ({"reminders": [{"before": "1d", "text": 3}]}, [("event_not_a_text", "reminders[1].text")]),
        ({"ends": "2027-12-12 18:30"}, [("event_too_long", "ends")]),
        (
            {"starts": "9999-12-30 18:30", "ends": "9999-12-31 18:30"},
            [("event_instant_unreadable", name) for name in ("starts", "ends")],
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(changes: dict[str, Any], says: list[tuple[str, str]]) -> None:
    """One problem for one mistake, with its field."""
    event = {key: value for key, value in {**WORKSHOP, **changes}.items() if value is not None}

    assert told(event) == says


def test_who_is_no_asker_is_named() -> None:
    """By a list of names that has some."""
    assert told({**LIVE, "staff": []}) == [("event_no_names", "staff")]
    assert told({**LIVE, "staff": {"a": 1}}) == [("event_no_names", "staff")]


def test_an_event_says_its_zone_somewhere() -> None:
    """An hour is promised in public: no zone is taken for granted."""
    plain = document(WORKSHOP)
    del plain["brands"][0]["zone"]

    with pytest.raises(InvalidInput) as raised:
        read_configuration(plain)

    assert [one.code for one in raised.value.problems] == ["event_zone_missing"]


def test_an_event_is_called_like_all_that_stands_in_addresses() -> None:
    """Small letters, digits, hyphens."""
    with pytest.raises(InvalidInput) as raised:
        read_configuration(document(WORKSHOP, "L'atelier"))

    assert [one.code for one in raised.value.problems] == ["value_unusable"]


def test_posts_of_a_session_are_named_in_one_way() -> None:
    """As those of contests."""
    assert told({**LIVE, "posts": [{"accounts": "sky"}]}) == [("contest_post_unnamed", "posts[1]")]


def test_the_sample_is_an_event_that_can_be_held() -> None:
    """Nothing of it is refused, or doubtful."""
    (brand,) = read_configuration(yaml.safe_load(SAMPLE.read_text(encoding="utf-8")))
    terms = gatherings_of(brand).values()
    now = min(one.begins for one in terms) - timedelta(days=30)

    assert brand.events
    assert lint_changes(None, brand, asked(), now) == []
