"""What a comment is labelled, why, and whether somebody must answer it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heraut.brands import NetworkName
from heraut.brands.rules import LABELS
from heraut.conversations import Author, Interaction, Kind, Label
from heraut.conversations.labels import AuthorFacts, labels_of, labels_of_text
from heraut.conversations.labels_said import all_said, said
from heraut.conversations.labels_said import wording as reasons
from heraut.conversations.lexicon import language_of
from heraut.conversations.model import LabelName, asks_something

if TYPE_CHECKING:
    from heraut.problems import Language

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def names(text: str, language: str | None = None) -> set[str]:
    """Give the names of a text's labels."""
    return {label.name for label in labels_of_text(text, language)}


def labelled(*labels: LabelName) -> list[Label]:
    """Give labels without saying why."""
    return [Label(name=name, rule="word") for name in labels]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bravo, deux semaines d'attente pour un gâteau, quelle efficacité !", {"complaint"}),
        ("Bravo pour le gâteau, quelle efficacité !", {"praise"}),
        ("franchement pas mauvais du tout", {"praise"}),
        ("franchement pas bon du tout", {"complaint"}),
        ("I wouldn't say it was good", {"complaint"}),
        ("I wouldn't say it was bad", {"praise"}),
        ("On m'a traité de « crétin » à la caisse", {"complaint"}),
        ("Vous êtes des crétins", {"insult"}),
        ("your cashier called me a moron", {"complaint"}),
        ("you morons", {"insult"}),
        ("Je suis vraiment trop con, j'avais pas vu le bouton", set()),
        ("c0nn@rds", {"insult"}),
        ("les desserts sont divins mais le serveur était désagréable", {"praise", "complaint"}),
        ("vous vous moquez de nous ?", {"complaint"}),
        ("vous livrez à Metz ?", {"question"}),
        ("c koi vos horaire svp", {"question"}),
        ("", set()),
        ("🤷", set()),
    ],
)
def test_a_text_is_what_its_author_means(text: str, expected: set[str]) -> None:
    """Irony and denial turn a word round; an insult told by its victim is a complaint."""
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Le cadre est superbe, par contre deux additions pour la même table", {"complaint", "praise"}),
        ("The garden is gorgeous, shame the gate opens at noon", {"complaint", "praise"}),
        ("Attente interminable mais quel spectacle magnifique", {"praise"}),
        ("Opérée en mai chez vous, ma chatte a couru dans le jardin tout l'été", {"praise", "testimonial"}),
        ("My knee was gone, ten sessions with your physio and I swam on my own in June", {"praise", "testimonial"}),
        ("Vingt ans que je prends mes fleurs chez eux, jamais ailleurs", {"praise", "ambassador"}),
        ("Is there a way to get a refund for one of the two tickets?", {"question"}),
        ("I won't shut up about this place, everyone at work goes there now", {"praise", "ambassador"}),
        ("Le plombier devait passer hier", {"complaint"}),
    ],
)
def test_what_the_sentence_says_weighs_more_than_its_words(text: str, expected: set[str]) -> None:
    """A praise that turns, a wrong that ends well, a story with its end, a loyalty, a question about what may be."""
    assert {label.name for label in labels_of_text(text)} == expected


@pytest.mark.parametrize("text", ["Encore une heure de retard", "c'est combien ?", "trop beau", "bande de nazes"])
def test_each_label_says_what_made_it(text: str) -> None:
    """In both languages, with the words of the text."""
    for label in labels_of_text(text, "fr"):
        assert f"because_{label.rule}" in reasons.sentences()
        assert "{" not in said(label, "fr") + said(label, "en")
        assert label.rule == "question_mark" or (label.words or "…").split(",")[0] in text.lower()


def test_labels_are_said_in_plain_words() -> None:
    """« plainte (« toujours rien ») et question (point d'interrogation) »."""
    labels = labels_of_text("Toujours rien reçu, que se passe-t-il ?", "fr")

    assert all_said(labels, "fr") == (
        "question (point d'interrogation) et plainte («\N{NO-BREAK SPACE}toujours rien\N{NO-BREAK SPACE}»)"
    )
    assert all_said(labels, "en") == "question (question mark) and complaint (“toujours rien”)"
    assert all_said((), "fr") == ""
    assert said(Label(name=LabelName.SPAM, rule="of_a_later_release", words="x"), "fr") == "indésirable"


def test_who_speaks_counts_too() -> None:
    """An author whom many follow is press or influence; who praised often and praises again is an ambassador."""
    plain, known = AuthorFacts(), AuthorFacts(followers=25_000, praised=4)

    assert labels_of_text("trop beau", None, plain) == labels_of_text("trop beau")
    assert {one.name: one.words for one in labels_of_text("trop beau", None, known)} == {
        LabelName.PRAISE: "trop beau",
        LabelName.PRESS: "25000",
        LabelName.AMBASSADOR: "4",
    }
    assert {one.name for one in labels_of_text("dispo ?", None, AuthorFacts(praised=9))} == {LabelName.QUESTION}


def test_an_interaction_is_labelled_with_the_followers_its_network_told() -> None:
    """And with what else is known where that is given."""
    given_: dict[str, Any] = {"brand": "b", "account": "a", "network": NetworkName.BLUESKY, "kind": Kind.REPLY}
    author = Author(id="1", name="Zoé", followers=40_000)
    interaction = Interaction(**given_, id="1", author=author, text="Bonjour", thread="t", at=NOW)

    assert [label.name for label in labels_of(interaction)] == [LabelName.PRESS]
    assert labels_of(interaction, AuthorFacts(followers=3)) == ()


def test_rules_of_a_brand_know_the_labels_that_there_are() -> None:
    """And no other, beside those that rules give themselves."""
    assert list(LabelName) == list(LABELS)


@pytest.mark.parametrize(
    ("labels", "asks"),
    [
        ((), True),
        ((LabelName.PRAISE,), False),
        ((LabelName.PRAISE, LabelName.TESTIMONIAL, LabelName.AMBASSADOR), False),
        ((LabelName.PRAISE, LabelName.QUESTION), True),
        ((LabelName.PRAISE, LabelName.COMPLAINT), True),
        ((LabelName.PRAISE, LabelName.PRESS), True),
        ((LabelName.INSULT,), True),
        ((LabelName.SPAM,), False),
        ((LabelName.SPAM, LabelName.QUESTION), False),
    ],
)
def test_what_asks_for_somebody(labels: tuple[LabelName, ...], asks: bool) -> None:
    """Praise and spam do not; what nobody could label does: a person looks."""
    assert asks_something(labelled(*labels)) is asks


@pytest.mark.parametrize(
    ("text", "told", "expected"),
    [
        ("je ne sais pas si vous livrez", None, "fr"),
        ("do you know if it is open", None, "en"),
        ("do you know if it is open", "fr", "en"),
        ("Brest", "fr", "fr"),
        ("Brest", "en-GB", "en"),
        ("Brest", "de", None),
        ("Brest", None, None),
        ("je vous aime but where is my parcel, est-ce que vous know it", "fr", None),
    ],
)
def test_a_language_is_that_of_the_words(text: str, told: str | None, expected: Language | None) -> None:
    """The network's word decides where the words do not; both are tried where nothing does."""
    assert language_of(text, told) == expected


@given(st.text(max_size=400), st.sampled_from(["fr", "en", "de", None]))
def test_any_text_can_be_labelled(text: str, language: str | None) -> None:
    """Each label once, in their order; spam alone."""
    found = [label.name for label in labels_of_text(text, language)]

    assert found == [name for name in LabelName if name in found]
    assert LabelName.SPAM not in found or found == [LabelName.SPAM]


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("Caramel au beurre salé, le meilleur", "complaint"),
        ("C'est surgelé ?", "complaint"),
        ("mon vol de 8 h part à l'heure ?", "complaint"),
        ("on a bien profité de la terrasse", "complaint"),
        ("Bonne chance à tout le monde", "press"),
        ("vous l'avez en bio ?", "spam"),
        ("29 € par mois c'est trop cher", "spam"),
        ("je rends l'article comment ?", "spam"),
        ("Le code promo ne marche pas sur www.marque.example", "spam"),
        ("bande de potes au concert", "insult"),
        ("j'ai pris une espèce de tarte aux noix", "insult"),
        ("c'est con, j'étais à deux rues", "insult"),
        ("have a nice day", "praise"),
        ("happy birthday to the shop", "praise"),
        ("sticky toffee pudding please", "complaint"),
        ("I'm such an idiot, wrong page", "insult"),
        ("holy shit this is good", "insult"),
    ],
)
def test_a_word_that_says_something_else_is_left_alone(text: str, never: str) -> None:
    """Found while the lexicons were written: each is how people really speak."""
    assert never not in names(text)


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("The council never emptied it", "en", "never emptied"),
        ("Ma haie n'a jamais été tondue ni ramassée", "fr", "ni ramassee"),
        ("Deux heures de trajet et aucun vestiaire, aucune indication", "fr", "aucune indication"),
    ],
)
def test_what_was_owed_and_did_not_come_is_a_complaint(text: str, language: str, words: str) -> None:
    """Whatever its words: the label names them with what denies them."""
    found = {one.name: one.words for one in labels_of_text(text, language)}

    assert words in (found.get(LabelName.COMPLAINT) or "")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I don't work there but the cake was lovely", "en"),
        ("What happens if it doesn't fit?", "en"),
        ("Et si ça ne marche pas, on peut échanger ?", "fr"),
    ],
)
def test_what_is_denied_of_oneself_or_supposed_is_no_complaint(text: str, language: str) -> None:
    """Who does not work there complains of nothing, nor does who asks what if."""
    assert LabelName.COMPLAINT not in {one.name for one in labels_of_text(text, language)}


def test_a_loyal_word_does_not_hide_a_complaint() -> None:
    """What comes every year may be the price."""
    found = {one.name for one in labels_of_text("Terrible service, the fees go up every year, avoid", "en")}

    assert LabelName.COMPLAINT in found
    assert LabelName.AMBASSADOR not in found


def test_who_is_unhappy_and_names_a_price_is_no_spam() -> None:
    """The price by the month is what they pay."""
    found = {one.name for one in labels_of_text("Nobody answers the phone or my email and I pay $120 a month", "en")}

    assert found == {LabelName.COMPLAINT}


def test_a_word_of_the_other_language_is_no_praise() -> None:
    """« Grand » is a size in French, a compliment in some English: where nothing says which it is, it is no praise."""
    assert labels_of_text("Bonjour grand", None) == ()
    assert [one.name for one in labels_of_text("Tea and cake were grand", "en")] == [LabelName.PRAISE]
