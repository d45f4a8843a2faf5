"""Let one contest go on, a step at a time, until it waits for something.

A step does what may be done twice (publish what is named by what it holds, queue a post of a fixed name, ask who only
looks), and then notes that it was done, in one write to the revision that was read. Whoever dies in between does the
same again; of two who run at once one goes on. What people hear is said first and noted after: twice rather than never.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands import ContestState
from heraut.contests.announce_winners import announce_winners, promote_alternates
from heraut.contests.call_off import say_called_off
from heraut.contests.check_winners import check_next
from heraut.contests.collect_entrants import begun_walk, next_walk_at, walked_on
from heraut.contests.commit_draw import commit_draw
from heraut.contests.draw_winners import certify, draw_winners
from heraut.contests.forget_contest import forget_contest
from heraut.contests.freeze_entrants import freeze_entrants
from heraut.contests.keep_entrants import over
from heraut.contests.open_contest import opened, rules_shown
from heraut.contests.plan_contests import held_terms, plain_terms
from heraut.contests.previous_winners import remember_winners
from heraut.contests.running import Contest
from heraut.contests.take_heard import heard_taken, next_heard_at
from heraut.contests.tell_news import AGAIN, told
from heraut.contests.witness_commitment import comes_at, show_commitment
from heraut.contests.words import message
from heraut.due import instant, stamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from heraut.brands import Brand, Person
    from heraut.contests.running import Head, News
    from heraut.contests.world import Running
    from heraut.notifications.base import Message

SETTLING = timedelta(seconds=20)  # that networks are given to list what came in the closing second

Step = tuple[Contest, "tuple[Head, Head] | None"]


def advance(brand_id: str, name: str, world: Running, until: datetime) -> int:
    """Do the steps of one contest that can be done by now, until then at the latest; gives how many."""
    steps = 0
    while True:
        now = instant(stamp(world.clock.now()))
        brand, contest = world.brands.brand(brand_id), world.contests.contest(brand_id, name)
        if brand is None or contest is None or contest.due_at is None or contest.due_at > now or now > until:
            return steps
        telling = contest.news and (contest.quiet_until is None or contest.quiet_until <= now)
        after, heads = (_told if telling else _step)(contest, brand, world, now)
        world.contests.change(contest, _awake(after, now), heads)
        steps += 1


def _awake(contest: Contest, now: datetime) -> Contest:
    """Let a contest that has something to tell be due for it."""
    if not contest.news:
        return contest
    wake = contest.quiet_until or now
    return contest.model_copy(update={"due_at": min(contest.due_at or wake, wake)})


def _step(contest: Contest, brand: Brand, world: Running, now: datetime) -> Step:
    match contest.state:
        case ContestState.FROZEN:
            return commit_draw(contest, world, now)
        case ContestState.COMMITTED:
            return _committed(contest, brand, world, now)
        case state if state in ALONE:
            return ALONE[state](contest, brand, world, now), None
        case _:
            return contest.next(due_at=None), None


def _collected(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest:
    terms = contest.agreed
    if not contest.rules_shown:
        return rules_shown(contest, brand, world, now)
    if now >= over(terms):
        held = held_terms(contest, brand, ContestState.OPEN)
        return contest.next(
            state=ContestState.CLOSED, terms=plain_terms(held), walk=None, due_at=max(now, over(held) + SETTLING)
        )
    if contest.walk is not None:
        after = walked_on(contest, brand, terms, world, now)
    elif next_walk_at(contest, terms) <= now:
        after = begun_walk(contest, brand, terms, world, now)
    elif next_heard_at(contest, now) <= now:
        after = heard_taken(contest, brand, terms, world, now)
    else:
        after = contest.next(due_at=min(next_walk_at(contest, terms), next_heard_at(contest, now)))
    due_at = min(after.due_at or now, over(terms))
    return after.model_copy(update={"due_at": due_at})


def _closed(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest:
    """Read every list once more, take note of what was heard until now, then freeze."""
    terms = contest.agreed
    if contest.walk is not None:
        return walked_on(contest, brand, terms, world, now)
    if contest.walked_at is None or contest.walked_at < over(terms):
        return begun_walk(contest, brand, terms, world, now)
    if contest.heard_at is None or contest.heard_at < contest.walked_at:
        return heard_taken(contest, brand, terms, world, now)
    held = contest.model_copy(update={"terms": plain_terms(held_terms(contest, brand, ContestState.CLOSED))})
    return freeze_entrants(held, world, now)


def _committed(contest: Contest, brand: Brand, world: Running, now: datetime) -> Step:
    comes = comes_at(contest.last, world)
    if now.timestamp() >= comes:
        return draw_winners(contest, world, now)
    shown = show_commitment(contest, brand, world, now)
    if shown is not None:
        return shown, None
    return contest.next(due_at=now + timedelta(seconds=comes - now.timestamp())), None


def _told(contest: Contest, brand: Brand, world: Running, now: datetime) -> Step:
    """Tell people the oldest thing that they do not know yet; where nothing reaches anybody now, a minute later."""
    news, *rest = contest.news

    def words(what: News, reader: Person) -> Message:
        return message(contest, what, brand, reader)

    if not told(news, brand, words, world.notifications, now):
        return contest.next(quiet_until=now + AGAIN, due_at=now + AGAIN), None
    return contest.next(news=tuple(rest), quiet_until=None), None


def _drawn(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest:
    """Publish the certificate, ask of winners what the list did not tell, and announce."""
    if not contest.certified:
        return certify(contest, brand, world, now)
    every = world.contests.winners(contest.brand, contest.name)
    return check_next(contest, brand, every, world, now) or announce_winners(contest, brand, world, now)


def _announced(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest:
    """Follow the winners; once nobody is waited for, remember who kept a prize."""
    after = promote_alternates(contest, brand, world, now)
    if after.state is ContestState.ENDED:
        remember_winners(after, world)
    return after


def _cancelled(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest:
    """Say that it was called off; then nothing is left but to forget, in time, who took part."""
    after = say_called_off(contest, brand, world, now)
    is_said = contest.called_off is not None and after.due_at is None
    return forget_contest(contest, brand, world, now) if is_said else after


# Steps that leave the operator's sequence of draws alone.
ALONE: dict[ContestState, Callable[[Contest, Brand, Running, datetime], Contest]] = {
    ContestState.PLANNED: opened,
    ContestState.OPEN: _collected,
    ContestState.CLOSED: _closed,
    ContestState.DRAWN: _drawn,
    ContestState.ANNOUNCED: _announced,
    ContestState.CANCELLED: _cancelled,
    ContestState.ENDED: forget_contest,
}
