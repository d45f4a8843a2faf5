"""Look for what winners say to the answer that they got, so that people hear it as what it is: a prize to be noted.

It comes in among the brand's comments as well; here a winner's is known by who wrote it, below their own entry. Where a
network does not list what stands there (Instagram), it is only among the comments.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands import EntryKind, use_secret
from heraut.contests.running import Place
from heraut.contests.write_winners import comment_of
from heraut.errors import CredentialsExpired, NetworkError
from heraut.networks.base import Lists

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.contests.running import Contest, Winner
    from heraut.contests.world import Running
    from heraut.networks.base import Listed

log = logging.getLogger(__name__)
EVERY = timedelta(minutes=5)
MOST = 50  # winners whom we listen for at once: each is a call
LONGEST = 300  # characters that people are shown


def listened_for(every: Sequence[Winner]) -> list[Winner]:
    """Give the winners whose time to answer runs and who did not."""
    waited = [one for one in every if one.place is Place.WON and one.until is not None]
    return [one for one in waited if one.heard_at is not None and not one.answer][:MOST]


def next_look_at(every: Sequence[Winner]) -> datetime | None:
    """Say when to look again, None when nobody is listened for."""
    return min((one.heard_at + EVERY for one in listened_for(every) if one.heard_at), default=None)


def hear_next(contest: Contest, brand: Brand, every: Sequence[Winner], world: Running, now: datetime) -> Contest | None:
    """Look for one winner's words; None when it is not yet time to look for anybody's."""
    due = [one for one in listened_for(every) if one.heard_at and one.heard_at + EVERY <= now]
    if not due:
        return None
    one = due[0]
    said = _said(contest, one, brand, world, now)
    after = one.after(now, "answered", answer=said[:LONGEST], heard_at=now) if said else one.looked(now)
    world.contests.change_winner(contest.brand, contest.name, after)
    return contest.next(due_at=now)


def _said(contest: Contest, one: Winner, brand: Brand, world: Running, now: datetime) -> str:
    """Give the winner's words below their own entry since they were written to, "" where there are none."""
    deed = comment_of(contest, one, world)
    account = brand.account(deed.account) if deed else None
    adapter = world.networks.get(account.network) if account else None
    if deed is None or deed.remote is None or account is None or adapter is None or not isinstance(adapter, Lists):
        return ""
    lists: Lists = adapter
    comment = deed.remote

    def read(secret: dict[str, str]) -> Listed:
        return lists.entries(account, secret, EntryKind.COMMENT, comment, None, now)

    try:
        found = use_secret(world.secrets, brand.id, account.name, lambda secret: read(dict(secret)), CredentialsExpired)
    except NetworkError as error:
        log.warning("what rank %s of %s/%s says is not known: %s", one.rank, contest.brand, contest.name, error)
        return ""
    theirs = [entry for entry in found.entries if entry.by == one.id and entry.remote != comment]
    new = [entry for entry in theirs if one.sent_at is None or entry.at is None or entry.at >= one.sent_at]
    return " ".join(entry.text for entry in new if entry.text).strip()
