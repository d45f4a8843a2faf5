"""Hide or delete what somebody said, on its network, as a rule or a person asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.errors import NetworkError
from heraut.networks.base import Moderates

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.brands import Account
    from heraut.conversations.model import Interaction
    from heraut.conversations.receive_interaction import Removes
    from heraut.problems import Problem


def removing(adapter: object, account: Account, secret: Mapping[str, str], now: datetime) -> Removes | None:
    """Give the way to hide and delete what was said to an account; None where its network has none."""
    if not isinstance(adapter, Moderates):
        return None

    def removes(interaction: Interaction, removal: str) -> Problem | None:
        remove = adapter.delete if removal == "delete" else adapter.hide
        try:
            remove(account, secret, interaction.id, now)
        except NetworkError as error:
            return error.problem
        return None

    return removes
