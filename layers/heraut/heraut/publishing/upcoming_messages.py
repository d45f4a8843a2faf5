"""What is said to a person about posts that are still to leave: pure, what was seen in, a `Message` out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut.brands import known_as
from heraut.due import stamp
from heraut.notifications.base import Item, Message
from heraut.problems import catalogue
from heraut.publishing.upcoming import ADVICE, OF_ACCOUNT, Kind
from heraut.wording import Wording, at_moment, moment, of_moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Brand, Person
    from heraut.publishing.model import Content, Delivery
    from heraut.publishing.upcoming import Finding

MOST_ITEMS = 20
MOST_NAMED = 12  # posts at risk named under one account
LONGEST_QUOTE = 600

wording = Wording(__package__, "upcoming_messages.toml")


@dataclass(frozen=True)
class Seen:
    """A delivery, what it says, and what was found about it; nothing: what was found before is mended."""

    delivery: Delivery
    content: Content
    findings: tuple[Finding, ...]


def compose(seen: Sequence[Seen], brand: Brand, person: Person, now: datetime) -> Message:
    """Say to one person, at once, all that is worth mending, and what is mended."""
    return _Voice(
        sorted(seen, key=lambda one: (one.delivery.publish_at, one.delivery.id)), brand, person, now
    ).message()


class _Voice:
    """One message, in one language."""

    def __init__(self, seen: Sequence[Seen], brand: Brand, person: Person, now: datetime) -> None:
        self.seen = seen
        self.brand = brand
        self.person = person
        self.language = person.language
        self.now = now

    def message(self) -> Message:
        """Say it."""
        found = [one for one in self.seen if one.findings]
        about = found or self.seen
        first = about[0].delivery
        stem = "found" if found else "mended"
        blocked = any(finding.kind not in ADVICE for one in found for finding in one.findings)
        tone = "blocked" if blocked else "advice" if found else "mended"
        networks = {
            known_as.title(self.brand, one.delivery.account, one.delivery.network, self.language) for one in about
        }
        items = self._items()
        if len(items) > MOST_ITEMS:
            rest = len(items) - MOST_ITEMS
            items = [*items[:MOST_ITEMS], Item(self._say("more_title"), self._say("more", count=rest))]
        single = items[0] if len(items) == 1 else None
        return Message(
            id=self._id(),
            language=self.language,
            brand=self.brand.name,
            brand_id=self.brand.id,
            network=networks.pop() if len(networks) == 1 else None,
            happened=self._of(first, stem) if len(about) == 1 else self._say(f"{stem}_many", count=len(about)),
            lead=self._of(first, f"{tone}_lead"),
            why=single.why if single else "",
            otherwise=self._say(f"{tone}_otherwise"),
            quote=single.quote if single else None,
            items=() if single else tuple(items),
        )

    def _items(self) -> list[Item]:
        return [*self._accounts(), *(item for one in self.seen for item in self._posts(one))]

    def _accounts(self) -> list[Item]:
        """What is wrong with an account, once, with the posts at risk."""
        at_risk: dict[tuple[str, str], list[tuple[Delivery, Finding]]] = {}
        for one in self.seen:
            for finding in one.findings:
                if finding.kind in OF_ACCOUNT:
                    at_risk.setdefault((one.delivery.account, finding.key), []).append((one.delivery, finding))
        return [self._account(risk) for risk in at_risk.values()]

    def _account(self, risk: list[tuple[Delivery, Finding]]) -> Item:
        first, finding = risk[0]
        named = [self._of(delivery, "risk") for delivery, _ in risk[:MOST_NAMED]]
        if len(risk) > MOST_NAMED:
            named.append(self._say("risk_more", count=len(risk) - MOST_NAMED))
        title = known_as.title(self.brand, first.account, first.network, self.language)
        return Item(title, self._why(first, finding), "\n".join([self._say("risks"), *named]))

    def _posts(self, one: Seen) -> list[Item]:
        title = self._of(one.delivery, "item")
        if not one.findings:
            return [Item(title, self._say("mended_why"), _cut(_text(one.content)))]
        own = [finding for finding in one.findings if finding.kind not in OF_ACCOUNT]
        if not own:
            return []
        quote = [_cut(_text(one.content))]
        for finding in own:
            if finding.other is not None and finding.text:
                quote += [self._of(finding.other, "beside"), _cut(finding.text)]
        if len(quote) > 1:
            quote.insert(0, self._of(one.delivery, "this_one"))
        why = " ".join(self._why(one.delivery, finding) for finding in own)
        return [Item(title, why, "\n\n".join(quote))]

    def _why(self, delivery: Delivery, finding: Finding) -> str:
        if finding.problem is not None:
            if finding.problem.code not in catalogue():
                return self._say("unknown")
            said = " ".join(
                filter(None, [finding.problem.message(self.language), finding.problem.remedy(self.language)])
            )
            return self._of(delivery, "away", said=said) if finding.kind is Kind.AWAY else said
        if finding.at is not None:
            return self._say("quota", at=at_moment(finding.at, self.brand.zone, self.language, self.now))
        if finding.other is not None:
            return self._of(finding.other, finding.kind.value)
        return self._of(delivery, finding.kind.value)

    def _of(self, delivery: Delivery, code: str, **fields: object) -> str:
        given = (delivery.publish_at, self.brand.zone, self.language, self.now)
        return self._say(
            code,
            of=of_moment(*given),
            at=at_moment(*given),
            moment=moment(*given),
            network=known_as.title(self.brand, delivery.account, delivery.network, self.language),
            **fields,
        )

    def _say(self, code: str, **fields: object) -> str:
        return wording.say(code, self.language, **fields)

    def _id(self) -> str:
        keys = [f"{one.delivery.id}/{one.delivery.version}/{f.key}" for one in self.seen for f in one.findings]
        keys += [f"{one.delivery.id}/mended" for one in self.seen if not one.findings]
        told = "/".join(["upcoming", self.brand.id, self.person.id, stamp(self.now), *sorted(keys)])
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def _text(content: Content) -> str:
    return "\n\n".join(part.text for part in content.parts)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1].rstrip() + "…"
