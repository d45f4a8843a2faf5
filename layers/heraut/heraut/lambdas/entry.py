"""The way into a function: bootstrap once, answer the self-test, then one call of a use case.

A handler is written as `(event, world)`; `function` turns it into Lambda's `(event, context)`.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from aws_lambda_powertools.utilities.batch import AsyncBatchProcessor, EventType, async_process_partial_response

from heraut.lambdas.observability import logger

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    Event: TypeAlias = dict[str, Any]

World = TypeVar("World")
MOST_AT_ONCE = 10  # the batch size of the delivery queue
log = logging.getLogger("heraut")


def function(
    build: Callable[[], World],
) -> Callable[[Callable[[Event, World], Any]], Callable[[Event, LambdaContext], Any]]:
    """Decorate a handler: its world is built on the first call and kept while the environment lives."""

    def decorate(handle: Callable[[Event, World], Any]) -> Callable[[Event, LambdaContext], Any]:
        worlds: list[World] = []

        def run(event: Event, context: LambdaContext) -> Any:
            if not worlds:
                logger().append_keys(function=context.function_name)
                worlds.append(build())
            if event.get("self_test"):
                return {"ok": True}
            return handle(event, worlds[0])

        return run

    return decorate


def each_record(event: Event, handle: Callable[[str], str]) -> PartialItemFailureResponse:
    """Give each queue record's body to `handle`, all at once, a thread each; only those that raised come back.

    `handle` answers with a word for the log.
    """
    processor = AsyncBatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    with ThreadPoolExecutor(MOST_AT_ONCE) as threads:

        async def one(record: SQSRecord) -> None:
            done = await asyncio.get_running_loop().run_in_executor(threads, handle, record.body)
            log.info("done", extra={"done": done, "record": record.message_id})

        return async_process_partial_response(event=event, record_handler=one, processor=processor)
