"""Take in what was said, once, and what became of it later.

The brand's rules judge it, and it opens an alert, or joins the one of its thread.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from heraut.conversations import alerts, consents, hours
from heraut.conversations.labels import AuthorFacts, labels_of
from heraut.conversations.members import helps, may_help, offends
from heraut.conversations.model import MOST_WAITING, Answered, Label, LabelName, What, asks_something
from heraut.conversations.overhear import overhear
from heraut.conversations.rules import WAKES, Facts, handle_of, rulebook
from heraut.errors import Conflict, TryAgain
from heraut.wording import local

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from heraut.brands import Account, Brand
    from heraut.conversations.members import Member
    from heraut.conversations.model import Alert, Decision, Edited, Erased, Interaction
    from heraut.conversations.rules import Rulebook, Verdict
    from heraut.conversations.store import Conversations, QuotingPosts
    from heraut.problems import Problem

BY_RULE = "brand_rule"  # what a label says that a rule of the brand gave
TRIES = 5  # others may join the same alert at this very moment
REMEMBERED = timedelta(days=3)  # an answer to what we have not heard of: networks send again for a day and a half
MOST_WORDINGS = 20  # of one interaction, that asked something


class Removes(Protocol):
    """A way to hide or delete an interaction on its network, as a rule asks."""

    def __call__(self, interaction: Interaction, removal: str) -> Problem | None:
        """Hide or delete; a problem says why it could not be."""


def receive_interaction(
    interaction: Interaction,
    brand: Brand,
    kept: Conversations,
    quotes: QuotingPosts,
    now: datetime,
    removes: Removes | None = None,
) -> str:
    """Say in a word what became of it: `own`, `known`, `opened`, `joined`, `muted`, or `noted`: nobody has to answer.

    `forgotten`: its author asked that what they had said be forgotten, and it is from before.

    TryAgain: the table is too busy, or a post leaves that quotes whoever refuses it here; `quotes` holds such posts.
    `removes` is None where the network lets nothing be hidden: rules that want to are then only told.
    """
    if _is_own(interaction, brand):
        return "own"
    for _ in range(TRIES):
        came = kept.came(brand.id, interaction.account, interaction.id)
        if came is True:
            return "known"
        answered = came if isinstance(came, Answered) else None
        book, author = rulebook(brand), kept.known(brand.id, interaction.network.value, interaction.author.id)
        if author.forgotten_at and interaction.at <= author.forgotten_at:
            return "forgotten"
        placed, verdict = _judged(_placed(interaction, kept), brand, book, author.member, kept, now)
        offended = offends(label.name for label in placed.labels)
        placed = _consenting(placed, brand, kept, quotes, now)
        placed = placed.model_copy(update={"received_at": now, "offended": offended})
        before = _joins(placed, alerts.place_of(placed, verdict), kept, now)
        joins = before is not None
        if before and not answered:
            after = alerts.joined(before, placed, brand, now, verdict)
        else:
            after = before or alerts.opened(placed, brand, now, verdict)
        if answered:
            after = alerts.answered_before(after, placed, min(answered.at, now), joins=joins)
        after = _removed(after, placed, verdict, removes, now, counts=int(verdict.for_real))
        counted = [_counted(placed, of) for of, _ in sorted(book.volumes)]
        overhear(placed, brand, kept, now)
        try:
            kept.receive(placed, before, after, counted, now, answered, helped=_helped(placed, kept))
        except Conflict:
            continue
        return _word(placed, after, verdict, answered=answered is not None, joins=joins)
    raise TryAgain(f"interaction {interaction.id}: its alert changed {TRIES} times")


def _word(said: Interaction, after: Alert, verdict: Verdict, *, answered: bool, joins: bool) -> str:
    if verdict.mute and not answered:
        return "muted"
    if answered or (said.id not in after.waiting and len(after.waiting) < MOST_WAITING):
        return "noted"
    return "joined" if joins else "opened"


def note_answer(answer: Answered, brand: Brand, account: str, kept: Conversations, now: datetime) -> bool:
    """Take off an alert what the account itself answered, wherever it was written; whether that was news.

    An answer to what did not come yet is remembered, so that this opens no alert when it comes.
    """
    for _ in range(TRIES):
        alert = kept.alert_with(brand.id, account, answer.to)
        if alert is None:
            until = answer.at + REMEMBERED
            if until <= now or kept.remember_answer(brand.id, account, answer, until):
                return False
            continue  # it came at this very moment
        if answer.to in alert.thanks:
            try:
                kept.change(alert, alerts.thanked(alert, answer.to, min(answer.at, now)))
            except Conflict:
                continue
            return True
        if alert.closed_at or answer.to not in alert.waiting:
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


def note_edit(
    edit: Edited,
    brand: Brand,
    account: str,
    kept: Conversations,
    quotes: QuotingPosts,
    now: datetime,
    removes: Removes | None = None,
) -> bool:
    """Hold what was said as its author changed it, and judge it again; whether that was news.

    Somebody must answer where it asks now and did not, or where a rule wakes for it that did not: the alert waits for
    it, or opens again. Words that asked already ask nothing anew, and what waits goes on waiting. What a rule muted
    asked nobody: where none does any more, it is heard of like anything new.
    """
    for _ in range(TRIES):
        found = kept.held(brand.id, account, edit.id)
        if found is None or found[1].text == edit.text:
            return False
        held, said = found
        overhear(said.model_copy(update={"text": edit.text}), brand, kept, now, edited_at=edit.at)
        book = rulebook(brand)
        author = kept.known(brand.id, said.network.value, said.author.id).member
        changed, verdict = _judged(
            said.model_copy(update={"text": edit.text}), brand, book, author, kept, now, before=said
        )
        asked = _asked(said)
        changed = _consenting(changed, brand, kept, quotes, now).model_copy(update={"asked": asked[-MOST_WORDINGS:]})
        try:
            _revise(changed, said, held, verdict, brand, kept, now, removes)
        except Conflict:
            continue  # its alert changed meanwhile, or it was erased
        return True
    raise TryAgain(f"edit of {edit.id}: its alert changed {TRIES} times")


def _revise(
    changed: Interaction,
    said: Interaction,
    held: Alert,
    verdict: Verdict,
    brand: Brand,
    kept: Conversations,
    now: datetime,
    removes: Removes | None,
) -> None:
    """Write what an edit makes of an interaction and of the alert that holds it."""
    before = held
    if held.closed_at and _asks_anew(changed, said, verdict):
        before = kept.open_alert(held.brand, held.account, held.thread) or held
    after = before
    if _asks_anew(changed, said, verdict) or (said.id in held.waiting and _wakes_anew(said, verdict)):
        after = alerts.edited(before, changed, brand, now, verdict, joins=before.id != held.id)
    if not any("removal" in one.did for one in said.decisions):
        after = _removed(after, changed, verdict, removes, now, counts=0)  # it counted as it was when it came
    if after is before:
        kept.rewrite(held, changed)
        return
    if after.revision == before.revision:
        after = after.model_copy(update={"revision": before.revision + 1})
    kept.revise(changed, held, before, after)


def _asks_anew(changed: Interaction, said: Interaction, verdict: Verdict) -> bool:
    """Whether somebody must answer who did not have to: with words that did not ask before, or for another rule."""
    if verdict.mute or not alerts.asks(changed, verdict):
        return False
    if _wakes_anew(said, verdict):
        return True
    return not _asked_somebody(said) and _wording(changed.text) not in changed.asked


def _wakes_anew(said: Interaction, verdict: Verdict) -> bool:
    """Whether a rule wakes somebody for it that was not about it before."""
    before = {one.rule for one in said.decisions}
    return not verdict.mute and _woke([one for one in verdict.decisions if one.rule not in before])


def _woke(decisions: Iterable[Decision]) -> bool:
    return any(name in one.did for one in decisions for name in ("urgency", *WAKES))


def _asked_somebody(said: Interaction) -> bool:
    """Whether it was somebody's business as it stood; what a rule muted was nobody's."""
    muted = any("mute" in one.did for one in said.decisions)
    return not muted and (asks_something(said.labels) or _woke(said.decisions))


def _asked(said: Interaction) -> tuple[str, ...]:
    """Give the wordings with which it asked something so far."""
    if not _asked_somebody(said):
        return said.asked
    return tuple(dict.fromkeys((*said.asked, _wording(said.text))))


def _wording(text: str) -> str:
    """Name the words of a text, whatever their capitals and signs: a corrected comma is no other wording."""
    return hashlib.sha256(" ".join(re.findall(r"\w+", text.casefold())).encode()).hexdigest()[:16]


def note_erasure(erasure: Erased, brand: Brand, account: str, kept: Conversations, now: datetime) -> bool:
    """Forget what is gone from its network; nobody waits for an answer to it any more. Whether that was news."""
    for _ in range(TRIES):
        found = kept.held(brand.id, account, erasure.id)
        if found is None:
            return False
        alert, interaction = found
        overhear(interaction, brand, kept, now, erased_at=erasure.at)
        after = alert if alert.closed_at else alerts.erased(alert, interaction.id, now)
        try:
            kept.erase(interaction, alert, after)
        except Conflict:
            continue
        return True
    raise TryAgain(f"erasure of {erasure.id}: its alert changed {TRIES} times")


def _judged(
    said: Interaction,
    brand: Brand,
    book: Rulebook,
    author: Member,
    kept: Conversations,
    now: datetime,
    before: Interaction | None = None,
) -> tuple[Interaction, Verdict]:
    """Label it, and let the brand's rules judge it. `before`: as it was, and was counted, when it came."""
    placed = said.model_copy(update={"labels": labels_of(said, facts_of(author, said, before))})
    facts = _facts(placed, brand, book, author, kept, now, before)
    verdict = book.judge(placed, facts, [label.name for label in placed.labels])
    labels = (*placed.labels, *_given(verdict))
    return placed.model_copy(update={"labels": labels, "decisions": verdict.decisions}), verdict


def _consenting(
    said: Interaction, brand: Brand, kept: Conversations, quotes: QuotingPosts, now: datetime
) -> Interaction:
    """Note a yes or a no that it gives in the agreed words, before it is taken in: done twice it is done once."""
    try:
        label = consents.noted(said, brand, kept, quotes, now)
    except Conflict as busy:
        raise TryAgain(str(busy)) from None
    return said.model_copy(update={"labels": (*said.labels, label)}) if label else said


def _joins(said: Interaction, place: str, kept: Conversations, now: datetime) -> Alert | None:
    """Give the alert that it joins: the open one of its place, or one that was over as it opened."""
    before = kept.open_alert(said.brand, said.account, place)
    if before is None:
        before = kept.quiet_alert(said.brand, said.account, place)
        before = before if before and alerts.may_reopen(before, now) else None
    return before


def _given(verdict: Verdict) -> list[Label]:
    """Give the labels that rules of the brand add, each with the rule's name."""
    return [
        Label(name=name, rule=BY_RULE, words=decision.rule)
        for decision in verdict.decisions
        for name in decision.did.get("labels", ())
    ]


def facts_of(author: Member, said: Interaction, before: Interaction | None = None) -> AuthorFacts:
    """Give what labels ask of an author: what came from them before, but for what this interaction itself was."""
    praised = before is not None and LabelName.PRAISE in {label.name for label in before.labels}
    return AuthorFacts(followers=said.author.followers, praised=author.count(LabelName.PRAISE) - praised)


def _helped(said: Interaction, kept: Conversations) -> bool:
    """Whether it answers another member's question."""
    if said.answers is None or not may_help(said):
        return False
    found = kept.held(said.brand, said.account, said.answers)
    return helps(said, found[1] if found else None)


def _facts(
    said: Interaction,
    brand: Brand,
    book: Rulebook,
    author: Member,
    kept: Conversations,
    now: datetime,
    before: Interaction | None,
) -> Facts:
    """Give what the brand's rules ask, this interaction counted in, once."""
    more = 0 if before else 1
    was = before is not None and offends(label.name for label in before.labels)
    offends_anew = offends(label.name for label in said.labels) - was
    return Facts(
        local=local(now, brand.zone),
        working=hours.works(now, brand),
        times=author.times + more,
        volumes=_volumes(said, brand, book, kept, now, more),
        offences={
            within: author.offences((now - timedelta(minutes=within)).date()) + offends_anew for within in book.offences
        },
    )


def _volumes(
    said: Interaction, brand: Brand, book: Rulebook, kept: Conversations, now: datetime, more: int
) -> Mapping[tuple[str, int], int]:
    return {
        (of, minutes): kept.counted(brand.id, _counted(said, of), now - timedelta(minutes=minutes)) + more
        for of, minutes in book.volumes
    }


def _counted(said: Interaction, of: str) -> str:
    """Name the place where interactions are counted: a thread, or the whole account."""
    return f"{said.account} {said.thread}" if of == "thread" else said.account


def _removed(
    alert: Alert, said: Interaction, verdict: Verdict, removes: Removes | None, now: datetime, *, counts: int
) -> Alert:
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
        charter=verdict.charter,
        problem=why,
        counts=counts,
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
