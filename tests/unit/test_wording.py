"""Hours, days and lists as people say them."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

import pytest

from heraut import letters, wording
from heraut.brands import check_people
from heraut.cli import findings
from heraut.contests import certificate_page, checks, eligibility, rules_text
from heraut.contests import words as contest_words
from heraut.conversations import morning_talk, tend_webhooks
from heraut.mornings import message
from heraut.notifications import email
from heraut.problems import Language
from heraut.publishing import link_pages, messages, morning_posts
from heraut.wording import NBSP, Wording

PARIS = "Europe/Paris"
NOON = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
FILES: dict[str, Wording] = {
    "messages": messages.wording,
    "link_pages": link_pages.wording,
    "check_people": check_people.wording,
    "email": email.wording,
    "doctor": findings.wording,
    "certificate_page": certificate_page.wording,
    "checks": checks.wording,
    "contest_words": contest_words.wording,
    "eligibility": eligibility.wording,
    "rules_text": rules_text.wording,
    "morning": message.wording,
    "morning_posts": morning_posts.wording,
    "morning_talk": morning_talk.wording,
    "tend_webhooks": tend_webhooks.wording,
}


def plain(text: str) -> str:
    """Show hard spaces as spaces."""
    return text.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("instant", "zone", "said"),
    [
        (NOON, PARIS, "12 h 30"),
        (NOON.replace(minute=0), PARIS, "12 h"),
        (NOON.replace(hour=8, minute=5), PARIS, "9 h 05"),
        (NOON.replace(hour=23, minute=0), PARIS, "0 h"),
        (NOON.replace(month=7), PARIS, "13 h 30"),
        (NOON, "America/Martinique", "7 h 30"),
    ],
)
def test_hours_are_local_and_french(instant: datetime, zone: str, said: str) -> None:
    """« 12 h 30 » in Paris, summer and winter, and in the brand's own zone."""
    assert plain(wording.hour(instant, zone, "fr")) == said


def test_hours_never_break_over_two_lines() -> None:
    """The spaces of « 12 h 30 » are hard."""
    assert wording.hour(NOON, PARIS, "fr") == f"12{NBSP}h{NBSP}30"


@pytest.mark.parametrize(
    ("language", "today", "another_day", "next_year"),
    [
        ("fr", "à 12 h 30", "lundi 23 novembre à 12 h 30", "lundi 23 novembre 2026 à 12 h 30"),
        ("en", "at 12:30", "on Monday 23 November at 12:30", "on Monday 23 November 2026 at 12:30"),
    ],
)
def test_the_date_is_said_when_it_is_another_day(
    language: Language, today: str, another_day: str, next_year: str
) -> None:
    """The hour alone on the same local day, else the date, and the year when it is another."""
    references = (NOON, NOON + timedelta(days=3), NOON + timedelta(days=60))

    said = [plain(wording.at_moment(NOON, PARIS, language, reference)) for reference in references]

    assert said == [today, another_day, next_year]


def test_an_instant_kept_to_the_second_is_said_whole() -> None:
    """With its year, its second and the local day."""
    assert wording.to_the_second(NOON, PARIS, "fr") == "lundi 23 novembre 2026 à 12:30:00"
    assert wording.to_the_second(NOON.replace(day=30, hour=23), PARIS, "fr") == "mardi 1er décembre 2026 à 00:30:00"
    assert wording.to_the_second(NOON, PARIS, "en") == "Monday 23 November 2026 at 12:30:00"


def test_the_day_is_the_local_one() -> None:
    """Half past midnight in Paris is the next day there, though not in UTC."""
    late = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)

    assert plain(wording.of_moment(late, PARIS, "fr", NOON)) == "du mardi 1er décembre, 0 h 30"


@pytest.mark.parametrize(
    ("length", "french", "english"),
    [
        (timedelta(seconds=20), "1 minute", "1 minute"),
        (timedelta(minutes=45), "45 minutes", "45 minutes"),
        (timedelta(minutes=60), "1 h", "1 h"),
        (timedelta(minutes=94), "1 h 34", "1 h 34 min"),
        (timedelta(hours=47), "47 h", "47 h"),
        (timedelta(days=3), "3 jours", "3 days"),
    ],
)
def test_spans(length: timedelta, french: str, english: str) -> None:
    """How late something is, in the unit a person would use."""
    assert [plain(wording.span(length, "fr")), plain(wording.span(length, "en"))] == [french, english]


def test_naive_times_are_refused() -> None:
    """A time without zone would be a wrong hour somewhere."""
    with pytest.raises(ValueError, match="without its zone"):
        wording.hour(datetime(2026, 11, 23, 12), PARIS, "fr")  # noqa: DTZ001


def test_lists() -> None:
    """« a, b et c »."""
    assert wording.listed(["a", "b", "c"], "fr") == "a, b et c"
    assert wording.listed(["a", "b"], "en") == "a and b"
    assert wording.listed(["a"], "fr") == "a"


@pytest.mark.parametrize("file", FILES)
def test_both_languages_are_there_with_the_same_fields(file: str) -> None:
    """Every sentence exists in French and English, from the same fields."""
    for code, both in FILES[file].sentences().items():
        assert both.keys() == {"fr", "en"}, code
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in both.values()]
        assert fields[0] == fields[1], code


@pytest.mark.parametrize("file", FILES)
def test_french_marks_stay_with_their_word(file: str) -> None:
    """No French line can begin with « : », « ; », « ! » or « ? »."""
    loose = [code for code, both in FILES[file].sentences().items() if letters.french(both["fr"]) != both["fr"]]

    assert loose == []
    assert letters.french("Quoi ? « Ceci » : rien") == f"Quoi{NBSP}? «{NBSP}Ceci{NBSP}»{NBSP}: rien"
