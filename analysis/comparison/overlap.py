"""Covariance of two periods that share PSUs; METHODS 15.5."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analysis.designs.drawn import Real


@dataclass(frozen=True)
class Period:
    """PSUs of one period: ``names`` (stratum, label), their ``strata``; ``totals`` (PSUs × figures), ``fraction``
    (n/N, 0 where N is unknown)."""

    names: Sequence[tuple[str, str]]
    strata: Sequence[str]
    totals: Real | sparse.csr_array
    fraction: Real


def covary_shared(before: Period, after: Period) -> Real:
    """Figures before × after: Σ (n₁₂ − n₁n₂/N)·r·s₁·s₂ over strata, r over the shared PSUs. METHODS 15.5."""
    found = np.zeros((before.totals.shape[1], after.totals.shape[1]))
    place = {name: k for k, name in enumerate(after.names)}
    rows: dict[str, list[tuple[int, int]]] = {}
    for k, name in enumerate(before.names):
        if name in place:
            rows.setdefault(name[0], []).append((k, place[name]))
    for stratum, pairs in rows.items():
        if len(pairs) < 2:
            continue
        one, two = (np.array(each) for each in zip(*pairs, strict=True))
        first, second = _stratum(before, stratum), _stratum(after, stratum)
        f1, f2 = before.fraction[first].mean(), after.fraction[second].mean()
        # n₁n₂/N = f₁·n₂; without N nothing is taken off.
        factor = len(pairs) - (f1 * len(second) if f1 > 0 and f2 > 0 else 0.0)
        found += factor * _shared_products(before, after, one, two, first, second)
    return found


def _shared_products(
    before: Period, after: Period, one: np.ndarray, two: np.ndarray, first: np.ndarray, second: np.ndarray
) -> Real:
    """r·s₁·s₂ for every pair of figures."""
    x, y = _dense(before.totals, one), _dense(after.totals, two)
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    sx, sy = np.sqrt((x**2).sum(axis=0)), np.sqrt((y**2).sum(axis=0))
    spread1 = _dense(before.totals, first).std(axis=0, ddof=1)
    spread2 = _dense(after.totals, second).std(axis=0, ddof=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale1 = np.where(sx > 0, spread1 / sx, 0.0)
        scale2 = np.where(sy > 0, spread2 / sy, 0.0)
    return np.asarray((x * scale1).T @ (y * scale2))


def _stratum(period: Period, stratum: str) -> np.ndarray:
    return np.flatnonzero(np.array(period.strata) == stratum)


def _dense(totals: Real | sparse.csr_array, rows: np.ndarray) -> Real:
    part = totals[rows]
    return np.asarray(part.toarray() if sparse.issparse(part) else part, float)
