"""The plan of a sample: which margin each unit's share may expect, before anyone goes out."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from scipy import special

from analysis.errors import SizeError
from analysis.estimation.intervals import wilson_limits
from analysis.sampling.needed import size_for_target
from analysis.sampling.size import NOISE, two_sided_z

POWER = 0.8  # of a difference that is called visible  (METHODS 12.8)
RESULTS = (
    "population",
    "n",
    "responses",
    "share",
    "standard_error_points",
    "margin_points",
    "low_points",
    "high_points",
    "difference_points",
    "note",
)


def plan_sample(
    strata: pl.DataFrame,
    *,
    by: Sequence[str],
    n: str = "n",
    population: str | None = "population",
    share: float | str = 0.5,
    response_rate: float | str = 1.0,
    design_effect: float | str = 1.0,
    confidence: float = 0.95,
    target_margin: float | None = None,
) -> pl.DataFrame:
    """The margin each unit's share may expect from a planned sample, one row per unit.

    Parameters
    ----------
    strata
        One row per stratum (the result of ``allocate``); a unit may have several.
    by
        Columns of the unit; none: one row for everybody together.
    n
        Column: how many will be asked, whole numbers from 0 to the population.
    population
        Column of N >= 1; None: endless, then each unit must be one row.
    share
        Share expected, 0-1: a number, or a column (last year's results).
    response_rate
        Share of those asked who answer, above 0 to 1: number or column.
    design_effect
        Above 0: number or column. Of clusters and unequal weights inside the strata; strata count by themselves.
    target_margin
        0-1: adds ``meets_target`` and ``n_needed``, the number to ask in the same proportions (in no stratum more
        than are there; all of the unit where that is not enough).

    Returns
    -------
    pl.DataFrame
        ``by``, sorted, then ``population``, ``n``, ``responses`` (expected), ``share`` (0-1),
        and in points of 100: ``standard_error_points``, ``margin_points`` (half of the symmetric interval),
        ``low_points``, ``high_points`` (Wilson's limits if the share comes out as expected),
        ``difference_points`` (from another unit planned alike, seen with probability 0,8), ``note``.
        Figures are null where a stratum of the unit gets nobody; the note says so.

    Raises
    ------
    SizeError
        Columns missing, null, out of range, with row counts; ``n`` above the population; several rows for one
        unit without population.

    Notes
    -----
    Silently too optimistic when those who don't answer would have answered otherwise, and when people come in
    groups and ``design_effect`` is left at 1. With Wilson's limits far from symmetric, believe those.

    References
    ----------
    METHODS 12.8.

    Examples
    --------
    >>> strata = pl.DataFrame({"unit": ["A", "B"], "population": [20000, 300], "n": [300, 90]})
    >>> plan_sample(strata, by=["unit"], share=0.85)["margin_points"].round(1).to_list()
    [4.0, 6.2]
    """
    _refuse_columns(strata, [*by, n, *([population] if population else [])], by)
    rows = _read_rows(strata, by, n, population, share, response_rate, design_effect)
    _refuse_rows(rows, by, population, confidence, target_margin)
    p, big = pl.col("share"), pl.col("population")
    weight = (big / big.sum().over(by)) if by else big / big.sum()
    scale = weight**2 * p * (1 - p) * pl.col("deff")
    left = pl.when(big > 1).then((big - pl.col("responses")) / (big - 1)).otherwise(0.0)
    if population is None:
        scale, left, weight = p * (1 - p) * pl.col("deff"), pl.lit(1.0), pl.lit(1.0)
    shrinks = scale / pl.col("responses") * (pl.lit(1.0) if population is None else _over(big, big - 1))
    constant = pl.lit(0.0) if population is None else scale * _over(pl.lit(1.0), big - 1)
    parts = rows.with_columns(
        (scale / pl.col("responses") * left).alias("v"),
        shrinks.alias("shrinks"),
        constant.alias("constant"),
        (weight * p).alias("part"),
        (pl.col("n") == 0).alias("empty"),
    )
    sums = [
        *(pl.col(name).sum() for name in ("population", "n", "responses", "v", "shrinks", "constant", "empty")),
        pl.col("part").sum().alias("share"),
        (pl.col("responses") / pl.col("deff")).sum().alias("kish"),
    ]
    units = parts.group_by(by).agg(sums).sort(by) if by else parts.select(sums)
    if target_margin is not None:
        wanted = (target_margin / two_sided_z(confidence)) ** 2
        needed = size_for_target(parts.filter(pl.col("n") > 0), by, variance=wanted, noise=NOISE)
        units = units.join(needed, on=by, how="left", maintain_order="left") if by else units.hstack(needed)
    return _finish(units, by, population, confidence, target_margin)


def _finish(
    units: pl.DataFrame, by: Sequence[str], population: str | None, confidence: float, target_margin: float | None
) -> pl.DataFrame:
    z, known = two_sided_z(confidence), pl.col("empty") == 0
    p, v = units["share"].to_numpy(), units["v"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = np.where(v > 0, p * (1 - p) / v, np.maximum(units["kish"].to_numpy(), NOISE))
        low, high = wilson_limits(p, effective, np.full(len(p), np.inf), confidence)
    census = (units["v"] <= 0) & (units["responses"] >= units["population"]).fill_null(False)
    error = pl.col("v").sqrt()
    difference = (z + float(special.ndtri(POWER))) * (2 * pl.col("v")).sqrt()
    figures = {
        "standard_error_points": error,
        "margin_points": z * error,
        "low_points": pl.when(census).then(pl.col("share")).otherwise(pl.Series(low)),
        "high_points": pl.when(census).then(pl.col("share")).otherwise(pl.Series(high)),
        "difference_points": difference,
    }
    planned = units.with_columns(
        *(pl.when(known).then(100 * value).alias(name) for name, value in figures.items()),
        pl.when(~known)
        .then(pl.format("{} strata get nobody", pl.col("empty")))
        .when(census)
        .then(pl.lit("everybody is asked"))
        .alias("note"),
        (pl.lit(None, pl.Float64) if population is None else pl.col("population")).alias("population"),
    )
    result = [*by, *RESULTS]
    if target_margin is not None:
        planned = planned.with_columns(
            pl.when(known).then(z * error <= target_margin + NOISE).alias("meets_target"),
            pl.when(known).then("n_needed").alias("n_needed"),
        )
        result += ["meets_target", "n_needed"]
    return planned.with_columns(pl.col("population", "n").cast(pl.Int64)).select(result)


def _over(top: pl.Expr, bottom: pl.Expr) -> pl.Expr:
    return pl.when(bottom > 0).then(top / bottom).otherwise(0.0)


def _read_rows(
    strata: pl.DataFrame,
    by: Sequence[str],
    n: str,
    population: str | None,
    share: float | str,
    response_rate: float | str,
    design_effect: float | str,
) -> pl.DataFrame:
    def read(value: float | str | None, name: str) -> pl.Expr:
        source = pl.col(value) if isinstance(value, str) else pl.lit(value, dtype=pl.Float64)
        return source.cast(pl.Float64).alias(name)

    named = [value for value in (share, response_rate, design_effect) if isinstance(value, str)]
    _refuse_columns(strata, named, by)
    return strata.select(
        *by,
        pl.col(n).cast(pl.Float64).alias("n"),
        read(share, "share"),
        read(response_rate, "rate"),
        read(design_effect, "deff"),
        (pl.lit(None, pl.Float64) if population is None else pl.col(population).cast(pl.Float64)).alias(
            "population"
        ),
    ).with_columns((pl.col("n") * pl.col("rate")).alias("responses"))


def _refuse_columns(strata: pl.DataFrame, named: Sequence[str], by: Sequence[str]) -> None:
    problems = [f"column {name!r} is missing" for name in named if name not in strata.columns]
    if not strata.height:
        problems.append("the plan has 0 rows")
    for name in named:
        if name in strata.columns and name not in by and not strata.schema[name].is_numeric():
            problems.append(f"column {name!r} is {strata.schema[name]}, not a number")
    problems += [f"by column {name!r} is also a column of the result" for name in by if name in RESULTS]
    if problems:
        raise SizeError(problems, "Name columns of the frame, and rename these.")


def _refuse_rows(
    rows: pl.DataFrame, by: Sequence[str], population: str | None, confidence: float, target: float | None
) -> None:
    claims = {
        "n is null, below 0 or not whole": ~((pl.col("n") >= 0) & (pl.col("n") == pl.col("n").floor())),
        "share is null or outside 0-1": ~pl.col("share").is_between(0, 1),
        "response_rate is null or not above 0 and at most 1": ~((pl.col("rate") > 0) & (pl.col("rate") <= 1)),
        "design_effect is null or not above 0": ~((pl.col("deff") > 0) & pl.col("deff").is_finite()),
    }
    if population is not None:
        claims["population is null or below 1"] = ~(pl.col("population") >= 1)
        claims["n is above the population"] = pl.col("n") > pl.col("population")
    problems = [
        f"{claim} in {wrong} of {rows.height} rows"
        for claim, expression in claims.items()
        if (wrong := rows.filter(expression.fill_null(True)).height)
    ]
    problems += [
        f"by column {name!r} is null in {nulls} rows" for name in by if (nulls := rows[name].null_count())
    ]
    if population is None and rows.height > (rows.unique(by).height if by else 1):
        problems.append(f"{rows.height} rows for fewer units, and no population to weigh them by")
    if not 0 < confidence < 1:
        problems.append(f"confidence is {confidence}, not between 0 and 1")
    if target is not None and not 0 < target < 1:
        problems.append(f"target_margin is {target}, not between 0 and 1")
    if problems:
        raise SizeError(problems, "Mend these rows; shares, rates and margins are written 0-1.")
