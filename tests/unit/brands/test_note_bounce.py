"""Mails that come back: the person's next way, else the others; told in plain words, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heraut.brands import Brand, Person, Role, WayName
from heraut.brands.note_bounce import Bounce, note_bounce
from heraut.errors import InvalidInput, TryAgain
from heraut.notifications.send_again import Again
from heraut.notifications.sendings import Sending, SendingState
from tests.twins.brands import BrandsTwin
from tests.unit.notifications.test_send_again import MESSAGE, NOW, Desk

LEA = Person(id="lea", name="Léa", email="lea@x.example", ways=(WayName.EMAIL, WayName.WEBHOOK))
KARIM = Person(id="karim", name="Karim", email="karim@x.example", roles=(Role.ON_CALL,))
INES = Person(id="ines", name="Inès", email="ines@x.example")


class Bounced(Desk):
    """A mail left, and something is said of it later."""

    def __init__(self, *people: Person) -> None:
        super().__init__()
        self.brand = Brand(id="martin", name="Martin", people=people)
        self.world = Again(self.kept, BrandsTwin(self.brand), self.links, self.ways, self.clock)
        self.ways.tell_by([WayName.EMAIL], people[0], MESSAGE)
        self.mail.told.clear()
        self.first = self.all()[0].id

    @property
    def sending(self) -> Sending:
        """The mail's."""
        found = self.kept.sending("martin", self.first)
        assert found is not None
        return found

    def hear(self, *, unwanted: bool = False) -> str:
        """Hear what became of it."""
        return note_bounce(Bounce("martin", self.sending.id, unwanted), self.world, NOW + timedelta(minutes=1))


def test_a_mail_that_came_back_goes_by_the_persons_next_way_and_says_so() -> None:
    """With links that work, once."""
    desk = Bounced(LEA, KARIM)
    assert desk.hear() == "told"
    assert desk.hear() == "known"

    ((person, told),) = desk.program.told
    assert (person.id, told.happened, len(told.buttons)) == ("lea", "Zoé attend", 2)
    assert "par e-mail" in told.why
    assert desk.mail.told == []
    assert desk.sending.state is SendingState.BOUNCED


def test_whoever_has_no_other_way_is_heard_of_by_whoever_is_on_call() -> None:
    """In their own name; the message says whose it was and why it comes."""
    desk = Bounced(LEA.model_copy(update={"ways": (WayName.EMAIL,)}), INES, KARIM)
    assert desk.hear() == "told others"

    ((person, told),) = desk.mail.told
    assert person.id == "karim"
    assert "Ce message était pour Léa" in told.why
    assert "est revenu" in told.why


def test_where_nobody_is_on_call_everybody_else_hears() -> None:
    """And where the next way fails too."""
    desk = Bounced(LEA, INES)
    desk.fails()
    assert desk.hear() == "told others"
    assert [person.id for person, _ in desk.mail.told] == ["ines"]


def test_two_mailboxes_that_are_gone_do_not_send_each_other_mail_for_ever() -> None:
    """Whoever was passed over, or passed to, is not passed to again."""
    desk = Bounced(LEA.model_copy(update={"ways": (WayName.EMAIL,)}), KARIM)
    assert desk.hear() == "told others"
    ((_, told),) = desk.mail.told
    with pytest.raises(InvalidInput) as refused:
        note_bounce(Bounce("martin", told.sending), desk.world, NOW)
    assert [one.code for one in refused.value.problems] == ["nobody_reached"]


def test_when_nobody_can_be_told_the_machine_says_so() -> None:
    """What is raised ends in the failure queue, whose alarm reaches somebody."""
    desk = Bounced(LEA)
    desk.fails()
    with pytest.raises(InvalidInput) as refused:
        desk.hear()
    assert [one.code for one in refused.value.problems] == ["nobody_reached"]
    assert desk.sending.state is SendingState.SENT


def test_a_mail_called_unwanted_is_told_to_the_others_and_by_other_ways() -> None:
    """It arrived: it is not sent again; further ones may not arrive."""
    desk = Bounced(LEA, KARIM)
    assert desk.hear(unwanted=True) == "told others"

    assert "indésirables" in desk.program.to("lea")[0].happened
    assert "indésirables" in desk.mail.to("karim")[0].happened
    assert desk.sending.state is SendingState.COMPLAINED


def test_what_is_said_before_the_sending_is_written_comes_back() -> None:
    """The mail service is faster than our own table; a brand that is gone is gone."""
    desk = Bounced(LEA)
    with pytest.raises(TryAgain):
        note_bounce(Bounce("martin", "20260101000000000000-00000000"), desk.world, NOW)
    assert note_bounce(Bounce("other", desk.sending.id), desk.world, NOW) == "gone"
