"""Whether what a draw's certificate says is so.

Nothing is believed that was not computed here, from the certificate, the published list and what the verifier was
given. Each check has a name for programs and a reason for people. A draw is verified (`is_verified`) when nothing
failed and two witnesses at least saw the commit before its round came.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO

from heraut.contests.beacon import signature_from, verify
from heraut.contests.draw import FIRST_PREV, Commitment, frozen, handle_of, ranking, refused, seed_of
from heraut.contests.timestamps import UnknownAuthority, read
from heraut.errors import AddressRefused, HerautError, InvalidInput
from heraut.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cryptography.x509 import Certificate as Root

    from heraut.contests.beacon import Chain
    from heraut.contests.certificate import Certificate, Place, Witness
    from heraut.contests.draw import Frozen
    from heraut.problems import Language, Problem

ENOUGH_WITNESSES = 2
LEAST_NOTICE = 60  # seconds between the freeze and the round
SAME_INSTANT = 60  # seconds by which a certificate may tell another instant than the witness's own evidence
_HEX_DER = re.compile(r"30(?:[0-9a-fA-F]{2})+")  # a token in hexadecimal; in base64 it begins otherwise
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
wording = Wording("heraut.contests", "checks.toml")


class Outcome(StrEnum):
    """What came of a check; UNCHECKED is what nobody could check with what was given, and is no fault."""

    PASS = "PASS"  # noqa: S105 -- no password
    FAIL = "FAIL"
    UNCHECKED = "UNCHECKED"


@dataclass(frozen=True)
class Check:
    """One thing that a certificate says, and whether it is so; `name` is for programs, `reason` for people."""

    name: str
    outcome: Outcome
    code: str = ""
    fields: dict[str, object] = field(default_factory=dict)
    problem: Problem | None = None
    words: Wording = wording

    def reason(self, language: Language) -> str:
        """Say why, in one sentence."""
        if self.problem:
            return self.problem.message(language)
        return self.words.say(self.code, language, **self.fields)


@dataclass(frozen=True)
class Seen:
    """What a look at a public address found: the commit is there, since `at` (aware) if the place itself says so.

    `place` names who says it.
    """

    place: str
    at: datetime | None


@dataclass(frozen=True)
class Given:
    """What a verifier has beside the certificate and the list; each makes one more check possible.

    `roots` are those of time-stamping authorities, `rules` the published text's bytes, `previous` the operator's
    commitment before this one, `look` goes and looks at a public address (kind, evidence, commit).
    """

    roots: Sequence[Root] = ()
    rules: bytes | None = None
    previous: Commitment | None = None
    look: Callable[[str, str, str], Seen] | None = None


class NotTheDraw(HerautError):
    """A commitment is not kept by the list, the round or the signature; `checks` are those that failed."""

    def __init__(self, failed: Sequence[Check]) -> None:
        """Keep them."""
        self.checks = tuple(failed)
        super().__init__(", ".join(one.name for one in failed))


def ranked(commitment: Commitment, entrants: BinaryIO, chain: Chain, signature: str) -> list[str]:
    """Give the ranking that a commitment, its list and its round's signature (hexadecimal) make, and no other.

    Raises as `proven_seed` does.
    """
    seed = proven_seed(commitment, entrants, chain, signature)
    entrants.seek(0)
    return ranking(entrants, seed, commitment.winners + commitment.alternates)


def proven_seed(commitment: Commitment, entrants: BinaryIO, chain: Chain, signature: str) -> bytes:
    """Give the seed of a draw, once the list is the one committed to and the signature (hexadecimal) the round's.

    Raises NotTheDraw where root, entrants, tickets, round, freeze or chain are not what the commitment says,
    InvalidInput where the list or the signature is wrong in itself.
    """
    made = [*_list(commitment, frozen(entrants)), *_timing(commitment, chain)]
    failed = [one for one in made if one.outcome is not Outcome.PASS]
    if failed:
        raise NotTheDraw([one for one in failed if one.outcome is Outcome.FAIL])
    return _seed(commitment, signature, chain)


def is_verified(made: Iterable[Check]) -> bool:
    """Whether nothing failed, and the witnesses were counted and are enough."""
    every = list(made)
    enough = any(one.name == "witnesses" and one.outcome is Outcome.PASS for one in every)
    return enough and all(one.outcome is not Outcome.FAIL for one in every)


def checks(certificate: Certificate, entrants: BinaryIO, chain: Chain, given: Given) -> Iterator[Check]:
    """Check a certificate against the published list (a file that can be read twice), each thing as it is asked for.

    `chain` is the only one whose randomness counts: a certificate of another one fails.
    """
    commitment = certificate.commitment
    commit = commitment.commit()
    yield _pass("certificate", "certificate", commit=commit)
    if certificate.model_extra:
        names = ", ".join(sorted(certificate.model_extra))[:200]
        yield _unchecked("fields", "fields_unknown", names=names)
    found = None
    try:
        found = frozen(entrants)
    except InvalidInput as error:
        yield _refusal("list", error)
        yield from (_unchecked(name, "list_wrong") for name in ("root", "entrants", "tickets"))
    else:
        yield _pass("list", "list", count=found.entrants)
        yield from _list(commitment, found)
    yield _sequence(commitment, given.previous)
    yield _rules(commitment, given.rules)
    yield from _timing(commitment, chain)
    seed = None
    if commitment.chain != chain.hash:
        yield _unchecked("signature", "chain_of_nobody")
    else:
        try:
            seed = _seed(commitment, certificate.signature, chain)
        except InvalidInput as error:
            yield _refusal("signature", error)
        else:
            yield _pass("signature", "signature", round=commitment.round)
    if seed and found:
        entrants.seek(0)
        yield _ranking(certificate.ranking, ranking(entrants, seed, commitment.winners + commitment.alternates))
    else:
        yield _unchecked("ranking", "ranking_unknown")
    if certificate.announced:
        yield _announced(certificate)
    if certificate.rejected:
        yield _unchecked("rejected", "rejected", count=sum(certificate.rejected.values()))
    yield from _witnesses(certificate.witnesses, commit, chain.time_of(commitment.round), given)


def _pass(name: str, code: str, **fields: object) -> Check:
    return Check(name, Outcome.PASS, code, fields)


def _fail(name: str, code: str, **fields: object) -> Check:
    return Check(name, Outcome.FAIL, code, fields)


def _unchecked(name: str, code: str, **fields: object) -> Check:
    return Check(name, Outcome.UNCHECKED, code, fields)


def _refusal(name: str, error: InvalidInput, outcome: Outcome = Outcome.FAIL) -> Check:
    return Check(name, outcome, problem=error.problems[0])


# ---------------------------------------------------------------------------- list, order of draws, rules
def _list(commitment: Commitment, found: Frozen) -> Iterator[Check]:
    """Compare the list with what was committed to; each tampering shows in its own place."""
    same = found.root == commitment.root
    if same:
        yield _pass("root", "root")
    elif (found.entrants, found.tickets) == (commitment.entrants, commitment.tickets):
        yield _fail("root", "root_replaced")
    else:
        yield _fail("root", "root_other")
    for name, there, said in (
        ("entrants", found.entrants, commitment.entrants),
        ("tickets", found.tickets, commitment.tickets),
    ):
        if there == said:
            yield _pass(name, name, count=there)
        else:
            yield _fail(name, f"{name}_{'fewer' if there < said else 'more'}", found=there, said=said)


def _sequence(commitment: Commitment, previous: Commitment | None) -> Check:
    """Check that no draw of this operator was made and thrown away, as far as the one before is given."""
    if (commitment.seq == 1) != (commitment.prev == FIRST_PREV):
        return _fail("sequence", "sequence_first", seq=commitment.seq)
    if previous is None and commitment.seq == 1:
        return _pass("sequence", "sequence_begins")
    if previous is None:
        return _unchecked("sequence", "sequence_unknown", seq=commitment.seq, before=commitment.seq - 1)
    return _after(commitment, previous)


def _after(commitment: Commitment, previous: Commitment) -> Check:
    if previous.operator != commitment.operator:
        return _fail("sequence", "sequence_operator", operator=previous.operator)
    if commitment.seq == 1:
        return _fail("sequence", "sequence_again", before=previous.seq)
    if previous.seq != commitment.seq - 1:
        return _fail("sequence", "sequence_gap", seq=commitment.seq, found=previous.seq)
    if previous.commit() != commitment.prev:
        return _fail("sequence", "sequence_other", before=previous.seq)
    return _pass("sequence", "sequence", seq=commitment.seq, before=previous.seq)


def _rules(commitment: Commitment, rules: bytes | None) -> Check:
    if rules is None:
        return _unchecked("rules", "rules_unknown")
    if sha256(rules).hexdigest() != commitment.rules:
        return _fail("rules", "rules_changed")
    return _pass("rules", "rules")


# ---------------------------------------------------------------------------- randomness and ranking
def _timing(commitment: Commitment, chain: Chain) -> Iterator[Check]:
    """Check that the randomness is the chain's, of the draw's instant, and came after the freeze."""
    if commitment.chain != chain.hash:
        yield _fail("chain", "chain_other", chain=chain.id)
        yield from (_unchecked(name, "chain_of_nobody") for name in ("round", "freeze"))
        return
    yield _pass("chain", "chain", chain=chain.id)
    yield _round(commitment, chain)
    yield _freeze(commitment, chain)


def _round(commitment: Commitment, chain: Chain) -> Check:
    try:
        right = chain.round_at(commitment.draw_time)
    except InvalidInput as error:
        return _refusal("round", error)
    if commitment.round == right:
        return _pass("round", "round", round=right, at=_said(chain.time_of(right)))
    code = "round_early" if commitment.round < right else "round_late"
    return _fail("round", code, round=commitment.round, right=right, at=_said(commitment.draw_time))


def _freeze(commitment: Commitment, chain: Chain) -> Check:
    notice = chain.time_of(commitment.round) - commitment.frozen_at
    if notice < LEAST_NOTICE:
        return _fail("freeze", "freeze_late", at=_said(commitment.frozen_at), least=LEAST_NOTICE)
    return _pass("freeze", "freeze", at=_said(commitment.frozen_at))


def _seed(commitment: Commitment, given: str, chain: Chain) -> bytes:
    """Give the seed once the round's signature was verified; InvalidInput when it is not the round's."""
    signature = signature_from(given)
    verify(chain, commitment.round, signature)
    return seed_of(commitment.commit(), commitment.chain, commitment.round, signature)


def _ranking(places: Sequence[Place], right: list[str]) -> Check:
    said = [one.handle for one in places]
    if [one.rank for one in places] != list(range(1, len(places) + 1)):
        return _fail("ranking", "ranking_ranks")
    if said == right:
        return _pass("ranking", "ranking", count=len(right))
    if len(said) != len(right):
        return _fail("ranking", "ranking_length", found=len(said), right=len(right))
    rank = next(at for at, (one, other) in enumerate(zip(said, right, strict=True), 1) if one != other)
    code = "ranking_swapped" if sorted(said) == sorted(right) else "ranking_other"
    return _fail("ranking", code, rank=rank, right=right[rank - 1])


def _announced(certificate: Certificate) -> Check:
    """Check that each winner who is named is the one of their rank."""
    ranks = {one.handle: one.rank for one in certificate.ranking}
    named: set[int] = set()
    for one in certificate.announced:
        handle = handle_of(certificate.commitment.draw_id, bytes.fromhex(one.nonce), one.id).hex()
        rank = ranks.get(handle)
        if rank is None or one.handle not in {None, handle}:
            return _fail("announced", "announced_nobody", id=one.id)
        if one.rank not in {None, rank}:
            return _fail("announced", "announced_rank", id=one.id, rank=one.rank, right=rank)
        if rank in named:
            return _fail("announced", "announced_twice", id=one.id)
        named.add(rank)
    return _pass("announced", "announced", count=len(named))


# ---------------------------------------------------------------------------- witnesses
def _witnesses(witnesses: Sequence[Witness], commit: str, deadline: int, given: Given) -> Iterator[Check]:
    """Check each witness, then whether enough different ones saw the commit before the round."""
    seen: set[tuple[str, str] | None] = set()
    for number, witness in enumerate(witnesses, 1):
        name = f"witness-{number}"
        if witness.commit != commit:
            yield _fail(name, "witness_other", kind=witness.kind)
            continue
        check, who = _witness(name, witness, deadline, given)
        if check.outcome is Outcome.PASS:
            if who in seen:
                check = _unchecked(name, "witness_again", kind=witness.kind)
            seen.add(who)
        yield check
    if len(seen) < ENOUGH_WITNESSES:
        yield _fail("witnesses", "witnesses_few", count=len(seen), least=ENOUGH_WITNESSES)
    else:
        yield _pass("witnesses", "witnesses", count=len(seen))


def _witness(name: str, witness: Witness, deadline: int, given: Given) -> tuple[Check, tuple[str, str] | None]:
    """Give what came of a witness, and who it is where somebody was asked."""
    try:
        who, at, key = _asked(witness, given)
    except UnknownAuthority as error:
        return _refusal(name, error, Outcome.UNCHECKED), None
    except InvalidInput as error:
        return _refusal(name, error), None
    except AddressRefused as error:
        return Check(name, Outcome.UNCHECKED, problem=error.problem), None
    except _Unasked as error:
        return _unchecked(name, str(error), kind=witness.kind), None
    return _dated(name, witness, at, deadline, who), (witness.kind, key)


class _Unasked(Exception):  # the text is the sentence that says why
    pass


def _asked(witness: Witness, given: Given) -> tuple[str, datetime | None, str]:
    """Give who a witness is, since when they saw the commit, and what tells them from the others."""
    if witness.kind == "rfc3161":
        stamp = read(_evidence(witness.evidence), witness.commit, given.roots)
        return stamp.authority, stamp.latest, stamp.key
    if witness.kind == "ots":
        raise _Unasked("witness_ots")
    if given.look is None:
        raise _Unasked("witness_offline")
    found = given.look(witness.kind, witness.evidence, witness.commit)
    return found.place, found.at, ""  # a hundred posts of the organiser's are one witness


def _dated(name: str, witness: Witness, at: datetime | None, deadline: int, who: str) -> Check:
    """Compare the instant that a witness proves with the round's, and with what the certificate says."""
    if at is None:
        return _unchecked(name, "witness_no_instant", place=who)
    instant, told = at.timestamp(), witness.at
    fields: dict[str, object] = {"kind": witness.kind, "who": who, "at": _said(instant)}
    if instant >= deadline:
        return _fail(name, "witness_late", **fields)
    if told is not None and abs(told - instant) > SAME_INSTANT:
        return _fail(name, "witness_moved", **fields, told=_said(told))
    return _pass(name, "witness" if witness.kind == "rfc3161" else "witness_public", **fields)


def _evidence(given: str) -> bytes:
    written = re.sub(r"[ \t\r\n]+", "", given)  # some programs break their lines
    if _HEX_DER.fullmatch(written):
        return bytes.fromhex(written)
    if _BASE64.fullmatch(written):
        return base64.b64decode(written)
    raise refused("draw_stamp_unreadable")


def _said(unix: float) -> str:
    """Say an instant as anybody can compare it: a verifier stands in no zone of the contest's."""
    try:
        return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):  # some millions of years away
        return str(unix)
