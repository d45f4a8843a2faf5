"""The records of a queue, all at once.

A module of its own: what Powertools needs for batches is slow to load, and one function uses it.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.batch import AsyncBatchProcessor, EventType, async_process_partial_response

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

MOST_AT_ONCE = 10  # the batch size of the delivery queue
log = logging.getLogger("heraut")


def each_record(event: dict[str, Any], handle: Callable[[str], str]) -> PartialItemFailureResponse:
    """Give each queue record's body to `handle`, all at once, a thread each; only those that raised come back.

    `handle` answers with a word for the log.
    """
    processor = AsyncBatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    with ThreadPoolExecutor(MOST_AT_ONCE) as threads:

        async def one(record: SQSRecord) -> None:
            done = await asyncio.get_running_loop().run_in_executor(threads, handle, record.body)
            log.info("done", extra={"done": done, "record": record.message_id})

        return async_process_partial_response(event=event, record_handler=one, processor=processor)
