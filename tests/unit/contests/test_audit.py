"""An audit opens whom the draw's own randomness designates; whatever an organiser changes shows by its own sentence."""

from __future__ import annotations

import copy
import io
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heraut.contests import audit
from heraut.contests.audit import Verdict, audited, verdict
from heraut.contests.audit_sample import shows, to_open
from heraut.contests.beacon import QUICKNET
from heraut.contests.certificate import Certificate
from heraut.contests.checks import Check, Given, Outcome, proven_seed
from heraut.contests.opened import Opened
from heraut.errors import InvalidInput
from tests.twins.draws import AUTHORITIES, OWN, MadeDraw
from tests.unit.contests.test_draw import code_of

GIVEN = Given(roots=[one.root for one in AUTHORITIES])
DRAW = MadeDraw(count=40)
SIZE = 10
Change = Callable[[dict[str, Any]], Any]


def made(opened: dict[str, Any], draw: MadeDraw = DRAW, size: int = SIZE, **changes: Any) -> list[Check]:
    """Check what was opened of a draw."""
    certificate = Certificate.read(json.dumps(draw.certificate | changes).encode())
    read = Opened.read(json.dumps(opened).encode())
    return list(audited(certificate, io.BytesIO(draw.entrants), read, OWN.chain, GIVEN, size))


def told(every: list[Check], outcome: Outcome) -> dict[str, str]:
    """Give what came out so, name and sentence; each can be said in both languages."""
    for one in every:
        assert one.reason("fr") != one.reason("en")
    return {one.name: one.code for one in every if one.outcome is outcome}


# ---------------------------------------------------------------------------- whom an audit opens
@settings(max_examples=40)
@given(count=st.integers(0, 60), size=st.integers(1, 70), number=st.integers(1, 500))
def test_the_sample_is_that_of_the_words_alone(count: int, size: int, number: int) -> None:
    """Everybody with a rank, then the least by the hash, as somebody else's slow program finds them."""
    draw = MadeDraw(count=count, round_number=number + 1_000)
    seed = proven_seed(draw.commitment, io.BytesIO(draw.entrants), OWN.chain, draw.signature.hex())
    found = to_open(draw.commitment, io.BytesIO(draw.entrants), seed, size)

    ranks = {one["handle"]: f"rank-{one['rank']}" for one in draw.certificate["ranking"]}
    sample = {one: f"sample-{at}" for at, one in enumerate(draw.turns()[:size], 1) if one not in ranks}
    assert {one.handle: one.name for one in found} == ranks | sample
    assert [one.name for one in found] == [*ranks.values(), *sample.values()]
    assert all(one.chances == draw.weights[bytes.fromhex(one.handle)] for one in found)


def test_a_sample_over_many_pieces_of_the_list_begins_with_the_smaller_one() -> None:
    """Ten thousand entrants: a list that is read in pieces, and ranks that stay."""
    draw = MadeDraw(count=10_000)
    seed = proven_seed(draw.commitment, io.BytesIO(draw.entrants), OWN.chain, draw.signature.hex())
    small, large = (to_open(draw.commitment, io.BytesIO(draw.entrants), seed, size) for size in (30, 60))

    assert large[: len(small)] == small
    assert [one.handle for one in small if one.name.startswith("sample")] == [
        one for one in draw.turns()[:30] if one not in {each["handle"] for each in draw.certificate["ranking"]}
    ]


def test_the_sample_is_none_of_the_rankings_order() -> None:
    """Its hash is another one: winners are not opened twice as likely as others, and the sample is another round's."""
    first = MadeDraw(count=200).turns()[:20]
    other = MadeDraw(count=200, round_number=1_001).turns()[:20]

    assert first != other
    assert first[:5] != [one["handle"] for one in MadeDraw(count=200).certificate["ranking"]]


@settings(max_examples=60)
@given(entrants=st.integers(1, 60), data=st.data())
def test_what_a_sample_tells_is_counted(entrants: int, data: st.DataObject) -> None:
    """Of all the ways to draw it, those that hold none of the false ones."""
    size, false = (data.draw(st.integers(0, most)) for most in (entrants + 5, entrants))
    drawn = min(size, entrants)
    missed = math.comb(entrants - false, drawn) / math.comb(entrants, drawn)

    assert shows(entrants, size, false) == pytest.approx(1 - missed)


def test_thirty_show_one_in_ten() -> None:
    """The figures that docs/draw.md gives."""
    page = (Path(__file__).parents[3] / "docs" / "draw.md").read_text(encoding="utf-8")
    for size, share, percent in ((30, 10, 95), (30, 20, 78), (30, 100, 26), (300, 100, 95), (60, 20, 95)):
        found = shows(1_000_000, size, 1_000_000 // share)
        assert int(100 * found) == percent
        assert f"| {size} | one in {share} | {percent} % |" in page


# ---------------------------------------------------------------------------- what is so
def test_an_honest_organiser_is_audited() -> None:
    """Each entrant by a line of their own; what networks say is the organiser's word."""
    every = made(DRAW.opened(SIZE))

    assert verdict(every) is Verdict.AUDITED
    assert told(every, Outcome.FAIL) == {}
    assert set(told(every, Outcome.UNCHECKED)) == {"rules", "rejected", "evidence"}
    ranks = [f"rank-{rank}" for rank in range(1, 6)]
    names = [one.name for one in every]
    assert names[names.index("sample") :][:7] == ["sample", "opened", *ranks]
    assert names[-4:] == ["accounts", "rejected-counts", "rejected-sample", "evidence"]
    (sample,) = [one for one in every if one.name == "sample"]
    assert "10 entrants of 40" in sample.reason("en")
    assert "70 times in 100" in sample.reason("en")


def test_a_list_that_is_smaller_than_the_sample_is_opened_whole() -> None:
    """And one that nobody entered has nobody to open."""
    for count in (0, 3):
        draw = MadeDraw(count=count)
        every = made(draw.opened(), draw)

        assert verdict(every) is Verdict.AUDITED
        assert [one.reason("en") for one in every if one.name == "sample" and "100 times in 100" in one.reason("en")]


def test_more_than_was_asked_for_may_be_opened() -> None:
    """In the same order: the smaller sample is in it."""
    assert verdict(made(DRAW.opened(20), size=10)) is Verdict.AUDITED


def test_what_is_read_is_what_was_written() -> None:
    """The file comes back the same, and its nonces are in no representation of it."""
    read = Opened.read(json.dumps(DRAW.opened()).encode())

    assert Opened.read(read.text()) == read
    assert not [nonce for nonce in DRAW.nonces if nonce.hex() in repr(read)]


# ---------------------------------------------------------------------------- tampered with
def first(opened: dict[str, Any], **changes: Any) -> None:
    """Change the first who was opened."""
    opened["opened"][0] |= changes


def shown(opened: dict[str, Any], **changes: Any) -> None:
    """Change what the first who was opened did."""
    opened["opened"][0]["evidence"][0] |= changes


def swap_nonces(opened: dict[str, Any]) -> None:
    """Give two their nonces crosswise."""
    one, other = opened["opened"][:2]
    one["nonce"], other["nonce"] = other["nonce"], one["nonce"]


def replace_one(opened: dict[str, Any]) -> None:
    """Open somebody whom nobody asked for in the place of one who was."""
    opened["opened"][-1] = DRAW.person(DRAW.turns()[-1])


def erase(opened: dict[str, Any], at: int = 0) -> None:
    """Say that nothing is kept of one."""
    opened["unopened"].append({"handle": opened["opened"].pop(at)["handle"], "why": "not kept"})


def people(opened: dict[str, Any]) -> list[Any]:
    """Give those who are not in the list."""
    found: list[Any] = opened["rejected"]["opened"]
    return found


def counts(opened: dict[str, Any], **counted: int) -> None:
    """Count otherwise who is not in the list."""
    opened["rejected"]["counted"] = opened["rejected"]["counted"] | counted


LAST = DRAW.turns()[-1]
TAMPERED: dict[str, tuple[Change, dict[str, str] | str]] = {
    "one is not opened": (lambda one: one["opened"].pop(0), {"rank-1": "entrant_missing"}),
    "another is opened instead": (replace_one, {"opened": "opened_invented", "sample-10": "entrant_missing"}),
    "one more is opened": (lambda one: one["opened"].append(DRAW.person(LAST)), {"opened": "opened_invented"}),
    "one is opened twice": (lambda one: one["opened"].append(one["opened"][0]), {"opened": "opened_twice"}),
    "one is opened and is not kept": (
        lambda one: one["unopened"].append({"handle": one["opened"][0]["handle"]}),
        {"opened": "opened_twice"},
    ),
    "nobody knew one": (lambda one: one["unopened"].append({"handle": LAST}), {"opened": "opened_invented"}),
    "another account": (lambda one: first(one, id="mastodon:https://piaf.example/users/zoe"), "entrant_other"),
    "another nonce": (lambda one: first(one, nonce="00" * 32), "entrant_other"),
    "nonces crosswise": (swap_nonces, {"rank-1": "entrant_other", "rank-2": "entrant_other"}),
    "more chances": (lambda one: first(one, chances=9), "entrant_chances"),
    "nothing is shown": (lambda one: first(one, evidence=[]), "entrant_no_evidence"),
    "somebody else's comment": (lambda one: shown(one, theirs=False), "entrant_of_another"),
    "a comment from after the freeze": (lambda one: shown(one, at=DRAW.commitment.frozen_at + 1), "entrant_late"),
    "seen after the freeze": (lambda one: shown(one, at=None, seen_at=DRAW.commitment.frozen_at + 1), "entrant_late"),
    "another draw": (lambda one: one.update(draw_id="paques"), {"opened": "opened_other"}),
    "another commitment": (lambda one: one.update(commit="00" * 32), {"opened": "opened_other"}),
    "a smaller sample": (lambda one: one.update(DRAW.opened(3)), "entrant_missing"),
    "more rejected are kept": (lambda one: counts(one, late=3), {"rejected-counts": "counts_more"}),
    "of a reason that nobody counted": (lambda one: counts(one, staff=1), {"rejected-counts": "counts_more"}),
    "a rejected one twice": (
        lambda one: people(one).insert(1, people(one)[0]),
        {"rejected-sample": "rejected_order"},
    ),
    "rejected ones were chosen": (lambda one: people(one).reverse(), {"rejected-sample": "rejected_order"}),
    "one of the list is rejected": (
        lambda one: people(one)[0].update(id=one["opened"][0]["id"]),
        {"rejected-sample": "rejected_listed"},
    ),
    "another reason than was counted": (
        lambda one: [each.update(reason="staff") for each in people(one)],
        {"rejected-sample": "rejected_uncounted"},
    ),
    "rejected for no reason": (
        lambda one: people(one)[0].update(reason=None),
        {"rejected-sample": "rejected_uncounted"},
    ),
}


@pytest.mark.parametrize("tampered", TAMPERED.values(), ids=TAMPERED)
def test_what_is_tampered_with_is_told_by_its_own_sentence(tampered: tuple[Change, dict[str, str] | str]) -> None:
    """In its own place, and the audit fails."""
    change, wanted = tampered
    opened = copy.deepcopy(DRAW.opened(SIZE))
    change(opened)
    every = made(opened)
    failed = told(every, Outcome.FAIL)

    assert verdict(every) is Verdict.NOT
    if isinstance(wanted, str):
        assert set(failed.values()) == {wanted}
        assert wanted == "entrant_missing" or set(failed) == {"rank-1"}
    else:
        assert failed == wanted


@settings(max_examples=25)
@given(data=st.data())
def test_whatever_binds_an_entrant_to_the_list_cannot_be_changed(data: st.DataObject) -> None:
    """Any digit of a code or a nonce, any letter of an id, any number of chances, of anybody who is opened."""
    opened = DRAW.opened(SIZE)
    person = data.draw(st.sampled_from(opened["opened"]))
    field = data.draw(st.sampled_from(("handle", "nonce", "id", "chances")))
    if field == "chances":
        person[field] = data.draw(st.integers(0, 2_000).filter(lambda one: one != person[field]))
    else:
        at = data.draw(st.integers(0, len(person[field]) - 1))
        other = data.draw(st.sampled_from("0123456789abcdef").filter(lambda one: one != person[field][at]))
        person[field] = person[field][:at] + other + person[field][at + 1 :]

    assert verdict(made(opened)) is Verdict.NOT


def doubled(one: str, other: str) -> tuple[MadeDraw, dict[str, Any]]:
    """Give a draw in which two entrants have these ids, each by a code of its own, and its opened file."""
    draw = MadeDraw(ids=[one, other])
    return draw, draw.opened()


@pytest.mark.parametrize("other", ["bluesky:did:plc:ana", "bluesky:did:plc:ANA", "bluesky: did:plc:ana"])
def test_an_account_that_took_part_twice_is_found(other: str) -> None:
    """Two codes, each right by itself: capitals and spaces make no other account."""
    draw, opened = doubled("bluesky:did:plc:ana", other)
    every = made(opened, draw)

    assert told(every, Outcome.FAIL) == {"accounts": "accounts_twice"}
    assert verdict(every) is Verdict.NOT


@pytest.mark.parametrize("nobody", ["ana", "somewhere:ana", "bluesky:", "bluesky: ", "facebook:?page/1_2"])
def test_what_is_no_account_of_a_network_is_found(nobody: str) -> None:
    """A code is right for whatever was hashed into it: this must be somebody whom one can look up."""
    draw, opened = doubled("bluesky:did:plc:ana", nobody)
    every = made(opened, draw)

    assert list(told(every, Outcome.FAIL).values()) == ["entrant_no_account"]


def test_who_was_erased_is_unchecked_and_the_audit_is_whole_no_more() -> None:
    """One of many, then all of them: an organiser who erased everybody showed nothing."""
    opened = DRAW.opened(SIZE)
    erase(opened)
    every = made(opened)
    assert told(every, Outcome.UNCHECKED)["rank-1"] == "entrant_not_kept"
    assert (told(every, Outcome.FAIL), verdict(every)) == ({}, Verdict.PARTLY)

    while opened["opened"]:
        erase(opened)
    every = made(opened)
    assert (told(every, Outcome.FAIL), verdict(every)) == ({}, Verdict.NOT)


def test_rejected_ones_that_were_erased_are_unchecked() -> None:
    """Fewer are kept than the certificate counts, or their reason is not known any more; fewer were shown."""
    for change, name, code in (
        (lambda one: counts(one, late=1), "rejected-counts", "counts_fewer"),
        (lambda one: one["rejected"].update(unexplained=1), "rejected-counts", "counts_fewer"),
        (lambda one: people(one).pop(), "rejected-sample", "rejected_few"),
    ):
        opened = DRAW.opened(SIZE)
        if code == "counts_fewer":
            people(opened).clear()
        change(opened)
        every = made(opened)

        assert told(every, Outcome.UNCHECKED)[name] == code
        assert (told(every, Outcome.FAIL), verdict(every)) == ({}, Verdict.PARTLY)


def test_what_the_network_says_now_is_the_organisers_report() -> None:
    """It is counted and never believed: one looks oneself."""
    opened = DRAW.opened(SIZE)
    shown(opened, look="gone", theirs=None, same_text=None)
    opened["opened"][1]["evidence"][0]["look"] = "cannot be asked"
    first(opened, judged_now="no_comment")
    every = made(opened)

    assert verdict(every) is Verdict.AUDITED
    (evidence,) = [one for one in every if one.name == "evidence"]
    assert evidence.fields == {"found": len(opened["opened"]) - 2, "gone": 1, "unasked": 1, "doubtful": 1}


# ---------------------------------------------------------------------------- no sample without its draw
def test_a_list_that_was_tampered_with_designates_nobody() -> None:
    """Nor does the signature of another round, or another chain's; and nobody is audited by a draw that is not."""
    other = MadeDraw(count=40, round_number=1_001)
    draw = copy.copy(DRAW)
    draw.entrants = DRAW.entrants[36:]
    honest = Opened.read(json.dumps(DRAW.opened(SIZE)).encode())
    for every in (
        made(DRAW.opened(SIZE), draw),
        made(DRAW.opened(SIZE), signature=other.signature.hex()),
        list(audited(DRAW.read(), io.BytesIO(DRAW.entrants), honest, QUICKNET, GIVEN, SIZE)),
    ):
        assert told(every, Outcome.UNCHECKED)["sample"] == "sample_unknown"
        assert verdict(every) is Verdict.NOT


def test_an_audit_without_witnesses_is_none() -> None:
    """A list that nobody saw before its seed may have been made to fit it."""
    every = made(DRAW.opened(SIZE), witnesses=[])

    assert told(every, Outcome.FAIL) == {"witnesses": "witnesses_few"}
    assert verdict(every) is Verdict.NOT


NONE: dict[str, Change] = {
    "another format": lambda one: one.update(format="heraut/v2/opened"),
    "no draw": lambda one: one.pop("draw_id"),
    "a field more": lambda one: one.update(note="x"),
    "a nonce that is short": lambda one: first(one, nonce="00"),
    "a nonce in capitals": lambda one: first(one, nonce="AB" * 32),
    "chances as text": lambda one: first(one, chances="1"),
    "chances below none": lambda one: first(one, chances=-1),
    "another word for a look": lambda one: shown(one, look="perhaps"),
    "nobody": lambda one: first(one, id=""),
}


@pytest.mark.parametrize("change", NONE.values(), ids=NONE)
def test_what_is_no_opened_file_is_refused(change: Change) -> None:
    """The first field that is wrong is named, and nothing that was given is quoted."""
    opened = DRAW.opened(SIZE)
    change(opened)
    with pytest.raises(InvalidInput) as error:
        Opened.read(json.dumps(opened).encode())

    assert code_of(error) == "audit_opened_field"
    assert not [nonce for nonce in DRAW.nonces if nonce.hex() in f"{error.value!r}{error.value.__cause__!r}"]


def test_every_sentence_is_said_by_some_check() -> None:
    """None is missing, none is left over."""
    text = Path(audit.__file__).read_text(encoding="utf-8")

    assert {code for code in audit.wording.sentences() if f'"{code}"' not in text} == set()
