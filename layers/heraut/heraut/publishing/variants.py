"""What a post says where: its deliveries, together where they say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.publishing.model import Content, Delivery, Part, Post


def variants(post: Post, deliveries: Sequence[Delivery]) -> list[tuple[Content, tuple[Delivery, ...]]]:
    """Give each thing that is said with the deliveries that say it, in their order."""
    found: dict[tuple[Part, ...], tuple[Content, tuple[Delivery, ...]]] = {}
    for one in deliveries:
        content = post.content_for(one.account, one.network)
        _, alike = found.get(content.parts, (content, ()))
        found[content.parts] = (content, (*alike, one))
    return list(found.values())
