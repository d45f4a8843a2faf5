"""Twin of the accounts' secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class SecretsTwin:
    """Secrets by brand and account; `reads` counts who was asked for."""

    def __init__(self, secrets: Mapping[tuple[str, str], Mapping[str, str]] | None = None) -> None:
        self._secrets = {key: dict(value) for key, value in (secrets or {}).items()}
        self._remembered: dict[tuple[str, str], dict[str, str]] = {}
        self.reads: list[tuple[str, str]] = []

    def secret(self, brand: str, account: str) -> Mapping[str, str] | None:
        self.reads.append((brand, account))
        found = self._remembered.get((brand, account), self._secrets.get((brand, account)))
        return dict(found) if found is not None else None

    def anew(self, brand: str, account: str) -> Mapping[str, str] | None:
        self._remembered.pop((brand, account), None)
        return self.secret(brand, account)

    def save_secret(self, brand: str, account: str, secret: Mapping[str, str]) -> None:
        self._remembered.pop((brand, account), None)
        self._secrets[brand, account] = dict(secret)

    def save_elsewhere(self, brand: str, account: str, secret: Mapping[str, str]) -> None:
        """As another process does: what was there is remembered here until it is read anew."""
        if (brand, account) in self._secrets:
            self._remembered.setdefault((brand, account), self._secrets[brand, account])
        self._secrets[brand, account] = dict(secret)
