"""The records of a queue: all at once, each by itself."""

from __future__ import annotations

import threading
from typing import Any

from heraut.lambdas.records import MOST_AT_ONCE, each_record


def queued(*bodies: str) -> dict[str, Any]:
    """Give an event of the queue, whose records are named by their place."""
    return {"Records": [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]}


def test_a_whole_batch_is_handled_at_once() -> None:
    """Each waits for its own instant: none may wait for another."""
    together = threading.Barrier(MOST_AT_ONCE, timeout=10)

    def handle(body: str) -> str:
        together.wait()
        return body

    assert each_record(queued(*"abcdefghij"), handle) == {"batchItemFailures": []}


def test_only_what_raised_comes_back() -> None:
    """The others are done, and are not brought again."""
    seen: list[str] = []

    def handle(body: str) -> str:
        seen.append(body)
        if body in {"b", "d"}:
            raise ValueError(body)
        return "done"

    answer = each_record(queued(*"abcde"), handle)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "3"}]}
    assert sorted(seen) == list("abcde")
