"""Comments, replies, mentions: what is said to a brand, who must hear of it, and when it is done."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heraut.conversations.hours import is_working_day
    from heraut.conversations.model import (
        Alert,
        Answered,
        Author,
        Edited,
        Erased,
        GivenAnswer,
        Interaction,
        Kind,
        Label,
        Moment,
        Overheard,
        What,
    )
    from heraut.conversations.morning_talk import MorningTalk, TalkRead

_MODEL = "heraut.conversations.model"
LATER = {  # many functions never load them
    "Alert": _MODEL,
    "Answered": _MODEL,
    "Author": _MODEL,
    "Edited": _MODEL,
    "Erased": _MODEL,
    "GivenAnswer": _MODEL,
    "Interaction": _MODEL,
    "Kind": _MODEL,
    "Label": _MODEL,
    "Moment": _MODEL,
    "Overheard": _MODEL,
    "What": _MODEL,
    "MorningTalk": "heraut.conversations.morning_talk",
    "TalkRead": "heraut.conversations.morning_talk",
    "is_working_day": "heraut.conversations.hours",
}

__all__ = [
    "Alert",
    "Answered",
    "Author",
    "Edited",
    "Erased",
    "GivenAnswer",
    "Interaction",
    "Kind",
    "Label",
    "Moment",
    "MorningTalk",
    "Overheard",
    "TalkRead",
    "What",
    "is_working_day",
]


def __getattr__(name: str) -> Any:
    """Load what others use when it is first asked for."""
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(LATER[name]), name)
