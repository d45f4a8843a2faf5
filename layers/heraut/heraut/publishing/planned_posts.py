"""What is planned on an account: what other rooms name when it is at risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.brands import Planned
from heraut.publishing.model import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.publishing.store import Posts

MOST_READ = 20  # of which the beginning is read
LONGEST = 60  # characters


def planned_posts(posts: Posts, brand: str, account: str, since: datetime, until: datetime) -> Sequence[Planned]:
    """Give the posts of an account that are to leave, soonest first, with the beginning of the first twenty."""
    found = [
        one
        for one in posts.queue(brand, since, until)
        if one.account == account and one.state in {State.SCHEDULED, State.TO_APPROVE}
    ]
    planned = []
    for number, one in enumerate(sorted(found, key=lambda one: (one.publish_at, one.id))):
        post = posts.post(brand, one.post, one.version) if number < MOST_READ else None
        text = " ".join(post.content_for(account, one.network).parts[0].text.split()) if post else ""
        planned.append(Planned(one.publish_at, text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"))
    return planned
