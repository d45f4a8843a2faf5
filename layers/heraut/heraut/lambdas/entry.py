"""The way into a function: bootstrap once, answer the self-test, then one call of a use case.

A handler is written as `(event, world)`; `function` turns it into Lambda's `(event, context)`.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any, TypeVar

from heraut.lambdas.observability import logger

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from aws_lambda_powertools.utilities.typing import LambdaContext

    Event: TypeAlias = dict[str, Any]

World = TypeVar("World")


def function(
    build: Callable[[], World],
) -> Callable[[Callable[[Event, World], Any]], Callable[[Event, LambdaContext], Any]]:
    """Decorate a handler: its world is built on the first call and kept while the environment lives."""

    def decorate(handle: Callable[[Event, World], Any]) -> Callable[[Event, LambdaContext], Any]:
        worlds: list[World] = []

        def run(event: Any, context: LambdaContext) -> Any:
            if not worlds:
                try:
                    logger().append_keys(function=context.function_name)
                    worlds.append(build())
                finally:
                    gc.freeze()  # what was loaded stays: the collector need never look at it
                    gc.enable()
            if isinstance(event, dict) and event.get("self_test"):
                return {"ok": True}
            return handle(event, worlds[0])

        return run

    return decorate
