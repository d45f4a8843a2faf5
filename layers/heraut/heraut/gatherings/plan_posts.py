"""The posts of an event: each queued a day ahead, leaving at its instant, once; none once there is no use for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.gatherings.running import Outcome, Stage, Step
from heraut.gatherings.words import post_text

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand, GatheringTerms
    from heraut.gatherings.running import Gathering
    from heraut.gatherings.world import Holding

AHEAD = timedelta(hours=25)  # that people have to see it in the queue; pre-flight looks 24 hours ahead
LATE = timedelta(minutes=10)  # behind its instant it is queued no more
LAST = timedelta(minutes=1)  # before a meeting begins: from then on no reminder leaves any more
OPENING, CLOSING, RECAP = "opening", "closing", "recap"  # the steps of a session of questions


@dataclass(frozen=True)
class Planned:
    """A post that is to leave `at`: its built-in text, the brand's own (None: the built-in one).

    From `until` on it is of no use.
    """

    step: str
    at: datetime
    code: str
    own: str | None
    until: datetime


def planned_posts(terms: GatheringTerms) -> list[Planned]:
    """Give the posts that leave by the clock, soonest first."""
    if terms.is_live:
        return [
            Planned(OPENING, terms.begins, OPENING, terms.texts.opening, terms.ends),
            Planned(CLOSING, terms.ends, CLOSING, terms.texts.closing, terms.ends + LATE),
        ]
    return [
        Planned(
            one.step,
            one.at(terms.begins, terms.zone),
            "reminder",
            one.text or terms.texts.reminder,
            terms.begins - LAST,
        )
        for one in terms.remind
    ]


def begins_at(terms: GatheringTerms) -> datetime:
    """Say from when on it has begun, as far as its posts go."""
    return terms.begins if terms.is_live else terms.begins - LAST


def next_post_at(gathering: Gathering) -> datetime | None:
    """Say when the next post is to be queued, None when all were dealt with."""
    waiting = [one.at - AHEAD for one in planned_posts(gathering.terms) if one.step not in gathering.steps]
    return min(waiting, default=None)


def plan_post(gathering: Gathering, brand: Brand, world: Holding, now: datetime) -> Gathering | None:
    """Queue the next post whose time comes within a day, or note that it is too late for it; None: there is none.

    One whose hour was past when the event was written down (or moved) is noted in silence: whoever applied it was told.
    """
    for one in planned_posts(gathering.terms):
        if one.step in gathering.steps or one.at - AHEAD > now:
            continue
        if now > one.at + LATE or now >= one.until:
            known = max(gathering.known_at, gathering.changed_at)
            news = gathering.telling("skipped", now, steps=[one.step]) if one.at > known else gathering.news
            return _noted(gathering, one.step, Step(outcome=Outcome.SKIPPED, at=one.at), now, news=news)
        return queued(gathering, one, brand, world, now)
    return None


def queued(gathering: Gathering, one: Planned, brand: Brand, world: Holding, now: datetime) -> Gathering:
    """Queue a post, and note it."""
    terms = gathering.terms
    text = post_text(gathering, one.own, one.code, world.public_url, one.at)
    accounts = [account.name for account in brand.accounts if account.name in terms.accounts]
    post = gathering.post(one.step)
    left_out = world.posts.plan(gathering.brand, post, accounts, text, one.at, now, terms.language)
    step = Step(outcome=Outcome.QUEUED, at=one.at, post=post, left_out=tuple(left_out))
    return _noted(gathering, one.step, step, now)


def begin(gathering: Gathering, world: Holding, now: datetime) -> Gathering | None:
    """Note that it has begun; of a meeting, withdraw what has not left. None: it has not, or that was done."""
    if gathering.stage is not Stage.PLANNED or now < begins_at(gathering.terms):
        return None
    if gathering.terms.is_live:
        return gathering.next(stage=Stage.BEGUN, due_at=now)
    return stopped(gathering, world, now, tuple(gathering.steps)).model_copy(update={"stage": Stage.BEGUN})


def stopped(gathering: Gathering, world: Holding, now: datetime, names: tuple[str, ...]) -> Gathering:
    """Withdraw for good what has not left of these steps, and tell people what that was."""
    steps, held = dict(gathering.steps), []
    for name in names:
        step = steps.get(name)
        if step and step.outcome is Outcome.QUEUED and world.posts.withdraw(gathering.brand, step.post, now).stopped:
            steps[name] = step.model_copy(update={"outcome": Outcome.WITHDRAWN})
            held.append(name)
    news = gathering.telling("stopped", now, steps=held) if held else gathering.news
    return gathering.next(steps=steps, news=news, due_at=now)


def withdrawn_steps(gathering: Gathering, world: Holding, now: datetime) -> dict[str, Step]:
    """Withdraw what has not left, and give what is left: the steps that are out, or may be."""
    return {
        name: step
        for name, step in gathering.steps.items()
        if step.outcome is Outcome.QUEUED and world.posts.withdraw(gathering.brand, step.post, now).out
    }


def _noted(gathering: Gathering, name: str, step: Step, now: datetime, **changes: object) -> Gathering:
    return gathering.next(steps={**gathering.steps, name: step}, due_at=now, **changes)
