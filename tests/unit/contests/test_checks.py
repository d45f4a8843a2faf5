"""A certificate is verified when everything in it is so; each tampering fails in its own place, by its own sentence."""

from __future__ import annotations

import base64
import copy
import io
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heraut.contests.beacon import QUICKNET
from heraut.contests.certificate import FORMAT, Certificate, Place, Witness, previous_of
from heraut.contests.checks import Check, Given, Outcome, Seen, checks, is_verified, wording
from heraut.contests.draw import Commitment
from heraut.errors import AddressRefused, InvalidInput
from heraut.problems import problem
from tests.twins.chain import OwnChain, alias
from tests.twins.draws import AUTHORITIES, OWN, RULES, MadeDraw
from tests.twins.tsa import OwnAuthority
from tests.unit.contests.test_draw import code_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from heraut.problems import Language

LANGUAGES: tuple[Language, ...] = ("fr", "en")
ROOTS = [one.root for one in AUTHORITIES]
GIVEN = Given(roots=ROOTS)
DRAW = MadeDraw()
ROUND = DRAW.commitment.round


def made(certificate: dict[str, Any], entrants: bytes = DRAW.entrants, given: Given = GIVEN) -> list[Check]:
    """Check a certificate of the own chain."""
    read = Certificate.read(json.dumps(certificate).encode())
    return list(checks(read, io.BytesIO(entrants), OWN.chain, given))


def failed(every: list[Check]) -> dict[str, str]:
    """Give what failed: name and sentence; each can be said in both languages."""
    for one in every:
        assert one.reason("fr") != one.reason("en")
    return {one.name: one.code or (one.problem.code if one.problem else "") for one in every if _is(one, Outcome.FAIL)}


def unchecked(every: list[Check]) -> set[str]:
    """Give the names of what nobody could check."""
    return {one.name for one in every if _is(one, Outcome.UNCHECKED)}


def _is(one: Check, outcome: Outcome) -> bool:
    return one.outcome is outcome


# ---------------------------------------------------------------------------- what is so
def test_a_true_certificate_is_verified() -> None:
    """Nothing failed; what only the operator says is said to be so."""
    every = made(DRAW.certificate, given=replace(GIVEN, rules=RULES))

    assert is_verified(every)
    assert failed(every) == {}
    assert unchecked(every) == {"rejected"}
    assert [one.name for one in every] == [
        *("certificate", "list", "root", "entrants", "tickets", "sequence", "rules", "chain", "round", "freeze"),
        *("signature", "ranking", "announced", "rejected", "witness-1", "witness-2", "witnesses"),
    ]


def test_a_certificate_with_the_least_is_verified() -> None:
    """Nobody announced, nothing rejected, its format named or not."""
    least = {name: DRAW.certificate[name] for name in ("commitment", "signature", "ranking", "witnesses")}

    assert is_verified(made(least))
    assert is_verified(made(least | {"format": FORMAT}))


def test_what_is_written_is_what_is_read() -> None:
    """The published text comes back the same, with fields of a later release."""
    read = Certificate.read(json.dumps(DRAW.certificate | {"more": {"a": 1}}).encode())

    assert Certificate.read(read.text()) == read
    assert json.loads(read.text())["more"] == {"a": 1}
    assert json.loads(read.text())["commitment"] == asdict(DRAW.commitment)


def test_a_certificate_is_made_of_what_was_computed() -> None:
    """As the product makes it, without going through text."""
    places = [Place(**one) for one in DRAW.certificate["ranking"]]
    witnesses = [Witness(**one) for one in DRAW.certificate["witnesses"]]
    certificate = Certificate(
        commitment=DRAW.commitment, signature=DRAW.signature.hex(), ranking=places, witnesses=witnesses
    )

    assert is_verified(made(json.loads(certificate.text())))


def test_a_field_of_a_later_release_is_told() -> None:
    """Nothing checks it, and it does not stand in the way."""
    every = made(DRAW.certificate | {"more": 1})

    assert is_verified(every)
    assert "fields" in unchecked(every)


def test_fewer_entrants_than_places() -> None:
    """Everybody has a rank."""
    few = MadeDraw(count=3)
    every = made(few.certificate, few.entrants)

    assert is_verified(every)
    assert len(few.certificate["ranking"]) == 3


def test_a_draw_nobody_entered() -> None:
    """An empty list and no ranks."""
    none = MadeDraw(count=0)

    assert is_verified(made(none.certificate, none.entrants))


# ---------------------------------------------------------------------------- the list
def records(entrants: bytes = DRAW.entrants) -> list[bytes]:
    """Take the list apart."""
    return [entrants[at : at + 36] for at in range(0, len(entrants), 36)]


def with_weight(record: bytes, weight: int) -> bytes:
    """Give a record another weight."""
    return record[:32] + weight.to_bytes(4, "big")


R = records()
LISTS = {
    "removed": (R[1:], {"root": "root_other", "entrants": "entrants_fewer", "tickets": "tickets_fewer"}),
    "added": (
        [*R, b"\xff" * 32 + R[0][32:]],
        {"root": "root_other", "entrants": "entrants_more", "tickets": "tickets_more"},
    ),
    "replaced": ([*R[:-1], b"\xff" * 32 + R[-1][32:]], {"root": "root_replaced"}),
    "given more": ([with_weight(R[0], 9), *R[1:]], {"root": "root_other", "tickets": "tickets_more"}),
    "given less": (
        [with_weight(one, 1) if one[-1] == 3 else one for one in R],
        {"root": "root_other", "tickets": "tickets_fewer"},
    ),
    "weights exchanged": ([with_weight(one, {1: 2, 2: 1}.get(one[-1], one[-1])) for one in R], None),
    "duplicated": ([R[0], *R], {"list": "draw_list_twice"}),
    "reordered": ([R[1], R[0], *R[2:]], {"list": "draw_list_order"}),
    "reversed": (R[::-1], {"list": "draw_list_order"}),
    "no chance": ([with_weight(R[0], 0), *R[1:]], {"list": "draw_list_weight"}),
    "too heavy": ([with_weight(R[0], 1001), *R[1:]], {"list": "draw_list_weight"}),
    "cut": ([*R[:-1], R[-1][:-1]], {"list": "draw_list_cut"}),
    "emptied": ([], {"root": "root_other", "entrants": "entrants_fewer", "tickets": "tickets_fewer"}),
}


@pytest.mark.parametrize("tampered", LISTS.values(), ids=LISTS)
def test_a_list_that_was_tampered_with(tampered: tuple[list[bytes], dict[str, str] | None]) -> None:
    """Each in its own place; the ranking fails too where the list's winners are others."""
    rows, expected = tampered
    every = made(DRAW.certificate, b"".join(rows))
    found = failed(every)

    assert not is_verified(every)
    assert "root" in found or "list" in found
    if expected is not None:
        assert {name: code for name, code in found.items() if name != "ranking"} == expected


@settings(max_examples=80, deadline=None)
@given(at=st.integers(min_value=0, max_value=len(DRAW.entrants) - 1), bit=st.integers(min_value=0, max_value=7))
def test_no_bit_of_the_list_can_be_changed(at: int, bit: int) -> None:
    """Each is in the root."""
    broken = bytearray(DRAW.entrants)
    broken[at] ^= 1 << bit
    every = made(DRAW.certificate, bytes(broken))

    assert failed(every).keys() & {"list", "root"}
    assert not is_verified(every)


# ---------------------------------------------------------------------------- the commitment, changed after the fact
AFTER: dict[str, dict[str, Any]] = {
    "draw_id": {"draw_id": "noel-2"},
    "operator": {"operator": "maison-durand"},
    "rules": {"rules": sha256(b"other rules").hexdigest()},
    "root": {"root": "00" * 32},
    "entrants": {"entrants": 19},
    "tickets": {"tickets": 41},
    "winners": {"winners": 3},
    "alternates": {"alternates": 4},
    "round": {"round": ROUND + 1},
    "draw_time": {"draw_time": DRAW.commitment.draw_time - 3},
    "frozen_at": {"frozen_at": DRAW.commitment.frozen_at - 1},
    "seq": {"seq": 2, "prev": "11" * 32},
    "chain": {"chain": QUICKNET.hash},
}


@pytest.mark.parametrize("fields", AFTER.values(), ids=AFTER)
def test_nothing_can_be_changed_once_witnesses_saw_it(fields: dict[str, Any]) -> None:
    """Every field is in the commit: neither its witnesses nor its ranking follow a change."""
    for forged in (DRAW.changed(**fields), _witnessed_as(DRAW.changed(**fields))):
        every = made(forged)

        assert not is_verified(every)
        assert {"witness-1", "witness-2", "witnesses"} <= failed(every).keys()


def _witnessed_as(forged: dict[str, Any]) -> dict[str, Any]:
    """Rewrite what witnesses are said to have seen; their tokens stay what they are."""
    commit = Commitment.of(forged["commitment"]).commit()
    return forged | {"witnesses": [one | {"commit": commit} for one in forged["witnesses"]]}


def test_a_witness_of_another_commit_says_so() -> None:
    """Told apart: what the certificate says of it, and what its token says."""
    forged = DRAW.changed(**AFTER["rules"])

    assert failed(made(forged))["witness-1"] == "witness_other"
    assert failed(made(_witnessed_as(forged)))["witness-1"] == "draw_stamp_other"


def test_changed_rules_are_seen_by_whoever_has_them() -> None:
    """The text that is published is not the one committed to; without a text nobody can tell."""
    assert failed(made(DRAW.certificate, given=replace(GIVEN, rules=RULES + b"!"))) == {"rules": "rules_changed"}
    assert "rules" in unchecked(made(DRAW.certificate))


# ---------------------------------------------------------------------------- committed to, and wrong from the start
T = DRAW.commitment.draw_time
BEFORE: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "an earlier round": ({"draw_time": T + 3}, {"round": "round_early"}),
    "a later round": ({"draw_time": T - 3}, {"round": "round_late"}),
    "an instant before the chain": ({"draw_time": 1}, {"round": "draw_before_chain"}),
    "an instant at the end of time": ({"draw_time": 2**53 - 1}, {"round": "round_early"}),
    "frozen too late": ({"frozen_at": T - 59}, {"freeze": "freeze_late"}),
    "frozen after the round": ({"frozen_at": T + 1}, {"freeze": "freeze_late"}),
    "a second without a first": ({"seq": 2}, {"sequence": "sequence_first"}),
    "a first after another": ({"prev": "11" * 32}, {"sequence": "sequence_first"}),
    "fewer entrants": ({"entrants": 19}, {"entrants": "entrants_more"}),
    "more tickets": ({"tickets": 99}, {"tickets": "tickets_fewer"}),
}


@pytest.mark.parametrize("tampered", BEFORE.values(), ids=BEFORE)
def test_a_commitment_that_was_wrong_from_the_start(
    tampered: tuple[dict[str, Any], dict[str, str]],
) -> None:
    """Witnesses saw it in time, and it breaks a rule all the same."""
    fields, expected = tampered
    every = made(DRAW.committed_anew(**fields))

    assert failed(every) == expected
    assert not is_verified(every)


def test_frozen_a_minute_before_is_in_time() -> None:
    """The least that the rules allow."""
    assert is_verified(made(DRAW.committed_anew(frozen_at=T - 60)))


# ---------------------------------------------------------------------------- randomness
def test_a_certificate_of_another_chain_is_never_verified() -> None:
    """All in it is true, of a chain whose key its organiser may hold."""
    read = Certificate.read(json.dumps(DRAW.certificate).encode())
    every = list(checks(read, io.BytesIO(DRAW.entrants), QUICKNET, GIVEN))

    assert failed(every) == {"chain": "chain_other"}
    assert {"round", "freeze", "signature", "ranking"} <= unchecked(every)
    assert not is_verified(every)


def test_a_chain_that_only_says_it_is_quicknet() -> None:
    """The hash of quicknet, the signature of another key."""
    forged = MadeDraw(chain=QUICKNET, signature=OWN.signature(1_000))
    every = list(checks(forged.read(), io.BytesIO(forged.entrants), QUICKNET, GIVEN))

    assert failed(every) == {"signature": "draw_signature_other"}
    assert not is_verified(every)


def _alias() -> tuple[int, bytes]:
    return next((n, found) for n in range(1, 200) if (found := alias(OWN.signature(n))) is not None)


SIGNATURES: dict[str, tuple[MadeDraw, str]] = {
    "another round's": (MadeDraw(signature=OWN.signature(ROUND + 1)), "draw_signature_other"),
    "another key's": (MadeDraw(signature=OwnChain(secret=7).signature(ROUND)), "draw_signature_other"),
    "the second encoding": (MadeDraw(round_number=_alias()[0], signature=_alias()[1]), "draw_signature_alias"),
    "infinity": (MadeDraw(signature=b"\xc0" + bytes(47)), "draw_signature_infinity"),
    "not compressed": (MadeDraw(signature=bytes(48)), "draw_signature_form"),
    "no point": (MadeDraw(signature=b"\x80" + bytes(46) + b"\x01"), "draw_signature_no_point"),
}


@pytest.mark.parametrize("forged", SIGNATURES.values(), ids=SIGNATURES)
def test_a_signature_that_is_not_the_rounds(forged: tuple[MadeDraw, str]) -> None:
    """Everything else was computed from it, and nothing of that is believed."""
    draw, code = forged
    every = made(draw.certificate, draw.entrants)

    assert failed(every) == {"signature": code}
    assert "ranking" in unchecked(every)
    assert not is_verified(every)


# ---------------------------------------------------------------------------- ranking and winners
def _ranked(change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> dict[str, Any]:
    places = change(copy.deepcopy(DRAW.certificate["ranking"]))
    return DRAW.certificate | {"ranking": places, "announced": []}


def _swapped(places: list[dict[str, Any]], one: int, other: int) -> list[dict[str, Any]]:
    places[one]["handle"], places[other]["handle"] = places[other]["handle"], places[one]["handle"]
    return places


def _loser() -> str:
    winners = {one["handle"] for one in DRAW.certificate["ranking"]}
    return next(handle for handle in DRAW.people if handle not in winners)


RANKINGS: dict[str, tuple[dict[str, Any], str]] = {
    "winners swapped": (_ranked(lambda places: _swapped(places, 0, 1)), "ranking_swapped"),
    "an alternate promoted": (_ranked(lambda places: _swapped(places, 1, 2)), "ranking_swapped"),
    "a friend": (_ranked(lambda places: [{"handle": _loser(), "rank": 1}, *places[1:]]), "ranking_other"),
    "nobody's handle": (_ranked(lambda places: [{"handle": "00" * 32, "rank": 1}, *places[1:]]), "ranking_other"),
    "one dropped": (_ranked(lambda places: places[:-1]), "ranking_length"),
    "one more": (_ranked(lambda places: [*places, {"handle": _loser(), "rank": 6}]), "ranking_length"),
    "nobody": (_ranked(lambda _places: []), "ranking_length"),
    "ranks exchanged": (
        _ranked(lambda places: [places[0] | {"rank": 2}, places[1] | {"rank": 1}, *places[2:]]),
        "ranking_ranks",
    ),
    "a rank twice": (_ranked(lambda places: [places[0], *({**one, "rank": 2} for one in places[1:])]), "ranking_ranks"),
    "one twice": (_ranked(lambda places: [places[0], places[0] | {"rank": 2}, *places[2:]]), "ranking_other"),
}


@pytest.mark.parametrize("forged", RANKINGS.values(), ids=RANKINGS)
def test_a_ranking_that_is_not_the_draws(forged: tuple[dict[str, Any], str]) -> None:
    """It is said at which rank, and whom the draw gives there."""
    certificate, code = forged
    every = made(certificate)

    assert failed(every) == {"ranking": code}
    assert not is_verified(every)


def _announcing(*changes: dict[str, Any]) -> dict[str, Any]:
    return DRAW.certificate | {"announced": [DRAW.certificate["announced"][0] | one for one in changes]}


ANNOUNCED: dict[str, tuple[dict[str, Any], str]] = {
    "somebody else": (_announcing({"id": DRAW.ids[0] + "x"}), "announced_nobody"),
    "another nonce": (_announcing({"nonce": "00" * 32}), "announced_nobody"),
    "another handle": (_announcing({"handle": "00" * 32}), "announced_nobody"),
    "a loser": (
        _announcing({"id": DRAW.ids[DRAW.people[_loser()]], "nonce": DRAW.nonces[DRAW.people[_loser()]].hex()}),
        "announced_nobody",
    ),
    "another rank": (_announcing({"rank": 2}), "announced_rank"),
    "twice": (_announcing({}, {}), "announced_twice"),
}


@pytest.mark.parametrize("forged", ANNOUNCED.values(), ids=ANNOUNCED)
def test_a_winner_who_is_not_the_one_of_their_rank(forged: tuple[dict[str, Any], str]) -> None:
    """Id and nonce must give the handle of the rank."""
    certificate, code = forged

    assert failed(made(certificate)) == {"announced": code}


def test_more_that_a_later_release_says_of_a_winner_does_not_stand_in_the_way() -> None:
    """Names come after the draw; id and nonce are checked all the same, and what is not known is kept."""
    more = _announcing({"prize": 1})

    assert is_verified(made(more))
    assert json.loads(Certificate.read(json.dumps(more).encode()).text())["announced"][0]["prize"] == 1
    assert failed(made(_announcing({"prize": 1, "rank": 2}))) == {"announced": "announced_rank"}


# ---------------------------------------------------------------------------- the order of draws
def test_a_draw_right_after_the_one_before_is_verified() -> None:
    """Given that one's commitment; without it nobody can tell, and it is said."""
    second = MadeDraw(seq=2, prev=DRAW.commitment.commit())

    assert is_verified(made(second.certificate, given=replace(GIVEN, previous=DRAW.commitment)))
    assert "sequence" in unchecked(made(second.certificate))
    assert previous_of(DRAW.text()) == previous_of(DRAW.commitment.canonical()) == DRAW.commitment


FIRST = DRAW.commitment
ORDERS: dict[str, tuple[MadeDraw, Commitment, str]] = {
    "one is missing": (MadeDraw(seq=3, prev="11" * 32), FIRST, "sequence_gap"),
    "the same number again": (MadeDraw(seq=2, prev=FIRST.commit()), replace(FIRST, seq=2), "sequence_gap"),
    "another one thrown away": (MadeDraw(seq=2, prev="11" * 32), FIRST, "sequence_other"),
    "another operator": (MadeDraw(seq=2, prev="11" * 32), replace(FIRST, operator="other"), "sequence_operator"),
    "begun again": (MadeDraw(), replace(FIRST, seq=4, prev="11" * 32), "sequence_again"),
    "a second first one": (MadeDraw(), replace(FIRST, draw_id="jeu"), "sequence_again"),
    "a first after another operator's": (MadeDraw(), replace(FIRST, operator="other"), "sequence_operator"),
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_a_gap_in_the_sequence(order: tuple[MadeDraw, Commitment, str]) -> None:
    """A draw that was made and thrown away shows."""
    draw, previous, code = order
    every = made(draw.certificate, given=replace(GIVEN, previous=previous))

    assert failed(every) == {"sequence": code}
    assert not is_verified(every)


# ---------------------------------------------------------------------------- witnesses
def _witnesses(*witnesses: dict[str, Any]) -> dict[str, Any]:
    return DRAW.certificate | {"witnesses": list(witnesses)}


ONE, TWO = DRAW.certificate["witnesses"]
COMMIT = DRAW.commitment.commit()
AT_ROUND = datetime.fromtimestamp(T, UTC)
FORGED = base64.b64encode(base64.b64decode(TWO["evidence"])[:-2] + b"\x00\x00").decode()
WITNESSES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "none": (_witnesses(), {}),
    "one missing": (_witnesses(ONE), {}),
    "one twice": (_witnesses(ONE, ONE), {}),
    "one authority twice": (
        _witnesses(ONE, DRAW.stamp(AUTHORITIES[0], COMMIT, DRAW.stamped_at + timedelta(seconds=9))),
        {},
    ),
    "at the round": (_witnesses(ONE, DRAW.stamp(AUTHORITIES[1], COMMIT, AT_ROUND)), {"witness-2": "witness_late"}),
    "a second before, more or less": (
        _witnesses(ONE, DRAW.stamp(AUTHORITIES[1], COMMIT, AT_ROUND - timedelta(seconds=1))),
        {"witness-2": "witness_late"},
    ),
    "a day after": (
        _witnesses(ONE, DRAW.stamp(AUTHORITIES[1], COMMIT, AT_ROUND + timedelta(days=1))),
        {"witness-2": "witness_late"},
    ),
    "an instant that was moved": (_witnesses(ONE, TWO | {"at": TWO["at"] - 3600}), {"witness-2": "witness_moved"}),
    "of another commit": (_witnesses(ONE, DRAW.stamp(AUTHORITIES[1], "00" * 32)), {"witness-2": "witness_other"}),
    "another's token": (
        _witnesses(ONE, DRAW.stamp(AUTHORITIES[1], "00" * 32) | {"commit": COMMIT}),
        {"witness-2": "draw_stamp_other"},
    ),
    "a forged token": (_witnesses(ONE, TWO | {"evidence": FORGED}), {"witness-2": "draw_stamp_forged"}),
    "no token": (_witnesses(ONE, TWO | {"evidence": "hello"}), {"witness-2": "draw_stamp_unreadable"}),
    "an unknown authority": (_witnesses(ONE, DRAW.stamp(OwnAuthority("unknown"), COMMIT)), {}),
    "posts, without looking": (_witnesses(ONE, *({**TWO, "kind": kind} for kind in ("post", "ots", "git"))), {}),
}


@pytest.mark.parametrize("forged", WITNESSES.values(), ids=WITNESSES)
def test_too_few_witnesses_before_the_round(forged: tuple[dict[str, Any], dict[str, str]]) -> None:
    """One good one is not enough, whatever stands beside it."""
    certificate, expected = forged
    every = made(certificate)

    assert failed(every) == {**expected, "witnesses": "witnesses_few"}
    assert not is_verified(every)


def test_a_witness_that_is_counted_already_is_told() -> None:
    """It is no fault, and no second witness."""
    every = made(_witnesses(ONE, TWO, ONE))

    assert is_verified(every)
    assert [one.code for one in every if one.name == "witness-3"] == ["witness_again"]
    assert "witness-3" in unchecked(every)


def test_a_third_witness_that_failed_is_not_passed_over() -> None:
    """Two are enough; somebody who put a forged one beside them is not believed."""
    every = made(_witnesses(ONE, TWO, TWO | {"evidence": FORGED}))

    assert failed(every) == {"witness-3": "draw_stamp_forged"}
    assert not is_verified(every)


@pytest.mark.parametrize("form", ["hexadecimal", "broken lines", "bare token", "date", "no instant"])
def test_a_token_may_be_written_in_other_ways(form: str) -> None:
    """What other programs write."""
    answer = base64.b64decode(TWO["evidence"])
    imprint = sha256(bytes.fromhex(COMMIT)).digest()
    other = {
        "hexadecimal": TWO | {"evidence": answer.hex()},
        "broken lines": TWO | {"evidence": base64.encodebytes(answer).decode()},
        "bare token": TWO | {"evidence": AUTHORITIES[1].token(imprint, DRAW.stamped_at).hex()},
        "date": TWO | {"at": DRAW.stamped_at.isoformat()},
        "no instant": {name: value for name, value in TWO.items() if name != "at"},
    }[form]

    assert is_verified(made(_witnesses(ONE, other)))


# ---------------------------------------------------------------------------- posts, with --online
def _looking(found: Seen | Exception) -> Given:
    def look(kind: str, address: str, commit: str) -> Seen:
        assert (kind in {"post", "git"}, address, commit) == (True, "https://piaf.example/1", COMMIT)
        if isinstance(found, Exception):
            raise found
        return found

    return replace(GIVEN, look=look)


POST = {"kind": "post", "commit": COMMIT, "at": ONE["at"], "evidence": "https://piaf.example/1"}
SEEN = Seen("piaf.example", DRAW.stamped_at)


def test_a_post_counts_once_it_was_looked_at() -> None:
    """With an authority it makes two."""
    assert is_verified(made(_witnesses(ONE, POST), given=_looking(SEEN)))
    assert not is_verified(made(_witnesses(ONE, POST)))


def test_a_hundred_posts_of_ones_own_are_one_witness() -> None:
    """Whoever makes one can make more; a post and a push are two kinds."""
    assert not is_verified(made(_witnesses(POST, POST), given=_looking(SEEN)))
    assert is_verified(made(_witnesses(POST, POST | {"kind": "git"}), given=_looking(SEEN)))


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (Seen("piaf.example", None), Outcome.UNCHECKED),
        (Seen("piaf.example", AT_ROUND), Outcome.FAIL),
        (InvalidInput([problem("draw_witness_not_there", host="piaf.example")]), Outcome.FAIL),
        (AddressRefused(problem("address_unreachable", host="piaf.example")), Outcome.UNCHECKED),
    ],
    ids=["no instant", "too late", "not there", "unreachable"],
)
def test_a_post_that_proves_nothing(found: Seen | Exception, outcome: Outcome) -> None:
    """Not there is a fault; what could not be looked at is none, and counts for nothing."""
    every = made(_witnesses(ONE, POST), given=_looking(found))

    assert next(one.outcome for one in every if one.name == "witness-2") is outcome
    assert not is_verified(every)


# ---------------------------------------------------------------------------- each by its own words
SECOND = replace(GIVEN, previous=FIRST)
MOVED = {"draw_time": DRAW.commitment.draw_time + 300, "round": ROUND + 100}
NAMED: dict[str, Callable[[], list[Check]]] = {
    "swapped winners": lambda: made(RANKINGS["winners swapped"][0]),
    "other round": lambda: made(DRAW.committed_anew(round=ROUND + 1)),
    "moved instant": lambda: made(DRAW.committed_anew(draw_time=T + 3)),
    "moved instant, with its round": lambda: made(DRAW.changed(**MOVED)),
    "late freeze": lambda: made(DRAW.committed_anew(frozen_at=T - 59)),
    "entrant removed": lambda: made(DRAW.certificate, b"".join(LISTS["removed"][0])),
    "entrant added": lambda: made(DRAW.certificate, b"".join(LISTS["added"][0])),
    "entrant duplicated": lambda: made(DRAW.certificate, b"".join(LISTS["duplicated"][0])),
    "entrant replaced": lambda: made(DRAW.certificate, b"".join(LISTS["replaced"][0])),
    "entrant given more": lambda: made(DRAW.certificate, b"".join(LISTS["given more"][0])),
    "entrant given less": lambda: made(DRAW.certificate, b"".join(LISTS["given less"][0])),
    "entrants reordered": lambda: made(DRAW.certificate, b"".join(LISTS["reordered"][0])),
    "list cut": lambda: made(DRAW.certificate, b"".join(LISTS["cut"][0])),
    "weight out of bounds": lambda: made(DRAW.certificate, b"".join(LISTS["too heavy"][0])),
    "rules changed": lambda: made(DRAW.certificate, given=replace(GIVEN, rules=RULES + b"!")),
    "signature of another round": lambda: made(SIGNATURES["another round's"][0].certificate),
    "alias": lambda: made(SIGNATURES["the second encoding"][0].certificate),
    "infinity": lambda: made(SIGNATURES["infinity"][0].certificate),
    "another chain": lambda: list(checks(DRAW.read(), io.BytesIO(DRAW.entrants), QUICKNET, GIVEN)),
    "witness missing": lambda: made(_witnesses(ONE)),
    "witness late": lambda: made(WITNESSES["at the round"][0]),
    "witness of another commit": lambda: made(WITNESSES["of another commit"][0]),
    "witness forged": lambda: made(WITNESSES["a forged token"][0]),
    "witness dated otherwise": lambda: made(WITNESSES["an instant that was moved"][0]),
    "gap in the sequence": lambda: made(ORDERS["one is missing"][0].certificate, given=SECOND),
    "draw thrown away": lambda: made(ORDERS["another one thrown away"][0].certificate, given=SECOND),
    "sequence begun again": lambda: made(DRAW.certificate, given=replace(GIVEN, previous=ORDERS["begun again"][1])),
    "friend among the winners": lambda: made(RANKINGS["a friend"][0]),
    "winner dropped": lambda: made(RANKINGS["one dropped"][0]),
    "winner announced who lost": lambda: made(ANNOUNCED["a loser"][0]),
}


def test_no_two_tamperings_are_refused_in_the_same_words() -> None:
    """Whoever reads the lines that fail knows what was done; in both languages."""
    for language in LANGUAGES:
        said: dict[tuple[str, ...], str] = {}
        for name, tampered in NAMED.items():
            every = tampered()
            words = tuple(one.reason(language) for one in every if one.outcome is Outcome.FAIL)

            assert not is_verified(every), name
            assert words, name
            assert said.setdefault(words, name) == name


# ---------------------------------------------------------------------------- certificates that are none
def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in DRAW.certificate.items() if key != name}


NONE: dict[str, tuple[Any, str]] = {
    "no commitment": (_without("commitment"), "draw_certificate_field"),
    "no signature": (_without("signature"), "draw_certificate_field"),
    "no ranking": (_without("ranking"), "draw_certificate_field"),
    "another format": (DRAW.certificate | {"format": "tirage/v2/certificate"}, "draw_certificate_field"),
    "a rank as text": (_ranked(lambda places: [places[0] | {"rank": "1"}]), "draw_certificate_field"),
    "a rank as truth": (_ranked(lambda places: [places[0] | {"rank": True}]), "draw_certificate_field"),
    "a rank below one": (_ranked(lambda places: [places[0] | {"rank": 0}]), "draw_certificate_field"),
    "a fraction": (_ranked(lambda places: [places[0] | {"rank": 1.0}]), "draw_number"),
    "more in a place": (_ranked(lambda places: [places[0] | {"note": "x"}]), "draw_certificate_field"),
    "upper case": (DRAW.certificate | {"signature": DRAW.signature.hex().upper()}, "draw_certificate_field"),
    "another kind of witness": (_witnesses(ONE | {"kind": "notary"}), "draw_certificate_field"),
    "a date without zone": (_witnesses(ONE | {"at": "2023-08-23T14:00:00"}), "draw_certificate_field"),
    "less than none rejected": (DRAW.certificate | {"rejected": {"late": -1}}, "draw_certificate_field"),
    "a field of its own": (DRAW.changed(note="x"), "draw_field_unknown"),
    "a commitment of another version": (DRAW.changed(v=2), "draw_version"),
    "a list": ([], "draw_certificate_field"),
}


@pytest.mark.parametrize("wrong", NONE.values(), ids=NONE)
def test_what_is_no_certificate_is_refused(wrong: tuple[Any, str]) -> None:
    """The first field that is wrong is named."""
    given, code = wrong
    with pytest.raises(InvalidInput) as error:
        Certificate.read(json.dumps(given).encode())

    assert code_of(error) == code


def test_every_sentence_is_said_by_some_check() -> None:
    """None is missing, none is left over."""
    from pathlib import Path

    text = (Path(__file__).parents[3] / "layers/heraut/heraut/contests/checks.py").read_text(encoding="utf-8")
    composed = {f"{name}_{way}" for name in ("entrants", "tickets") for way in ("fewer", "more")} | {
        *("entrants", "tickets")
    }

    assert {code for code in wording.sentences() if f'"{code}"' not in text} - composed == set()
