"""Instagram: what people say under an account's posts and about it, answered, hidden or taken away.

https://developers.facebook.com/docs/instagram-platform/comment-moderation, through the Page that the account belongs to
("Facebook login"). Posts themselves are published by hand for now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.brands import NetworkName
from heraut.errors import InvalidInput
from heraut.networks import instagram_listen, instagram_lists, instagram_webhook
from heraut.networks.base import REACH, Brought, Limits
from heraut.networks.graph_api import instant_of
from heraut.networks.graph_network import GraphNetwork, Said, sent
from heraut.networks.graph_posts import post_at, still_there
from heraut.networks.graph_subscriptions import subscribe
from heraut.networks.replies import answering
from heraut.problems import problem
from heraut.publishing.model import Content, InReplyTo, Part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Account, EntryKind
    from heraut.conversations.model import Interaction
    from heraut.networks.base import Entry, Heard, Listed, Spot, WebhookEvent, Window
    from heraut.networks.graph_api import Graph, Who

COMMENT_CHARACTERS = 2_200  # a caption's; no page of Meta's says it of comments
EVENTS = "comments,mentions"
OWN = "own"  # of what is answered: a post of the account's own
MOST_PAGES = 10  # of fifty replies, below one comment


class Instagram(GraphNetwork):
    """A professional account of Instagram."""

    name = NetworkName.INSTAGRAM
    reach = REACH[NetworkName.INSTAGRAM]
    title = "Instagram"
    answers = Limits(characters=COMMENT_CHARACTERS, media=0, threads=False)
    hiding = "hide"

    def who(self, graph: Graph) -> Who:
        """Say which account it is."""
        return graph.instagram()

    def trials(self, who: Who) -> Sequence[tuple[str, Mapping[str, str]]]:
        """Read a media with a comment, and which applications hear of the Page."""
        return (
            (f"{who.id}/media", {"fields": "id,comments.limit(1){id}", "limit": "1"}),
            (f"{who.id}/tags", {"fields": "id", "limit": "1"}),
            ("me/subscribed_apps", {"fields": "id"}),
        )

    def listen(
        self, brand: str, account: Account, secret: Mapping[str, str], cursor: str | None, now: datetime
    ) -> Heard:
        """Read the comments, replies and tags that came since the cursor, and what the account answered itself."""
        return instagram_listen.listen(self._patient(account, secret, now), brand, cursor)

    def entries(
        self,
        account: Account,
        secret: Mapping[str, str],
        kind: EntryKind,
        post: str,
        cursor: str | None,
        now: datetime,
    ) -> Listed:
        """Give a page of those who comment a post."""
        return instagram_lists.entries(self._patient(account, secret, now), kind, post, cursor)

    def still_there(
        self, account: Account, secret: Mapping[str, str], comments: Sequence[str], now: datetime
    ) -> frozenset[str]:
        """Say which of these comments are still there, asked one by one."""
        return still_there(self._graph(account, secret, now), comments)

    def heard(self, interaction: Interaction, post: str) -> Entry | None:
        """Give what was heard as an entry under a post."""
        return instagram_lists.heard(interaction, post)

    def post_at(self, account: Account, secret: Mapping[str, str], address: str, now: datetime) -> str:
        """Give the id of the account's post that people read at an address, among its newest thousand."""
        graph = self._graph(account, secret, now)
        return post_at(graph, f"{self.who(graph).id}/media", "permalink", address)

    def pictures(
        self, account: Account, secret: Mapping[str, str], interaction: Interaction, now: datetime
    ) -> tuple[str, ...]:
        """Give where the pictures of a post that tags or mentions the account are read now."""
        return instagram_listen.shown(self._graph(account, secret, now), interaction)

    def parse_webhook(
        self, brand: str, account: Account, secret: Mapping[str, str], event: WebhookEvent, now: datetime
    ) -> Brought:
        """Read the comments and mentions that came."""
        if not secret:  # not connected yet: nothing that comes is its own
            return Brought()
        return instagram_webhook.parse(self._graph(account, secret, now), brand, event)

    def subscribe(
        self, account: Account, secret: Mapping[str, str], webhook: Mapping[str, str], now: datetime
    ) -> datetime | None:
        """Have the application's events of Instagram sent to the address; they come while its Page sends some too."""
        subscribe(self._graph(account, secret, now), "instagram", EVENTS, webhook)
        return None

    def reply(self, account: Account, interaction: Interaction, text: str) -> Content:
        """Answer below the comment, naming who wrote a reply: Instagram puts all of them on one level.

        A picture that only tags the account cannot be answered through the API.
        """
        if instagram_listen.TAGGED in interaction.reference:
            raise InvalidInput([problem("answer_impossible", account=account.name)])
        said, handle = self._answerable(account, text), interaction.author.handle
        below = instagram_listen.PARENT in interaction.reference
        if below and handle and handle.casefold() not in said.casefold():
            said = f"{handle} {said}"
        return Content(
            parts=(Part(text=said),),
            language=interaction.language or account.language or "fr",
            in_reply_to=answering(interaction),
        )

    def under(
        self,
        account: Account,
        secret: Mapping[str, str],  # noqa: ARG002 -- nothing is asked
        spot: Spot,
        text: str,
        now: datetime,  # noqa: ARG002
    ) -> Content:
        """Give what stands under a post or comment."""
        reference = {OWN: spot.post}
        if spot.comment:
            reference = {instagram_listen.PARENT: spot.top} if spot.top else {}
        to = InReplyTo(interaction=spot.at, reference=reference)
        return Content(parts=(Part(text=self._answerable(account, text)),), in_reply_to=to)

    def send(self, graph: Graph, to: InReplyTo, text: str) -> str:
        """Reply to the comment, or comment the account's own post; where somebody else's mentions it, there."""
        if OWN in to.reference:
            return sent(graph, f"{graph.node(to.interaction)}/comments", message=text)
        media = to.reference.get(instagram_listen.MENTIONED)
        if media is None:
            return sent(graph, f"{graph.node(to.interaction)}/replies", message=text)
        to_comment = {} if to.interaction == media else {"comment_id": to.interaction}
        return sent(graph, f"{self.who(graph).id}/mentions", media_id=media, message=text, **to_comment)

    def below(self, graph: Graph, to: InReplyTo, window: Window) -> Sequence[Said]:
        """Give the replies below the same first comment; ValueError where the account may not read them."""
        if instagram_listen.MENTIONED in to.reference:
            raise ValueError("what stands below somebody else's post is not read")
        if OWN in to.reference:
            return self._under_own(graph, to, window)
        top = to.reference.get(instagram_listen.PARENT, to.interaction)
        path = f"{graph.node(top)}/replies"
        found, whole = graph.stretch(path, MOST_PAGES, {"fields": instagram_listen.REPLY, "limit": "50"})
        if not whole:
            raise ValueError("too many replies to be read back")
        return [_said(one) for one in found]

    def _under_own(self, graph: Graph, to: InReplyTo, window: Window) -> Sequence[Said]:
        """Give the comments on a post of the account's own, newest first, until they are older than the window."""

        def older(page: list[dict[str, object]]) -> bool:
            return bool(page) and instant_of(page[-1]["timestamp"]) < window.since

        path, asked = f"{graph.node(to.interaction)}/comments", {"fields": instagram_listen.REPLY, "limit": "50"}
        found, whole = graph.stretch(path, MOST_PAGES, asked, older)
        if not whole:
            raise ValueError("too many comments to be read back")
        return [_said(one) for one in found]


def _said(reply: Mapping[str, object]) -> Said:
    author = reply.get("from")
    known = author.get("id") if isinstance(author, dict) else None
    return Said(
        id=str(reply["id"]),
        author=str(known or reply.get("username") or "") or None,
        text=str(reply.get("text") or ""),
        at=instant_of(reply["timestamp"]),
    )
