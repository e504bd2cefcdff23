"""Linearised variance of every domain from its strata: finite populations, lonely PSUs, degrees of freedom."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.compiled import compiled, read_only
from analysis.grouping.scatter import Numbers

_CENSUS = 1e-12  # a correction below this is a stratum where everybody was asked
_SUMS = ("n", "weight", "weight2", "spread2", "psus", "people", "rows", "mean", "variance")
_FOUND = ("n", "weight", "weight2", "spread2", "psus", "people", "variance", "strata", "lonely", "open")
_ADJUST, _AVERAGE, _OTHER = range(3)  # what the loop does with lonely PSUs


def add_up_strata(sums: pl.DataFrame, strata: pl.DataFrame, *, lonely: str) -> pl.DataFrame:
    """One row per domain: n, weight, weight2, spread2, psus, df, variance, all_asked, is_census (all asked and
    all answered), lonely (strata so treated), strata (with members).

    ``sums`` as made by ``totals.sum_strata``; ``strata`` with stratum, psus (sampled) and population. A stratum
    adds (1 − f)·n/(n − 1)·Σ(t − t̄)², t the PSU totals, zeros for sampled PSUs outside the domain. Written as
    within-member variance plus m·t̄²·(1 − m/n) every term is >= 0: nothing to clip, no cancellation.

    METHODS 3.2, 3.3, 3.5, 3.6. Silently too small when the PSUs named are not the ones drawn.
    """
    sampled = strata["psus"].cast(pl.Float64).to_numpy()
    corrections = np.maximum(1 - sampled / strata["population"].fill_null(np.inf).to_numpy(), 0.0)
    corrections[corrections <= _CENSUS] = 0.0
    domain, stratum = (sums[name].cast(pl.UInt32).to_numpy() for name in ("domain", "stratum"))
    given = [sums[name].cast(pl.Float64).to_numpy() for name in _SUMS]
    rule = {"adjust": _ADJUST, "average": _AVERAGE}.get(lonely, _OTHER)
    read_only(domain, stratum, sampled, *given)
    names, numbers = _add_up(domain, stratum, (*given,), sampled, corrections, rule)
    found = dict(zip(_FOUND, numbers, strict=True))
    n, psus, sizes, alone = (found[name].astype(np.int64) for name in ("n", "psus", "strata", "lonely"))
    all_asked = found["open"] == 0
    return pl.DataFrame(
        {
            "domain": names,
            "n": n,
            "weight": found["weight"],
            "weight2": found["weight2"],
            "spread2": found["spread2"],
            "psus": psus,
            "df": found["psus"] - found["strata"],
            "variance": found["variance"],
            "all_asked": all_asked,
            "is_census": all_asked & (found["n"] == found["people"]),
            "lonely": alone,
            "strata": sizes,
        }
    )


@compiled
def _add_up(
    domain: NDArray[np.uint32],
    stratum: NDArray[np.uint32],
    given: tuple[Numbers, ...],
    of_strata: Numbers,
    corrections: Numbers,
    rule: int,
) -> tuple[NDArray[np.uint32], Numbers]:
    """The domains in their order, and _FOUND of each; ``given``: the columns _SUMS."""
    n, weight, weight2, spread2, psus, people, rows, mean, within = given
    count = 0
    for at in range(len(domain)):
        count += at == 0 or domain[at] != domain[at - 1]
    names, found = np.empty(count, np.uint32), np.zeros((10, count))
    start = 0
    for of in range(count):
        end, sampled, total = start, 0.0, 0.0
        while end < len(domain) and domain[end] == domain[start]:
            sampled += of_strata[stratum[end]]
            total += rows[end] * mean[end]
            end += 1
        names[of] = domain[start]
        answers, weights, weights2, spreads2, members, asked = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        variance, sizes, alone, is_open = 0.0, 0.0, 0.0, 0.0
        for at in range(start, end):
            answers += n[at]
            weights += weight[at]
            weights2 += weight2[at]
            spreads2 += spread2[at]
            members += psus[at]
            asked += people[at]
            m, drawn, correction = rows[at], of_strata[stratum[at]], corrections[stratum[at]]
            sizes += psus[at] > 0
            is_open += correction != 0
            if drawn != 1:
                squares = m * within[at] + m * mean[at] ** 2 * (drawn - m) / drawn
                variance += correction * drawn / max(drawn - 1, 1.0) * squares
            elif correction > 0 and psus[at] > 0:
                # One PSU that stands for others. Adjusted: from the mean over all sampled PSUs of the strata that
                # the domain touches; 0 for means, not for totals.
                alone += 1
                if rule == _ADJUST:
                    variance += correction * (mean[at] - total / sampled) ** 2
        if rule == _AVERAGE:
            variance *= sizes / (sizes - alone) if sizes > alone else 0.0
        sums = (answers, weights, weights2, spreads2, members, asked, variance, sizes, alone, is_open)
        for k in range(10):
            found[k, of] = sums[k]
        start = end
    return names, found
