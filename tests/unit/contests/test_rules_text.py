"""The rules that people read: complete, the same bytes each time, in both languages."""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heraut.brands import Brand, EntryKind, Terms, contests_of
from heraut.contests.beacon import QUICKNET
from heraut.contests.eligibility import About, judge
from heraut.contests.model import Entrant, Evidence, Left
from heraut.contests.rules_text import rules_digest, rules_text
from heraut.letters import NBSP, clean
from tests.unit.contests.test_lint import ACCOUNTS, GOOD

PAGE = "https://public.example/martin/contests/galette/"
FULL: dict[str, Any] = {
    "posts": [
        {"accounts": ["sky", "insta"], "row": "galette"},
        {"accounts": "fb", "url": "https://facebook.example/1"},
    ],
    "conditions": {
        "like": True,
        "repost": True,
        "follow": True,
        "friends": 2,
        "words": ["#galette", "joyeux Noël"],
        "answer": {"question": "En quelle année ?", "accepted": ["1998"]},
    },
    "conditions_on": {"facebook": {"comment": True}},
    "winners": 3,
    "alternates": 6,
    "prizes": [{"name": "Une galette géante", "value": 1250}, {"name": "Un bon", "value": "12,5", "quantity": 2}],
    "more_chances": {"repost": 2, "friend": 1, "most": 5},
    "exclude": {
        "staff": "@lea",
        "partners": "@moulin",
        "previous_winners": 6,
        "suspects": {"account_age": "30j", "followers": 5, "copied": 10},
    },
    "organiser": {**GOOD["organiser"], "registration": "RCS Paris 123 456 789", "email": "jeu@martin.example"},
    "announces": "2026-12-17 09:00",
}


def contest(**changes: Any) -> tuple[Terms, Brand]:
    """Give the good contest of the linter's tests with fields of it replaced."""
    document = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    brand = Brand.model_validate({"id": "m", "name": "Martin", "accounts": ACCOUNTS, "contests": {"galette": document}})
    return contests_of(brand)["galette"], brand


def written(**changes: Any) -> str:
    """Write its rules, hard spaces shown as spaces."""
    return rules_text(*contest(**changes), QUICKNET, PAGE).replace(NBSP, " ")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("changes", [{}, FULL], ids=["plain", "full"])
def test_the_same_terms_give_the_same_bytes(language: str, changes: dict[str, Any]) -> None:
    """What the commitment carries is their SHA-256: no date of today, no order of a set."""
    terms, brand = contest(**changes, language=language)
    text = rules_text(terms, brand, QUICKNET, PAGE)

    assert text == rules_text(Terms.model_validate_json(terms.model_dump_json(by_alias=True)), brand, QUICKNET, PAGE)
    assert rules_digest(text) == sha256(text.encode()).hexdigest()
    assert text.endswith(".\n")
    assert not re.search(r"[ \t]$|\n\n\n|\{|\}|None", text, re.MULTILINE)
    assert text == clean(text)


@pytest.mark.parametrize(
    "part",
    [
        "# Règlement du jeu-concours « La galette géante »",
        "Boulangerie Martin SARL, 12 rue du Four, 75006 Paris, RCS Paris 123 456 789 (« l'organisateur »)",
        "gratuit et sans obligation d'achat",
        "jeu@martin.example",
        "âgée d'au moins 18 ans au jour de l'ouverture et résidant dans l'un de ces pays : France et Belgique.",
        "les personnes qui travaillent pour l'organisateur",
        "les partenaires de l'organisateur",
        "les membres de la famille",
        "dans les 6 mois avant le tirage au sort",
        "créés moins de 30 jours avant la clôture",
        "moins de 5 abonnés",
        "mêmes mots qu'au moins 9 autres",
        "du mardi 1er décembre 2026 à 09:00:00 au mardi 15 décembre 2026 à 23:59:59, ces deux secondes comprises",
        "fuseau Europe/Paris",
        "Sur Bluesky (compte @martin.test) et Instagram :",
        "- aimer la publication du jeu-concours\n",
        "- mentionner en commentaire au moins 2 autres comptes",
        "« #galette », « joyeux Noël »",
        "répondre en commentaire à la question : « En quelle année ? »",
        "Sur Facebook :\n\n- commenter la publication du jeu-concours (https://facebook.example/1)",
        "Instagram ne dit pas de chacun s'il a fait ceci : aimer, partager et s'abonner.",
        "Bluesky ne dit pas de chacun s'il a fait ceci : s'abonner.",
        "vérifiée pour les gagnants, dans l'ordre du tirage",
        "Un commentaire modifié compte dans sa dernière version vue",
        "Un commentaire supprimé avant la clôture ne compte pas.",
        "2 par publication partagée et 1 par compte mentionné",
        "Personne n'a plus de 5 chances",
        "- 1 × Une galette géante, d'une valeur de 1 250,00 €\n",
        "- 2 × Un bon, d'une valeur de 12,50 € pièce\n",
        "Valeur totale : 1 275,00 €",
        "la balise drand « quicknet », qui publie toutes les 3 secondes",
        "le tour n° 34871812, prévu le mercredi 16 décembre 2026 à 12:00:00",
        "Si la balise s'arrête ou tarde, l'organisateur attend",
        QUICKNET.hash,
        QUICKNET.public_key,
        "« tirage/v1 »",
        "les 3 premières gagnent, puis viennent les 6 suppléants",
        "3 gagnants et 6 suppléants",
        "Il a 7 jours à partir de ce message",
        "ne sont pas nommés avant le jeudi 17 décembre 2026 à 09:00:00",
        "sont effacées 90 jours après la fin",
        "Au même moment, le nom des gagnants qui l'ont accepté quitte la page du tirage et son certificat",
        "un gagnant peut revenir sur cet accord avant, à tout moment",
        "reste sur le réseau tant que l'organisateur ne l'a pas supprimée",
        "L'identifiant de qui a gagné un lot, et lui seul, est gardé 6 mois après le tirage au sort",
        "donnees@martin.example",
        "ne vaut pas accord pour recevoir de la publicité",
        "n'est ni géré, ni parrainé, ni approuvé par Instagram",
        "dégage Facebook de toute responsabilité",
        PAGE,
    ],
)
def test_the_french_rules_say_what_the_law_and_the_networks_ask(part: str) -> None:
    """Organiser, dates and zone, who, how, prizes and values, the draw, data, notices, where to verify."""
    assert part in written(**FULL)


@pytest.mark.parametrize(
    "part",
    [
        "# Rules of the contest “La galette géante”",
        "nothing has to be bought",
        "from Tuesday 1 December 2026 at 09:00:00 to Tuesday 15 December 2026 at 23:59:59, both seconds included",
        "time zone Europe/Paris",
        "at least 18 years old",
        "France and Belgium",
        "On Bluesky (account @martin.test) and Instagram:",
        "Instagram does not tell of everybody whether they did this: like, repost and follow.",
        "worth €1,250.00",
        "Total value: €1,275.00",
        "round 34871812, due Wednesday 16 December 2026 at 12:00:00",
        "Should the beacon stop or be late, the organiser waits",
        "the first 3 win, then come the 6 alternates",
        "releases Facebook from all liability",
        "An edited comment counts in its last version",
    ],
)
def test_the_english_rules_say_the_same(part: str) -> None:
    """For a brand, or a contest, whose language is English."""
    assert part in written(**FULL, language="en")


def test_what_must_not_be_told_beforehand_is_not_in_the_rules() -> None:
    """Neither the right answer, nor who works for the organiser."""
    text = written(**FULL)

    assert "1998" not in text
    assert "@lea" not in text
    assert "@moulin" not in text


@pytest.mark.parametrize(
    ("changes", "there", "absent"),
    [
        ({}, "une seule.", "S'y ajoutent"),
        ({}, "Le tirage désigne un gagnant et 2 suppléants.", "premières gagnent"),
        ({"alternates": 0}, "un gagnant et aucun suppléant", "puis vien"),
        ({"alternates": 1}, "la première gagne, puis vient le suppléant", "0 suppl"),
        ({"eligibility": {"age": 16, "countries": "FR"}}, "mineure participe avec l'accord de ses parents", "Belgique"),
        ({"eligibility": {"age": 18}}, "âgée d'au moins 18 ans", "résidant"),
        ({"exclude": {"families": False, "blocked": False}}, "les personnes qui travaillent", "famille"),
        ({"exclude": {"blocked": False}}, "les personnes qui travaillent", "bloque"),
        ({"conditions": {"friends": 1}}, "au moins un autre compte", "mentionner en commentaire au moins 1"),
        ({"conditions": {"words": "#galette"}}, "écrire dans un commentaire : « #galette »", "l'une de ces"),
        ({"currency": "CHF"}, "60,00 CHF", "€"),
        ({"posts": [{"accounts": "ixe", "row": "a"}]}, "Sur X, créer plusieurs comptes", "by_hand"),
        ({"posts": [{"accounts": "masto", "row": "a"}]}, "les règles du serveur", "plusieurs des réseaux"),
        (
            {"posts": [{"accounts": "sky", "row": row} for row in "ab"]},
            "commenter une publication du jeu-concours",
            "plusieurs des",
        ),
    ],
)
def test_the_rules_say_only_what_the_terms_say(changes: dict[str, Any], there: str, absent: str) -> None:
    """Nothing of what was not asked, in the singular where there is one."""
    text = written(**changes)

    assert there in text
    assert absent not in text


def test_rules_of_ones_own_are_kept_to_the_letter_and_the_draw_is_added() -> None:
    """Their own spaces and empty lines stay; instant, chain, method and waiting follow."""
    own = "Règlement maison\n\n\n\nArticle 1 : jouez !"
    text = rules_text(*contest(rules={"text": own}), QUICKNET, PAGE)

    assert text.startswith(f"{own}\n\n## Tirage au sort\n")
    assert QUICKNET.hash in text
    assert "organisateur attend la publication de ce tour" in text
    assert text.endswith("nouveau tirage.\n")


def test_the_hour_of_the_draw_is_said_by_the_contests_own_clock() -> None:
    """In Martinique noon is noon there, and the round is the one of that instant."""
    text = written(zone="America/Martinique")

    assert "antérieur au mercredi 16 décembre 2026 à 12:00:00 : le tour n° 34877812" in text
    assert QUICKNET.time_of(34877812) == datetime.fromisoformat("2026-12-16T12:00:00-04:00").timestamp()


def test_every_prize_and_name_stands_in_one_line() -> None:
    """What a brand writes cannot pass for a heading or another paragraph of the rules."""
    headings = re.findall(r"^## .*$", written(**FULL, title="## 10. Autre règle"), re.MULTILINE)

    assert [heading.split()[1] for heading in headings] == [f"{number}." for number in range(1, 10)]


@settings(max_examples=60)
@given(
    st.fixed_dictionaries({kind.value: st.booleans() for kind in EntryKind}).filter(lambda acts: any(acts.values())),
    st.sampled_from(["sky", "masto", "fb", "insta"]),
)
def test_the_rules_name_what_is_left_for_the_winners_exactly_where_judging_leaves_it(
    conditions: dict[str, bool], account: str
) -> None:
    """What people read and what is done cannot part."""
    terms, brand = contest(conditions=conditions, posts=[{"accounts": account, "row": "a"}])
    network = next(one.network for one in brand.accounts if one.name == account)
    at = terms.opens
    deeds = [Evidence(kind, "x", "x", at, post="p") for kind in EntryKind if conditions[kind] and kind != "follow"]
    comment_alone = Entrant(f"{network}:x", network, evidence=tuple(one for one in deeds if one.kind == "comment"))
    everything = Entrant(f"{network}:x", network, evidence=tuple(deeds))

    text = rules_text(terms, brand, QUICKNET, PAGE)
    left = set(judge(terms, comment_alone, About()).left) | set(judge(terms, everything, About()).left)

    names = {Left.LIKE: "aimer", Left.REPOST: "partager", Left.FOLLOW: "s'abonner"}
    told = re.search(r"ceci : (.*)\. Cette condition", text.replace(NBSP, " "))
    unseen = {act for act in names if told and names[act] in told[1]}
    assert left & names.keys() <= unseen
    assert unseen <= {Left(kind.value) for kind in EntryKind if conditions[kind] and kind != "comment"}


def test_accounts_that_the_brand_does_not_have_are_no_contest() -> None:
    """The file refuses them; a program that gives them hears of it."""
    terms, brand = contest()

    with pytest.raises(KeyError):
        rules_text(terms, brand.model_copy(update={"accounts": ()}), QUICKNET, PAGE)


def test_the_rules_say_how_long_winners_are_remembered_for_other_contests() -> None:
    """As long as any contest of the brand asks for when this one opens; nothing where none does."""
    terms, brand = contest()
    later = {**brand.contests["galette"], "exclude": {"previous_winners": 12}}
    both = brand.model_copy(update={"contests": {**brand.contests, "buche": later}})

    assert "est gardé" not in rules_text(terms, brand, QUICKNET, PAGE)
    assert "est gardé 12 mois après le tirage" in rules_text(terms, both, QUICKNET, PAGE)
    english, _ = contest(language="en")
    told = rules_text(english, both, QUICKNET, PAGE)
    assert "is kept for 12 months after the draw" in told
    assert "leave the draw's page and its certificate; a winner may take that back before, at any time" in told
