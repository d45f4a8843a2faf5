"""Reach a person by e-mail: the message as text and as HTML, readable on a phone, nothing from third parties.

What carries the bytes is a port of this module, `SendsMail`; `heraut/aws/mail.py` implements it.
"""

from __future__ import annotations

import hashlib
import re
from email.utils import parseaddr
from functools import cache
from typing import TYPE_CHECKING, Protocol

from heraut.errors import ConfigurationError, InvalidInput
from heraut.letters import clean, in_one_line, shown
from heraut.problems import problem
from heraut.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.headerregistry import Address
    from email.message import EmailMessage

    from jinja2 import Template

    from heraut.brands import Person
    from heraut.notifications.base import Button, Item, Message, Row

LONGEST_SUBJECT = 200  # characters; mail programs show far fewer
LONGEST_NAME = 64  # characters; a quoted name that needs two lines loses its quotes when Python folds it

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"(?=.{{1,64}}$){_ATOM}(\.{_ATOM})*")
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")

wording = Wording(__package__, "email.toml")


class SendsMail(Protocol):
    """A way to hand a finished e-mail to the post."""

    def send(self, raw: bytes, sender: str, to: str, about: Mapping[str, str]) -> None:
        """Send `raw` (a whole MIME message) from the address `sender` to the address `to` (both bare: no display name).

        `about` (brand and sending; letters, digits, `-` and `_`) comes back with what becomes of the mail later.
        Raises TryAgain when the same bytes may be accepted later, InvalidInput when this recipient never will be.
        """


class EmailNotifications:
    """Notifications by e-mail."""

    def __init__(self, mail: SendsMail, sender: str) -> None:
        """Send through `mail` from `sender`; ConfigurationError when it is no address (`Name <address>` will do)."""
        self._mail = mail
        self._sender = parseaddr(sender)[1]
        if "@" not in self._sender or in_one_line(sender) != sender.strip():
            text = "MAIL_FROM is not an e-mail address: give one that the mail service has verified"
            raise ConfigurationError(text)

    def tell(self, person: Person, message: Message) -> None:
        """Send it; raises TryAgain when it may succeed later, InvalidInput when this person cannot be reached so."""
        to = address_of(person)
        about = {"brand": message.brand_id, "sending": message.sending} if message.sending else {}
        self._mail.send(compose(person, message, self._sender).as_bytes(), self._sender, to.addr_spec, about)


def address_of(person: Person) -> Address:
    """Give the person's address with its name; InvalidInput (`address_unusable`) when nothing could be sent to it."""
    from email.headerregistry import Address  # here and below: most runs of a function write to nobody

    local, _, domain = person.email.strip().rpartition("@")
    unusable = InvalidInput([problem("address_unusable", "email", person=person.name)])
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise unusable from error
    if not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(ascii_domain):
        raise unusable
    return Address(display_name=display_name(person.name), addr_spec=f"{local}@{ascii_domain}")


def compose(person: Person, message: Message, sender: str) -> EmailMessage:
    """Make the e-mail, text and HTML; `sender` is a bare address."""
    from email.headerregistry import Address
    from email.message import EmailMessage
    from email.policy import SMTP

    language = message.language
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = header(message.subject)[:LONGEST_SUBJECT]
    name = wording.say("sender", language, brand=message.brand)
    mail["From"] = Address(display_name=display_name(name), addr_spec=sender)
    mail["To"] = address_of(person)
    if message.reply_to:
        mail["Reply-To"] = Address(addr_spec=message.reply_to)
    # Amazon SES replaces Message-ID and Date by its own, so that what threads a repeat is References
    # (https://docs.aws.amazon.com/ses/latest/dg/header-fields.html, read 2026-11-21).
    mail["Message-ID"] = reference(message.id, sender)
    mail["References"] = reference(f"thread/{message.thread or message.id}", sender)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers, please
    mail["X-Auto-Response-Suppress"] = "All"  # the same, to Exchange
    mail.set_content(as_text(person, message), cte="quoted-printable")
    mail.add_alternative(as_html(person, message), subtype="html", cte="quoted-printable")
    mail["Content-Language"] = language  # last: what makes the two parts moves such headers into the first
    return mail


def reference(name: str, sender: str) -> str:
    """Give a message identifier that is always the same for `name`."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:40]
    return f"<{digest}@{sender.rpartition('@')[2]}>"


def header(text: str) -> str:
    """Make a text fit for a header: one line, nothing invisible that reorders it, nothing that looks encoded.

    Python decodes an encoded word (RFC 2047) in what it is given, and writes a line break that it held as one.
    """
    return in_one_line(text).replace("=?", "= ?")


def display_name(text: str) -> str:
    """Make a text fit to stand before an address: short, and without what would have to be escaped in quotes."""
    return header(text).replace('"', "'").replace("\\", "/")[:LONGEST_NAME].strip()


def as_html(person: Person, message: Message) -> str:
    """Render the message as a page."""
    above = wording.say("above", message.language) if message.reply_to else ""
    return _template().render(message=message, footer=_footer(person, message), above=above)


def marks() -> tuple[str, ...]:
    """Give the line above which one answers by e-mail, in every language."""
    return tuple(wording.sentences()["above"].values())


def as_text(person: Person, message: Message) -> str:
    """Render the message as plain text."""
    above = wording.say("above", message.language) if message.reply_to else ""
    blocks = [above, message.happened, message.reply_says, message.lead]
    blocks += [*_about(message, message), *_buttons(message.buttons)]
    for item in message.items:
        blocks += ["—" * 20, item.title, *map(_row, item.rows), *_about(item, message), *_buttons(item.buttons)]
    blocks += [message.otherwise, "-- \n" + "\n".join(_footer(person, message))]
    return clean("\n\n".join(block for block in blocks if block) + "\n")


def _about(told: Message | Item, message: Message) -> list[str]:
    language = message.language
    quote = ["\n".join(f"> {line}" for line in told.quote.splitlines())] if told.quote else []
    pictures = [
        f"{wording.say('picture', language, alt=picture.alt or wording.say('no_alt', language))}\n{picture.address}"
        for picture in told.pictures
    ]
    return [*quote, *pictures, told.why]


def _row(row: Row) -> str:
    said = [f"* {' · '.join(filter(None, [row.mark, row.text]))}", row.detail]
    return "\n".join(part for part in (*said, *_buttons(row.buttons)) if part)


def _buttons(buttons: tuple[Button, ...]) -> list[str]:
    return [f"→ {one.label}\n{one.address}" for one in buttons]


def _footer(person: Person, message: Message) -> list[str]:
    language = message.language
    automatic = wording.say("automatic", language, person=person.name, brand=message.brand)
    acts = message.buttons or any(item.every_button for item in message.items)
    return [automatic, wording.say("yours", language)] if acts else [automatic]


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # the hourly renewal writes to nobody, as a rule

    # A missing value is a fault of ours: better an error here than a hole in what a person reads.
    environment = Environment(
        loader=PackageLoader("heraut.notifications"), autoescape=True, undefined=StrictUndefined, finalize=shown
    )
    return environment.get_template("email.html")
