"""A secret that a person gives: tried, kept in place of the one before, and never written beside a renewal."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from heraut.brands.connect_account import Connected, connect_account
from heraut.brands.refresh_tokens import TURN, Renewed, refresh_tokens, turn_of
from heraut.errors import HerautError, Refused, Unreachable
from heraut.problems import problem
from tests.unit.brands.test_refresh_tokens import BRAND, NOW, Rotating, rotating

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.brands import Account
    from heraut.networks.base import Identity

SKY = BRAND.accounts[0]
WHY = problem("account_removed", account="sky")
MINUTE = timedelta(minutes=1)


class Checked(Rotating):
    """A network whose tokens rotate, and which may refuse who we are; it notes what was kept when it was asked."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.refusal: HerautError | None = None
        self.kept_when_asked: object = None

    def check(self, account: Account, secret: Mapping[str, str]) -> Identity:
        self.kept_when_asked = self.desk.kept
        if self.refusal is not None:
            raise self.refusal
        return super().check(account, secret)


class Desk:
    """A person at a desk beside the hourly renewal; the network's books know the token "fresh" they have got."""

    def __init__(self) -> None:
        _, self.secrets, self.renewing, self.clock = rotating()
        self.network = Checked(self)
        self.network.good["sky"] = "fresh"

    def give(self) -> Connected:
        """Give that token for the account."""
        return connect_account(
            BRAND,
            SKY,
            {"token": "fresh"},
            brands=self.renewing.brands,
            secrets=self.secrets,
            adapter=self.network,
            clock=self.clock,
        )

    @property
    def kept(self) -> object:
        """What is kept for the account."""
        return self.secrets.secret(BRAND.id, SKY.name)


def test_what_a_person_gives_is_renewed_tried_and_kept() -> None:
    """The token given was used up by its renewal: the new one is kept before the network sees it."""
    desk = Desk()

    connected = desk.give()

    assert connected.kept
    assert connected.identity is not None
    assert desk.kept == {"token": "fresh+"}
    assert desk.network.kept_when_asked == {"token": "fresh+"}


def test_what_the_network_refuses_leaves_the_one_before() -> None:
    """What worked goes on working."""
    desk = Desk()
    desk.network.refusal = Refused(WHY)

    assert desk.give() == Connected(kept=False, problem=WHY)
    assert desk.kept == {"token": "sky"}


def test_what_could_not_be_tried_is_kept() -> None:
    """The person's word counts until the network is back."""
    desk = Desk()
    desk.network.refusal = Unreachable(WHY)

    assert desk.give() == Connected(kept=True, problem=WHY)
    assert desk.kept == {"token": "fresh+"}


def test_a_renewal_under_way_is_waited_for() -> None:
    """It ends in a minute at most: then the person's token is tried and kept."""
    desk = Desk()
    until = desk.clock.now() + TURN
    desk.renewing.brands.take_turn(BRAND.id, turn_of(SKY), desk.clock.now(), until)
    desk.renewing.brands.end_turn(BRAND.id, turn_of(SKY), until, desk.clock.now() + 40 * timedelta(seconds=1))

    assert desk.give().kept
    assert desk.clock.now() - NOW == timedelta(seconds=40)


def test_beside_a_renewal_that_does_not_end_nothing_is_tried_or_kept() -> None:
    """One writer alone: the person is told to come back, and the token given is not used up."""
    desk = Desk()
    desk.renewing.brands.take_turn(BRAND.id, turn_of(SKY), desk.clock.now(), desk.clock.now() + TURN)

    connected = desk.give()

    assert connected == Connected(kept=False, problem=problem("renewal_under_way", account="sky"))
    assert desk.network.used == []
    assert desk.kept == {"token": "sky"}
    assert desk.clock.now() - NOW == MINUTE


@pytest.mark.parametrize("refusal", [None, Refused(WHY)])
def test_a_renewal_may_follow_soon(refusal: HerautError | None) -> None:
    """The turn is given back, whatever the network said."""
    desk = Desk()
    desk.network.refusal = refusal
    desk.give()

    assert desk.renewing.brands.take_turn(BRAND.id, turn_of(SKY), desk.clock.now() + MINUTE, NOW + TURN)


def test_a_person_need_not_wait_long_after_a_renewal() -> None:
    """The hourly function gives its turn back too."""
    desk = Desk()
    assert refresh_tokens(desk.renewing, NOW) == Renewed(renewed=2)

    assert desk.give().kept
    assert desk.clock.now() - NOW <= MINUTE
