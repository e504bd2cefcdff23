"""Non-response by a model: how likely each sampled person was to answer; METHODS 2.7."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import special

from analysis.errors import WeightError
from analysis.weighting.auxiliaries import name_problems
from analysis.weighting.logistic import Terms, fit_logistic
from analysis.weighting.problem import Numbers

_CERTAIN = 1e-8  # a fitted probability this near to 0 or 1 means that the model separates


@dataclass(frozen=True)
class PropensityAdjusted:
    """``frame``: the rows given, with ``weight`` (0 for those who did not answer) and ``propensity`` (0-1, as the
    model gives it). ``coefficients``: term, level (null: a number or the intercept), coefficient on the logit
    scale, odds_ratio; first levels are the reference. ``classes``: with classes, one row each: class, sampled,
    responded, propensity_low, propensity_high, factor; null without."""

    frame: pl.DataFrame
    weight: str
    coefficients: pl.DataFrame
    classes: pl.DataFrame | None


def adjust_by_propensity(
    frame: pl.DataFrame | pl.LazyFrame,
    *,
    weight: str,
    responded: str,
    predictors: Sequence[str],
    classes: int | None = None,
    is_weighted: bool = True,
    into: str = "weight_nonresponse",
    propensity: str = "propensity",
) -> PropensityAdjusted:
    """Weights of those who answered, divided by their modelled probability of answering.

    Parameters
    ----------
    frame
        One row per sampled person, respondents or not.
    weight
        Column of base weights, >= 0.
    responded
        Boolean column, no nulls.
    predictors
        Columns known for everybody: numbers enter as they are, texts and Booleans by level.
    classes
        None: 1 / propensity. A number k: k classes of equal size by propensity (persons of equal propensity
        stay together), each with the weight sampled over the weight that answered. Steadier, and the sum of
        weights is kept exactly.
    is_weighted
        Whether base weights enter the likelihood of the model.
    into, propensity
        Names of the new columns.

    Returns
    -------
    PropensityAdjusted
        ``frame``, ``coefficients``, ``classes``.

    Raises
    ------
    WeightError
        Columns absent, with nulls or not Boolean; nobody or everybody answered; predictors that follow from
        the others; a level or a number that separates those who answered from the others (named); a class in
        which nobody answered.

    Notes
    -----
    Logistic regression by Newton's method (iteratively reweighted least squares). Silently wrong when answering
    depends on what is not among ``predictors``, the opinion asked for above all.

    References
    ----------
    METHODS 2.7; Rosenbaum and Rubin (1983), Biometrika 70; Little (1986), International Statistical Review 54.

    Examples
    --------
    >>> sample = pl.DataFrame({"w": [1.0] * 4, "came": [True, False, True, True]})
    >>> met = adjust_by_propensity(sample, weight="w", responded="came", predictors=[])
    >>> met.frame["propensity"].round(6).to_list()
    [0.75, 0.75, 0.75, 0.75]
    """
    data = frame.lazy().collect()
    _check(data, weight, responded, predictors, classes, (into, propensity))
    base = data[weight].cast(pl.Float64).to_numpy()
    answered = data[responded].to_numpy()
    matrix, terms = _read_terms(data, predictors)
    used = base > 0
    counted = (base if is_weighted else np.ones_like(base))[used]
    coefficients = fit_logistic(matrix[used], answered[used], counted, terms)
    fitted = special.expit(matrix @ coefficients)
    _refuse_separation(data.filter(pl.Series(used)), responded, predictors, fitted[used], coefficients)
    table = None
    if classes is None:
        factors = 1 / fitted
    else:
        factors, table = _factors_of_classes(fitted, answered & used, base, classes)
    made = np.where(answered, base * factors, 0.0)
    return PropensityAdjusted(
        data.with_columns(pl.Series(into, made), pl.Series(propensity, fitted)),
        into,
        pl.DataFrame(
            {
                "term": [term for term, _ in terms],
                "level": [level for _, level in terms],
                "coefficient": coefficients,
                "odds_ratio": np.exp(coefficients),
            },
            schema_overrides={"level": pl.String},
        ),
        table,
    )


def _check(
    frame: pl.DataFrame,
    weight: str,
    responded: str,
    predictors: Sequence[str],
    classes: int | None,
    made: Sequence[str],
) -> None:
    problems = name_problems(frame, weights=[weight], counts=[responded, *predictors], totals=())
    for column in predictors:
        is_read = column in frame.columns and frame.schema[column].is_float()
        if is_read and (odd := int((~frame[column].drop_nulls().is_finite()).sum())):
            problems.append(f"column {column!r}: {odd} of {frame.height} rows are not finite")
    if responded in frame.columns and frame.schema[responded] != pl.Boolean:
        problems.append(f"column {responded!r} is {frame.schema[responded]}, not Boolean")
    problems += [f"column {column!r} is in the frame already" for column in made if column in frame.columns]
    if classes is not None and classes < 2:
        problems.append(f"classes is {classes}, must be 2 or more, or None")
    if not problems:
        used = frame.filter(pl.col(weight) > 0)
        answered = int(used[responded].sum())
        if answered in (0, used.height):
            problems.append(
                f"column {responded!r}: {answered} of {used.height} sampled answered, nothing to model"
            )
    if problems:
        raise WeightError(problems, "Mend the columns named; a predictor must be known for everybody sampled.")


def _read_terms(frame: pl.DataFrame, predictors: Sequence[str]) -> tuple[Numbers, Terms]:
    """Intercept, numbers, and indicators of every level but the first."""
    columns: list[Numbers] = [np.ones(frame.height)]
    terms: Terms = [("intercept", None)]
    for name in predictors:
        if frame.schema[name].is_numeric():
            columns.append(frame[name].cast(pl.Float64).to_numpy())
            terms.append((name, None))
            continue
        texts = frame[name].cast(pl.String)
        for level in texts.unique().sort()[1:]:
            columns.append((texts == level).cast(pl.Float64).to_numpy())
            terms.append((name, level))
    return np.column_stack(columns), terms


def _refuse_separation(
    frame: pl.DataFrame, responded: str, predictors: Sequence[str], fitted: Numbers, coefficients: Numbers
) -> None:
    certain = (fitted < _CERTAIN) | (fitted > 1 - _CERTAIN)
    if np.isfinite(coefficients).all() and not certain.any():
        return
    problems = [f"{int(certain.sum())} of {frame.height} propensities are 0 or 1: the model separates"]
    for name in predictors:
        if frame.schema[name].is_numeric():
            ends = frame.group_by(responded).agg(pl.col(name).min().alias("low"), pl.col(name).max().alias("high"))
            (low, high), (other_low, other_high) = (ends.select("low", "high").row(k) for k in (0, 1))
            if low > other_high or other_low > high:
                problems.append(f"{name}: its range for those who answered does not meet that of the others")
            continue
        rates = frame.group_by(pl.col(name).cast(pl.String).alias("level")).agg(
            pl.len().alias("n"), pl.col(responded).sum().alias("answered")
        )
        for level, n, answered in rates.sort("level").iter_rows():
            if answered in (0, n):
                problems.append(f"{name} = {level}: {answered} of {n} sampled answered")
    raise WeightError(problems, "Join these levels with others, leave the predictor out, or adjust by classes.")


def _factors_of_classes(
    fitted: Numbers, answered: np.ndarray, base: Numbers, classes: int
) -> tuple[Numbers, pl.DataFrame]:
    used = base > 0
    limits = np.quantile(fitted[used], np.arange(1, classes) / classes)
    of_row = np.searchsorted(np.unique(limits), fitted, side="left")
    table = (
        pl.DataFrame({"class": of_row, "fitted": fitted, "answered": answered, "weight": base})
        .filter(pl.col("weight") > 0)
        .group_by("class")
        .agg(
            pl.len().cast(pl.Int64).alias("sampled"),
            pl.col("answered").sum().cast(pl.Int64).alias("responded"),
            pl.col("fitted").min().alias("propensity_low"),
            pl.col("fitted").max().alias("propensity_high"),
            (pl.col("weight").sum() / pl.col("weight").filter("answered").sum()).alias("factor"),
        )
        .sort("class")
    )
    empty = table.filter(pl.col("responded") == 0)
    if empty.height:
        raise WeightError(
            [
                f"class of propensities {row['propensity_low']:.4g} to {row['propensity_high']:.4g}: "
                f"0 of {row['sampled']} sampled answered"
                for row in empty.iter_rows(named=True)
            ],
            f"Ask for fewer than {classes} classes.",
        )
    factors = np.ones(int(of_row.max()) + 1)
    factors[table["class"].to_numpy()] = table["factor"].to_numpy()
    return factors[of_row], table.with_columns(pl.col("class").cast(pl.Int64) + 1)
