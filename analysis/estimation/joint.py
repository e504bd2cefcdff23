"""Estimates with their covariance matrix, on request and for few: differences, contrasts, correlations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.errors import EstimateError
from analysis.estimation.estimate import mean_quantity, total_quantity
from analysis.estimation.intervals import t_quantile
from analysis.estimation.rows import Rows, read_rows
from analysis.estimation.totals import Quantity, deviate, is_member

LARGEST_MATRIX = 1_000
STATISTICS = {"mean": mean_quantity, "total": total_quantity}


@dataclass(frozen=True)
class JointEstimates:
    """``estimates``: by…, value, n, estimate, standard_error, one row per domain × value; ``covariance``: square,
    rows and columns in that order; ``df``: PSUs − strata that have members of any of them."""

    estimates: pl.DataFrame
    covariance: NDArray[np.float64]
    df: float


def estimate_jointly(
    frame: pl.DataFrame | pl.LazyFrame,
    design: SurveyDesign,
    *,
    values: Sequence[str],
    by: Sequence[str] = (),
    where: pl.Expr | None = None,
    statistic: str = "mean",
) -> JointEstimates:
    """Means (or totals) of ``values`` in every domain, with the covariance of every pair.

    Values answered by the same person, and domains that share PSUs or strata, covary; so this is what a
    difference between two of them needs. Nulls leave the domain. At most LARGEST_MATRIX estimates: name the
    domains to be compared with ``where``. Raises EstimateError beyond. METHODS 3.2, 3.4.
    """
    if statistic not in STATISTICS:
        raise EstimateError([f"statistic is {statistic!r}"], f"Known: {', '.join(STATISTICS)}.")
    items = {value: pl.col(value) if where is None else pl.when(where).then(pl.col(value)) for value in values}
    read = read_rows(frame, design, items=items, by=by)
    quantities = [STATISTICS[statistic](value, k) for k, value in enumerate(values)]
    size = read.domains.height * len(quantities)
    if size > LARGEST_MATRIX:
        raise EstimateError(
            [f"{size} estimates would need {size}² covariances"],
            f"Ask for at most {LARGEST_MATRIX}, by ``where``.",
        )
    tables, psu_totals = _reduce(read, quantities)
    covariance, df = _covary(read, design, psu_totals, size)
    estimates = tables.with_columns(pl.Series("standard_error", np.sqrt(np.diag(covariance))))
    told = estimates.select(*read.by, "value", "n", "estimate", "standard_error")
    return JointEstimates(told.rename(dict(zip(read.by, by, strict=True))), covariance, df)


def contrast(
    joint: JointEstimates, coefficients: Sequence[float], *, confidence: float = 0.95, df: float | None = None
) -> pl.DataFrame:
    """Σ cᵢ·estimateᵢ with its standard error from the full covariance, and a t interval; one row.

    ``coefficients`` in the order of ``joint.estimates``. Raises EstimateError when their number differs.
    METHODS 3.4, 4.1.
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


def _reduce(read: Rows, quantities: Sequence[Quantity]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The estimates, and one row per (stratum, PSU, domain) with the PSU totals of every influence."""
    rows = read.rows if read.has_clusters else read.rows.with_row_index("cluster")
    deviations = deviate(rows, read.domains, quantities)
    totals: Mapping[str, pl.Expr] = {
        f"t{j}": (pl.col("weight") * quantity.influence).sum() for j, quantity in enumerate(quantities)
    }
    counts = {f"n{j}": is_member(quantity).sum() for j, quantity in enumerate(quantities)}
    psus = deviations.group_by("stratum", "cluster", "domain", maintain_order=True).agg(**totals, **counts)
    tables = [
        read.domains.select("domain", *read.by, pl.lit(q.name).alias("value"), q.value.alias("estimate"))
        .join(psus.group_by("domain").agg(pl.col(f"n{j}").sum().alias("n")), on="domain", how="left")
        .with_columns(pl.lit(j).alias("position"))
        for j, q in enumerate(quantities)
    ]
    return pl.concat(tables).sort("domain", "position"), psus


def _covary(read: Rows, design: SurveyDesign, psus: pl.DataFrame, size: int) -> tuple[NDArray[np.float64], float]:
    """Covariance of all estimates and the degrees of freedom; METHODS 3.2 with products for squares."""
    each = size // max(1, read.domains.height)
    numbered = psus.with_columns(
        pl.struct("stratum", "cluster").rank("dense").cast(pl.Int64).sub(1).alias("psu"),
        pl.any_horizontal(pl.col(f"n{j}") > 0 for j in range(each)).alias("has_members"),
    )
    matrix = np.zeros((numbered["psu"].n_unique(), size))
    for j in range(each):
        matrix[numbered["psu"].to_numpy(), numbered["domain"].to_numpy() * each + j] = numbered[f"t{j}"].to_numpy()
    of_psu = numbered.group_by("psu").agg(pl.col("stratum").first(), pl.col("has_members").any()).sort("psu")
    members = of_psu.filter("has_members")
    df = float(members.height - members["stratum"].n_unique())
    total = np.zeros((size, size))
    grand = matrix.sum(axis=0) / int(read.strata["psus"].sum())
    regular, alone = 0, 0
    for (stratum,), part in of_psu.group_by("stratum", maintain_order=True):
        sampled, population = read.strata.row(int(stratum))[1:]
        correction = 1.0 if population is None else max(0.0, 1 - sampled / population)
        block = matrix[part["psu"].to_numpy()]
        if sampled > 1:
            regular += 1
            centre = block.sum(axis=0) / sampled
            centred = block - centre
            outside = (sampled - len(block)) * np.outer(centre, centre)
            total += correction * sampled / (sampled - 1) * (centred.T @ centred + outside)
        else:
            alone += correction > 0
            regular += correction <= 0
            if design.lonely == "adjust":
                total += correction * (block - grand).T @ (block - grand)
    if design.lonely == "average" and alone and regular:
        total *= (regular + alone) / regular
    return total, df
