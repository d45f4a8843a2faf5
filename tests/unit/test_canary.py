"""The watch over our logs finds what it looks for, wherever in a record it stands."""

from __future__ import annotations

import logging

import pytest

from tests.canary import PLANTED, TEXT, Watch


def record(message: str, *given: object, **more: object) -> logging.LogRecord:
    """Make a record."""
    made = logging.LogRecord("heraut.test", logging.DEBUG, __file__, 1, message, given, None)
    vars(made).update(more)
    return made


@pytest.mark.parametrize("word", PLANTED)
def test_a_planted_word_is_found_wherever_it_stands(word: str) -> None:
    """In the message, in its arguments, in what is added to it, in an exception's text."""
    watch = Watch()
    failed = record("failed")
    error = ValueError(word)
    failed.exc_info = (ValueError, error, None)
    for one in (record(f"said {word}"), record("said %s", word), record("said", extra={"account": [word]}), failed):
        watch.emit(one)

    assert len(watch.found) == 4


def test_what_is_not_planted_is_not_found() -> None:
    """A log that names posts and accounts is left alone."""
    watch = Watch()

    watch.emit(record("done %s", "martin/p1/bluesky"))

    assert watch.found == []
    assert TEXT in PLANTED
