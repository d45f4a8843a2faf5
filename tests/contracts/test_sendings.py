"""Where sendings are kept: the twin and the table (moto) keep the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.aws.sendings_table import SendingsTable
from heraut.brands import WayName
from heraut.errors import Conflict
from heraut.notifications.sendings import Health, Sending, SendingState
from tests.contracts.stack import Stack
from tests.twins.sendings import SendingsTwin

if TYPE_CHECKING:
    from heraut.notifications.sendings import Sendings

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture(params=["twin", "table"])
def kept(request: pytest.FixtureRequest) -> Sendings:
    """The twin, or the table."""
    if request.param == "twin":
        return SendingsTwin()
    request.getfixturevalue("aws")
    return SendingsTable(Stack.of("ConversationsTable").table)


def sending(number: int = 1, **more: Any) -> Sending:
    """A sending, a minute after the one before."""
    at = NOW + timedelta(minutes=number)
    given: dict[str, Any] = {"brand": "martin", "person": "lea", "way": WayName.WEBHOOK, "state": SendingState.SENT}
    named = f"{at:%Y%m%d%H%M%S%f}-{number:08}"
    return Sending(**(given | {"id": named, "at": at, "message": {"happened": "Zoé attend"}} | more))


def test_a_sending_is_read_as_it_was_kept(kept: Sendings) -> None:
    """With its tries."""
    held = sending().tried(NOW, "way_refused")
    kept.save_sending(held)

    assert kept.sending("martin", held.id) == held
    assert kept.sending("martin", "x") is None
    assert kept.sending("other", held.id) is None


def test_those_of_a_brand_are_listed_oldest_first_since_a_time(kept: Sendings) -> None:
    """And no other brand's."""
    for number in (3, 1, 2):
        kept.save_sending(sending(number))
    kept.save_sending(sending(4, brand="other"))

    assert [one.id for one in kept.sendings("martin", NOW)] == [sending(number).id for number in (1, 2, 3)]
    assert [one.id for one in kept.sendings("martin", NOW + timedelta(minutes=3))] == [sending(3).id]


def test_what_is_forgotten_is_gone_and_due_no_more(kept: Sendings) -> None:
    """Others, and other brands', stay; a tick that had it in hand does not bring it back."""
    held = sending(1).again(NOW)
    for one in (held, sending(2), sending(1, brand="other")):
        kept.save_sending(one)
    kept.forget_sendings("martin", [held.id, "gone"])

    assert [one.id for one in kept.sendings("martin", NOW)] == [sending(2).id]
    assert kept.sending("other", held.id) is not None
    assert list(kept.due_sendings(NOW + timedelta(hours=5))) == []
    with pytest.raises(Conflict):
        kept.change_sending(held, held.tried(NOW))


def test_what_is_due_is_found_by_when(kept: Sendings) -> None:
    """Soonest first; what is tried no more is not there."""
    kept.save_sending(sending(1).again(NOW + timedelta(hours=2)))
    kept.save_sending(sending(2).again(NOW + timedelta(hours=1)))
    kept.save_sending(sending(3))
    late = sending(4).again(NOW + timedelta(hours=3))
    kept.save_sending(late)
    kept.change_sending(late, late.tried(NOW))

    assert list(kept.due_sendings(NOW)) == []
    assert list(kept.due_sendings(NOW + timedelta(hours=5))) == [("martin", sending(2).id), ("martin", sending(1).id)]


def test_a_receipt_leads_to_its_sending(kept: Sendings) -> None:
    """Saved with it or by a later try; of this brand alone. Where the change lost, it leads nowhere."""
    first = sending(1, way=WayName.SMS, receipt="r1")
    kept.save_sending(first)
    kept.save_sending(sending(2, brand="other", receipt="r9"))
    again = first.tried(NOW, receipt="r2")
    kept.change_sending(first, again)
    with pytest.raises(Conflict):
        kept.change_sending(first, first.tried(NOW, receipt="r3"))

    assert [kept.sending_of("martin", one) for one in ("r1", "r2", "r3", "r9", "x")] == [
        first.id,
        first.id,
        None,
        None,
        None,
    ]
    held = kept.sending("martin", first.id)
    assert held is not None
    assert held.receipt == "r2"


def test_of_two_who_change_one_wins(kept: Sendings) -> None:
    """Two ticks never send one message at once."""
    held = sending().again(NOW)
    kept.save_sending(held)
    kept.change_sending(held, held.again(NOW + timedelta(minutes=5)))

    with pytest.raises(Conflict):
        kept.change_sending(held, held.again(NOW + timedelta(minutes=6)))


def test_a_ways_health_is_kept_by_person(kept: Sendings) -> None:
    """Of one that nobody knows nothing failed."""
    assert kept.health("martin", "lea", WayName.WEBHOOK) == Health(brand="martin", person="lea", way=WayName.WEBHOOK)
    ill = kept.health("martin", "lea", WayName.WEBHOOK).failed(NOW)
    kept.save_health(ill)

    assert kept.health("martin", "lea", WayName.WEBHOOK) == ill
    assert kept.health("martin", "max", WayName.WEBHOOK).failures == 0
