"""A thousand posts over fifty accounts, due in one minute: each reaches its network once, none before its second."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.e2e.crowd import BRAND, FILE, POSTS
from tests.e2e.test_publishing import deliveries
from tests.e2e.world import eventually, reports

if TYPE_CHECKING:
    from bench.mastodon_double import Double
    from tests.e2e.crowd import Crowd
    from tests.e2e.world import World


@pytest.mark.timeout(420)
def test_a_thousand_posts_of_one_minute_leave_once_each_and_none_too_early(crowd: Crowd, mastodon: Double) -> None:
    """From a calendar in the inbox to the network's own books: none lost, doubled, early, asked about or failed."""
    world, due = crowd.world, crowd.due
    eventually(lambda: len({text for _, _, text in mastodon.arrivals}) == POSTS, 300, every=1)
    (report,) = eventually(lambda: reports(world, FILE))  # rows are still read while the first ones leave
    assert report["counts"] | {"queued": POSTS, "refused": 0} == report["counts"]

    mine = {name: one for name, one in deliveries(world).items() if one["brand"] == BRAND}
    eventually(lambda: _states(world) == {"published": POSTS}, 60, every=2)

    times = Counter(text for _, _, text in mastodon.arrivals)
    early = [text for at, _, text in mastodon.arrivals if at < due[text].timestamp()]
    assert len(mine) == POSTS
    assert set(times) == set(due)
    assert set(times.values()) == {1}
    assert not early
    assert not [mail for mail in world.mails() if "max@foule.example" in str(mail["To"])]
    assert _waiting(world, "FailedQueueUrl") == 0


def _states(world: World) -> Counter[str]:
    return Counter(one["state"] for one in deliveries(world).values() if one["brand"] == BRAND)


def _waiting(world: World, queue: str) -> int:
    wanted = "ApproximateNumberOfMessages"
    answer = world.client("sqs").get_queue_attributes(QueueUrl=world.outputs[queue], AttributeNames=[wanted])
    return int(answer["Attributes"][wanted])
