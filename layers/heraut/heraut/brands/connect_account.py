"""Keep the secret that a person gives for an account, once the network was asked whether it works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut.brands.refresh_tokens import TURN, turn_of
from heraut.errors import CredentialsExpired, NetworkError, Refused
from heraut.networks.base import Refreshes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.brands.model import Account, Brand
    from heraut.brands.store import Brands, Secrets
    from heraut.networks.base import Identity, Publishes
    from heraut.problems import Problem


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
    now: datetime,
) -> Connected:
    """Renew (where the network's tokens expire) and try the secret, and keep it in place of the one before.

    One that the network clearly refuses is not kept: what worked goes on working. One that it could not be asked
    about is kept, unchecked.
    """
    # The hourly renewal keeps away meanwhile; where it is under way already, what a person gives has the last word.
    brands.take_turn(brand.id, turn_of(account), now, now + TURN)
    given = dict(secret)
    try:
        if isinstance(adapter, Refreshes):
            given = dict(adapter.refresh(account, given, now) or given)
        identity = adapter.check(account, given)
    except (Refused, CredentialsExpired) as refused:
        return Connected(kept=False, problem=refused.problem)
    except NetworkError as unanswered:
        secrets.save_secret(brand.id, account.name, given)
        return Connected(kept=True, problem=unanswered.problem)
    secrets.save_secret(brand.id, account.name, given)
    return Connected(kept=True, identity=identity)
