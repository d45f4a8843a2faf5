"""The records of a queue, all at once, a thread each; only those that raised come back.

Our own few lines: Powertools' batches bring asyncio and every event there is, a quarter of a second at each start.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MOST_AT_ONCE = 10  # the batch size of the delivery queue
log = logging.getLogger("heraut")


def each_record(
    event: dict[str, Any], handle: Callable[[str], str], at_once: int = MOST_AT_ONCE
) -> dict[str, list[dict[str, str]]]:
    """Give each queue record's body to `handle`, so many at once; answers what SQS calls a partial batch response.

    `handle` answers with a word for the log. A record that raised comes back alone, its error is logged.
    """

    def one(record: dict[str, Any]) -> str | None:
        try:
            done = handle(record["body"])
        except Exception:  # whatever it was, it is this record's alone: the queue brings it back
            log.exception("a record comes back", extra={"record": record["messageId"]})
            return str(record["messageId"])
        log.info("done", extra={"done": done, "record": record["messageId"]})
        return None

    with ThreadPoolExecutor(at_once) as threads:
        failed = [message for message in threads.map(one, event["Records"]) if message is not None]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}
