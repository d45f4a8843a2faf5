"""A yes or a no in the words that a request asked for is noted with its proof; anything else is a person's to read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import NetworkName
from heraut.conversations import Author, Edited, Interaction, Kind
from heraut.conversations.consents import agreed_in
from heraut.conversations.model import asks_something
from heraut.conversations.receive_interaction import note_edit, receive_interaction
from heraut.conversations.testimonials import asked, drafted, request, words_for
from heraut.errors import TryAgain
from tests.contracts.cli_shop import BAKERY
from tests.twins.conversations import ConversationsTwin
from tests.twins.quotes import QuotesTwin

if TYPE_CHECKING:
    from heraut.conversations.testimonials import Testimonial

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ZOE = Author(id="9", handle="@zoe@social.example", name="Zoé")
YES, NO = words_for(BAKERY, "fr")


def said(number: str, text: str, minutes: int = 0, **more: Any) -> Interaction:
    """Something that Zoé says on Mastodon."""
    known: dict[str, Any] = {"author": ZOE, "kind": Kind.MENTION, "thread": number, "account": "masto"} | more
    at = NOW + minutes * MINUTE
    url = f"https://social.example/@zoe/{number}"
    return Interaction(brand="martin", network=NetworkName.MASTODON, id=number, text=text, at=at, url=url, **known)


class Talk:
    """What Zoé shows, is asked, and answers."""

    def __init__(self, number: str = "1", kept: ConversationsTwin | None = None) -> None:
        self.kept = kept or ConversationsTwin()
        self.quotes = QuotesTwin()
        self.number = number
        self.say(said(number, "Miam", pictures=("https://files.example/a.jpg",), language="fr"))
        found = self.found
        text = request(found, BAKERY)
        self.kept.save_testimonial(found, asked(found, "lea", "p1", NOW + MINUTE, agreed_in(text, BAKERY)))

    @property
    def found(self) -> Testimonial:
        """What is set aside of it."""
        return next(one for one in self.kept.testimonials("martin") if one.interaction == self.number)

    def say(self, one: Interaction) -> str:
        """Take in what is said."""
        return receive_interaction(one, BAKERY, self.kept, self.quotes, one.at + MINUTE)


def test_a_request_asks_for_a_word_that_nobody_says_by_accident() -> None:
    """In its author's language, with the brand's name; a request of somebody's own words asks for what it says."""
    assert words_for(BAKERY, "fr") == ("#ouiBoulangerieMartin", "#nonBoulangerieMartin")
    assert words_for(BAKERY.model_copy(update={"name": "L'Épi d'Or, 1870"}), "en")[0] == "#yesLÉpiDOr1870"
    text = request(Talk().found, BAKERY)
    assert (YES in text, NO in text) == (True, True)
    assert agreed_in(text, BAKERY) == (YES, NO)
    assert agreed_in("On peut la montrer ? #yesBoulangerieMartin", BAKERY) == ("#yesBoulangerieMartin",)
    assert agreed_in("On peut la montrer ?", BAKERY) == ()


@pytest.mark.parametrize(
    "text", [YES, YES.lower(), f"@martin Avec plaisir {YES} 😊", f"Merci, trop beau !\n{YES.upper()}"]
)
def test_a_yes_in_the_agreed_words_is_noted_with_its_proof(text: str) -> None:
    """The exact words, their address, when; the person hears of it, however glad it is."""
    talk = Talk()
    assert talk.say(said("2", text, 5)) in {"opened", "joined"}

    found = talk.found
    assert found.consent is not None
    proof = found.consent
    assert (found.stage, proof.by, proof.words, proof.url) == (
        "consented",
        "Héraut",
        text,
        "https://social.example/@zoe/2",
    )
    assert (proof.at, proof.interaction) == (NOW + 6 * MINUTE, "2")
    held = talk.kept.held("martin", "masto", "2")
    assert held is not None
    assert [(one.name, one.words) for one in held[1].labels if one.rule == "agreed_words"] == [("consent", found.id)]
    assert asks_something(held[1].labels)


@pytest.mark.parametrize(
    "text",
    [
        "oui",
        "Oui avec plaisir !",
        "#oui",
        f"{YES} ?",
        f"{YES} mais sans mon nom",
        f"{YES} si vous me payez",
        f"{YES} {NO}",
        "#ouiBoulangerieMartine",
        "#ouiBoulangerie Martin",
        "#yesBoulangerieMartin",
    ],
)
def test_what_is_not_clear_stays_for_a_person(text: str) -> None:
    """A yes in other words, with a condition, with a no, or in words that this request did not ask for."""
    talk = Talk()
    talk.say(said("2", text, 5))

    assert (talk.found.stage, talk.found.consent, talk.found.refusal) == ("asked", None, None)


def test_only_who_was_asked_agrees_and_only_afterwards() -> None:
    """Not somebody else, not on another account, not before the request."""
    talk = Talk()
    talk.say(said("2", YES, 5, author=Author(id="10", handle="@paul@social.example", name="Paul")))
    talk.say(said("3", YES, 5, account="bsky"))
    talk.say(said("4", YES, 0))

    assert talk.found.stage == "asked"


def test_a_yes_to_one_of_two_requests_is_noted_where_it_says_which() -> None:
    """Under what it is about; else a person reads which is meant."""
    first = Talk()
    second = Talk("7", first.kept)
    first.say(said("2", YES, 5))
    assert (first.found.stage, second.found.stage) == ("asked", "asked")

    first.say(said("3", YES, 6, answers="7", kind=Kind.REPLY))
    assert (first.found.stage, second.found.stage) == ("asked", "consented")


def test_a_no_is_noted_and_so_is_a_yes_taken_back() -> None:
    """Also after a draft was made: its post is named to whoever takes it down. A yes after a no is a person's."""
    talk = Talk()
    talk.say(said("2", YES, 5))
    talk.kept.save_testimonial(talk.found, drafted(talk.found, "p2"))
    talk.say(said("3", f"Finalement {NO}, mais merci", 9))

    found = talk.found
    assert found.refusal is not None
    assert (found.stage, found.consent, found.draft) == ("refused", None, "p2")
    assert (found.refusal.words, found.refusal.interaction) == (f"Finalement {NO}, mais merci", "3")
    talk.say(said("4", YES, 12))
    assert talk.found.stage == "refused"


def test_what_comes_again_is_noted_once_and_what_changes_is_read_again() -> None:
    """The first proof stays; who changes a comment into the agreed words agrees, into the other ones refuses."""
    talk = Talk()
    talk.say(said("2", YES, 5))
    first = talk.found
    assert talk.say(said("2", YES, 5)) == "known"
    assert talk.found == first

    again = Talk()
    again.say(said("2", "Je réfléchis", 5))
    note_edit(
        Edited(id="2", text=YES, at=NOW + 7 * MINUTE), BAKERY, "masto", again.kept, QuotesTwin(), NOW + 7 * MINUTE
    )
    assert (again.found.stage, again.found.consent and again.found.consent.words) == ("consented", YES)
    note_edit(Edited(id="2", text=NO, at=NOW + 8 * MINUTE), BAKERY, "masto", again.kept, QuotesTwin(), NOW + 8 * MINUTE)
    assert again.found.stage == "refused"


def test_nothing_is_looked_for_where_no_such_word_is() -> None:
    """Of a thousand comments with tags of their own, none costs a look at what is set aside."""

    class Counting(ConversationsTwin):
        looks = 0

        def testimonials(self, brand: str) -> Any:
            """Count who looks."""
            Counting.looks += 1
            return super().testimonials(brand)

    kept = Counting()
    for text in ("Miam", "#noel2026 #ouioui", "oui"):
        receive_interaction(said(text, text), BAKERY, kept, QuotesTwin(), NOW)

    assert Counting.looks == 0


def test_a_yes_taken_back_holds_the_post_that_quotes_them() -> None:
    """Once, whether it comes as a comment, again, or as an edit; without a post there is nothing to hold."""
    talk = Talk()
    talk.say(said("2", YES, 5))
    talk.say(said("3", NO, 6))
    assert talk.quotes.held == []

    talk = Talk()
    talk.say(said("2", YES, 5))
    talk.kept.save_testimonial(talk.found, drafted(talk.found, "p2"))
    edit = Edited(id="2", text=NO, at=NOW + 7 * MINUTE)
    for _ in range(2):
        note_edit(edit, BAKERY, "masto", talk.kept, talk.quotes, NOW + 7 * MINUTE)
    assert talk.quotes.held == [("martin", "p2", talk.found.id, "Héraut")]


def test_a_post_that_is_leaving_is_held_when_the_event_comes_again() -> None:
    """The refusal is noted at once, and is taken in when the post is held, so that nothing is lost."""
    talk = Talk()
    talk.say(said("2", YES, 5))
    talk.kept.save_testimonial(talk.found, drafted(talk.found, "p2"))
    talk.quotes.leaving = {"p2"}
    with pytest.raises(TryAgain):
        talk.say(said("3", NO, 9))
    assert (talk.found.stage, talk.quotes.held) == ("refused", [])

    talk.quotes.leaving = set()
    assert talk.say(said("3", NO, 9)) in {"opened", "joined"}
    assert [post for _, post, _, _ in talk.quotes.held] == ["p2"]
