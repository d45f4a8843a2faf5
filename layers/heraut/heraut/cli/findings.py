"""What `heraut doctor` makes of what it read: rules only, each finding with its sentence and its remedy. Pure."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from heraut.brands import NetworkName
from heraut.cli.public_days import NONE
from heraut.cli.shown import excerpt, when
from heraut.cli.speech import language
from heraut.publishing.model import State
from heraut.wording import Wording, listed, moment, recorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from heraut.aws.health import GivenUp, Texts
    from heraut.brands import Brand
    from heraut.publishing.brake import Pause
    from heraut.publishing.model import Delivery

wording = Wording("heraut.cli", "doctor.toml")
OVERDUE = timedelta(minutes=3)
DEAD = timedelta(minutes=5)  # after its lease, or the start of a doubtful attempt: a decision should have come
SOON = timedelta(hours=1)
HOLIDAYS_AHEAD = timedelta(days=180)
FEW_AT_ONCE = 50  # functions: a new account may run ten
LEAST_SPENT = 1.0  # dollars a month for SMS: what a new account may spend


class Severity(StrEnum):
    """Whether somebody must act."""

    PERSON = "person"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or good to know; `code` is its sentence, `<code>_do` its remedy."""

    code: str
    severity: Severity = Severity.PERSON
    brand: str | None = None
    post: str | None = None
    account: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """Say it."""
        return wording.say(self.code, language(), **self._fields())

    @property
    def remedy(self) -> str:
        """Say what to do."""
        return wording.say(f"{self.code}_do", language(), **self._fields())

    def as_object(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "brand": self.brand,
            "post": self.post,
            "account": self.account,
            "message": self.message,
            "remedy": self.remedy,
        }

    def _fields(self) -> dict[str, object]:
        return {"brand": self.brand, "post": self.post, "account": self.account, **self.fields}


def of_delivery(delivery: Delivery, now: datetime) -> Finding | None:
    """Say what is wrong with a delivery, if anything is."""
    rule = _OF_STATE.get(delivery.state)
    told = rule(delivery, now) if rule else None
    if told is None:
        return None
    code, severity, fields = told
    shown = {"when": when(delivery, now), **fields}
    return Finding(code, severity, delivery.brand, delivery.post, delivery.account, shown)


_Told = tuple[str, Severity, dict[str, object]] | None


def _scheduled(delivery: Delivery, now: datetime) -> _Told:
    past = delivery.publish_at <= now
    if delivery.holds:
        code = "unagreed" if delivery.unagreed else "held_past" if past else "held"
        return code, Severity.PERSON if past else Severity.NOTE, {}
    if delivery.due_at is None:
        return "forgotten", Severity.PERSON, {}
    failing = delivery.prepare_at is not None and delivery.problem is not None
    if failing and delivery.publish_at - now < SOON:
        return "uploads_fail", Severity.PERSON, _why(delivery)
    if now - delivery.publish_at <= OVERDUE:
        return None
    if delivery.not_before is not None and delivery.not_before > now:
        until = recorded(delivery.not_before, delivery.zone, language(), now)
        return "waits", Severity.NOTE, {"until": until, **_why(delivery)}
    return "overdue", Severity.PERSON, {}


def _under_way(delivery: Delivery, now: datetime) -> _Told:
    started = delivery.attempt.started_at if delivery.attempt else delivery.publish_at
    return ("stuck", Severity.PERSON, {}) if started + DEAD < now else None


def _to_approve(delivery: Delivery, now: datetime) -> _Told:
    return ("approval_past", Severity.PERSON, {}) if delivery.publish_at <= now else None


def _asking(delivery: Delivery, _now: datetime) -> _Told:
    return "by_hand" if delivery.network is NetworkName.BY_HAND else "asking", Severity.PERSON, {}


def _failed(delivery: Delivery, _now: datetime) -> _Told:
    return "failed", Severity.PERSON, _why(delivery)


def _expired(_delivery: Delivery, _now: datetime) -> _Told:
    return "expired", Severity.PERSON, {}


_OF_STATE = {
    State.SCHEDULED: _scheduled,
    State.SENDING: _under_way,
    State.UNCONFIRMED: _under_way,
    State.TO_APPROVE: _to_approve,
    State.ASKING: _asking,
    State.FAILED: _failed,
    State.EXPIRED: _expired,
}


def _why(delivery: Delivery) -> dict[str, object]:
    return {"why": delivery.problem.message(language()) if delivery.problem else ""}


def of_people(brand: Brand, confirmed: Mapping[str, datetime]) -> Iterator[Finding]:
    """Say who never confirmed that our messages reach them, and where nobody is to be told."""
    if not brand.people:
        yield Finding("nobody", brand=brand.id)
    silent = [person.name for person in brand.people if person.id not in confirmed]
    if silent:
        yield Finding("never_confirmed", brand=brand.id, fields={"people": listed(silent, language())})


def of_holidays(brand: Brand, now: datetime) -> Iterator[Finding]:
    """Say where a brand's public holidays are not known, or soon will not be."""
    if brand.holidays == NONE or not brand.accounts:
        return
    last = max(brand.public_days, default="")
    if last < f"{now + HOLIDAYS_AHEAD:%Y-%m-%d}":
        yield Finding("holidays_unknown", Severity.NOTE, brand=brand.id)


def of_pauses(pauses: Iterable[Pause], zone: str, now: datetime) -> Iterator[Finding]:
    """Say what is stopped."""
    for pause in pauses:
        since = moment(pause.at, zone, language(), now)
        code = "paused_account" if pause.account else "paused_brand" if pause.brand else "paused_everything"
        yield Finding(code, brand=pause.brand, account=pause.account, fields={"by": pause.by, "since": since})


def of_addresses(addresses: Mapping[str, bool]) -> Iterator[Finding]:
    """Say who does not hear of alarms yet."""
    if not addresses:
        yield Finding("no_alarm_address")
    for address, confirmed in addresses.items():
        if not confirmed:
            yield Finding("alarm_unconfirmed", fields={"address": address})


def of_heartbeat(beat: datetime | None, now: datetime) -> Iterator[Finding]:
    """Say since when no tick completed; `beat` is the last one's minute."""
    if beat is None:
        yield Finding("never_beats")
    elif now - beat > DEAD:
        yield Finding("beats_no_more", fields={"minutes": round((now - beat).total_seconds() / 60)})


def of_texts(texts: Texts, *, used: bool = False) -> Iterator[Finding]:
    """Say what is withheld for SMS; where somebody is reached so (`used`), somebody must ask for it."""
    if texts.sandbox:
        yield Finding("sms_sandbox", Severity.PERSON if used else Severity.NOTE)
    if texts.limit <= LEAST_SPENT:
        yield Finding("sms_limit", Severity.NOTE, fields={"limit": f"{texts.limit:g}"})


def of_room(most: int) -> Iterator[Finding]:
    """Say when the account runs few functions at once."""
    if most < FEW_AT_ONCE:
        yield Finding("few_at_once", Severity.NOTE, fields={"most": most})


def of_given_up(held: GivenUp) -> Iterator[Finding]:
    """Say what gave up, what it is about; a kind of which several stand there is said once."""
    if not held.count:
        return
    kinds = Counter(_kind(body) for body in held.bodies)
    for (code, what), count in kinds.items():
        yield Finding(f"gave_up_{code}", fields={"what": what, "count": count})
    if held.count > len(held.bodies):
        yield Finding("gave_up_more", fields={"count": held.count - len(held.bodies)})


def _kind(body: str) -> tuple[str, str]:
    """Give what a message is (the code) and what it is about."""
    try:
        held = json.loads(body)
        held = held if isinstance(held, dict) else {}
    except ValueError:
        held = {}
    if "DDBStreamBatchInfo" in held:
        return "message", ""
    ran = "requestPayload" in held
    inside = held.get("requestPayload", held)
    inside = inside if isinstance(inside, dict) else {}
    if inside.get("detail-type") == "Object Created":
        return "calendar", str(inside.get("detail", {}).get("object", {}).get("key", "")).removeprefix("inbox/")
    if "brand" in inside and "post" in inside:
        return ("upload" if ran else "delivery"), f"{inside['brand']}/{inside['post']}"
    if "scheduled_time" in inside:
        return "tick", ""
    return "unknown", excerpt(body, 40)


def of_account(brand: str, account: str, trouble: str | None, *, missing: bool) -> Iterator[Finding]:
    """Say which account has no password, or does not work and why."""
    if missing:
        yield Finding("no_secret", brand=brand, account=account)
    elif trouble is not None:
        yield Finding("account_refused", brand=brand, account=account, fields={"why": trouble})


def needs_somebody(findings: Sequence[Finding]) -> bool:
    """Whether anything waits for a person."""
    return any(one.severity is Severity.PERSON for one in findings)
