"""Rank tests of two or more groups by the design."""

from collections.abc import Callable

import numpy as np
import polars as pl
from scipy import special

from analysis.design import SurveyDesign
from analysis.designs.drawn import Real
from analysis.errors import EstimateError
from analysis.models.groups import differ_by_row, place_in_groups, subtract_means
from analysis.models.sampled import Calibrated, Frame, name_role, read_sampled
from analysis.models.spread import spread_estimates
from analysis.models.tabulate import above_f, tabulate_estimates
from analysis.models.wald_test import quadratic_form

Scores = Callable[[Real], Real]
RANK_SCORES: dict[str, Scores] = {
    "wilcoxon": lambda share: share,
    "kruskal_wallis": lambda share: share,
    "van_der_waerden": special.ndtri,
    "median": lambda share: (share > 0.5).astype(float),
}
TIES = ("weighted", "simple")


def rank_test(
    frame: Frame,
    design: SurveyDesign,
    *,
    value: str | pl.Expr,
    by: str,
    scores: str | Scores = "wilcoxon",
    ties: str = "weighted",
    where: pl.Expr | None = None,
    calibration: Calibrated = None,
    confidence: float = 0.95,
) -> pl.DataFrame:
    """Do the groups of ``by`` answer alike, judged by ranks in the population rather than by means?

    Parameters
    ----------
    frame, design, where, calibration, confidence
        As in ``fit_model``. Rows with a null leave the test and stay in the design.
    value
        Numbers or an Enum; only their order counts.
    by
        Column with two or more levels in the rows used.
    scores
        ``wilcoxon`` (also called ``kruskal_wallis``), ``van_der_waerden`` (normal scores), ``median`` (Mood's);
        or a function of the estimated population rank as a share, 0-1.
    ties
        Rank of equal values: ``weighted``, the middle of all they stand for; ``simple``, the plain mean of their
        single ranks as R survey takes it, which depends on the order of rows when their weights differ.

    Returns
    -------
    pl.DataFrame
        One row. Two groups: comparison (second − first), and the columns of ``t_test`` for the difference of mean
        scores. More: comparison, n, statistic (F), chi_square, df_numerator, df, p_value, method.

    Raises
    ------
    EstimateError
        Fewer than two groups, unknown scores or ties, more groups than PSUs allow.

    Notes
    -----
    Not a test of medians or means: it tells groups apart only where one tends to be above the other.

    References
    ----------
    METHODS 19.3; Lumley and Scott (2013), Biometrika 100. Checked against R svyranktest (p18).

    Examples
    --------
    >>> people = pl.DataFrame({"w": [1.0] * 4, "sex": ["f", "m", "f", "m"], "level": [5, 2, 4, 1]})
    >>> rank_test(people, SurveyDesign("w"), value="level", by="sex").select("comparison", "estimate").row(0)
    ('m − f', -0.5)
    """
    score = _find_scores(scores, ties)
    answer = pl.col(value) if isinstance(value, str) else value
    ranked, group = name_role("value", value), name_role("by", by)
    columns = {ranked: answer, group: pl.col(by)}
    sample = read_sampled(frame, design, columns, where=where, calibration=calibration)
    _refuse_unordered(sample.values[ranked])
    groups = place_in_groups(sample.values[group], what=by)
    weight = sample.weight_used
    scored = score(rank_in_population(sample.values[ranked], weight, ties=ties))
    estimates = subtract_means(scored, groups, weight)
    influence = differ_by_row(scored, groups, weight)
    # Scores are those of the sample in every replicate too, as in R.
    spread = spread_estimates(sample, influence, np.zeros(len(estimates)), lambda other: other @ influence)
    name = f"rank test, scores {scores if isinstance(scores, str) else 'given'}, ties {ties}"
    free = spread.df - len(estimates)
    if len(estimates) == 1:
        labels = {"comparison": [f"{groups.names[1]} − {groups.names[0]}"]}
        table = tabulate_estimates(labels, estimates, spread, sample, df=free, confidence=confidence)
        return table.with_columns(pl.format("{}; {}", pl.lit(name), "method").alias("method"))
    chi_square = quadratic_form(estimates, spread.covariance)
    statistic = chi_square / len(estimates)
    return pl.DataFrame(
        {
            "comparison": [", ".join(groups.names)],
            "n": [sample.n],
            "statistic": [statistic],
            "chi_square": [chi_square],
            "df_numerator": [len(estimates)],
            "df": [float(free)],
            "p_value": pl.Series([above_f(statistic, len(estimates), free)], dtype=pl.Float64),
            "method": [f"{name}; {spread.how}; Wald F"],
        }
    )


def _refuse_unordered(values: pl.Series) -> None:
    if values.dtype in (pl.String, pl.Categorical):
        raise EstimateError(
            [f"{values.name.strip()} is text with {values.n_unique()} levels in {len(values)} rows used"],
            "Make it an Enum, lowest first: the order of the alphabet is not that of levels.",
        )


def rank_in_population(values: pl.Series, weight: Real, *, ties: str) -> Real:
    """Share of the population below each value, half of those at the value itself included. METHODS 19.3."""
    code = values.rank("dense").to_numpy().astype(np.int64) - 1
    if ties == "weighted":
        of_value = np.bincount(code, weight)
        return np.asarray((np.cumsum(of_value) - of_value / 2)[code] / weight.sum())
    order = np.argsort(code, kind="stable")
    single = np.empty(len(code))
    single[order] = np.cumsum(weight[order]) - weight[order] / 2
    return np.asarray((np.bincount(code, single) / np.bincount(code))[code] / weight.sum())


def _find_scores(scores: str | Scores, ties: str) -> Scores:
    problems = []
    if ties not in TIES:
        problems.append(f"ties is {ties!r}, known: {', '.join(TIES)}")
    if isinstance(scores, str) and scores not in RANK_SCORES:
        problems.append(f"scores is {scores!r}, known: {', '.join(RANK_SCORES)}")
    if problems:
        raise EstimateError(problems, "Choose one of them, or give a function of the rank as a share.")
    return RANK_SCORES[scores] if isinstance(scores, str) else scores
