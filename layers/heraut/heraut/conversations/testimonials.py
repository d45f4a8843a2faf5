"""Testimonials, and pictures that customers show: set aside, asked for, and made a draft once their author agrees.

A request asks for a word that nobody says by accident (« #ouiBoulangerieMartin »): heard from its author it is noted as
it comes (consents.py), anything else is a person's to read. Nothing is reposted without a yes: who noted it, when, its
words and where they stand are kept for as long as it may have to be shown. A draft without it is refused.
"""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from heraut.brands import NetworkName
from heraut.conversations.members import NO_HELP
from heraut.conversations.model import Author, Instant, LabelName, Stored
from heraut.letters import clean
from heraut.wording import Wording

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.conversations.model import Interaction
    from heraut.problems import Language

NOT_SHOWN = NO_HELP - {LabelName.QUESTION}  # of a picture: a complaint, an insult, spam

YES: dict[Language, str] = {"fr": "oui", "en": "yes"}
NO: dict[Language, str] = {"fr": "non", "en": "no"}
MOST_LETTERS = 24  # of the brand's name in a word that people type

wording = Wording(__package__, "testimonials.toml")


class Stage(StrEnum):
    """How far it came."""

    FOUND = "found"
    ASKED = "asked"
    CONSENTED = "consented"
    REFUSED = "refused"
    DRAFTED = "drafted"


class Consent(Stored):
    """A yes, or a no: who of the team noted it, when, the author's words, and where they stand.

    `interaction` is what they were heard in, where Héraut noted it.
    """

    by: str
    at: Instant
    words: str
    url: str | None = None
    interaction: str | None = None


class Testimonial(Stored):
    """Something worth showing: the words and pictures as they were said, and how far it came.

    `asked_post` is the answer in which it was asked for, `agreed` the words that it asked to be answered with, `draft`
    the post that was made of it. `refusal` is a no in the author's words, where they were heard.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    brand: str
    id: str
    account: str
    network: NetworkName
    interaction: str
    author: Author
    text: str
    language: str | None = None
    pictures: tuple[str, ...] = ()
    picture_texts: tuple[str, ...] = ()
    url: str | None = None
    said_at: Instant
    stage: Stage = Stage.FOUND
    asked_by: str | None = None
    asked_at: Instant | None = None
    asked_post: str | None = None
    agreed: tuple[str, ...] = ()
    consent: Consent | None = None
    refusal: Consent | None = None
    draft: str | None = None
    revision: int = 1


def set_aside(said: Interaction) -> Testimonial | None:
    """Give what is worth showing of an interaction: a testimonial, or pictures of somebody who is not unhappy."""
    names = {label.name for label in said.labels}
    if LabelName.TESTIMONIAL not in names and not (said.pictures and NOT_SHOWN.isdisjoint(names)):
        return None
    return Testimonial(
        brand=said.brand,
        id=id_of(said.account, said.id),
        account=said.account,
        network=said.network,
        interaction=said.id,
        author=said.author,
        text=said.text,
        language=said.language,
        pictures=said.pictures,
        picture_texts=said.picture_texts,
        url=said.url,
        said_at=said.at,
    )


def id_of(account: str, interaction: str) -> str:
    """Name it so that a person can type it."""
    return hashlib.sha256(f"{account} {interaction}".encode()).hexdigest()[:10]


def language_of(one: Testimonial, brand: Brand) -> Language:
    """Say in which language its author is written to: theirs where we speak it, else the brand's."""
    spoken = (one.language or "").casefold().partition("-")[0]
    return "fr" if spoken == "fr" else "en" if spoken == "en" else brand.language


def words_for(brand: Brand, language: Language) -> tuple[str, str]:
    """Give the words that agree and refuse, as a request asks for them: « #ouiBoulangerieMartin », « #non… »."""
    parts = re.findall(r"[^\W_]+", brand.name)
    name = "".join(part[:1].upper() + part[1:] for part in parts)[:MOST_LETTERS]
    return f"#{YES[language]}{name}", f"#{NO[language]}{name}"


def request(one: Testimonial, brand: Brand) -> str:
    """Propose how its author is asked."""
    code, language = "ask_picture" if one.pictures else "ask_words", language_of(one, brand)
    yes, no = words_for(brand, language)
    return wording.say(code, language, name=one.author.name, yes=yes, no=no)


def credited(one: Testimonial, brand: Brand) -> str:
    """Give the text of a post that shows it, its author named."""
    by = one.author.name if not one.author.handle else f"{one.author.name} ({one.author.handle})"
    code = "credit" if one.text.strip() else "credit_picture"
    return wording.say(code, language_of(one, brand), text=clean(one.text), by=by)


def pictures_described(one: Testimonial, brand: Brand) -> list[str]:
    """Describe each picture: as its author does, else as far as we can: whose it is."""
    whose = wording.say("picture", language_of(one, brand), name=one.author.name)
    texts = [clean(text) for text in one.picture_texts[: len(one.pictures)]]
    return [text or whose for text in texts] + [whose] * (len(one.pictures) - len(texts))


def asked(one: Testimonial, by: str, post: str, now: datetime, agreed: tuple[str, ...] = ()) -> Testimonial:
    """Its author is being asked, to answer with one of the words `agreed`."""
    return _next(one, stage=Stage.ASKED, asked_by=by, asked_at=now, asked_post=post, agreed=agreed)


def consented(one: Testimonial, consent: Consent) -> Testimonial:
    """Its author said yes; a post that is made of it already stays made."""
    return _next(one, stage=one.stage if one.draft else Stage.CONSENTED, consent=consent, refusal=None)


def refused(one: Testimonial, refusal: Consent | None = None) -> Testimonial:
    """Its author said no, or took a yes back: it is not shown. `refusal`: in which words, where they were heard."""
    return _next(one, stage=Stage.REFUSED, consent=None, refusal=refusal)


def drafted(one: Testimonial, post: str) -> Testimonial:
    """A post was made of it."""
    return _next(one, stage=Stage.DRAFTED, draft=post)


def _next(one: Testimonial, **changes: object) -> Testimonial:
    return one.model_copy(update={"revision": one.revision + 1, **changes})
