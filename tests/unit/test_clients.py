"""Clients: made when they are first used, once, whoever comes first."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from heraut.aws.clients import Clients


class Session:
    """A session that counts the clients it makes, slowly, and says when two threads are inside."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self._inside = threading.Lock()

    def client(self, service: str, **_: Any) -> str:
        assert self._inside.acquire(blocking=False), "a session is not for two threads at once"
        time.sleep(0.02)
        self.made.append(service)
        self._inside.release()
        return service


def test_a_client_to_be_is_not_made_before_it_is_used() -> None:
    """What a function does not use costs it nothing."""
    session: Any = Session()

    queue = Clients(session=session).later("sqs")

    assert session.made == []
    assert queue.upper() == "SQS"
    assert session.made == ["sqs"]


def test_ten_threads_make_one_client_one_after_the_other() -> None:
    """Ten deliveries begin at once."""
    session: Any = Session()
    clients = Clients(session=session)

    def use(number: int) -> str:
        return str([clients.later("sqs"), clients.later("ssm")][number % 2].upper())

    with ThreadPoolExecutor(10) as threads:
        said = list(threads.map(use, range(10)))

    assert said == ["SQS", "SSM"] * 5
    assert sorted(session.made) == ["sqs", "ssm"]
