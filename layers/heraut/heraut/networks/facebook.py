"""Facebook: what people say under a Page's posts and about it, answered, hidden or taken away.

https://developers.facebook.com/docs/pages-api/comments-mentions. Posts themselves are published by hand for now.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands import NetworkName
from heraut.networks import facebook_listen, facebook_lists, facebook_webhook
from heraut.networks.base import REACH, Brought, Limits
from heraut.networks.graph_api import instant_of
from heraut.networks.graph_network import PAGE_FIELDS, GraphNetwork, Said, sent
from heraut.networks.graph_posts import post_at, still_there
from heraut.networks.graph_subscriptions import subscribe
from heraut.networks.replies import answering
from heraut.publishing.model import Content, InReplyTo, Part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Account, EntryKind
    from heraut.conversations.model import Interaction
    from heraut.networks.base import Entry, Heard, Listed, Spot, WebhookEvent, Window
    from heraut.networks.graph_api import Graph, Who

COMMENT_CHARACTERS = 8_000  # reported; no page of Meta's says it
SLOW_CLOCKS = timedelta(minutes=1)
MOST_PAGES = 10  # of a hundred comments, below one post


class Facebook(GraphNetwork):
    """A Page of Facebook."""

    name = NetworkName.FACEBOOK
    reach = REACH[NetworkName.FACEBOOK]
    title = "Facebook"
    answers = Limits(characters=COMMENT_CHARACTERS, media=0, threads=False)
    hiding = "is_hidden"

    def who(self, graph: Graph) -> Who:
        """Say which Page it is."""
        return graph.page()

    def trials(self, who: Who) -> Sequence[tuple[str, Mapping[str, str]]]:
        """Read a post with a comment, and which applications hear of the Page."""
        return (
            (f"{who.id}/feed", {"fields": "id,comments.limit(1){id,from{id}}", "limit": "1"}),
            (f"{who.id}/subscribed_apps", {"fields": "id"}),
        )

    def listen(
        self, brand: str, account: Account, secret: Mapping[str, str], cursor: str | None, now: datetime
    ) -> Heard:
        """Read the comments, visitors' posts and mentions that came since the cursor, and what the Page answered."""
        return facebook_listen.listen(self._patient(account, secret, now), brand, cursor)

    def entries(
        self,
        account: Account,
        secret: Mapping[str, str],
        kind: EntryKind,
        post: str,
        cursor: str | None,
        now: datetime,
    ) -> Listed:
        """Give a page of those who comment a post, or react to it."""
        return facebook_lists.entries(self._patient(account, secret, now), kind, post, cursor)

    def still_there(
        self, account: Account, secret: Mapping[str, str], comments: Sequence[str], now: datetime
    ) -> frozenset[str]:
        """Say which of these comments are still there, asked one by one."""
        return still_there(self._graph(account, secret, now), comments)

    def heard(self, interaction: Interaction, post: str) -> Entry | None:
        """Give what was heard as an entry under a post."""
        return facebook_lists.heard(interaction, post)

    def post_at(self, account: Account, secret: Mapping[str, str], address: str, now: datetime) -> str:
        """Give the id of the account's post that people read at an address, among its newest thousand."""
        graph = self._graph(account, secret, now)
        return post_at(graph, f"{self.who(graph).id}/feed", "permalink_url", address)

    def pictures(
        self, account: Account, secret: Mapping[str, str], interaction: Interaction, now: datetime
    ) -> tuple[str, ...]:
        """Give where the photo of a comment or post is read now."""
        return facebook_listen.shown(self._graph(account, secret, now), interaction)

    def parse_webhook(
        self, brand: str, account: Account, secret: Mapping[str, str], event: WebhookEvent, now: datetime
    ) -> Brought:
        """Read what changed on the Page: comments and mentions that came, were edited or taken away."""
        if not secret:  # not connected yet: nothing that comes is its own
            return Brought()
        return facebook_webhook.parse(self._graph(account, secret, now), brand, event)

    def subscribe(
        self, account: Account, secret: Mapping[str, str], webhook: Mapping[str, str], now: datetime
    ) -> datetime | None:
        """Have the application's events of Pages sent to the address, and those of this Page to the application."""
        subscribe(self._graph(account, secret, now), "page", PAGE_FIELDS, webhook)
        return None

    def reply(self, account: Account, interaction: Interaction, text: str) -> Content:
        """Answer below the comment, or the post that mentions the Page; below a reply, beginning with the name."""
        said, name = self._answerable(account, text), interaction.author.name
        named = not interaction.author.id.startswith("?")  # some are not told
        if facebook_listen.PARENT in interaction.reference and named and name.casefold() not in said.casefold():
            said = f"{name} {said}"
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
        parent = {facebook_listen.PARENT: spot.top} if spot.comment and spot.top else {}
        to = InReplyTo(interaction=spot.at, reference={facebook_listen.POST: spot.post} | parent)
        return Content(parts=(Part(text=self._answerable(account, text)),), in_reply_to=to)

    def send(self, graph: Graph, to: InReplyTo, text: str) -> str:
        """Comment on the comment or post."""
        return sent(graph, f"{graph.node(to.interaction)}/comments", message=text)

    def below(self, graph: Graph, to: InReplyTo, window: Window) -> Sequence[Said]:
        """Give what was written under the same post since the call: Facebook may put an answer a level higher."""
        post = to.reference.get(facebook_listen.POST, to.interaction)
        since = str(int((window.since - SLOW_CLOCKS).timestamp()))
        asked = {"fields": facebook_listen.COMMENT, "filter": "stream", "since": since, "limit": "100"}
        found, whole = graph.stretch(f"{graph.node(post)}/comments", MOST_PAGES, asked)
        if not whole:
            raise ValueError("too many comments to be read back")
        beside = {to.interaction, to.reference.get(facebook_listen.PARENT, to.interaction)}
        return [_said(one) for one in found if (facebook_listen.parent_of(one) or post) in beside]

    def address(self, comment: str) -> str:
        """Give where a comment is read."""
        return facebook_listen.address(comment)


def _said(comment: Mapping[str, object]) -> Said:
    author = comment.get("from")
    return Said(
        id=str(comment["id"]),
        author=str(author["id"]) if isinstance(author, dict) else None,
        text=str(comment.get("message") or ""),
        at=instant_of(comment["created_time"]),
        url=str(comment["permalink_url"]) if comment.get("permalink_url") else None,
    )
