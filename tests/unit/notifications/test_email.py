"""The e-mail a person gets: both forms, stable names, nothing injected, nothing from third parties."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from bs4 import BeautifulSoup

from heraut.brands import Person
from heraut.errors import ConfigurationError, InvalidInput, TryAgain
from heraut.notifications.base import Button, Item, Message, Picture
from heraut.notifications.email import LONGEST_SUBJECT, EmailNotifications

LEA = Person(id="lea", name="Léa", email="lea@martin.example")
MESSAGE = Message(
    id="m1",
    language="fr",
    brand="Boulangerie Martin",
    network="Instagram",
    happened="La publication de 12 h 30 n'est pas partie",
    lead="Corrigez l'image, puis renvoyez-la.",
    why="Instagram refuse l'image : 1,91:1 au plus large.",
    otherwise="Sans réponse : elle reste non publiée.",
    quote="Pain & seigle\n<b>tout chaud</b>",
    pictures=(Picture("https://files.example/a.jpg?signed=1&x=2", 'Une "miche"'),),
    buttons=(Button("Renvoyer", "https://links.example/martin/aaa"), Button("Laisser tomber", "https://l.example/b")),
    thread="martin/p1/insta",
)


@dataclass
class Post:
    """Twin of what carries the bytes."""

    sent: list[tuple[bytes, str, str]] = field(default_factory=list)
    failing: TryAgain | None = None

    def send(self, raw: bytes, sender: str, to: str, about: Mapping[str, str]) -> None:
        if self.failing:
            raise self.failing
        self.sent.append((raw, sender, to))


def told(message: Message = MESSAGE, person: Person = LEA, sender: str = "heraut@martin.example") -> EmailMessage:
    """Send a message and read what left, as a mail program would."""
    post = Post()
    EmailNotifications(post, sender).tell(person, message)
    read = message_from_bytes(post.sent[0][0], policy=default)
    assert isinstance(read, EmailMessage)
    return read


def part(mail: EmailMessage, kind: str) -> str:
    """Give one of the two forms."""
    body = mail.get_body((kind,))
    assert body is not None
    content = body.get_content()
    assert isinstance(content, str)
    return content


def test_who_writes_to_whom_about_what() -> None:
    """Subject, sender and recipient are readable, accents included, and the envelope holds bare addresses."""
    post = Post()
    EmailNotifications(post, "Ne pas répondre <heraut@martin.example>").tell(LEA, MESSAGE)
    raw, sender, to = post.sent[0]
    mail = message_from_bytes(raw, policy=default)

    assert mail["Subject"] == "[Boulangerie Martin · Instagram] La publication de 12 h 30 n'est pas partie"
    assert mail["To"] == "Léa <lea@martin.example>"
    assert mail["From"] == "Héraut · Boulangerie Martin <heraut@martin.example>"
    assert (sender, to) == ("heraut@martin.example", "lea@martin.example")


def test_a_name_that_looks_encoded_adds_no_header() -> None:
    """Python decodes encoded words (RFC 2047) in what it is given: one may hold a line break and a header."""
    mail = told(replace(MESSAGE, brand="Martin =?utf-8?q?=0ABcc:_evil@example.org?="), LEA)

    assert mail["Bcc"] is None
    assert "= ?utf-8?q?" in mail["Subject"]
    assert mail["Content-Language"] == "fr"


@pytest.mark.parametrize(
    "name", ["Léa, " * 40, "a, <x@evil.example> " * 9, '"' * 90 + ",", "\\" * 90 + ",", "J. D. " * 30]
)
@pytest.mark.parametrize("local", ["lea", "l" * 64])
def test_a_long_name_adds_no_recipient(name: str, local: str) -> None:
    """Python drops the quotes of a name that it has to break, and what stood in them becomes addresses."""
    address = f"{local}@{'m' * 60}.example"
    mail = told(MESSAGE, Person(id="lea", name=name, email=address))

    assert [one.addr_spec for one in mail["To"].addresses] == [address]
    assert mail["To"].addresses[0].display_name[:2] == name[:2].replace('"', "'").replace("\\", "/")


def test_both_forms_say_everything_in_order() -> None:
    """What to do, the text and picture, why, the buttons, what happens without an answer."""
    mail = told()
    html = BeautifulSoup(part(mail, "html"), "html.parser").get_text(" ")
    expected = ["Corrigez l'image", "Pain & seigle", "1,91:1", "Renvoyer", "Laisser tomber", "Sans réponse"]

    for text in (part(mail, "plain"), html.split("n'est pas partie")[-1]):
        places = [text.index(piece) for piece in expected]
        assert places == sorted(places)
    assert "https://links.example/martin/aaa" in part(mail, "plain")
    assert "https://files.example/a.jpg?signed=1&x=2" in part(mail, "plain")


def test_what_people_wrote_stays_text() -> None:
    """Markup in a post, a name or a description is shown, never obeyed."""
    sly = replace(
        MESSAGE,
        brand="<script>alert(1)</script>",
        lead="<img src=x>",
        buttons=(Button("<i>x</i>", 'https://l.example/"onclick="x'),),
        items=(Item("<u>t</u>", "<s>w</s>", "</div><script>"),),
    )

    html = part(told(sly), "html")
    page = BeautifulSoup(html, "html.parser")

    assert not page.find_all(["script", "i", "u", "s", "b"])
    assert not [tag for tag in page.find_all(True) if any(name.startswith("on") for name in tag.attrs)]
    assert "<b>tout chaud</b>" in page.get_text()


def test_nothing_comes_from_third_parties() -> None:
    """No font, style, script or counting picture is fetched: only the post's own picture and the links."""
    page = BeautifulSoup(part(told(), "html"), "html.parser")

    assert [tag["src"] for tag in page.find_all(src=True)] == ["https://files.example/a.jpg?signed=1&x=2"]
    assert not page.find_all(["link", "script", "iframe", "form"])
    assert "url(" not in str(page)
    assert {tag["href"] for tag in page.find_all("a")} == {
        "https://links.example/martin/aaa",
        "https://l.example/b",
        "https://files.example/a.jpg?signed=1&x=2",
    }


def test_pictures_keep_their_description() -> None:
    """The alt text of the post is the alt text in the message."""
    images = BeautifulSoup(part(told(), "html"), "html.parser").find_all("img")

    assert [image["alt"] for image in images] == ['Une "miche"']


def test_it_is_made_for_a_phone_and_for_the_dark() -> None:
    """It scales to the screen and declares both colour schemes; the page says its language."""
    html = part(told(replace(MESSAGE, language="en")), "html")

    assert 'name="viewport" content="width=device-width' in html
    assert "prefers-color-scheme: dark" in html
    assert '<html lang="en">' in html


def test_a_repeat_has_the_same_name_and_a_reminder_the_same_thread() -> None:
    """Message-ID depends on the message alone, References on what it is about."""
    first, repeat, reminder = told(), told(), told(replace(MESSAGE, id="m2"))

    assert first["Message-ID"] == repeat["Message-ID"] != reminder["Message-ID"]
    assert first["References"] == reminder["References"] != told(replace(MESSAGE, thread="other"))["References"]
    assert re.fullmatch(r"<[0-9a-f]{40}@martin\.example>", first["Message-ID"])


def test_it_says_that_a_machine_wrote_it() -> None:
    """Holiday answers are not wanted (RFC 3834)."""
    assert told()["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85", "\x00"])
def test_no_header_can_be_injected(end: str) -> None:
    """Line ends in a brand, a name or a headline make no new header."""
    sly = f"x{end}Bcc: everybody@evil.example{end}{end}body"

    mail = told(
        replace(MESSAGE, brand=sly, happened=sly, thread=sly), LEA.model_copy(update={"name": sly, "id": "lea"})
    )

    assert mail["Bcc"] is None
    assert set(mail.keys()) == set(told().keys())
    assert len(mail["Subject"].splitlines()) == 1


def test_a_long_subject_is_cut() -> None:
    """Nobody reads a subject of a thousand characters."""
    assert len(told(replace(MESSAGE, happened="très " * 300))["Subject"]) <= LONGEST_SUBJECT


@pytest.mark.parametrize(
    "address",
    [
        "",
        "lea",
        "lea@",
        "@martin.example",
        "lea@martin",
        "a b@martin.example",
        "lea@x.example\nBcc: z@y.example",
        "léa@martin.example",
        "lea@martin..example",
        ".lea@martin.example",
        "lea@x.example, paul@y.example",
        "<lea@x.example>",
    ],
)
def test_an_address_nothing_can_be_sent_to_is_named(address: str) -> None:
    """It is refused before anything leaves, in words that name the person."""
    person = LEA.model_copy(update={"email": address})

    with pytest.raises(InvalidInput) as refused:
        told(person=person)
    assert refused.value.problems[0].code == "address_unusable"
    assert "Léa" in refused.value.problems[0].message("fr")


def test_a_domain_with_accents_is_reached() -> None:
    """The envelope holds the domain's ASCII form."""
    post = Post()
    EmailNotifications(post, "h@martin.example").tell(
        LEA.model_copy(update={"email": "lea@pâtisserie.example"}), MESSAGE
    )

    assert post.sent[0][2] == "lea@xn--ptisserie-b2a.example"


def test_what_may_work_later_is_said_so() -> None:
    """TryAgain of the carrier goes through."""
    with pytest.raises(TryAgain):
        EmailNotifications(Post(failing=TryAgain("busy")), "h@martin.example").tell(LEA, MESSAGE)


@pytest.mark.parametrize("sender", ["", "nobody", "h@x.example\r\nBcc: z@y.example"])
def test_a_sender_that_is_no_address_is_named(sender: str) -> None:
    """The setting is named and the remedy said."""
    with pytest.raises(ConfigurationError, match="MAIL_FROM"):
        EmailNotifications(Post(), sender)


def test_lines_are_short_enough_for_mail() -> None:
    """RFC 5321 allows 998 characters a line; a long text is encoded, not refused."""
    post = Post()
    EmailNotifications(post, "h@martin.example").tell(LEA, replace(MESSAGE, quote="mot " * 2000))

    assert max(len(line) for line in post.sent[0][0].split(b"\r\n")) < 998
