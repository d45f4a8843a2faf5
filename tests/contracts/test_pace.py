"""What pacing costs on the real tables: nothing for a delivery that nobody holds back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.aws.posts_table import PostsTable
from heraut.publishing.model import Precedence, State
from heraut.publishing.publish_post import publish_post
from tests.twins.desk import Desk
from tests.twins.network import NetworkTwin

if TYPE_CHECKING:
    from tests.contracts.stack import Stack
    from tests.twins.posts import PostsTwin

HOUR = timedelta(hours=1)
SOON = timedelta(seconds=5)


class Counted(Desk):
    """A desk over the real table, whose calls to it are counted."""

    def over(self, stack: Stack) -> Counted:
        """Keep posts in the table from now on."""
        posts: Any = PostsTable(stack.table)
        self.posts: PostsTwin = posts
        object.__setattr__(self.world, "posts", posts)
        self.calls: list[str] = []
        hooks: Any = stack.dynamodb.meta.events
        hooks.register("before-call.dynamodb", lambda model, **_: self.calls.append(model.name))
        return self

    def publish(self) -> tuple[str, list[str]]:
        """Publish what the queue brings next, and give the calls it took."""
        ((_, message),) = self.take()
        self.calls.clear()
        said = publish_post(message, self.world)
        return said, list(self.calls)


@pytest.fixture
def desk(posts_stack: Stack) -> Counted:
    """A desk whose network takes twelve of an account an hour."""
    return Counted(NetworkTwin(allowed=12, window=HOUR)).over(posts_stack)


def test_a_delivery_that_nobody_holds_back_costs_no_call_more(desk: Counted) -> None:
    """What the network told last comes with the delivery; while plenty is left nothing is written of it."""
    desk.queue(at=SOON)
    assert desk.publish() == (
        "published",
        ["BatchGetItem", "GetItem", "UpdateItem", "BatchGetItem", "TransactWriteItems"],
    )


def test_few_left_are_written_and_the_line_is_looked_at(desk: Counted) -> None:
    """One write of what is left; the next reads the account's line; the one too many is moved with one write."""
    reset = desk.clock.now() + HOUR
    desk.network.spend("masto", 10)
    desk.queue("un", post="p1", at=SOON)
    assert desk.publish()[1][-2:] == ["TransactWriteItems", "UpdateItem"]
    desk.queue("deux", post="p2", at=SOON)
    assert desk.publish()[1][:2] == ["BatchGetItem", "Query"]
    three = desk.queue("trois", post="p3", at=SOON, precedence=Precedence.SLOT)
    assert desk.publish() == ("held back", ["BatchGetItem", "Query", "TransactWriteItems"])

    after = desk.read(three)
    assert (after.state, after.attempts, after.not_before) == (State.SCHEDULED, 0, reset)
    assert desk.network.refused == []
