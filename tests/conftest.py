"""What holds for every test, and what the whole suite prints at its end: the crash matrix's table."""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.canary import OURS, Watch

if TYPE_CHECKING:
    from collections.abc import Iterator

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


_watch = Watch()
_call_handlers = logging.Logger.callHandlers


def _watched(logger: logging.Logger, record: logging.LogRecord) -> None:
    """Read what our loggers say; a handler of theirs, coming first, would be taken for the function's own."""
    if record.name.split(".")[0] == OURS:
        _watch.emit(record)
    _call_handlers(logger, record)


logging.Logger.callHandlers = _watched  # type: ignore[method-assign, assignment]


@pytest.fixture(autouse=True)
def no_secret_and_no_text_in_a_log() -> Iterator[None]:
    """Fail any test during which our loggers said a planted secret or a post's text, at whatever level."""
    ours = logging.getLogger(OURS)
    before = ours.level
    ours.setLevel(logging.DEBUG)
    _watch.found.clear()
    yield
    ours.setLevel(before)
    assert _watch.found == [], "a secret or a post's text was logged there"
