"""What is named as at risk: posts of the account that still wait, soonest first, by how they begin."""

from __future__ import annotations

from datetime import timedelta

from heraut.publishing.model import State
from heraut.publishing.planned_posts import LONGEST, planned_posts
from tests.people import PROMISE, a_delivery, a_post
from tests.twins.posts import PostsTwin

DAY = timedelta(days=1)


def test_what_still_waits_on_the_account_is_given() -> None:
    """Not what left, nor another account's, nor what comes later."""
    posts = PostsTwin()
    for name, account, ahead, state in (
        ("p2", "bluesky", 2 * DAY, State.TO_APPROVE),
        ("p1", "bluesky", DAY, State.SCHEDULED),
        ("p3", "mastodon", DAY, State.SCHEDULED),
        ("p4", "bluesky", DAY, State.CANCELLED),
        ("p5", "bluesky", 9 * DAY, State.SCHEDULED),
    ):
        post = a_post(name, accounts=(account,), publish_at=PROMISE + ahead, text=f"{name}\ndu pain " + "x" * 99)
        posts.add(post, [a_delivery(post, account, state)], [])

    found = planned_posts(posts, "martin", "bluesky", PROMISE, PROMISE + 7 * DAY)

    assert [(one.publish_at, one.words[:10], len(one.words)) for one in found] == [
        (PROMISE + DAY, "p1 du pain", LONGEST),
        (PROMISE + 2 * DAY, "p2 du pain", LONGEST),
    ]
