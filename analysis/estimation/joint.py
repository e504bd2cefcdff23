"""Estimates with their covariance matrix, on request and for few: what differences and contrasts start from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.designs.reading import Reading
from analysis.errors import EstimateError
from analysis.estimation.asked import check_kinds, check_names
from analysis.estimation.covary import Covariances, find_covariances
from analysis.estimation.estimate import mean_quantity, ratio_items, total_quantity
from analysis.estimation.influences import find_influences
from analysis.estimation.inside import read_inside
from analysis.estimation.intervals import t_quantile
from analysis.estimation.totals import Quantity
from analysis.grouping.names import Names, list_names
from analysis.weighting.auxiliaries import Calibration

LARGEST_MATRIX = 1_000
_ZERO = 1e-10  # a standard error below this part of the estimate is rounding noise
JOINT_COLUMNS = ("value", "n", "estimate", "standard_error", "df")
STATISTICS = {"mean": mean_quantity, "total": total_quantity}
Frame = pl.DataFrame | pl.LazyFrame


@dataclass(frozen=True)
class JointEstimates:
    """``estimates``: by…, value, n, estimate, standard_error, df, one row per domain × value; ``covariance``:
    square, rows and columns in that order; ``df``: PSUs − strata that have members of any of them.
    ``random_covariance``: what simple random samples of the same sizes would have had; ``names``: of the rows, for
    expressions; ``again``: with replicates, estimates × replicates, the multipliers, and whether they are centred
    at their mean."""

    estimates: pl.DataFrame
    covariance: NDArray[np.float64]
    df: float
    random_covariance: NDArray[np.float64]
    names: tuple[str, ...]
    again: tuple[NDArray[np.float64], NDArray[np.float64], bool] | None = None


def estimate_jointly(
    frame: Frame,
    design: SurveyDesign,
    *,
    values: Names = (),
    by: Names = (),
    where: pl.Expr | None = None,
    statistic: str = "mean",
    ratios: Mapping[str, tuple[str, str]] | None = None,
    calibration: Calibration | Sequence[Calibration] | None = None,
    regression: str | None = None,
) -> JointEstimates:
    """Means (or totals) of ``values``, and ``ratios``, in every domain, with the covariance of every pair.

    Values answered by the same person, and domains that share PSUs or strata, covary; so this is what a
    difference between two of them needs. Any design: several stages, PPS, replicates; with ``calibration`` the
    covariances know what the weights were made to meet. Nulls leave the domain. At most LARGEST_MATRIX
    estimates: name the domains to be compared with ``where``; those it leaves nobody in are no part. Rules for
    lonely strata inside domains are followed for all the domains together. Raises EstimateError.
    METHODS 3.2, 3.4, 3.7-3.11.

    >>> sample = pl.DataFrame({"w": [1.0] * 4, "a": [1.0, 2.0, 3.0, 6.0], "b": [2.0, 4.0, 6.0, 12.0]})
    >>> estimate_jointly(sample, SurveyDesign("w"), values=["a", "b"]).covariance.round(4).tolist()
    [[1.1667, 2.3333], [2.3333, 4.6667]]
    """
    if statistic not in STATISTICS:
        raise EstimateError([f"statistic is {statistic!r}"], f"Known: {', '.join(STATISTICS)}.")
    values, by = list_names(values), list_names(by)
    items = {value: pl.col(value) for value in values}
    quantities = [STATISTICS[statistic](value, k) for k, value in enumerate(values)]
    of_ratios, ratio_quantities = ratio_items(ratios or {}, after=len(items))
    quantities += ratio_quantities
    if not quantities:
        raise EstimateError(["nothing to estimate was named"], "Name at least one column or ratio.")
    items = items | of_ratios
    check_names(by, [quantity.name for quantity in quantities], taken=JOINT_COLUMNS, label="value")
    check_kinds(frame, design, items, where)
    reading = read_inside(frame, design, items=items, keys=by, where=where)
    covariances = covary_quantities(reading, quantities, by, frame, calibration, regression)
    return _tell(covariances, by, design)


def covary_quantities(
    reading: Reading,
    quantities: Sequence[Quantity],
    by: Sequence[str],
    frame: Frame,
    calibration: Calibration | Sequence[Calibration] | None,
    regression: str | None,
) -> Covariances:
    """The covariances of every quantity in every domain, not yet computed. METHODS 3.2, 3.7-3.11."""
    influences = find_influences(reading, by, quantities, label="value")
    if (size := influences.table.height) > LARGEST_MATRIX:
        raise EstimateError(
            [f"{size} estimates would need {size}² covariances"],
            f"Ask for at most {LARGEST_MATRIX}, by ``where``.",
        )
    return find_covariances(reading, influences, frame=frame, calibration=calibration, regression=regression)


def _tell(covariances: Covariances, by: Sequence[str], design: SurveyDesign) -> JointEstimates:
    covariance, again = covariances.matrix(), None
    if design.replicates is not None and covariances.again is not None and covariances.away is not None:
        again = (covariances.again, covariances.away[1], design.replicates.centre == "mean")
    covariance = np.where(_is_noise(covariances, covariance), 0.0, covariance)
    table = covariances.influences.table.with_columns(
        pl.Series("standard_error", np.sqrt(np.maximum(np.diag(covariance), 0.0))),
        pl.Series("df", covariances.df_each()),
    )
    return JointEstimates(
        table.select(*by, *JOINT_COLUMNS),
        covariance,
        covariances.df_of(np.arange(table.height)),
        covariances.random_matrix(),
        name_rows(table, by, "value"),
        again,
    )


def _is_noise(covariances: Covariances, covariance: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Rows and columns of estimates whose variance is rounding noise, as that of a domain that is one PSU."""
    size = covariances.influences.table["estimate"].fill_null(0.0).fill_nan(0.0).abs().to_numpy()
    zero = np.sqrt(np.maximum(np.diag(covariance), 0.0)) <= _ZERO * size
    return np.asarray(zero[:, None] | zero[None, :])


def name_rows(table: pl.DataFrame, by: Sequence[str], label: str) -> tuple[str, ...]:
    """A name for every row: its domain (levels joined by "."), its value, or domain:value where both vary.

    METHODS 3.4.
    """
    domain = [".".join(str(level) for level in row) for row in table.select(by).rows()] if by else []
    if not by:
        return tuple(table[label])
    if table[label].n_unique() == 1:
        return tuple(domain)
    return tuple(f"{where}:{value}" for where, value in zip(domain, table[label], strict=True))


def contrast(
    joint: JointEstimates, coefficients: Sequence[float], *, confidence: float = 0.95, df: float | None = None
) -> pl.DataFrame:
    """Σ cᵢ·estimateᵢ with its standard error from the full covariance, and a t interval; one row.

    ``coefficients`` in the order of ``joint.estimates``. Raises EstimateError when their number differs. Several
    at once, ratios and any smooth function: ``comparison.estimate_contrasts``. METHODS 3.4, 4.1.
    """
    c = np.asarray(coefficients, float)
    if c.shape != (joint.estimates.height,):
        raise EstimateError(
            [f"{c.size} coefficients for {joint.estimates.height} estimates"], "Give one per row of estimates."
        )
    degrees = joint.df if df is None else df
    estimate = float(c @ joint.estimates["estimate"].to_numpy())
    error = float(np.sqrt(max(0.0, c @ joint.covariance @ c)))
    half = float(t_quantile(degrees, confidence)) * error if degrees >= 1 else None
    return pl.DataFrame(
        {
            "estimate": [estimate],
            "standard_error": [error],
            "low": [None if half is None else estimate - half],
            "high": [None if half is None else estimate + half],
            "confidence": [confidence],
            "df": [float(degrees)],
        }
    )
