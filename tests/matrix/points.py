"""The points: each recorded call with each fault that can strike it, and what may come of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.matrix.calls import Actor, Call, Fate, Fault, Tape
from tests.matrix.doors import LAG
from tests.matrix.theatre import EDITED, PROMISE
from tests.matrix.verdict import Outcome, Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.matrix.theatre import Queued, Theatre

NETWORKS = ("mastodon", "imitator", "bluesky", "site")
LOST_ANSWER = "lost answer"  # a single post whose answer was lost: here the calls that read back are struck
ANSWER = "answer"  # to what somebody said
VARIANTS = ("single", "thread", "image", "edit in flight", LOST_ANSWER, "spring night", "autumn night", ANSWER)
PLAYED = {  # by the suite; `python -m tests.matrix` plays every variant on every network
    "mastodon": VARIANTS,
    "imitator": ("single", "thread", LOST_ANSWER, ANSWER),
    "bluesky": ("single", "thread", "image", "edit in flight", LOST_ANSWER, ANSWER),
    "site": ("single", "thread", "image", "edit in flight", LOST_ANSWER),
}
NIGHTS = {
    "spring night": (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "2027-03-28T03:00"),  # the first hour after the gap
    "autumn night": (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25T02:30"),  # the first of the two
}
SHOWN = (timedelta(0), timedelta(seconds=5), timedelta(seconds=60), None)
WHOLE_WINDOW, PART_OF_WINDOW = 300.0, 70.0  # seconds without any read-back
SHOWN_LATE = timedelta(seconds=60)
DEATHS = frozenset({Fate.KILLED_BEFORE, Fate.KILLED_AFTER})
FEW = DEATHS | {
    Fate.SECOND_BEFORE,
    Fate.SECOND_DIES,
    Fate.APPLIED_SILENT,
    Fate.ENTRY_FAILED,
    Fate.TWICE,
    Fate.PAST_LEASE,
}
APART = frozenset({Fate.CLOCK, Fate.EDITED_BEFORE, Fate.EDITED_AFTER})
IN_TIME = timedelta(minutes=2)  # from the start of a doubtful attempt to a decision or a question
DECISIVE = frozenset({"publish.UpdateItem gate", "publish.TransactWriteItems", "tick.SendMessageBatch"})

CLOCKS = (1.0, -1.0, 90.0, -90.0, 3600.0, 86400.0)
STOPS = (600.0, 3900.0)
EDIT_AHEAD = timedelta(seconds=20)
LASTING = timedelta(hours=4)

EVERYWHERE = (Fate.KILLED_BEFORE, Fate.KILLED_AFTER, Fate.SECOND_BEFORE, Fate.SECOND_AFTER)
EDITS = (Fate.EDITED_BEFORE, Fate.EDITED_AFTER)
OF_AWS = (Fate.NOT_APPLIED, Fate.APPLIED, Fate.APPLIED_SILENT, Fate.AWS_FAILED, Fate.THROTTLED, Fate.THROTTLED_ON)
OF_QUEUE = (Fate.ENTRY_FAILED, Fate.TWICE, Fate.PAST_LEASE)
OF_NETWORK = (Fate.LOST_BEFORE, Fate.TIMED_OUT, Fate.CUT, Fate.FAILED_AFTER, Fate.BUSY, Fate.UNREACHABLE)
DOUBTFUL = frozenset(
    {Fate.KILLED_BEFORE, Fate.KILLED_AFTER, Fate.LOST_BEFORE, Fate.TIMED_OUT, Fate.CUT, Fate.FAILED_AFTER}
)


@dataclass(frozen=True)
class Point:
    """A call, its fault, when the network shows what it accepted, and for how long (seconds) it cannot be read back."""

    network: str
    variant: str
    call: Call
    fault: Fault
    shown: timedelta | None = timedelta(0)
    blind: float = 0.0

    def __str__(self) -> str:
        shown = "never shown" if self.shown is None else f"shown after {self.shown.total_seconds():.0f} s"
        blind = f", blind for {self.blind:.0f} s" if self.blind else ""
        return f"{self.network} | {self.variant} | {self.call} | {self.fault} | {shown}{blind}"


class Script:
    """A variant on a network, queued once and played as often as there are points."""

    def __init__(self, theatre: Theatre, network: str, variant: str) -> None:
        self.theatre = theatre
        self.network = network
        self.variant = variant
        kind = variant if variant in {"thread", "image", ANSWER} else "single"
        promise, local = NIGHTS.get(variant, (PROMISE, ""))
        self.queued: Queued = theatre.queue(network, kind, promise, local)
        self.base: dict[int, Fault] = {}
        self.tape = Tape(recording=True)
        self.clean = self._play(self.tape, timedelta(0), 0.0, None)
        if variant == LOST_ANSWER:
            posting = next(call for call in self.tape.calls if call.posts)
            self.base = {posting.number: Fault(Fate.APPLIED_SILENT if network == "site" else Fate.TIMED_OUT)}
            self.tape = Tape(self.base, recording=True)
            self.clean = self._play(self.tape, SHOWN_LATE, 0.0, None)

    def points(self) -> Iterator[Point]:
        """Give every point of this variant on this network."""
        begun = max(self.base, default=-1)
        for call in self.tape.calls[begun + 1 :]:
            for fault in self._faults(call):
                yield from self._seen(call, fault)

    def chosen(self) -> Iterator[Point]:
        """Give the points that the suite plays; `python -m tests.matrix` plays them all.

        Of calls that are alike (four shards, two reads of the configuration) the first. Every fault on Mastodon's
        single post and on its lost answer; elsewhere every fault where post, gate or outcome are written, and at the
        other calls, which are the same ones, the worker's death; a moved clock and an edit at a single post's own call.
        Networks and variants differ in their own calls: at ours, which they share, a few faults stand for all.
        """
        heard: set[str] = set()
        whole = self.network == "mastodon" and self.variant in {"single", LOST_ANSWER}
        for call in self.tape.calls[max(self.base, default=-1) + 1 :]:
            if call.alike in heard and not call.posts:
                continue
            heard.add(call.alike)
            for fault in self._faults(call):
                apart = fault.fate in APART and not (self.variant == "single" and call.posts)
                if not whole and not self._own(call) and fault.fate not in FEW:
                    continue
                if whole or fault.fate in DEATHS or (self._decides(call) and not apart):
                    yield from self._seen(call, fault)

    def _decides(self, call: Call) -> bool:
        """Whether a call of this variant is one that makes the difference between once, twice and never."""
        if self.variant in NIGHTS:
            return call.posts
        return self._own(call) or call.alike in DECISIVE or call.actor is Actor.EDIT

    def _own(self, call: Call) -> bool:
        """Whether no other network, or no other variant, makes this call."""
        return call.posts or (call.over_http and call.actor is Actor.PREPARE)

    def play(self, point: Point) -> Outcome:
        """Play a point and judge it."""
        tape = Tape({**self.base, point.call.number: point.fault}, recording=True)
        outcome = self._play(tape, point.shown, point.blind, point.fault)
        struck = next((call for call in tape.struck if call.number == point.call.number), None)
        if struck is None or (struck.actor, struck.service) != (point.call.actor, point.call.service):
            return replace(outcome, wrong=(*outcome.wrong, f"the fault struck {struck or 'nothing'}"))
        return outcome

    def _play(self, tape: Tape, shown: timedelta | None, blind: float, fault: Fault | None) -> Outcome:
        queued, theatre = self.queued, self.theatre
        tables = theatre.tables
        tables.begin(queued.saved, queued.begins)
        tables.keeps_past = fault is not None and fault.fate is Fate.INDEX_LAGS
        tables.lag = LAG if fault is not None and fault.fate is Fate.INDEXES_LAG else timedelta(0)
        versions = [queued.texts]

        def edit() -> None:
            if tables.delivery()["version"] == 1:
                theatre.edit(hall, queued)

        with theatre.playing(queued.begins, tape) as hall:
            theatre.furnish(hall, queued.texts, queued.promise, commented=queued.answers is not None)
            for double in hall.doubles.values():
                double.shown_after = shown
                double.blind_until = queued.promise + timedelta(seconds=blind)
            hall.person = edit
            if self.variant == "edit in flight":
                hall.time.at(queued.promise - EDIT_AHEAD, edit)
            hall.begin_ticks()
            hall.run(LASTING)
            versions.append((EDITED,))
            return judge(hall, self.network, versions, queued.answers)

    def _faults(self, call: Call) -> Iterator[Fault]:
        if self.variant in NIGHTS:
            yield from map(Fault, (*EVERYWHERE, *(OF_NETWORK if call.over_http else OF_AWS)))
            return
        fates = [*EVERYWHERE]
        if not call.number:
            fates.append(Fate.INDEXES_LAG)
        if call.over_http:
            fates += OF_NETWORK
        else:
            fates += OF_AWS
        if call.actor is Actor.PUBLISH:
            fates.append(Fate.SECOND_DIES)
        if call.service == "sqs":
            fates += OF_QUEUE
        if call.name in {"Query due", "Query queue"}:
            fates.append(Fate.INDEX_LAGS)
        if self.variant in {"single", "thread", "image"} and call.actor is not Actor.EDIT:
            fates += EDITS
        yield from map(Fault, fates)
        yield from (Fault(Fate.CLOCK, by) for by in CLOCKS)
        if call.posts:
            yield from (Fault(Fate.STOPPED, by) for by in STOPS)

    def _seen(self, call: Call, fault: Fault) -> Iterator[Point]:
        """Where a doubt can follow, the network shows what it accepted at once, later, or never."""
        if not call.over_http or not call.posts or fault.fate not in DOUBTFUL | {Fate.STOPPED}:
            at_once = SHOWN_LATE if self.variant == LOST_ANSWER else SHOWN[0]
            yield Point(self.network, self.variant, call, fault, at_once)
            return
        for shown in SHOWN:
            yield Point(self.network, self.variant, call, fault, shown)
        if fault.fate is Fate.TIMED_OUT:
            yield Point(self.network, self.variant, call, fault, SHOWN[0], WHOLE_WINDOW)
            yield Point(self.network, self.variant, call, fault, SHOWN[0], PART_OF_WINDOW)


def allowed(point: Point) -> frozenset[Verdict]:
    """What may come of a point: once; anything else only for a reason that stands here."""
    may, fault = {Verdict.ONCE}, point.fault
    if point.blind == WHOLE_WINDOW:
        may.add(Verdict.ASKED)  # nothing could be read in the whole window
    if fault.fate is Fate.CLOCK and fault.by >= 3600:
        may |= {
            Verdict.EXPIRED,
            Verdict.ASKED,
        }  # our clock says that it is more than an hour late, or the key forgotten
    if fault.fate is Fate.STOPPED and fault.by >= 3600:
        may.add(Verdict.ASKED)  # the key is forgotten, and it is too late to leave without a decision
    if point.network == "imitator":
        may.add(Verdict.ASKED)  # it knows no repeat; `wrong_of` says when it may
    return frozenset(may)


def wrong_of(point: Point, outcome: Outcome) -> list[str]:
    """Say what is wrong with what came of a point; nothing, where all is well."""
    fate = point.fault.fate
    wrong = list(outcome.wrong)
    if outcome.verdict not in allowed(point):
        wrong.append(f"{outcome.verdict} is not allowed here")
    if fate not in {Fate.CLOCK, Fate.STOPPED} and outcome.decided_after and outcome.decided_after > IN_TIME:
        wrong.append(f"in doubt for {outcome.decided_after}")
    readable = point.shown is not None and point.blind != WHOLE_WINDOW and fate is not Fate.STOPPED
    if outcome.verdict is Verdict.ASKED and outcome.whole and readable and fate is not Fate.CLOCK:
        wrong.append("asked, though it could be read back")
    return wrong
