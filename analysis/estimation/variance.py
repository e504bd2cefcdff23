"""Linearised variance of every domain from its strata: finite populations, lonely PSUs, degrees of freedom."""

import numpy as np
import polars as pl

from analysis.estimation.rows import find_starts


def add_up_strata(sums: pl.DataFrame, strata: pl.DataFrame, *, lonely: str) -> pl.DataFrame:
    """One row per domain: n, weight, weight2, spread2, psus, df, variance, all_asked, is_census (all asked and
    all answered), lonely (strata so treated).

    ``sums`` as made by ``totals.sum_strata``; ``strata`` with stratum, psus (sampled) and population. A stratum
    adds (1 − f)·n/(n − 1)·Σ(t − t̄)², t the PSU totals, zeros for sampled PSUs outside the domain. Written as
    within-member variance plus m·t̄²·(1 − m/n) every term is >= 0: nothing to clip, no cancellation.

    METHODS 3.2, 3.3, 3.5, 3.6. Silently too small when the PSUs named are not the ones drawn.
    """
    at = sums["stratum"].to_numpy()
    sampled = strata["psus"].cast(pl.Float64).to_numpy()[at]
    population = strata["population"].fill_null(np.inf).to_numpy()[at]
    correction = np.maximum(1 - sampled / population, 0.0)
    correction[correction <= _CENSUS] = 0.0
    rows, mean, within, psus = (sums[name].to_numpy() for name in ("rows", "mean", "variance", "psus"))
    squares = rows * within + rows * mean**2 * (sampled - rows) / sampled
    added = correction * sampled / np.maximum(sampled - 1, 1) * squares
    has_members = psus > 0
    starts = find_starts(sums["domain"])
    is_lonely = (sampled == 1) & (correction > 0) & has_members
    added[sampled == 1] = 0.0
    if lonely == "adjust" and is_lonely.any():
        # Centred at the mean over all sampled PSUs of the strata the domain touches; 0 for means, not for totals.
        grand = _add(rows * mean, starts) / _add(sampled, starts)
        away = mean - np.repeat(grand, np.diff(starts, append=len(mean)))
        added[is_lonely] = (correction * away**2)[is_lonely]
    variance, all_asked = _add(added, starts), _add((correction != 0).astype(np.int64), starts) == 0
    sizes, alone = (_add(of.astype(np.int64), starts) for of in (has_members, is_lonely))
    if lonely == "average":
        regular = sizes - alone
        variance = np.where(regular > 0, variance * sizes / np.maximum(regular, 1), 0.0)
    totals = {name: _add(sums[name].to_numpy(), starts) for name in _ADDED}
    people = _add(sums["people"].to_numpy(), starts)
    return pl.DataFrame(
        {
            "domain": sums["domain"].gather(starts),
            **totals,
            "df": (totals["psus"] - sizes).astype(np.float64),
            "variance": variance,
            "all_asked": all_asked,
            "is_census": all_asked & (totals["n"] == people),
            "lonely": alone,
            "strata": sizes,
        }
    )


def _add(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Sums of each domain; of one stratum each, the values themselves."""
    return values if len(starts) == len(values) else np.asarray(np.add.reduceat(values, starts))


_ADDED = ("n", "weight", "weight2", "spread2", "psus")
_CENSUS = 1e-12  # a correction below this is a stratum where everybody was asked
