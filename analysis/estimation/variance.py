"""Linearised variance of every domain from its strata: finite populations, lonely PSUs, degrees of freedom."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.compiled import compiled
from analysis.estimation.rows import find_starts
from analysis.grouping.scatter import Numbers


def add_up_strata(sums: pl.DataFrame, strata: pl.DataFrame, *, lonely: str) -> pl.DataFrame:
    """One row per domain: n, weight, weight2, spread2, psus, df, variance, all_asked, is_census (all asked and
    all answered), lonely (strata so treated).

    ``sums`` as made by ``totals.sum_strata``; ``strata`` with stratum, psus (sampled) and population. A stratum
    adds (1 − f)·n/(n − 1)·Σ(t − t̄)², t the PSU totals, zeros for sampled PSUs outside the domain. Written as
    within-member variance plus m·t̄²·(1 − m/n) every term is >= 0: nothing to clip, no cancellation.

    METHODS 3.2, 3.3, 3.5, 3.6. Silently too small when the PSUs named are not the ones drawn.
    """
    of_strata = strata["psus"].cast(pl.Float64).to_numpy()
    corrections = np.maximum(1 - of_strata / strata["population"].fill_null(np.inf).to_numpy(), 0.0)
    corrections[corrections <= _CENSUS] = 0.0
    starts, stratum = find_starts(sums["domain"]), sums["stratum"].to_numpy()
    sampled, correction = of_strata[stratum], corrections[stratum]
    rows, mean, within, psus = (sums[name].cast(pl.Float64).to_numpy() for name in _OF_PSUS)
    added, is_lonely = _add_squares(rows, mean, within, psus, sampled, correction)
    if lonely == "adjust" and is_lonely.any():
        # Centred at the mean over all sampled PSUs of the strata the domain touches; 0 for means, not for totals.
        grand = _add(rows * mean, starts) / _add(sampled, starts)
        away = mean - np.repeat(grand, np.diff(starts, append=len(mean)))
        added[is_lonely] = (correction * away**2)[is_lonely]
    variance, all_asked = _add(added, starts), _add((correction != 0).astype(np.int64), starts) == 0
    sizes, alone = (_add(of.astype(np.int64), starts) for of in (psus > 0, is_lonely))
    if lonely == "average":
        regular = sizes - alone
        variance = np.where(regular > 0, variance * sizes / np.maximum(regular, 1), 0.0)
    totals = {name: _add(sums[name].to_numpy(), starts) for name in _ADDED}
    people = _add(sums["people"].to_numpy(), starts)
    return pl.DataFrame(
        {
            "domain": sums["domain"] if len(starts) == sums.height else sums["domain"].gather(starts),
            **totals,
            "df": (totals["psus"] - sizes).astype(np.float64),
            "variance": variance,
            "all_asked": all_asked,
            "is_census": all_asked & (totals["n"] == people),
            "lonely": alone,
            "strata": sizes,
        }
    )


@compiled
def _add_squares(
    rows: Numbers, mean: Numbers, within: Numbers, psus: Numbers, sampled: Numbers, correction: Numbers
) -> tuple[Numbers, NDArray[np.bool_]]:
    """What every stratum adds, and which strata have one PSU that stands for others."""
    added, is_lonely = np.zeros(len(rows)), np.zeros(len(rows), np.bool_)
    for at in range(len(rows)):
        m, n = rows[at], sampled[at]
        if n == 1:
            is_lonely[at] = correction[at] > 0 and psus[at] > 0
            continue
        squares = m * within[at] + m * mean[at] ** 2 * (n - m) / n
        added[at] = correction[at] * n / max(n - 1, 1.0) * squares
    return added, is_lonely


def _add(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Sums of each domain; of one stratum each, the values themselves."""
    return values if len(starts) == len(values) else np.asarray(np.add.reduceat(values, starts))


_ADDED = ("n", "weight", "weight2", "spread2", "psus")
_OF_PSUS = ("rows", "mean", "variance", "psus")
_CENSUS = 1e-12  # a correction below this is a stratum where everybody was asked
