"""Contests: their rules, who takes part, a draw that anyone can verify."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heraut.contests.published import HTML, put_latest
    from heraut.contests.read_lists import page_of, places_of, post_of
    from heraut.contests.running import List, News, Note
    from heraut.contests.store import Objects, Online
    from heraut.contests.tell_news import AGAIN, told

_PUBLISHED, _STORE = "heraut.contests.published", "heraut.contests.store"
LATER = {  # who draws nothing loads nothing of a draw
    "AGAIN": "heraut.contests.tell_news",
    "HTML": _PUBLISHED,
    "List": "heraut.contests.running",
    "News": "heraut.contests.running",
    "Note": "heraut.contests.running",
    "Objects": _STORE,
    "Online": _STORE,
    "page_of": "heraut.contests.read_lists",
    "places_of": "heraut.contests.read_lists",
    "post_of": "heraut.contests.read_lists",
    "put_latest": _PUBLISHED,
    "told": "heraut.contests.tell_news",
}

__all__ = [
    "AGAIN",
    "HTML",
    "List",
    "News",
    "Note",
    "Objects",
    "Online",
    "page_of",
    "places_of",
    "post_of",
    "put_latest",
    "told",
]


def __getattr__(name: str) -> Any:
    """Load what others use when it is first asked for."""
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(LATER[name]), name)
