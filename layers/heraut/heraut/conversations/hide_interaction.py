"""Hide what a person asked to be hidden, or show it again, on its network; what cannot be is told to who asked.

The alert says what was asked (`Alert.hiding`) until it is done or given up, so that an event that comes twice, or comes
late, does nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands import use_secret
from heraut.conversations import alerts
from heraut.conversations.count_hiding import keep_hiding
from heraut.errors import Conflict, CredentialsExpired, NetworkError, Refused, TryAgain
from heraut.networks.base import Moderates
from heraut.problems import problem

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.conversations.model import Alert, Hiding
    from heraut.conversations.poll_networks import Hears
    from heraut.conversations.store import Conversations
    from heraut.problems import Problem

TRIES = 5  # others may change the same alert at this very moment
GIVES_UP = timedelta(minutes=30)  # after it was asked for; the queue brings it again every twelve


def hide_interaction(brand: Brand, alert_id: str, world: Hears, now: datetime) -> str:
    """Do what was asked for in an alert; says in a word what became of it.

    NetworkError: not now, the queue brings it again. TryAgain: the alert changes too often to be written to.
    """
    alert = world.conversations.alert(brand.id, alert_id)
    if alert is None or not alert.hiding:
        return "nothing new"
    trouble: NetworkError | None = None
    for interaction, asked in alert.hiding.items():
        try:
            why = _done(brand, alert, interaction, asked, world, now)
        except NetworkError as error:  # the others of the alert need not wait for it
            trouble = trouble or error
            continue
        _note(brand, alert_id, interaction, asked, why, world, now)
    if trouble is not None:
        raise trouble
    return "asked"


def _done(brand: Brand, alert: Alert, interaction: str, asked: Hiding, world: Hears, now: datetime) -> Problem | None:
    """Hide or show it; gives why it cannot be. NetworkError: not now."""
    account = brand.account(alert.account)
    if account is None:
        return problem("account_removed", account=alert.account)
    adapter = world.networks[account.network]
    if not isinstance(adapter, Moderates):
        return problem("hides_nothing", network=account.network.value.capitalize())
    act = adapter.show if asked.shows else adapter.hide
    try:
        use_secret(world.secrets, brand.id, account.name, lambda secret: act(account, secret, interaction, now))
    except (Refused, CredentialsExpired) as error:
        return error.problem
    except NetworkError as error:
        if now - asked.at < GIVES_UP:
            raise
        return error.problem
    return None


def _note(
    brand: Brand,
    alert_id: str,
    interaction: str,
    asked: Hiding,
    why: Problem | None,
    world: Hears,
    now: datetime,
) -> None:
    """Keep what became of it in the alert's story, once."""
    kept = world.conversations
    for _ in range(TRIES):
        alert = kept.alert(brand.id, alert_id)
        if alert is None or alert.hiding.get(interaction) != asked:
            return
        try:
            after = _after(alert, interaction, why, brand, now)
            (keep_hiding if why is None else _keep)(alert, after, kept)
        except Conflict:
            continue
        return
    raise TryAgain(f"alert {alert_id} of {brand.id}: changed {TRIES} times")


def _keep(before: Alert, after: Alert, kept: Conversations) -> None:
    kept.change(before, after)


def _after(alert: Alert, interaction: str, why: Problem | None, brand: Brand, now: datetime) -> Alert:
    if why is None:
        return alerts.hiding_done(alert, interaction, now)
    return alerts.hiding_failed(alert, interaction, why, brand, now)
