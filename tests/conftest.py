"""What holds for every test, and what the whole suite prints at its end: the crash matrix's table."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from hypothesis import settings

if TYPE_CHECKING:
    import pytest

# No deadline: how long an example takes is the machine's doing. In CI the examples are always the same ones.
settings.register_profile("heraut", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("heraut")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of the points that were played, from every worker."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    told = [json.loads(value) for report in reports for name, value in report.user_properties if name == "matrix"]
    if told:
        from tests.matrix.table import lines

        terminalreporter.section("crash matrix")
        rows = (row for counted in told for *row, count in counted for _ in range(count))
        for line in lines(rows):
            terminalreporter.write_line(line)
