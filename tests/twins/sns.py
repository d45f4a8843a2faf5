"""Twin of SNS as far as people are told through it: remembers what was sent, refuses what it refuses."""

from __future__ import annotations

from dataclasses import dataclass, field

from heraut.errors import HerautError, InvalidInput
from heraut.notifications.sms import number
from heraut.problems import problem


@dataclass
class SnsTwin:
    """`texts` are short messages (number, text), `published` what topics got; `topics` are those that are there."""

    topics: frozenset[str] = frozenset()
    texts: list[tuple[str, str]] = field(default_factory=list)
    published: list[tuple[str, str, str, dict[str, str]]] = field(default_factory=list)
    failing: HerautError | None = None

    def send_sms(self, phone: str, text: str) -> str:
        if self.failing is not None:
            raise self.failing
        if number(phone) != phone:
            raise InvalidInput([problem("sms_refused", phone=phone)])
        self.texts.append((phone, text))
        return f"receipt-{len(self.texts)}"

    def publish(self, topic: str, subject: str, forms: str, about: dict[str, str]) -> None:
        if self.failing is not None:
            raise self.failing
        if topic not in self.topics:
            raise InvalidInput([problem("topic_refused", topic=topic)])
        self.published.append((topic, subject, forms, about))
