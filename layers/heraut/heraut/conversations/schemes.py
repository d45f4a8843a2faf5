"""By which schemes events of an account may come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.networks.base import ReceivesWebhooks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from heraut.brands import Account, NetworkName
    from heraut.networks.base import Publishes

OWN = "signed"  # the scheme of events of one's own, for every account


def schemes_of(account: Account, networks: Mapping[NetworkName, Publishes]) -> Sequence[str]:
    """Give the schemes by which events of this account may come, the usual one first."""
    adapter = networks[account.network]
    own = adapter.webhook_schemes if isinstance(adapter, ReceivesWebhooks) else ()
    return tuple(dict.fromkeys((*own, OWN)))
