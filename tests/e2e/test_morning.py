"""The morning point on the embedded stack: what leaves and who waits, in one mail, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from heraut.aws.brands_table import BrandsTable
from heraut.aws.conversations_table import ConversationsTable
from heraut.aws.posts_table import PostsTable
from heraut.aws.table import Table
from heraut.brands import Account, Brand, NetworkName, Person, Role, WayName
from heraut.conversations import Author, Interaction, Kind
from heraut.conversations.alerts import opened
from heraut.publishing.model import Content, Delivery, Part, Post, Source
from tests.e2e.conftest import TOPIC
from tests.e2e.test_publishing import mail_with, text_of
from tests.e2e.world import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.world import World

ID = "matin"
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(name="brand")
def _brand(world: World) -> Iterator[Brand]:
    """A brand of its own, whose morning is now; it is gone afterwards, so that the others are not asked which one."""
    brands = Table(world.client("dynamodb"), world.outputs["BrandsTable"])
    person = Person(
        id="ines", name="Inès", email="ines@matin.example", roles=tuple(Role), ways=(WayName.SLACK, WayName.EMAIL)
    )
    short = person.model_copy(update={"id": "sam", "phone": "+33612345679", "ways": (WayName.SMS,)})
    listed = person.model_copy(update={"id": "tom", "topic": TOPIC, "ways": (WayName.TOPIC,)})
    brand = Brand(
        id=ID,
        name="Matin",
        accounts=(Account(name="site", network=NetworkName.SITE),),
        people=(person, short, listed),
        working_hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00"),
        morning_hour=datetime.now(PARIS).hour,
        revision=1,
    )
    BrandsTable(brands).save(brand, 0)
    yield brand
    brands.transact([brands.deleting((ID, "config")), brands.deleting(("*", f"brand#{ID}"))])


def test_what_leaves_and_who_waits_is_told_once(world: World, brand: Brand) -> None:
    """By the person's next way, since their chat has no address; the second hour says nothing."""
    now = datetime.now(UTC).replace(microsecond=0)
    client = world.client("dynamodb")
    at = now + timedelta(seconds=20)
    post = Post(
        brand=ID,
        id="fournee",
        content=Content(parts=(Part(text="La première fournée"),)),
        accounts=("site",),
        publish_at=at,
        local=f"{at.astimezone(PARIS):%Y-%m-%dT%H:%M:%S}",
        zone="Europe/Paris",
        source=Source(kind="command"),
        created_at=now,
    )
    delivery = Delivery(brand=ID, post=post.id, account="site", network=NetworkName.SITE, publish_at=at)
    PostsTable(Table(client, world.outputs["PostsTable"])).add(post, [delivery], [])
    asked = Interaction(
        brand=ID,
        account="site",
        network=NetworkName.SITE,
        id="q1",
        kind=Kind.MESSAGE,
        author=Author(id="hugo", name="Hugo"),
        text="Ouvrez-vous le matin de Noël ?",
        thread="q1",
        at=now,
    )
    alert = opened(asked, brand, now).model_copy(update={"due_at": None})  # nobody else tells of it
    ConversationsTable(Table(client, world.outputs["ConversationsTable"])).receive(asked, None, alert)
    for _ in range(2):
        world.invoke("MorningFunction", {"scheduled_time": "now"})

    mail = eventually(lambda: mail_with(world, "Ouvrez-vous le matin de Noël"))
    said = text_of(mail).replace("\N{NO-BREAK SPACE}", " ")
    assert "Point du matin : 1 réponse attendue et 1 publication prévue" in str(mail["Subject"]).replace("\xa0", " ")
    assert "La première fournée" in said
    assert "n'a pas pu vous parvenir sur Slack" in said
    assert len([one for one in world.mails() if one["To"] and "ines@" in str(one["To"])]) == 1
