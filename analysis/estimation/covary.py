"""Covariances of estimates under any design: linearised, from residuals of a calibration, or from replicates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from analysis.design import SurveyDesign
from analysis.designs.drawn import Drawn, Real, Whole
from analysis.designs.places import place_in_stages
from analysis.designs.reading import Reading, sum_items
from analysis.designs.replicate_variance import count_df, weigh_replicates
from analysis.designs.stages import is_sure
from analysis.errors import EstimateError
from analysis.estimation.covariance_form import find_form
from analysis.estimation.influences import Influences
from analysis.estimation.residuals import read_steps, take_out
from analysis.weighting.auxiliaries import Calibration

_NUMBERS_AT_ONCE = 20_000_000  # of dense columns; about 160 MB
_MOST_RESIDUALS = 200_000_000  # rows × estimates of a calibrated sample; 1.6 GB


@dataclass(frozen=True)
class Covariances:
    """``of(combinations)``: covariances of every estimate with each of the combinations (estimates × m) of them.

    ``psus``: counted PSUs × estimates, whether they have members; ``strata``: the stratum of each; None where the
    design does not name PSUs, and ``own_df`` holds the df of every estimate. ``rows``: rows × estimates, the
    linear values as weighted totals; of replicates instead ``away``: estimates × replicates less their centre,
    and the multipliers, and ``again``: the estimates themselves, NaN where a replicate has no members.
    """

    influences: Influences
    of: Callable[[Real], Real]
    psus: sparse.csr_array | None
    strata: Whole | None
    own_df: Real | None
    most_df: float
    rows: sparse.csr_array | Real | None = None
    away: tuple[Real, Real] | None = None
    again: Real | None = None

    def matrix(self) -> Real:
        """All of them."""
        found = self.of(np.eye(self.influences.table.height))
        return np.asarray((found + found.T) / 2)

    def random_matrix(self) -> Real:
        """What simple random samples of the same numbers of people would have had."""
        return np.asarray((self.influences.spread.T @ self.influences.spread).toarray())

    def df_of(self, estimates: Whole) -> float:
        """PSUs − strata with members of any of ``estimates``."""
        if self.psus is None or self.strata is None:
            assert self.own_df is not None
            # People of all of them together have at least the rank of the largest.
            return float(self.own_df[estimates].max(initial=0.0))
        has = np.asarray(self.psus[:, estimates].sum(axis=1)).ravel() > 0
        return float(min(has.sum() - len(np.unique(self.strata[has])), self.most_df))

    def df_each(self) -> Real:
        """PSUs − strata with members of each."""
        if self.psus is None or self.strata is None:
            assert self.own_df is not None
            return self.own_df
        has = self.psus > 0
        places = sparse.csr_array((np.ones(len(self.strata)), (self.strata, np.arange(len(self.strata)))))
        touched = (places @ has.astype(float)) > 0
        return np.minimum(np.asarray(has.sum(axis=0) - touched.sum(axis=0), float), self.most_df)


def find_covariances(
    reading: Reading,
    influences: Influences,
    *,
    frame: pl.DataFrame | pl.LazyFrame,
    calibration: Calibration | Sequence[Calibration] | None = None,
    regression: str | None = None,
) -> Covariances:
    """How the estimates of ``influences`` covary; ``frame``: what was read, for the columns of ``calibration``.

    METHODS 3.2, 3.7-3.11.
    """
    design = reading.design
    if design.replicates is not None:
        if calibration is not None:
            raise EstimateError(
                ["the design has replicate weights, which know about a calibration only if each was calibrated"],
                "Calibrate every column of replicate weights, or leave replicates out.",
            )
        return _from_replicates(reading, influences)
    stages = place_in_stages(reading.placed, design)
    inside, member = influences.inside, influences.is_member
    if calibration is not None:
        inside = member = np.ones(len(inside), bool)
    form = find_form(stages, reading.placed, design, inside=inside, member=member)
    totals = influences.totals
    if calibration is not None:
        totals = _residuals(totals, frame, calibration, regression)
    psus, strata = _count_psus(stages, design, influences.member)
    return Covariances(influences, form.of(totals), psus, strata, None, np.inf, rows=totals)


def _residuals(
    totals: sparse.csr_array,
    frame: pl.DataFrame | pl.LazyFrame,
    calibration: Calibration | Sequence[Calibration],
    regression: str | None,
) -> Real:
    rows, columns = totals.shape
    if rows * columns > _MOST_RESIDUALS:
        raise EstimateError(
            [f"{columns} estimates of a calibrated sample of {rows} rows need {rows * columns} residuals"],
            "Compare fewer domains at once, by ``where``.",
        )
    calibrations = [calibration] if isinstance(calibration, Calibration) else list(calibration)
    steps = read_steps(frame.lazy().collect(), calibrations, regression=regression)
    at_once = max(1, _NUMBERS_AT_ONCE // max(1, rows))
    return np.hstack(
        [take_out(totals[:, start : start + at_once].toarray(), steps) for start in range(0, columns, at_once)]
    )


def _count_psus(
    stages: Sequence[Drawn], design: SurveyDesign, member: sparse.csr_array
) -> tuple[sparse.csr_array, Whole]:
    """Counted PSUs × estimates and the strata of those PSUs; a PSU taken for sure counts by the units in it."""
    first = stages[0]
    unit, strata = first.unit, first.stratum
    if design.certainty is not None:
        sure, second = is_sure(first)[first.unit], stages[1]
        unit = np.where(sure, len(first.first) + second.unit, unit)
        strata = np.concatenate([strata, len(first.sampled) + second.stratum])
    adder = sparse.csr_array((np.ones(len(unit)), (unit, np.arange(len(unit)))), shape=(len(strata), len(unit)))
    return sparse.csr_array(adder @ member), strata


def _from_replicates(reading: Reading, influences: Influences) -> Covariances:
    design = reading.design
    replicates = design.replicates
    assert replicates is not None
    weights = weigh_replicates(reading.placed, influences.parts[0][0].weight, replicates)
    theta = estimate_replicates(influences, weights)
    multipliers = np.array(replicates.multipliers)
    usable = ~np.isnan(theta) & (multipliers > 0)
    filled = np.where(usable, theta, 0.0)
    full = influences.table["estimate"].fill_null(float("nan")).to_numpy()
    centre = filled.sum(axis=1) / np.maximum(usable.sum(axis=1), 1) if replicates.centre == "mean" else full
    away = np.where(usable, theta - centre[:, None], 0.0)
    is_named = design.stratum is not None or design.cluster is not None
    most = float(replicates.df_most)

    def of(combinations: Real) -> Real:
        return np.asarray((away * multipliers) @ (away.T @ combinations))

    if is_named and replicates.df is None:
        psus, strata = _count_psus(place_in_stages(reading.placed, design)[:1], design, influences.member)
        return Covariances(influences, of, psus, strata, None, most, away=(away, multipliers), again=theta)
    own: list[float] = []
    for domains, values in influences.parts:
        for k in range(domains.table.height * len(values)):
            member = influences.member[:, [len(own)]].toarray().ravel() > 0
            own.append(count_df(domains, weights, replicates, None, member)[1][k // len(values)])
    return Covariances(influences, of, None, None, np.array(own), most, away=(away, multipliers), again=theta)


def estimate_replicates(influences: Influences, weights: Real) -> Real:
    """Estimates × replicates: every estimate made again with the weights of every replicate. METHODS 3.11."""
    columns = []
    for r in range(weights.shape[1]):
        made = []
        for domains, values in influences.parts:
            table = sum_items(domains.rows, weights[:, r], domains.table.height)
            theta = table.select(value.cast(pl.Float64).alias(str(j)) for j, value in enumerate(values))
            made.append(theta.fill_null(float("nan")).to_numpy().ravel())
        columns.append(np.concatenate(made))
    return np.column_stack(columns)
