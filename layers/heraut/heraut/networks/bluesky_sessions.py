"""Signing in to Bluesky: an app password opens a session of two hours, a refresh token continues it for ninety days.

Sign-ins are rationed (30 in five minutes, 300 a day), so there is never one per post: the stored access token is used
while it is good; after it, one session per account is opened with the password, kept in memory and continued. The
stored refresh token is used up by nobody but `renewed`, which gives tokens to be stored; only `refresh_tokens` asks it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from heraut.errors import CredentialsExpired, OutcomeUnknown, Refused, Unreachable
from heraut.networks.bluesky_answers import OK, SERVER_ERROR, UNAUTHORIZED, body_of, error_name, refusal
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.brands import Account
    from heraut.networks.http import Answer, Http

SERVICE = "https://bsky.social"  # where most people signed up
MARGIN = timedelta(minutes=1)  # a token this close to its end is not begun with
RENEW_BEFORE = timedelta(minutes=75)  # tokens live two hours and refresh_tokens comes every hour

PASSWORD, ACCESS, REFRESH, DID, PDS = "password", "access_jwt", "refresh_jwt", "did", "pds"
_SERVER_KIND = "AtprotoPersonalDataServer"
_APP_SCOPES = frozenset({"com.atproto.appPass", "com.atproto.appPassPrivileged"})


@dataclass(frozen=True)
class Session:
    """A signed-in account: `pds` is the address of the server that keeps its posts, where everything is written."""

    did: str
    handle: str
    pds: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)

    @property
    def by_app_password(self) -> bool:
        """Whether it was opened with an app password, and not with the account's own."""
        return _claims(self.access).get("scope") in _APP_SCOPES

    def is_good(self, now: datetime) -> bool:
        """Whether its access token is good for a while yet; one that does not say is, until the server refuses it."""
        end = _expiry(self.access)
        return end is None or end > now + MARGIN


class Sessions:
    """The sessions of this process, one an account, safe to use from several threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._open: dict[str, Session] = {}
        self._refused: set[str] = set()

    def current(self, http: Http, account: Account, secret: Mapping[str, str], now: datetime) -> Session:
        """Give a session to work with: the stored one, the one in memory, a continued one, or a new one.

        Raises CredentialsExpired, RateLimited, Refused or Unreachable: whatever happens here, nothing is posted.
        """
        key = _key(account, secret)
        with self._lock(key):
            mine = self._open.get(key)
            for session in (_stored(account, secret), mine):
                if session is not None and session.is_good(now) and session.access not in self._refused:
                    return session
            session = _continued(http, account, secret, [mine] if mine else [], now)
            self._open[key] = session
            return session

    def after_refusal(
        self, http: Http, account: Account, secret: Mapping[str, str], refused: Session, now: datetime
    ) -> Session:
        """Give another session, once the server did not accept this one's access token; raises like `current`."""
        self._refused.add(refused.access)
        return self.current(http, account, secret, now)

    def place(self, http: Http, account: Account, secret: Mapping[str, str], now: datetime) -> tuple[str, str]:
        """Give the account's DID and the server that keeps its posts, without signing in where they are known."""
        if secret.get(DID) and secret.get(PDS):
            return secret[DID], secret[PDS]
        session = self._open.get(_key(account, secret)) or self.current(http, account, secret, now)
        return session.did, session.pds

    def renewed(self, http: Http, account: Account, secret: Mapping[str, str], now: datetime) -> Session | None:
        """Continue the stored session, or sign in anew; None while its access token is good for an hour and more."""
        stored = _stored(account, secret)
        if stored is not None and secret.get(PDS):
            end = _expiry(stored.access)
            if end is not None and end > now + RENEW_BEFORE:
                return None
        return _continued(http, account, secret, [stored] if stored else [], now)

    def tried(self, http: Http, account: Account, secret: Mapping[str, str]) -> Session:
        """Sign in with the password, to see whether it is good; the next one asks the server about this session."""
        key = _key(account, secret)
        with self._lock(key):
            session = self._open.get(key)
            if session is None or _ask(http, session.pds, "getSession", token=session.access).status != OK:
                session = _signed_in(http, account, secret, None)
                self._open[key] = session
            return session

    def _lock(self, key: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(key, threading.Lock())


def service_of(account: Account) -> str:
    """Give the address where the account signs in."""
    service = (account.service or SERVICE).strip().rstrip("/")
    return service if "://" in service else f"https://{service}"


def handle_of(account: Account) -> str:
    """Give the account's handle as a server wants it, in lower case and without @; Refused when it is none."""
    handle = (account.handle or "").strip().removeprefix("@").lower()
    if not handle:
        raise Refused(problem("bluesky_handle_missing", "handle", account=account.name))
    if "." not in handle and not handle.startswith("did:"):
        raise Refused(problem("bluesky_handle_incomplete", "handle", account=account.name, handle=handle))
    return handle


def _key(account: Account, secret: Mapping[str, str]) -> str:
    """A new password is a new session."""
    password = hashlib.sha256(secret.get(PASSWORD, "").encode()).hexdigest()
    return f"{service_of(account)} {account.handle} {password}"


def _stored(account: Account, secret: Mapping[str, str]) -> Session | None:
    access = secret.get(ACCESS)
    did = secret.get(DID) or _claims(access or "").get("sub")
    if not access or not isinstance(did, str):
        return None
    return Session(did, handle_of(account), secret.get(PDS) or service_of(account), access, secret.get(REFRESH, ""))


def _continued(http: Http, account: Account, secret: Mapping[str, str], known: list[Session], now: datetime) -> Session:
    for session in known:
        if session.refresh:
            answer = _ask(http, service_of(account), "refreshSession", token=session.refresh)
            if answer.status == OK:
                return _session(answer, session.pds)
            error = refusal(answer, now)
            if not isinstance(error, CredentialsExpired):
                raise error
    return _signed_in(http, account, secret, now)


def _signed_in(http: Http, account: Account, secret: Mapping[str, str], now: datetime | None) -> Session:
    password, handle = secret.get(PASSWORD, "").strip(), handle_of(account)
    if not password:
        raise CredentialsExpired(problem("bluesky_password_missing", account=account.name))
    body = {"identifier": handle, "password": password}
    answer = _ask(http, service_of(account), "createSession", json=body)
    if answer.status == OK:
        return _session(answer, service_of(account))
    if answer.status == UNAUTHORIZED and error_name(answer) == "AuthenticationRequired":
        raise CredentialsExpired(
            problem("bluesky_password_refused", host=answer.host, handle=handle, account=account.name)
        )
    raise refusal(answer, now)


def _ask(
    http: Http, server: str, method: str, *, token: str | None = None, json: dict[str, str] | None = None
) -> Answer:
    """Make a call about sessions: it posts nothing, so an answer that got lost leaves no doubt about a post."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    verb = "GET" if method.startswith("get") else "POST"
    try:
        answer = http.call(verb, f"{server}/xrpc/com.atproto.server.{method}", headers=headers, json=json)
    except OutcomeUnknown as error:
        raise _silent(server) from error
    if answer.status >= SERVER_ERROR:
        raise _silent(server)
    return answer


def _silent(server: str) -> Unreachable:
    return Unreachable(problem("bluesky_cannot_sign_in", host=urlsplit(server).netloc))


def _session(answer: Answer, pds: str) -> Session:
    try:
        body = body_of(answer)
        session = Session(
            did=str(body["did"]),
            handle=str(body["handle"]),
            pds=_pds(body.get("didDoc")) or pds,
            access=str(body["accessJwt"]),
            refresh=str(body["refreshJwt"]),
        )
    except (OutcomeUnknown, KeyError):
        raise _silent(pds) from None
    if body.get("active") is False:
        raise CredentialsExpired(problem("bluesky_account_closed", host=answer.host))
    return session


def _pds(document: Any) -> str | None:
    """Find, in a DID document, the server that keeps the account (https://atproto.com/specs/did)."""
    services = document.get("service") if isinstance(document, dict) else None
    for service in services if isinstance(services, list) else []:
        if isinstance(service, dict) and service.get("type") == _SERVER_KIND:
            endpoint = service.get("serviceEndpoint")
            if isinstance(endpoint, str) and str(service.get("id", "")).endswith("#atproto_pds"):
                return endpoint.rstrip("/")
    return None


def _expiry(token: str) -> datetime | None:
    end = _claims(token).get("exp")
    return datetime.fromtimestamp(end, UTC) if isinstance(end, int | float) else None


def _claims(token: str) -> dict[str, Any]:
    """Read what a token says of itself, unverified: it only saves us a call that would be refused."""
    try:
        payload = token.split(".")[1]
        read = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}
