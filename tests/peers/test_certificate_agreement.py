"""The page and the command say the same of any certificate, true, forged or broken: the page's own code, in a browser.

What a page does not check, and says so, is all that may differ: what stands elsewhere.
"""

from __future__ import annotations

import base64
import copy
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heraut.contests.beacon import QUICKNET
from heraut.contests.certificate import Certificate, previous_of
from heraut.contests.certificate_page import words_of_checks
from heraut.contests.checks import Given, checks
from heraut.errors import InvalidInput
from tests.peers.draw_site import ROOTS as IN_DER
from tests.peers.draw_site import draw_site, published, published_as, real_draw
from tests.twins.draws import AUTHORITIES, RULES, MadeDraw
from tests.twins.tsa import OwnAuthority

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser import Browser

Said = dict[str, tuple[str, str]]
TWICE = ("certificate", "draw_field_twice")
UNREAD = {"draw_unreadable", "draw_number", "draw_field_twice"}
NO_FIELD, UNREADABLE = ("certificate", "draw_certificate_field"), ("certificate", "draw_unreadable")
ROOTS = [one.root for one in AUTHORITIES]
TO_SEE = {"witness_post", "witness_git", "witness_again", "witnesses_to_see"}  # what stands elsewhere
DRAW = real_draw()
TEXT = DRAW.text()
ONE, TWO = DRAW.certificate["witnesses"]
COMMIT = DRAW.commitment.commit()
ASKED = """async (certificate, entrants, rules, previous, ...roots) => {
  const raw = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const files = { certificate: raw(certificate), entrants: raw(entrants), rules: raw(rules) };
  if (previous) files.previous = raw(previous);
  const made = [];
  for await (const one of tirage.checks(files, null, tirage.QUICKNET, roots.map(raw), () => {})) made.push(one);
  return made.map(({ name, outcome, code }) => [name, outcome, code]);
}"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Callable[..., Said]]:
    """What the page's own code says of a certificate, a list, and a certificate before: name, outcome and code."""
    with draw_site() as running:
        running.files = published(DRAW)
        opened = chromium.tab()
        opened.open(running.page())

        def said(certificate: bytes, entrants: bytes, previous: bytes = b"") -> Said:
            files = (certificate, entrants, RULES, previous, *IN_DER)
            made = opened.call(ASKED, *(base64.b64encode(one).decode() for one in files))
            assert all(code in WORDS for _name, _outcome, code in made)
            return {name: (outcome, code) for name, outcome, code in made}

        yield said
        opened.close()


WORDS = words_of_checks("fr")


def command(certificate: bytes, entrants: bytes, previous: bytes = b"") -> Said:
    """What the product says of them."""
    try:
        read = Certificate.read(certificate)
    except InvalidInput as error:
        return {"certificate": ("FAIL", error.problems[0].code)}
    given_ = Given(roots=ROOTS, rules=RULES, previous=previous_of(previous) if previous else None)
    made = checks(read, io.BytesIO(entrants), QUICKNET, given_)
    return {one.name: (one.outcome.value, one.code or (one.problem.code if one.problem else "")) for one in made}


def require_agreement(page: Callable[..., Said], certificate: bytes, entrants: bytes) -> Said:
    """Compare them; gives what the command says. Of what stands elsewhere a page says that it is to be seen."""
    here, there = page(certificate, entrants), command(certificate, entrants)
    elsewhere = {name for name, (outcome, code) in here.items() if outcome == "UNCHECKED" and code in TO_SEE}
    assert {name: here[name] for name in here.keys() - elsewhere} == {
        name: there[name] for name in there.keys() - elsewhere
    }
    for name in elsewhere:
        assert there[name][0] == ("FAIL" if name == "witnesses" else "UNCHECKED")
    return there


def dumped(certificate: Any) -> bytes:
    """Write it as a file."""
    return json.dumps(certificate).encode()


def announcing(**fields: Any) -> bytes:
    """Give the certificate with another announcement."""
    return dumped(DRAW.certificate | {"announced": [DRAW.certificate["announced"][0] | fields]})


def seen_by(*witnesses: dict[str, Any]) -> bytes:
    """Give the certificate with other witnesses."""
    return dumped(DRAW.certificate | {"witnesses": list(witnesses)})


def unknown(text: bytes) -> bytes:
    """Give the certificate with a field that nobody knows, which holds this."""
    return TEXT[:-1] + b', "more": ' + text + b"}"


def of(count: int, **fields: Any) -> tuple[bytes, bytes]:
    """Give a draw among so many, its commitment changed before anybody saw it."""
    made = real_draw(count=count)
    return dumped(made.committed_anew(**fields)), made.entrants


OTHER = MadeDraw(QUICKNET, 1000, DRAW.signature, seq=2, prev="ab" * 32)
SECOND = DRAW.certificate["ranking"][1]["handle"]
R = [DRAW.entrants[at : at + 36] for at in range(0, len(DRAW.entrants), 36)]
IN_LINES = base64.encodebytes(base64.b64decode(TWO["evidence"])).decode()
FACE = "\N{GRINNING FACE}"
SELF_MADE = OwnAuthority("Horodatage un")  # called as the real one is
# What is wrong, where: None where it is as it should be.
CASES: dict[str, tuple[bytes, bytes, tuple[str, str] | None]] = {
    "a field named twice": (TEXT.replace(b'"v": 1', b'"v": 1, "v": 1'), DRAW.entrants, TWICE),
    "named twice, once in escapes": (
        *(TEXT.replace(b'"v": 1', b'"v": 1, "\\u0076": 2'), DRAW.entrants),
        TWICE,
    ),
    "no version": (TEXT.replace(b', "v": 1}', b"}"), DRAW.entrants, ("certificate", "draw_field_missing")),
    "1e400": (unknown(b"1e400"), DRAW.entrants, ("certificate", "draw_number")),
    "1e2": (TEXT.replace(b'"winners": 2', b'"winners": 2e0'), DRAW.entrants, ("certificate", "draw_number")),
    "minus nothing": (unknown(b"-0"), DRAW.entrants, None),
    "a number of a hundred digits": (unknown(b"9" * 100), DRAW.entrants, None),
    "and of one more": (unknown(b"9" * 101), DRAW.entrants, UNREADABLE),
    "five thousand digits": (unknown(b"9" * 5_000), DRAW.entrants, UNREADABLE),
    "more than a reader keeps": (
        *(TEXT.replace(b'"winners": 2', b'"winners": 9007199254740993'), DRAW.entrants),
        ("certificate", "draw_field_integer"),
    ),
    "deep": (unknown(b"[" * 63 + b"]" * 63), DRAW.entrants, None),
    "too deep": (unknown(b"[" * 64 + b"]" * 64), DRAW.entrants, UNREADABLE),
    "bottomless": (unknown(b"[" * 50_000 + b"]" * 50_000), DRAW.entrants, UNREADABLE),
    "a mark of byte order": (b"\xef\xbb\xbf" + TEXT, DRAW.entrants, UNREADABLE),
    "half a letter": (unknown(b'"\\ud83d"'), DRAW.entrants, UNREADABLE),
    "half a letter in a name": (unknown(b'{"\\udc00": 1}'), DRAW.entrants, UNREADABLE),
    "a letter in two escapes": (unknown(b'"\\ud83d\\ude00"'), DRAW.entrants, None),
    "a letter that looks alike": (
        *(TEXT.replace(b'"winners"', '"wіnners"'.encode()), DRAW.entrants),  # a Cyrillic i
        ("certificate", "draw_field_missing"),
    ),
    "a hash in wide digits": (
        *(TEXT.replace(DRAW.commitment.root.encode(), ("\N{FULLWIDTH DIGIT ONE}" * 64).encode()), DRAW.entrants),
        ("certificate", "draw_field_hash"),
    ),
    "an operator with an end of line": (
        *(TEXT.replace(b'"maison-martin"', b'"maison-martin\\n"'), DRAW.entrants),
        ("certificate", "draw_field_text"),
    ),
    "__proto__": (TEXT.replace(b'"late"', b'"__proto__"'), DRAW.entrants, None),
    "a list of its prototype": (unknown(b'{"__proto__": {"format": 1}}'), DRAW.entrants, None),
    "a name of markup": (unknown(b'"<script>alert(1)</script>"').replace(b"more", b"<img src=x>"), DRAW.entrants, None),
    "a negative rank": (TEXT.replace(b'"rank": 1}', b'"rank": -1}', 1), DRAW.entrants, NO_FIELD),
    "a byte too many": (TEXT, DRAW.entrants + b"\0", ("list", "draw_list_cut")),
    "nothing of a list": (TEXT, b"", ("root", "root_other")),
    "no chance": (TEXT, b"".join([R[0][:32] + bytes(4), *R[1:]]), ("list", "draw_list_weight")),
    "the most chances": (TEXT, b"".join([R[0][:32] + (1000).to_bytes(4, "big"), *R[1:]]), ("tickets", "tickets_more")),
    "one chance more": (TEXT, b"".join([R[0][:32] + (1001).to_bytes(4, "big"), *R[1:]]), ("list", "draw_list_weight")),
    "all the bits of a weight": (TEXT, b"".join([R[0][:32] + b"\xff" * 4, *R[1:]]), ("list", "draw_list_weight")),
    "witnesses copied": (seen_by(ONE, ONE, ONE), DRAW.entrants, ("witnesses", "witnesses_few")),
    "a stamp of another commit": (
        *(seen_by(ONE, DRAW.stamp(AUTHORITIES[1], "ab" * 32) | {"commit": COMMIT}), DRAW.entrants),
        ("witness-2", "draw_stamp_other"),
    ),
    "a date": (seen_by(ONE, TWO | {"at": DRAW.stamped_at.isoformat()}), DRAW.entrants, None),
    "a date that is none": (seen_by(ONE, TWO | {"at": "2023-02-31T00:00:00Z"}), DRAW.entrants, NO_FIELD),
    "a date without its zone": (
        *(seen_by(ONE, TWO | {"at": "2023-08-23T15:49:24"}), DRAW.entrants),
        NO_FIELD,
    ),
    "a date in words": (
        *(seen_by(ONE, TWO | {"at": "Wed, 23 Aug 2023 15:49:24 GMT"}), DRAW.entrants),
        NO_FIELD,
    ),
    "a date before dates": (
        *(seen_by(ONE, TWO | {"at": "1969-12-31T23:59:59Z"}), DRAW.entrants),
        NO_FIELD,
    ),
    "evidence in lines": (
        *(seen_by(ONE, TWO | {"evidence": IN_LINES}), DRAW.entrants),
        None,
    ),
    "evidence without its end": (
        *(seen_by(ONE, TWO | {"evidence": TWO["evidence"] + "A"}), DRAW.entrants),
        ("witness-2", "draw_stamp_unreadable"),
    ),
    "evidence too long": (
        *(seen_by(ONE, TWO | {"evidence": "A" * 400_001}), DRAW.entrants),
        NO_FIELD,
    ),
    "another handle": (announcing(handle=SECOND), DRAW.entrants, ("announced", "announced_nobody")),
    "another rank": (announcing(rank=2), DRAW.entrants, ("announced", "announced_rank")),
    "an id of a thousand faces": (announcing(id=FACE * 1_000), DRAW.entrants, ("announced", "announced_nobody")),
    "and one more": (announcing(id=FACE * 1_001), DRAW.entrants, NO_FIELD),
    "nobody entered": (*of(0), None),
    "one entrant": (*of(1), None),
    "fewer entrants than winners": (*of(4, winners=9), None),
    "as many places as numbers": (*of(3, winners=2**53 - 1, alternates=2**53 - 1), None),
    "an instant at the end of time": (*of(3, draw_time=2**53 - 1), ("round", "round_early")),
    "a round at the end of time": (*of(3, round=2**53 - 1), ("round", "round_late")),
    "the round of that instant": (
        *of(3, draw_time=2**53 - 1, round=QUICKNET.round_at(2**53 - 1)),
        ("signature", "draw_signature_other"),
    ),
    "a draw thrown away": (dumped(OTHER.certificate), OTHER.entrants, None),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_case_is_judged_alike(page: Callable[..., Said], case: str) -> None:
    """By its own words; what is odd and no fault is none in either."""
    certificate, entrants, wrong = CASES[case]
    said = require_agreement(page, certificate, entrants)

    failed = {(name, code) for name, (outcome, code) in said.items() if outcome == "FAIL"}
    assert wrong in failed if wrong else not failed


@pytest.mark.parametrize(
    ("before", "code"),
    [
        (OTHER.commitment, "sequence_gap"),
        (replace(DRAW.commitment, rules="cd" * 32), "sequence_other"),
        (replace(DRAW.commitment, operator="somebody"), "sequence_operator"),
    ],
)
def test_the_draw_before_is_judged_alike(page: Callable[..., Said], before: Any, code: str) -> None:
    """Thrown away, forked, of somebody else: two stacks of one operator are seen by whoever has both certificates."""
    files = (dumped(OTHER.certificate), OTHER.entrants, before.canonical())

    assert page(*files)["sequence"] == command(*files)["sequence"] == ("FAIL", code)


def test_an_authority_of_ones_own_making_is_seen_through_by_both(page: Callable[..., Said]) -> None:
    """It has a real one's name, down to the root's."""
    certificate = seen_by(ONE, DRAW.stamp(SELF_MADE, COMMIT))
    said = require_agreement(page, certificate, DRAW.entrants)

    assert said["witness-2"] == ("FAIL", "draw_stamp_chain")
    assert said["witnesses"] == ("FAIL", "witnesses_few")


# ---------------------------------------------------------------------------- anything at all
HEX = st.sampled_from(["00" * 32, "ab" * 32, "AB" * 32, "ab" * 31, DRAW.certificate["ranking"][0]["handle"]])
ATOMS = st.one_of(
    *(st.none(), st.booleans(), st.integers(-2, 5), st.integers(0, 2**54), HEX),
    *(
        st.floats(allow_nan=False),
        st.text(max_size=6),
        st.sampled_from(["", "rfc3161", "post", "2023-08-23T15:00:00Z"]),
    ),
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


def paths_of(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Give where everything stands in a certificate."""
    found = [before] if before else []
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        found += paths_of(value[key], (*before, key))
    return found


def changed(data: st.DataObject, certificate: dict[str, Any]) -> None:
    """Do one thing to one place: another value, none, twice, another place's, a neighbour that nobody knows."""
    path = data.draw(st.sampled_from(paths_of(certificate)))
    *way, last = path
    parent: Any = certificate
    for key in way:
        parent = parent[key]
    match data.draw(st.sampled_from(["set", "set", "near", "drop", "again", "swap", "more"])):
        case "near" if type(parent[last]) is int:
            parent[last] += data.draw(st.sampled_from([-60, -1, 1, 60]))
        case "drop":
            del parent[last]
        case "again" if isinstance(parent, list):
            parent.insert(last, copy.deepcopy(parent[last]))
        case "swap" if isinstance(parent, list):
            parent.reverse()
        case "more" if isinstance(parent, dict):
            parent[data.draw(st.text(max_size=4))] = data.draw(VALUES)
        case _:
            parent[last] = data.draw(VALUES)


def broken(data: st.DataObject, whole: bytes) -> bytes:
    """Do one thing to one byte of a file."""
    at = data.draw(st.integers(0, len(whole) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    other = data.draw(st.sampled_from([bytes([whole[at] ^ bit]), b"", whole[at : at + 1] * 2, b"\\u00e9", b"1"]))
    return whole[:at] + other + whole[at + 1 :]


_MADE: dict[tuple[int, int], MadeDraw] = {}


def draw_of(number: int, count: int) -> MadeDraw:
    """Give a true draw, made once."""
    if (number, count) not in _MADE:
        _MADE[number, count] = real_draw(number, count=count)
    return _MADE[number, count]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data(), count=st.integers(0, 12), number=st.sampled_from([123, 1000]), times=st.integers(0, 3))
def test_page_and_command_agree_on_any_certificate(
    page: Callable[..., Said], data: st.DataObject, count: int, number: int, times: int
) -> None:
    """True ones, ones whose fields were changed, exchanged, dropped or invented, and ones with a byte that is wrong."""
    made = draw_of(number, count)
    certificate, entrants = copy.deepcopy(made.certificate), made.entrants
    for _ in range(times):
        changed(data, certificate)
    text = dumped(certificate)
    match data.draw(st.sampled_from(["", "", "text", "list"])):
        case "text":
            text = broken(data, text)
        case "list" if entrants:
            entrants = broken(data, entrants)

    here, there = page(text, entrants), command(text, entrants)
    if here["certificate"][1] in UNREAD and there["certificate"][1] in UNREAD:
        return  # of two faults in one text each reader meets another one first
    said = require_agreement(page, text, entrants)
    if times == 0 and (text, entrants) == (dumped(made.certificate), made.entrants):
        assert said["witnesses"][0] == "PASS"


def test_a_page_shows_names_of_a_certificate_as_text(chromium: Browser) -> None:
    """Fields, ids and addresses come from anybody: nothing of them is ever markup, a script or another's link."""
    evil = '"><img src=x onerror=alert(1)><script>alert(2)</script>\N{RIGHT-TO-LEFT OVERRIDE}'
    forged = copy.deepcopy(DRAW.certificate) | {evil: 1}
    forged["announced"] = [forged["announced"][0] | {"id": evil}]
    forged["rejected"] = {evil: 3}
    forged["witnesses"] = [
        {"kind": "post", "commit": COMMIT, "evidence": f"https://piaf.example/{evil}"},
        {"kind": "git", "commit": COMMIT, "evidence": "javascript:alert(3)"},
    ]
    with draw_site() as running:
        running.files = published_as(forged, DRAW.entrants)
        tab = chromium.tab()
        tab.open(running.page())
        tab.call("() => document.getElementById('verify').click()")
        tab.until("/pass|fail/.test(document.getElementById('verdict').className)")

        assert tab.evaluate("document.querySelectorAll('main img, main script').length") == 0
        assert tab.evaluate("[...document.links].filter((one) => !/^https?:/.test(one.href)).length") == 0
        assert tab.exceptions == []
        tab.close()
