"""Take in what was said, once: it opens an alert, or joins the one of its thread; and what became of it later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.conversations import alerts
from heraut.errors import Conflict, TryAgain

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.conversations.model import Answered, Edited, Erased, Interaction
    from heraut.conversations.store import Conversations

TRIES = 5  # others may join the same alert at this very moment


def receive_interaction(interaction: Interaction, brand: Brand, kept: Conversations, now: datetime) -> str:
    """Say in a word what became of it: `own`, `known`, `opened` or `joined`. TryAgain: the table is too busy."""
    if _is_own(interaction, brand):
        return "own"
    for _ in range(TRIES):
        if kept.alert_with(brand.id, interaction.account, interaction.id):
            return "known"
        placed = _placed(interaction, kept)
        before = kept.open_alert(brand.id, interaction.account, placed.thread)
        after = alerts.joined(before, placed) if before else alerts.opened(placed, brand, now)
        try:
            kept.receive(placed, before, after)
        except Conflict:
            continue
        return "joined" if before else "opened"
    raise TryAgain(f"interaction {interaction.id}: its alert changed {TRIES} times")


def note_answer(answer: Answered, brand: Brand, account: str, kept: Conversations, now: datetime) -> bool:
    """Take off an alert what the account itself answered, wherever it was written; whether that was news."""
    for _ in range(TRIES):
        alert = kept.alert_with(brand.id, account, answer.to)
        if alert is None or alert.closed_at or answer.to not in alert.waiting:
            return False
        try:
            kept.change(alert, alerts.answered(alert, answer.to, now))
        except Conflict:
            continue
        return True
    raise TryAgain(f"answer {answer.id}: its alert changed {TRIES} times")


def note_edit(edit: Edited, brand: Brand, account: str, kept: Conversations) -> bool:
    """Hold what was said as its author changed it; whether that was news."""
    found = kept.held(brand.id, account, edit.id)
    if found is None or found[1].text == edit.text:
        return False
    try:
        kept.rewrite(found[0], found[1].model_copy(update={"text": edit.text}))
    except Conflict:
        return False  # it was erased meanwhile
    return True


def note_erasure(erasure: Erased, brand: Brand, account: str, kept: Conversations, now: datetime) -> bool:
    """Forget what is gone from its network; nobody waits for an answer to it any more. Whether that was news."""
    for _ in range(TRIES):
        found = kept.held(brand.id, account, erasure.id)
        if found is None:
            return False
        alert, interaction = found
        after = alert if alert.closed_at else alerts.answered(alert, interaction.id, now)
        try:
            kept.erase(interaction, alert, after)
        except Conflict:
            continue
        return True
    raise TryAgain(f"erasure of {erasure.id}: its alert changed {TRIES} times")


def _is_own(interaction: Interaction, brand: Brand) -> bool:
    """Whether another account of the brand said it."""
    said_by = interaction.author.handle.strip().lstrip("@").casefold()
    handles = {
        (account.handle or "").strip().lstrip("@").casefold()
        for account in brand.accounts
        if account.network is interaction.network
    }
    return said_by != "" and said_by in handles


def _placed(interaction: Interaction, kept: Conversations) -> Interaction:
    """Put an answer to something that came before under the same thread, where the network does not say it."""
    if interaction.answers is None or interaction.thread != interaction.answers:
        return interaction
    earlier = kept.alert_with(interaction.brand, interaction.account, interaction.answers)
    return interaction.model_copy(update={"thread": earlier.thread}) if earlier else interaction
