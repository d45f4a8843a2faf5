"""Keep the secret that a person gives for an account, once the network was asked whether it works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands.refresh_tokens import TURN, end_turn, turn_of
from heraut.errors import CredentialsExpired, NetworkError, Refused
from heraut.networks.base import Refreshes, problem_of_trial
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.brands.model import Account, Brand
    from heraut.brands.store import Brands, Secrets
    from heraut.clock import Clock
    from heraut.networks.base import Identity, Publishes
    from heraut.problems import Problem

PATIENCE, AGAIN = timedelta(seconds=60), timedelta(seconds=5)  # how long, and how often, an account's turn is asked for


@dataclass(frozen=True)
class Connected:
    """Whether the secret was kept, who the network says we are, or what stood in the way."""

    kept: bool
    identity: Identity | None = None
    problem: Problem | None = None


def connect_account(
    brand: Brand,
    account: Account,
    secret: Mapping[str, str],
    *,
    brands: Brands,
    secrets: Secrets,
    adapter: Publishes,
    clock: Clock,
) -> Connected:
    """Renew (where the network's tokens expire) and try the secret, and keep it in place of the one before.

    One that the network clearly refuses is not kept: what worked goes on working. One that it could not be asked
    about is kept, unchecked. While the account is being renewed nothing is tried or kept: there is one writer.
    """
    until = _turn(brand, account, brands, clock)
    if until is None:
        return Connected(kept=False, problem=problem("renewal_under_way", account=account.name))
    try:
        return _connect(brand, account, dict(secret), secrets, adapter, clock)
    finally:
        end_turn(brands, brand, account, until, clock.now())


def _turn(brand: Brand, account: Account, brands: Brands, clock: Clock) -> datetime | None:
    """Take the account's turn, waiting while the hourly renewal has it; until when it is ours, None: never got it."""
    patience = clock.now() + PATIENCE
    while not brands.take_turn(brand.id, turn_of(account), now := clock.now(), now + TURN):
        if now >= patience:
            return None
        clock.sleep_until(now + AGAIN)
    return now + TURN


def _connect(
    brand: Brand, account: Account, given: dict[str, str], secrets: Secrets, adapter: Publishes, clock: Clock
) -> Connected:
    before: Mapping[str, str] | None = None
    try:
        if isinstance(adapter, Refreshes):
            given, before = _renewed(brand, account, given, secrets, adapter, clock.now())
        identity = adapter.check(account, given)
    except (Refused, CredentialsExpired) as refused:
        if before is not None:
            secrets.save_secret(brand.id, account.name, before)
        return Connected(kept=False, problem=refused.problem)
    except NetworkError as unanswered:
        secrets.save_secret(brand.id, account.name, given)
        return Connected(kept=True, problem=problem_of_trial(unanswered))
    secrets.save_secret(brand.id, account.name, given)
    return Connected(kept=True, identity=identity)


def _renewed(
    brand: Brand, account: Account, given: dict[str, str], secrets: Secrets, adapter: Refreshes, now: datetime
) -> tuple[dict[str, str], Mapping[str, str] | None]:
    """Renew what was given; where that used it up, write the new one before it is used, and give the one before too."""
    renewed = adapter.refresh(account, given, now)
    if renewed is None or adapter.signs_in_anew:
        return dict(renewed or given), None
    before = secrets.secret(brand.id, account.name)
    secrets.save_secret(brand.id, account.name, renewed)
    return dict(renewed), before
