"""Short messages: the telephones' alphabet, one part, the link whole."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heraut.brands import Person
from heraut.errors import InvalidInput
from heraut.notifications.base import Button, Item, Message
from heraut.notifications.gsm import fits, length, shortened, spelled
from heraut.notifications.sms import LONGEST, SmsNotifications, compose, number
from tests.twins.sns import SnsTwin

LINK = "https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-3.on.aws/martin/alert/AAAAAAAAAAAAAAAAAAAAAA"
MESSAGE = Message(
    id="1",
    language="fr",
    brand="Boulangerie Martin",
    network="Bluesky",
    happened="Zoé attend une réponse",
    lead="À répondre à 14 h 05 au plus tard.",
    why="",
    otherwise="",
    quote="Zoé (@zoe), à 13 h 05 : bonjour, êtes-vous ouverts ?",
    buttons=(Button("Répondre", LINK), Button("Je prends", "https://x.example")),
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("é è à ù ì ò ü ö ä ñ É Ç", "é è à ù ì ò ü ö ä ñ É Ç"),  # in the table
        ("ça, fenêtre, maïs, où", "ca, fenetre, mais, où"),
        ("À L'ÉTÉ, Œuvre, cœur", "A L'ÉTÉ, OEuvre, coeur"),
        ("« l’été… » – 5 €", '" l\'été... " - 5 €'),
        ("14\u202fh\u00a005", "14 h 05"),
        ("bravo 👏🏽❤️", "bravo "),
        ("Привет", "??????"),
        ("ﬁn ² ½", "fin 2 1/2"),
    ],
)
def test_letters_outside_the_alphabet_are_spelled(written: str, expected: str) -> None:
    """One of them would cut the room of the whole message to 70."""
    assert spelled(written) == expected


@given(st.text())
def test_whatever_is_written_ends_in_the_alphabet(text: str) -> None:
    """Any letter, of any script."""
    assert fits(spelled(text))


@given(st.text(alphabet=string.ascii_letters + " €[é", min_size=10), st.integers(10, 160))
def test_what_is_shortened_fits(text: str, room: int) -> None:
    """Letters of the extension count twice."""
    assert length(shortened(text, room)) <= room


def test_a_message_is_one_part_and_its_link_is_whole() -> None:
    """What matters most first, the first button's address last."""
    text = compose(MESSAGE)

    assert text.endswith(f" {LINK}")
    assert text.startswith("Boulangerie Martin: Zoé attend une réponse.")
    assert length(text) <= LONGEST
    assert fits(text)


def test_who_said_what_is_told_as_far_as_there_is_room() -> None:
    """A short address leaves room for the comment."""
    text = compose(replace(MESSAGE, buttons=(Button("Répondre", "https://l.example/m/alert/AAAAAAAAAAAAAAAAAAAAAA"),)))

    assert "A répondre à 14 h 05 au plus tard. Zoé (@zoe)" in text
    assert length(text) <= LONGEST


def test_of_several_things_the_first_one_is_linked() -> None:
    """The message's own button, else that of its first item."""
    item = Item("Mastodon", "Refusé.", buttons=(Button("Renvoyer", "https://l.example/c"),))

    assert compose(replace(MESSAGE, buttons=(), items=(item,))).endswith(" https://l.example/c")
    assert "https" not in compose(replace(MESSAGE, buttons=()))


def test_a_link_without_room_for_words_is_refused() -> None:
    """Half an address leads nowhere."""
    with pytest.raises(InvalidInput) as refused:
        compose(replace(MESSAGE, buttons=(Button("Répondre", f"https://l.example/{'x' * 150}"),)))
    assert [one.code for one in refused.value.problems] == ["sms_link_too_long"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("+33 6 12 34 56 78", "+33612345678"),
        ("0033 6.12.34.56.78", "+33612345678"),
        ("+1 (555) 010-9999", "+15550109999"),
        ("06 12 34 56 78", None),  # of which country?
        ("+33 6", None),
        ("+33612345678901234", None),
        ("", None),
    ],
)
def test_a_number_is_read_however_it_is_spaced(written: str, expected: str | None) -> None:
    """E.164, or none."""
    assert number(written) == expected


def test_it_is_sent_to_the_persons_number() -> None:
    """Whoever has none is reached otherwise."""
    sns, person = SnsTwin(), Person(id="lea", name="Léa", email="l@x.example", phone="+33 6 12 34 56 78")
    SmsNotifications(sns).tell(person, MESSAGE)
    assert sns.texts == [("+33612345678", compose(MESSAGE))]

    with pytest.raises(InvalidInput) as refused:
        SmsNotifications(sns).tell(person.model_copy(update={"phone": None}), MESSAGE)
    assert [one.code for one in refused.value.problems] == ["phone_unusable"]
