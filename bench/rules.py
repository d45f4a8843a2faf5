"""Interactions judged per second on one core: 200 rules, half of them expressions, over 1 000 different comments.

Every comment is judged as it is when it comes in: text made plain, one pass for words and expressions, then the rules
that can match. Each rule matches some comments; the comments are of the lengths that people write.
"""

from __future__ import annotations

import random
import re
import statistics
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from heraut.brands import NetworkName, Rule
from heraut.conversations import Author, Interaction, Kind
from heraut.conversations.rules import Facts, Rulebook

if TYPE_CHECKING:
    from bench.results import Figures

RULES = 200  # half of them expressions
COMMENTS = 1_000
ROUNDS = 7
AIM = 5_000  # interactions per second
SEED = 23
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Europe/Paris"))
STEMS = (
    *("colis", "commande", "livraison", "rembours", "retard", "casse", "factur", "allergi", "horaire", "reservation"),
    *("vegan", "gluten", "recrut", "stage", "presse", "partenariat", "arnaque", "voleur", "promo", "concours"),
)
FILLING = re.findall(
    r"\S+",
    """
    bonjour merci pour votre réponse je voulais savoir si vous êtes ouverts demain car ma fille fête ses dix ans et nous
    aimerions passer à la boutique avec toute la famille c'était délicieux comme toujours bravo à l'équipe à bientôt 😊
    franchement déçu cette fois-ci j'attends depuis une heure personne ne décroche au téléphone c'est vraiment dommage
    """,
)


def rules() -> list[Rule]:
    """Give the rules: a hundred expressions, sixty lists of words, and forty about who, where and what."""
    made: list[dict[str, Any]] = []
    for number in range(RULES // 2):
        stem = STEMS[number % len(STEMS)]
        shapes = (
            rf"{stem}\w*\s+(n°\s*)?ref{number}\b",
            rf"(quand|pourquoi|comment)\b.{{0,40}}\bref{number}\b",
            rf"ref{number}\W+(svp|s'il vous pla[iî]t|merci)",
            rf"\b(pas|jamais|toujours)\s+\w+\s+ref{number}\b",
            rf"(\d{{1,3}}[\s.,]?)+€?\s*ref{number}\b",
        )
        made.append({"when": {"expressions": [shapes[number % len(shapes)]]}})
    lists = ([f"{STEMS[number % len(STEMS)]} {number}", f"code{number}", f"mot {number} bis"] for number in range(60))
    made += [{"when": {"words": words}} for words in lists]
    for number in range(40):
        when = (
            {"authors": [f"@client{number}.test"]},
            {"labels": [f"label-{number}"], "networks": ["bluesky"]},
            {"languages": ["en"], "not": {"words": [f"code{number}"]}, "words": [f"word{number}"]},
            {"stars": {"at_most": 2}, "any": [{"words": [f"avis{number}"]}, {"authors": [f"@avis{number}.test"]}]},
        )[number % 4]
        made.append({"when": when})
    named = ({"name": f"r{number}", "then": {"labels": [f"seen-{number}"]}} | rule for number, rule in enumerate(made))
    return [Rule.model_validate(rule) for rule in named]


def comments(draw: random.Random) -> list[tuple[Interaction, list[str]]]:
    """Give different comments, each with its labels; every seventh is about nothing, the others meet rules in turn."""
    found = []
    for number in range(COMMENTS):
        words = draw.choices(FILLING, k=draw.randint(3, 45))
        more: dict[str, Any] = {"handle": f"@personne{number}.test", "stars": None, "language": "fr", "labels": []}
        if number % 7:
            _meet(number % RULES, words, more, draw)
        found.append((_comment(number, " ".join(words), more), more["labels"]))
    return found


def _meet(rule: int, words: list[str], more: dict[str, Any], draw: random.Random) -> None:
    """Write into a comment what a rule looks for."""
    place = draw.randint(0, len(words))
    if rule < RULES // 2:
        stem = STEMS[rule % len(STEMS)]
        said = (
            f"{stem} n° ref{rule}",
            f"quand est-ce que ma ref{rule}",
            f"ref{rule} svp",
            f"jamais reçu ref{rule}",
            f"300 € ref{rule}",
        )
        words.insert(place, said[rule % 5])
    elif rule < RULES // 2 + 60:
        words.insert(place, f"code{rule - RULES // 2}")
    else:
        number = rule - RULES // 2 - 60
        kind = number % 4
        if kind == 0:
            more["handle"] = f"@client{number}.test"
        elif kind == 1:
            more["labels"] = [f"label-{number}"]
        elif kind == 2:
            words.insert(place, f"word{number}")
            more["language"] = "en"
        else:
            words.insert(place, f"avis{number}")
            more["stars"] = 1


def _comment(number: int, text: str, more: dict[str, Any]) -> Interaction:
    return Interaction(
        brand="bench",
        account="sky",
        network=NetworkName.BLUESKY,
        id=f"c{number}",
        kind=Kind.REPLY,
        author=Author(id=f"p{number}", handle=more["handle"], name=f"P{number}"),
        text=text,
        language=more["language"],
        stars=more["stars"],
        thread=f"post-{number % 40}",
        at=datetime(2026, 11, 23, tzinfo=UTC),
    )


def measure() -> Figures:
    """Judge every comment some times over, on this thread alone; the first round, with nothing warm, apart."""
    given = comments(random.Random(SEED))  # noqa: S311 -- the same comments each time
    started = time.process_time()
    book = Rulebook(rules())
    compiled = time.process_time() - started
    facts = Facts(NOON, working=True)
    rounds = []
    matched: set[str] = set()
    for _ in range(ROUNDS):
        started = time.process_time()
        for interaction, labels in given:
            book.judge(interaction, facts, labels)
        rounds.append(COMMENTS / (time.process_time() - started))
    decided = [book.judge(interaction, facts, labels).decisions for interaction, labels in given]
    for decisions in decided:
        matched |= {one.rule for one in decisions}
    return {
        "rules": RULES,
        "expressions": RULES // 2,
        "comments": len({one.text for one, _ in given}),
        "rules_that_matched": len(matched),
        "comments_matched": sum(bool(decisions) for decisions in decided),
        "characters_median": statistics.median(len(one.text) for one, _ in given),
        "compile_ms": round(compiled * 1000, 1),
        "first_round_per_second": round(rounds[0]),
        "per_second": round(statistics.median(rounds[1:])),
        "slowest_round_per_second": round(min(rounds[1:])),
        "aim_per_second": AIM,
    }


def table(figures: Figures) -> list[str]:
    """Say the figures to a person."""
    met = "met" if figures["per_second"] > AIM else "missed"
    what = (
        "{rules} rules ({expressions} expressions), {comments} comments of {characters_median:.0f} characters (median)"
    )
    speed = (
        "{per_second} per second and core (first round {first_round_per_second}, slowest {slowest_round_per_second})"
    )
    return [
        what.format(**figures),
        "{rules_that_matched} rules matched, {comments_matched} comments met one".format(**figures),
        "compiled in {compile_ms} ms".format(**figures),
        f"{speed.format(**figures)}; aim {AIM}: {met}",
    ]


def broken(figures: Figures) -> str | None:
    """Say what must hold and does not: rules that never match, or comments that are alike, would flatter the figure."""
    if figures["rules_that_matched"] < RULES or figures["comments"] < COMMENTS:
        return f"rules: {figures['rules_that_matched']} of {RULES} rules matched, {figures['comments']} comments"
    return None
