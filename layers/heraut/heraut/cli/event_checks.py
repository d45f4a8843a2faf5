"""What `heraut apply` says of events before anything is written: what is doubtful, what cannot be."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from heraut.cli.speech import complain, problem_line
from heraut.errors import AddressRefused, InvalidInput, NetworkError
from heraut.problems import warning

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Account, Brand
    from heraut.cli.desk import Desk
    from heraut.networks.base import Limits
    from heraut.problems import Language, Problem


def check_events(wanted: Sequence[Brand], desk: Desk, now: datetime) -> None:
    """Say what is doubtful about events that would come or change; InvalidInput where they cannot be."""
    current = {brand.id: brand for brand in desk.brands.every_brand()}
    if not any(brand.events for brand in (*wanted, *current.values())):
        return
    from heraut.gatherings.lint import Asked, lint_changes

    found = []
    for brand in wanted:
        asked = Asked(
            kept=partial(desk.gatherings.gathering, brand.id),
            said=partial(_online, desk, brand.id),
            measured=Measuring(desk).measured,
            lists=lambda account: lists_comments(desk.networks[account.network]),
            public_url=desk.stack["PublicUrl"],
        )
        found += lint_changes(current.get(brand.id), brand, asked, now)
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


class Measuring:
    """Measures texts by the limits that accounts' servers tell, each asked once."""

    def __init__(self, desk: Desk) -> None:
        """Begin with nothing known; for the accounts of one brand."""
        self._desk = desk
        self._limits: dict[str, Limits | None] = {}  # None: it does not answer now

    def measured(self, account: Account, text: str, language: Language) -> list[Problem] | None:
        """Give what the account's network would refuse of a text; None: it takes no post of ours, however short.

        A server that cannot be asked now is said.
        """
        from heraut.networks.base import Limits
        from heraut.publishing.model import Content, Part

        adapter = self._desk.networks[account.network]
        content = Content(parts=(Part(text=text),), language=language)
        if any(not one.warning for one in adapter.validate(content, Limits())):
            return None
        if account.name not in self._limits:
            self._limits[account.name] = self._told_by(account)
        limits = self._limits[account.name]
        if limits is None:
            return [warning("event_text_unmeasured", account=account.name)]
        return [one for one in adapter.validate(content, limits) if not one.warning]

    def _told_by(self, account: Account) -> Limits | None:
        try:
            return self._desk.networks[account.network].limits(account, {})
        except (NetworkError, AddressRefused):
            return None


def lists_comments(adapter: object) -> bool:
    """Whether a network lists who comments."""
    from heraut.brands import EntryKind
    from heraut.networks.base import Lists, Reach

    return isinstance(adapter, Lists) and adapter.reach.get(EntryKind.COMMENT) is Reach.LISTED
