"""What the answers of Meta's Graph API mean: errors are `{"error": {...}}`, mostly in a 400; the code decides.

https://developers.facebook.com/docs/graph-api/guides/error-handling. Limits tell how much is used in `X-App-Usage`, and
in `X-Business-Use-Case-Usage` in how many minutes an account may call again.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from heraut.errors import CredentialsExpired, OutcomeUnknown, RateLimited, Refused
from heraut.networks.http import LONGEST_WAIT, SHORTEST_WAIT, retry_at
from heraut.problems import problem

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.errors import NetworkError
    from heraut.networks.http import Answer

USUAL_WAIT = timedelta(minutes=15)  # where nothing says how long: limits roll over an hour
RIGHTS = {
    "Facebook": (
        "pages_show_list",
        "pages_read_engagement",
        "pages_read_user_content",
        "pages_manage_engagement",
        "pages_manage_metadata",
    ),
    "Instagram": (
        "pages_show_list",
        "pages_read_engagement",
        "pages_manage_metadata",
        "instagram_basic",
        "instagram_manage_comments",
    ),
}
GONE = "meta_gone"
_INVALID, _TOKEN, _SESSION, _DENIED, _BLOCKED, _TWICE = 100, 190, 102, 10, 368, 506
_BUSY = {4, 17, 32, 341, 613}
_BUSY_CASES = range(80_000, 80_015)  # of a business use case, pages being 80001
_DENIALS = range(200, 300)
_THEIRS = {1, 2}  # an incident of theirs: what was asked may have been done
_GONE_SUBCODE = 33
_TOKENS = {
    458: "meta_app_removed",
    459: "meta_login_needed",
    460: "meta_password_changed",
    463: "meta_token_expired",
    464: "meta_login_needed",
    492: "meta_role_lost",
    2069032: "meta_page_token_needed",
}
_RIGHT = re.compile(r"\b((?:pages|instagram|business|ads|read)_[a-z_]+)\b")
_PREFIX = re.compile(r"^\(#[0-9]+\) *")
_LONGEST_SENTENCE = 200


def is_good(answer: Answer) -> bool:
    """Whether what was asked was done: an error may come in a good status too."""
    good = HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES
    return good and "error" not in object_of(answer)


def object_of(answer: Answer) -> dict[str, Any]:
    """Read the object that an answer holds; empty when it holds something else."""
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def entity(answer: Answer, network: str, *needed: str) -> dict[str, Any]:
    """Read the object of a good answer; OutcomeUnknown when it is none, or lacks text that it must have."""
    body = object_of(answer)
    if not body or any(not isinstance(body.get(name), str) or not body[name] for name in needed):
        raise OutcomeUnknown(problem("meta_answer_unclear", network=network, host=answer.host))
    return body


def refusal(answer: Answer, network: str, now: datetime) -> NetworkError:
    """Give what an answer that is not good means to the account of `network` ("Facebook", "Instagram")."""
    told = object_of(answer).get("error")
    error = told if isinstance(told, dict) else {}
    code = error.get("code") if isinstance(error.get("code"), int) else None
    if code in _BUSY or code in _BUSY_CASES or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(problem("meta_busy", network=network), _again_at(answer, now))
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in _THEIRS or code is None:
        return _without_code(answer, network, code)
    return _credentials(error, code, network) or _refused(error, code, network)


def _without_code(answer: Answer, network: str, code: int | None) -> NetworkError:
    if (
        answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
        and code is None
        and answer.status != HTTPStatus.REQUEST_TIMEOUT
    ):
        return Refused(problem("meta_refused_silently", network=network, status=answer.status))
    return OutcomeUnknown(problem("meta_failed", network=network, status=answer.status, host=answer.host))


def _credentials(error: dict[str, Any], code: int, network: str) -> CredentialsExpired | None:
    """Give what a person must mend about the access, None when that is not what is wrong."""
    said = str(error.get("message") or "")
    if "appsecret_proof" in said:
        return CredentialsExpired(problem("meta_app_secret_wrong", "app_secret", network=network))
    if "node type (User)" in said or "Page Access Token" in said:
        return CredentialsExpired(problem("meta_page_token_needed", "access_token", network=network))
    if code in {_TOKEN, _SESSION}:
        subcode = error.get("error_subcode")
        why = _TOKENS.get(subcode if isinstance(subcode, int) else 0, "meta_token_refused")
        return CredentialsExpired(problem(why, "access_token", network=network))
    if code == _DENIED or code in _DENIALS:
        rights = ", ".join(dict.fromkeys(_RIGHT.findall(said))) or ", ".join(RIGHTS[network])
        return CredentialsExpired(problem("meta_rights_missing", "access_token", network=network, rights=rights))
    return None


def _refused(error: dict[str, Any], code: int, network: str) -> Refused:
    if code == _INVALID and error.get("error_subcode") == _GONE_SUBCODE:
        return Refused(problem(GONE, network=network))
    if code == _BLOCKED:
        return Refused(problem("meta_blocked", network=network))
    if code == _TWICE:
        return Refused(problem("meta_said_already", network=network))
    said = _sentence(error)
    if not said:
        return Refused(problem("meta_refused_silently", network=network, status=code))
    return Refused(problem("meta_refused", network=network, said=said))


def _sentence(error: dict[str, Any]) -> str:
    """Give the network's own words, those for people first."""
    said = error.get("error_user_msg") or error.get("message")
    plain = " ".join(said.split()) if isinstance(said, str) else ""
    return _PREFIX.sub("", plain)[:_LONGEST_SENTENCE]


def _again_at(answer: Answer, now: datetime) -> datetime:
    """Give when the account may call again: the longest of what the header says, in minutes."""
    minutes = max(_minutes(answer.headers.get("X-Business-Use-Case-Usage", "")), default=0)
    if not minutes:
        return retry_at(answer, now, USUAL_WAIT)
    return now + min(max(timedelta(minutes=minutes), SHORTEST_WAIT), LONGEST_WAIT)


def _minutes(header: str) -> list[int]:
    try:
        told = json.loads(header)
        cases = [case for held in told.values() for case in held]
        waits = [case["estimated_time_to_regain_access"] for case in cases]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return []  # absent, or not as documented: the usual wait
    most = int(LONGEST_WAIT.total_seconds() // 60)
    return [min(wait, most) for wait in waits if isinstance(wait, int) and wait > 0]
