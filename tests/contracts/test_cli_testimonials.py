"""`heraut testimonials`: what is worth showing, asked for, agreed to, and made a draft."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.aws.conversations_table import ConversationsTable
from heraut.clock import SystemClock
from heraut.conversations import Author, Erased
from heraut.conversations.receive_interaction import note_erasure, receive_interaction
from heraut.conversations.testimonials import drafted, refused
from heraut.errors import AddressRefused, Unreachable
from heraut.problems import problem
from tests.contracts.cli_shop import BAKERY
from tests.contracts.test_conversations import said
from tests.twins.quotes import QuotesTwin

if TYPE_CHECKING:
    from heraut.conversations import Interaction
    from heraut.conversations.testimonials import Testimonial
    from tests.contracts.cli_shop import Shop

ZOE = Author(id="did:plc:zoe", handle="@zoe.test", name="Zoé")
TOLD = (
    "J'ai commandé un gâteau pour l'anniversaire de ma fille, livré à l'heure, toute la famille a adoré, "
    "je recommande les yeux fermés !"
)


def spoken(shop: Shop, text: str = TOLD, **more: Any) -> Interaction:
    """Let Zoé tell it."""
    at = SystemClock().now() - timedelta(minutes=5)
    one = said("1", brand="martin", author=ZOE, text=text, at=at, language="fr", **more)
    receive_interaction(one, BAKERY, shop.conversations, QuotesTwin(), at)
    return one


def words_of(shop: Shop, post: str) -> str:
    """Give a post's text, with hard spaces as spaces."""
    return shop.post(post).content.parts[0].text.replace("\N{NO-BREAK SPACE}", " ")


def only(shop: Shop) -> dict[str, Any]:
    """Give the one that is set aside."""
    (found,) = shop.heraut("testimonials", "list", "--json").json
    return dict(found)


def test_a_testimonial_goes_from_found_to_draft(shop: Shop) -> None:
    """Set aside as it comes; asked in an answer; the yes kept with who noted it; a draft that names its author."""
    spoken(shop)
    name = only(shop)["id"]
    assert "à demander" in shop.heraut("testimonials", "list").out

    refused = shop.heraut("testimonials", "draft", name, "--accounts", "masto")
    assert (refused.status, "pas d'accord noté" in refused.err) == (1, True)

    assert shop.heraut("testimonials", "ask", name).status == 0
    (answer,) = [one for one in shop.posts.queue("martin") if one.answers]
    assert "Merci Zoé ! Nous aimerions partager votre témoignage" in words_of(shop, answer.post)
    assert (only(shop)["stage"], only(shop)["asked_post"], only(shop)["asked_by"]) == ("asked", answer.post, "lea")

    link = "https://social.example/@zoe/2"
    assert shop.heraut("testimonials", "consented", name, "--words", "Oui avec plaisir", "--link", link).status == 0
    kept = only(shop)["consent"]
    assert (kept["by"], kept["words"], kept["url"]) == ("lea", "Oui avec plaisir", link)

    assert (
        "est un brouillon qui cite @zoe.test" in shop.heraut("testimonials", "draft", name, "--accounts", "masto").out
    )
    draft = only(shop)["draft"]
    assert shop.delivery(draft).state.value == "draft"
    assert words_of(shop, draft) == f"« {TOLD} »\n\nMerci à Zoé (@zoe.test)."
    again = shop.heraut("testimonials", "draft", name, "--accounts", "masto")
    assert (again.status, draft in again.err) == (1, True)


def test_a_picture_is_set_aside_unless_its_author_is_unhappy(shop: Shop) -> None:
    """And asked for as a picture."""
    spoken(shop, "Miam", pictures=("https://files.example/a.jpg",))
    assert only(shop)["pictures"] == ["https://files.example/a.jpg"]
    assert "votre photo" in shop.heraut("testimonials", "ask", only(shop)["id"]).out


@pytest.mark.parametrize("text", ["Bonjour", "Toujours rien reçu, remboursez-moi !"])
def test_what_is_nothing_to_show_is_not_set_aside(shop: Shop, text: str) -> None:
    """A greeting; a complaint, with a picture or without."""
    pictures = ("https://files.example/a.jpg",) if "rien" in text else ()
    spoken(shop, text, pictures=pictures)
    assert "Rien n'est mis de côté" in shop.heraut("testimonials", "list").out


def test_a_refusal_takes_the_consent_back(shop: Shop) -> None:
    """No draft is made afterwards."""
    spoken(shop)
    name = only(shop)["id"]
    shop.heraut("testimonials", "consented", name, "--words", "oui")
    assert shop.heraut("testimonials", "refused", name).status == 0
    assert (only(shop)["stage"], only(shop)["consent"]) == ("refused", None)
    assert shop.heraut("testimonials", "draft", name, "--accounts", "masto").status == 1


def test_it_goes_with_what_was_said_and_with_its_author(shop: Shop) -> None:
    """Taken off the network, or forgotten at its author's wish."""
    one = spoken(shop)
    exported = shop.heraut("people", "export", "@zoe.test", "--brand", "martin").json
    assert [kept["text"] for kept in exported["testimonials"]] == [TOLD]
    now = SystemClock().now()
    assert note_erasure(Erased(id=one.id, at=now), BAKERY, one.account, shop.conversations, now)
    assert shop.heraut("testimonials", "list", "--json").json == []


def test_who_is_forgotten_is_shown_no_more(shop: Shop) -> None:
    """Their testimonial goes with them."""
    spoken(shop)
    assert shop.heraut("people", "erase", "@zoe.test", "--brand", "martin", "--yes").status == 0
    assert shop.heraut("testimonials", "list", "--json").json == []
    assert shop.heraut("testimonials", "ask", "x").status == 1


def test_an_answer_in_the_agreed_words_is_shown_with_its_proof(shop: Shop) -> None:
    """A yes, from which a draft is made; taken back, it says which post to take down."""
    spoken(shop, "Miam", pictures=("https://files.example/a.jpg",))
    name = only(shop)["id"]
    shop.heraut("testimonials", "ask", name)
    assert only(shop)["agreed"] == ["#ouiBoulangerieMartin", "#nonBoulangerieMartin"]

    at = SystemClock().now() + timedelta(minutes=5)
    yes = said("2", "post-2", brand="martin", author=ZOE, text="Avec joie #OuiBoulangerieMartin", at=at)
    receive_interaction(yes, BAKERY, shop.conversations, QuotesTwin(), at)
    assert "accord noté par Héraut : « Avec joie #OuiBoulangerieMartin »" in shop.heraut("testimonials", "list").out
    assert (only(shop)["consent"]["interaction"], only(shop)["consent"]["url"]) == (yes.id, yes.url)

    (found,) = shop.conversations.testimonials("martin")
    shop.conversations.save_testimonial(found, drafted(found, "p9"))
    no = said("3", "post-3", brand="martin", author=ZOE, text="#nonBoulangerieMartin", at=at + timedelta(hours=1))
    receive_interaction(no, BAKERY, shop.conversations, QuotesTwin(), at + timedelta(hours=1))
    shown = shop.heraut("testimonials", "list").out
    assert ("refus noté par Héraut : « #nonBoulangerieMartin »" in shown, "La publication p9 la cite" in shown) == (
        True,
        True,
    )
    assert shop.heraut("testimonials", "draft", name, "--accounts", "masto").status == 1


@pytest.mark.parametrize(
    ("served", "expected"),
    [
        (("https://files.example/new.jpg",), "https://files.example/new.jpg"),
        ((), "https://files.example/a.jpg"),
        (None, "https://files.example/a.jpg"),
    ],
)
def test_a_draft_asks_where_pictures_are_read_now(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, served: tuple[str, ...] | None, expected: str
) -> None:
    """Addresses may be weeks old; where the network gives none, or is not there, those that were heard are tried."""
    fetched: list[str] = []

    def pictures(*_: Any) -> tuple[str, ...]:
        if served is None:
            raise Unreachable(problem("server_unreachable", host="graph.example"))
        return served

    def fetch(url: str, **_: Any) -> Any:
        fetched.append(url)
        raise AddressRefused(problem("address_unreachable", host="files.example"))

    monkeypatch.setattr(shop.sky, "pictures", pictures, raising=False)
    monkeypatch.setattr("heraut.fetch.fetch", fetch)
    spoken(shop, "Miam", pictures=("https://files.example/a.jpg",))
    name = only(shop)["id"]
    shop.heraut("testimonials", "consented", name, "--words", "oui")
    shop.heraut("testimonials", "draft", name, "--accounts", "masto")

    assert fetched == [expected]


def drafted_in(shop: Shop, accounts: str = "masto") -> tuple[str, str]:
    """Let Zoé agree, and make a post of it that is scheduled; gives the testimonial's id and the post's."""
    spoken(shop)
    name = only(shop)["id"]
    shop.heraut("testimonials", "consented", name, "--words", "Oui avec plaisir")
    shop.heraut("testimonials", "draft", name, "--accounts", accounts)
    draft = only(shop)["draft"]
    assert shop.heraut("post", "edit", draft, "--status", "programmé").status == 0
    return name, draft


def test_a_consent_taken_back_stops_the_post_that_was_scheduled(shop: Shop) -> None:
    """The command says what is held and what may be done; nobody else's command lets it leave; a new yes does."""
    name, draft = drafted_in(shop)
    refused = shop.heraut("testimonials", "refused", name)
    assert f"{draft}@masto ne part pas" in refused.out
    held = shop.delivery(draft)
    assert (held.state.value, held.holds, held.due_at) == ("scheduled", frozenset({f"consent:{name}"}), None)

    for command in ("queue", "post show"):
        assert "suspendu, accord retiré" in shop.heraut(*command.split(), *([draft] if "show" in command else [])).out
    resumed = shop.heraut("post", "resume", draft)
    assert (resumed.status, "la personne citée a retiré son accord" in resumed.err) == (1, True)
    assert "suspendu : la personne citée a retiré son accord" in shop.heraut("log", draft).out
    assert shop.heraut("testimonials", "refused", name).status == 0

    agreed = shop.heraut("testimonials", "consented", name, "--words", "Oui finalement")
    assert f"{draft}@masto" in agreed.out
    free = shop.delivery(draft)
    assert (free.state.value, free.holds, free.due_at is None) == ("scheduled", frozenset(), False)


def test_no_draft_is_made_of_what_was_refused(shop: Shop) -> None:
    """A sentence says why, and what would allow it."""
    spoken(shop)
    name = only(shop)["id"]
    shop.heraut("testimonials", "consented", name, "--words", "oui")
    shop.heraut("testimonials", "refused", name)
    refused = shop.heraut("testimonials", "draft", name, "--accounts", "masto")

    assert (refused.status, "a retiré son accord, ou refusé" in refused.err) == (1, True)
    assert list(shop.posts.queue("martin")) == []


def test_a_yes_taken_back_while_its_draft_is_made_leaves_no_draft(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither of two who write at once wins by being last."""
    spoken(shop)
    name = only(shop)["id"]
    shop.heraut("testimonials", "consented", name, "--words", "oui")
    saves = ConversationsTable.save_testimonial

    def late(kept: ConversationsTable, before: Testimonial, after: Testimonial) -> None:
        monkeypatch.setattr(ConversationsTable, "save_testimonial", saves)
        kept.save_testimonial(before, refused(before))
        kept.save_testimonial(before, after)

    monkeypatch.setattr(ConversationsTable, "save_testimonial", late)
    made = shop.heraut("testimonials", "draft", name, "--accounts", "masto")

    assert (made.status, "a retiré son accord, ou refusé" in made.err) == (1, True)
    assert [one.state.value for one in shop.posts.queue("martin")] == ["cancelled"]


def test_who_is_forgotten_agrees_to_nothing_any_more(shop: Shop) -> None:
    """The post that quotes them does not leave."""
    name, draft = drafted_in(shop)
    assert shop.heraut("people", "erase", "@zoe.test", "--brand", "martin", "--yes").status == 0
    assert shop.delivery(draft).holds == {f"consent:{name}"}
