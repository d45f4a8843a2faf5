"""One account on its Mastodon server: the calls, with the token, and what is remembered of the server for an hour."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from heraut.errors import CredentialsExpired, NetworkError, OutcomeUnknown, RateLimited, Refused
from heraut.networks.mastodon_answers import RIGHTS, entity, is_good, object_of, refusal
from heraut.networks.mastodon_instance import UNKNOWN, Instance, instance_of
from heraut.networks.memory import Memory
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Account
    from heraut.networks.http import Answer, Http

TOKEN = "access_token"  # noqa: S105 -- the field's name
SILENT_FOR = 60.0  # seconds before a server that could not be asked is asked again


@dataclass(frozen=True)
class Server:
    """A server as one account sees it at `now`."""

    http: Http
    account: Account
    secret: Mapping[str, str] = field(repr=False)
    memory: Memory
    now: datetime

    @property
    def base(self) -> str:
        """The server's address, https unless it says otherwise; Refused when the configuration has none."""
        base = (self.account.instance or "").strip().rstrip("/")
        if not base:
            raise Refused(problem("mastodon_without_instance", "instance", account=self.account.name))
        return base if "://" in base else f"https://{base}"

    @property
    def host(self) -> str:
        """The server's name, for a person."""
        return self.base.partition("://")[2]

    def patient(self, seconds: float) -> Server:
        """Give the same, with so many seconds for each call."""
        return replace(self, http=replace(self.http, total_seconds=seconds))

    def call(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **body: Any) -> Answer:
        """Make a call with the token and give its answer whatever its status; raises as `Http.call` does."""
        token = self.secret.get(TOKEN, "").strip()
        if not token:
            raise CredentialsExpired(
                problem("mastodon_without_token", TOKEN, account=self.account.name, host=self.host)
            )
        sent = {"Authorization": f"Bearer {token}", "Accept": "application/json", **(headers or {})}
        return self.http.call(method, self.base + path, headers=sent, **body)

    def read(
        self,
        path: str,
        params: Mapping[str, str | Sequence[str]] | None = None,
        rights: tuple[str, ...] = RIGHTS,
    ) -> Answer:
        """Read something that takes these rights; raises what an answer that is not good means."""
        answer = self.call("GET", path, params=params or {})
        if not is_good(answer):
            raise refusal(answer, self.now, rights)
        return answer

    def who(self) -> dict[str, Any]:
        """Ask who the token's account is.

        422 is Mastodon's answer to a token without an account (an application's own), and snac's to a false one.
        """
        answer = self.call("GET", "/api/v1/accounts/verify_credentials")
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            raise CredentialsExpired(problem("mastodon_token_refused", host=self.host))
        if not is_good(answer):
            raise refusal(answer, self.now)
        return entity(answer, "id", "username")

    def account_id(self) -> str:
        """Give our account's id on the server (remembered for an hour)."""
        return str(self.me()["id"])

    def me(self) -> dict[str, Any]:
        """Give our account as the server tells it (remembered for an hour)."""
        key = f"account {self.base} {_digest(self.secret.get(TOKEN, ''))}"
        found: dict[str, Any] | None = self.memory.get(key)
        if found is None:
            found = self.who()
            self.memory.keep(key, found)
        return found

    def instance(self) -> Instance:
        """Say what the server is and accepts (remembered for an hour).

        While it cannot be asked, what it said last; raises as `read` does when it has never said anything.
        """
        key = f"instance {self.base}"
        known: Instance | None = self.memory.get(key)
        if known is not None:
            return known
        try:
            known = self._ask_instance()
        except NetworkError:
            known = self.memory.old(key)
            if known is None:
                raise
            self.memory.keep(key, known, SILENT_FOR)
        else:
            self.memory.keep(key, known)
        return known

    def _ask_instance(self) -> Instance:
        token = self.secret.get(TOKEN, "").strip()
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        trouble: NetworkError | None = None
        for version in ("v2", "v1"):
            answer = self.http.call("GET", f"{self.base}/api/{version}/instance", headers=headers)
            found = instance_of(object_of(answer)) if is_good(answer) else None
            if found is not None:
                return found
            error = None if is_good(answer) else refusal(answer, self.now)
            trouble = error if isinstance(error, RateLimited | OutcomeUnknown) else None
        if trouble is not None:
            raise trouble
        return UNKNOWN


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:16]
