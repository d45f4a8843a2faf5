"""Play the samples on the local stack: apply the configuration, drop the calendar, show what happens.

usage: python -m samples.play [--once]

It stays until Ctrl-C. With `--once` it ends when every delivery is out: exit status 0 only when all went out on time
and were found by an independent reading of the public pages and feeds, 1 otherwise, 2 after ten minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text
from ruamel.yaml import YAML

from heraut.brands import NetworkName
from heraut.brands.apply_configuration import apply_configuration, plan_configuration
from heraut.brands.configuration import read_configuration
from heraut.cli.desk import Desk
from heraut.cli.public_days import with_public_days
from heraut.cli.stacks import LOCAL, open_stack
from heraut.errors import TryAgain
from heraut.publishing.model import State
from heraut.wording import clock, local
from samples import bluesky, reading
from samples.calendar import moved

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from heraut.publishing.model import Delivery

HERE = Path(__file__).parent
CALENDAR = "calendrier.csv"
WORKERS = {"ImportFunction": 1, "PrepareFunction": 2, "PublishFunction": 3, "DispatchFunction": 1, "TellFunction": 1}
WRONG_ACCOUNT = "jurnal"  # the row of the calendar that is wrong on purpose
DEADLINE = timedelta(minutes=10)
LEAST_DELIVERIES, LEAST_POSTS, LEAST_ACCOUNTS = 12, 5, 3
UNDECIDED = frozenset({State.SCHEDULED, State.SENDING, State.UNCONFIRMED})
LINK_CHARACTERS = 46
COLOURS = {State.PUBLISHED: "green", State.SCHEDULED: "cyan", State.SENDING: "yellow", State.FAILED: "red"}


class Stopped(BaseException):
    """Ctrl-C, or the end of `make run`."""


@dataclass
class Play:
    """One playing of the samples: `run` marks the rows of this run, so that each run queues posts of its own."""

    desk: Desk
    started: datetime
    skipped: frozenset[str] = frozenset()
    console: Console = field(default_factory=Console)

    @property
    def run(self) -> str:
        """Give the mark of this run."""
        return f"{self.started:%d%H%M%S}"

    def apply(self) -> None:
        """Apply samples/heraut.yaml, without the accounts that cannot be reached here."""
        document = configuration(self.skipped)
        for brand in document["brands"]:
            known = self.desk.brands.brand(brand["id"])
            brand["revision"] = known.revision if known else 0
        wanted = with_public_days(read_configuration(document), datetime.now(UTC))
        written = apply_configuration(plan_configuration(wanted, self.desk.brands), self.desk.brands)
        self.console.print(
            f"Configuration applied: {', '.join(brand.name for brand in written) or 'as it already was'}."
        )

    @property
    def folder(self) -> str:
        """Give the folder of this run's calendar: each run's file is a file of its own."""
        return f"samples-{self.run}/"

    def try_functions(self) -> bool:
        """Call every function with its self-test, as `make deploy` does: it says what cannot start; whether all do.

        The busy ones more than once at a time: the emulator unpacks the layer for each worker, which takes a while.
        """
        functions = self.desk.stack.clients.calling
        payload = json.dumps({"self_test": True}).encode()
        with ThreadPoolExecutor(sum(WORKERS.values())) as threads:
            started = {
                threads.submit(functions.invoke, FunctionName=self.desk.stack[name], Payload=payload): name
                for name, workers in WORKERS.items()
                for _ in range(workers)
            }
            broken = {
                name: answer["Payload"].read().decode()[:500]
                for done, name in started.items()
                if (answer := done.result()).get("FunctionError")
            }
        for name, why in broken.items():
            self.console.print(f"{name} cannot start: {why}", markup=False)
        if not broken:
            self.console.print("Every function starts.")
        return not broken

    def drop(self) -> None:
        """Put the pictures and then the calendar, moved to now, into the inbox."""
        files = self.desk.files
        for picture in sorted((HERE / "media").iterdir()):
            files.save(f"inbox/{self.folder}media/{picture.name}", picture.read_bytes(), "application/octet-stream")
        calendar = without((HERE / CALENDAR).read_text(encoding="utf-8"), self.skipped)
        text = marked(moved(calendar, datetime.now(UTC)), self.run)
        files.save(f"inbox/{self.folder}{CALENDAR}", text.encode(), "text/csv; charset=utf-8")
        self.console.print(f"{CALENDAR} dropped into the inbox: the first post leaves within seconds.")

    def deliveries(self) -> list[Delivery]:
        """List the queue, soonest first."""
        brands = self.desk.brands.every_brand()
        found = [delivery for brand in brands for delivery in self.desk.posts.queue(brand.id)]
        return sorted(found, key=lambda delivery: (delivery.publish_at, delivery.id))

    def mine(self) -> list[Delivery]:
        """List the deliveries of this run's calendar that leave by themselves (nobody publishes by hand here)."""
        return [
            delivery
            for delivery in self.deliveries()
            if f"-{self.run}-" in delivery.post
            and delivery.publish_at >= self.started
            and delivery.state is not State.DRAFT
            and delivery.network is not NetworkName.BY_HAND
        ]

    def report(self) -> dict[str, Any] | None:
        """Read the report of this run's import, None while there is none."""
        client, bucket = self.desk.stack.clients.s3, self.desk.stack["FilesBucket"]
        found = client.list_objects_v2(Bucket=bucket, Prefix=f"reports/{self.folder}").get("Contents", [])
        keys = {entry["Key"] for entry in found}
        for page in sorted(key for key in keys if key.endswith(".html")):  # written after the other one
            report: dict[str, Any] = json.loads(self.desk.files.read(f"{page.removesuffix('.html')}.json"))
            return report | {"page": self._page(bucket, page)}
        return None

    def _page(self, bucket: str, key: str) -> str:
        """Give where a report can be read: the emulator keeps each object as a file, which needs no long address."""
        kept = next((HERE.parent / ".heraut" / "state" / "objects").glob(f"*/{bucket}/{key}"), None)
        return str(kept.relative_to(HERE.parent)) if kept else self.desk.files.link(key)

    def where_to_look(self) -> None:
        """Say where the pages, feeds and reports are."""
        public = self.desk.stack["PublicUrl"]
        for brand in self.desk.brands.every_brand():
            for account in brand.accounts:
                if account.network is NetworkName.SITE:
                    place = f"{public}/{brand.id}/{account.name}"
                    self.console.print(f"  {brand.name}: {place}/index.html", soft_wrap=True)
        self.console.print(
            "  feed.atom and feed.json stand beside each; messages to people are files in .heraut/mails/"
        )


def configuration(skipped: frozenset[str]) -> dict[str, Any]:
    """Read samples/heraut.yaml, without the accounts that are skipped."""
    document: dict[str, Any] = YAML(typ="safe").load(HERE / "heraut.yaml")
    for brand in document["brands"]:
        brand["accounts"] = [one for one in brand["accounts"] if one["name"] not in skipped]
        groups = brand.get("groups") or {}
        brand["groups"] = {name: [one for one in held if one not in skipped] for name, held in groups.items()}
    return document


def without(calendar: str, accounts: frozenset[str]) -> str:
    """Leave out the columns of texts for accounts that are skipped: a text for nobody is refused."""
    rows = _rows(calendar)
    kept = [at for at, name in enumerate(rows[0]) if name.partition("@")[2] not in accounts]
    return _written([[row[at] for at in kept] for row in rows])


def marked(calendar: str, run: str) -> str:
    """Give each row an id of this run."""
    rows = _rows(calendar)
    return _written([["id", *rows[0]], *([f"{number}-{run}", *row] for number, row in enumerate(rows[1:], 1))])


def _rows(calendar: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(calendar, newline=""), delimiter=";"))


def _written(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(rows)
    return text.getvalue()


def fitting(deliveries: Sequence[Delivery], rows: int) -> Sequence[Delivery]:
    """Give the part of the queue that fits a screen: what leaves next is in its middle."""
    coming = next((place for place, one in enumerate(deliveries) if one.state in UNDECIDED), len(deliveries))
    start = max(0, min(coming - rows // 2, len(deliveries) - rows))
    return deliveries[start : start + rows]


def due(delivery: Delivery, now: datetime) -> str:
    """Say when it leaves, with the day where that is not today."""
    day = local(delivery.publish_at, delivery.zone).date()
    when = clock(delivery.publish_at, delivery.zone, seconds=True)
    return when if day == local(now, delivery.zone).date() else f"{day:%d/%m} {when}"


def lateness(late: timedelta) -> str:
    """Say how late: milliseconds, as long as anybody counts in them."""
    if late < timedelta(seconds=10):
        return f"{late / timedelta(milliseconds=1):.0f} ms"
    minutes, seconds = divmod(round(late.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def table(deliveries: Sequence[Delivery], rows: int, now: datetime, width: int) -> Table:
    """Draw as much of the queue as fits into so many rows; a narrow window, `width` in characters, cuts links alone."""
    shown = fitting(deliveries, rows)
    hidden = len(deliveries) - len(shown)
    columns = {
        "due": [due(one, now) for one in shown],
        "account": [f"{one.brand}/{one.account}" for one in shown],
        "state": [str(one.state) for one in shown],
        "late": [lateness(one.lateness) if one.lateness is not None else "" for one in shown],
    }
    taken = sum(max(map(len, (title, *cells))) + 2 for title, cells in columns.items())
    links = [_link(one.url, max(len("link"), min(LINK_CHARACTERS, width - taken))) for one in shown]
    drawn = Table(box=None, pad_edge=False, header_style="bold", caption=f"{hidden} more" if hidden else None)
    for title in (*columns, "link"):
        drawn.add_column(title, overflow="ellipsis", no_wrap=True)
    for one, link, (when, account, state, late) in zip(shown, links, zip(*columns.values(), strict=True), strict=True):
        drawn.add_row(when, account, Text(state, style=COLOURS.get(one.state, "white")), late, link)
    return drawn


def _link(url: str | None, room: int) -> Text:
    """Show the end of an address, which tells one post from another; all of it opens where the terminal can."""
    if url is None:
        return Text()
    return Text(url if len(url) <= room else f"…{url[1 - room :]}", style=f"link {url}")


@contextlib.contextmanager
def showing(play: Play) -> Iterator[Any]:
    """Show the queue live on a terminal; elsewhere print a line for each change."""
    if play.console.is_terminal:
        with Live(console=play.console, refresh_per_second=4) as live:

            def draw(deliveries: Sequence[Delivery]) -> None:
                size = play.console.size
                live.update(table(deliveries, size.height - 4, datetime.now(UTC), size.width))

            yield draw
        return
    seen: dict[str, State] = {}

    def lines(deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            if seen.get(delivery.id) is not delivery.state:
                seen[delivery.id] = delivery.state
                late = f" {lateness(delivery.lateness)} late" if delivery.lateness is not None else ""
                where = f"{delivery.brand}/{delivery.account}"
                when = due(delivery, datetime.now(UTC))
                print(f"{when} {where:<24} {delivery.state}{late} {delivery.url or ''}".rstrip(), flush=True)

    yield lines


def watch(play: Play, *, once: bool) -> bool:
    """Show the queue until everything of this run is decided (`once`) or for ever; False after ten minutes."""
    said = False
    with showing(play) as show:
        while not once or datetime.now(UTC) - play.started <= DEADLINE:
            with contextlib.suppress(TryAgain):  # slow; when it is gone, whoever started it says so and ends this
                show(play.deliveries())
                report = None if said else play.report()
                if report is not None:
                    said = True
                    _show_report(play, report)
                if once and said and not any(delivery.state in UNDECIDED for delivery in play.mine()):
                    return True
            time.sleep(0.5)
    return False


def _show_report(play: Play, report: dict[str, Any]) -> None:
    counts = ", ".join(f"{number} {outcome}" for outcome, number in report["counts"].items() if number)
    play.console.print(f"Report: {counts}. {report['page']}", soft_wrap=True, markup=False)
    for row in report["rows"]:
        for problem in row["problems"]:
            text = f"  row {row['row']}, {problem['column']}: {problem['message']} {problem['remedy']}"
            play.console.print(text, soft_wrap=True, markup=False)


def verdict(play: Play, network: bluesky.Network | None) -> int:
    """Judge a run that is over, from what stands on the pages and in the feeds; print the last line."""
    mine = play.mine()
    published = [delivery for delivery in mine if delivery.state is State.PUBLISHED]
    complaints = reading.complaints(play.desk, published, network)
    early = reading.early(play.desk, published)
    report = play.report() or {"rows": []}
    refused = [row for row in report["rows"] if row["outcome"] == "refused"]
    if not any(WRONG_ACCOUNT in problem["message"] for row in refused for problem in row["problems"]):
        complaints.append("the wrong row is not in the report")
    enough = (
        len(published) >= LEAST_DELIVERIES
        and len({delivery.post for delivery in published}) >= LEAST_POSTS
        and len({(delivery.brand, delivery.account) for delivery in published}) >= LEAST_ACCOUNTS
    )
    if not enough:
        complaints.append("too few deliveries, posts or accounts")
    for complaint in complaints:
        print(f"NOT FOUND: {complaint}" if ":" in complaint else complaint, flush=True)
    worst = max((delivery.lateness for delivery in published if delivery.lateness is not None), default=timedelta(0))
    failed = len(mine) - len(published)
    seconds = round((datetime.now(UTC) - play.started).total_seconds())
    print(
        f"published={len(published)} failed={failed} early={early} "
        f"worst_lateness_ms={worst / timedelta(milliseconds=1):.0f} seconds={seconds}",
        flush=True,
    )
    return 0 if not complaints and not failed and not early else 1


def play_samples(*, once: bool) -> int:
    """Play; gives the exit status."""
    desk = Desk(open_stack(LOCAL))
    with bluesky.network(desk) as network:
        started = datetime.now(UTC)
        play = Play(desk, started, frozenset() if network else frozenset({bluesky.ACCOUNT}))
        play.apply()
        if network is None:
            print(
                "Account bluesky: skipped (`make peers` installs a whole Bluesky network for this machine).", flush=True
            )
        else:
            desk.secrets.save_secret(bluesky.BRAND, bluesky.ACCOUNT, {"password": network.password})
        waiting = [delivery for delivery in play.deliveries() if delivery.state in UNDECIDED]
        if once or not waiting:
            if not play.try_functions():
                print("Nothing was queued. What happened is in .heraut/emulator.log.", flush=True)
                return 1
            play.drop()
        else:
            print(
                f"{len(waiting)} deliveries wait from the last run; nothing new is queued. What is due leaves with the "
                "first tick, a minute or so after the start.",
                flush=True,
            )
        print("Where to look:", flush=True)
        play.where_to_look()
        try:
            in_time = watch(play, once=once)
        except Stopped:
            return 0 if not once else 1
        if not in_time:
            verdict(play, network)
            return 2
        return verdict(play, network)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def main() -> int:
    """Read the arguments and play."""
    options = argparse.ArgumentParser(prog="samples.play")
    options.add_argument("--once", action="store_true")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        return play_samples(once=options.parse_args().once)
    except Stopped:
        return 0


if __name__ == "__main__":
    sys.exit(main())
