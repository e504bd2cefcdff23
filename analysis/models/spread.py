"""Covariance of several estimates from their influence values, by whatever the design asks for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.designs.drawn import Drawn, Real, Whole
from analysis.designs.pairs import add_pairs, pair_weights
from analysis.designs.phases import add_first_phase, read_phases
from analysis.designs.places import place_in_stages
from analysis.designs.reading import Domains
from analysis.designs.replicate_variance import count_df, weigh_replicates
from analysis.designs.stages import add_up_stages, find_cells
from analysis.errors import EstimateError
from analysis.estimation.residuals import take_out
from analysis.models.sampled import Sampled

Refit = Callable[[Real], Real]


@dataclass(frozen=True)
class Spread:
    """``covariance`` of the estimates; ``simple``: the variance each would have had from a simple random sample
    of as many people, with replacement; ``df``: PSUs − strata with used rows; ``how``: for the column method."""

    covariance: Real
    simple: Real
    df: float
    how: str


def spread_estimates(sample: Sampled, influence: Real, estimates: Real, refit: Refit) -> Spread:
    """Design-based covariance of ``estimates``. METHODS 19.1.

    ``influence``: used rows × estimates, what one unit of weight of the row adds to the estimate. ``refit``: the
    estimates from other weights of the used rows; called once per replicate, and only where the design has some.
    """
    influence = influence.reshape(sample.n, -1)
    weight = sample.weight_used
    simple = weight.sum() * (weight @ influence**2) / max(sample.n - 1, 1)
    if sample.design.replicates is not None:
        covariance, df = _spread_replicates(sample, estimates, refit)
        return Spread(covariance, simple, df, name_replicates(sample))
    covariance, df = _linearise(sample, weight[:, None] * influence)
    return Spread(covariance, simple, df, name_linearised(sample))


def name_replicates(sample: Sampled) -> str:
    """For the column method. METHODS 10.3."""
    replicates = sample.design.replicates
    assert replicates is not None
    return f"replicates {replicates.kind}, centred at the {replicates.centre}"


def name_linearised(sample: Sampled) -> str:
    """For the column method. METHODS 10.3."""
    how = "linearised" if sample.design.probability is None else f"linearised, pps {sample.design.pps}"
    return f"{how}, calibration residuals" if sample.steps else how


def _linearise(sample: Sampled, of_used: Real) -> tuple[Real, float]:
    """Covariances from variances: 2·C(a, b) = V(a + b) − V(a) − V(b), so every rule for V serves for C too."""
    design = sample.design
    totals = np.zeros((len(sample.weight), of_used.shape[1]))
    totals[sample.used] = of_used
    inside = sample.used
    if sample.steps:
        # What a calibration leaves unexplained is spread over everybody in the sample, not the used rows alone.
        totals, inside = take_out(totals, sample.steps), sample.weight > 0
    stages = place_in_stages(sample.placed, design)
    variance = _find_variance(sample, stages, inside)
    df = float(frame_variance(sample, stages, as_domain(sample.used))(np.zeros(sample.n))["df"].item())
    columns = totals[inside].T
    variances = np.array([variance(column) for column in columns])
    size = np.sqrt(variances)
    scaled = columns / np.where(size > 0, size, 1.0)[:, None]
    correlation = np.diag((size > 0).astype(float))
    for i in range(len(scaled)):
        for j in range(i):
            if size[i] > 0 and size[j] > 0:
                correlation[i, j] = correlation[j, i] = variance(scaled[i] + scaled[j]) / 2 - 1
    return correlation * np.outer(size, size), df


def _find_variance(sample: Sampled, stages: Sequence[Drawn], inside: np.ndarray) -> Callable[[Real], float]:
    tabulate = frame_variance(sample, stages, as_domain(inside))
    return lambda total: float(tabulate(total)["variance"].item())


def as_domain(inside: np.ndarray) -> Whole:
    """One domain of the rows ``inside``. METHODS 19.1."""
    return np.where(inside, 0, -1).astype(np.int64)


def frame_variance(
    sample: Sampled, stages: Sequence[Drawn], domain: Whole, count: int = 1
) -> Callable[[Real], pl.DataFrame]:
    """Makes the table of ``stages.add_up_stages`` from totals of the rows of domains (−1: none). METHODS 19.1."""
    design = sample.design
    cells = [find_cells(drawn, domain) for drawn in stages]
    member = np.ones(int((domain >= 0).sum()), np.int64)
    blocks = pair_weights(stages[0], sample.placed, design) if design.pps != "brewer" else None
    phases = read_phases(stages[0], sample.placed, design) if design.first_phase is not None else None

    def tabulate(total: Real) -> pl.DataFrame:
        table = add_up_stages(stages, cells, total, member, design, count)
        if phases is not None:
            return add_first_phase(table, phases, domain, total)
        return table if blocks is None else add_pairs(table, blocks, cells[0], total, design)

    return tabulate


def _spread_replicates(sample: Sampled, estimates: Real, refit: Refit) -> tuple[Real, float]:
    design, replicates = sample.design, sample.design.replicates
    assert replicates is not None
    weights = weigh_replicates(sample.placed, sample.weight, replicates)
    theta = np.array([refit(weights[sample.used, r]) for r in range(weights.shape[1])])
    multipliers = np.array(replicates.multipliers)
    usable = np.isfinite(theta).all(axis=1)
    if not usable.any():
        raise EstimateError(["no replicate could be estimated"], "Use a design with larger PSUs, or linearise.")
    centre = theta[usable].mean(axis=0) if replicates.centre == "mean" else estimates
    away = theta[usable] - centre
    named = design.stratum is not None or design.cluster is not None
    drawn = place_in_stages(sample.placed, design)[0] if named else None
    rows = pl.DataFrame({"weight": sample.weight, "domain": np.zeros(len(sample.weight), np.int64)})
    everybody = Domains(rows, pl.DataFrame({"domain": [0]}), ())
    df = count_df(everybody, weights, replicates, drawn, sample.used)[1]
    return np.asarray((away * multipliers[usable, None]).T @ away), float(df[0])
