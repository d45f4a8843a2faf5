"""What is told of a clear refusal: that it failed; where an earlier attempt may be online, that a person is to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.events import EventName
from heraut.publishing.model import State

if TYPE_CHECKING:
    from heraut.problems import Problem
    from heraut.publishing.model import Delivery


def told_of_refusal(after: Delivery, why: Problem) -> tuple[EventName, dict[str, object]]:
    """Give the event of a delivery that `transitions.failed` made, and its fields."""
    if after.state is State.ASKING:
        started = {"started_at": after.doubt_since.isoformat()} if after.doubt_since else {}
        return EventName.ASKING, {**started, "refused": why.model_dump()}
    return EventName.FAILED, {"problem": why.model_dump()}
