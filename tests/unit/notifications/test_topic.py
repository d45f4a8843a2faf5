"""Topics of the team's own: each kind of listener gets its own form."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from heraut.brands import Person
from heraut.errors import InvalidInput
from heraut.notifications.gsm import fits
from heraut.notifications.topic import TopicNotifications, subject
from tests.twins.sns import SnsTwin
from tests.unit.notifications.test_sms import LINK, MESSAGE

TOPIC = "arn:aws:sns:eu-west-3:123456789012:equipe"
LEA = Person(id="lea", name="Léa", email="lea@x.example", topic=TOPIC)
SAID = replace(MESSAGE, brand_id="martin")


def test_text_for_mailboxes_a_short_one_for_telephones_json_for_programs() -> None:
    """Every form holds the link; filters can go by brand and person."""
    sns = SnsTwin(topics=frozenset({TOPIC}))
    TopicNotifications(sns).tell(LEA, SAID)

    ((topic, said, forms, about),) = sns.published
    held = json.loads(forms)
    assert topic == TOPIC
    assert said == "[Boulangerie Martin - Bluesky] Zoe attend une reponse"
    assert about == {"brand": "martin", "person": "lea"}
    assert "À répondre à 14 h 05" in held["default"]
    assert json.loads(held["sqs"])["buttons"][0]["address"] == LINK
    assert all(LINK in form for form in held.values())
    assert fits(held["sms"])


def test_a_subject_is_what_topics_take() -> None:
    """ASCII, one line, 100 characters."""
    long = subject(replace(SAID, happened="é\n" * 200))

    assert long.isascii()
    assert len(long) <= 100
    assert "\n" not in long


def test_a_link_that_no_telephone_could_show_stops_nobody_else() -> None:
    """The short form goes without it."""
    sns, long = SnsTwin(topics=frozenset({TOPIC})), f"https://l.example/{'x' * 200}"
    TopicNotifications(sns).tell(LEA, replace(SAID, buttons=(replace(SAID.buttons[0], address=long),)))

    held = json.loads(sns.published[0][2])
    assert (long in held["default"], long in held["sms"]) == (True, False)


def test_what_is_too_large_is_told_shorter() -> None:
    """A topic takes 256 kB, all forms together."""
    sns = SnsTwin(topics=frozenset({TOPIC}))
    TopicNotifications(sns).tell(LEA, replace(SAID, quote="é" * 200_000))

    assert len(sns.published[0][2].encode()) <= 256 * 1024


def test_whoever_has_no_topic_is_reached_otherwise() -> None:
    """The next way is taken."""
    with pytest.raises(InvalidInput) as refused:
        TopicNotifications(SnsTwin()).tell(LEA.model_copy(update={"topic": None}), SAID)
    assert [one.code for one in refused.value.problems] == ["topic_missing"]
