"""One account's own repository: where its posts are written and read back, on the server that keeps it.

Reads go to the repository itself and not to the network's readers (the AppView), which know of a post seconds later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from heraut.errors import CredentialsExpired, NetworkError, OutcomeUnknown, Refused, Unreachable
from heraut.networks.bluesky_answers import OK, allowance, body_of, error_name, refusal
from heraut.networks.bluesky_records import COLLECTION, Reference, rkey_of, uri
from heraut.networks.bluesky_sessions import service_of
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from heraut.allowance import Allowance
    from heraut.brands import Account
    from heraut.networks.bluesky_sessions import Session, Sessions
    from heraut.networks.http import Answer, Http


@dataclass
class Repository:
    """The repository as one account may use it at `now`; it signs in when it must."""

    http: Http
    sessions: Sessions
    account: Account
    secret: Mapping[str, str] = field(repr=False)
    now: datetime
    allowance: Allowance | None = None  # what the last answer to a call told of the server's limits
    _session: Session | None = field(default=None, repr=False)

    @property
    def session(self) -> Session:
        """The session to work with; raises like `Sessions.current`: nothing was posted."""
        if self._session is None:
            self._session = self.sessions.current(self.http, self.account, self.secret, self.now)
        return self._session

    def put(self, rkey: str, record: Mapping[str, Any]) -> Reference:
        """Write a record under a key of ours, once: what is already there under it is what we wrote, and stays.

        Raises Refused, CredentialsExpired, RateLimited, PreparationLost, Unreachable (nothing was posted) or
        OutcomeUnknown.
        """
        body = {
            "repo": self.session.did,
            "collection": COLLECTION,
            "rkey": rkey,
            "record": record,
            "swapRecord": None,  # only where nothing is; the same record again is welcome all the same
        }
        answer = self._call("com.atproto.repo.putRecord", json=body)
        if answer.status == OK:
            said = body_of(answer)
            if not (isinstance(said.get("uri"), str) and isinstance(said.get("cid"), str)):
                raise OutcomeUnknown(problem("server_answer_unreadable", host=answer.host))
            return Reference(said["uri"], said["cid"])
        if error_name(answer) == "InvalidSwap":
            return self._already_there(rkey)
        raise refusal(answer, self.now)

    def _already_there(self, rkey: str) -> Reference:
        try:
            found = read(self.http, self.session.pds, uri(self.session.did, rkey), self.now)
        except NetworkError as error:
            raise OutcomeUnknown(error.problem) from error  # something of ours is there, and could not be read
        if found is None:
            raise Refused(problem("bluesky_withdrawn"))
        return found

    def post(self, address: str) -> Reference | None:
        """Read a post of the account, None when it is not there; what goes wrong posts nothing (Unreachable)."""
        try:
            return read(self.http, self.session.pds, address, self.now)
        except OutcomeUnknown as error:
            raise Unreachable(error.problem) from error

    def upload(self, body: bytes, content_type: str) -> dict[str, Any]:
        """Upload a picture and give the reference to put into a record (type `blob`); it posts nothing."""
        answer = self._call("com.atproto.repo.uploadBlob", data=body, content_type=content_type)
        if answer.status != OK:
            raise refusal(answer, self.now)
        blob = body_of(answer).get("blob")
        if not isinstance(blob, dict):
            raise OutcomeUnknown(problem("server_answer_unreadable", host=answer.host))
        return blob

    def did_of(self, handle: str) -> str | None:
        """Ask who a handle is; None when it is nobody."""
        server = self._session.pds if self._session else service_of(self.account)
        address = f"{server}/xrpc/com.atproto.identity.resolveHandle"
        answer = self.http.call("GET", address, params={"handle": handle})
        if answer.status == OK:
            did = body_of(answer).get("did")
            return did if isinstance(did, str) and did.startswith("did:") else None
        error = refusal(answer, self.now)
        if isinstance(error, Refused):
            return None
        raise error

    def ask(self, method: str, params: Mapping[str, str | Sequence[str]]) -> dict[str, Any]:
        """Read something signed in; raises what `Http.call` and `refusal` give."""
        answer = self._call(method, verb="GET", params=params)
        if answer.status != OK:
            raise refusal(answer, self.now)
        return body_of(answer)

    def _call(self, method: str, content_type: str | None = None, verb: str = "POST", **more: Any) -> Answer:
        """Make a call signed in, with another session when the server does not accept this one's token."""
        answer = self._call_as(self.session, method, content_type, verb, **more)
        if answer.status != OK and isinstance(refusal(answer, self.now), CredentialsExpired):
            self._session = self.sessions.after_refusal(self.http, self.account, self.secret, self.session, self.now)
            answer = self._call_as(self._session, method, content_type, verb, **more)
        self.allowance = allowance(answer, self.now)
        return answer

    def _call_as(self, session: Session, method: str, content_type: str | None, verb: str, **more: Any) -> Answer:
        headers = {"Authorization": f"Bearer {session.access}"}
        if content_type:
            headers["Content-Type"] = content_type
        return self.http.call(verb, f"{session.pds}/xrpc/{method}", headers=headers, **more)


def read(http: Http, pds: str, address: str, now: datetime | None = None) -> Reference | None:
    """Read a post (`at://<did>/<collection>/<rkey>`) from the server that keeps it; None when it is not there.

    Repositories are public: no session is needed. Raises what `Http.call` and `refusal` give.
    """
    did = address.removeprefix("at://").partition("/")[0]
    where = {"repo": did, "collection": COLLECTION, "rkey": rkey_of(address)}
    answer = http.call("GET", f"{pds}/xrpc/com.atproto.repo.getRecord", params=where)
    if answer.status == OK:
        cid = body_of(answer).get("cid")
        if not isinstance(cid, str):
            raise OutcomeUnknown(problem("server_answer_unreadable", host=answer.host))
        return Reference(address, cid)
    if error_name(answer) == "RecordNotFound":
        return None
    raise refusal(answer, now)
