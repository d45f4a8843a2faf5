"""What is doubtful about events that applying a file would add or change, and what it may not do (pure).

A problem refuses; a warning is said and stops nothing. Columns begin at the brand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut.brands import gatherings_of
from heraut.gatherings.advance_gathering import SHOWN
from heraut.gatherings.plan_gatherings import noted
from heraut.gatherings.plan_posts import RECAP, Planned, planned_posts
from heraut.gatherings.running import Stage
from heraut.gatherings.words import post_text
from heraut.problems import problem, warning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from heraut.brands import Account, Brand, GatheringTerms
    from heraut.gatherings.running import Gathering
    from heraut.problems import Language, Problem


@dataclass(frozen=True)
class Asked:
    """What the lint asks of the world.

    `kept` gives an event as it runs, by its name. `said` gives the addresses of its posts that are online. `measured`
    gives what an account's network would refuse of a text, by its own count (None: it takes no post of ours at all).
    `lists` says whether an account's network lists comments. `public_url` is where the public bucket is.
    """

    kept: Callable[[str], Gathering | None]
    said: Callable[[str], Sequence[str]]
    measured: Callable[[Account, str, Language], Sequence[Problem] | None]
    lists: Callable[[Account], bool]
    public_url: str


def lint_changes(before: Brand | None, after: Brand, asked: Asked, now: datetime) -> list[Problem]:
    """Compare the events of a brand as applied with those that would be."""
    old, new = gatherings_of(before) if before else {}, gatherings_of(after)
    found = [
        problem("event_taken_out", f"{after.id}.events.{name}", event=terms.title)
        for name, terms in old.items()
        if name not in new and terms.ends > now and not terms.cancelled
    ]
    for name, terms in new.items():
        if terms == old.get(name):
            continue
        for one in (*_lint(terms, old.get(name), asked, now), *_posts(terms, after, asked, now)):
            where = f"{after.id}.events.{name}"
            found.append(one.model_copy(update={"column": f"{where}.{one.column}" if one.column else where}))
    return found


def _lint(terms: GatheringTerms, before: GatheringTerms | None, asked: Asked, now: datetime) -> Iterator[Problem]:
    if terms.ends <= now:
        yield warning("event_is_over", None, event=terms.title)
        return
    kept = asked.kept(terms.name)
    if kept and kept.stage is Stage.OVER:
        yield problem("event_name_used", None, event=kept.terms.title)
        return
    if before and before.kind is not terms.kind:
        yield problem("event_kind_changed", "kind", event=terms.title)
    if before and any(getattr(before, name) != getattr(terms, name) for name in SHOWN):
        online = asked.said(terms.name)
        if online:
            yield warning("event_said_already", None, event=terms.title, where=", ".join(online))
    if terms.cancelled:
        return
    if terms.begins <= now:
        yield warning("event_begun_already", "opens" if terms.is_live else "starts")
    if not terms.is_live and not (terms.place or terms.address or terms.url):
        yield warning("event_no_place", "place")
    past = [one.step for one in planned_posts(terms) if one.at <= now]
    if past:
        yield warning("event_reminders_past", "opens" if terms.is_live else "reminders", steps=", ".join(past))


def _posts(terms: GatheringTerms, brand: Brand, asked: Asked, now: datetime) -> Iterator[Problem]:
    """Find what a network would not take of the posts that are to come, and accounts on which nothing comes of it."""
    if terms.ends <= now or terms.cancelled:
        return
    accounts = [one for one in brand.accounts if one.name in terms.accounts]
    for account in accounts:
        if asked.measured(account, "-", terms.language) is None:
            yield warning("event_account_left_out", "accounts", account=account.name)
        if terms.is_live and not asked.lists(account):
            yield warning("event_questions_unheard", "accounts", account=account.name)
    draft = noted(brand, terms, asked.public_url, now)
    found: dict[tuple[str, str], Problem] = {}
    for one in _planned(terms):
        text = post_text(draft, one.own, one.code, asked.public_url, one.at)
        for account in accounts:
            for wrong in asked.measured(account, text, terms.language) or ():
                where = "accounts" if wrong.warning else _column(one, terms)
                told_once = (account.name, wrong.code if wrong.warning else text)
                found.setdefault(told_once, wrong.model_copy(update={"column": where}))
    yield from found.values()


def _planned(terms: GatheringTerms) -> list[Planned]:
    every = planned_posts(terms)
    return [*every, Planned(RECAP, terms.ends, RECAP, terms.texts.recap, terms.ends)] if terms.is_live else every


def _column(one: Planned, terms: GatheringTerms) -> str:
    """Say where in the file a text stands; the title, where it is a built-in one."""
    if one.own is None:
        return "title"
    if terms.is_live:
        return f"texts.{one.step}"
    own = next((number for number, told in enumerate(terms.reminders, 1) if told.step == one.step and told.text), None)
    return f"reminders[{own}].text" if own else "texts.reminder"
