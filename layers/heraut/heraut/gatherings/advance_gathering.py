"""Let one event go on, a step at a time, until it waits for something.

A step does what may be done twice (publish what is the same, queue a post of a fixed name, withdraw what was queued),
and then notes that it was done, in one write to the revision that was read. Whoever dies in between does the same
again; of two who run at once one goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.brands import gatherings_of
from heraut.contests import AGAIN, told
from heraut.due import instant, stamp
from heraut.gatherings.hold_session import hold_session, keep_recap, next_reading_at
from heraut.gatherings.plan_posts import begin, begins_at, next_post_at, plan_post, planned_posts, withdrawn_steps
from heraut.gatherings.publish_event import publish_event
from heraut.gatherings.running import Gathering, Stage, plain_of
from heraut.gatherings.words import message

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand, GatheringTerms, Person
    from heraut.contests import News
    from heraut.gatherings.world import Holding
    from heraut.notifications.base import Message

# What people see in their calendars and on the page; a change of anything else moves no entry.
SHOWN = ("title", "begins", "ends", "place", "address", "url", "about", "cancelled")


def advance(brand_id: str, name: str, world: Holding, until: datetime) -> int:
    """Do the steps of one event that can be done by now, until then at the latest; gives how many."""
    steps = 0
    while True:
        now = instant(stamp(world.clock.now()))
        brand, gathering = world.brands.brand(brand_id), world.gatherings.gathering(brand_id, name)
        if brand is None or gathering is None or gathering.due_at is None or gathering.due_at > now or now > until:
            return steps
        telling = gathering.news and (gathering.quiet_until is None or gathering.quiet_until <= now)
        after = (_told if telling else _step)(gathering, brand, world, now)
        if after.news:  # what is to be told is due for it
            wake = after.quiet_until or now
            after = after.model_copy(update={"due_at": min(after.due_at or wake, wake)})
        world.gatherings.change(gathering, after)
        steps += 1


def _step(gathering: Gathering, brand: Brand, world: Holding, now: datetime) -> Gathering:
    if gathering.stage is Stage.OVER:
        return keep_recap(gathering, brand, world, now)
    wanted = _wanted(gathering, brand)
    if plain_of(wanted) != gathering.plain and not gathering.recapped:
        return _changed(gathering, wanted, world, now)
    terms = gathering.terms
    if gathering.shown != gathering.sequence:
        publish_event(gathering, brand, world)
        first = gathering.shown < 0
        steps = [one.step for one in planned_posts(terms) if one.at > now]
        news = gathering.telling("published", now, steps=steps or ["—"]) if first else gathering.news
        return gathering.next(shown=gathering.sequence, news=news, due_at=now)
    if terms.cancelled:
        return gathering.next(stage=Stage.CANCELLED, due_at=None)
    if now >= terms.ends and not terms.is_live:
        return gathering.next(stage=Stage.OVER, due_at=None)
    after = begin(gathering, world, now) or plan_post(gathering, brand, world, now)
    if after is None and terms.is_live:
        after = hold_session(gathering, brand, world, now)
    return after or gathering.next(due_at=_due_next(gathering))


def _due_next(gathering: Gathering) -> datetime:
    """Say when there is something to do next."""
    terms, post = gathering.terms, next_post_at(gathering)
    moments = [post] if post else []
    if gathering.stage is Stage.PLANNED:
        moments.append(begins_at(terms))
    else:
        moments.append(next_reading_at(gathering) if terms.is_live else terms.ends)
    return min(moments)


def _wanted(gathering: Gathering, brand: Brand) -> GatheringTerms:
    """Give what the file says now; an event that was taken out of it does not take place."""
    wanted = gatherings_of(brand).get(gathering.name)
    return wanted or gathering.terms.model_copy(update={"cancelled": True})


def _changed(gathering: Gathering, wanted: GatheringTerms, world: Holding, now: datetime) -> Gathering:
    """Go by other terms from now on: what has not left is withdrawn and follows them, what is out stays as it is."""
    before = gathering.terms
    left = withdrawn_steps(gathering, world, now)
    changes = {
        "plain": plain_of(wanted),
        "edition": gathering.edition + 1,
        "stage": Stage.PLANNED,
        "steps": left,
        "due_at": now,
    }
    if any(getattr(before, name) != getattr(wanted, name) for name in SHOWN):
        online = [one.url for step in left.values() for one in world.posts.online(gathering.brand, step.post)]
        code = "cancelled" if wanted.cancelled and not before.cancelled else "changed"
        changes |= {"sequence": gathering.sequence + 1, "changed_at": now}
        changes |= {"news": gathering.telling(code, now, online=online)}
    return gathering.next(**changes)


def _told(gathering: Gathering, brand: Brand, world: Holding, now: datetime) -> Gathering:
    """Tell people the oldest thing that they do not know yet; where nothing reaches anybody now, a minute later."""
    news, *rest = gathering.news

    def words(what: News, reader: Person) -> Message:
        return message(gathering, what, brand, reader, world.public_url)

    if not told(news, brand, words, world.notifications, now):
        return gathering.next(quiet_until=now + AGAIN, due_at=now)  # what there is to do is done meanwhile
    return gathering.next(news=tuple(rest), quiet_until=None)
