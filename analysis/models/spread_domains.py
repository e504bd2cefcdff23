"""Variances of statistics of many domains at once, by whatever the design asks for."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.designs.drawn import Real
from analysis.designs.places import place_in_stages
from analysis.designs.reading import Domains
from analysis.designs.replicate_variance import count_df, weigh_replicates
from analysis.estimation.residuals import take_out
from analysis.models.sampled import Sampled
from analysis.models.split import Split
from analysis.models.spread import as_domain, frame_variance, name_linearised, name_replicates

Refit = Callable[[int, Real], Real]


@dataclass(frozen=True)
class DomainSpread:
    """``variance``, ``simple`` (as in ``Spread``): domains × figures, NaN: unknown. ``df``: of each domain."""

    variance: Real
    simple: Real
    df: Real
    how: str


def linearise_domains(sample: Sampled, split: Split, influence: Real) -> DomainSpread:
    """``influence``: used rows × figures, what one unit of weight of the row adds to the figure of its domain;
    NaN leaves the figure without variance. METHODS 19.1, 19.8."""
    weight = sample.weight_used
    known = np.where(np.isfinite(influence), influence, 0.0)
    totals = np.zeros((len(sample.weight), influence.shape[1]))
    totals[sample.used] = weight[:, None] * known
    stages = place_in_stages(sample.placed, sample.design)
    tabulate = frame_variance(sample, stages, split.of_row, split.count)
    inside = split.of_row >= 0
    df = tabulate(np.zeros(int(inside.sum())))["df"].to_numpy()
    if sample.steps:
        # What a calibration leaves unexplained is spread over everybody: each domain has its own column.
        everybody = frame_variance(sample, stages, as_domain(sample.weight > 0))
        variance = np.empty((split.count, totals.shape[1]))
        for domain in range(split.count):
            left = take_out(np.where((split.of_row == domain)[:, None], totals, 0.0), sample.steps)
            variance[domain] = [everybody(column)["variance"].item() for column in left[sample.weight > 0].T]
    else:
        variance = np.column_stack([tabulate(column)["variance"].to_numpy() for column in totals[inside].T])
    simple = np.full_like(variance, np.nan)
    for domain, part in enumerate(split.parts):
        own = weight[part]
        simple[domain] = own.sum() * (own @ known[part] ** 2) / max(len(part) - 1, 1)
        variance[domain, ~np.isfinite(influence[part]).all(axis=0)] = np.nan
    return DomainSpread(variance, simple, df, name_linearised(sample))


def replicate_domains(sample: Sampled, split: Split, estimates: Real, refit: Refit) -> DomainSpread:
    """``estimates``: domains × figures; ``refit``: those of one domain from other weights of its rows. A replicate
    in which a domain has nobody, or a figure is not finite, is left out of that figure. METHODS 3.11, 19.8."""
    design, replicates = sample.design, sample.design.replicates
    assert replicates is not None
    weights = weigh_replicates(sample.placed, sample.weight, replicates)
    of_used = weights[sample.used]
    multipliers = np.array(replicates.multipliers)
    variance = np.full(estimates.shape, np.nan)
    for domain, part in enumerate(split.parts):
        if not np.isfinite(estimates[domain]).any():
            continue
        again = np.full((len(multipliers), estimates.shape[1]), np.nan)
        for r in np.flatnonzero(of_used[part].any(axis=0)):
            again[r] = refit(domain, of_used[part, r])
        usable = np.isfinite(again)
        filled = np.where(usable, again, 0.0)
        count = usable.sum(axis=0)
        centre = filled.sum(axis=0) / np.maximum(count, 1) if replicates.centre == "mean" else estimates[domain]
        found = multipliers @ np.where(usable, (again - centre) ** 2, 0.0)
        variance[domain] = np.where((count > 0) & np.isfinite(estimates[domain]), found, np.nan)
    named = design.stratum is not None or design.cluster is not None
    drawn = place_in_stages(sample.placed, design)[0] if named else None
    rows = pl.DataFrame({"weight": sample.weight, "domain": split.of_row})
    domains = Domains(rows, pl.DataFrame({"domain": np.arange(split.count)}), ())
    df = count_df(domains, weights, replicates, drawn, split.of_row >= 0)[1]
    # Without influences nobody knows what a simple random sample would have had: no design effect.
    return DomainSpread(variance, np.zeros(estimates.shape), df, name_replicates(sample))
