"""One account on Meta's Graph API: the calls, with the token and its proof, and who we are there.

https://developers.facebook.com/docs/graph-api/overview. An account is reached with the token of its Page, and each call
carries `appsecret_proof`: a token that was stolen is good for nothing without the application's secret
(https://developers.facebook.com/docs/graph-api/guides/secure-requests).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from heraut.due import require_aware
from heraut.errors import CredentialsExpired, OutcomeUnknown, Refused
from heraut.networks.graph_answers import GONE, entity, is_good, object_of, refusal
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from heraut.brands import Account
    from heraut.networks.http import Answer, Http
    from heraut.networks.memory import Memory

GRAPH = "https://graph.facebook.com"
VERSION = "v26.0"  # of facebook-business, in whose specs each call is looked up
APP_ID, APP_SECRET, TOKEN = "app_id", "app_secret", "access_token"
_PAGE = "id,name,link,username"
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True)
class Who:
    """An account as its network calls it."""

    id: str
    name: str
    username: str
    url: str | None


@dataclass(frozen=True)
class Graph:
    """The API as one account of `network` ("Facebook", "Instagram") sees it at `now`."""

    http: Http
    network: str
    account: Account
    secret: Mapping[str, str] = field(repr=False)
    memory: Memory
    now: datetime

    def read(self, path: str, **params: str) -> dict[str, Any]:
        """Read a node or a page of an edge; raises what an answer that is not good means."""
        return self._object("GET", path, params)

    def write(self, path: str, **params: str) -> dict[str, Any]:
        """Change something, or add to an edge."""
        return self._object("POST", path, params)

    def delete(self, path: str) -> None:
        """Take something away."""
        self._object("DELETE", path, {})

    def write_to_app(self, edge: str, **params: str) -> None:
        """Add to an edge of the application itself, as the application."""
        app = self._given(APP_ID)
        self._object("POST", f"{self.node(app)}/{edge}", params, token=f"{app}|{self._given(APP_SECRET)}")

    def stretch(
        self,
        path: str,
        most: int,
        asked: Mapping[str, str],
        enough: Callable[[list[dict[str, Any]]], bool] | None = None,
    ) -> tuple[list[dict[str, Any]], bool]:
        """Give what an edge holds, page after page until one is `enough`, and whether that came within `most` pages."""
        found: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        for _ in range(most):
            body = self.read(path, **asked, **after)
            page = self.entries(body)
            found += page
            cursor = following(body)
            if cursor is None or (enough is not None and enough(page)):
                return found, True
            after = {"after": cursor}
        return found, False

    def entries(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Give what a page of an edge holds; OutcomeUnknown when it is none."""
        data = body.get("data")
        if not isinstance(data, list) or not all(isinstance(one, dict) and one.get("id") for one in data):
            raise self.unclear()
        return data

    def page(self) -> Who:
        """Say which Page the token is of (remembered for an hour)."""
        return self._remembered("page", lambda: self._who(self.read("me", fields=_PAGE)))

    def instagram(self) -> Who:
        """Say which Instagram account belongs to the Page (remembered for an hour); Refused when none does."""
        return self._remembered("instagram", self._ask_instagram)

    def unclear(self) -> OutcomeUnknown:
        """Say that an answer is something else than what Meta documents."""
        host = self.base.partition("://")[2].partition("/")[0]
        return OutcomeUnknown(problem("meta_answer_unclear", network=self.network, host=host))

    def node(self, node: str) -> str:
        """Give a node's id as a piece of an address; Refused when it is none of Meta's."""
        if not _ID.fullmatch(node):
            raise Refused(problem(GONE, network=self.network))
        return node

    def _ask_instagram(self) -> Who:
        body = self.read("me", fields="instagram_business_account{id,username,name}")
        held = body.get("instagram_business_account")
        if not isinstance(held, dict):
            raise Refused(problem("instagram_not_linked", account=self.account.name))
        who = self._who(held)
        return Who(
            who.id, who.name, who.username, f"https://www.instagram.com/{who.username}/" if who.username else None
        )

    def _who(self, body: Mapping[str, Any]) -> Who:
        said = {name: body[name] for name in ("id", "name", "username", "link") if isinstance(body.get(name), str)}
        if not said.get("id"):
            raise self.unclear()
        username = said.get("username", "")
        return Who(said["id"], said.get("name") or username or said["id"], username, said.get("link"))

    def _remembered(self, what: str, ask: Callable[[], Who]) -> Who:
        key = f"{what} {self.base} {hashlib.sha256(self._given(TOKEN).encode()).hexdigest()[:16]}"
        known: Who | None = self.memory.get(key)
        if known is not None:
            return known
        found = ask()
        self.memory.keep(key, found)
        return found

    @property
    def base(self) -> str:
        """The API's address; another one where the account's `service` says so."""
        return f"{(self.account.service or GRAPH).rstrip('/')}/{VERSION}"

    def _object(self, method: str, path: str, params: Mapping[str, str], token: str | None = None) -> dict[str, Any]:
        answer = self._call(method, path, params, token or self._given(TOKEN))
        if not is_good(answer):
            raise refusal(answer, self.network, self.now)
        return object_of(answer) or entity(answer, self.network)

    def _call(self, method: str, path: str, params: Mapping[str, str], token: str) -> Answer:
        """Make a call; the token goes in a header, where no log of addresses finds it."""
        proof = hmac.new(self._given(APP_SECRET).encode(), token.encode(), hashlib.sha256).hexdigest()
        given = {**params, "appsecret_proof": proof}
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        where = f"{self.base}/{path}"
        if method == "POST":
            return self.http.call(method, where, headers=headers, data=given)
        return self.http.call(method, where, headers=headers, params=given)

    def _given(self, name: str) -> str:
        value = self.secret.get(name, "").strip()
        if not value:
            raise CredentialsExpired(
                problem("meta_without_secret", name, account=self.account.name, network=self.network)
            )
        return value


def instant_of(text: object) -> datetime:
    """Read an instant as Meta writes it (`2026-11-23T09:00:00+0000`); ValueError when it is none."""
    if not isinstance(text, str):
        raise ValueError("an instant is text")  # noqa: TRY004 -- what is not understood is one error
    return require_aware(datetime.fromisoformat(text))


def following(body: Mapping[str, Any]) -> str | None:
    """Give the cursor of the next page, None on the last one."""
    paging = body.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) and after else None
