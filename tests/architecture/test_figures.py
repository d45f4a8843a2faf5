"""What the README says was measured is what bench/results.json holds, to the digits quoted.

A figure stands between marks: `<!-- bench: lateness.p99_ms -->311<!-- /bench -->`. The key is the benchmark, then the
path inside its figures. Milliseconds and dollars outside marks are refused: nobody would notice when they are no more
true.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "bench" / "results.json"
MARKED = re.compile(r"<!-- bench: (?P<key>\S+) -->(?P<quoted>.*?)<!-- /bench -->", re.DOTALL)
MEASURED = re.compile(r"\d[\d\s.,]*\s?(?:ms\b|\$)|\$\s?\d[\d.,]*")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)


def wrong_figures(text: str, results: dict[str, Any]) -> list[str]:
    """Give a sentence for each quoted figure that is not in the results, and each measured one without marks."""
    wrong = []
    for mark in MARKED.finditer(text):
        held = figure(results, mark["key"])
        if held is None:
            wrong.append(f"{mark['key']} is not in bench/results.json")
        elif not quotes(mark["quoted"], held):
            wrong.append(f"{mark['key']} is quoted as {mark['quoted']!r} and was measured as {held}")
    loose = MEASURED.findall(CODE.sub("", MARKED.sub("…", text)))
    return wrong + [f"{one.strip()!r} stands outside `<!-- bench: key -->…<!-- /bench -->`" for one in loose]


def figure(results: dict[str, Any], key: str) -> float | None:
    """Give the figure behind a key, None when there is none."""
    benchmark, _, path = key.partition(".")
    held: Any = results.get(benchmark, {}).get("figures", {})
    for part in path.split("."):
        held = held.get(part) if isinstance(held, dict) else None
    return held if isinstance(held, int | float) and not isinstance(held, bool) else None


def quotes(quoted: str, held: float) -> bool:
    """Whether a text is the figure, rounded to as many decimals as the text has; spaces may part thousands."""
    written = re.sub(r"\s", "", quoted)
    if not re.fullmatch(r"-?\d+(\.\d+)?", written):
        return False
    decimals = len(written.partition(".")[2])
    return float(written) == round(held, decimals)


def test_the_readme_quotes_what_was_measured() -> None:
    """Every figure of the README is in bench/results.json."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))

    assert wrong_figures((ROOT / "README.md").read_text(encoding="utf-8"), results) == []


def test_the_capacity_record_is_derived_from_what_was_measured() -> None:
    """Its own arithmetic may stand outside the marks; what it begins with may not."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    record = (ROOT / "docs" / "decisions" / "0017-capacity.md").read_text(encoding="utf-8")

    assert len(MARKED.findall(record)) == 8
    assert [one for one in wrong_figures(record, results) if "stands outside" not in one] == []


def test_results_say_what_they_are_of() -> None:
    """Each section has the commit, the date and the machine it was measured on."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))

    assert results
    assert [name for name, one in results.items() if not {"commit", "date", "machine", "figures"} <= one.keys()] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("p99 <!-- bench: lateness.p99_ms -->311<!-- /bench --> ms", ""),
        ("p99 <!-- bench: lateness.p99_ms -->311.4<!-- /bench --> ms", ""),
        ("of <!-- bench: tick.queued.1000000.items -->1 000<!-- /bench --> items", ""),
        ("`make run` asks 20 ms in code", "'20 ms' stands outside"),
        ("`sleep 20 ms` in code is no figure", ""),
        ("p99 <!-- bench: lateness.p99_ms -->312<!-- /bench --> ms", "quoted as '312'"),
        ("p99 <!-- bench: lateness.p99_ms -->fast<!-- /bench --> ms", "quoted as 'fast'"),
        ("p99 <!-- bench: lateness.p98_ms -->311<!-- /bench --> ms", "lateness.p98_ms is not in"),
        ("p99 <!-- bench: speed.p99 -->311<!-- /bench --> ms", "speed.p99 is not in"),
        ("costs 0.02 $ a month", "'0.02 $' stands outside"),
        ("costs $0.02 a month", "'$0.02' stands outside"),
        ("all done in 311 ms", "'311 ms' stands outside"),
        ("needs 24 GB", ""),
    ],
)
def test_a_figure_that_is_not_measured_is_seen(text: str, says: str) -> None:
    """The check can fail: a wrong digit, a key nobody measured, a figure without marks."""
    results = {
        "lateness": {"figures": {"p99_ms": 311.4}},
        "tick": {"figures": {"queued": {"1000000": {"items": 1000}}}},
    }
    found = wrong_figures(text, results)

    assert len(found) == bool(says)
    assert says in "".join(found)
