"""Answer somebody, once, from wherever a person may write: the page, the command, the alert's e-mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut.brands import Role
from heraut.conversations import alerts
from heraut.conversations.model import Reply
from heraut.errors import Conflict, InvalidInput
from heraut.problems import problem

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand, Person
    from heraut.conversations.model import Alert, GivenAnswer, Interaction
    from heraut.conversations.store import Answers, Conversations

TRIES = 5  # others may answer in the same alert at this very moment
NAME = "{name}"  # in a saved answer: whom it answers


@dataclass(frozen=True)
class Replying:
    """What answering needs of the world."""

    conversations: Conversations
    answers: Answers


@dataclass(frozen=True)
class Outcome:
    """The answer that there is now; `ours` is False when another one was there before."""

    answer: GivenAnswer
    ours: bool


def reply(
    alert: Alert, interaction: Interaction, text: str, by: Person | str, brand: Brand, world: Replying, now: datetime
) -> Outcome:
    """Give an answer, or say which one there is.

    InvalidInput says what the network would refuse, or that the account is gone. Conflict: it changes right now.
    """
    account = brand.account(alert.account)
    if account is None:
        raise InvalidInput([problem("account_removed", account=alert.account)])
    who = by if isinstance(by, str) else by.id
    try:
        given = world.answers.give(brand, account, interaction, text, who, now, to_approve=_is_approved(by))
    except Conflict:
        there = world.answers.given(brand.id, account.name, interaction.id)
        if there is None:
            raise
        same = (there.by, there.text.endswith(text.strip())) == (who, True)  # the button was pressed twice
        return Outcome(there, ours=same)
    note(alert, interaction, Reply(by=who, at=now, post=given.post), world.conversations)
    return Outcome(given, ours=True)


def note(alert: Alert, interaction: Interaction, answer: Reply, kept: Conversations) -> None:
    """Let the others see that an answer is on its way; what they see is no more than a help, so no race is lost."""
    for _ in range(TRIES):
        current = kept.alert(alert.brand, alert.id)
        if current is None or interaction.id not in (*current.waiting, *current.thanks):
            return  # it is online already
        try:
            kept.change(current, alerts.replied(current, interaction.id, answer))
        except Conflict:
            continue
        return


def saved_answer(brand: Brand, name: str, interaction: Interaction) -> str | None:
    """Give a saved answer with the author's name filled in; None when there is none of that name."""
    saved = brand.saved_answers.get(name)
    return saved.replace(NAME, interaction.author.name) if saved is not None else None


def _is_approved(by: Person | str) -> bool:
    """Whether somebody else says yes first; who approves needs nobody's yes."""
    return not isinstance(by, str) and by.answers_approved and Role.APPROVAL not in by.roles
