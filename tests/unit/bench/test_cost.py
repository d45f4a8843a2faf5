"""Bills: every line has its price, and allowances are what the idle month leaves."""

from __future__ import annotations

from typing import Any

import pytest

from bench.cost import Line, Measured, _alarms, _bill, _metrics, prices


def measured(price: float, free: float) -> Measured:
    """A price table of one price."""
    return Measured({"x": {"price": price, "free": free}}, {}, 0.0)


@pytest.mark.parametrize(
    ("there", "used", "charged"), [(0, 5, 0), (0, 15, 5), (8, 5, 3), (20, 5, 5), (10, 0.0001, 0.0001)]
)
def test_an_allowance_is_what_the_month_leaves(there: float, used: float, charged: float) -> None:
    """Ten are free: what the idle month used of them is gone."""
    bill = _bill([Line("a", used, "x")], [Line("idle", there, "x")], measured(2.0, 10), (1, 1))

    assert bill["list"] == pytest.approx(round(2 * used, 4))
    assert bill["with_free"] == pytest.approx(round(2 * charged, 4), abs=1e-4)


def test_lines_of_one_price_share_its_allowance() -> None:
    """Each pays for its part of what is above."""
    bill = _bill([Line("a", 15, "x"), Line("b", 5, "x")], [], measured(1.0, 10), (30, 5))

    assert [line["with_free"] for line in bill["lines"]] == [7.5, 2.5]
    assert (bill["aim_list_met"], bill["aim_with_free_met"], bill["dearest"]) == (True, False, "a")


def test_each_price_says_its_source_and_how_it_was_obtained() -> None:
    """A price without a source is an invention."""
    known = {"price list", "bill", "guide", "recalled"}
    named: dict[str, Any] = {name: one for name, one in prices().items() if isinstance(one, dict)}

    assert named
    assert {name for name, one in named.items() if not one["source"].startswith("https://aws.amazon.com/")} == set()
    assert {name for name, one in named.items() if one["obtained"] not in known or one["price"] <= 0} == set()


def test_alarms_and_metrics_are_those_of_the_template() -> None:
    """One that is added is paid for without anybody thinking of it."""
    assert "HeartbeatAlarm" in _alarms()
    assert _metrics() == ["OldestOverdueSeconds", "TickCompleted"]
