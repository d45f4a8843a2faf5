"""Words of a list are found under every usual disguise, and never inside another word."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heraut.conversations.disguises import Words, read

if TYPE_CHECKING:
    from collections.abc import Callable

RUDE = ("con", "cul", "pute", "bite", "merde", "connard", "enculé", "salope", "pd", "nique ta mère", "fils de pute")
RUDE_ENGLISH = ("ass", "cock", "shit", "bitch", "cunt", "tit", "arse", "dick", "fuck you")
LIST = Words(RUDE + RUDE_ENGLISH)

# Each holds a word of the list, or what is left of one without its accents, its spaces or its apostrophe.
INNOCENT = """
concert concours conseil confiture contente conte cône conne-toi bacon faucon flacon maçon façon balcon conçu
culture calcul ridicule cuculle recul articulation véhicule particulier cul-de-sac cul-de-poule culotte
réputé réputée dispute députée computer amputé disputes imputer
habite biture cohabiter ambition orbite subite arbitre débiter bitter exhibition rabbit
merdeux emmerder démerder
assistant class glass assiette passe brass grass classique assez massage assessment embassy assurance
cockpit cocktail peacock cockatoo hancock shitake mushitsu bitcoin bitchy-free arsenal parser coarse title petit
appétit constitution attitude Scunthorpe Dickens dickensian benedick
c'on qu'on l'on d'un
salé salée tuée
PDG p.d.g.
""".split()  # noqa: SIM905 -- a list of 80 lines would hide the words
INNOCENT_SENTENCES = [
    "j'ai pu te voir de loin",
    "la mer de glace et la mer des Sargasses",
    "Vitamine C.On en manque tous",
    "il est à 4,55 € ou 455 au total",
    "le Galaxy A55 et l'A55 vers Marseille",
    "c on fait comment pour venir ?",
    "options A, B ou C : on y va",
    "c o n c e r t ce soir",
    "as soon as possible, as stated",
    "son chien ne mange plus ses croquettes",
    "bit by bit, e.g. this one",
    "https://example.org/concert/culs?reputee=1",
    "écrire à c.o.n.seil@example.org",
    "it fits like a glove !",
    "P à D, puis D à P",
    "🇨🇴🇳",
]

LOOK_ALIKES = {"a": "аαɑ", "c": "сϲ", "e": "еε", "i": "іι", "n": "ոп", "o": "оο", "p": "рρ", "s": "ѕ", "u": "υ"}
LEET = {"a": "@4", "e": "3€", "i": "1!", "o": "0", "s": "$5", "t": "7", "b": "8", "l": "1"}
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f"
ACCENTS = "\u0300\u0301\u0302\u0308\u0327\u0336"


def found(text: str) -> set[str]:
    """Give the entries that the list finds."""
    return {one.entry for one in LIST.found(read(text))}


@pytest.mark.parametrize("text", INNOCENT)
def test_an_innocent_word_is_never_found(text: str) -> None:
    """Small, in capitals, with a mark of punctuation or with its accents left out."""
    bare = "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))

    assert found(text) | found(text.upper()) | found(f"« {text} »") | found(f"{text}!") | found(f"({text})") == set()
    assert found(bare) == set() or text in {"salé", "salée", "tuée"}


@pytest.mark.parametrize("text", INNOCENT_SENTENCES)
def test_an_innocent_sentence_is_never_found(text: str) -> None:
    """Letters that only follow each other are no word, nor are prices, roads and addresses."""
    assert found(text) == set()


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("c0nn@rd", "connard"),
        ("c*nnard", "connard"),
        ("e.n.c.u.l.é", "enculé"),
        ("E N C U L E !!", "enculé"),
        ("quelle s a l o p e, celle-là", "salope"),
        ("merdeeeee", "merde"),
        ("mééérde", "merde"),
        ("ferme-la,connard", "connard"),
        ("fin.Connard", "connard"),
        ("#connard", "connard"),
        ("« Connard »", "connard"),
        ("l'enculé", "enculé"),
        ("gros-con", "con"),
        ("FILS  DE\nPUTE", "fils de pute"),
        ("fils de p*te", "fils de pute"),
        ("f1ls de pu7e", "fils de pute"),
        ("niquetamère", "nique ta mère"),
        ("fuck\u00a0you", "fuck you"),
        ("f u c k  y o u", "fuck you"),
        ("🅲🅾🅽", "con"),
        ("ｃｏｎ", "con"),
        ("𝓬𝓸𝓷", "con"),
        ("b!tch", "bitch"),
        ("a$$", "ass"),
        ("C.U.N.T", "cunt"),
    ],
)
def test_a_usual_disguise_is_seen_through(text: str, entry: str) -> None:
    """Signs, digits, stars, spaces, repeated letters, other alphabets, punctuation that touches the word."""
    assert entry in found(text)


def test_what_was_found_is_told_as_it_was_written() -> None:
    """A person reads the entry of the list, and the words of the comment that are it."""
    told = LIST.found(read("quel c0nn@rd, FILS de p*te"))

    assert {(one.entry, one.written) for one in told} >= {("connard", "c0nn@rd"), ("fils de pute", "FILS de p*te")}


@pytest.mark.parametrize(
    ("entry", "text", "matches"),
    [
        ("arnaqu*", "quels arnaqueurs", True),
        ("arnaqu*", "une arnaque", True),
        ("arnaque", "quels arnaqueurs", False),
        ("service cl*", "le Service Client", True),
        ("bit.ly", "https://bit.ly/3xYz", True),
        ("poisson", "du poison", False),
        ("salé", "trop salé", True),
        ("salé", "c'est sale", False),
        ("sale", "trop salé", False),
        ("sale", "sàle", True),
        ("été", "ETE", True),
        ("ete", "cet été", True),
        ("4x4", "un 4x4 garé", True),
        ("🖕", "tiens 🖕", False),
        ("", "rien", False),
        ("*", "rien", False),
        ("сука", "СУКА", True),
    ],
)
def test_an_entry_is_what_a_person_means_by_it(entry: str, text: str, matches: bool) -> None:
    """A star lets a word go on; a few French words keep their accents; an entry without a letter is nothing."""
    assert bool(Words([entry]).found(read(text))) is matches


def _accented(word: str, draw: Callable[[st.SearchStrategy[str]], str]) -> str:
    mark = draw(st.sampled_from(ACCENTS))
    return unicodedata.normalize("NFC", "".join(f"{one}{mark}" for one in word))


def _like(table: dict[str, str]) -> Callable[[str, Callable[[st.SearchStrategy[str]], str]], str]:
    return lambda word, draw: "".join(draw(st.sampled_from(table[one])) if one in table else one for one in word)


def _invisible(word: str, draw: Callable[[st.SearchStrategy[str]], str]) -> str:
    return "".join(f"{one}{draw(st.sampled_from(INVISIBLE))}" for one in word)


def _repeated(word: str, draw: Callable[[st.SearchStrategy[str]], str]) -> str:
    place = int(draw(st.sampled_from([str(number) for number in range(len(word))])))
    return f"{word[:place]}{word[place] * 4}{word[place + 1 :]}"


def _parted(word: str, draw: Callable[[st.SearchStrategy[str]], str]) -> str:
    return draw(st.sampled_from([" ", ".", "-", "_", "*", "·", " . ", "\u00a0", "~"])).join(word)


def _capitals(word: str, draw: Callable[[st.SearchStrategy[str]], str]) -> str:
    return "".join(draw(st.sampled_from([one, one.upper()])) for one in word)


def _starred(word: str, draw: Callable[[st.SearchStrategy[str]], str]) -> str:
    return f"{word[0]}*{word[2:]}"


DISGUISES = [_accented, _like(LOOK_ALIKES), _invisible, _repeated, _parted, _capitals, _starred]


@given(st.data())
def test_any_disguise_of_any_word_is_seen_through(data: st.DataObject) -> None:
    """Words of four letters or more, each disguise alone or after a change of capitals."""
    word = data.draw(st.sampled_from(["pute", "merde", "connard", "salope", "bitch", "shit", "cunt"]))
    disguise = data.draw(st.sampled_from(DISGUISES))
    text = disguise(_capitals(word, data.draw), data.draw)

    assert word in found(f"quel {text}, vraiment")


@given(st.data())
def test_digits_and_signs_for_letters_are_seen_through(data: st.DataObject) -> None:
    """As long as letters are no fewer than digits: a word of digits alone is a number."""
    word = data.draw(st.sampled_from(["pute", "merde", "connard", "salope", "bitch", "shit"]))
    places = data.draw(st.sets(st.sampled_from([at for at, one in enumerate(word) if one in LEET]), max_size=2))
    text = "".join(data.draw(st.sampled_from(LEET[one])) if at in places else one for at, one in enumerate(word))

    assert word in found(f"quel {text}, vraiment")


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    """Whatever it holds, and what is found is an entry of the list."""
    assert found(text) <= set(RUDE + RUDE_ENGLISH)


@given(st.sampled_from(INNOCENT), st.sampled_from(INNOCENT))
def test_innocent_words_beside_each_other_stay_innocent(one: str, other: str) -> None:
    """No word is made of the end of one and the beginning of the next."""
    assert found(f"{one} {other}") | found(f"{one}, {other}") | found(f"{one}/{other}") == set()


@given(
    st.lists(
        st.sampled_from(
            ["connard", "c0nn@rd", "c o n", "c.o.n", "co", "n", "concert", "fils", "de", "p*te", "!", "a", "l'arnaque"]
        ),
        max_size=8,
    ),
    st.sampled_from([["con"], ["connard", "fils de pute"], ["arnaqu*", "con"], ["concert de"]]),
)
def test_looking_first_whether_it_may_be_there_misses_nothing(parts: list[str], entries: list[str]) -> None:
    """The short way says what the long way does."""
    text, words = " ".join(parts), Words(entries)

    assert words.found_in(text) == words.found(read(text))
