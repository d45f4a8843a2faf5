"""The reminders of an event: each queued a day ahead, at its hour, once; none ever after the event began."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.gatherings.running import Outcome, Stage, Step
from heraut.gatherings.words import post_text

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.gatherings.running import Gathering
    from heraut.gatherings.world import Holding

AHEAD = timedelta(hours=25)  # that people have to see it in the queue; pre-flight looks 24 hours ahead
LATE = timedelta(minutes=10)  # behind its instant it is queued no more
LAST = timedelta(minutes=1)  # before the beginning: from then on nothing leaves any more


def due_next(gathering: Gathering) -> datetime:
    """Say when there is something to do next."""
    terms = gathering.terms
    waiting = [one.at(terms.begins, terms.zone) - AHEAD for one in terms.remind if one.step not in gathering.steps]
    begins = [terms.begins - LAST] if gathering.stage is Stage.PLANNED else []
    return min([*waiting, *begins, terms.ends])


def remind(gathering: Gathering, brand: Brand, world: Holding, now: datetime) -> Gathering | None:
    """Queue the next reminder whose time comes within a day, or note that it is too late for it; None: there is none.

    One whose hour was past when the event was written down (or moved) is noted in silence: whoever applied it was told.
    """
    terms = gathering.terms
    for one in terms.remind:
        at = one.at(terms.begins, terms.zone)
        if one.step in gathering.steps or at - AHEAD > now:
            continue
        if now > at + LATE or now >= terms.begins - LAST:
            known = max(gathering.known_at, gathering.changed_at)
            news = gathering.telling("skipped", now, steps=[one.step]) if at > known else gathering.news
            return _noted(gathering, one.step, Step(outcome=Outcome.SKIPPED, at=at), now, news=news)
        own = one.text or terms.texts.reminder
        text = post_text(gathering, own, "reminder", world.public_url, at)
        accounts = [account.name for account in brand.accounts if account.name in terms.accounts]
        post = gathering.post(one.step)
        left_out = world.posts.plan(gathering.brand, post, accounts, text, at, now, terms.language)
        step = Step(outcome=Outcome.QUEUED, at=at, post=post, left_out=tuple(left_out))
        return _noted(gathering, one.step, step, now)
    return None


def stop_reminders(gathering: Gathering, world: Holding, now: datetime) -> Gathering | None:
    """Once the event is about to begin, withdraw what has not left; None: it is not, or that was done."""
    if gathering.stage is not Stage.PLANNED or now < gathering.terms.begins - LAST:
        return None
    steps, stopped = dict(gathering.steps), []
    for name, step in gathering.steps.items():
        if step.outcome is Outcome.QUEUED and world.posts.withdraw(gathering.brand, step.post, now).stopped:
            steps[name] = step.model_copy(update={"outcome": Outcome.WITHDRAWN})
            stopped.append(name)
    news = gathering.telling("stopped", now, steps=stopped) if stopped else gathering.news
    return gathering.next(stage=Stage.BEGUN, steps=steps, news=news, due_at=now)


def withdrawn_steps(gathering: Gathering, world: Holding, now: datetime) -> dict[str, Step]:
    """Withdraw what has not left, and give what is left: the steps that are out, or may be."""
    return {
        name: step
        for name, step in gathering.steps.items()
        if step.outcome is Outcome.QUEUED and world.posts.withdraw(gathering.brand, step.post, now).out
    }


def _noted(gathering: Gathering, name: str, step: Step, now: datetime, **changes: object) -> Gathering:
    return gathering.next(steps={**gathering.steps, name: step}, due_at=now, **changes)
