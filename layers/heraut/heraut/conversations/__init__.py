"""Comments, replies, mentions: what is said to a brand, who must hear of it, and when it is done."""

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
    What,
)

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
    "What",
]
