"""What is typed is read, and what is shown is rendered: pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import NetworkName
from heraut.cli import posts
from heraut.cli.accounts import secret_of
from heraut.cli.listing import state_called
from heraut.cli.shown import as_object, excerpt, seconds, state_words
from heraut.cli.speech import CannotGoOn
from heraut.cli.story import lines, mark_words, sentence
from heraut.events import EventName, event
from heraut.problems import problem
from heraut.publishing.calendar.columns import Column
from heraut.publishing.model import Delivery, State
from heraut.wording import NBSP

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
PARIS = "Europe/Paris"
FIELDS: dict[EventName, dict[str, Any]] = {
    EventName.POST_QUEUED: {"source": {"kind": "calendar", "file": "c.csv", "row": 3}},
    EventName.POST_EDITED: {"version": 2, "by": "lea"},
    EventName.DELIVERY_HELD: {"mark": "pause:martin, person:lea", "by": ""},
    EventName.DELIVERY_RELEASED: {"mark": "person:lea", "by": "lea"},
    EventName.ATTEMPT_POSTPONED: {"attempt": 1, "until": "2026-11-23T08:31:00+00:00"},
    EventName.EXPIRED: {"late_by_s": 5400},
    EventName.HANDOVER_REMINDED: {"reminders": 2},
    EventName.DECIDED: {"by": "lea", "action": "drop"},
    EventName.PUBLISHED: {"attempt": 1, "url": None, "lateness_ms": None, "how": "said"},
}


@pytest.fixture(autouse=True)
def _french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HERAUT_LANGUAGE", "fr")


def delivery(**changes: Any) -> Delivery:
    """Give a delivery in Paris."""
    made = Delivery(
        brand="b",
        post="p",
        account="a",
        network=NetworkName.MASTODON,
        publish_at=AT,
        due_at=AT,
        zone=PARIS,
        local="2026-11-23T09:30",
    )
    return made.model_copy(update=changes)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("x\n", {"password": "x"}),
        ('{"password": " x "}', {"password": "x"}),
        ("  motdepasse avec espaces ", {"password": "motdepasse avec espaces"}),
    ],
)
def test_a_secret_is_a_line_or_an_object(text: str, read: dict[str, str]) -> None:
    """As `pass show` or a program writes it."""
    assert secret_of(text, ("password",)) == read


def test_several_fields_are_a_line_each() -> None:
    """In the order in which they would be asked for."""
    assert secret_of("a\nb\n", ("user", "token")) == {"user": "a", "token": "b"}
    with pytest.raises(CannotGoOn):
        secret_of("a\n", ("user", "token"))


@pytest.mark.parametrize("text", ["{}", '{"password": null}', '{"password": "x", "more": "y"}', "{x", "[1]\n2"])
def test_a_secret_that_cannot_be_read_is_not_quoted(text: str) -> None:
    """The error names the fields, never what was given."""
    with pytest.raises(CannotGoOn) as caught:
        secret_of(text, ("password",))

    assert caught.value.fields == {"fields": "password"}


@pytest.mark.parametrize(
    ("word", "states"),
    [
        ("programmé", {State.SCHEDULED}),
        ("PROGRAMME", {State.SCHEDULED}),
        ("to_approve", {State.TO_APPROVE}),
        ("to approve", {State.TO_APPROVE}),
        ("à vérifier", {State.UNCONFIRMED, State.ASKING}),
        ("asking", {State.ASKING}),
        ("trop tard", {State.EXPIRED}),
    ],
)
def test_states_are_called_in_every_way(word: str, states: set[State]) -> None:
    """French, English, or as programs write them; accents or not."""
    assert state_called(word) == states


@pytest.mark.parametrize("given", [["sky"], ["=x"], [" =x"]])
def test_a_text_for_nobody_is_refused(given: list[str]) -> None:
    """An account or network, an equals sign, the text."""
    with pytest.raises(CannotGoOn, match="text_for_unreadable"):
        posts.given_of({"text_for": given})


def test_a_text_may_hold_equals_signs() -> None:
    """Only the first one separates."""
    assert posts.given_of({"text_for": ["Sky=a=b"]}).cells == {"texte@sky": "a=b"}


def test_pictures_are_named_so_that_no_separator_cuts_them(tmp_path: Path) -> None:
    """Two files of one name stay two; an address stays as it is."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x;y,z.png").write_bytes(folder.encode())
    wanted = [str(tmp_path / "a" / "x;y,z.png"), "https://e.example/x.png", str(tmp_path / "b" / "x;y,z.png")]

    given = posts.given_of({"media": wanted, "alt": ["Un", "Deux\nlignes", "Trois"]})

    assert given.cells == {
        Column.MEDIA: "0/x_y_z.png\nhttps://e.example/x.png\n2/x_y_z.png",
        Column.ALT: "Un\nDeux lignes\nTrois",
    }
    assert given.files == {"0/x_y_z.png": b"a", "2/x_y_z.png": b"b"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "programmé"),
        ({"not_before": AT + timedelta(minutes=7)}, "attend le réseau, part à 9 h 37"),
        ({"not_before": AT}, "programmé"),
        ({"holds": frozenset({"person:lea"})}, "suspendu"),
        ({"state": State.ASKING}, "à vérifier"),
        ({"state": State.ASKING, "network": NetworkName.BY_HAND}, "à publier à la main"),
        ({"state": State.PUBLISHED, "holds": frozenset({"x"})}, "publié"),
    ],
)
def test_states_are_said_in_peoples_words(changes: dict[str, Any], said: str) -> None:
    """A hold is no state, but it is what matters."""
    assert state_words(delivery(**changes)).replace(NBSP, " ") == said


def test_times_have_the_offset_of_their_zone_summer_and_winter() -> None:
    """ISO 8601; `due_at` is the promise, whenever the machine looks next."""
    summer = datetime(2026, 7, 1, 7, 30, tzinfo=UTC)

    assert as_object(delivery(due_at=None))["due_at"] == "2026-11-23T09:30:00.000+01:00"
    assert as_object(delivery(publish_at=summer))["due_at"] == "2026-07-01T09:30:00.000+02:00"
    assert as_object(delivery(zone="America/Martinique"))["due_at"] == "2026-11-23T04:30:00.000-04:00"


def test_a_problem_is_an_object_with_its_sentence() -> None:
    """Code for programs, words for whom they show it to."""
    found = as_object(delivery(problem=problem("too_many_attempts", attempts=5)))["problem"]

    assert (found["code"], found["message"].startswith("Après 5 essais")) == ("too_many_attempts", True)
    assert set(found) == {"code", "message", "remedy"}


@pytest.mark.parametrize(
    ("length", "said"),
    [(timedelta(milliseconds=420), "0,4 s"), (timedelta(seconds=22.5), "22,5 s"), (timedelta(minutes=3), "3 min")],
)
def test_lateness_is_short(length: timedelta, said: str) -> None:
    """With a comma in French."""
    assert seconds(length) == said


def test_a_text_is_cut_to_a_line() -> None:
    """Line breaks are spaces."""
    assert excerpt("Bonjour\n\nà tous") == "Bonjour à tous"
    assert excerpt("x" * 100, 10) == "x" * 9 + "…"


@pytest.mark.parametrize("name", list(EventName))
@pytest.mark.parametrize("spoken", ["fr", "en"])
@pytest.mark.parametrize("whole", [True, False])
def test_every_event_can_be_told(monkeypatch: pytest.MonkeyPatch, name: EventName, spoken: str, *, whole: bool) -> None:
    """With its fields, and as an older release may have written it, without; no hour of another zone."""
    monkeypatch.setenv("HERAUT_LANGUAGE", spoken)
    fields = FIELDS.get(name, {"attempt": 2}) if whole or name is EventName.DECIDED else {}

    said = sentence(event(name, "b", "p", "a", AT, **fields), PARIS)

    assert said
    assert not {"{", "}", "None", "08:31"} & set(said.replace(",", " ").split())


def test_a_story_has_its_days_seconds_and_attempts() -> None:
    """A heading where a day begins, on the clock of the brand's zone."""
    late = AT + timedelta(hours=15)
    events = [
        event(EventName.POST_QUEUED, "b", "p", None, AT, **FIELDS[EventName.POST_QUEUED]),
        event(EventName.FAILED, "b", "p", "a", late, attempt=2, problem=problem("file_empty").model_dump()),
    ]

    told = [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines(events, PARIS, "fr")]

    assert told == [
        "lundi 23 novembre 2026",
        "  09:30:00  ajoutée par le calendrier c.csv, ligne 3",
        "mardi 24 novembre 2026",
        "  00:30:00  a  essai 2 : échec",
        "            Le fichier est vide. Enregistrez-le de nouveau depuis votre tableur, puis redéposez-le.",
    ]


def test_marks_are_said() -> None:
    """Who, or what; a kind of a later release as it is written."""
    assert mark_words("person:lea, pause:martin") == "par lea, pause des publications"
    assert mark_words("moon:full") == "moon:full"
