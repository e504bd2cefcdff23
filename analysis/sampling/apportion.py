"""Divides a total between strata in given proportions inside limits, exactly and then in whole numbers."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TIE = 1e-9  # remainders this near are equal, so that every platform rounds alike  (METHODS 12.3)


def fill_strata(shares: Floats, low: Floats, high: Floats, total: float, price: Floats, whole: Floats) -> Floats:
    """``fill_between``; strata of share 0 get what the others cannot take, by size ``whole``. METHODS 12.3."""
    full = np.where(shares > 0, high, low)
    if math.fsum(price * full) >= total or (shares > 0).all():
        return fill_between(shares, low, high, total, price)
    # Strata with a spread are censused and something is left: the others share it by size.
    return fill_between(np.where(shares > 0, 0.0, whole), full, high, total, price)


def fill_between(shares: Floats, low: Floats, high: Floats, total: float, price: Floats) -> Floats:
    """x_h = min(max(λ·shares_h, low_h), high_h) with the one λ that makes Σ price·x the ``total``.

    ``total`` lies between Σ price·low and Σ price·high. Where ``shares`` is 0, x is ``low``. METHODS 12.3.
    """
    active = shares > 0
    steps = np.unique(np.concatenate([low[active] / shares[active], high[active] / shares[active]]))

    def at(scale: float) -> Floats:
        return np.asarray(np.where(active, np.clip(scale * shares, low, high), low), dtype=float)

    def cost(scale: float) -> float:
        return math.fsum(price * at(scale))

    first, last = 0, len(steps) - 1  # between two neighbouring steps the cost is a straight line
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (middle, last) if cost(steps[middle]) <= total else (first, middle)
    divisor = np.where(active, shares, 1.0)
    inside = active & (low / divisor <= steps[first]) & (high / divisor >= steps[last])
    slope = math.fsum((price * shares)[inside])
    if slope == 0:
        return at(steps[last] if cost(steps[last]) <= total else steps[first])
    rest = math.fsum((price * at(steps[first]))[~inside])
    filled = at(steps[first])
    filled[inside] = shares[inside] * ((total - rest) / slope)
    return np.clip(filled, low, high)


def round_to_total(exact: Floats, high: Floats, total: float, price: Floats, rank: Floats) -> NDArray[np.int64]:
    """Whole numbers: everybody's floor, then one each by largest remainder while ``total`` lasts; METHODS 12.3.

    Equal remainders: larger ``rank`` first, then the earlier row. With prices, one that no longer fits is
    passed over for the next.
    """
    floor = np.floor(exact + TIE)
    remainder = np.round((exact - floor) / TIE) * TIE
    order = np.lexsort((np.arange(len(exact)), -rank, -remainder))
    left = total - math.fsum(price * floor)
    counts = floor.astype(np.int64)
    for stratum in order:
        if counts[stratum] < high[stratum] and remainder[stratum] > 0 and price[stratum] <= left + TIE:
            counts[stratum] += 1
            left -= price[stratum]
    return counts
