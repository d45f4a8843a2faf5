"""The minute tick of contests: each one that is due goes on, one step at a time, until it waits for something.

A step does what may be done twice (publish what is named by what it holds, queue a post of a fixed name, ask who only
looks), and then notes that it was done, in one write to the revision that was read. Whoever dies in between does the
same again; of two who run at once one goes on. What people hear is said first and noted after: twice rather than never.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from heraut.brands import ContestState, changes_allowed, contests_of
from heraut.contests import published
from heraut.contests.announce_winners import announce_winners, promote_alternates
from heraut.contests.check_winners import check_next
from heraut.contests.collect_entrants import begun_walk, next_walk_at, walked_on
from heraut.contests.commit_draw import commit_draw
from heraut.contests.draw_winners import certify, draw_winners
from heraut.contests.freeze_entrants import freeze_entrants
from heraut.contests.keep_entrants import over
from heraut.contests.previous_winners import remember_winners
from heraut.contests.publish_page import publish_rules
from heraut.contests.rules_text import rules_digest, rules_text
from heraut.contests.running import Contest
from heraut.contests.take_heard import heard_taken, next_heard_at
from heraut.contests.tell_news import AGAIN, told
from heraut.contests.witness_commitment import comes_at, show_commitment
from heraut.contests.words import message
from heraut.due import instant, stamp
from heraut.errors import Conflict, HerautError, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from heraut.brands import Brand, Person, Terms
    from heraut.contests.running import Head, News
    from heraut.contests.world import Running
    from heraut.notifications.base import Message

log = logging.getLogger(__name__)

BUDGET = timedelta(seconds=45)  # of one tick, for all contests: the next one begins a minute later
PLANNED_EVERY = 5  # minutes between two looks at what brands plan
LOOKED_AFTER = timedelta(hours=1)  # so long after the last instant that may move
UNOPENED = frozenset({ContestState.PLANNED, ContestState.CANCELLED})
FROZEN = frozenset({ContestState.FROZEN, ContestState.COMMITTED, ContestState.DRAWN})
SETTLING = timedelta(seconds=20)  # that networks are given to list what came in the closing second

Step = tuple[Contest, "tuple[Head, Head] | None"]


@dataclass
class Ran:
    """How many contests were planned anew, went on and could not; and how many steps that took."""

    planned: int = 0
    contests: int = 0
    failed: int = 0
    steps: int = 0


def run_contests(world: Running, now: datetime, *, plan: bool = False) -> Ran:
    """Let every contest that is due go on; one that fails holds back no other.

    What brands plan is looked at every five minutes, and at once where one asks to `plan`.
    """
    done = Ran()
    if plan or now.minute % PLANNED_EVERY == 0:
        done.planned = plan_contests(world, now)
    until = now + BUDGET
    for brand, name in list(world.contests.due(now)):
        try:
            done.steps += advance(brand, name, world, until)
            done.contests += 1
        except Conflict:
            continue  # somebody else runs it at this moment
        except HerautError as error:
            log.warning("the contest %s/%s could not go on: %s", brand, name, error)
            done.failed += 1
    return done


def plan_contests(world: Running, now: datetime) -> int:
    """Note every contest of the configuration that is not over, so that it is due when it opens; gives how many.

    One that was taken out before it opened, and put back, is planned again; an announcement that was moved is followed.
    """
    planned = 0
    for brand in world.brands.every_brand():
        if not brand.contests:
            continue
        for name, terms in contests_of(brand).items():
            if (terms.announces or terms.closes) + LOOKED_AFTER < now:
                continue
            there = world.contests.contest(brand.id, name)
            after = _replanned(there, terms, brand, now) if there else None
            try:
                if there is None and terms.closes >= now:
                    world.contests.add(Contest(brand=brand.id, name=name, due_at=terms.opens))
                    planned += 1
                elif there is not None and after is not None:
                    world.contests.change(there, after)
            except Conflict:
                continue  # somebody else planned it at this moment
    return planned


def _replanned(there: Contest, terms: Terms, brand: Brand, now: datetime) -> Contest | None:
    """Give a contest with what the file says now of its instants; None where nothing moved."""
    if there.state in UNOPENED:
        moved = there.due_at != terms.opens and terms.closes >= now
        return there.next(state=ContestState.PLANNED, due_at=terms.opens) if moved else None
    if there.state not in FROZEN:
        return None
    held = _held(there, brand, there.state)
    if held.announces == there.agreed.announces:
        return None
    return there.next(terms=_plain(held), due_at=now)


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


def _opened(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest:
    """Publish the rules and let people in; one that was taken out of the file before it opened never opens."""
    terms = contests_of(brand).get(contest.name)
    if terms is None:
        return contest.next(state=ContestState.CANCELLED, due_at=None)
    if terms.opens > now:
        return contest.next(due_at=terms.opens)
    unknown = [name for name in terms.accounts if brand.account(name) is None]
    if unknown:
        raise NotFound(f"{contest.brand}/{contest.name}: accounts {', '.join(unknown)}")
    agreed = contest.next(state=ContestState.OPEN, terms=_plain(terms), due_at=now, news=contest.telling("opened", now))
    page = f"{world.public_url.rstrip('/')}/{published.rules_page_key(agreed)}"
    text = rules_text(terms, brand, world.chain, page)
    published.put_latest(world.objects, published.rules_key(contest), text.encode(), published.TEXT)
    publish_rules(agreed, brand, text, world)
    return agreed.model_copy(update={"rules": rules_digest(text)})


def _collected(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest:
    terms = contest.agreed
    if now >= over(terms):
        held = _held(contest, brand, ContestState.OPEN)
        return contest.next(
            state=ContestState.CLOSED, terms=_plain(held), walk=None, due_at=max(now, over(held) + SETTLING)
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
    held = contest.model_copy(update={"terms": _plain(_held(contest, brand, ContestState.CLOSED))})
    return freeze_entrants(held, world, now)


def _committed(contest: Contest, brand: Brand, world: Running, now: datetime) -> Step:
    comes = comes_at(contest.last, world)
    if now.timestamp() >= comes:
        return draw_winners(contest, world, now)
    shown = show_commitment(contest, brand, world, now)
    if shown is not None:
        return shown, None
    return contest.next(due_at=now + timedelta(seconds=comes - now.timestamp())), None


def _held(contest: Contest, brand: Brand, state: ContestState) -> Terms:
    """Give the terms that hold: what may still change in a contest that came so far is taken over, and nothing else."""
    agreed = contest.agreed
    wanted = contests_of(brand).get(contest.name)
    if wanted is None or changes_allowed(agreed, wanted, state):
        return agreed
    return wanted


def _plain(terms: Terms) -> dict[str, object]:
    return terms.model_dump(mode="json", by_alias=True, exclude_none=True)


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
        remember_winners(after, brand, world)
    return after


# Steps that leave the operator's sequence of draws alone.
ALONE: dict[ContestState, Callable[[Contest, Brand, Running, datetime], Contest]] = {
    ContestState.PLANNED: _opened,
    ContestState.OPEN: _collected,
    ContestState.CLOSED: _closed,
    ContestState.DRAWN: _drawn,
    ContestState.ANNOUNCED: _announced,
}
