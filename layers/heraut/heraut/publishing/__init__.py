"""Posts and their deliveries: import, dispatch, prepare, publish, tell, decide."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heraut.publishing.contest_posts import ContestPosts
    from heraut.publishing.morning_posts import MorningPosts, PostsRead

LATER = {  # the minute tick never loads them
    "ContestPosts": "heraut.publishing.contest_posts",
    "MorningPosts": "heraut.publishing.morning_posts",
    "PostsRead": "heraut.publishing.morning_posts",
}

__all__ = ["ContestPosts", "MorningPosts", "PostsRead"]


def __getattr__(name: str) -> Any:
    """Load what others use when it is first asked for."""
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(LATER[name]), name)
