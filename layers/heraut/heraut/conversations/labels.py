"""What a comment is: a question, a complaint, praise… each label with the rule and the words that made it (pure).

Comments are short, in two languages, mocking and misspelt: rules over lexicons (`lexicon.*.toml`), no model, so that a
person reads why. What they reach is measured on comments labelled by hand: `python -m bench labels`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from heraut.conversations.disguises import folded
from heraut.conversations.feelings import feelings, is_denied
from heraut.conversations.insults import insulting, is_insult
from heraut.conversations.lexicon import lexicons_for
from heraut.conversations.model import CONTENT, Label, LabelName
from heraut.conversations.phrases import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.conversations.feelings import Feelings
    from heraut.conversations.insults import Insulting
    from heraut.conversations.lexicon import Lexicon
    from heraut.conversations.model import Interaction
    from heraut.conversations.phrases import Hit

INFLUENTIAL = 10_000  # followers from which an author is heard by many
VERY_FEW_STARS, FEW_STARS, ALL_STARS = 2, 3, 5  # of a review
PRAISED_OFTEN = 3  # times that an author praised before, with which praise makes an ambassador
A_SHORT_QUESTION, A_LONGER_QUESTION = 8, 15  # words
A_FEW = 5  # words, where one such as "prix" is the whole question
READ = 2_000  # characters; what a label needs is said by then
TELLS_AT_LEAST = 8  # words of a testimonial
OUTCOME_AT_LEAST = 10  # words of what is told with its end
OUTCOME = 5  # of what was done, how it ended, when and whose
TELLS_AT_LENGTH = 14  # words of one without a word of praise
GLADLY = 3  # of what was done, when and how it ended, from who praises
SHORT = 3  # letters of a word too short to tell that it is past
BOTH = 2
SURE = 2  # of what may be spam, with what surely is counting double

_LINK = re.compile(
    r"https?://\S+|\bwww\.\S+"
    r"|\b[\w-]{3,}\.(?:com|net|org|shop|store|io|ly|me|xyz|site|online|club|info|biz|test|example|fr)\b"
)
_PHONE = re.compile(r"(?<!\d)(?:\+\d{2}|0)[\s.\d]{8,14}(?!\d)")
_AT_MAIL = re.compile(r"\w@\w[\w.-]*\.\w")
_PERCENT_OFF = re.compile(r"-\s?\d{2}\s?%|\d{2}\s?% off", re.IGNORECASE)
_MONEY_EACH = re.compile(
    r"(?:\d[\d.,]{0,9}\s?(?:€|\$|£|euros?|dollars?)|[$€£]\s?\d[\d.,]{0,9})\s?(?:/|par|per|an?|each)\s?"
    r"(?:jour|semaine|mois|day|week|month)",
    re.IGNORECASE,
)
_FOLLOWERS = re.compile(
    r"\b\d{1,9}(?:[.,\s]\d{1,3}){0,2}\s?k?\s(?:tr[eè]s |very )?(?:\w+ )?(?:abonn|follow|subs\b|subscribers|lecteurs"
    r"|readers|listeners)|\b\d{1,4}(?:[.,]\d)?\s?k\b\s?(?:sur|on|abonn|follow|subs|\))",
    re.IGNORECASE,
)
_ASKS_AT_ITS_END = re.compile(r"[?？]")
_NO_ANSWER = frozenset({"reponse", "repond", "repondent", "answer", "answered", "reply", "response", "replied"})
MOST_GREETING = 5  # words
_GREETS = frozenset(
    (
        "bonjour",
        "bonsoir",
        "salut",
        "coucou",
        "hello",
        "hi",
        "hey",
        "morning",
        "good",
        "dites",
        "madame",
        "monsieur",
        "et",
    )
)
_HANDLE = re.compile(r"(?<!\w)@[\w.]+")


@dataclass(frozen=True)
class AuthorFacts:
    """What is known of an author besides the text: `praised` counts what praise came from them before."""

    followers: int | None = None
    praised: int = 0


def labels_of(interaction: Interaction, author: AuthorFacts | None = None) -> tuple[Label, ...]:
    """Label what was said; `author` is what is known of who said it (by default, what the network told with it)."""
    known = author or AuthorFacts(followers=interaction.author.followers)
    return _by_stars(labels_of_text(interaction.text, interaction.language, known), interaction.stars)


def _by_stars(labels: tuple[Label, ...], stars: int | None) -> tuple[Label, ...]:
    """Let a review's stars weigh: with few, nothing is mere praise; with all, words that say nothing are praise."""
    names = {label.name for label in labels}
    if stars is None or LabelName.SPAM in names:
        return labels
    if stars <= FEW_STARS:
        kept = tuple(label for label in labels if label.name not in CONTENT)
        unhappy = stars <= VERY_FEW_STARS and LabelName.COMPLAINT not in names
        return (*kept, Label(name=LabelName.COMPLAINT, rule="stars", words=str(stars))) if unhappy else kept
    if stars == ALL_STARS and not names:
        return (Label(name=LabelName.PRAISE, rule="stars", words=str(stars)),)
    return labels


def labels_of_text(text: str, language: str | None = None, author: AuthorFacts | None = None) -> tuple[Label, ...]:
    """Label a text, in the order of `LabelName`; `language` is what the network says it is in."""
    known = author or AuthorFacts()
    found: dict[str, Label] = {}
    for lexicon in lexicons_for(text[:READ], language):
        for label in _labels(text[:READ], lexicon):
            found.setdefault(label.name, label)
    if LabelName.SPAM in found:
        return (found[LabelName.SPAM],)
    for label in _by_author(found, known):
        found.setdefault(label.name, label)
    return tuple(found[name] for name in LabelName if name in found)


def _labels(text: str, lexicon: Lexicon) -> list[Label]:
    words = words_of(_HANDLE.sub(" ", text), lexicon.short_for)
    felt = feelings(words, lexicon)
    spam = _spam(text, words, lexicon, unhappy=bool(felt.wrongs))
    if spam:
        return [spam]
    insult = insulting(text, lexicon)
    press = _press(text, words, lexicon)
    question = _question(text, words, lexicon)
    if insult.words:
        felt.dislikes = [said for said in felt.dislikes if not is_insult(said, lexicon)]
    ambassador = _ambassador(words, lexicon) if not press else None
    told = [_said(words, hit) for hit in lexicon.happened.hits(words)]
    anchors = any(word in lexicon.own for word in words) + bool(lexicon.when.hits(words))
    if question and _asks_whether(words, felt, lexicon):
        felt.dislikes = felt.went_wrong = []  # "c'est surgelé ?" asks whether it is
    outcome = _outcome(words, felt, lexicon) if not (press or question) else None
    tells = len(told) > 1 or question is not None or outcome is not None
    outweighs = len(felt.likes) >= len(felt.wrongs)  # "every year the fees go up" is no loyalty
    defends = bool(ambassador and (ambassador.rule == "defends" or outweighs)) or bool(outcome and not felt.mocks)
    complaint = _complaint(felt, insult, defends=defends, tells=tells, length=len(words))
    praise = _praise(felt, complaint, ambassador)
    if press:
        complaint = complaint if any(word in _NO_ANSWER for said in felt.wrongs for word in said.split()) else None
        praise = praise if not felt.mocks else None
    testimonial = None
    if not (press or question or complaint):
        testimonial = outcome or _testimonial(words, told, anchors, praise)
        if praise and not (testimonial or ambassador):
            testimonial = _tells_gladly(words, told, lexicon)
    if testimonial and not praise:
        praise = Label(name=LabelName.PRAISE, rule=testimonial.rule, words=testimonial.words)
    ambassador = ambassador if not complaint else None
    if insult.words:
        praise = testimonial = ambassador = None
    made = [question, complaint, praise, testimonial, press, ambassador]
    if insult.words:
        made.append(Label(name=LabelName.INSULT, rule="word", words=insult.words))
    return [label for label in made if label]


def _spam(text: str, words: Sequence[str], lexicon: Lexicon, *, unhappy: bool) -> Label | None:
    """Add up what may be spam; who is unhappy and offers nothing tells what they pay, or where they wrote."""
    hits = lexicon.spam.hits(words)
    sure = [_said(words, hit) for hit in hits if hit.group == "surely"]
    maybe = list(dict.fromkeys(_said(words, hit) for hit in hits if hit.group == "maybe"))
    marks = [
        found[0] for pattern in (_LINK, _PHONE, _PERCENT_OFF, _AT_MAIL, _MONEY_EACH) if (found := pattern.search(text))
    ]
    score = SURE * len(sure) + 0.4 * len(maybe) + len(marks)
    if score < SURE or not (sure or marks) or (unhappy and not sure):
        return None
    return Label(name=LabelName.SPAM, rule="spam", words=", ".join([*sure, *marks, *maybe][:3]))


def _press(text: str, words: Sequence[str], lexicon: Lexicon) -> Label | None:
    hits = lexicon.press.hits(words)
    if hits:
        return Label(name=LabelName.PRESS, rule="word", words=_said(words, hits[0]))
    followers = _FOLLOWERS.search(text)
    return Label(name=LabelName.PRESS, rule="word", words=followers[0].strip()) if followers else None


def _question(text: str, words: Sequence[str], lexicon: Lexicon) -> Label | None:
    asked = [hit for hit in lexicon.wants_to_know.hits(words) if hit.end - hit.start > 1 or len(words) <= A_FEW]
    for_effect = lexicon.for_effect.hits(words)
    if _ASKS_AT_ITS_END.search(text):
        if for_effect and not (asked and asked[-1].start > for_effect[-1].end):
            return None
        return Label(name=LabelName.QUESTION, rule="question_mark", words=_said(words, asked[0]) if asked else None)
    asked += [hit for hit in lexicon.opens.hits(words) if hit.group == "opens" and _begins(hit, words)]
    if asked and not for_effect and "!" not in text:
        return Label(name=LabelName.QUESTION, rule="word", words=_said(words, asked[0]))
    return None


def _begins(hit: Hit, words: Sequence[str]) -> bool:
    """Whether nothing but a greeting stands before it."""
    return hit.start <= MOST_GREETING and all(word in _GREETS or not word.isalnum() for word in words[: hit.start])


def _asks_whether(words: Sequence[str], felt: Feelings, lexicon: Lexicon) -> bool:
    """Whether the one word of something wrong is what it asks about: shortly, or as one asks what is possible."""
    if len(felt.wrongs) != 1 or felt.how_long:
        return False
    if len(words) <= A_SHORT_QUESTION:
        return felt.went_wrong == felt.undone  # "don't you open on Sundays?"
    return len(words) <= A_LONGER_QUESTION and any(hit.start <= 1 for hit in lexicon.asks_whether.hits(words))


def _complaint(felt: Feelings, insult: Insulting, *, defends: bool, tells: bool, length: int) -> Label | None:
    rule, said = _why_unhappy(felt, insult, tells=tells, length=length)
    if rule is None or (defends and not insult.told):
        return None
    return Label(name=LabelName.COMPLAINT, rule=rule, words=_few(said) or None)


def _why_unhappy(felt: Feelings, insult: Insulting, *, tells: bool, length: int) -> tuple[str | None, Sequence[str]]:
    by_itself = _why_by_itself(felt, insult)
    if by_itself[0] or tells:
        return by_itself
    if felt.turns:
        return "but", felt.likes
    if (felt.much_is_wrong or felt.adds_up(length)) and not felt.likes:
        return "went_wrong", [*felt.may_be_wrong, *felt.things, *felt.signs]
    return None, ()


def _why_by_itself(felt: Feelings, insult: Insulting) -> tuple[str | None, Sequence[str]]:
    besides = [said for said in felt.may_be_wrong if said not in folded(insult.words or "")]
    if insult.told:
        return "told_insult", ()
    if insult.words and besides and (felt.how_long or len(besides) > 1):
        return "went_wrong", besides
    if felt.mocks and not felt.but and _mocks_what_went_wrong(felt):
        return "irony", [*felt.likes[:1], *felt.went_wrong, *felt.may_be_wrong]
    if felt.wrongs and not felt.recovers and (felt.but or len(felt.wrongs) >= len(felt.likes)):
        return "word", felt.wrongs
    return None, ()


def _mocks_what_went_wrong(felt: Feelings) -> bool:
    if felt.went_wrong:
        return True
    return felt.tells_of_wrong and (felt.how_long or len(felt.may_be_wrong) > 1)


def _praise(felt: Feelings, complaint: Label | None, ambassador: Label | None) -> Label | None:
    if ambassador and ambassador.rule != "defends" and not complaint:
        return Label(name=LabelName.PRAISE, rule=ambassador.rule, words=_few(felt.likes) or ambassador.words)
    if not felt.likes or (complaint and not felt.but) or (complaint and complaint.rule in {"irony", "told_insult"}):
        return None
    return Label(name=LabelName.PRAISE, rule="word", words=_few(felt.likes))


def _testimonial(words: Sequence[str], told: Sequence[str], anchors: int, praise: Label | None) -> Label | None:
    """Glad, and two things that happened; or three in a longer text that holds nothing against them.

    `anchors` counts whether it says of whom and when it tells: both stand for one thing that happened.
    """
    if len(words) < TELLS_AT_LEAST:
        return None
    tells = len(told) + (anchors == BOTH and len(words) >= TELLS_AT_LENGTH)
    if len(told) < 1 or tells < (2 if praise else 3) or (not praise and len(told) < 3):  # noqa: PLR2004
        return None
    return Label(name=LabelName.TESTIMONIAL, rule="tells", words=_few(told))


def _tells_gladly(words: Sequence[str], told: Sequence[str], lexicon: Lexicon) -> Label | None:
    """Give a testimonial of who praises and tells what they did: of whom, when, what was done and how it ended."""
    if len(words) < OUTCOME_AT_LEAST or not any(word in lexicon.own for word in words):
        return None
    past = [_said(words, hit) for hit in lexicon.tells_past.hits(words)]
    past += [
        f"{before} {word}"
        for before, word in pairwise(words)
        if before in lexicon.past_after and len(word) > SHORT and word.endswith(lexicon.past_ends)
    ]
    ends = [_said(words, hit) for hit in lexicon.good_end.hits(words)]
    told_when = lexicon.when.hits(words)
    if (
        not (past or told)
        or min(len(past), 2) + min(len(told), 2) + min(len(told_when), 2) + min(len(ends), 1) < GLADLY
    ):
        return None
    return Label(name=LabelName.TESTIMONIAL, rule="tells", words=_few([*told, *past, *ends]))


def _outcome(words: Sequence[str], felt: Feelings, lexicon: Lexicon) -> Label | None:
    """Somebody tells what they did or were done, and it ends well: nothing that went wrong comes after."""
    if len(words) < OUTCOME_AT_LEAST:
        return None
    last_wrong = max(felt.wrong_at, default=-1)
    ends = [hit for hit in lexicon.good_end.hits(words) if hit.start > last_wrong]
    past = lexicon.tells_past.hits(words)
    glad = min(len(ends), 2) + min(len(felt.likes), 1)
    anchors = any(word in lexicon.own for word in words) + min(len(lexicon.when.hits(words)), 2)
    if not past or not glad or (felt.wrong_at and not ends):
        return None
    if min(len(past), 2) + glad + anchors + bool(ends) < OUTCOME:
        return None
    return Label(name=LabelName.TESTIMONIAL, rule="tells", words=_few([_said(words, hit) for hit in [*ends, *past]]))


def _ambassador(words: Sequence[str], lexicon: Lexicon) -> Label | None:
    hits = [
        hit
        for hit in lexicon.ambassador.hits(words)
        if hit.group == "defends" or not (is_denied(hit, words, lexicon) or words[hit.end : hit.end + 1] == ["pas"])
    ]
    if not hits:
        return None
    said = _few([_said(words, hit) for hit in hits])
    rule = next((hit.group for hit in hits if hit.group == "defends"), hits[0].group)
    return Label(name=LabelName.AMBASSADOR, rule=rule, words=said)


def _by_author(found: dict[str, Label], author: AuthorFacts) -> list[Label]:
    """Give the labels that who speaks adds to what is said."""
    made = []
    if (author.followers or 0) >= INFLUENTIAL:
        made.append(Label(name=LabelName.PRESS, rule="followers", words=str(author.followers)))
    if LabelName.PRAISE in found and author.praised >= PRAISED_OFTEN:
        made.append(Label(name=LabelName.AMBASSADOR, rule="praised_before", words=str(author.praised)))
    return made


def _said(words: Sequence[str], hit: Hit) -> str:
    return " ".join(words[hit.start : hit.end])


def _few(found: Sequence[str]) -> str:
    return ", ".join(list(dict.fromkeys(found))[:3])
