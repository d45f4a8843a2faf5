"""Plays every point, two processes side by side, and prints the whole table: `python -m tests.matrix [network...]`.

Exit status 1 when anything came of a point that may not.
"""

from __future__ import annotations

import itertools
import logging
import multiprocessing
import sys

from tests.matrix.points import ANSWER, NETWORKS, VARIANTS, Script, wrong_of
from tests.matrix.table import lines
from tests.matrix.theatre import theatre

Played = tuple[list[tuple[str, str, str, str]], list[str]]


def play(which: tuple[str, str]) -> Played:
    """Play every point of a variant on a network: a row each, and what is wrong."""
    logging.disable(logging.CRITICAL)  # a thousand deaths, each with its traceback
    rows, wrong = [], []
    with theatre() as opened:
        script = Script(opened, *which)
        for point in script.points():
            outcome = script.play(point)
            rows.append((*which, str(point.fault), outcome.verdict.value))
            wrong += [f"{point}: {found}" for found in wrong_of(point, outcome)]
    return rows, wrong


def main(networks: list[str]) -> int:
    """Print the table, then everything that is wrong."""
    asked = list(itertools.product(networks or NETWORKS, VARIANTS))
    asked = [(network, variant) for network, variant in asked if (network, variant) != ("site", ANSWER)]
    with multiprocessing.Pool(2) as pool:
        played = pool.map(play, asked, chunksize=1)
    print(*lines((row for rows, _ in played for row in rows), whole=True), sep="\n")  # noqa: T201 -- its purpose
    wrong = [found for _, every in played for found in every]
    print(*wrong, sep="\n")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
