"""Whether what an organiser shows an auditor is what the draw's list holds.

An audit begins with the certificate's own checks: a sample says something only where the list stood before its seed.
Then each entrant whose turn it is must be opened, by the id and the nonce that give their code and no other. What
their network says now is the organiser's report: the auditor goes and looks.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

from heraut.brands import NetworkName
from heraut.contests.audit_sample import MOST, shows, to_open, turn_of_id
from heraut.contests.checks import Check, NotTheDraw, Outcome, checks, is_verified, proven_seed
from heraut.contests.draw import handle_of
from heraut.contests.model import is_nameless
from heraut.contests.opened import Look
from heraut.errors import InvalidInput
from heraut.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from heraut.contests.audit_sample import ToOpen
    from heraut.contests.beacon import Chain
    from heraut.contests.certificate import Certificate
    from heraut.contests.checks import Given
    from heraut.contests.opened import Opened, OpenedEntrant, Rejected

wording = Wording("heraut.contests", "audit.toml")
OF_ENTRANTS = ("rank-", "sample-")
MUST_BE_SHOWN = ("rejected-counts", "rejected-sample")


class Verdict(StrEnum):
    """What an audit comes to; `PARTLY`: nothing is false, and not everybody could be opened."""

    AUDITED = "AUDITED"
    PARTLY = "PARTLY AUDITED"
    NOT = "NOT AUDITED"


def verdict(made: Iterable[Check]) -> Verdict:
    """Give the verdict of an audit's checks."""
    every = list(made)
    drawn = [one for one in every if one.name == "sample" and one.outcome is Outcome.PASS]
    if not is_verified(every) or not drawn:
        return Verdict.NOT
    entrants = [one.outcome is Outcome.PASS for one in every if one.name.startswith(OF_ENTRANTS)]
    rest = [one.outcome is Outcome.PASS for one in every if one.name in MUST_BE_SHOWN]
    if all(entrants) and all(rest):
        return Verdict.AUDITED
    return Verdict.PARTLY if any(entrants) else Verdict.NOT


def audited(
    certificate: Certificate, entrants: BinaryIO, opened: Opened, chain: Chain, given: Given, size: int
) -> Iterator[Check]:
    """Check a certificate, and what was opened of its list (a file that can be read again), each thing as it is asked.

    A sample of `size` at least must be opened; what the organiser opened beyond it in the same order is checked too.
    """
    yield from checks(certificate, entrants, chain, given)
    commitment = certificate.commitment
    entrants.seek(0)
    try:
        seed = proven_seed(commitment, entrants, chain, certificate.signature)
    except (NotTheDraw, InvalidInput):  # which the checks above told
        yield _unchecked("sample", "sample_unknown")
        return
    if (opened.draw_id, opened.commit) != (commitment.draw_id, commitment.commit()):
        yield _fail("opened", "opened_other", draw=opened.draw_id)
        return
    many = min(max(size, opened.size), MOST)
    asked = to_open(commitment, entrants, seed, many)
    yield _pass("sample", "sample", **_told(commitment.entrants, many), ranks=_count(asked, "rank-"))
    yield _invented(asked, opened)
    for one in asked:
        yield _entrant(one, opened, commitment.draw_id, commitment.frozen_at)
    yield _accounts(opened.opened)
    yield _counts(certificate.rejected, opened.rejected)
    yield _rejected(opened, seed, many)
    yield _evidence(opened)


def _told(entrants: int, size: int) -> dict[str, object]:
    """Give what a sample tells: how likely it shows one of ten false entries in a hundred, rounded down."""
    false = -(-entrants // 10)
    percent = int(100 * shows(entrants, size, false)) if entrants else 100
    return {"count": min(size, entrants), "entrants": entrants, "percent": percent}


def _count(asked: Sequence[ToOpen], kind: str) -> int:
    return sum(one.name.startswith(kind) for one in asked)


def _pass(name: str, code: str, **fields: object) -> Check:
    return Check(name, Outcome.PASS, code, fields, words=wording)


def _fail(name: str, code: str, **fields: object) -> Check:
    return Check(name, Outcome.FAIL, code, fields, words=wording)


def _unchecked(name: str, code: str, **fields: object) -> Check:
    return Check(name, Outcome.UNCHECKED, code, fields, words=wording)


# ---------------------------------------------------------------------------- who was opened
def _invented(asked: Sequence[ToOpen], opened: Opened) -> Check:
    """Check that nobody stands in the file but those whose turn it is, each once."""
    every = [*(one.handle for one in opened.opened), *(one.handle for one in opened.unopened)]
    turn = {one.handle for one in asked}
    others = [one for one in every if one not in turn]
    twice = [one for one, times in Counter(every).items() if times > 1]
    if others:
        return _fail("opened", "opened_invented", handle=others[0], count=len(others))
    if twice:
        return _fail("opened", "opened_twice", handle=twice[0])
    return _pass("opened", "opened", count=len(opened.opened))


def _entrant(asked: ToOpen, opened: Opened, draw_id: str, frozen_at: int) -> Check:
    """Check one whose turn it is."""
    found = next((one for one in opened.opened if one.handle == asked.handle), None)
    if found is None:
        if any(one.handle == asked.handle for one in opened.unopened):
            return _unchecked(asked.name, "entrant_not_kept", handle=asked.handle)
        return _fail(asked.name, "entrant_missing", handle=asked.handle)
    code = _fault(found, asked, draw_id, frozen_at)
    if code:
        told = {"id": found.id, "handle": asked.handle, "found": found.chances, "said": asked.chances}
        return _fail(asked.name, code, **told)
    return _pass(asked.name, "entrant", id=found.id, count=asked.chances)


def _fault(found: OpenedEntrant, asked: ToOpen, draw_id: str, frozen_at: int) -> str | None:
    """Say what is wrong with an entrant who was opened, if anything is."""
    handle = handle_of(draw_id, bytes.fromhex(found.nonce), found.id).hex()
    faults = {
        "entrant_other": handle != asked.handle,
        "entrant_no_account": not _is_account(found.id),
        "entrant_chances": found.chances != asked.chances,
        "entrant_no_evidence": not found.evidence,
        "entrant_of_another": any(one.theirs is False for one in found.evidence),
        "entrant_late": all((one.seen_at if one.at is None else one.at) > frozen_at for one in found.evidence),
    }
    return next((code for code, holds in faults.items() if holds), None)


def _is_account(who: str) -> bool:
    network, _, known_as = who.partition(":")
    return network in set(NetworkName) and bool(known_as.strip()) and not is_nameless(who)


def _accounts(opened: Sequence[OpenedEntrant]) -> Check:
    """Check that no account of a network was opened twice: capitals and spaces make no other account."""
    accounts = {one.handle: "".join(one.id.split()).casefold() for one in opened}
    times = Counter(accounts.values())
    twice = next((one.id for one in opened if times[accounts[one.handle]] > 1), None)
    if twice is not None:
        return _fail("accounts", "accounts_twice", id=twice)
    return _pass("accounts", "accounts", count=len(opened))


# ---------------------------------------------------------------------------- who is not in the list
def _counts(said: Mapping[str, int], rejected: Rejected) -> Check:
    """Compare who is kept and not in the list, by reason, with what the certificate counts."""
    for reason, count in sorted(rejected.counted.items()):
        if count > said.get(reason, 0):
            return _fail("rejected-counts", "counts_more", reason=reason, found=count, said=said.get(reason, 0))
    missing = sum(said.values()) - sum(rejected.counted.values())
    if missing or rejected.unexplained:
        fields = {"missing": missing, "unexplained": rejected.unexplained}
        return _unchecked("rejected-counts", "counts_fewer", **fields)
    return _pass("rejected-counts", "counts", count=sum(said.values()))


def _rejected(opened: Opened, seed: bytes, size: int) -> Check:
    """Check what can be of who was opened of those who are not in the list: their turn, and that they were counted."""
    shown, counted = opened.rejected.opened, opened.rejected.counted
    turns = [turn_of_id(seed, one.id) for one in shown]
    listed = {one.id for one in opened.opened}
    wrong = next((one.id for one in shown if one.id in listed), None)
    if wrong is not None:
        return _fail("rejected-sample", "rejected_listed", id=wrong)
    wrong = next((shown[at].id for at, (one, after) in enumerate(pairwise(turns), 1) if one >= after), None)
    if wrong is not None:
        return _fail("rejected-sample", "rejected_order", id=wrong)
    times = Counter(one.reason for one in shown)
    for reason, count in times.items():
        known = opened.rejected.unexplained if reason is None else counted.get(reason, 0)
        if count > known:
            return _fail("rejected-sample", "rejected_uncounted", reason=reason or "?", found=count, said=known)
    every = sum(counted.values()) + opened.rejected.unexplained
    if len(shown) < min(size, every):
        return _unchecked("rejected-sample", "rejected_few", count=len(shown), size=min(size, every))
    return _pass("rejected-sample", "rejected", count=len(shown), every=every)


def _evidence(opened: Opened) -> Check:
    """Say what the organiser reports of the networks: no computation can check it."""
    looks = Counter(one.look for one in opened.shown)
    fields = {
        "found": looks[Look.FOUND],
        "gone": looks[Look.GONE],
        "unasked": looks[Look.CANNOT_BE_ASKED],
        "doubtful": sum(bool(one.judged_now) for one in opened.opened),
    }
    return _unchecked("evidence", "evidence", **fields)
