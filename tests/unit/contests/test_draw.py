"""The draw, byte for byte: the published vectors, the tree, the ranking, and every list or commitment that is wrong."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heraut.contests import draw
from heraut.contests.beacon import QUICKNET, signature_from, verify
from heraut.contests.draw import (
    Commitment,
    Frozen,
    frozen,
    handle_of,
    parsed,
    ranking,
    records_of,
    seed_of,
    weight_in,
)
from heraut.errors import InvalidInput

VECTORS = json.loads((Path(__file__).parent / "draw-vectors.json").read_text(encoding="utf-8"))["cases"]
CASES = pytest.mark.parametrize("case", VECTORS, ids=lambda case: str(case["commitment"]["draw_id"]))
Entrants = list[tuple[bytes, int]]


def entrants_of(case: dict[str, Any]) -> Entrants:
    """Give the handles and weights of a vector, made as its note says."""
    weighted = case["weights"] != "1"
    return [
        (
            handle_of(
                case["commitment"]["draw_id"],
                sha256(f"TEST NONCE {i}".encode()).digest(),
                f"mastodon:{110000000000000000 + 7919 * i}",
            ),
            1 + i % 3 if weighted else 1,
        )
        for i in range(case["n"])
    ]


def listed(entrants: Entrants) -> io.BytesIO:
    """Give the entrants as the published file."""
    return io.BytesIO(b"".join(records_of(entrants)))


def code_of(error: pytest.ExceptionInfo[InvalidInput]) -> str:
    """Give the one code of a refusal, which can be said in both languages."""
    (found,) = error.value.problems
    assert found.message("fr") != found.message("en")
    return found.code


# ---------------------------------------------------------------------------- vectors
@CASES
def test_handles_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    """Draw, nonce and id give the public handle."""
    for (handle, weight), entrant in zip(entrants_of(case), case.get("entrants", []), strict=False):
        assert (handle.hex(), weight) == (entrant["handle"], entrant["weight"])


@CASES
def test_the_list_is_that_of_the_vectors(case: dict[str, Any]) -> None:
    """Root, entrants and tickets are those of the commitment."""
    assert frozen(listed(entrants_of(case))) == Commitment.of(case["commitment"]).frozen()


@CASES
def test_each_handle_of_the_vectors_is_found_in_the_list_and_no_other(case: dict[str, Any]) -> None:
    """With its weight; the first, the last, and what stands before, between and after them."""
    entrants = entrants_of(case)
    body = listed(entrants).getvalue()

    assert [weight_in(body, handle) for handle, _ in entrants[:200]] == [weight for _, weight in entrants[:200]]
    for other in (bytes(32), b"\xff" * 32, sha256(b"somebody else").digest()):
        assert weight_in(body, other) == 0
    assert weight_in(b"", bytes(32)) == 0


@CASES
def test_the_commitment_is_that_of_the_vectors(case: dict[str, Any]) -> None:
    """The canonical text and its hash, to the byte."""
    commitment = Commitment.of(case["commitment"])

    assert commitment.canonical().decode() == case["canonical_json"]
    assert commitment.commit() == case["commit"]


@CASES
def test_the_ranking_is_that_of_the_vectors(case: dict[str, Any]) -> None:
    """The real round's signature gives the seed, the seed the order."""
    commitment = Commitment.of(case["commitment"])
    signature = signature_from(case["signature"])
    verify(QUICKNET, commitment.round, signature)
    seed = seed_of(commitment.commit(), commitment.chain, commitment.round, signature)

    assert seed.hex() == case["seed"]
    assert ranking(listed(entrants_of(case)), seed, len(case["ranking"])) == case["ranking"]


@CASES
def test_scores_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    """The least ticket of each of those ranked."""
    commitment, weights = Commitment.of(case["commitment"]), dict(entrants_of(case))
    seed = seed_of(commitment.commit(), commitment.chain, commitment.round, signature_from(case["signature"]))
    handles = [bytes.fromhex(one) for one in case["ranking"]]

    assert [score_of(handle, weights[handle], seed).hex() for handle in handles] == case["scores"]


# ---------------------------------------------------------------------------- the tree and the order
def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it is written."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + naive_root(leaves[:half]) + naive_root(leaves[half:])).digest()


def score_of(handle: bytes, weight: int, seed: bytes) -> bytes:
    """The least of an entrant's tickets, as the scheme writes it."""
    prefix = b"tirage/v1/ticket\x00" + seed + handle
    return min(sha256(prefix + ticket.to_bytes(4, "big")).digest() for ticket in range(weight))


def naive_ranking(entrants: Entrants, seed: bytes) -> list[str]:
    """Every ticket, the least of each, all sorted."""
    scored = [(score_of(handle, weight, seed), handle) for handle, weight in entrants]
    return [handle.hex() for _score, handle in sorted(scored)]


ENTRANTS = st.dictionaries(st.binary(min_size=32, max_size=32), st.integers(min_value=1, max_value=5), max_size=70).map(
    lambda found: list(found.items())
)


@given(entrants=ENTRANTS, piece=st.sampled_from([1, 2, 4, 16, 4096]))
def test_the_streaming_root_is_the_tree_of_rfc_6962(entrants: Entrants, piece: int) -> None:
    """However the list is cut into pieces."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(draw, "_PIECE", piece)
        found = frozen(listed(entrants))

    assert found.root == naive_root(records_of(entrants)).hex()
    assert (found.entrants, found.tickets) == (len(entrants), sum(weight for _handle, weight in entrants))


def test_the_tree_holds_over_whole_pieces() -> None:
    """Lists around one, two and three pieces of the real size."""
    for count in (4095, 4096, 4097, 8192, 3 * 4096 + 5):
        records = records_of((sha256(b"%d" % i).digest(), 1) for i in range(count))

        assert frozen(io.BytesIO(b"".join(records))).root == naive_root(records).hex()


@settings(max_examples=60)
@given(entrants=ENTRANTS, seed=st.binary(min_size=32, max_size=32), places=st.integers(min_value=0, max_value=80))
def test_the_ranking_is_the_naive_sort(entrants: Entrants, seed: bytes, places: int) -> None:
    """One pass and little memory give what sorting everybody gives."""
    assert ranking(listed(entrants), seed, places) == naive_ranking(entrants, seed)[:places]


def test_the_ranking_cuts_what_it_keeps() -> None:
    """Far more entrants than places, in several pieces."""
    entrants = [(sha256(b"%d" % i).digest(), 1 + i % 3) for i in range(9_000)]
    seed = bytes(32)

    assert ranking(listed(entrants), seed, 5) == naive_ranking(entrants, seed)[:5]


def test_a_disqualification_moves_nobody_else() -> None:
    """Without the second, the others keep their order: an alternate takes the place, nobody draws again."""
    entrants = [(sha256(b"%d" % i).digest(), 1) for i in range(50)]
    order = ranking(listed(entrants), bytes(32), 50)
    without = [one for one in entrants if one[0].hex() != order[1]]

    assert ranking(listed(without), bytes(32), 50) == [order[0], *order[2:]]


def test_a_list_that_comes_in_small_parts_is_the_same() -> None:
    """A connection gives what it has, not what was asked for."""

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 7))

    records = b"".join(records_of((sha256(b"%d" % i).digest(), 1) for i in range(300)))

    assert frozen(Slow(records)) == frozen(io.BytesIO(records))


def test_an_empty_list_has_the_root_of_nothing() -> None:
    """Nobody took part: the commitment can still be made."""
    assert frozen(io.BytesIO()) == Frozen(sha256(b"").hexdigest(), 0, 0)
    assert ranking(io.BytesIO(), bytes(32), 3) == []


# ---------------------------------------------------------------------------- lists that are wrong
A, B = b"\x01" * 32, b"\x02" * 32
ONE = (1).to_bytes(4, "big")


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (A + ONE + B + ONE[:3], "draw_list_cut"),
        (A + ONE + A + ONE, "draw_list_twice"),
        (B + ONE + A + ONE, "draw_list_order"),
        (A + (0).to_bytes(4, "big"), "draw_list_weight"),
        (A + ONE + B + (1001).to_bytes(4, "big"), "draw_list_weight"),
    ],
    ids=["cut", "twice", "order", "no chance", "too heavy"],
)
@pytest.mark.parametrize("piece", [1, 4096])
def test_a_list_that_is_wrong_says_how(file: bytes, code: str, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fault by its own message, within a piece and from one to the next, whoever reads."""
    monkeypatch.setattr(draw, "_PIECE", piece)
    for read in (frozen, lambda given: ranking(given, bytes(32), 1)):
        with pytest.raises(InvalidInput) as error:
            read(io.BytesIO(file))

        assert code_of(error) == code


def test_nobody_is_listed_twice_or_out_of_bounds() -> None:
    """Making the list refuses what reading it would."""
    with pytest.raises(InvalidInput) as twice:
        records_of([(A, 1), (B, 1), (A, 2)])
    with pytest.raises(InvalidInput) as heavy:
        records_of([(A, 1001)])

    assert (code_of(twice), code_of(heavy)) == ("draw_list_twice", "draw_list_weight")


def test_handles_and_nonces_have_their_length() -> None:
    """A programming mistake, not a person's."""
    with pytest.raises(ValueError, match="nonce"):
        handle_of("noel", b"short", "mastodon:1")
    with pytest.raises(ValueError, match="handle"):
        records_of([(b"short", 1)])


# ---------------------------------------------------------------------------- commitments that are wrong
GOOD = Commitment.of(VECTORS[0]["commitment"])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"draw_id": "noël"}, "draw_field_text"),
        ({"draw_id": ""}, "draw_field_text"),
        ({"operator": "two\nlines"}, "draw_field_text"),
        ({"operator": "a" * 201}, "draw_field_text"),
        ({"operator": 7}, "draw_field_text"),
        ({"root": "AB" * 32}, "draw_field_hash"),
        ({"prev": "0" * 63}, "draw_field_hash"),
        ({"rules": None}, "draw_field_hash"),
        ({"chain": "0" * 64 + "\n"}, "draw_field_hash"),
        ({"seq": 0}, "draw_field_integer"),
        ({"seq": True}, "draw_field_integer"),
        ({"winners": 0}, "draw_field_integer"),
        ({"alternates": -1}, "draw_field_integer"),
        ({"round": 1000.0}, "draw_field_integer"),
        ({"draw_time": 2**53}, "draw_field_integer"),
        ({"frozen_at": "1692802764"}, "draw_field_integer"),
        ({"v": 2}, "draw_version"),
        ({"note": "hello"}, "draw_field_unknown"),
    ],
    ids=str,
)
def test_a_commitment_that_could_be_read_in_two_ways_is_refused(changed: dict[str, Any], code: str) -> None:
    """ASCII, lower-case hashes, integers that every reader of JSON keeps, and nothing else."""
    with pytest.raises(InvalidInput) as error:
        Commitment.of(asdict(GOOD) | changed)

    assert code_of(error) == code


@pytest.mark.parametrize("name", sorted(asdict(GOOD)))
def test_every_field_is_needed_and_bound(name: str) -> None:
    """None may be missing, and none may change without another commit."""
    with pytest.raises(InvalidInput) as error:
        Commitment.of({key: value for key, value in asdict(GOOD).items() if key != name})

    assert code_of(error) == "draw_field_missing"
    if name != "v":
        value = getattr(GOOD, name)
        other: Any = value + 1 if isinstance(value, int) else ("1" + value[1:] if len(value) == 64 else value + "x")
        assert replace(GOOD, **{name: other}).commit() != GOOD.commit()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b'{"a":1,"a":2}', "draw_field_twice"),
        (b'{"a":{"b":1,"b":1}}', "draw_field_twice"),
        (b'{"a":1.0}', "draw_number"),
        (b'{"a":1e3}', "draw_number"),
        (b'{"a":NaN}', "draw_number"),
        (b'{"a":-Infinity}', "draw_number"),
        (b"{", "draw_unreadable"),
        (b'"\xff"', "draw_unreadable"),
        (b"[" * 200_000, "draw_unreadable"),
        (b"1" * 5_000, "draw_unreadable"),
    ],
    ids=["twice", "twice below", "fraction", "power", "NaN", "infinite", "cut", "no UTF-8", "deep", "huge number"],
)
def test_a_text_that_could_be_read_in_two_ways_is_refused(text: bytes, code: str) -> None:
    """What one reader takes and another does not."""
    with pytest.raises(InvalidInput) as error:
        parsed(text)

    assert code_of(error) == code


def test_what_is_no_object_is_no_commitment() -> None:
    """A list, a text."""
    with pytest.raises(InvalidInput) as error:
        Commitment.of([1])

    assert code_of(error) == "draw_no_object"
