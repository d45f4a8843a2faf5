"""Watching the samples play: the stack may be slow, and may be stopped."""

from __future__ import annotations

import io
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from heraut.brands import NetworkName
from heraut.errors import TryAgain
from heraut.publishing.model import Delivery, State
from samples import play

if TYPE_CHECKING:
    from collections.abc import Sequence


NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
LATE_IN_TEST = timedelta(milliseconds=151)


class SlowStack:
    """A stack that does not answer a few times, and has then published everything."""

    def __init__(self, silences: int, started: datetime) -> None:
        self.console = Console(quiet=True)
        self.started = started
        self.silences = silences

    def deliveries(self) -> Sequence[Delivery]:
        if self.silences:
            self.silences -= 1
            text = "list items: ReadTimeoutError"
            raise TryAgain(text)
        return ()

    mine = deliveries

    def report(self) -> dict[str, Any]:
        return {"key": "reports/a.json", "page": "http://127.0.0.1/a.html", "counts": {}, "rows": []}


def test_a_stack_that_is_slow_to_answer_does_not_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cores that build and publish at once are slow for seconds."""
    monkeypatch.setattr(time, "sleep", lambda _: None)
    stack = SlowStack(3, datetime.now(UTC))

    assert play.watch(stack, once=True)  # type: ignore[arg-type]
    assert stack.silences == 0


def test_a_stack_that_never_answers_ends_a_run_that_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten minutes, then exit status 2."""
    monkeypatch.setattr(time, "sleep", lambda _: None)
    stack = SlowStack(1000, datetime.now(UTC) - play.DEADLINE - timedelta(seconds=1))

    assert not play.watch(stack, once=True)  # type: ignore[arg-type]


def queue(published: int, waiting: int) -> list[Delivery]:
    """So many deliveries that left, then so many that wait."""
    states = [State.PUBLISHED] * published + [State.SCHEDULED] * waiting
    return [
        Delivery(brand="b", post=str(n), account="site", network=NetworkName.SITE, publish_at=NOON, state=state)
        for n, state in enumerate(states)
    ]


@pytest.mark.parametrize(
    ("published", "waiting", "rows", "expected"),
    [
        (0, 20, 10, range(10)),
        (14, 14, 10, range(9, 19)),
        (20, 3, 10, range(13, 23)),
        (20, 0, 10, range(10, 20)),
        (3, 3, 10, range(6)),
    ],
)
def test_what_leaves_next_is_on_the_screen(published: int, waiting: int, rows: int, expected: range) -> None:
    """A queue longer than the screen does not hide the post that one waits for."""
    shown = play.fitting(queue(published, waiting), rows)

    assert [int(one.post) for one in shown] == list(expected)


def test_the_queue_fits_the_screen() -> None:
    """Long addresses take one line, and end with what tells them apart."""
    held = queue(30, 5)
    url = "http://127.0.0.1:4566/heraut-local-publicbucket-4395594e17390/martin/journal/p/1-21012841-o2shm3.html"
    console = Console(width=100, height=24, record=True, quiet=False, file=io.StringIO())

    console.print(play.table([one.model_copy(update={"url": url}) for one in held], 20, NOON, 100))

    lines = console.export_text().splitlines()
    assert len(lines) <= 24
    assert lines[1].rstrip().endswith("1-21012841-o2shm3.html")
    assert "15 more" in lines[-1]


def test_a_narrow_window_cuts_the_links_alone() -> None:
    """A terminal of 80 columns, as most open, still says when, where and how late."""
    url = "http://127.0.0.1:4566/heraut-local-publicbucket-4395594e17390/librairie/vitrine/p/1-21012841-o2shm3.html"
    gone = [
        one.model_copy(
            update={"brand": "mots-passants", "account": "vitrine", "url": url, "published_at": NOON + LATE_IN_TEST}
        )
        for one in queue(12, 0)
    ]
    console = Console(width=80, height=24, record=True, quiet=False, file=io.StringIO())

    console.print(play.table(gone, 20, NOON, 80))

    said = console.export_text().splitlines()[1].split()
    assert said[:-1] == ["12:00:00", "mots-passants/vitrine", "published", "151", "ms"]
    assert said[-1].endswith("o2shm3.html")


@pytest.mark.parametrize(
    ("late", "said"),
    [
        (timedelta(milliseconds=151), "151 ms"),
        (timedelta(seconds=9.9), "9900 ms"),
        (timedelta(seconds=12), "12 s"),
        (timedelta(seconds=207.283), "3 min 27 s"),
    ],
)
def test_how_late_is_said_as_people_count(late: timedelta, said: str) -> None:
    """What waited for a restart is minutes late, not thousands of milliseconds."""
    assert play.lateness(late) == said


def test_the_day_is_said_where_it_is_not_today() -> None:
    """An hour alone would be taken for today's."""
    (delivery,) = queue(0, 1)

    assert "/" not in play.due(delivery, NOON)
    assert play.due(delivery, NOON - timedelta(days=2)).startswith(f"{NOON:%d/%m} ")


@pytest.mark.parametrize(
    ("broken", "said"), [(False, "Every function starts."), (True, "PublishFunction cannot start")]
)
def test_what_cannot_start_is_not_said_to_start(broken: bool, said: str) -> None:
    """A run without its publisher would queue posts that nothing sends."""

    class Functions:
        def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - AWS's names
            failed = broken and FunctionName == "PublishFunction" and b"self_test" in Payload
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b"no layer")} if failed else {}

    class Stack:
        clients = SimpleNamespace(calling=Functions())

        def __getitem__(self, output: str) -> str:
            return output

    out = io.StringIO()
    desk = SimpleNamespace(stack=Stack())
    run = play.Play(desk, NOON, console=Console(file=out, width=200))  # type: ignore[arg-type]

    assert run.try_functions() is not broken
    assert said in out.getvalue()
    assert ("Every function starts." in out.getvalue()) is not broken


def test_a_post_of_ones_own_is_not_waited_for() -> None:
    """Who queued a post for this evening, and plays the samples again, is not kept until then."""
    own, theirs = queue(0, 2)
    run = f"{NOON:%d%H%M%S}"
    kept = [one.model_copy(update={"post": post}) for one, post in ((own, "1123-2000-x2qgze"), (theirs, f"1-{run}-ck"))]
    posts = SimpleNamespace(queue=lambda _: kept)
    brands = SimpleNamespace(every_brand=lambda: [SimpleNamespace(id="b")])

    playing = play.Play(SimpleNamespace(posts=posts, brands=brands), NOON)  # type: ignore[arg-type]

    assert [one.post for one in playing.mine()] == [f"1-{run}-ck"]
