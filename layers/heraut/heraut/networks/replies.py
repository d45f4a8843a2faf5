"""What an answer points at, whatever the network: the interaction itself, and what its adapter kept of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.publishing.model import InReplyTo

if TYPE_CHECKING:
    from heraut.conversations.model import Interaction

SHOWN = 500  # characters of what is answered, for whoever approves


def answering(interaction: Interaction) -> InReplyTo:
    """Say what is answered; the text is shortened, and shown to people alone."""
    said = interaction.text
    return InReplyTo(
        interaction=interaction.id,
        reference=dict(interaction.reference),
        author=interaction.author.name,
        text=said if len(said) <= SHOWN else f"{said[: SHOWN - 1]}…",
    )
