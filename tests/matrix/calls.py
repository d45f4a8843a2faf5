"""Calls as they are recorded, and what can happen to one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum


class Killed(BaseException):
    """The process ends here: nothing of ours may catch it, nothing after it runs."""


class Actor(StrEnum):
    """Whose process makes a call."""

    TICK = "tick"
    PREPARE = "prepare"
    PUBLISH = "publish"
    EDIT = "edit"
    DESK = "desk"  # queues the post, before anything is recorded


@dataclass(frozen=True)
class Call:
    """One recorded call: its place in the run, who made it, over which door, and its name."""

    number: int
    actor: Actor
    service: str  # dynamodb, sqs, lambda, ssm, s3, or the network's own name
    name: str

    @property
    def over_http(self) -> bool:
        """Whether it was made by requests."""
        return self.service in NETWORKS_OVER_HTTP

    @property
    def posts(self) -> bool:
        """Whether a post is made by it."""
        return self.name in {"POST statuses", "POST putRecord"} or (self.service, self.name) == ("s3", "PutObject json")

    @property
    def alike(self) -> str:
        """What it has in common with the calls that differ in their place alone."""
        return f"{self.actor}.{self.name}"

    def __str__(self) -> str:
        return f"{self.number}:{self.actor}:{self.service}.{self.name}"


NETWORKS_OVER_HTTP = frozenset({"mastodon", "imitator", "bluesky"})


class Fate(StrEnum):
    """What happens to the call; the text is what the table says."""

    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"
    LOST_BEFORE = "request lost"
    TIMED_OUT = "timeout after accepting"
    CUT = "cut in the answer"
    FAILED_AFTER = "500 after accepting"
    BUSY = "429 with a time"
    UNREACHABLE = "unreachable"
    NOT_APPLIED = "answer lost, not applied"
    APPLIED = "answer lost, applied"
    APPLIED_SILENT = "applied, every answer lost"
    AWS_FAILED = "500 from AWS after applying"
    THROTTLED = "throttled once"
    THROTTLED_ON = "throttled for half a minute"
    ENTRY_FAILED = "one entry of the batch failed"
    TWICE = "message twice"
    PAST_LEASE = "message past the lease"
    SECOND_BEFORE = "second publisher before"
    SECOND_AFTER = "second publisher after"
    SECOND_DIES = "second publisher before, killed once it posted"
    EDITED_BEFORE = "edited before"
    EDITED_AFTER = "edited after"
    INDEX_LAGS = "index lags here"
    INDEXES_LAG = "indexes lag all along"
    CLOCK = "clock moved"
    STOPPED = "everything stops"


@dataclass(frozen=True)
class Fault:
    """A fate, with its measure where it has one (seconds the clock moves, seconds everything stops)."""

    fate: Fate
    by: float = 0.0

    def __str__(self) -> str:
        if self.fate is Fate.CLOCK:
            return f"clock moved by {_said(self.by)}"
        if self.fate is Fate.STOPPED:
            return f"killed after, everything stops for {_said(self.by).lstrip('+')}"
        return self.fate.value


def _said(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if abs(seconds) >= size and seconds % size == 0:
            return f"{seconds / size:+g} {unit}"
    return f"{seconds:+g} s"


@dataclass
class Tape:
    """The calls of a run, and the fault planned for it."""

    plan: dict[int, Fault] = field(default_factory=dict)
    recording: bool = False
    calls: list[Call] = field(default_factory=list)
    struck: list[Call] = field(default_factory=list)

    def next(self, actor: Actor, service: str, name: str) -> tuple[Call, Fault | None]:
        """Note a call, and say what happens to it."""
        call = Call(len(self.calls), actor, service, name)
        if not self.recording:
            return call, None
        self.calls.append(call)
        fault = self.plan.get(call.number)
        if fault is not None:
            self.struck.append(call)
        return call, fault

    def name(self, call: Call, name: str) -> Call:
        """Give a call its name, once its request was read."""
        named = replace(call, name=name)
        if self.recording:
            self.calls[call.number] = named
        return named
