"""Posts that contests and events queue by themselves: planned, withdrawn, whatever moves meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import Account, Brand, NetworkName
from heraut.errors import Conflict
from heraut.publishing import ContestPosts
from heraut.publishing.model import State
from tests.twins.brands import BrandsTwin
from tests.twins.network import NetworkTwin
from tests.twins.posts import PostsTwin
from tests.twins.secrets import SecretsTwin

if TYPE_CHECKING:
    from heraut.publishing.model import Delivery

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
AT = NOW + timedelta(hours=3)
BRAND = Brand(
    id="martin",
    name="Martin",
    accounts=(Account(name="masto", network=NetworkName.MASTODON, instance="https://social.example"),),
)


class Moving(PostsTwin):
    """Posts of which one moves on just before it is changed, `times` times; they are read by their list alone.

    What runs contests and events may not read one post, or one delivery, by itself (infra/template.yaml).
    """

    times = 0
    becomes = State.SCHEDULED

    def change(self, before: Delivery, after: Delivery, *rest: Any, **more: Any) -> None:
        if self.times:
            self.times -= 1
            super().change(before, before.model_copy(update={"state": self.becomes}))
            raise Conflict(before.id)
        super().change(before, after, *rest, **more)

    def post(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("one post is read by itself")

    def delivery(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("one delivery is read by itself")


@pytest.fixture(name="posts")
def _posts() -> Moving:
    return Moving()


@pytest.fixture(name="speaks")
def _speaks(posts: Moving) -> ContestPosts:
    """A post that waits."""
    networks: Any = {NetworkName.MASTODON: NetworkTwin()}
    made = ContestPosts(posts, BrandsTwin(BRAND), SecretsTwin(), networks, "event")
    assert made.plan("martin", "event-x-1d", ["masto"], "Demain !", AT, NOW) == []
    return made


def test_what_is_planned_leaves_at_its_instant_and_is_queued_once(speaks: ContestPosts, posts: Moving) -> None:
    """Whoever asks again changes nothing."""
    speaks.plan("martin", "event-x-1d", ["masto"], "Autre chose", AT + timedelta(hours=1), NOW)

    (one,) = posts.deliveries("martin", "event-x-1d")
    assert (one.state, one.publish_at, one.local) == (State.SCHEDULED, AT, "2026-12-01T13:00")


def test_what_is_withdrawn_does_not_leave(speaks: ContestPosts, posts: Moving) -> None:
    """Done again, it says the same; of a post that never was there is nothing to say."""
    for _ in range(2):
        assert speaks.withdraw("martin", "event-x-1d", NOW).stopped == ("masto",)

    (one,) = posts.deliveries("martin", "event-x-1d")
    assert one.state is State.CANCELLED
    nothing = speaks.withdraw("martin", "event-y", NOW)
    assert (nothing.stopped, nothing.out) == ((), ())


def test_what_moves_while_it_is_withdrawn_is_read_again(speaks: ContestPosts, posts: Moving) -> None:
    """Dispatched at that moment: it does not leave all the same. Leaving already: it is left alone, and said."""
    posts.times = 2
    assert speaks.withdraw("martin", "event-x-1d", NOW).stopped == ("masto",)

    speaks.plan("martin", "event-x-2h", ["masto"], "Bientôt !", AT, NOW)
    posts.times, posts.becomes = 1, State.SENDING
    gone = speaks.withdraw("martin", "event-x-2h", NOW)

    assert (gone.stopped, gone.out) == ((), ("masto",))
