"""Posts and their deliveries: import, dispatch, prepare, publish, tell, decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heraut.publishing.morning_posts import MorningPosts, PostsRead

LATER = frozenset({"MorningPosts", "PostsRead"})  # the minute tick never loads them

__all__ = ["MorningPosts", "PostsRead"]


def __getattr__(name: str) -> Any:
    """Load what others use when it is first asked for."""
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from heraut.publishing import morning_posts

    return getattr(morning_posts, name)
