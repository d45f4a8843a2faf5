"""Forget everybody who took part, once the time is over for which the rules say that their data are kept.

First the page and the certificate name nobody any more; then what was said to winners, who took part and who won go,
some thousands a step. What proves the draw stays: codes that nothing links to anybody. Each step may be done twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.contests.previous_winners import remembered_until
from heraut.contests.publish_outcome import publish_outcome
from heraut.contests.running import kept_for
from heraut.contests.write_winners import message_name

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.contests.running import Contest
    from heraut.contests.world import Running

AT_ONCE = 2_000  # items a step: some seconds


def forgets_at(contest: Contest) -> datetime | None:
    """Say when everybody is forgotten who took part in a contest that ended, or was called off; None before that."""
    over_at = contest.called_off.at if contest.called_off else contest.ended_at
    return over_at + kept_for(contest.agreed) if over_at else None


def forget_contest(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest:
    """Take the next step of forgetting a contest that ended; before its time, wait for it; afterwards for nothing."""
    at = forgets_at(contest)
    if contest.forgotten_at is not None or at is None:
        return contest.next(due_at=None)
    if now < at:
        return contest.next(due_at=at)
    if contest.certified and contest.unnamed_at is None:
        every = [one.unnamed() for one in world.contests.winners(contest.brand, contest.name)]
        unnamed = publish_outcome(contest.model_copy(update={"outcome": ""}), brand, every, world, now) or contest
        return unnamed.model_copy(update={"unnamed_at": now, "due_at": now, "revision": contest.revision + 1})
    if world.contests.forget_people(contest.brand, contest.name, AT_ONCE):
        return contest.next(due_at=now)
    world.heard.forget_overheard(list(world.heard.overheard(contest.brand, contest.name)))
    for rank in range(1, contest.agreed.winners + contest.agreed.alternates + 1):
        world.posts.forget(contest.brand, message_name(contest, rank), in_doubt=True)
    if not contest.certified or remembered_until(contest) <= now:
        world.contests.remember_wins(contest.brand, contest.name, {}, now)
    return _emptied(contest, now)


def _emptied(contest: Contest, now: datetime) -> Contest:
    """Give a contest without anybody's name: its terms hold whom they set aside, its news whom people hear of."""
    exclude = contest.agreed.exclude.model_copy(update=dict.fromkeys(("staff", "partners", "accounts")))
    terms = contest.agreed.model_copy(update={"exclude": exclude})
    plain = terms.model_dump(mode="json", by_alias=True, exclude_none=True)
    return contest.next(terms=plain, news=(), walk=None, tally=None, forgotten_at=now, due_at=None)
