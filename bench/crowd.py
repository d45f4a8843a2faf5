"""A contest of fifty thousand, from its opening to its end: what its steps read, take, and add to the memory.

The real steps run over twins: a network that makes up its pages as they are asked for, and a store whose entrants are
in a file, so that what grows is the steps' own. They run in an interpreter of their own, first for a hundred people, so
that everything is loaded, then for all; the peak memory that the system tells (`getrusage`) before and after is
compared. Some are blocked, some are named by no list, some take their comment away, and some the last list before the
closing leaves out: those are looked for again. Who is in the list is checked.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.results import ROOT
from heraut.brands import EntryKind, NetworkName
from heraut.networks.base import Blocked, Entry, Listed, Reach
from tests.twins.contest_world import OPENS, ContestWorld, is_over
from tests.twins.contests_on_disk import ContestsOnDisk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.results import Figures

ENTRANTS = 50_000
WARM = 100
PAGE = 100
MEMORY = 64.0  # MiB that a contest may add
GONE_AT = OPENS + timedelta(minutes=20)  # between the first walk and the one before the closing
TERMS: dict[str, Any] = {"closes": "2026-11-23 11:00", "draws": "2026-11-23 12:00", "claim_within": "10 min"}
EXCLUDE = {"families": False, "suspects": {"copied": 20}}


def is_blocked(number: int) -> bool:
    """Whether the account blocks somebody."""
    return number % 100 == 9


def is_unnamed(number: int) -> bool:
    """Whether the network names nobody for their comment."""
    return number % 1_000 == 5


def is_gone(number: int) -> bool:
    """Whether they take their comment away."""
    return number % 500 == 7


def is_left_out(number: int) -> bool:
    """Whether the list leaves them out later on, though their comment is there."""
    return number % 500 == 8


@dataclass
class Everybody:
    """A network on which so many people commented; it makes them up as it is asked."""

    count: int
    reach: Mapping[EntryKind, Reach] = field(default_factory=lambda: {EntryKind.COMMENT: Reach.LISTED})
    asked_for: int = 0

    def entries(self, *asked: Any) -> Listed:
        """Give a page of comments."""
        _account, _secret, _kind, _post, cursor, now = asked
        first = int(cursor or 0)
        end = min(first + PAGE, self.count)
        shown = [one for one in range(first, end) if now < GONE_AT or not (is_gone(one) or is_left_out(one))]
        return Listed(tuple(map(self._entry, shown)), str(end) if end < self.count else None, frozenset({"@me"}))

    def still_there(self, *asked: Any) -> frozenset[str]:
        """Say which comments are still there."""
        _account, _secret, comments, _now = asked
        self.asked_for += len(comments)
        return frozenset(one for one in comments if not is_gone(int(one)))

    def blocked(self, *asked: Any) -> Blocked:
        """Give a page of those whom the account blocks."""
        _account, _secret, cursor, _now = asked
        first = int(cursor or 0)
        end = min(first + PAGE * PAGE, self.count)
        who = frozenset(f"bluesky:p{one:08}" for one in range(first, end) if is_blocked(one))
        return Blocked(who, str(end) if end < self.count else None)

    def follows(self, *_: Any) -> frozenset[str]:
        """Nobody is asked to follow."""
        return frozenset()

    def heard(self, *_: Any) -> None:
        """Nothing is heard."""

    def post_at(self, *asked: Any) -> str:
        """Give the post at `https://twin.example/<id>`."""
        return str(asked[2]).rpartition("/")[2]

    def _entry(self, number: int) -> Entry:
        named = not is_unnamed(number)
        return Entry(
            kind=EntryKind.COMMENT,
            by=f"bluesky:p{number:08}" if named else None,
            name=f"Marie {number}" if named else "",
            handle=f"@marie{number}" if named else "",
            remote=f"{number}",
            text=f"Je participe avec @paul.test pour le panier garni, merci à toute la boutique et à {_word(number)}",
            at=OPENS + timedelta(minutes=3),
            mentions=("bluesky:paul",),
        )


def _word(number: int) -> str:
    return f"{number:08}".translate(str.maketrans("0123456789", "abcdefghij"))


def play(count: int, folder: Path) -> dict[str, Any]:
    """Play a contest of so many to its end; gives what its steps took."""
    contests = ContestsOnDisk(folder / f"{count}.db")
    world = ContestWorld(contests=contests, exclude=EXCLUDE, **TERMS)
    network = Everybody(count)
    world.with_changes(networks={NetworkName.BLUESKY: network})
    began = time.process_time()
    world.run()
    wrong = {
        "blocked": sum(map(is_blocked, range(count))),
        "deleted": sum(map(is_gone, range(count))),
        "unnamed": sum(map(is_unnamed, range(count))),
    }
    contest = world.contest
    rejected = {reason: many for reason, many in wrong.items() if many}
    if not is_over(world) or contest.rejected != rejected or contest.entrants != count - sum(rejected.values()):
        raise ValueError(f"{contest.state}: {contest.entrants} of {count} are in the list, {contest.rejected} are not")
    return {
        "seconds": round(time.process_time() - began, 1),
        "steps": contests.steps["steps"],
        "longest_step_seconds": round(contests.longest, 2),
        "asked_for_again": network.asked_for,
        "most_in_a_step": dict(sorted(contests.most.items())),
    }


def measure(entrants: int = ENTRANTS) -> Figures:
    """Play a small contest, then a large one, in an interpreter of their own."""
    ran = subprocess.run(
        [sys.executable, "-m", "bench.crowd", str(entrants)],
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'heraut'}"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    figures: Figures = json.loads(ran.stdout)
    return figures


def table(figures: Figures) -> list[str]:
    """Say what the steps took."""
    most = figures["most_in_a_step"]
    return [
        f"{figures['entrants']} entrants from the opening to the end, in {figures['steps']} steps",
        f"  processor, twins included          {figures['seconds']:>8} s",
        f"  that of the longest step           {figures['longest_step_seconds']:>8} s",
        f"  memory that it added               {figures['added_mib']:>8} MiB (at most {MEMORY})",
        f"  people read by one step at most    {most['read']:>8}",
        f"  looked up, and written             {most['looked_up']:>8} {most['written']}",
        f"  the contest's item at most         {most['contest_bytes']:>8} bytes",
        f"  comments asked for again           {figures['asked_for_again']:>8}",
    ]


def broken(figures: Figures) -> str | None:
    """A contest whose memory grows with its entrants would stop at some number of them."""
    added = figures["added_mib"]
    return f"crowd: {added} MiB for {figures['entrants']} entrants" if added > MEMORY else None


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


def main(entrants: int) -> None:
    """Play both contests, and print the figures of the large one."""
    with tempfile.TemporaryDirectory() as folder:
        play(WARM, Path(folder))
        before = _peak()
        figures = play(entrants, Path(folder))
    print(json.dumps({"entrants": entrants, **figures, "added_mib": round(_peak() - before, 1)}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
