"""Conditional Poisson and Sampford designs through probabilities of counts: no rejection, no sums over samples.

Notation: unit k has the chance p_k in a Poisson sample (everybody apart). Given the count n, that is conditional
Poisson sampling; Sampford's design is the same with one marked unit, chosen in proportion to p_k(1−p_k) among
those drawn. Chances of counts are added and multiplied only, so that every platform gets the same digits.
"""

import math

import numpy as np
from numpy.typing import NDArray

from analysis.errors import SelectionError
from analysis.sampling.randomness import RandomStream

Floats = NDArray[np.float64]
CELLS = 50_000_000  # units × sample size held in memory: 400 MB
CHUNK = 2_000_000
ROUNDS = 300
TOLERANCE = 1e-13
STALLED = 1e-9  # steps this small that shrink no more are rounding
APART = 1e-3  # odds that differ by this share give a pair in closed form without losing digits

# plain[k, c]: chance that c of the units k, k+1, … are in; marked[k, c]: the same with one of them marked.


def tails(chances: Floats, n: int) -> Floats:
    """(N+1) × (n+1): chance that c of the units from k on are in the Poisson sample. METHODS 12.6."""
    _refuse_too_large(len(chances), n)
    plain = np.zeros((len(chances) + 1, n + 1))
    plain[-1, 0] = 1.0
    for k in range(len(chances) - 1, -1, -1):
        plain[k] = _with_one(plain[k + 1], chances[k])
    return plain


def marked_tails(chances: Floats, plain: Floats) -> Floats:
    """The same with one marked unit, weight p(1−p) for the mark. METHODS 12.6."""
    marked = np.zeros_like(plain)
    for k in range(len(chances) - 1, -1, -1):
        marked[k] = _with_one(marked[k + 1], chances[k])
        marked[k, 1:] += chances[k] * (1 - chances[k]) * plain[k + 1, :-1]
    return marked


def draw_conditional_poisson(chances: Floats, n: int, random: RandomStream) -> NDArray[np.int64]:
    """Positions of ``n`` units, one decision per unit in order. METHODS 12.6."""
    plain, uniforms = tails(chances, n), random.take(len(chances))
    drawn, left = [], n
    for k, chance in enumerate(chances):
        if left == 0:
            break
        take, pass_ = chance * plain[k + 1, left - 1], (1 - chance) * plain[k + 1, left]
        if uniforms[k] * (take + pass_) < take:
            drawn.append(k)
            left -= 1
    return np.array(drawn, dtype=np.int64)


def draw_sampford(probabilities: Floats, n: int, random: RandomStream) -> NDArray[np.int64]:
    """Positions of ``n`` units of Sampford's design with these inclusion probabilities. METHODS 12.6."""
    plain = tails(probabilities, n)
    marked, uniforms = marked_tails(probabilities, plain), random.take(len(probabilities))
    drawn, left, is_marked = [], n, False
    for k, chance in enumerate(probabilities):
        if left == 0:
            break
        rest = plain if is_marked else marked
        pass_, take = (1 - chance) * rest[k + 1, left], chance * rest[k + 1, left - 1]
        mark = 0.0 if is_marked else chance * (1 - chance) * plain[k + 1, left - 1]
        point = uniforms[k] * (take + mark + pass_)
        if point < take + mark:
            drawn.append(k)
            left -= 1
            is_marked = is_marked or point >= take
    return np.array(drawn, dtype=np.int64)


def working_chances(probabilities: Floats, n: int, tolerance: float = TOLERANCE) -> Floats:
    """The p_k whose conditional Poisson design of size ``n`` has these inclusion probabilities (all inside 0-1).

    p grows by π − ψ(p) until the steps together are below ``tolerance`` (Deville and Tillé); where that leaves
    0-1 or does not settle, odds are multiplied by the root of (odds of π)/(odds of ψ). METHODS 12.6.
    """
    chances, before = probabilities, np.inf
    for _ in range(ROUNDS):
        moved = chances + probabilities - conditional_inclusion(chances, n)
        if not ((moved > 0) & (moved < 1)).all():
            break
        step = math.fsum(np.abs(moved - chances))
        chances = moved
        if step <= tolerance or before <= step < STALLED:
            return chances
        before = step
    return _working_by_odds(probabilities, n)


def _working_by_odds(probabilities: Floats, n: int) -> Floats:
    wanted = probabilities / (1 - probabilities)
    odds, before = wanted, np.inf
    for _ in range(ROUNDS):
        reached = conditional_inclusion(odds / (1 + odds), n)
        off = float(np.max(np.abs(reached / probabilities - 1)))
        if off <= TOLERANCE or before <= off < STALLED:
            return np.asarray(odds / (1 + odds), dtype=float)
        odds, before = odds * np.sqrt(wanted / (reached / (1 - reached))), off
    worst = int(np.argmax(np.abs(reached / probabilities - 1)))
    raise SelectionError(
        [f"unit {worst} of {len(odds)} reaches {reached[worst]:.6g} for {probabilities[worst]:.6g}"],
        "Use sampford, or take units with a probability this near 1 with certainty.",
    )


def conditional_inclusion(chances: Floats, n: int) -> Floats:
    """ψ_k: inclusion probabilities of the conditional Poisson design of size ``n``. METHODS 12.6."""
    after, before = tails(chances, n), tails(chances[::-1], n)[::-1]
    others = np.zeros(len(chances))
    for ahead in range(n):  # one by one: einsum adds in an order of the platform's own
        others += before[:-1, ahead] * after[1:, n - 1 - ahead]
    return np.asarray(chances * others / after[0, n], dtype=float)


def conditional_pairs(probabilities: Floats, n: int, tolerance: float = TOLERANCE) -> Floats:
    """N × N: π_kl of the conditional Poisson design, π_k on the diagonal. METHODS 12.6."""
    chances = working_chances(probabilities, n, tolerance)
    odds = chances / (1 - chances)
    apart = odds[None, :] - odds[:, None]
    near = np.abs(apart) < APART * np.maximum(odds[None, :], odds[:, None])
    crossed = np.outer(probabilities, odds) - np.outer(odds, probabilities)
    pairs = crossed / np.where(near, 1.0, apart)
    np.fill_diagonal(near, False)
    if near.any():
        pairs = np.where(near, _pairs(chances, n, marked=False), pairs)
    np.fill_diagonal(pairs, probabilities)
    return np.asarray(pairs, dtype=float)


def sampford_pairs(probabilities: Floats, n: int) -> Floats:
    """N × N: π_kl of Sampford's design, π_k on the diagonal. METHODS 12.6."""
    pairs = _pairs(probabilities, n, marked=True)
    np.fill_diagonal(pairs, probabilities)
    return pairs


def _pairs(chances: Floats, n: int, *, marked: bool) -> Floats:
    """Row k: k is in, the others make n − 1 with l among them; chunks of rows at a time."""
    units = len(chances)
    _refuse_too_large(units, n)
    plain = tails(chances, n)
    whole = marked_tails(chances, plain)[0, n] if marked else plain[0, n]
    pairs = np.empty((units, units))
    rows = max(1, CHUNK // ((units + 1) * n))
    for first in range(0, units, rows):
        chunk = np.arange(first, min(first + rows, units))
        pairs[chunk] = _pair_rows(chances, n, chunk, marked=marked) / whole
    return (pairs + pairs.T) / 2


def _pair_rows(chances: Floats, n: int, chunk: NDArray[np.int64], *, marked: bool) -> Floats:
    units, rows, most = len(chances), len(chunk), n - 1
    p = np.repeat(chances[:, None], rows, axis=1)
    p[chunk, np.arange(rows)] = 0.0  # k itself is in; among the others it has no part
    after = _count_tables(p, most, marked=marked)
    before = [table[::-1] for table in _count_tables(p[::-1], most, marked=marked)]
    own = chances[chunk]
    found = np.zeros((rows, units))
    if most == 0:
        return found
    for unit in range(units):
        q = p[unit]

        def meet(left: Floats, right: Floats) -> Floats:
            return np.asarray(np.einsum("rc,rc->r", left[:, :most], right[:, :most][:, ::-1]), dtype=float)

        plain = meet(before[0][unit], after[0][unit + 1])
        if not marked:
            found[:, unit] = own * q * plain
            continue
        elsewhere = meet(before[1][unit], after[0][unit + 1]) + meet(before[0][unit], after[1][unit + 1])
        found[:, unit] = own * q * (((1 - own) + (1 - q)) * plain + elsewhere)
    return found


def _count_tables(p: Floats, most: int, *, marked: bool) -> list[Floats]:
    """tails() for many populations at once: units × populations × counts, plain and marked."""
    units, rows = p.shape
    plain, mark = np.zeros((units + 1, rows, most + 1)), np.zeros((units + 1, rows, most + 1))
    plain[-1, :, 0] = 1.0
    for k in range(units - 1, -1, -1):
        chance = p[k][:, None]
        plain[k] = _with_one(plain[k + 1], chance)
        if marked:
            mark[k] = _with_one(mark[k + 1], chance)
            mark[k, :, 1:] += chance * (1 - chance) * plain[k + 1, :, :-1]
    return [plain, mark]


def _with_one(counts: Floats, chance: Floats | float) -> Floats:
    more = counts * (1 - chance)
    more[..., 1:] += chance * counts[..., :-1]
    return np.asarray(more, dtype=float)


def _refuse_too_large(units: int, n: int) -> None:
    if (units + 1) * (n + 1) > CELLS:
        raise SelectionError(
            [f"{units} units × a sample of {n} is more than {CELLS} cells"],
            "Draw in strata, or use pps_systematic or brewer, which need no table.",
        )
