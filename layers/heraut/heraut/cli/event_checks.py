"""What `heraut apply` says of events before anything is written: what is doubtful, what cannot be."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from heraut.cli.speech import complain, problem_line
from heraut.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.cli.desk import Desk


def check_events(wanted: Sequence[Brand], desk: Desk, now: datetime) -> None:
    """Say what is doubtful about events that would come or change; InvalidInput where they cannot be."""
    current = {brand.id: brand for brand in desk.brands.every_brand()}
    if not any(brand.events for brand in (*wanted, *current.values())):
        return
    from heraut.gatherings.lint import lint_changes

    found = []
    for brand in wanted:
        said = partial(_online, desk, brand.id)
        found += lint_changes(current.get(brand.id), brand, said, now)
    complain((problem_line(one) for one in found if one.warning), style="yellow")
    refused = [one for one in found if not one.warning]
    if refused:
        raise InvalidInput(refused)


def _online(desk: Desk, brand: str, name: str) -> list[str]:
    """Give where posts of an event are online."""
    from heraut.publishing.model import State

    there = desk.gatherings.gathering(brand, name)
    posts = [step.post for step in there.steps.values() if step.post] if there else []
    found = [one for post in posts for one in desk.posts.deliveries(brand, post)]
    return [one.url for one in found if one.url and one.state is State.PUBLISHED]
