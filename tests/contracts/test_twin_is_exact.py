"""The twin of the posts' table answers like the table, whatever is asked of both and in whatever order."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.aws.posts_table import PostsTable
from heraut.due import shards_of
from heraut.errors import HerautError
from heraut.events import EventName, event
from heraut.publishing.model import KIND, SHARDS, State
from heraut.publishing.pacing import Bucket, Pace
from tests.contracts.samples import MINUTE, NOW, attempt, delivery, post
from tests.twins.posts import PostsTwin

if TYPE_CHECKING:
    from collections.abc import Callable

    from heraut.publishing.store import Posts
    from tests.contracts.stack import Stack

BRAND = "boulangerie"
ACCOUNTS = ("journal", "masto")
STEPS = 14  # with one post, then with another
KINDS = ["add", "edit", "gate", "gate", "gate", "change", "change", "stale", "mark"]
INSTANTS = [NOW + number * MINUTE + timedelta(microseconds=1500) for number in range(3)]


def some_step(dice: random.Random, name: str) -> tuple[Any, ...]:
    """Roll a step: what is done, to which delivery, by which attempt, when, and what changes."""
    choices: dict[str, list[Any]] = {
        "state": [State.SCHEDULED, State.SCHEDULED, State.SCHEDULED, State.SENDING, State.CANCELLED],
        "holds": [frozenset(), frozenset(), frozenset({"person:lea"}), frozenset({"pause:*", "person:lea"})],
        "due_at": [None, *INSTANTS],
        "not_before": [None, None, *INSTANTS],
        "attempts": [0, 1, 4, 5],
        "attempt": [None, attempt("a0"), attempt("a1")],
    }
    update = {field: dice.choice(values) for field, values in choices.items() if dice.random() < 0.5}
    return (
        dice.choice(KINDS),
        name,
        dice.choice(ACCOUNTS),
        dice.choice(["a1", "a2"]),
        dice.choice(INSTANTS),
        update,
    )


def told(name: str, moment: Any) -> Any:
    """The same event for both stores."""
    return event(EventName.DECIDED, BRAND, name, None, moment)


def act(posts: Posts, step: tuple[Any, ...], happened: Any, read: dict[tuple[str, str], Any]) -> Any:
    """Do one step; `read` remembers what was read first, for those who act on an old reading."""
    kind, name, account, tried, moment, update = step
    found = posts.delivery(BRAND, name, account)
    seen = read.setdefault((name, account), found)
    if kind == "add":
        made = [delivery(post=name, account=one, due_at=moment, publish_at=moment) for one in ACCOUNTS]
        return posts.add(post(id=name), made, [happened], [f"{name}/{tried}"])
    if kind == "mark":
        rows = list(posts.due(delivery(post=name, account=account).shard, moment))
        return posts.mark_dispatched({row: moment + MINUTE for row in rows if row.post == name})
    if found is None:
        return None
    if kind == "edit":
        newest = posts.post(BRAND, name)
        assert newest is not None
        version = newest.version + (1 if tried == "a1" else 0)
        edited = found.model_copy(update={"version": version, "revision": found.revision + 1, **update})
        return posts.edit(post(id=name, version=version), [edited], [happened])
    if kind == "gate":
        return posts.pass_gate(found, attempt(tried), moment)
    before = (seen or found) if kind == "stale" else found
    return posts.change(before, before.model_copy(update=update), [happened])


def outcome(do: Callable[[], Any]) -> Any:
    """Give what came of it: a value, or the kind of error."""
    try:
        return do()
    except HerautError as error:
        return type(error)


def everything(posts: Posts, name: str) -> list[Any]:
    """Give all that can be read of a post."""
    rows = [row for shard in shards_of(KIND, SHARDS) for row in posts.due(shard, INSTANTS[1])]
    listed = posts.queue(BRAND, INSTANTS[0] + MINUTE / 2, INSTANTS[2])
    return [
        posts.post(BRAND, name),
        list(posts.deliveries(BRAND, name)),
        list(posts.story(BRAND, name)),
        sorted(str(row) for row in rows if row.post == name),
        sorted(one.id for one in listed if one.post == name),
        posts.posts_by_key(BRAND, [f"{name}/{tried}" for tried in ("a1", "a2")]),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_the_twin_answers_like_the_table(posts_stack: Stack, seed: int) -> None:
    """Each step gives the same answer or the same refusal, and leaves the same things behind."""
    dice = random.Random(seed)  # noqa: S311 -- the same rolls each time
    twin, table = PostsTwin(), PostsTable(posts_stack.table)
    for round_ in range(8):
        name = f"p{round_}"
        read_twin: dict[tuple[str, str], Any] = {}
        read_table: dict[tuple[str, str], Any] = {}
        steps = [("add", name, "masto", "a1", INSTANTS[1], {}), *(some_step(dice, name) for _ in range(STEPS))]
        for number, step in enumerate(steps):
            happened = told(name, NOW + timedelta(seconds=number))
            of_twin = outcome(lambda: act(twin, step, happened, read_twin))  # noqa: B023 -- called at once
            of_table = outcome(lambda: act(table, step, happened, read_table))  # noqa: B023 -- called at once
            assert of_twin == of_table, steps[: number + 1]
        assert everything(twin, name) == everything(table, name), steps


@pytest.mark.parametrize("seed", range(3))
def test_the_twin_remembers_limits_like_the_table(posts_stack: Stack, seed: int) -> None:
    """Whatever was told in whatever order, both know the same."""
    dice = random.Random(seed)  # noqa: S311 -- the same rolls each time
    twin, table = PostsTwin(), PostsTable(posts_stack.table)
    for _ in range(60):
        told = Pace(
            remaining=dice.randrange(4),
            resets_at=NOW + dice.randrange(6) * MINUTE,
            limit=dice.choice([None, 10]),
            window_s=dice.choice([None, 300]),
        )
        moment = NOW + dice.randrange(6) * MINUTE
        for posts in (twin, table):
            posts.save_pace(BRAND, "masto", Bucket.POSTS, told, moment)
        known = [posts.delivery_and_pace(BRAND, "p1", "masto", Bucket.POSTS) for posts in (twin, table)]
        assert known[0] == known[1]
