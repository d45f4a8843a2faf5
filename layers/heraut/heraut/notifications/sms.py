"""A short message: one part of 160 letters in the telephones' own alphabet, its link whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from heraut.errors import InvalidInput
from heraut.notifications.gsm import length, shortened, spelled
from heraut.problems import problem

if TYPE_CHECKING:
    from heraut.brands import Person
    from heraut.notifications.base import Message

LONGEST = 160
FEWEST_WORDS = 15  # letters before a link: with fewer nobody knows what it is about
_PHONE = re.compile(r"\+[1-9]\d{6,14}")  # E.164
_WRITTEN = re.compile(r"[\s().\-\u00a0\u202f]")


class SendsSms(Protocol):
    """A way to hand a short message to the telephone network."""

    def send_sms(self, phone: str, text: str) -> str:
        """Send a text to a number (E.164); gives its receipt, by which the operators' refusal is told later.

        TryAgain when it may be accepted later, InvalidInput when it never will.
        """


class SmsNotifications:
    """Notifications by SMS: what happened, until when, who said what as far as it fits, and the link expected."""

    def __init__(self, sms: SendsSms) -> None:
        """Send through `sms`."""
        self._sms = sms

    def tell(self, person: Person, message: Message) -> str:
        """Send it, give its receipt.

        Raises TryAgain when it may succeed later, InvalidInput when this person cannot be reached so.
        """
        phone = number(person.phone or "")
        if phone is None:
            raise InvalidInput([problem("phone_unusable", f"people.{person.id}.phone", person=person.name)])
        return self._sms.send_sms(phone, compose(message))


def number(written: str) -> str | None:
    """Give a telephone number as networks take it (E.164: `+33612345678`), however it is spaced; None: it is none."""
    digits = _WRITTEN.sub("", written)
    digits = f"+{digits[2:]}" if digits.startswith("00") else digits
    return digits if _PHONE.fullmatch(digits) else None


def compose(message: Message) -> str:
    """Write a message in one part, its first button's address whole.

    InvalidInput (`sms_link_too_long`) when that address leaves no room for words.
    """
    buttons = (*message.buttons, *(button for item in message.items for button in item.every_button))
    link = f" {buttons[0].address}" if buttons else ""
    room = LONGEST - length(link)
    if room < FEWEST_WORDS:
        raise InvalidInput([problem("sms_link_too_long", length=len(link))])
    return shortened(_words(message), room) + link


def _words(message: Message) -> str:
    """Say the most pressing thing first: what is at the end may be cut."""
    said = " ".join((message.quote or "").split())
    sentence = message.happened if message.happened.endswith((".", "!", "?")) else f"{message.happened}."
    return " ".join(spelled(f"{message.brand}: {sentence} {message.lead} {said}").split())
