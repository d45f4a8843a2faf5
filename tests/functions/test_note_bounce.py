"""The handler of mails that came back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from heraut.aws.sendings_table import SendingsTable
from heraut.brands import Person, Role
from heraut.errors import TryAgain
from heraut.notifications.sendings import SendingState
from heraut.publishing.model import State
from tests.contracts.stack import REGION
from tests.functions.conftest import BRAND, Running, event_of, events_of

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
KARIM = Person(id="karim", name="Karim", email="karim@example.com", roles=(Role.ON_CALL,))


@pytest.fixture(name="mailed")
def _mailed(running: Running) -> Running:
    """A failed post was told to Léa by mail; Karim is on call."""
    running.brands.save(BRAND.model_copy(update={"people": (*BRAND.people, KARIM), "revision": 2}), 1)
    running.queue_post("p1", state=State.FAILED)
    running.call("tell_people", event_of("tell_people", "failed"))
    return running


def kept(running: Running) -> Any:
    """What was sent."""
    table = SendingsTable(running.conversations_stack.table)
    (one, *_) = table.sendings("boulangerie", BEGAN)
    return one


@pytest.mark.parametrize("event", events_of("note_bounce"))
def test_every_example_event_is_understood(mailed: Running, event: Any) -> None:
    """Of the sending that it names; Karim hears."""
    if "self_test" in event:
        assert mailed.call("note_bounce", event) == {"ok": True}
        return
    event["detail"]["mail"]["tags"]["heraut-sending"] = [kept(mailed).id]
    assert mailed.call("note_bounce", event) is None

    sent: Any = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    assert "karim@example.com" in sent[-1].destinations
    assert kept(mailed).state in {SendingState.BOUNCED, SendingState.COMPLAINED}


def test_what_is_not_written_yet_comes_back(mailed: Running) -> None:
    """Lambda brings it again."""
    with pytest.raises(TryAgain):
        mailed.call("note_bounce", event_of("note_bounce", "bounced"))


def test_a_mail_of_somebody_else_is_left_alone(mailed: Running) -> None:
    """Without our tags."""
    event = event_of("note_bounce", "bounced")
    del event["detail"]["mail"]["tags"]["heraut-sending"]
    assert mailed.call("note_bounce", event) is None
