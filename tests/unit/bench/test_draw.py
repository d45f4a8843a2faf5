"""The draw's benchmark computes what it says: a small one runs to its end, through the command too."""

from __future__ import annotations

from bench import draw


def test_a_small_draw_is_measured() -> None:
    """Each part ended as it should, and has its figures."""
    figures = draw.measure(3_000)

    assert figures["entrants"] == 3_000
    assert all(figures[name]["seconds"] > 0 and figures[name]["peak_mib"] > 1 for name in draw.PARTS)
    assert len(draw.table(figures)) >= len(draw.PARTS) + 2
    assert draw.broken(figures) is None
