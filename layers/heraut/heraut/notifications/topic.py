"""A topic of the team's own (Amazon SNS), named in the configuration: everything that listens there gets the message.

Each kind of listener gets its own form, in one publication (`MessageStructure: json`,
https://docs.aws.amazon.com/sns/latest/api/API_Publish.html): text for mailboxes, a short message for telephones, the
signed webhook's JSON for programs and queues.
"""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Protocol

from heraut.errors import InvalidInput
from heraut.notifications import sms, webhook
from heraut.notifications.email import as_text
from heraut.notifications.gsm import spelled
from heraut.notifications.hooks import cut
from heraut.problems import problem

if TYPE_CHECKING:
    from heraut.brands import Person
    from heraut.notifications.base import Message

LONGEST_SUBJECT = 100  # ASCII characters, beginning with a letter, a digit or a mark
MOST_BYTES = 256 * 1024  # of a publication, all forms together
PROGRAMS = ("lambda", "sqs", "http", "https", "firehose")


class PublishesToTopics(Protocol):
    """A way to hand a message to a topic."""

    def publish(self, topic: str, subject: str, forms: str, about: dict[str, str]) -> None:
        """Publish the forms (JSON), with attributes that listeners can filter by.

        TryAgain when it may be accepted later, InvalidInput when it never will.
        """


class TopicNotifications:
    """Notifications to the topic that the configuration names for a person."""

    def __init__(self, topics: PublishesToTopics) -> None:
        """Publish through `topics`."""
        self._topics = topics

    def tell(self, person: Person, message: Message) -> None:
        """Publish it; raises TryAgain when it may succeed later, InvalidInput when this person cannot be reached so."""
        if not person.topic:
            raise InvalidInput([problem("topic_missing", f"people.{person.id}.topic", person=person.name)])
        about = {"brand": message.brand_id or "-", "person": person.id}
        self._topics.publish(person.topic, subject(message), forms(person, message), about)


def subject(message: Message) -> str:
    """Give the subject that mailboxes show: ASCII, one line."""
    letters = unicodedata.normalize("NFKD", spelled(message.subject)).encode("ascii", "ignore").decode()
    return " ".join(letters.split())[:LONGEST_SUBJECT].strip()


def forms(person: Person, message: Message) -> str:
    """Give what each kind of listener gets, as JSON."""
    program = json.dumps(webhook.form(person, message), ensure_ascii=False)
    text = as_text(person, message)
    said = {"default": text, "email": text, "sms": _short(message)}
    made = json.dumps({**said, **dict.fromkeys(PROGRAMS, program)}, ensure_ascii=False)
    return made if len(made.encode()) <= MOST_BYTES else json.dumps({"default": cut(text, MOST_BYTES // 8)})


def _short(message: Message) -> str:
    try:
        return sms.compose(message)
    except InvalidInput:  # no room beside the link: a listening telephone gets the words alone
        return sms.compose(_without_buttons(message))


def _without_buttons(message: Message) -> Message:
    from dataclasses import replace

    return replace(message, buttons=(), items=())
