"""A contest's list frozen, and its winners found, through the store: what the function's steps read, cost and take.

The real steps, store and SDK run; `KeptEntrants` stands where DynamoDB would, and its own time is taken off. A step
costs the same however many people there are, so that a million are said to be so many steps more; the last one, which
merges, is measured on a million (bench/draw.py), and the calls with which it reads parts again are added. Seconds are
of this machine's processor, then of the share that the function's memory buys; what DynamoDB takes to answer is assumed
(bench/cost.py).
"""

from __future__ import annotations

import base64
import json
import math
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from bench import cost, tick
from bench.capacity import PAGE_BYTES, read_units, size_of, write_units
from bench.due_table import answered
from bench.recorder import Recorder
from heraut.aws.contests_table import ContestsTable
from heraut.aws.items import document, to_item
from heraut.aws.table import Table
from heraut.brands import Brand, ContestState, EntryKind, NetworkName, contests_of
from heraut.contests import freeze_entrants as freezing
from heraut.contests.draw import handle_of
from heraut.contests.parts import PART_BYTES, PARTS_A_RANGE
from heraut.contests.run_contests import BUDGET
from heraut.contests.running import Contest, Deed, KeptEntrant
from heraut.contests.stretch import PEOPLE_AT_ONCE, Stretch

if TYPE_CHECKING:
    from botocore.awsrequest import AWSResponse

    from bench.capacity import Item
    from bench.results import Figures

ENTRANTS = 24_000
MILLION = 1_000_000
FUNCTION = "RunContestsFunction"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TERMS = {
    "title": "La galette",
    "opens": "2026-11-23 09:00",
    "closes": "2026-11-23 12:00",
    "draws": "2026-11-23 14:00",
    "posts": [{"accounts": "sky", "url": "https://bsky.app/profile/boulangerie/post/1"}],
    "conditions": {"like": True, "friends": 1, "words": ["panier garni"]},
    "exclude": {"suspects": {"copied": 20}},
}
POST = "at://did:plc:mia3favzrw3xrygnysjx47tw/app.bsky.feed.post/3n2u6dejgbs2r"


def entrant(number: int) -> KeptEntrant:
    """Somebody who commented and liked, as a network tells it."""
    at = NOW - timedelta(hours=2)
    said = f"Je participe avec @paul.test pour le panier garni, merci à toute la boutique et à {_letters(number)}"
    did = f"did:plc:{number:024}"
    common: dict[str, Any] = {"name": "Marie Dupont", "seen_at": at, "post": POST, "account": "sky", "at": at}
    remote = f"at://{did}/app.bsky.feed.post/3n2u6dejgbs2r"
    comment = Deed(kind=EntryKind.COMMENT, remote=remote, text=said, mentions=(f"bluesky:{did}x",), **common)
    return KeptEntrant(
        id=f"bluesky:{did}",
        nonce=sha256(b"%d" % number).hexdigest(),
        network=NetworkName.BLUESKY,
        handle=f"@marie#{number:09}.bsky.social",
        deeds=(comment, Deed(kind=EntryKind.LIKE, **common)),
        account_since=at,
    )


@dataclass
class KeptEntrants:
    """Answers what the steps ask of the table: everybody page by page of 1 MB, parts written and read."""

    count: int
    units: Counter[str] = field(default_factory=Counter)
    parts: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        """Make one item; the others are that one under other numbers."""
        like = entrant(0)
        values = {"pk": "b#galette", "sk": f"e#{like.id}", "schema": 1, "document": document(like), "revision": 1}
        self._like = json.dumps(to_item({**values, "expires": 1_800_000_000}), ensure_ascii=False)
        self.size = size_of(json.loads(self._like))
        self._a_page = -(-PAGE_BYTES // self.size)

    def answer(self, request: Any, **_: Any) -> AWSResponse:
        """Answer one request of botocore's `before-send` event; what that takes is counted."""
        began = time.process_time()
        try:
            return self._answer(request)
        finally:
            self.seconds += time.process_time() - began

    def _answer(self, request: Any) -> AWSResponse:
        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        asked = json.loads(request.body)
        match operation:
            case "Query":
                return self._page(request, asked)
            case "PutItem":
                self.parts[asked["Item"]["sk"]["S"]] = asked["Item"]
                held = len(base64.b64decode(asked["Item"]["part"]["B"])) + 100
                self.units["dynamodb_writes"] += write_units(held)
                return answered(request, {})
            case "GetItem":
                item = self.parts[asked["Key"]["sk"]["S"]]
                held = len(base64.b64decode(item["part"]["B"])) + 100
                self.units["dynamodb_reads"] += round(read_units([held], consistent=True))
                return answered(request, {"Item": item})
        raise ValueError(f"not what a freeze asks: {operation}")

    def _page(self, request: Any, asked: dict[str, Any]) -> AWSResponse:
        after = asked.get("ExclusiveStartKey")
        first = int(after["sk"]["S"][-24:]) + 1 if after else 0
        last = min(first + self._a_page, self.count)
        items = [self._item(number) for number in range(first, last)]
        self.units["dynamodb_reads"] += round(read_units([self.size] * len(items), consistent=True))
        body: dict[str, Any] = {"Items": items, "Count": len(items)}
        if last < self.count:
            body["LastEvaluatedKey"] = {name: items[-1][name] for name in ("pk", "sk")}
        return answered(request, body)

    def _item(self, number: int) -> Item:
        text = self._like.replace("0" * 24, f"{number:024}").replace("#000000000", f"#{number:09}")
        text = text.replace(_letters(0), _letters(number))
        found: Item = json.loads(text)
        return found


def _letters(number: int) -> str:
    """Give a word that no other number has: figures say nothing of who copied whom."""
    return f"zz{number:09}zz".translate(str.maketrans("0123456789", "abcdefghij"))


class Nowhere:
    """A public bucket that holds what is put there."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self.objects: dict[str, bytes] = {}

    def create(self, key: str, body: bytes, _content_type: str, _cache: str) -> bool:
        """Write an object."""
        self.objects[key] = body
        return True


def measure() -> Figures:
    """Freeze a list in steps, find its winners, and say what a million would take."""
    kept = KeptEntrants(ENTRANTS)
    clients = tick.loose_clients()
    recorder = Recorder()
    recorder.listen(clients.dynamodb)
    tick.answer_instead(clients.dynamodb, kept.answer)
    contests = ContestsTable(Table(clients.dynamodb, "ContestsTable"))
    brand = Brand(id="b", name="B", zone="Europe/Paris", contests={"galette": TERMS})
    terms = contests_of(brand)["galette"].model_dump(mode="json", by_alias=True, exclude_none=True)
    contest = Contest(brand="b", name="galette", state=ContestState.CLOSED, terms=terms)
    world: Any = SimpleNamespace(contests=contests, objects=Nowhere())
    began, steps = time.process_time(), 0
    while contest.state is ContestState.CLOSED:
        contest = freezing.freeze_entrants(contest, world, NOW)
        steps += 1
    people, after = None, ""
    while people is None or people.more:
        people = Stretch(contest, contests, after)
        for one in people:
            handle_of(contest.draw_id, bytes.fromhex(one.nonce), one.id)
        after = people.last
        steps += 1
    seconds = time.process_time() - began - kept.seconds
    if contest.entrants != ENTRANTS:
        raise ValueError(f"{contest.entrants} of {ENTRANTS} are in the list: {contest.rejected}")
    return _said(kept, seconds, steps, recorder.counts().total())


def _said(kept: KeptEntrants, seconds: float, steps: int, calls: int) -> Figures:
    """Give the figures of what ran, and those of a million people."""
    times = MILLION / kept.count
    share = min(1.0, cost.gb(FUNCTION) * 1024 / cost.WHOLE_PROCESSOR_MB)
    parts = math.ceil(MILLION / PEOPLE_AT_ONCE)
    again = parts * (math.ceil(parts / PARTS_A_RANGE) - 1)  # of records, and of marks
    stretched = times * (seconds / share + calls * cost.CALL) + 2 * again * cost.CALL
    prices = cost.prices()
    used = {name: times * units for name, units in sorted(kept.units.items())}
    used["dynamodb_reads"] += again * sum(read_units([size], consistent=True) for size in (PART_BYTES, PART_BYTES // 3))
    dollars = {name: prices[name]["price"] * units for name, units in used.items()}
    dollars["lambda_gb_seconds"] = prices["lambda_gb_seconds"]["price"] * stretched * cost.gb(FUNCTION)
    return {
        "entrants": kept.count,
        "entrant_bytes": kept.size,
        "steps": steps,
        "entrant_microseconds": round(seconds / kept.count * 1e6),
        "million": {
            "function_mb": round(cost.gb(FUNCTION) * 1024),
            "function_minutes": round(stretched / 60, 1),
            "ticks": math.ceil(stretched / BUDGET.total_seconds()),
            "read_units": round(used["dynamodb_reads"]),
            "write_units": round(used["dynamodb_writes"]),
            "dollars": round(sum(dollars.values()), 3),
        },
    }


def table(figures: Figures) -> list[str]:
    """Say what the steps take."""
    million = figures["million"]
    return [
        f"through the store, {figures['entrants']} entrants in {figures['steps']} steps, three readings each",
        f"  (comments copied, list, winners)  {figures['entrant_microseconds']:>7} µs of a processor an entrant",
        f"  a million: a function of {million['function_mb']} MB  {million['function_minutes']:>7} minutes",
        f"  in so many ticks                  {million['ticks']:>7}",
        f"  read and write units              {million['read_units']:>7} {million['write_units']}",
        f"  dollars                           {million['dollars']:>7}",
    ]
