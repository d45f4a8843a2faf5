"""Workers die in the middle of their calls, early in the suite: what became of their posts is looked at later."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.killing import Killed


def test_workers_are_killed_past_the_gate_and_in_the_middle_of_their_calls(killed: Killed) -> None:
    """One post had been accepted and one had not; no call was over."""
    assert killed.workers
    assert killed.online == (1, 0)
    assert killed.ended - killed.began < 25, "the calls were over before the workers were killed"
