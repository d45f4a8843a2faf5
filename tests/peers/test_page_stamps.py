"""Time-stamps in a real browser: the certificate page says of each what the product says of it."""

from __future__ import annotations

import base64
import random
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from heraut.contests.timestamps import read, request
from heraut.errors import InvalidInput
from tests.peers.draw_site import draw_site, published, real_draw
from tests.twins.stamps import AT, CASES, COMMIT, GOOD, INFO, ONE, SIGNED, Case
from tests.twins.tsa import OpensslAuthority

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tests.browser import Browser

READ = """async (given, commit) => {
  const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const said = [];
  for (const [evidence, roots] of given) {
    try {
      const { at, latest, authority, key, checked } = await tirage.readStamp(evidence, commit, roots.map(bytes));
      said.push([at, latest, authority, key, checked]);
    } catch (wrong) {
      said.push(wrong.code ?? String(wrong));
    }
  }
  return said;
}"""
Said = list[Any] | str  # a stamp's fields, or the code of what is wrong
Asked = tuple[bytes | str, "Sequence[bytes]"]
MUTATED = 1_500
BROKEN = 20261122  # which bytes are broken


@pytest.fixture(scope="module")
def in_browser(chromium: Browser) -> Iterator[Callable[[list[Asked]], list[Said]]]:
    """Give answers and roots (DER), get what the page's own code says of each."""
    with draw_site() as running:
        running.files = published(real_draw())
        opened = chromium.tab()
        opened.open(running.page())

        def call(given: list[Asked]) -> list[Said]:
            texts = [
                (one if isinstance(one, str) else text(one), [text(root) for root in roots]) for one, roots in given
            ]
            found: list[Said] = opened.call(READ, texts, COMMIT)
            return found

        yield call
        opened.close()


def text(data: bytes) -> str:
    """Write bytes as a certificate does."""
    return base64.b64encode(data).decode()


def in_python(case: Case) -> Said:
    """Give what the product says."""
    try:
        stamp = read(case.answer, COMMIT, case.roots)
    except InvalidInput as error:
        return error.problems[0].code
    return [stamp.at.timestamp(), stamp.latest.timestamp(), stamp.authority, stamp.key, True]


def asked(case: Case) -> Asked:
    """Write a case for the browser."""
    return case.answer, [root.public_bytes(Encoding.DER) for root in case.roots]


def test_each_kind_of_stamp_is_told_as_the_product_tells_it(in_browser: Callable[..., list[Said]]) -> None:
    """Good ones of every kind of key and chain, and each bad one by its own code."""
    found = dict(zip(CASES, in_browser([asked(one) for one in CASES.values()]), strict=True))

    assert found == {name: in_python(one) for name, one in CASES.items()}
    assert {name: said if isinstance(said, str) else "" for name, said in found.items()} == {
        name: one.code for name, one in CASES.items()
    }


def test_both_agree_on_whatever_a_stamp_was_made_into(in_browser: Callable[..., list[Said]]) -> None:
    """Bytes changed, put in and left out anywhere: never believed by one and refused by the other.

    Nor told otherwise, but where one of the two finds it unreadable before it comes to what else is wrong.
    """
    chance = random.Random(BROKEN)  # noqa: S311 -- not a secret
    cases = [Case(mutated(GOOD, chance), ONE) for _ in range(MUTATED)]
    both = [
        (in_python(case), said) for case, said in zip(cases, in_browser([asked(one) for one in cases]), strict=True)
    ]
    others = [(one, other) for one, other in both if one != other]

    assert [
        pair for pair in others if "draw_stamp_unreadable" not in pair or not all(isinstance(one, str) for one in pair)
    ] == []
    assert len(others) < MUTATED / 50
    assert len({str(one) for one, _ in both}) > 6  # of every kind


def mutated(whole: bytes, chance: random.Random) -> bytes:
    """Break a byte or two."""
    made = bytearray(whole)
    for _ in range(chance.choice([1, 1, 1, 2])):
        at, byte = chance.randrange(len(made)), chance.randrange(256)
        match chance.randrange(4):
            case 0:
                made[at] ^= 1 << byte % 8
            case 1:
                made[at] = byte
            case 2:
                made.insert(at, byte)
            case 3:
                del made[at]
    return bytes(made)


def test_what_openssl_stamps_is_believed(in_browser: Callable[..., list[Said]], tmp_path: Path) -> None:
    """A real authority's program, with an answer and with a bare token; hexadecimal, and base64 in lines."""
    authority = OpensslAuthority(tmp_path)
    root = authority.root.public_bytes(Encoding.DER)
    made = [authority.answer(request(COMMIT).body, *options) for options in ((), ("-token_out",))]
    lines = subprocess.run(["base64"], input=made[0], capture_output=True, check=True).stdout.decode()
    found = in_browser([(one, [root]) for one in (*made, made[0].hex(), lines)])

    assert [said[2] if isinstance(said, list) else said for said in found] == ["openssl ts"] * 4
    stamps = [read(one, COMMIT, [authority.root]) for one in made]
    assert [said[:2] for said in found[:2]] == [[one.at.timestamp(), one.latest.timestamp()] for one in stamps]


@pytest.mark.parametrize("evidence", ["", "  ", "3", "30g0", "MII", "MII=A", "é", "3" * 400_000, "A" * 400_000])
def test_evidence_that_is_no_text_of_bytes_is_unreadable(in_browser: Callable[..., list[Said]], evidence: str) -> None:
    """And a huge one is not even taken apart."""
    assert in_browser([(evidence, [])]) == ["draw_stamp_unreadable"]


def test_every_root_of_the_product_can_be_read(in_browser: Callable[..., list[Said]]) -> None:
    """A stamp by nobody they know is looked at under all of them."""
    from heraut.contests.timestamps import product_root_bytes

    assert in_browser([(GOOD, product_root_bytes())]) == ["draw_stamp_unknown_authority"]


def test_certificates_come_in_any_order(in_browser: Callable[..., list[Said]]) -> None:
    """RFC 5652 leaves it free, and no signature covers it."""
    every = [one.public_bytes(Encoding.DER) for one in (ONE.certificate, ONE.root)]
    tokens = [ONE.token_of(INFO, [ONE.signature(SIGNED)], order) for order in (every, every[::-1])]
    found = in_browser([(token, [every[1]]) for token in tokens])

    assert [said[:1] for said in found] == [[AT.timestamp()]] * 2
