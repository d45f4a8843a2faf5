"""Percentiles, and what must never be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bench.lateness import POSTS, broken, due_minute, summary

FIGURES = {"early": 0, "doubled": 0, "arrived": POSTS, "posts": POSTS}


def test_percentiles_are_of_what_was_measured() -> None:
    """The 99th of two hundred is the 198th; early ones are counted."""
    found = summary([float(number) for number in range(1, 201)])

    assert (found["p50_ms"], found["p99_ms"], found["worst_ms"], found["early"]) == (100.5, 198.0, 200.0, 0)
    assert summary([-0.1, 5.0])["early"] == 1
    assert summary([])["worst_ms"] is None


def test_early_doubled_or_lost_is_a_failure() -> None:
    """And nothing else is: lateness is an aim."""
    assert broken(FIGURES) is None
    assert "1 left early" in str(broken({**FIGURES, "early": 1}))
    assert "2 doubled" in str(broken({**FIGURES, "doubled": 2}))
    assert "3 never arrived" in str(broken({**FIGURES, "arrived": POSTS - 3}))


def test_the_posts_are_due_within_one_whole_minute_to_come() -> None:
    """The same seconds in each run, so that two runs can be compared."""
    after = datetime(2026, 11, 21, 10, 0, 30, tzinfo=UTC)
    instants = due_minute(after)

    assert len(instants) == POSTS
    assert min(instants) >= datetime(2026, 11, 21, 10, 1, tzinfo=UTC)
    assert max(instants) - min(instants) < timedelta(minutes=1)
    assert instants == due_minute(after)
