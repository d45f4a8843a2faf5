"""Twin of the queue and of the asynchronous start of uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from heraut.publishing.store import DeliveryMessage

LONGEST_DELAY = 900  # seconds, what the queue accepts


class OutboxTwin:
    """Keeps what was sent: `queued` (message, delay in seconds) and `preparing`.

    `refuses` says which messages the queue does not accept this time.
    """

    def __init__(self, refuses: Callable[[DeliveryMessage], bool] = lambda _: False) -> None:
        self.queued: list[tuple[DeliveryMessage, int]] = []
        self.preparing: list[DeliveryMessage] = []
        self.refuses = refuses

    def publish_later(self, messages: Sequence[tuple[DeliveryMessage, int]]) -> Sequence[DeliveryMessage]:
        for _, delay in messages:
            if not 0 <= delay <= LONGEST_DELAY:
                raise ValueError(f"a delay of {delay} s: the queue takes 0 to {LONGEST_DELAY}")
        refused = [message for message, _ in messages if self.refuses(message)]
        self.queued += [(message, delay) for message, delay in messages if message not in refused]
        return refused

    def prepare_now(self, message: DeliveryMessage) -> None:
        self.preparing.append(message)

    def take(self) -> list[tuple[DeliveryMessage, int]]:
        """Give what is queued and forget it, as a worker would."""
        taken, self.queued = self.queued, []
        return taken
