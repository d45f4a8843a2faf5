"""Nobody is favoured, with fixed seeds, and the tests that say so refuse draws that do favour somebody."""

from __future__ import annotations

import io
import itertools
from functools import cache
from hashlib import md5, sha256

import pytest

from heraut.contests.draw import ranking, records_of, seed_of
from tests.unit.contests.chance import REFUSED, independence, p_value, upper_tail

TRIES = 8_000
COMMIT, CHAIN = sha256(b"commit").hexdigest(), sha256(b"chain").hexdigest()


def names(count: int) -> list[str]:
    """Give the handles of so many entrants, in the order of the list."""
    return sorted(sha256(f"entrant {i}".encode()).hexdigest() for i in range(count))


def draws(weights: tuple[int, ...], tries: int = TRIES) -> list[list[int]]:
    """Draw everybody, once a round: each draw is the entrants' places in the list, first winner first."""
    handles = names(len(weights))
    place = {handle: at for at, handle in enumerate(handles)}
    records = b"".join(records_of(zip(map(bytes.fromhex, handles), weights, strict=True)))
    return [
        [place[handle] for handle in ranking(io.BytesIO(records), _seed(number), len(weights))]
        for number in range(1, tries + 1)
    ]


def _seed(round_number: int) -> bytes:
    return seed_of(COMMIT, CHAIN, round_number, sha256(b"signature of %d" % round_number).digest())


@cache
def of_ten() -> list[list[int]]:
    """Give the draws that several tests look at."""
    return draws((1,) * 10)


# ---------------------------------------------------------------------------- the draw is fair
def test_everybody_is_first_as_often() -> None:
    """First place among ten, one chance each."""
    assert p_value((one[0] for one in of_ten()), dict.fromkeys(range(10), 0.1)) > REFUSED


def test_everybody_is_last_as_often() -> None:
    """Last place: the order is fair to its end."""
    assert p_value((one[-1] for one in of_ten()), dict.fromkeys(range(10), 0.1)) > REFUSED


def test_every_order_of_four_comes_as_often() -> None:
    """All twenty-four."""
    orders = dict.fromkeys(itertools.permutations(range(4)), 1 / 24)

    assert p_value(map(tuple, draws((1,) * 4)), orders) > REFUSED


def pairs_of(weights: tuple[int, ...]) -> dict[tuple[int, int], float]:
    """Give the exact probability of each (first, second): tickets drawn without their owners' other tickets."""
    total = sum(weights)
    return {
        (one, other): weights[one] / total * weights[other] / (total - weights[one])
        for one, other in itertools.permutations(range(len(weights)), 2)
    }


@pytest.mark.parametrize("weights", [(1, 2, 3, 4), (1, 1, 1, 7), (5, 1, 5, 2)], ids=str)
def test_chances_count_exactly(weights: tuple[int, ...]) -> None:
    """First and second place, against what the numbers of tickets say."""
    assert p_value(((one[0], one[1]) for one in draws(weights)), pairs_of(weights)) > REFUSED


def test_a_round_says_nothing_of_the_next() -> None:
    """The winner of round t against that of round t + 1."""
    winners = [one[0] for one in of_ten()]

    assert independence(itertools.pairwise(winners), 10) > REFUSED


def test_a_commitment_says_nothing_of_another() -> None:
    """The same round and list under two rules texts: the winners have nothing to do with each other."""
    records = b"".join(records_of((bytes.fromhex(one), 1) for one in names(10)))
    place = {handle: at for at, handle in enumerate(names(10))}

    def winner(commit: str, number: int) -> int:
        seed = seed_of(commit, CHAIN, number, sha256(b"signature of %d" % number).digest())
        return place[ranking(io.BytesIO(records), seed, 1)[0]]

    other = sha256(b"other").hexdigest()
    assert independence(((winner(COMMIT, n), winner(other, n)) for n in range(1, TRIES // 2)), 10) > REFUSED


# ---------------------------------------------------------------------------- and these are not
def test_a_byte_modulo_a_hundred_is_refused() -> None:
    """The first 56 of a hundred come three times, the others twice: 256 is no multiple of 100."""
    chosen = (_seed(number)[0] % 100 for number in range(1, TRIES + 1))

    assert p_value(chosen, dict.fromkeys(range(100), 0.01)) < REFUSED


def test_a_shuffle_that_swaps_with_any_is_refused() -> None:
    """256 ways cannot be shared evenly among 24 orders."""

    def shuffled(number: int) -> tuple[int, ...]:
        order = list(range(4))
        for at in range(4):
            other = _seed(number)[at] % 4
            order[at], order[other] = order[other], order[at]
        return tuple(order)

    orders = dict.fromkeys(itertools.permutations(range(4)), 1 / 24)
    assert p_value((shuffled(number) for number in range(1, TRIES + 1)), orders) < REFUSED


def test_the_best_of_ten_rounds_is_refused() -> None:
    """An organiser who may draw ten times, and shows the draw that suits them."""
    tens = (of_ten()[at : at + 10] for at in range(0, TRIES, 10))
    shown = [next((one for one in ten if one[0] == 3), ten[0])[0] for ten in tens]

    assert p_value(shown, dict.fromkeys(range(10), 0.1)) < REFUSED


def test_weights_that_only_the_first_place_knows_are_refused() -> None:
    """Second place drawn as if everybody left had one chance."""
    weights = (1, 2, 3, 4)

    def pair(number: int) -> tuple[int, int]:
        tickets = [one for one, weight in enumerate(weights) for _ in range(weight)]
        value = int.from_bytes(_seed(number), "big")
        first = tickets[value % len(tickets)]
        left = [one for one in range(4) if one != first]
        return first, left[value // 1_000 % 3]

    assert p_value((pair(number) for number in range(1, TRIES + 1)), pairs_of(weights)) < REFUSED


def test_a_round_that_repeats_the_one_before_is_refused() -> None:
    """One draw in ten whose winner is the last one's."""
    winners = [one[0] for one in of_ten()]
    sticky = [winners[at - 1] if at % 10 == 5 else winner for at, winner in enumerate(winners)]

    assert independence(itertools.pairwise(sticky), 10) < REFUSED


# ---------------------------------------------------------------------------- the bench itself
def selected(key: str, pool: int, count: int) -> list[int]:
    """RFC 3797, section 4: the n-th of those left, by MD5 of the key between two counters."""
    left = list(range(1, pool + 1))
    chosen = []
    for number in range(count):
        counter = number.to_bytes(2, "big")
        value = int.from_bytes(md5(counter + key.encode() + counter, usedforsecurity=False).digest(), "big")
        chosen.append(left.pop(value % len(left)))
    return chosen


def test_the_bench_computes_the_worked_example_of_rfc_3797() -> None:
    """Section 6: who can compute that selection again can compute ours."""
    key = "9319./2.5.8.10.12./9.18.26.34.41.45./"

    assert selected(key, 25, 11) == [17, 7, 2, 16, 25, 23, 8, 24, 19, 13, 22]


@pytest.mark.parametrize(
    ("statistic", "freedom", "p"),
    [(3.841459, 1, 0.05), (18.307038, 10, 0.05), (11.344867, 3, 0.01), (0.103, 2, 0.949805), (149.449, 100, 0.001)],
)
def test_the_tail_is_that_of_the_tables(statistic: float, freedom: int, p: float) -> None:
    """Critical values of the chi-square law."""
    assert upper_tail(statistic, freedom) == pytest.approx(p, rel=1e-3)


def test_the_bench_refuses_what_it_cannot_judge() -> None:
    """Too few tries, or an outcome nobody named."""
    with pytest.raises(ValueError, match="too few"):
        p_value([0, 1, 0], {0: 0.5, 1: 0.5})
    with pytest.raises(ValueError, match="all outcomes"):
        p_value([0, 2] * 100, {0: 0.5, 1: 0.5})
