"""A storm of webhooks on the real template."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from heraut.conversations.subscribe_webhook import ADDRESS
from tests.e2e.storm import Storm, comment, post, signed
from tests.e2e.world import eventually

REQUESTS, A_SECOND, SEED = 2_000, 30, 20261121
SENDERS = 16  # each request at once is a process of the emulator's
REPEATED, FORGED = 10, 50  # every tenth comes again, every fiftieth is badly signed


def test_two_thousand_requests_are_all_kept_and_each_is_read_once(storm: Storm) -> None:
    """Sent at their hour, whoever answers when; a tenth again, a fiftieth badly signed."""
    revision = storm.brand.revision  # no rules: the emulator reads a whole table for each question how many came lately
    storm.brands.save(storm.brand.model_copy(update={"rules": (), "revision": revision + 1}), revision)
    secret = storm.subscribe("contact", "signed")
    plan, before = _plan(), storm.known()
    statuses: Counter[tuple[str, int]] = Counter()
    lock, start = threading.Lock(), time.monotonic() + 1

    def send(number: int, kind: str, name: str) -> None:
        time.sleep(max(0.0, start + number / A_SECOND - time.monotonic()))
        body = comment(name)
        headers = signed("signed", secret, body)
        if kind == "forged":
            headers["webhook-signature"] = "v1,AAAA"
        status = post(secret[ADDRESS], headers, body)
        with lock:
            statuses[kind, status] += 1

    with ThreadPoolExecutor(SENDERS) as threads:
        list(threads.map(lambda one: send(*one), plan))
    names = {name for _, kind, name in plan if kind == "good"}
    took = time.monotonic() - start

    assert statuses == {("good", 200): len(names), ("again", 200): 200, ("forged", 401): 40}, statuses
    eventually(lambda: storm.known() >= before + len(names), 200, every=3)
    print(f"{REQUESTS} requests in {took:.0f} s, read {time.monotonic() - start:.0f} s after the first")  # noqa: T201
    assert Counter(storm.waiting()) == Counter(names)
    assert not {name for _, kind, name in plan if kind == "forged"} & set(storm.waiting())


def _plan() -> list[tuple[int, str, str]]:
    """Number, kind and event of each request: those that come again do so a little after the first time."""
    chosen = random.Random(SEED)  # noqa: S311 -- shuffles requests, keeps no secret
    plan: list[tuple[str, str]] = []
    for number in range(REQUESTS):
        sent = [name for kind, name in plan[-200:] if kind == "good"]
        if number % FORGED == FORGED - 1:
            plan.append(("forged", f"faux-{number}"))
        elif number % REPEATED == REPEATED - 2 and sent:
            plan.append(("again", chosen.choice(sent)))
        else:
            plan.append(("good", f"orage-{number}"))
    return [(number, kind, name) for number, (kind, name) in enumerate(plan)]
