"""A burst: BURST deliveries due in one minute, claimed and sent by the real tick, and what one delivery costs.

A claim is what the tick does for a delivery: read it from the index, send its message, mark it. Every AWS call answers
in this process and takes 5 ms more, outside the processor, so that what is timed is the real code with its real
parallelism. Processor time is that of the code and the SDK alone: what answers for AWS is counted apart and taken off.
"""

from __future__ import annotations

import gc
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from bench import posting
from bench.due_table import DueTable
from bench.recorder import Recorder
from bench.tick import NOW, a_delivery, accept, answer_instead, due_index, loose_clients, properties
from heraut.aws.outbox import QueueOutbox
from heraut.aws.posts_table import PostsTable
from heraut.aws.table import Table
from heraut.lambdas.bootstrap import BATCHES_AT_ONCE
from heraut.publishing.dispatch_posts import dispatch_posts

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.results import Figures

BURST = 10_000
ADDED = 0.005  # seconds, to each AWS call
AIM_SECONDS = 45
WHOLE_PROCESSOR_MB = 1769  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html


@dataclass
class Answering:
    """What answers for AWS, and the processor time it takes itself."""

    answer: Callable[..., Any]
    added: float = 0.0
    cpu: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, request: Any, **known: Any) -> Any:
        """Answer one request, `added` seconds later."""
        began = time.thread_time()
        answer = self.answer(request=request, **known)
        spent = time.thread_time() - began
        with self._lock:
            self.cpu += spent
        time.sleep(self.added)
        return answer


def measure() -> Figures:
    """Claim and send the burst, then publish a calendar of posts one by one."""
    return {"claims": _claims(), "delivery": _delivery()}


def table(figures: Figures) -> list[str]:
    """Say what a burst takes."""
    claims, delivery = figures["claims"], figures["delivery"]
    met = "met" if claims["seconds"] < AIM_SECONDS else "MISSED"
    return [
        f"{claims['due']} claimed and sent in {claims['seconds']} s (aim: under {AIM_SECONDS} s, {met})",
        f"  {claims['at_once']} batches at once, {ADDED * 1000:.0f} ms added to each of {claims['calls']} AWS calls",
        f"  processor: {claims['cpu_seconds']} s; {claims['lambda_cpu_seconds']} s on {claims['memory_mb']} MB",
        f"a claim: {claims['calls_each']} AWS calls, {claims['cpu_ms_each']} ms of processor",
        f"a text on Mastodon: {delivery['calls_each']} AWS calls, {delivery['cpu_ms_each']} ms of processor",
        f"  {delivery['lambda_cpu_ms_each']} ms on {delivery['memory_mb']} MB",
    ]


def broken(figures: Figures) -> str | None:
    """A burst of which some were not sent would be late."""
    claims = figures["claims"]
    return (
        None if claims["sent"] == claims["due"] else f"burst: {claims['due']} were due and {claims['sent']} were sent"
    )


def _claims() -> dict[str, Any]:
    clients = loose_clients()
    rows = Answering(DueTable(a_delivery(), due_index(), BURST, BURST, NOW).answer, ADDED)
    queue = Answering(accept, ADDED)
    answer_instead(clients.dynamodb, rows)
    answer_instead(clients.sqs, queue)
    recorder = Recorder()
    recorder.listen(clients.dynamodb, clients.sqs)
    posts = PostsTable(Table(clients.dynamodb, "PostsTable"))
    outbox = QueueOutbox(clients.sqs, "https://sqs.eu-west-3.amazonaws.com/1/q", lambda: clients.functions, "prepare")
    with ThreadPoolExecutor(BATCHES_AT_ONCE) as threads:
        gc.collect()
        began, cpu = time.monotonic(), time.process_time()
        tick = dispatch_posts(posts, outbox, NOW, threads.map)
        seconds, cpu = time.monotonic() - began, time.process_time() - cpu - rows.cpu - queue.cpu
    memory = int(properties("DispatchPostsFunction").get("MemorySize", 256))
    return {
        "due": BURST,
        "sent": tick.sent,
        "at_once": BATCHES_AT_ONCE,
        "seconds": round(seconds, 1),
        "calls": len(recorder.calls),
        "calls_each": round(len(recorder.calls) / BURST, 2),
        "cpu_seconds": round(cpu, 1),
        "cpu_ms_each": round(cpu / BURST * 1000, 2),
        "memory_mb": memory,
        "lambda_cpu_seconds": round(cpu * WHOLE_PROCESSOR_MB / memory, 1),
    }


def _delivery() -> dict[str, Any]:
    played = posting.play("mastodon", picture=False, metered=False)
    memory = int(properties("PublishPostFunction")["MemorySize"])
    return {
        "posts": played.runs["publish_post"],
        "calls_each": round(played.calls_of["publish_post"] / played.runs["publish_post"], 1),
        "cpu_ms_each": round(played.publishing_cpu * 1000, 1),
        "memory_mb": memory,
        "lambda_cpu_ms_each": round(played.publishing_cpu * 1000 * WHOLE_PROCESSOR_MB / memory),
    }
