"""Do the shares of one category agree with known ones? Tested by the design."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.designs.drawn import Real
from analysis.errors import EstimateError
from analysis.models.pearson import PEARSON_STATISTICS, judge_pearson
from analysis.models.sampled import Calibrated, Frame, read_sampled
from analysis.models.spread import spread_estimates
from analysis.models.working_tests import find_scale_factors


def goodness_of_fit_test(
    frame: Frame,
    design: SurveyDesign,
    *,
    of: str,
    shares: Mapping[object, float],
    statistic: str = "F",
    where: pl.Expr | None = None,
    calibration: Calibrated = None,
    df: float | None = None,
) -> pl.DataFrame:
    """Test that the population has the known ``shares`` of the levels of column ``of``.

    Parameters
    ----------
    frame, design, where, calibration
        As in ``fit_model``. Rows with a null in ``of`` leave the test and stay in the design.
    of
        Column of a category: whom the sample reached, or what people answered.
    shares
        Level → its known share, or count: only their ratios matter. Every level of the rows used, and those that
        nobody gave; all above 0.
    statistic
        How Pearson's X² of the weighted shares is judged: ``F``, ``chi_square``, ``saddlepoint`` or ``exact``, as
        in ``chi_square_test``.
    df
        Of the design; None: PSUs − strata of the rows used. ``math.inf``: without an estimated denominator.

    Returns
    -------
    pl.DataFrame
        One row: of, n, statistic, df_numerator, df (null where the statistic has none), p_value, pearson (X² of
        the weighted shares times n), design_effect (mean of the generalised ones), method. Statistic and p_value
        are null where the design leaves no variance.

    Raises
    ------
    EstimateError
        A level without a known share, a share that is not above 0, fewer than two levels, an unknown statistic.

    Notes
    -----
    A large p does not show that shares are the known ones. Of weights that were calibrated to ``shares`` it asks
    nothing: name the design weights, or the variance is 0.

    References
    ----------
    METHODS 19.13; Rao and Scott (1981), JASA 76. R's ``svygofchisq`` asks the same by totals, without the
    estimated denominator.

    Examples
    --------
    >>> people = pl.DataFrame({"w": [1.0] * 8, "sex": list("fffffmmm")})
    >>> found = goodness_of_fit_test(people, SurveyDesign("w"), of="sex", shares={"f": 0.5, "m": 0.5})
    >>> found.select(pl.col("pearson", "statistic").round(4), "df").row(0)  # 8·(1/8)²·4; δ = (15/64)/(1/4)·8/7
    (0.5, 0.4667, 7.0)
    """
    sample = read_sampled(frame, design, {of: pl.col(of)}, where=where, calibration=calibration)
    levels = list(shares)
    _refuse(sample.values[of], shares, statistic)
    place = {level: k for k, level in enumerate(levels)}
    code = np.array([place[level] for level in sample.values[of].to_list()])
    known = np.array([float(share) for share in shares.values()])
    known /= known.sum()
    weight = sample.weight_used

    def estimate(other: Real) -> Real:
        return np.asarray(np.bincount(code, other, len(levels)) / max(other.sum(), 1e-300))

    found = estimate(weight)
    indicator = (code[:, None] == np.arange(len(levels))).astype(float)
    spread = spread_estimates(sample, (indicator - found) / weight.sum(), found, estimate)
    simple = (np.diag(known) - np.outer(known, known)) / sample.n
    # Shares add up to 1: the last one follows from the others.
    effects = find_scale_factors(simple[:-1, :-1], spread.covariance[:-1, :-1])
    pearson = float(sample.n * ((found - known) ** 2 / known).sum())
    verdict = judge_pearson(pearson, effects, spread.df if df is None else float(df), statistic)
    return pl.DataFrame(
        {
            "of": [of],
            "n": [sample.n],
            "statistic": pl.Series([verdict.statistic], dtype=pl.Float64),
            "df_numerator": [verdict.numerator],
            "df": pl.Series([verdict.denominator], dtype=pl.Float64),
            "p_value": pl.Series([verdict.p_value], dtype=pl.Float64),
            "pearson": [pearson],
            "design_effect": [float(effects.mean())],
            "method": [f"{PEARSON_STATISTICS[statistic]}; {spread.how}"],
        }
    )


def _refuse(answers: pl.Series, shares: Mapping[object, float], statistic: str) -> None:
    problems = [
        f"level {level!r}: {rows} of {len(answers)} rows, and no known share"
        for level, rows in answers.value_counts().sort(answers.name).iter_rows()
        if level not in shares
    ]
    problems += [f"the share of {level!r} is {share}" for level, share in shares.items() if not 0 < share < np.inf]
    if len(shares) < 2:
        problems.append(f"{len(shares)} levels")
    if statistic not in PEARSON_STATISTICS:
        problems.append(f"statistic is {statistic!r}, known: {', '.join(PEARSON_STATISTICS)}")
    if problems:
        raise EstimateError(
            problems, "Name every level with a share or count above 0, or leave rows out by ``where``."
        )
