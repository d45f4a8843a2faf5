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


def test_a_part_is_compared_with_its_hashes() -> None:
    """The start of an interpreter is in neither; a draw whose hashes take no time to speak of is compared with none."""
    figures = {"nothing": {"seconds": 0.02}, "hashing": {"seconds": 2.02}, "kernel": {"seconds": 3.52}}

    assert draw.times_hashing(figures, "kernel") == 1.75
    for seconds in (0.01, 0.02, 0.03):
        assert draw.times_hashing({**figures, "hashing": {"seconds": seconds}}, "kernel") is None
