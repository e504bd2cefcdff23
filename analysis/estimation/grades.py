"""Whether a figure is exact enough to be printed: its coefficient of variation, and a grade by a rule."""

from dataclasses import dataclass

import polars as pl

from analysis.errors import EstimateError

GRADES = ("publish", "with_care", "withhold")
_NEEDED = ("estimate", "standard_error", "low", "high", "n", "n_effective", "df")


@dataclass(frozen=True)
class GradeRule:
    """What is asked of a figure; None: not asked. METHODS 5.1.

    Parameters
    ----------
    n_least, n_effective_least
        Fewer: withhold.
    df_least
        Fewer: with care, for the standard error is itself uncertain.
    width_fine, width_most, relative_width_most
        Of the interval of a share, between 0 and 1: fine up to the first, too wide from the second on; between,
        withheld where it is more than so many times the share.
    cv_fine, cv_most
        Coefficient of variation: fine up to the first, withheld above the second.

    Examples
    --------
    >>> GradeRule(n_least=60, df_least=9, cv_fine=0.15, cv_most=0.30).cv_most
    0.3
    """

    n_least: float | None = None
    n_effective_least: float | None = None
    df_least: float | None = None
    width_fine: float | None = None
    width_most: float | None = None
    relative_width_most: float | None = None
    cv_fine: float | None = None
    cv_most: float | None = None


SHARES = GradeRule(30, 30, 8, 0.05, 0.30, 1.30)  # METHODS 5.1, after NCHS
MEANS = GradeRule(cv_fine=0.165, cv_most=0.333)  # METHODS 5.1, after Statistics Canada


def grade_estimates(estimates: pl.DataFrame, *, rule: GradeRule = SHARES, whole: float = 100.0) -> pl.DataFrame:
    """Figures with their coefficient of variation, a grade and its reasons beside them.

    Parameters
    ----------
    estimates
        As the estimators give them; one row per figure. Nulls: unknown.
    rule
        ``SHARES`` (the default), ``MEANS`` for means and totals, or an office's own.
    whole
        What a share of all is in ``estimates``: 100, or 1. Only widths use it.

    Returns
    -------
    pl.DataFrame
        All columns given, then coefficient_of_variation (standard error over the estimate's size; null where that
        is 0 or unknown), grade (publish, with_care, withhold) and grade_reason (Vietnamese / English, null where
        nothing is to be said). A figure without what the rule asks for is withheld.

    Raises
    ------
    EstimateError
        A column is missing, or there already.

    Notes
    -----
    A grade says how exact a figure is, not whether it may identify anybody: that is METHODS 7. A small CV near
    100 % says nothing: share 99 and share 1 have the same error and a hundredfold CV, so shares are judged by the
    width of their interval. Silently too kind when ``standard_error`` leaves out a stage of the design.

    References
    ----------
    METHODS 5.1; Parker et al. (2017), NCHS, Vital and Health Statistics 2(175); Statistics Canada's CV guideline.

    Examples
    --------
    >>> from analysis import SurveyDesign, estimate_composites
    >>> sample = pl.DataFrame({"w": [1.0] * 40, "q1": [100.0] * 36 + [0.0] * 4})
    >>> found = estimate_composites(sample, SurveyDesign("w"), nodes={"q1": {"q1": 1.0}}, by=[])
    >>> grade_estimates(found).select("estimate", pl.col("coefficient_of_variation").round(3), "grade").row(0)
    (90.0, 0.053, 'publish')
    """
    made = ("coefficient_of_variation", "grade", "grade_reason")
    problems = [f"column {name!r} is missing" for name in _NEEDED if name not in estimates.columns]
    problems += [f"column {name!r} is there already" for name in made if name in estimates.columns]
    if problems:
        raise EstimateError(problems, "Give what an estimator returned, once.")
    size = pl.col("estimate").abs()
    cv = pl.when(size > 0).then(pl.col("standard_error") / size)
    graded = estimates.with_columns(cv.alias("coefficient_of_variation"))
    judged = _judge(rule, whole)
    worst = pl.max_horizontal(*(pl.when(claim).then(grade).otherwise(0) for claim, grade, _ in judged))
    reason = pl.concat_str(
        *(pl.when(claim).then(pl.lit(said)) for claim, _, said in judged), separator=" | ", ignore_nulls=True
    )
    named = worst.replace_strict(dict(enumerate(GRADES)), return_dtype=pl.String)
    return graded.with_columns(named.alias("grade"), pl.when(reason != "").then(reason).alias("grade_reason"))


def _judge(rule: GradeRule, whole: float) -> list[tuple[pl.Expr, int, str]]:
    """Claims, the grade (a place in GRADES) where one holds, and what is then said."""
    care, withhold = 1, 2
    width, share = (pl.col("high") - pl.col("low")) / whole, pl.col("estimate") / whole
    cv, is_zero = pl.col("coefficient_of_variation"), pl.col("estimate") == 0
    judged = []

    def ask(limit: float | None, fails: pl.Expr, grade: int, said: str) -> None:
        if limit is not None:
            judged.append((fails.fill_null(True), grade, said))

    ask(rule.n_least, pl.col("n") < (rule.n_least or 0), withhold, "quá ít câu trả lời / too few answers")
    ask(
        rule.n_effective_least,
        pl.col("n_effective").fill_nan(None) < (rule.n_effective_least or 0),
        withhold,
        "cỡ mẫu hiệu dụng quá nhỏ / effective sample size too small",
    )
    ask(rule.df_least, pl.col("df") < (rule.df_least or 0), care, "ít bậc tự do / few degrees of freedom")
    ask(rule.width_most, width >= (rule.width_most or 0), withhold, "khoảng quá rộng / interval too wide")
    if rule.relative_width_most is not None:
        is_between = width > (rule.width_fine or 0)
        ask(
            rule.relative_width_most,
            is_between & (width > rule.relative_width_most * share),
            withhold,
            "khoảng quá rộng so với tỷ lệ / interval too wide for the share",
        )
    if rule.cv_fine is not None:
        most = float("inf") if rule.cv_most is None else rule.cv_most
        fair = "hệ số biến thiên lớn / large coefficient of variation"
        ask(rule.cv_fine, (cv > rule.cv_fine) & (cv <= most) & ~is_zero, care, fair)
    ask(
        rule.cv_most,
        (cv > (rule.cv_most or 0)) | is_zero,
        withhold,
        "hệ số biến thiên quá lớn / coefficient of variation too large",
    )
    return judged
