"""Secrets of accounts: SecureString parameters under the stack's path, one JSON object each."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.aws.edge import edge
from heraut.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_ssm import SSMClient

REMEMBERED = timedelta(hours=1)
AGAIN = timedelta(minutes=1)  # a forger's requests are refused too: they do not make us read at each of them
READ_AT_ONCE = 10  # names in one GetParameters


class ParameterSecrets:
    """The port `brands.store.Secrets` over SSM, remembering what it read for an hour.

    A missing secret is not remembered: an account works as soon as somebody connects it. `now` tells the time;
    whoever writes secrets from what it read gives `remembered=timedelta(0)`, so as not to bring back an old one.
    """

    def __init__(
        self, client: SSMClient, path: str, now: Callable[[], datetime], remembered: timedelta = REMEMBERED
    ) -> None:
        self._client = client
        self._remembered = remembered
        self._path = path.rstrip("/")
        self._now = now
        self._held: dict[str, tuple[datetime, dict[str, str]]] = {}

    def secret(self, brand: str, account: str) -> Mapping[str, str] | None:
        """Read an account's secret, None when it has none."""
        return self.secrets(brand, [account]).get(account)

    def secrets(self, brand: str, accounts: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """Read the secrets of several accounts of a brand, ten at a time; accounts without one are absent."""
        names = {self._name(brand, account): account for account in accounts}
        missing = [name for name in names if not self._fresh(name)]
        for start in range(0, len(missing), READ_AT_ONCE):
            self._read(missing[start : start + READ_AT_ONCE])
        return {account: dict(self._held[name][1]) for name, account in names.items() if name in self._held}

    def anew(self, brand: str, account: str) -> Mapping[str, str] | None:
        """Read an account's secret though it is remembered, unless that was done within the last minute."""
        name = self._name(brand, account)
        if name in self._held and self._now() - self._held[name][0] >= AGAIN:
            del self._held[name]
        return self.secret(brand, account)

    def save_secret(self, brand: str, account: str, secret: Mapping[str, str]) -> None:
        """Replace an account's secret."""
        name = self._name(brand, account)
        with edge("save a secret"):
            self._client.put_parameter(Name=name, Value=json.dumps(dict(secret)), Type="SecureString", Overwrite=True)
        self._held[name] = (self._now(), dict(secret))

    def _name(self, brand: str, account: str) -> str:
        return f"{self._path}/{brand}/{account}"

    def _fresh(self, name: str) -> bool:
        return name in self._held and self._now() - self._held[name][0] < self._remembered

    def _read(self, names: Sequence[str]) -> None:
        for name in names:
            self._held.pop(name, None)
        with edge("read secrets"):
            answer = self._client.get_parameters(Names=list(names), WithDecryption=True)
        for parameter in answer["Parameters"]:
            self._held[parameter["Name"]] = (self._now(), _parsed(parameter["Name"], parameter["Value"]))


def _parsed(name: str, value: str) -> dict[str, str]:
    try:
        held = json.loads(value)
    except ValueError:
        held = None
    if not isinstance(held, dict) or not all(isinstance(part, str) for part in held.values()):
        raise ConfigurationError(
            f"the secret {name} is not a JSON object of texts: connect this account again"
        ) from None
    return held
