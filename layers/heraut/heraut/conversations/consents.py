"""A yes or a no that somebody gives in the words their request asked for: noted, with those words as proof.

Whoever is asked whether they may be shown answers "#ouiBoulangerieMartin", or "#non…": the usual way, which nobody says
by accident. Nothing else is understood: "oui" alone, a yes with a condition, a yes and a no, a yes of somebody with
several requests open, are a person's to read (docs/decisions/0036).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from heraut.conversations.disguises import folded
from heraut.conversations.model import AGREED_WORDS, AGREES, REFUSES, Label
from heraut.conversations.testimonials import NO, YES, Consent, Stage, consented, refused, words_for
from heraut.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.conversations.model import Interaction
    from heraut.conversations.store import Conversations, QuotingPosts
    from heraut.conversations.testimonials import Testimonial

BY = "Héraut"  # who noted it
TRIES = 3

_TAG = re.compile(r"#(\w+)")
# What makes of a yes something that a person has to read, in either language.
_UNCLEAR = frozenset(
    (
        *("mais", "pas", "sauf", "si", "condition", "sans", "seulement", "uniquement", "anonyme", "jamais", "combien"),
        *("but", "not", "except", "if", "without", "only", "unless", "anonymous", "never", "pay", "paid", "don"),
    )
)


def agreed_in(text: str, brand: Brand) -> tuple[str, ...]:
    """Give those of a brand's words that a request asks for: only these are understood in its answer."""
    asked = _tags(text)
    words = (word for language in YES for word in words_for(brand, language))
    return tuple(word for word in words if _plain(word) in asked)


def noted(said: Interaction, brand: Brand, kept: Conversations, quotes: QuotingPosts, now: datetime) -> Label | None:
    """Note what an interaction agrees to or refuses, and give the label that says so; None when it does neither.

    A post that quotes whoever refuses is held. Conflict: somebody else wrote of it at this moment; TryAgain: its post
    is leaving. Noted again it stays as it is.
    """
    tags = _tags(said.text)
    if not tags or not tags & {_plain(word) for language in YES for word in words_for(brand, language)}:
        return None
    for _ in range(TRIES):
        found = _asked(said, kept.testimonials(brand.id))
        answer = _read(said, found) if found else None
        if found is None or answer is None:
            return None
        proof = Consent(by=BY, at=now, words=said.text.strip(), url=said.url, interaction=said.id)
        after = consented(found, proof) if answer == AGREES else refused(found, proof)
        label = Label(name=answer, rule=AGREED_WORDS, words=found.id)
        try:
            if not _is_noted(found, said):
                kept.save_testimonial(found, after)
        except Conflict:
            continue
        if answer == REFUSES and found.draft:
            quotes.withdraw(brand.id, found.draft, found.id, BY, now)
        return label
    raise Conflict(f"testimonial of {said.id}: it changed {TRIES} times")


def _asked(said: Interaction, testimonials: Iterable[Testimonial]) -> Testimonial | None:
    """Find the one request that its author may be answering; None when it may be several."""
    tags = _tags(said.text)
    theirs = [
        one
        for one in testimonials
        if one.author.id == said.author.id
        and one.account == said.account
        and one.asked_at is not None
        and one.asked_at <= said.at
        and tags & {_plain(word) for word in one.agreed}
    ]
    under = [one for one in theirs if said.answers == one.interaction]
    found = under or theirs
    return found[0] if len(found) == 1 else None


def _read(said: Interaction, one: Testimonial) -> str | None:
    """Say whether it agrees or refuses; None when a person has to read it."""
    agreed = _tags(said.text) & {_plain(word) for word in one.agreed}
    no = {word for word in agreed if any(word.startswith(start) for start in NO.values())}
    if no:
        return REFUSES if no == agreed else None
    words = set(re.findall(r"[^\W_]+", folded(said.text)))
    if "?" in said.text or words & _UNCLEAR or one.stage is Stage.REFUSED:
        return None  # who refused and now agrees may well mean it: a person asks again
    return AGREES


def _is_noted(one: Testimonial, said: Interaction) -> bool:
    """Whether what it says is noted, from this very interaction or because nothing is left to note."""
    proofs: Sequence[Consent | None] = (one.consent, one.refusal)
    return any(
        proof is not None and proof.interaction == said.id and proof.words == said.text.strip() for proof in proofs
    )


def _tags(text: str) -> set[str]:
    return set(_TAG.findall(folded(text)))


def _plain(word: str) -> str:
    return folded(word).lstrip("#")
