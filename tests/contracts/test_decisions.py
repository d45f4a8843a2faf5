"""From an event to a message to a decision, over the real tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heraut.aws.brands_table import BrandsTable
from heraut.aws.links_table import LinksTable
from heraut.aws.posts_table import PostsTable
from heraut.events import EventName
from heraut.publishing.model import State
from tests.contracts.stack import Stack
from tests.people import MARTIN, NOW, PROMISE, Bakery, a_delivery, a_post, happened


@pytest.fixture
def bakery(posts_stack: Stack, brands_stack: Stack) -> Bakery:
    """The bakery over the real tables (tests/unit/publishing has it over the twins)."""
    stores: dict[str, Any] = {"posts": PostsTable(posts_stack.table), "links": LinksTable(brands_stack.table)}
    made = Bakery(**stores)
    brands = BrandsTable(brands_stack.table)
    brands.save(MARTIN.model_copy(update={"revision": 1}), 0)
    made.__dict__["brands"] = brands
    return made


def buttons(bakery: Bakery, person: str = "lea") -> list[str]:
    """Give the paths behind the buttons of the last message a person got."""
    return [button.address.partition("example")[2] for button in bakery.notifications.to(person)[-1].buttons]


CASES = [
    (EventName.EXPIRED, State.EXPIRED, "bluesky", 0, State.SCHEDULED),
    (EventName.EXPIRED, State.EXPIRED, "bluesky", 1, State.SCHEDULED),
    (EventName.EXPIRED, State.EXPIRED, "bluesky", 2, State.CANCELLED),
    (EventName.FAILED, State.FAILED, "bluesky", 0, State.SCHEDULED),
    (EventName.FAILED, State.FAILED, "bluesky", 1, State.PUBLISHED),
    (EventName.ASKING, State.ASKING, "bluesky", 1, State.PUBLISHED),
    (EventName.ASKING, State.ASKING, "bluesky", 2, State.SCHEDULED),
    (EventName.HANDOVER_DUE, State.ASKING, "insta", 2, State.PUBLISHED),
    (EventName.HANDOVER_DUE, State.ASKING, "insta", 3, State.CANCELLED),
]


@pytest.mark.parametrize(("name", "state", "account", "button", "after"), CASES)
def test_a_message_leads_to_its_decision(
    bakery: Bakery, name: EventName, state: State, account: str, button: int, after: State
) -> None:
    """The link of each button does what its label says, once, and the second visitor learns who it was."""
    post = a_post(accounts=(account,))
    bakery.add(post, a_delivery(post, account, state))
    event = happened(name, account=account)

    bakery.tell(event)
    again = bakery.tell(event)
    pressed = bakery.press(buttons(bakery)[button])
    told = bakery.visit(buttons(bakery, "paul")[button], now=NOW + timedelta(minutes=5))

    assert again.sent == 0
    assert pressed.status == 200
    assert bakery.delivery(account).state is after
    assert "Léa" in told.body
    assert [one.fields["by"] for one in bakery.posts.story("martin", "p1") if one.name is EventName.DECIDED] == ["lea"]


@pytest.mark.parametrize(("button", "after"), [(0, State.SCHEDULED), (1, State.CANCELLED)])
def test_a_yes_or_a_no_holds_for_every_network(bakery: Bakery, button: int, after: State) -> None:
    """Both deliveries change in one write; the other button then changes nothing."""
    post = a_post(accounts=("bluesky", "mastodon"))
    bakery.add(post, *(a_delivery(post, account, State.TO_APPROVE) for account in post.accounts))
    bakery.tell(happened(EventName.APPROVAL_ASKED, account=None, version=1))
    early = PROMISE - timedelta(hours=2)

    statuses = [bakery.press(buttons(bakery)[one], now=early).status for one in (button, 1 - button)]

    assert statuses == [200, 409]
    assert {one.state for one in bakery.posts.deliveries("martin", "p1")} == {after}
