"""Whatever a brand, a person or a post is called, a mail has the headers that we gave it, and shows text as text."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import TYPE_CHECKING

import html5lib
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from heraut.brands import Person
from heraut.letters import clean
from heraut.notifications.base import Button, Item, Message, Picture, Row
from heraut.notifications.email import LONGEST_SUBJECT, as_html, compose, header
from tests.hostile_text import HOSTILE

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

HEADERS = [
    "Subject",
    "From",
    "To",
    "Message-ID",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
    "Content-Language",
]
SENDER = "heraut@martin.example"
LINK = "https://links.example/martin/aaa"
PHOTO = "https://files.example/a.jpg?x=1&y=2"


def a_message(words: list[str], network: str | None = "Instagram") -> Message:
    """Make a message that says these words wherever it says something."""
    said = iter(words)
    return Message(
        id="m1",
        language="fr",
        brand=next(said),
        network=network,
        happened=next(said),
        lead=next(said),
        why=next(said),
        otherwise=next(said),
        quote=next(said),
        pictures=(Picture(PHOTO, next(said)),),
        buttons=(Button(next(said), LINK),),
        items=(
            Item(next(said), next(said), next(said), (Picture(PHOTO, next(said)),), (Button(next(said), LINK),)),
            Item(next(said), "", rows=(Row(next(said), next(said), next(said), (Button(next(said), LINK),)),)),
        ),
        thread="martin/p1/insta",
    )


WORDS = 18
# A page takes long to parse: fewer examples, and none looked for that is smaller.
SOME = settings(max_examples=40, phases=(Phase.explicit, Phase.reuse, Phase.generate))
MESSAGES = st.lists(HOSTILE, min_size=WORDS, max_size=WORDS)


def read(person: Person, message: Message) -> EmailMessage:
    """Compose it, and read it as a mail program does."""
    raw = compose(person, message, SENDER).as_bytes()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998  # RFC 5322, 2.1.1
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def part(mail: EmailMessage, kind: str) -> str:
    """Give one of the two forms."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def spoken(text: str) -> str:
    """Give a text as it is compared: clean, each run of spaces one."""
    return " ".join(clean(text).split())


def bare(text: str) -> str:
    """Give a text without its spaces: folding a header loses some."""
    return "".join(text.split())


def skeleton(page: Element) -> list[tuple[str, tuple[str, ...]]]:
    """Give every element with the names of its attributes."""
    return [(str(one.tag), tuple(sorted(one.keys()))) for one in page.iter()]


def parsed(person: Person, message: Message) -> Element:
    """Read the page with a parser that forgives nothing."""
    page: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(as_html(person, message))
    return page


@SOME
@given(MESSAGES, HOSTILE)
def test_no_header_is_injected(words: list[str], name: str) -> None:
    """Names and subjects stay within their header; there are two parts, one recipient and one sender."""
    message = a_message(words)
    mail = read(Person(id="lea", name=name, email="lea@martin.example"), message)

    assert list(mail.keys()) == HEADERS
    assert [one.get_content_type() for one in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert not mail.defects
    assert bare(mail["Subject"]) == bare(header(message.subject)[:LONGEST_SUBJECT])
    assert [one.addr_spec for one in mail["To"].addresses] == ["lea@martin.example"]
    assert [one.addr_spec for one in mail["From"].addresses] == [SENDER]
    assert mail.as_bytes(policy=SMTP)


@SOME
@given(MESSAGES, HOSTILE)
def test_both_forms_give_the_words_back(words: list[str], name: str) -> None:
    """As `heraut/letters.py` decides, in the order of the message."""
    message = a_message(words)
    person = Person(id="lea", name=name, email="lea@martin.example")
    mail = read(person, message)
    item = message.items[0]
    everywhere = [message.happened, message.lead, message.why, message.buttons[0].label, item.title, item.why]
    everywhere += [item.buttons[0].label, message.otherwise]

    text = spoken(part(mail, "plain"))
    page = spoken("".join(parsed(person, message).itertext()))

    for said in everywhere:
        assert spoken(said) in text
        assert spoken(said) in page
    for quoted in (message.quote or "", item.quote or ""):
        assert spoken(quoted) in page
        assert all(spoken(line) in text for line in quoted.splitlines())


def test_the_page_has_no_element_and_no_attribute_that_we_did_not_write() -> None:
    """The same message in plain words has exactly the same ones."""
    person = Person(id="lea", name="Léa", email="lea@martin.example")
    expected = skeleton(parsed(person, a_message(["pain"] * WORDS)))

    @SOME
    @given(st.lists(HOSTILE.map(lambda text: f"pain{text}"), min_size=WORDS, max_size=WORDS), HOSTILE)
    def holds(words: list[str], name: str) -> None:
        page = parsed(person.model_copy(update={"name": name}), a_message(words))
        assert skeleton(page) == expected
        assert {one.get("href") for one in page.iter("a")} == {LINK, PHOTO}
        assert {one.get("src") for one in page.iter("img")} == {PHOTO}

    holds()
