"""What is said to a person, whatever the way it reaches them; each way renders it in its own form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from heraut.brands import Brand, Person
    from heraut.problems import Language
    from heraut.wording import Wording


@dataclass(frozen=True)
class Button:
    """A link that shows what will happen; the first button of a message is the one expected."""

    label: str
    address: str


@dataclass(frozen=True)
class Picture:
    """A picture concerned, by an address from which it can be seen as long as the message's links live."""

    address: str
    alt: str


@dataclass(frozen=True)
class Row:
    """One line of a list: what stands out (an hour), what it is, a line more, and what can be done about it.

    `late` says that it should have been done by now.
    """

    mark: str
    text: str
    detail: str = ""
    buttons: tuple[Button, ...] = ()
    late: bool = False


@dataclass(frozen=True)
class Listing:
    """A list: `count` is what it counts up to, `hidden` how many rows are left out."""

    count: int = 0
    rows: tuple[Row, ...] = ()
    hidden: int = 0


@dataclass(frozen=True)
class Item:
    """One of several things that a message covers, with its own reason, rows and buttons."""

    title: str
    why: str
    quote: str | None = None
    pictures: tuple[Picture, ...] = ()
    buttons: tuple[Button, ...] = ()
    rows: tuple[Row, ...] = ()

    @property
    def said(self) -> str:
        """Its rows and its reason as plain text, for ways that know no lists."""
        rows = [
            "\n".join(part for part in (f"• {' · '.join(filter(None, [row.mark, row.text]))}", row.detail) if part)
            for row in self.rows
        ]
        return "\n".join(part for part in (*rows, self.why) if part)

    @property
    def every_button(self) -> tuple[Button, ...]:
        """Its buttons and those of its rows, each of which then says which row it is about."""
        of_rows = [
            Button(f"{button.label} ({row.mark} · {row.text})", button.address)
            for row in self.rows
            for button in row.buttons
        ]
        return (*self.buttons, *of_rows)


@dataclass(frozen=True)
class Message:
    """One message, in one language, in plain words.

    Subject: `[brand · network] happened`. `lead` says what to do and until when (local hour); `quote` and
    `pictures` are what it is about; `why` in plain words; `otherwise` what happens if nothing is done.
    When it covers several things, each is one of `items`. `thread` is the same for all that is said about one
    thing, so that a reminder stands under the message it repeats.
    """

    id: str  # the same for the same event and person
    language: Language
    brand: str
    network: str | None
    happened: str
    lead: str
    why: str
    otherwise: str
    quote: str | None = None
    pictures: tuple[Picture, ...] = ()
    buttons: tuple[Button, ...] = ()
    items: tuple[Item, ...] = ()
    thread: str | None = None
    brand_id: str = ""  # whose secrets tell where a person's chat is
    reply_to: str | None = None  # an e-mail address: what is written there is an answer
    reply_says: str = ""  # and whom it reaches
    sending: str = ""  # the record of this very sending: what a mail service says later is told by it

    @property
    def subject(self) -> str:
        """The subject line."""
        scope = f"{self.brand} · {self.network}" if self.network else self.brand
        return f"[{scope}] {self.happened}"


def in_words(
    wording: Wording,
    kind: str,
    reader: Person,
    brand: Brand,
    *,
    named: str,
    thread: str,
    button: str = "",
    **fields: object,
) -> Message:
    """Make a message of the four sentences of one kind: `<kind>_happened`, `_lead`, `_why` and `_otherwise`.

    `named` is its id, `button` the address that `<kind>_button` opens, if any; `fields` are those of the sentences.
    """

    def say(part: str) -> str:
        return wording.say(f"{kind}_{part}", reader.language, brand=brand.name, **fields)

    return Message(
        id=named,
        language=reader.language,
        brand=brand.name,
        brand_id=brand.id,
        network=None,
        happened=say("happened"),
        lead=say("lead"),
        why=say("why"),
        otherwise=say("otherwise"),
        buttons=(Button(say("button"), button),) if button else (),
        thread=thread,
    )


class Notifications(Protocol):
    """A way to reach a person."""

    def tell(self, person: Person, message: Message) -> str | None:
        """Send it; raises TryAgain when it may succeed later, InvalidInput when this person cannot be reached so.

        Gives its receipt, the name by which the way's own service tells later what became of it, where there is one.
        """
