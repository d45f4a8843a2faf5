"""The twin of the posts' table answers like the table, whatever is asked of both and in whatever order."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from heraut.due import shards_of
from heraut.errors import HerautError
from heraut.events import EventName, event
from heraut.publishing.model import KIND, SHARDS, State
from tests.contracts.samples import MINUTE, NOW, attempt, delivery, post
from tests.contracts.stack import Stack
from tests.twins.posts import PostsTwin

if TYPE_CHECKING:
    from collections.abc import Callable

    from heraut.publishing.store import Posts

from heraut.aws.posts_table import PostsTable

BRAND = "boulangerie"
POSTS, ACCOUNTS = ("p1", "p2"), ("journal", "masto")
instants = st.integers(0, 5).map(lambda minutes: NOW + minutes * MINUTE + timedelta(microseconds=1500))
changes = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from([State.SCHEDULED, State.SENDING, State.ASKING, State.CANCELLED]),
        "holds": st.frozensets(st.sampled_from(["person:lea", "pause:*"])),
        "due_at": st.none() | instants,
        "not_before": st.none() | instants,
        "attempts": st.integers(0, 6),
        "attempt": st.none() | st.just(attempt("a0")),
    },
)
steps = st.tuples(
    st.sampled_from(["add", "edit", "gate", "change", "stale", "mark"]),
    st.sampled_from(POSTS),
    st.sampled_from(ACCOUNTS),
    st.sampled_from(["a1", "a2"]),
    instants,
    changes,
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
        return [posts.mark_dispatched(row, moment + MINUTE) for row in rows if row.post == name]
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


def everything(posts: Posts) -> list[Any]:
    """Give all that can be read."""
    return [
        [posts.post(BRAND, name) for name in POSTS],
        [list(posts.deliveries(BRAND, name)) for name in POSTS],
        [list(posts.story(BRAND, name)) for name in POSTS],
        sorted(str(row) for shard in shards_of(KIND, SHARDS) for row in posts.due(shard, NOW + 3 * MINUTE)),
        sorted(one.id for one in posts.queue(BRAND, NOW + MINUTE, NOW + 4 * MINUTE)),
        posts.posts_by_key(BRAND, [f"{name}/{tried}" for name in POSTS for tried in ("a1", "a2")]),
    ]


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(steps, min_size=5, max_size=25))
def test_the_twin_answers_like_the_table(asked: list[tuple[Any, ...]]) -> None:
    """Each step gives the same answer or the same refusal, and leaves the same things behind."""
    with mock_aws():
        twin, table = PostsTwin(), PostsTable(Stack.of("PostsTable").table)
        read_twin: dict[tuple[str, str], Any] = {}
        read_table: dict[tuple[str, str], Any] = {}
        for number, step in enumerate([("add", "p1", "masto", "a1", NOW, {}), *asked]):
            happened = told(step[1], NOW + timedelta(seconds=number))
            of_twin = outcome(lambda: act(twin, step, happened, read_twin))  # noqa: B023 -- called at once
            of_table = outcome(lambda: act(table, step, happened, read_table))  # noqa: B023 -- called at once
            assert of_twin == of_table
        assert everything(twin) == everything(table)
