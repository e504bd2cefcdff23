"""Correlations of answers in the population, by domains, with design-based intervals."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import polars as pl
from scipy import special

from analysis.design import SurveyDesign
from analysis.designs.drawn import Real
from analysis.errors import EstimateError
from analysis.estimation.intervals import t_quantile
from analysis.models.any_statistic import estimate_statistic
from analysis.models.sampled import Calibrated, Frame
from analysis.models.scale_statistics import add_by_row, covary


def estimate_correlations(
    frame: Frame,
    design: SurveyDesign,
    *,
    values: Sequence[str],
    by: Sequence[str] = (),
    where: pl.Expr | None = None,
    calibration: Calibrated = None,
    confidence: float = 0.95,
    df: float | None = None,
) -> pl.DataFrame:
    """Pearson's correlation of every pair of ``values`` in every domain, with interval and test.

    Parameters
    ----------
    frame, design, where, calibration, confidence
        As in ``fit_model``. Rows with a null in any of ``values`` leave the figure and stay in the design.
    values
        Two or more columns of numbers or Booleans.
    by
        Columns whose combinations are domains.
    df
        None: PSUs − strata of the rows used; infinite: normal limits.

    Returns
    -------
    pl.DataFrame
        One row per domain × pair, in the order of ``values``: by…, value, other, n, sum_weights, estimate (−1 to
        1), standard_error, low, high, confidence, df, statistic and p_value (of no correlation, on Fisher's z),
        design_effect, method, note. Domains without rows or in which a column does not vary are empty, with a
        note.

    Raises
    ------
    EstimateError
        Fewer than two columns, one named twice, a column that does not vary in the whole sample.

    Notes
    -----
    Of lines only: 0 where a relation bends. Silently smaller the more alike people in a domain are.

    References
    ----------
    METHODS 19.12. The estimate is that of R's ``cov2cor(svyvar(…))``.

    Examples
    --------
    >>> people = pl.DataFrame({"w": [1.0] * 5, "speed": [1, 2, 3, 4, 5], "staff": [2, 1, 4, 3, 5]})
    >>> found = estimate_correlations(people, SurveyDesign("w"), values=["speed", "staff"])
    >>> found.select("value", "other", pl.col("estimate", "low", "high").round(3)).row(0)
    ('speed', 'staff', 0.8, 0.248, 0.96)
    """
    problems = [
        f"column {each!r} is named twice" for each in dict.fromkeys(values) if list(values).count(each) > 1
    ]
    if len(values) < 2:
        problems.append(f"{len(values)} columns")
    schema = frame.lazy().collect_schema()
    problems += [
        f"column {each!r} is {schema[each]}, not numbers"
        for each in values
        if each in schema and not (schema[each].is_numeric() or schema[each] == pl.Boolean)
    ]
    if problems:
        raise EstimateError(problems, "Name at least two different columns of numbers.")
    pairs = list(combinations(range(len(values)), 2))
    names = [f"{values[i]} × {values[j]}" for i, j in pairs]
    found = estimate_statistic(
        frame,
        design,
        statistic=lambda rows, weight: dict(zip(names, _correlate(rows, weight, pairs), strict=True)),
        influence=lambda rows, weight: _add_by_row(rows, weight, pairs),
        values=values,
        by=by,
        where=where,
        calibration=calibration,
        confidence=confidence,
        df=df,
    )
    first, second = ([values[pair[k]] for pair in pairs] * (found.height // len(pairs)) for k in (0, 1))
    named = found.with_columns(pl.Series("value", first), pl.Series("other", second)).drop("figure")
    return _test_on_fisher(named, confidence).select(*by, "value", "other", pl.exclude(*by, "value", "other"))


def _correlate(rows: pl.DataFrame, weight: Real, pairs: Sequence[tuple[int, int]]) -> list[float]:
    covariance = covary(_read(rows), weight)[1]
    size = _size(covariance)
    return [float(covariance[i, j] / (size[i] * size[j])) for i, j in pairs]


def _add_by_row(rows: pl.DataFrame, weight: Real, pairs: Sequence[tuple[int, int]]) -> Real:
    away, covariance = covary(_read(rows), weight)
    size = _size(covariance)
    influences = []
    for i, j in pairs:
        slope = np.zeros(covariance.shape)
        r = covariance[i, j] / (size[i] * size[j])
        slope[i, j] = slope[j, i] = 1 / (2 * size[i] * size[j])
        slope[i, i], slope[j, j] = -r / (2 * size[i] ** 2), -r / (2 * size[j] ** 2)
        influences.append(add_by_row(away, covariance, weight, slope))
    return np.column_stack(influences)


def _read(rows: pl.DataFrame) -> Real:
    return rows.cast(pl.Float64).to_numpy()


def _size(covariance: Real) -> Real:
    """Standard deviations; NaN of a column that does not vary."""
    variance = np.diag(covariance)
    return np.sqrt(np.where(variance > 0, variance, np.nan))


def _test_on_fisher(found: pl.DataFrame, confidence: float) -> pl.DataFrame:
    estimate, error, df = (found[c].fill_null(np.nan).to_numpy() for c in ("estimate", "standard_error", "df"))
    regular = (error > 0) & (df >= 1) & (np.abs(estimate) < 1)
    low, high, statistic, p_value = (np.full(len(estimate), np.nan) for _ in range(4))
    z = np.arctanh(estimate[regular])
    width = error[regular] / (1 - estimate[regular] ** 2)
    half = t_quantile(df[regular], confidence) * width
    low[regular], high[regular] = np.tanh(z - half), np.tanh(z + half)
    statistic[regular] = z / width
    p_value[regular] = _two_sided(z / width, df[regular])
    made = pl.DataFrame({"low": low, "high": high, "statistic": statistic, "p_value": p_value}).fill_nan(None)
    where = found.columns.index("df") + 1
    named = found.with_columns(
        made["low"], made["high"], pl.col("method").str.replace("t(df)", _NAME, literal=True)
    )
    return named.insert_column(where, made["statistic"]).insert_column(where + 1, made["p_value"])


_NAME = "t(df) of Fisher's z"


def _two_sided(statistic: Real, df: Real) -> Real:
    return np.asarray(
        2 * np.where(np.isinf(df), special.ndtr(-np.abs(statistic)), special.stdtr(df, -np.abs(statistic)))
    )
