"""A post that quotes somebody who said yes, on the real tables: what a yes taken back must stop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from heraut.aws.conversations_table import ConversationsTable
from heraut.aws.posts_table import PostsTable
from heraut.aws.table import Table
from heraut.conversations.testimonials import Consent, asked, consented, drafted
from heraut.publishing.model import Content, Delivery, Part, Post, Source

if TYPE_CHECKING:
    from heraut.brands import Account
    from heraut.conversations.testimonials import Testimonial
    from tests.e2e.world import World

# What our labels set aside as a testimonial.
PRAISE = (
    "J'ai commandé un gâteau pour l'anniversaire de ma fille, livré à l'heure, toute la famille a adoré, "
    "je recommande les yeux fermés !"
)


def quoted(world: World, brand: str, account: Account, agreed: tuple[str, ...]) -> Testimonial:
    """Let the only one who is set aside agree, and schedule a post that quotes them, a month ahead."""
    kept, posts = _tables(world)
    (found,) = list(kept.testimonials(brand))
    now, then = datetime.now(UTC), datetime.now(UTC) + timedelta(days=30)
    name = f"citation-{found.id}"
    made = Post(
        brand=brand,
        id=name,
        content=Content(parts=(Part(text=found.text),)),
        accounts=(account.name,),
        publish_at=then,
        local=f"{then:%Y-%m-%dT%H:%M}",
        zone="UTC",
        source=Source(kind="command"),
        created_at=now,
    )
    delivery = Delivery(
        brand=brand, post=name, account=account.name, network=account.network, publish_at=then, due_at=then
    )
    posts.add(made, [delivery], [])
    steps = [asked(found, "lea", "question", found.said_at, agreed)]
    steps.append(consented(steps[-1], Consent(by="lea", at=now, words="oui")))
    steps.append(drafted(steps[-1], name))
    for before, after in zip([found, *steps], steps, strict=False):
        kept.save_testimonial(before, after)
    return steps[-1]


def holds(world: World, one: Testimonial, account: Account) -> frozenset[str]:
    """What holds the post that quotes them."""
    found = _tables(world)[1].delivery(one.brand, one.draft or "", account.name)
    assert found is not None
    return found.holds


def _tables(world: World) -> tuple[ConversationsTable, PostsTable]:
    client = world.client("dynamodb")
    return (
        ConversationsTable(Table(client, world.outputs["ConversationsTable"])),
        PostsTable(Table(client, world.outputs["PostsTable"])),
    )
