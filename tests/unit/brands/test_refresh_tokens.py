"""Tokens are renewed before they expire, by one writer; what needs a person is told, once a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from heraut.brands import Account, Brand, NetworkName, Person
from heraut.brands.refresh_tokens import Renewed, Renewing, refresh_tokens
from heraut.brands.store import Planned, PlannedPosts
from heraut.errors import CredentialsExpired, OutcomeUnknown, TryAgain, Unreachable
from heraut.notifications.base import Message
from heraut.problems import problem
from tests.twins.brands import BrandsTwin
from tests.twins.clock import ClockTwin
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
    signs_in_anew = False

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
    return Renewing(BrandsTwin(BRAND), secrets, networks, NotificationsTwin(), ClockTwin(NOW), planned)


def planned(brand: str, account: str, since: datetime, until: datetime) -> list[Planned]:
    """Give one post of each account, four days from now."""
    posts = [Planned(NOW + timedelta(days=4), f"La galette de {account}")]
    return [one for one in posts if since <= one.publish_at < until]


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


class Rotating(NetworkTwin):
    """A network that keeps books: each renewal uses up its refresh token; `during` happens before its answer."""

    signs_in_anew = False

    def __init__(self) -> None:
        super().__init__(name=NetworkName.BLUESKY)
        self.good = {"sky": "sky", "sky2": "sky2"}
        self.used: list[str] = []
        self.during: list[Callable[[], object]] = []

    def refresh(self, account: Account, secret: Mapping[str, str], now: datetime) -> Mapping[str, str] | None:
        token = secret["token"]
        if self.good[account.name] != token:
            raise CredentialsExpired(problem("account_removed", account=account.name))
        self.used.append(token)
        self.good[account.name] = f"{token}+"
        if self.during:
            self.during.pop(0)()
        return {**secret, "token": f"{token}+"}


class Refusing(SecretsTwin):
    """Secrets that cannot be written so many times."""

    refusals = 0

    def save_secret(self, brand: str, account: str, secret: Mapping[str, str]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise TryAgain("busy")
        super().save_secret(brand, account, secret)


def rotating() -> tuple[Rotating, Refusing, Renewing, ClockTwin]:
    """Give a network that rotates, the secrets, the world, and the clock that moves while it waits."""
    network, secrets, clock = Rotating(), Refusing(), ClockTwin(NOW)
    for account in ("sky", "sky2"):
        secrets.save_secret("martin", account, {"token": account})
    networks = {NetworkName.BLUESKY: network, NetworkName.SITE: NetworkTwin()}
    world = Renewing(BrandsTwin(BRAND), secrets, networks, NotificationsTwin(), clock, planned)
    return network, secrets, world, clock


def lose() -> None:
    """Lose the answer on its way."""
    raise OutcomeUnknown(problem("no_clear_answer"))


def test_a_write_that_is_refused_is_tried_until_it_holds() -> None:
    """A rotated token that reached us is not lost for a busy minute, and nobody is told."""
    network, secrets, renewing, clock = rotating()
    secrets.refusals = 6

    assert refresh_tokens(renewing, NOW) == Renewed(renewed=2)
    assert secrets.secret("martin", "sky") == {"token": network.good["sky"]}
    assert clock.now() - NOW == timedelta(seconds=61)
    assert told(renewing) == []


def test_where_nothing_can_be_written_the_person_hears_at_once_and_no_other_token_is_used_up() -> None:
    """The other account keeps what it has."""
    network, secrets, renewing, _ = rotating()
    secrets.refusals = 99

    assert refresh_tokens(renewing, NOW).later >= 2
    assert network.used == ["sky"]
    assert len(told(renewing)) == 1


def test_a_lost_answer_is_told_at_once() -> None:
    """The old token may be dead; the other account is renewed all the same."""
    network, _, renewing, _ = rotating()
    network.during = [lose]

    assert refresh_tokens(renewing, NOW) == Renewed(renewed=1, need_a_person=1)
    assert len(told(renewing)) == 1


def test_a_lost_answer_worries_nobody_where_a_password_signs_in_anew() -> None:
    """There the next hour mends it."""
    network, _, renewing, _ = rotating()
    network.during = [lose]
    network.signs_in_anew = True

    assert refresh_tokens(renewing, NOW) == Renewed(renewed=1, later=1)
    assert told(renewing) == []


def test_a_second_run_during_the_first_uses_up_nothing() -> None:
    """One writer: the turn is taken."""
    network, secrets, renewing, _ = rotating()
    network.during = [lambda: refresh_tokens(renewing, NOW + timedelta(minutes=5))]
    refresh_tokens(renewing, NOW)

    assert sorted(network.used) == ["sky", "sky2"]
    assert secrets.secret("martin", "sky") == {"token": "sky+"}


def test_what_a_person_gives_meanwhile_has_the_last_word() -> None:
    """A renewal that was under way does not bring the old secret back."""
    network, secrets, renewing, _ = rotating()
    network.during = [lambda: secrets.save_secret("martin", "sky", {"token": "new"})]
    refresh_tokens(renewing, NOW)

    assert secrets.secret("martin", "sky") == {"token": "new"}


def test_a_run_killed_after_the_rotation_is_told_by_the_next() -> None:
    """What never was written cannot be known; the next hour finds the old token dead and says so."""
    network, _, renewing, _ = rotating()

    def die() -> None:
        raise KeyboardInterrupt

    network.during = [die]
    with pytest.raises(KeyboardInterrupt):
        refresh_tokens(renewing, NOW)
    assert refresh_tokens(renewing, NOW + timedelta(hours=1)) == Renewed(renewed=1, need_a_person=1)
    assert len(told(renewing)) == 1


def test_the_posts_at_risk_are_named() -> None:
    """With their local hour and how they begin."""
    renewing = world(sky=CredentialsExpired(problem("account_removed", account="sky")))
    refresh_tokens(renewing, NOW)
    (message,) = messages(renewing)
    assert message.quote is not None
    assert "vendredi 27 novembre" in message.quote
    assert "La galette de sky" in message.quote


def test_a_fault_of_one_adapter_does_not_stop_the_others() -> None:
    """Whatever it raises."""
    assert refresh_tokens(world(sky=KeyError("boom")), NOW) == Renewed(renewed=1, later=1)


def test_mail_that_fails_once_is_tried_again() -> None:
    """Who must act hears in the same hour."""
    renewing = world(sky=CredentialsExpired(problem("account_removed", account="sky")))
    twin = renewing.notifications
    assert isinstance(twin, NotificationsTwin)
    failing = twin.failing
    failing["lea"] = TryAgain("mail")

    class Mended(ClockTwin):
        """Once somebody has waited, mail works again."""

        def sleep_until(self, instant: datetime) -> None:
            super().sleep_until(instant)
            failing.clear()

    refresh_tokens(replace(renewing, clock=Mended(NOW)), NOW)
    assert len(messages(renewing)) == 1


def test_where_nobody_could_be_told_the_next_hour_tells() -> None:
    """Mail was down for longer than anybody waits: it is not held for said."""
    renewing = world(sky=CredentialsExpired(problem("account_removed", account="sky")))
    twin = renewing.notifications
    assert isinstance(twin, NotificationsTwin)
    twin.failing["lea"] = TryAgain("mail")
    refresh_tokens(renewing, NOW)
    assert messages(renewing) == []

    twin.failing.clear()
    refresh_tokens(renewing, NOW + timedelta(hours=1))
    refresh_tokens(renewing, NOW + timedelta(hours=2))

    assert len(messages(renewing)) == 1


class Ending(NetworkTwin):
    """A network whose access only a person can renew."""

    def good_until(self, account: Account, secret: Mapping[str, str]) -> datetime | None:
        return datetime.fromisoformat(secret["until"]) if "until" in secret else None


def test_what_only_a_person_can_renew_is_told_days_ahead_with_the_posts_after_it() -> None:
    """Seven, three and one day before, then every day; nothing more once it was renewed."""
    end = NOW + timedelta(days=10)
    secrets = SecretsTwin()
    secrets.save_secret("martin", "sky", {"until": end.isoformat()})
    secrets.save_secret("martin", "sky2", {})
    networks = {NetworkName.BLUESKY: Ending(name=NetworkName.BLUESKY), NetworkName.SITE: NetworkTwin()}
    renewing = Renewing(BrandsTwin(BRAND), secrets, networks, NotificationsTwin(), ClockTwin(NOW), after(end))

    days = []
    for hour in range(24 * 12):
        before = len(messages(renewing))
        refresh_tokens(renewing, NOW + timedelta(hours=hour))
        days += [hour / 24] * (len(messages(renewing)) - before)

    assert days == [3, 7, 9, 10, 11]
    first = messages(renewing)[0]
    assert first.happened == "L'accès au compte «\N{NO-BREAK SPACE}sky\N{NO-BREAK SPACE}» se termine bientôt"
    assert "jeudi 3 décembre à 9\N{NO-BREAK SPACE}h" in first.lead
    assert first.quote is not None
    assert "celle d'après" in first.quote
    assert "celle d'avant" not in first.quote


def after(end: datetime) -> PlannedPosts:
    """Give a post before and one after an end."""

    def planned(brand: str, account: str, since: datetime, until: datetime) -> list[Planned]:
        posts = [Planned(end - timedelta(days=1), "celle d'avant"), Planned(end + timedelta(days=1), "celle d'après")]
        return [one for one in posts if since <= one.publish_at < until]

    return planned


def messages(renewing: Renewing) -> list[Message]:
    """Give the messages that went out."""
    assert isinstance(renewing.notifications, NotificationsTwin)
    return [message for _, message in renewing.notifications.told]
