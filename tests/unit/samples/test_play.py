"""Watching the samples play: the stack may be slow, and may be stopped."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Console

from heraut.errors import TryAgain
from samples import play

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from heraut.publishing.model import Delivery


class SlowStack:
    """A stack that does not answer a few times, and has then published everything."""

    def __init__(self, silences: int, started: datetime) -> None:
        self.console = Console(quiet=True)
        self.started = started
        self.silences = silences

    def deliveries(self) -> Sequence[Delivery]:
        if self.silences:
            self.silences -= 1
            text = "list items: ReadTimeoutError"
            raise TryAgain(text)
        return ()

    mine = deliveries

    def report(self) -> dict[str, Any]:
        return {"key": "reports/a.json", "page": "http://127.0.0.1/a.html", "counts": {}, "rows": []}


def test_a_stack_that_is_slow_to_answer_does_not_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cores that build and publish at once are slow for seconds."""
    monkeypatch.setattr(time, "sleep", lambda _: None)
    stack = SlowStack(3, datetime.now(UTC))

    assert play.watch(stack, once=True)  # type: ignore[arg-type]
    assert stack.silences == 0


def test_a_stack_that_never_answers_ends_a_run_that_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten minutes, then exit status 2."""
    monkeypatch.setattr(time, "sleep", lambda _: None)
    stack = SlowStack(1000, datetime.now(UTC) - play.DEADLINE - timedelta(seconds=1))

    assert not play.watch(stack, once=True)  # type: ignore[arg-type]
