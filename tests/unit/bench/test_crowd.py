"""The benchmark of large contests plays one to its end, and says what its steps took."""

from __future__ import annotations

from bench import crowd


def test_a_small_crowd_is_measured() -> None:
    """Everybody is in the list who should be, or `play` fails; memory is compared with a contest of a hundred."""
    figures = crowd.measure(300)

    assert figures["entrants"] == 300
    assert figures["asked_for_again"] == 2
    assert figures["most_in_a_step"]["read"] == 300
    assert crowd.broken(figures) is None
    assert crowd.broken({**figures, "added_mib": 65.0})
    assert len(crowd.table(figures)) == 8
