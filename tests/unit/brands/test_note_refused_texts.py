"""Text messages that no telephone got: the person's next way, else the others; told in plain words, once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from heraut.brands import Brand, Person, Role, WayName
from heraut.brands.note_refused_texts import note_refused_texts
from heraut.errors import InvalidInput, TryAgain
from heraut.notifications.refused_texts import REASONS, UNSAID, RefusedText
from heraut.notifications.send_again import Again, replay, send_again
from heraut.notifications.sendings import Sending, SendingState
from heraut.notifications.ways import Ways, wording
from tests.twins.brands import BrandsTwin
from tests.twins.notifications import NotificationsTwin
from tests.unit.notifications.test_send_again import MESSAGE, NOW, Desk

SOON = NOW + timedelta(seconds=5)
LEA = Person(id="lea", name="Léa", email="lea@x.example", ways=(WayName.SMS, WayName.EMAIL))
KARIM = Person(id="karim", name="Karim", email="karim@x.example", roles=(Role.ON_CALL,))
INES = Person(id="ines", name="Inès", email="ines@x.example")
ELSEWHERE = Brand(id="aaa", name="Autre", people=(INES,))


class Texted(Desk):
    """A text message left, and something is said of it later."""

    def __init__(self, *people: Person) -> None:
        super().__init__()
        self.texts = NotificationsTwin(gives_receipts=True)
        self.ways = Ways({**self.ways.makers, WayName.SMS: lambda: self.texts}, self.kept, self.clock)
        brands = BrandsTwin(ELSEWHERE, Brand(id="martin", name="Martin", people=people))
        self.world = Again(self.kept, brands, self.links, self.ways, self.clock)
        self.ways.tell_by([WayName.SMS], people[0], MESSAGE)
        self.first = self.all()[0].id

    @property
    def sending(self) -> Sending:
        """The text message's."""
        found = self.kept.sending("martin", self.first)
        assert found is not None
        return found

    def hear(self, *receipts: str, why: str = "sms_unreachable", said_at: datetime = SOON) -> list[str]:
        """Hear what became of text messages, a minute after they left."""
        refused = [RefusedText(one, why, said_at) for one in receipts]
        return [done for _, done in note_refused_texts(refused, self.world, NOW + timedelta(minutes=1))]


def test_it_goes_by_the_persons_next_way_and_says_why_once() -> None:
    """With links that work; brought again, it is known."""
    desk = Texted(LEA, KARIM)
    assert desk.hear("receipt-1") == ["told"]
    assert desk.hear("receipt-1") == ["known"]

    ((person, told),) = desk.mail.told
    assert (person.id, told.happened, len(told.buttons)) == ("lea", "Zoé attend", 2)
    assert "par SMS" in told.why
    assert "n'a pas pu être joint" in told.why
    assert (desk.sending.state, desk.sending.tries[-1].problem) == (SendingState.REFUSED, "sms_unreachable")


def test_whoever_has_no_other_way_is_heard_of_by_whoever_is_on_call() -> None:
    """Whose it was, and why it comes to them."""
    desk = Texted(LEA.model_copy(update={"ways": (WayName.SMS,)}), INES, KARIM)
    assert desk.hear("receipt-1", why="sms_unknown_number") == ["told others"]

    ((person, told),) = desk.mail.told
    assert person.id == "karim"
    assert "Ce message était pour Léa" in told.why
    assert "ce numéro n'existe pas" in told.why


def test_what_another_program_sent_is_not_ours() -> None:
    """The log is the whole account's: nobody hears, nothing fails."""
    desk = Texted(LEA, KARIM)
    assert desk.hear("theirs", "receipt-1") == ["not ours", "told"]
    assert len(desk.mail.told) == 1


def test_what_may_not_be_written_yet_comes_back_and_holds_back_no_other() -> None:
    """An operator may be faster than our own table; a minute later it is known to be nobody's of ours."""
    desk = Texted(LEA, KARIM)
    with pytest.raises(TryAgain):
        desk.hear("just-now", "receipt-1", said_at=NOW + timedelta(seconds=59))
    assert desk.sending.state is SendingState.REFUSED
    assert desk.hear("just-now") == ["not ours"]


def test_what_is_said_of_an_earlier_try_changes_nothing() -> None:
    """Somebody had it sent again since, and that arrived for all we know."""
    desk = Texted(LEA, KARIM)
    replay(desk.sending, desk.kept, NOW)
    send_again(desk.world, NOW)
    assert (desk.sending.state, desk.sending.receipt) == (SendingState.SENT, "receipt-2")

    assert desk.hear("receipt-1") == ["known"]
    assert desk.hear("receipt-2") == ["told"]


def test_when_nobody_can_be_told_the_machine_says_so() -> None:
    """What is raised ends in the failure queue, whose alarm reaches somebody."""
    desk = Texted(LEA)
    desk.mail.failing = {"lea": TryAgain("busy")}
    with pytest.raises(InvalidInput) as refused:
        desk.hear("receipt-1")
    assert [one.code for one in refused.value.problems] == ["nobody_reached"]
    assert desk.sending.state is SendingState.SENT


@pytest.mark.parametrize("gone", ["person", "sending"])
def test_what_was_forgotten_since_is_gone(gone: str) -> None:
    """Somebody left the team, or asked to be forgotten."""
    desk = Texted(LEA, KARIM)
    if gone == "sending":
        desk.kept.forget_sendings("martin", [desk.first])
    else:
        brands = BrandsTwin(Brand(id="martin", name="Martin", people=(KARIM,)))
        desk.world = Again(desk.kept, brands, desk.links, desk.ways, desk.clock)

    assert desk.hear("receipt-1") == ["gone"]
    assert desk.mail.told == []


@pytest.mark.parametrize("why", sorted({*REASONS.values(), UNSAID}))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_reason_has_its_sentence(why: str, language: str) -> None:
    """In plain words."""
    assert wording.say(why, language).endswith(".")  # type: ignore[arg-type]  # one of the two
