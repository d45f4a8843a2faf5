"""The AWS account of whoever deploys: where it is asked."""

from __future__ import annotations

import pytest

from infra import account


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No region, no profile."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_is_the_one_that_the_environment_names(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_REGION is what the sentence below asks for, and what the AWS CLI reads; boto3 reads the other alone."""
    monkeypatch.setenv(name, "eu-west-3")

    assert account.region_of(account.Answers("heraut", "", {})) == "eu-west-3"


def test_the_region_of_the_first_deployment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack does not move because somebody works elsewhere today."""
    monkeypatch.setenv("AWS_REGION", "eu-west-3")

    assert account.region_of(account.Answers("heraut", "eu-west-1", {})) == "eu-west-1"


def test_without_a_region_one_is_told_how_to_name_it() -> None:
    """The sentence holds a command that works."""
    with pytest.raises(account.Refused, match="AWS_REGION=eu-west-3 make deploy"):
        account.region_of(account.Answers("heraut", "", {}))
