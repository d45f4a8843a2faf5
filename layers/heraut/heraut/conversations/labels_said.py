"""Labels as people read them: « plainte (« toujours pas ») », each with what made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.letters import said as fit
from heraut.wording import Wording, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.conversations.model import Label
    from heraut.problems import Language

wording = Wording(__package__, "labels_said.toml")


def said(label: Label, language: Language) -> str:
    """Say a label and why; a name of the brand's own as it is, and no reason that this release does not know."""
    sentences = wording.sentences()
    name = wording.say(label.name, language) if label.name in sentences else fit(label.name)
    code = f"because_{label.rule}"
    if code not in sentences or ("{words}" in sentences[code][language] and not label.words):
        return name
    return f"{name} ({wording.say(code, language, words=fit(label.words or ''))})"


def all_said(labels: Sequence[Label], language: Language) -> str:
    """Say every label of an interaction, "" when it has none."""
    return listed([said(label, language) for label in labels], language)
