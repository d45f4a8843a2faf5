"""What somebody wrote anew in the answer to a message of ours, as the mail programs of France quote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heraut.conversations.new_words import Doubtful, new_words

FR, EN = "— Répondez au-dessus de cette ligne —", "— Answer above this line —"
MARKS = (FR, EN)
OURS = f"""{FR}

Zoé attend une réponse

À répondre aujourd'hui à 14 h au plus tard.

> Zoé (@zoe.test) : Ouvrez-vous ?"""
WORDS = "Bonjour Zoé,\n\nOui, lundi de 7 h à 19 h.\nBonne journée !"
FROM = "Héraut · Boulangerie Martin <heraut@x.example>"


def quoted(text: str = OURS) -> str:
    """A text as an answer quotes it."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


ON = "lundi 23 novembre 2026 10:05"
OUTLOOK = f"De : {FROM}\nEnvoyé : {ON}\nÀ : Léa <lea@x.example>\nObjet : [Martin · Bluesky] Zoé attend\n\n"
OUTLOOK_EN = f"From: {FROM}\nSent: 23 November 2026 10:05\nTo: Léa <lea@x.example>\nSubject: [Martin] Zoé\n\n"
ZIMBRA = f"----- Mail original -----\nDe: {FROM}\nÀ: lea@x.example\nEnvoyé: {ON}\nObjet: [M]\n\n"
ANDROID = (
    f"-------- Message d'origine --------\nDe : {FROM}\nDate : 23/11/2026 10:05 (GMT+01:00)\nÀ : lea@x\nObjet : [M]\n\n"
)
ORANGE = '> Message du 23/11/26 10:05\n> De : "H" <h@x.example>\n> A : lea@x.example\n> Copie à : \n> Objet : [M]\n> \n'
SIGNED = "\n\nCordialement,\n\nLéa Dupont\nResponsable communication\n03 87 00 00 00\n\n"
LINE = "\n________________________________\n"
GMAIL = f"\n\nLe lun. 23 nov. 2026 à 10:05, {FROM} a écrit :\n\n"
APPLE = f"> Le 23 nov. 2026 à 10:05, {FROM} a écrit :\n> \n"
AFTER = {  # what each program puts after the words that were written
    "gmail": GMAIL + quoted(),
    "gmail, broken": GMAIL.replace("< heraut", "<\nheraut").replace("<heraut", "<\nheraut") + quoted(),
    "gmail, broken later": GMAIL.replace("a écrit", "a\nécrit") + quoted(),
    "gmail as a page": GMAIL + OURS,
    "gmail in English": f"\n\nOn Mon, Nov 23, 2026 at 10:05 AM {FROM} wrote:\n\n{quoted()}",
    "apple": f"\n\n{APPLE}{quoted()}",
    "iphone": f"\n\nEnvoyé de mon iPhone\n\n{APPLE}> \N{OBJECT REPLACEMENT CHARACTER}\n{quoted()}",
    "apple in English": f"\n\nSent from my iPhone\n\n> On 23 Nov 2026, at 10:05, {FROM} wrote:\n> \n{quoted()}",
    "outlook": SIGNED + OUTLOOK + OURS,
    "outlook on the web": LINE + OUTLOOK + OURS,
    "outlook on a telephone": f"\n\nTéléchargez Outlook pour iOS<https://aka.ms/o0ukef>{LINE}{OUTLOOK_EN}{OURS}",
    "outlook in English": f"\n\nKind regards,\nLéa\n\n{OUTLOOK_EN}{OURS}",
    "thunderbird": f"\n\nLe 23/11/2026 à 10:05, Héraut · Boulangerie Martin a écrit :\n{quoted()}\n\n-- \nLéa",
    "thunderbird, signed above": f"\n-- \nLéa\nLe 23/11/2026 à 10:05, Héraut a écrit :\n{quoted()}",
    "orange": f"\n\n{ORANGE}{quoted()}",
    "la poste, zimbra": f"\n\n{ZIMBRA}{OURS}",
    "android": f"\n\n{ANDROID}{OURS}",
    "samsung": f"\n\nEnvoyé depuis mon appareil Galaxy\n\n\n{ANDROID.replace(chr(39), '’')}{OURS}",
    "yahoo": f"\n\n    Le {ON}:12 UTC+1, {FROM} a écrit :  \n \n {OURS}",
    "proton": f"\n\nEnvoyé avec la messagerie sécurisée Proton Mail.{GMAIL}{quoted()}",
    "nothing quoted": "",
    "nothing quoted, signed": "\n\nLéa Dupont\nBoulangerie Martin\n03 87 00 00 00",
}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("client", AFTER)
def test_an_answer_is_what_was_written_anew(client: str, end: str) -> None:
    """Whole, with its greeting and its wishes; neither the quote, nor its header, nor who signed."""
    text = f"{WORDS}{AFTER[client]}".replace("\n", end)
    assert new_words(text, MARKS, "Léa Dupont") == WORDS


@pytest.mark.parametrize(
    "text",
    [
        "Nous avons :\n- du pain\n- des brioches\n\nÀ lundi",
        "Thanks, Zoe! We are open.\nThanks, and see you on Monday.",
        "Bonne journée à vous,\net à lundi !",
        "Oui !\n\nBien à vous tous, amis du pain : nous ouvrons.",
        "De 7 h à 19 h, du lundi au samedi.",
        "Appelez le 03 87 00 00 00 ou écrivez à contact@martin.example.",
    ],
)
def test_what_looks_like_a_signature_or_a_quote_stays_whole(text: str) -> None:
    """No half of an answer is ever published."""
    assert new_words(text, MARKS, "Léa") == text
    assert new_words(f"{text}\n\nLe 23/11/2026 à 10:05, Héraut a écrit :\n{quoted()}", MARKS, "Léa") == text


@pytest.mark.parametrize("text", ["", "\n\n", quoted(), OURS, "-- \nLéa", f"Envoyé de mon iPhone\n\n{quoted()}"])
def test_an_empty_answer_is_empty(text: str) -> None:
    """Nothing but what was quoted, or signed."""
    assert new_words(text, MARKS, "Léa") == ""


@pytest.mark.parametrize(
    "text",
    [
        f"Le 23/11/2026 à 10:05, Héraut a écrit :\n{quoted()}\n\nOui, lundi.",
        f"Oui.\n{quoted(FR)}\n> Ouvrez-vous ?\nOui !\n> À répondre",
        f"Oui.\n\n> Zoé : Ouvrez-vous ?\n\nÀ lundi\n{quoted()}",
        "Oui.\n\nLe 23/11/2026 à 10:05, Zoé a écrit :\nOuvrez-vous ?",
        "Oui.\n\nDe : Zoé\nEnvoyé : lundi\nObjet : [M]\n\nOuvrez-vous ?",
        "Oui.\nLe client d'hier a écrit :\nc'était le bon jour.",
        f"Oui.\nLe client d'hier a écrit :\nc'était le bon jour.{GMAIL}{quoted()}",
        f"Oui.{GMAIL}> Le 22/11 à 9:00, Léa a écrit :\n> Je reviens vers vous.\n{quoted(quoted())}",
        "Oui, voyez https://liens.example/martin/alert/abc",
    ],
)
def test_what_cannot_be_told_apart_is_doubtful(text: str) -> None:
    """Answers below or among the quoted lines, quotes without our line, our own addresses."""
    with pytest.raises(Doubtful):
        new_words(text, MARKS, "Léa", ["https://liens.example"])


@given(st.text(max_size=400))
def test_any_text_ends_in_words_or_in_a_doubt(text: str) -> None:
    """Nothing else is raised, and what comes out was in the text."""
    try:
        words = new_words(text, MARKS, "Léa")
    except Doubtful:
        return
    assert len(words) <= len(text)


@given(st.text(alphabet=" \n>-_aLe écrit:DeEnvoyé0", max_size=3_000))
def test_no_text_takes_long(text: str) -> None:
    """However much it looks like the header of a quote (a second would be the test's time-out many times over)."""
    try:
        new_words(text * 20, MARKS, "Léa")
    except Doubtful:
        return
