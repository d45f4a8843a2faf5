"""Tokens are renewed before they expire, by one writer; what needs a person is told, once a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from heraut.brands import Account, Brand, NetworkName, Person
from heraut.brands.refresh_tokens import Renewed, Renewing, refresh_tokens
from heraut.errors import CredentialsExpired, Unreachable
from heraut.problems import problem
from tests.twins.brands import BrandsTwin
from tests.twins.network import NetworkTwin
from tests.twins.notifications import NotificationsTwin
from tests.twins.secrets import SecretsTwin

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
BRAND = Brand(
    id="martin",
    name="Boulangerie Martin",
    accounts=(
        Account(name="sky", network=NetworkName.BLUESKY, handle="martin.test"),
        Account(name="sky2", network=NetworkName.BLUESKY, handle="fournil.test"),
        Account(name="site", network=NetworkName.SITE),
    ),
    people=(Person(id="lea", name="Léa", email="lea@example.com"),),
)


class Renewable(NetworkTwin):
    """A network whose tokens expire; `errors` are raised for the account named."""

    errors: dict[str, Exception]

    def refresh(self, account: Account, secret: Mapping[str, str], now: datetime) -> Mapping[str, str] | None:
        if account.name in self.errors:
            raise self.errors[account.name]
        return {**secret, "token": secret["token"] + "+"} if not secret["token"].endswith("+") else None


def world(**errors: Exception) -> Renewing:
    """Give a world with two Bluesky accounts."""
    sky = Renewable(name=NetworkName.BLUESKY)
    sky.errors = errors
    secrets = SecretsTwin()
    for account in ("sky", "sky2"):
        secrets.save_secret("martin", account, {"token": account})
    networks = {NetworkName.BLUESKY: sky, NetworkName.SITE: NetworkTwin()}
    return Renewing(BrandsTwin(BRAND), secrets, networks, NotificationsTwin())


def told(renewing: Renewing) -> list[tuple[Person, object]]:
    """Give what people were told."""
    assert isinstance(renewing.notifications, NotificationsTwin)
    return list(renewing.notifications.told)


def test_what_expires_is_renewed_and_kept() -> None:
    """The renewed secret replaces the old one; what is fresh stays."""
    renewing = world()

    assert refresh_tokens(renewing, NOW) == Renewed(renewed=2)
    assert renewing.secrets.secret("martin", "sky") == {"token": "sky+"}
    assert refresh_tokens(renewing, NOW + timedelta(hours=1)) == Renewed()


def test_two_at_once_renew_once() -> None:
    """A turn is taken: refresh tokens rotate, and the second renewal would lose the first."""
    renewing = world()
    renewing.brands.take_turn("martin", "refresh#sky", NOW, NOW + timedelta(minutes=10))

    assert refresh_tokens(renewing, NOW) == Renewed(renewed=1)
    assert renewing.secrets.secret("martin", "sky") == {"token": "sky"}


def test_what_only_a_person_can_renew_is_told_once_a_day() -> None:
    """One message a day, with the command that mends it, and the other account goes on."""
    renewing = world(sky=CredentialsExpired(problem("account_removed", account="sky")))

    assert refresh_tokens(renewing, NOW) == Renewed(renewed=1, need_a_person=1)
    refresh_tokens(renewing, NOW + timedelta(hours=1))
    assert len(told(renewing)) == 1
    refresh_tokens(renewing, NOW + timedelta(hours=25))
    assert len(told(renewing)) == 2


def test_a_server_that_is_away_is_tried_again_next_hour() -> None:
    """Nobody is woken for a server that did not answer once."""
    renewing = world(sky=Unreachable(problem("no_clear_answer")))

    assert refresh_tokens(renewing, NOW) == Renewed(renewed=1, later=1)
    assert told(renewing) == []
