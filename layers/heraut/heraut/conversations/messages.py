"""What people read about an alert: who said what, until when an answer is owed, what happens otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from heraut.brands import Urgency, known_as
from heraut.conversations.alert_links import answerable
from heraut.conversations.alerts import Told, next_told
from heraut.conversations.labels_said import all_said
from heraut.conversations.reply import saved_answer
from heraut.letters import clean
from heraut.letters import said as fit
from heraut.notifications.base import Button, Message
from heraut.wording import Wording, at_moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Brand, Person
    from heraut.conversations.model import Alert, Interaction, Notice
    from heraut.problems import Language

SHOWN = 5  # interactions in a message, the newest ones
LONGEST = 500  # characters of each
SAID_FIRST = frozenset({Urgency.CRISIS, Urgency.HIGH})  # in the subject

wording = Wording(__package__, "messages.toml")


@dataclass(frozen=True)
class Said:
    """An alert with what it is about, in one person's language."""

    alert: Alert
    interactions: Sequence[Interaction]
    brand: Brand
    language: Language
    now: datetime

    def say(self, code: str, **fields: object) -> str:
        """Say a sentence with this alert's deadline filled in."""
        return wording.say(code, self.language, **({"deadline": self.at(self.alert.deadline)} | fields))

    def at(self, instant: datetime) -> str:
        """Say a moment by the brand's clock."""
        return at_moment(instant, self.brand.zone, self.language, self.now)

    @property
    def network(self) -> str:
        """The network's name as people know it."""
        return known_as.network_title(self.alert.network, self.language, self.brand.account(self.alert.account))

    @property
    def place(self) -> str:
        """The network, with the account where the brand has two there."""
        return known_as.title(self.brand, self.alert.account, self.alert.network, self.language)

    @property
    def waiting(self) -> list[Interaction]:
        """What nobody has answered yet, oldest first."""
        return [one for one in self.interactions if one.id in self.alert.waiting]

    @property
    def happened(self) -> str:
        """Who waits."""
        authors = list(dict.fromkeys(one.author.id for one in self.waiting))
        if len(authors) == 1:
            return self.say("one", author=fit(self.waiting[-1].author.name))
        return self.say("several", count=len(authors))

    def urgent(self, happened: str) -> str:
        """Say first how urgent it is, where it is."""
        urgency = self.alert.urgency
        return self.say(urgency.value, happened=happened) if urgency in SAID_FIRST else happened

    @property
    def passages(self) -> list[str]:
        """The newest of what waits, each with who said it and when."""
        shown = [self.passage(one) for one in self.waiting[-SHOWN:]]
        hidden = len(self.waiting) - len(shown)
        return [*shown, self.say("more", count=hidden)] if hidden > 0 else shown

    def passage(self, one: Interaction, longest: int | None = LONGEST) -> str:
        """Say who said what, and when; cut at `longest` characters (None: whole)."""
        said = self.say(
            "said" if one.author.handle else "said_nameless",
            author=fit(one.author.name),
            handle=fit(one.author.handle),
            at=self.at(one.at),
            text=clean(one.text) if longest is None else _short(one.text, longest),
        )
        return f"{said}\n{self.say('labelled', labels=all_said(one.labels, self.language))}" if one.labels else said

    @property
    def reasons(self) -> list[str]:
        """Which rules chose who hears, and by which words; what was hidden, or would be."""
        decisions = [one for said in self.waiting[-SHOWN:] for one in said.decisions if one.did]
        rules = dict.fromkeys((one.rule, ", ".join(b.found for b in one.because)) for one in decisions)
        found = [self.say("rule" if words else "rule_all", rule=fit(rule), words=fit(words)) for rule, words in rules]
        removals = [one.did for one in decisions if "removal" in one.did]
        for did in {str(one): one for one in removals}.values():
            code = did["removal"] if did["for_real"] else f"{did['removal']}_trial"
            found.append(self.say(f"removal_{code}", charter=fit(did["charter"])))
        return found

    @property
    def suggested(self) -> list[str]:
        """The saved answer that a rule proposes, with the name of whoever waits filled in."""
        text = saved_answer(self.brand, self.alert.suggest or "", self.waiting[-1]) if self.waiting else None
        return [self.say("suggested", text=fit(text))] if text else []

    @property
    def address(self) -> str | None:
        """Where the newest one is answered."""
        return next((one.url for one in reversed(self.waiting) if one.url), None)


def message(step: Told, said: Said, person: Person, buttons: Sequence[Button], reply_to: str | None = None) -> Message:
    """Tell a person what the step says: an alert opened, is due soon, or is overdue.

    `reply_to` is the address to which an answer may be written.
    """
    alert, stem = said.alert, step.name.lower()
    taker = said.brand.person(alert.taken_by) if alert.taken_by else None
    lead = [said.say("lead_overdue" if step is Told.OVERDUE else "lead")]
    if taker is not None and taker.id != person.id:
        lead.append(said.say("lead_taken", person=taker.name))
    look = [Button(said.say("open", network=said.network), said.address)] if said.address else []
    happened = said.happened if step is Told.OPENED else said.say(stem, happened=said.happened)
    happened = said.urgent(happened)
    return Message(
        id=f"alert/{alert.brand}/{alert.id}/{name_of(step, alert)}/{person.id}",
        language=person.language,
        brand=said.brand.name,
        brand_id=said.brand.id,
        network=said.place,
        happened=happened,
        lead=" ".join(lead),
        why=" ".join([*said.reasons, said.say("why" if answerable(alert) else "why_there", network=said.network)]),
        otherwise=said.say(_otherwise(said, step)),
        quote="\n\n".join([*said.passages, *said.suggested]),
        buttons=(*buttons, *look),
        thread=f"alert/{alert.brand}/{alert.id}",
        reply_to=reply_to,
        reply_says=_reply_says(said) if reply_to else "",
    )


def name_of(step: Told, alert: Alert) -> str:
    """Name what is told: more urgent, to the next person, or of what is open again, it is another message."""
    again = f"{alert.urgency.value}{alert.escalated or ''}{f'-{alert.reopened}' if alert.reopened else ''}"
    return f"{step.name.lower()}/{again}"


def notice_message(
    notice: Notice, said: Said, person: Person, buttons: Sequence[Button], reply_to: str | None = None
) -> Message:
    """Tell one person what concerns them alone: an alert is theirs now, or what they asked for could not be done."""
    alert = said.alert
    step = Told(max(alert.told, Told.OPENED))
    named = f"alert/{alert.brand}/{alert.id}/{notice.code}/{notice.at:%Y%m%d%H%M%S%f}/{person.id}"
    if notice.interaction is not None:
        one = next((one for one in said.interactions if one.id == notice.interaction), None)
        return replace(
            message(step, said, person, buttons),
            id=named,
            happened=said.say(notice.code, author=fit(one.author.name) if one else said.say("somebody")),
            lead=fit(notice.word),
            why="",
            otherwise=said.say(f"otherwise_{notice.code}"),
            quote=said.passage(one) if one else None,
        )
    by = said.brand.person(notice.by)
    name = by.name if by else fit(notice.by)
    lead = [said.say("lead_overdue" if alert.deadline < said.now else "lead")]
    if notice.word:
        lead.append(said.say("word", person=name, word=" ".join(fit(notice.word).split())))
    return replace(
        message(step, said, person, buttons, reply_to),
        id=named,
        happened=said.say(notice.code, person=name, happened=said.urgent(said.happened)),
        lead=" ".join(lead),
        otherwise=said.say(_otherwise(said, step) if alert.due_at else "otherwise_overdue"),
    )


def _reply_says(said: Said) -> str:
    """Say whom an answer by e-mail reaches: one person, or nobody before one was chosen."""
    if len(said.waiting) != 1:
        return said.say("by_mail_several")
    return said.say("by_mail", author=fit(said.waiting[0].author.name), network=said.place)


def _otherwise(said: Said, step: Told) -> str:
    """Say what happens without an answer: whether somebody else hears, and whether that is who is on call."""
    steps = len(next_told(said.alert, said.brand))
    if step is Told.OPENED or (step is Told.REMINDED and steps == 1):
        return f"otherwise_{step.name.lower()}"
    more = step is Told.REMINDED or said.alert.escalated + 1 < steps
    return "otherwise_next" if more else "otherwise_overdue"


def _short(text: str, longest: int) -> str:
    kept = fit(text)
    return kept if len(kept) <= longest else f"{kept[: longest - 1]}…"
