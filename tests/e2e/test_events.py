"""An event on the embedded stack: announced by the deployed function, moved, its reminder withdrawn and queued anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from heraut.aws.brands_table import BrandsTable
from heraut.aws.posts_table import PostsTable
from heraut.aws.table import Table
from heraut.brands import Account, Brand, NetworkName, Person, Role
from heraut.publishing.model import State
from tests.e2e.world import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.world import World

ID, NAME = "atelier", "levain"
FOLDER = f"events/{ID}/{NAME}"
PARIS = ZoneInfo("Europe/Paris")


class Workshop:
    """A brand on the stack that has an event."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.table = Table(world.client("dynamodb"), world.outputs["BrandsTable"])
        self.brands = BrandsTable(self.table)
        self.posts = PostsTable(Table(world.client("dynamodb"), world.outputs["PostsTable"]))
        self.revision = 0

    def apply(self, begins: datetime, **changes: Any) -> None:
        """Apply the file, and let the deployed function look at it."""
        event = {
            "kind": "offline",
            "title": "L'atelier du levain",
            "accounts": ["page"],
            "starts": f"{begins.astimezone(PARIS):%Y-%m-%d %H:%M}",
            "ends": f"{(begins + timedelta(hours=1)).astimezone(PARIS):%Y-%m-%d %H:%M}",
            "place": "Au fournil",
            "reminders": ["2h"],
            **changes,
        }
        page = Account(name="page", network=NetworkName.SITE)
        nina = Person(id="nina", name="Nina", email="nina@atelier.example", roles=tuple(Role))
        self.revision += 1
        brand = Brand(id=ID, name="Atelier", accounts=(page,), people=(nina,), events={NAME: event})
        self.brands.save(brand.model_copy(update={"revision": self.revision}), self.revision - 1)
        self.world.invoke("ContestsFunction", {"plan": True})

    def file(self) -> str:
        """Read the calendar file as a stranger would."""
        return self.world.public(f"{FOLDER}/event.ics").decode()

    def state(self, post: str) -> State | None:
        """How far a reminder has come."""
        found = self.posts.delivery(ID, post, "page")
        return found.state if found else None


@pytest.fixture(name="workshop")
def _workshop(world: World) -> Iterator[Workshop]:
    """The brand is gone afterwards, so that the others are not asked which one."""
    made = Workshop(world)
    yield made
    made.table.transact([made.table.deleting((ID, "config")), made.table.deleting(("*", f"brand#{ID}"))])


def test_an_event_is_announced_moved_and_cancelled_on_the_stack(workshop: Workshop) -> None:
    """Page and calendar file at their addresses, the reminder in the queue, and after each change what it says now."""
    begins = (datetime.now(UTC) + timedelta(hours=6)).replace(second=0, microsecond=0)
    workshop.apply(begins)
    eventually(lambda: workshop.state("event-levain-2h") is State.SCHEDULED, 60)
    assert "SEQUENCE:0" in workshop.file()
    assert "Au fournil" in workshop.world.public(f"{FOLDER}/evenement.html").decode()

    workshop.apply(begins + timedelta(hours=1))
    eventually(lambda: "SEQUENCE:1" in workshop.file(), 60)
    eventually(lambda: workshop.state("event-levain-2h-1") is State.SCHEDULED, 60)
    assert workshop.state("event-levain-2h") is State.CANCELLED

    workshop.apply(begins + timedelta(hours=1), cancelled=True)
    eventually(lambda: "STATUS:CANCELLED" in workshop.file(), 60)
    assert workshop.state("event-levain-2h-1") is State.CANCELLED
