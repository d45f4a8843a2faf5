"""The bench on which draws are tried for bias: chi-square, and how likely chance alone is to do as badly."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

REFUSED = 1e-6  # a fair draw does as badly once in a million of fixed seeds


def p_value(seen: Iterable[Any], probabilities: Mapping[Any, float]) -> float:
    """Give how likely chance alone is to be as far from the probabilities (Pearson's chi-square), 0 to 1.

    Every outcome must be expected five times at least, or the approximation does not hold (ValueError).
    """
    counts = Counter(seen)
    total = sum(counts.values())
    if not math.isclose(sum(probabilities.values()), 1) or counts.keys() - probabilities.keys():
        raise ValueError("the probabilities are not those of all outcomes")
    if min(probabilities.values()) * total < 5:
        raise ValueError("too few tries")
    statistic = sum((counts[one] - total * p) ** 2 / (total * p) for one, p in probabilities.items())
    return upper_tail(statistic, len(probabilities) - 1)


def independence(pairs: Iterable[tuple[int, int]], size: int) -> float:
    """Give the p-value of two uniform choices among `size` being independent of each other."""
    return p_value(pairs, {(one, other): 1 / size**2 for one in range(size) for other in range(size)})


def upper_tail(statistic: float, freedom: int) -> float:
    """Give P(X >= statistic) of a chi-square law: Q(a, x), with a its half freedom and x half the statistic.

    The series below a + 1, Lentz's continued fraction above (Numerical Recipes, section 6.2).
    """
    a, x = freedom / 2, statistic / 2
    if x <= 0:
        return 1.0
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        n = a
        while term > total * 1e-15:
            n += 1
            term *= x / n
            total += term
        return 1 - scale * total
    b = x + 1 - a
    c, d = 1e300, 1 / b
    fraction = d
    for i in range(1, 10_000):
        numerator = -i * (i - a)
        b += 2
        d = 1 / (numerator * d + b)
        c = b + numerator / c
        fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return scale * fraction
