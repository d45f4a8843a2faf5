"""What is doubtful about events that applying a file would add or change, and what it may not do (pure).

A problem refuses; a warning is said and stops nothing. Columns begin at the brand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.brands import gatherings_of
from heraut.gatherings.advance_gathering import SHOWN
from heraut.gatherings.plan_posts import planned_posts
from heraut.problems import problem, warning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from heraut.brands import Brand, GatheringTerms
    from heraut.problems import Problem


def lint_changes(
    before: Brand | None, after: Brand, said: Callable[[str], Sequence[str]], now: datetime
) -> list[Problem]:
    """Compare the events of a brand as applied with those that would be.

    `said` gives, for an event by its name, the addresses of its posts that are online.
    """
    old, new = gatherings_of(before) if before else {}, gatherings_of(after)
    found = [
        problem("event_taken_out", f"{after.id}.events.{name}", event=terms.title)
        for name, terms in old.items()
        if name not in new and terms.ends > now and not terms.cancelled
    ]
    for name, terms in new.items():
        if terms == old.get(name):
            continue
        for one in _lint(terms, old.get(name), said, now):
            where = f"{after.id}.events.{name}"
            found.append(one.model_copy(update={"column": f"{where}.{one.column}" if one.column else where}))
    return found


def _lint(
    terms: GatheringTerms, before: GatheringTerms | None, said: Callable[[str], Sequence[str]], now: datetime
) -> Iterator[Problem]:
    if terms.ends <= now:
        yield warning("event_is_over", None, event=terms.title)
        return
    if before and before.kind is not terms.kind:
        yield problem("event_kind_changed", "kind", event=terms.title)
    if before and any(getattr(before, name) != getattr(terms, name) for name in SHOWN):
        online = said(terms.name)
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
