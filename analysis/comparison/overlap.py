"""Covariance of two periods that share PSUs; METHODS 15.5."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.designs.drawn import Real, Whole

Matrix: TypeAlias = Any  # PSUs × figures: an array, or sparse.csr_array


@dataclass(frozen=True)
class Period:
    """PSUs of one period: ``names`` (stratum, label), their ``strata``; ``totals`` (PSUs × figures), ``fraction``
    (n/N, 0 where N is unknown)."""

    names: Sequence[tuple[str, str]]
    strata: Sequence[str]
    totals: Matrix
    fraction: Real


@dataclass(frozen=True)
class _Shared:
    """A stratum of both periods: places of its PSUs before and after (``first``, ``second``), of those that are in
    both, side by side (``one``, ``two``), and n₁₂ − n₁n₂/N."""

    first: Whole
    second: Whole
    one: Whole
    two: Whole
    factor: float


def covary_shared(before: Period, after: Period) -> Real:
    """Figures before × after: Σ (n₁₂ − n₁n₂/N)·r·s₁·s₂ over strata, r over the shared PSUs. METHODS 15.5."""
    found = np.zeros((before.totals.shape[1], after.totals.shape[1]))
    for stratum in _share(before, after):
        x = _deviate(_dense(before.totals, stratum.first), _dense(before.totals, stratum.one))
        y = _deviate(_dense(after.totals, stratum.second), _dense(after.totals, stratum.two))
        found += stratum.factor * (x.T @ y)
    return found


def covary_side_by_side(before: Period, after: Period, old: Whole, new: Whole) -> Real:
    """``covary_shared`` of figure ``old[k]`` before with ``new[k]`` after only: thousands of domains, each with
    itself. METHODS 15.5."""
    earlier, later = before.totals[:, old], after.totals[:, new]
    found = np.zeros(len(old))
    for stratum in _share(before, after):
        both = [_present(earlier, stratum.one), _present(later, stratum.two)]
        figures = np.flatnonzero(both[0] & both[1])
        x = _deviate(*(_dense(earlier, rows, figures) for rows in (stratum.first, stratum.one)))
        y = _deviate(*(_dense(later, rows, figures) for rows in (stratum.second, stratum.two)))
        found[figures] += stratum.factor * (x * y).sum(axis=0)
    return found


def _share(before: Period, after: Period) -> Iterator[_Shared]:
    place = {name: k for k, name in enumerate(after.names)}
    pairs: dict[str, list[tuple[int, int]]] = {}
    for k, name in enumerate(before.names):
        if name in place:
            pairs.setdefault(name[0], []).append((k, place[name]))
    own = [_by_stratum(period.strata) for period in (before, after)]
    for stratum, places in pairs.items():
        if len(places) < 2:
            continue
        one, two = (np.array(each) for each in zip(*places, strict=True))
        first, second = (np.array(rows[stratum]) for rows in own)
        f1, f2 = before.fraction[first].mean(), after.fraction[second].mean()
        # n₁n₂/N = f₁·n₂; without N nothing is taken off.
        taken = f1 * len(second) if f1 > 0 and f2 > 0 else 0.0
        yield _Shared(first, second, one, two, len(places) - taken)


def _by_stratum(strata: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for k, stratum in enumerate(strata):
        found.setdefault(stratum, []).append(k)
    return found


def _deviate(every: Real, shared: Real) -> Real:
    """The shared PSUs' deviations over the root of their sum of squares, times the spread of all: products are
    r·s₁·s₂."""
    away = shared - shared.mean(axis=0)
    size = np.sqrt((away**2).sum(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(away * np.where(size > 0, every.std(axis=0, ddof=1) / size, 0.0))


def _present(totals: Matrix, rows: Whole) -> NDArray[np.bool_]:
    """Per figure whether a PSU of ``rows`` has a total."""
    part = totals[rows]
    if sparse.issparse(part):
        return np.asarray(np.bincount(part.indices, minlength=part.shape[1]) > 0)
    return np.asarray((part != 0).any(axis=0))


def _dense(totals: Matrix, rows: Whole, figures: Whole | None = None) -> Real:
    part = totals[rows] if figures is None else totals[rows][:, figures]
    return np.asarray(part.toarray() if sparse.issparse(part) else part, float)
