"""Say something under a post on Mastodon, or below a comment: who could see that one may see this one, and nobody else.

https://docs.joinmastodon.org/methods/statuses/#get.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from heraut.errors import Refused
from heraut.networks.mastodon_answers import entity, is_good, refusal
from heraut.networks.mastodon_post import VISIBILITY
from heraut.problems import problem
from heraut.publishing.model import Content, InReplyTo, Part

if TYPE_CHECKING:
    from heraut.networks.base import Spot
    from heraut.networks.mastodon_server import Server


def under(server: Server, spot: Spot, text: str) -> Content:
    """Give what is published there; Refused when there is nothing there any more."""
    answer = server.call("GET", f"/api/v1/statuses/{quote(spot.at, safe='')}")
    if answer.status == HTTPStatus.NOT_FOUND:
        raise Refused(problem("lists_post_gone", network=server.host))
    if not is_good(answer):
        raise refusal(answer, server.now)
    circle = str(entity(answer, "id", "visibility")["visibility"])
    return Content(
        parts=(Part(text=text.strip()),), in_reply_to=InReplyTo(interaction=spot.at, reference={VISIBILITY: circle})
    )
