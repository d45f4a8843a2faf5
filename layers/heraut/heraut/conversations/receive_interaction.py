"""Take in what was said, once, and what became of it later.

The brand's rules judge it, and it opens an alert, or joins the one of its thread.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from heraut.conversations import alerts, hours
from heraut.conversations.labels import labels_of
from heraut.conversations.model import MOST_WAITING, Label, What, asks_something
from heraut.conversations.rules import Facts, handle_of, rulebook
from heraut.errors import Conflict, TryAgain
from heraut.wording import local

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.brands import Account, Brand
    from heraut.conversations.model import Alert, Answered, Edited, Erased, Interaction
    from heraut.conversations.rules import Rulebook, Verdict
    from heraut.conversations.store import Conversations
    from heraut.problems import Problem

BY_RULE = "brand_rule"  # what a label says that a rule of the brand gave
TRIES = 5  # others may join the same alert at this very moment


class Removes(Protocol):
    """A way to hide or delete an interaction on its network, as a rule asks."""

    def __call__(self, interaction: Interaction, removal: str) -> Problem | None:
        """Hide or delete; a problem says why it could not be."""


def receive_interaction(
    interaction: Interaction, brand: Brand, kept: Conversations, now: datetime, removes: Removes | None = None
) -> str:
    """Say in a word what became of it: `own`, `known`, `opened`, `joined`, `muted`, or `noted`: nobody has to answer.

    TryAgain: the table is too busy.
    `removes` is None where the network lets nothing be hidden: rules that want to are then only told.
    """
    if _is_own(interaction, brand):
        return "own"
    for _ in range(TRIES):
        if kept.alert_with(brand.id, interaction.account, interaction.id):
            return "known"
        placed = _labelled(_placed(interaction, kept))
        book = rulebook(brand)
        verdict = book.judge(placed, _facts(placed, brand, book, kept, now), [label.name for label in placed.labels])
        labels = (*placed.labels, *_given(verdict))
        placed = placed.model_copy(update={"received_at": now, "labels": labels, "decisions": verdict.decisions})
        before = kept.open_alert(brand.id, interaction.account, alerts.place_of(placed, verdict))
        joins = before is not None
        after = alerts.joined(before, placed, brand, now, verdict) if before else None
        after = after or alerts.opened(placed, brand, now, verdict)
        after = _removed(after, placed, verdict, removes, now)
        try:
            kept.receive(placed, before, after, [_counted(placed, of) for of, _ in sorted(book.volumes)], now)
        except Conflict:
            continue
        if verdict.mute:
            return "muted"
        if interaction.id not in after.waiting and len(after.waiting) < MOST_WAITING:
            return "noted"
        return "joined" if joins else "opened"
    raise TryAgain(f"interaction {interaction.id}: its alert changed {TRIES} times")


def note_answer(answer: Answered, brand: Brand, account: str, kept: Conversations, now: datetime) -> bool:
    """Take off an alert what the account itself answered, wherever it was written; whether that was news."""
    for _ in range(TRIES):
        alert = kept.alert_with(brand.id, account, answer.to)
        if alert is None or alert.closed_at or answer.to not in alert.waiting:
            return False
        held = kept.held(brand.id, account, answer.to)
        at = min(answer.at, now)
        after = alerts.answered(alert, answer.to, at, asked_at=held[1].at if held else None, brand=brand)
        try:
            kept.change(alert, after)
        except Conflict:
            continue
        return True
    raise TryAgain(f"answer {answer.id}: its alert changed {TRIES} times")


def note_edit(edit: Edited, brand: Brand, account: str, kept: Conversations) -> bool:
    """Hold what was said as its author changed it, and wait for an answer where it asks now; whether that was news."""
    for _ in range(TRIES):
        found = kept.held(brand.id, account, edit.id)
        if found is None or found[1].text == edit.text:
            return False
        alert, said = found
        by_rules = tuple(label for label in said.labels if label.rule == BY_RULE)
        changed = _labelled(said.model_copy(update={"text": edit.text, "labels": by_rules}))
        try:
            if asks_something(changed.labels) and not asks_something(said.labels) and not alert.closed_at:
                kept.change(alert, alerts.asked(alert, said.id))
            kept.rewrite(alert, changed)
        except Conflict:
            continue  # its alert changed meanwhile, or it was erased
        return True
    raise TryAgain(f"edit of {edit.id}: its alert changed {TRIES} times")


def note_erasure(erasure: Erased, brand: Brand, account: str, kept: Conversations, now: datetime) -> bool:
    """Forget what is gone from its network; nobody waits for an answer to it any more. Whether that was news."""
    for _ in range(TRIES):
        found = kept.held(brand.id, account, erasure.id)
        if found is None:
            return False
        alert, interaction = found
        after = alert if alert.closed_at else alerts.erased(alert, interaction.id, now)
        try:
            kept.erase(interaction, alert, after)
        except Conflict:
            continue
        return True
    raise TryAgain(f"erasure of {erasure.id}: its alert changed {TRIES} times")


def _labelled(interaction: Interaction) -> Interaction:
    """Label it by what it says and who says it, beside what rules of the brand made of it."""
    return interaction.model_copy(update={"labels": (*labels_of(interaction), *interaction.labels)})


def _given(verdict: Verdict) -> list[Label]:
    """Give the labels that rules of the brand add, each with the rule's name."""
    return [
        Label(name=name, rule=BY_RULE, words=decision.rule)
        for decision in verdict.decisions
        for name in decision.did.get("labels", ())
    ]


def _facts(said: Interaction, brand: Brand, book: Rulebook, kept: Conversations, now: datetime) -> Facts:
    """Give what the brand's rules ask, and nothing that none of them does."""
    times = kept.times_heard(brand.id, said.network.value, said.author.id) + 1 if book.ask_times else 1
    return Facts(
        local=local(now, brand.zone),
        working=hours.works(now, brand),
        times=times,
        volumes=_volumes(said, brand, book, kept, now),
    )


def _volumes(
    said: Interaction, brand: Brand, book: Rulebook, kept: Conversations, now: datetime
) -> Mapping[tuple[str, int], int]:
    return {
        (of, minutes): kept.counted(brand.id, _counted(said, of), now - timedelta(minutes=minutes)) + 1
        for of, minutes in book.volumes
    }


def _counted(said: Interaction, of: str) -> str:
    """Name the place where interactions are counted: a thread, or the whole account."""
    return f"{said.account} {said.thread}" if of == "thread" else said.account


def _removed(alert: Alert, said: Interaction, verdict: Verdict, removes: Removes | None, now: datetime) -> Alert:
    """Hide or delete as the rules want it, and keep in the story what was done and why.

    Before it is written: done twice it is done once, and what cannot be done now is told rather than waited for.
    """
    if verdict.removal is None:
        return alert
    why: str | None
    if not verdict.for_real:
        why = "trial"
    elif removes is None:
        why = "impossible"
    else:
        problem = removes(said, verdict.removal)
        why = problem.code if problem else None
    after = alerts.noted(
        alert,
        What.NOT_REMOVED if why else What.REMOVED,
        now,
        interaction=said.id,
        rule=next(one.rule for one in verdict.decisions if "removal" in one.did),
        removal=verdict.removal,
        problem=why,
    )
    return after.model_copy(update={"revision": alert.revision})  # one change with what it comes with


def _is_own(interaction: Interaction, brand: Brand) -> bool:
    """Whether another account of the brand said it.

    Where handles have a server (`lea@piaille.fr`), one without is of the server that is listened to, or of its own.
    """
    listening = brand.account(interaction.account)
    said_by = _whole(interaction.author.handle, listening)
    accounts = (account for account in brand.accounts if account.network is interaction.network)
    return said_by != "" and said_by in {_whole(account.handle or "", account) for account in accounts}


def _whole(handle: str, account: Account | None) -> str:
    """Give a handle with its server, where the account has one."""
    name, _, server = handle_of(handle).partition("@")
    at = server or handle_of((account.instance if account else None) or "").rpartition("//")[2].rstrip("/")
    return f"{name}@{at}" if name and at else name


def _placed(interaction: Interaction, kept: Conversations) -> Interaction:
    """Put an answer to something that came before under the same thread, where the network does not say it."""
    if interaction.answers is None or interaction.thread != interaction.answers:
        return interaction
    earlier = kept.alert_with(interaction.brand, interaction.account, interaction.answers)
    return interaction.model_copy(update={"thread": earlier.thread}) if earlier else interaction
