"""What every store of secrets does, the twin and the parameters alike; and what only the parameters do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.aws.secrets import ParameterSecrets
from heraut.errors import ConfigurationError
from tests.contracts.stack import clients
from tests.twins.clock import ClockTwin
from tests.twins.secrets import SecretsTwin

if TYPE_CHECKING:
    from heraut.brands import Secrets

HOUR = timedelta(hours=1)
SECRET = {"access_token": "hunter2", "refresh_token": "é"}


class Parameters:
    """Secrets over moto, two processes of it, and what was asked."""

    def __init__(self) -> None:
        self.ssm = clients().ssm
        self.clock = ClockTwin()
        self.asked: list[list[str]] = []
        hooks: Any = self.ssm.meta.events
        hooks.register(
            "provide-client-params.ssm.GetParameters", lambda params, **_: self.asked.append(params["Names"])
        )
        self.secrets = ParameterSecrets(self.ssm, "/heraut", self.clock.now)
        self.elsewhere = ParameterSecrets(self.ssm, "/heraut/", self.clock.now)


@pytest.fixture
def parameters(aws: None) -> Parameters:
    """Secrets over moto."""
    return Parameters()


@pytest.fixture(params=["twin", "parameters"])
def secrets(request: pytest.FixtureRequest) -> Secrets:
    """A store of secrets."""
    return SecretsTwin() if request.param == "twin" else request.getfixturevalue("parameters").secrets


def test_no_secret_is_none(secrets: Secrets) -> None:
    """Nor is another account's or brand's."""
    secrets.save_secret("boulangerie", "masto", SECRET)
    assert secrets.secret("boulangerie", "journal") is None
    assert secrets.secret("fleuriste", "masto") is None


def test_a_secret_comes_back_until_it_is_replaced(secrets: Secrets) -> None:
    """The newest one counts, whole."""
    secrets.save_secret("boulangerie", "masto", SECRET)
    assert secrets.secret("boulangerie", "masto") == SECRET
    secrets.save_secret("boulangerie", "masto", {"access_token": "new"})
    assert secrets.secret("boulangerie", "masto") == {"access_token": "new"}


def test_read_anew_it_is_what_stands_there(secrets: Secrets) -> None:
    """Also when there is none."""
    secrets.save_secret("boulangerie", "masto", SECRET)
    assert secrets.anew("boulangerie", "masto") == SECRET
    assert secrets.anew("boulangerie", "journal") is None


def test_what_is_given_out_cannot_change_what_is_kept(secrets: Secrets) -> None:
    """Each reader has a copy."""
    secrets.save_secret("boulangerie", "masto", SECRET)
    given = secrets.secret("boulangerie", "masto")
    assert isinstance(given, dict)
    given["access_token"] = "other"
    assert secrets.secret("boulangerie", "masto") == SECRET


class TestParameters:
    def test_it_is_a_secure_string_under_the_stack_s_path(self, parameters: Parameters) -> None:
        """Where the template lets the functions read."""
        parameters.secrets.save_secret("boulangerie", "masto", SECRET)
        found = parameters.ssm.get_parameter(Name="/heraut/boulangerie/masto")["Parameter"]
        assert found["Type"] == "SecureString"

    def test_ten_are_read_at_a_time(self, parameters: Parameters) -> None:
        """Twenty-three accounts, three requests; those without a secret are absent."""
        for number in range(22):
            parameters.elsewhere.save_secret("boulangerie", f"a{number}", SECRET | {"n": str(number)})
        found = parameters.secrets.secrets("boulangerie", [f"a{number}" for number in range(23)])
        assert {account: secret["n"] for account, secret in found.items()} == {f"a{n}": str(n) for n in range(22)}
        assert [len(names) for names in parameters.asked] == [10, 10, 3]

    def test_it_is_remembered_for_an_hour(self, parameters: Parameters) -> None:
        """Then it is read again: another process may have renewed it."""
        parameters.elsewhere.save_secret("boulangerie", "masto", SECRET)
        parameters.secrets.secret("boulangerie", "masto")
        parameters.elsewhere.save_secret("boulangerie", "masto", {"access_token": "renewed"})
        parameters.clock.advance(HOUR - timedelta(seconds=1))
        assert parameters.secrets.secret("boulangerie", "masto") == SECRET
        assert len(parameters.asked) == 1
        parameters.clock.advance(timedelta(seconds=1))
        assert parameters.secrets.secret("boulangerie", "masto") == {"access_token": "renewed"}

    def test_refused_it_is_read_again_once_a_minute(self, parameters: Parameters) -> None:
        """A new password works at once; a flood of refused requests makes no flood of reads."""
        parameters.elsewhere.save_secret("boulangerie", "masto", SECRET)
        parameters.secrets.secret("boulangerie", "masto")
        parameters.elsewhere.save_secret("boulangerie", "masto", {"access_token": "given"})
        parameters.clock.advance(timedelta(seconds=59))
        assert parameters.secrets.anew("boulangerie", "masto") == SECRET
        parameters.clock.advance(timedelta(seconds=1))
        assert parameters.secrets.anew("boulangerie", "masto") == {"access_token": "given"}
        assert parameters.secrets.secret("boulangerie", "masto") == {"access_token": "given"}
        parameters.secrets.anew("boulangerie", "masto")
        assert len(parameters.asked) == 2

    def test_a_missing_one_is_not_remembered(self, parameters: Parameters) -> None:
        """An account works as soon as it is connected; one that was removed is gone within the hour."""
        assert parameters.secrets.secret("boulangerie", "masto") is None
        parameters.elsewhere.save_secret("boulangerie", "masto", SECRET)
        assert parameters.secrets.secret("boulangerie", "masto") == SECRET
        parameters.ssm.delete_parameter(Name="/heraut/boulangerie/masto")
        parameters.clock.advance(HOUR)
        assert parameters.secrets.secret("boulangerie", "masto") is None

    def test_whoever_writes_may_remember_nothing(self, parameters: Parameters) -> None:
        """What a person just connected is not overwritten by what was read before."""
        careful = ParameterSecrets(parameters.ssm, "/heraut", parameters.clock.now, remembered=timedelta(0))
        careful.save_secret("boulangerie", "masto", SECRET)
        parameters.elsewhere.save_secret("boulangerie", "masto", {"access_token": "connected"})
        assert careful.secret("boulangerie", "masto") == {"access_token": "connected"}

    @pytest.mark.parametrize("value", ["hunter2", "[]", '"hunter2"', '{"access_token": 7}'])
    def test_what_is_no_secret_of_ours_is_said_without_saying_it(self, parameters: Parameters, value: str) -> None:
        """The text names the parameter, never what it holds."""
        parameters.ssm.put_parameter(Name="/heraut/boulangerie/masto", Value=value, Type="SecureString")
        with pytest.raises(ConfigurationError, match="/heraut/boulangerie/masto") as raised:
            parameters.secrets.secret("boulangerie", "masto")
        assert "hunter2" not in str(raised.value)
        assert raised.value.__cause__ is None
