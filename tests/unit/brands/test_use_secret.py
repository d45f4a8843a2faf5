"""A secret that was refused is read again: a person may just have given another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from heraut.brands import newer_secret, use_secret
from heraut.errors import CredentialsExpired, TryAgain, Unverified
from heraut.problems import problem
from tests.twins.secrets import SecretsTwin

if TYPE_CHECKING:
    from collections.abc import Mapping

OLD, NEW = {"token": "old"}, {"token": "new"}
NO = CredentialsExpired(problem("account_removed", account="masto"))


class Door:
    """Takes the new token alone; `seen` are those it was shown."""

    def __init__(self, refusal: Exception = NO) -> None:
        self.refusal, self.seen = refusal, []  # type: tuple[Exception, list[str]]

    def open(self, secret: Mapping[str, str]) -> str:
        self.seen.append(secret.get("token", ""))
        if secret != NEW:
            raise self.refusal
        return "open"


@pytest.fixture
def secrets() -> SecretsTwin:
    """A store in which the old token is remembered."""
    return SecretsTwin({("martin", "masto"): OLD})


def test_a_new_secret_is_used_when_the_old_one_is_refused(secrets: SecretsTwin) -> None:
    """At once, and once."""
    secrets.save_elsewhere("martin", "masto", NEW)
    door = Door()
    assert use_secret(secrets, "martin", "masto", door.open) == "open"
    assert door.seen == ["old", "new"]


def test_a_secret_that_is_still_the_accounts_is_refused_once(secrets: SecretsTwin) -> None:
    """No second call with what was just refused."""
    door = Door()
    with pytest.raises(CredentialsExpired):
        use_secret(secrets, "martin", "masto", door.open)
    assert door.seen == ["old"]


def test_an_account_without_a_secret_shows_none(secrets: SecretsTwin) -> None:
    """As adapters expect."""
    door = Door()
    with pytest.raises(CredentialsExpired):
        use_secret(secrets, "martin", "journal", door.open)
    assert door.seen == [""]


def test_what_is_no_refusal_goes_through(secrets: SecretsTwin) -> None:
    """Nothing is read again for it."""
    secrets.save_elsewhere("martin", "masto", NEW)
    with pytest.raises(TryAgain):
        use_secret(secrets, "martin", "masto", Door(TryAgain("later")).open)
    assert secrets.secret("martin", "masto") == OLD


def test_another_refusal_may_be_named(secrets: SecretsTwin) -> None:
    """A signature that does not fit, of a webhook."""
    secrets.save_elsewhere("martin", "masto", NEW)
    assert use_secret(secrets, "martin", "masto", Door(Unverified("no")).open, refusal=Unverified) == "open"


def test_a_store_that_does_not_answer_leaves_the_refusal(secrets: SecretsTwin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks has an answer already."""

    def silent(_brand: str, _account: str) -> None:
        raise TryAgain("later")

    monkeypatch.setattr(secrets, "anew", silent)
    assert newer_secret(secrets, "martin", "masto", OLD) is None
