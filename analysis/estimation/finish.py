"""From variances to the rows people read: standard error, limits by the chosen rule, method and note."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.estimation.intervals import (
    Limits,
    asin_limits,
    exact_limits,
    korn_graubard_limits,
    likelihood_limits,
    logit_limits,
    t_limits,
    wilson_limits,
)
from analysis.estimation.judged import CENSUS, FALLBACK, NOBODY, REGULAR, Judged, judge
from analysis.estimation.notes import find_notes, name_methods
from analysis.estimation.rows import Rows
from analysis.estimation.rule import Rule
from analysis.estimation.totals import Quantity, sum_strata
from analysis.estimation.variance import add_up_strata
from analysis.grouping.scatter import Numbers, blocks, in_order

_AT_ONCE = 1 << 16  # domains whose limits are made in the cache of a core

Revision = Callable[[Quantity, pl.DataFrame], pl.DataFrame]

ESTIMATE_COLUMNS = (
    "n",
    "n_effective",
    "sum_weights",
    "estimate",
    "standard_error",
    "low",
    "high",
    "confidence",
    "df",
    "design_effect",
    "method",
    "note",
)


def estimate_quantities(
    read: Rows,
    design: SurveyDesign,
    quantities: Sequence[Quantity],
    rules: Rule | Sequence[Rule],
    *,
    label: str,
    revise: Revision | None = None,
    sums_of: Sequence[pl.DataFrame] | None = None,
) -> pl.DataFrame:
    """One row per domain × quantity: by columns, ``label``, ESTIMATE_COLUMNS; in that order. METHODS 3-5.

    ``rules``: one for all quantities, or one for each. ``sums_of``: the tables of ``totals.sum_strata`` where the
    pass over levels has made them (METHODS 20); then ``read`` needs no rows.
    ``revise`` may replace the column ``variance`` of the table with one row per domain (METHODS 3.7).
    """
    variances: list[list[pl.DataFrame]] = [[] for _ in quantities]
    for position, sums in sum_strata(read, quantities) if sums_of is None else enumerate(sums_of):
        variances[position].append(add_up_strata(sums, read.strata, lonely=design.lonely))
    revised = [
        (revise or _keep)(quantity, pl.concat(pieces))
        for quantity, pieces in zip(quantities, variances, strict=True)
    ]
    return finish_quantities(read, quantities, revised, rules, label=label)


def finish_quantities(
    read: Rows,
    quantities: Sequence[Quantity],
    variances: Iterable[pl.DataFrame],
    rules: Rule | Sequence[Rule],
    *,
    label: str,
) -> pl.DataFrame:
    """``estimate_quantities`` from the variances on: a table of ``variance.add_up_strata``'s columns for each.

    METHODS 4, 5.
    """
    columns = (*read.by, label, *ESTIMATE_COLUMNS)
    of_quantity = [rules] * len(quantities) if isinstance(rules, Rule) else rules
    tables = [
        _finish(read, quantity, table, rule).with_columns(pl.lit(quantity.name).alias(label)).select(columns)
        for quantity, rule, table in zip(quantities, of_quantity, variances, strict=True)
    ]
    # Every table has one row per domain in the same order: interleaving them is cheaper than a sort.
    if len(tables) == 1:
        return tables[0].rename({key: key.removeprefix("by.") for key in read.by})
    order = np.arange(len(tables) * read.domains.height).reshape(len(tables), -1).T.ravel()
    together = pl.concat(tables, rechunk=False)[order]
    return together.rename({key: key.removeprefix("by.") for key in read.by})


def _keep(_: Quantity, variances: pl.DataFrame) -> pl.DataFrame:
    return variances


def _finish(read: Rows, quantity: Quantity, variances: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    domains = _join(
        read.domains.select(
            "domain",
            *read.by,
            quantity.value.alias("estimate"),
            quantity.scale.alias("scale"),
            *([] if quantity.remark is None else [quantity.remark.alias("remark")]),
        ),
        variances,
    )
    if rule.df == "design":
        domains = domains.with_columns(pl.lit(float(read.df_design)).alias("df"))
    judged = judge(
        domains, df=rule.df, has_spread=quantity.spread is not None, is_finite=rule.reference == "finite"
    )
    estimate = judged.estimate
    if rule.bounds is not None:
        # A weighted mean of hundreds is 100.00000000000001 now and then.
        estimate = np.clip(estimate, *rule.bounds)
    low, high = _find_limits(judged, estimate, rule)
    is_clipped = np.zeros(len(low), bool)
    if rule.bounds is not None and rule.clip:
        is_clipped = (low < rule.bounds[0]) | (high > rule.bounds[1])
        low, high = np.clip(low, *rule.bounds), np.clip(high, *rule.bounds)
    figures = {
        "n_effective": judged.n_effective,
        "estimate": estimate,
        "standard_error": judged.standard_error,
        "low": low,
        "high": high,
        "df": judged.df if judged.all_answered else np.where(judged.kind == NOBODY, np.nan, judged.df),
        "design_effect": judged.design_effect,
    }
    return domains.select(
        *read.by,
        "n",
        pl.col("weight").alias("sum_weights"),
        pl.lit(rule.confidence).alias("confidence"),
        *(pl.Series(name, values, nan_to_null=True) for name, values in figures.items()),
        name_methods(judged, rule),
        find_notes(judged, is_clipped, domains),
    )


def _join(domains: pl.DataFrame, variances: pl.DataFrame) -> pl.DataFrame:
    """The variance of every domain beside it; a domain nobody of which answered has zeros."""
    if domains["domain"].equals(variances["domain"]):
        return pl.concat([domains, variances.drop("domain")], how="horizontal").with_columns(
            pl.col("is_census") & (pl.col("n") > 0)
        )
    joined = domains.join(variances, on="domain", how="left", maintain_order="left")
    return joined.with_columns(
        *(pl.col(name).fill_null(0) for name in ("n", "psus", "lonely")),
        *(pl.col(name).fill_null(0.0) for name in ("weight", "weight2", "spread2", "variance", "df")),
        pl.col("is_census").fill_null(False) & (pl.col("n") > 0),
        pl.col("all_asked").fill_null(False),
    )


def _find_limits(judged: Judged, estimate: Numbers, rule: Rule) -> Limits:
    """METHODS 4.1-4.8."""
    low, high = np.full(len(estimate), np.nan), np.full(len(estimate), np.nan)
    floor, width = (0.0, 1.0) if rule.bounds is None else (rule.bounds[0], rule.bounds[1] - rule.bounds[0])

    def work(start: int, stop: int) -> None:
        for at, end in blocks(start, stop, _AT_ONCE):
            census, regular, fallback = (
                at + np.flatnonzero(judged.kind[at:end] == kind) for kind in (CENSUS, REGULAR, FALLBACK)
            )
            low[census] = high[census] = estimate[census]
            for limit, found in zip((low, high), _regular_limits(judged, estimate, regular, rule), strict=True):
                limit[regular] = floor + width * found
            if rule.bounds is None:
                continue
            share = np.clip((estimate[fallback] - floor) / width, 0, 1)
            people = np.fmin(judged.kish[fallback], judged.psus[fallback])
            for limit, found in zip((low, high), exact_limits(share, people, rule.confidence), strict=True):
                limit[fallback] = floor + width * found

    in_order(len(estimate), work)
    return low, high


def _regular_limits(judged: Judged, estimate: Numbers, at: NDArray[np.int64], rule: Rule) -> Limits:
    """Of the domains ``at``: of shares of the width between the bounds; without bounds as the estimate is."""
    error, df = judged.standard_error[at], judged.df[at]
    if rule.bounds is None:
        return t_limits(estimate[at], error, df, rule.confidence)
    floor, width = rule.bounds[0], rule.bounds[1] - rule.bounds[0]
    share, error = np.clip((estimate[at] - floor) / width, 0, 1), error / width
    effective = share * (1 - share) / error**2
    if rule.interval == "t":
        return t_limits(share, error, df, rule.confidence)
    if rule.interval == "wilson":
        return wilson_limits(share, effective, df, rule.confidence)
    n = np.maximum(judged.n[at], 2)
    if rule.interval in ("beta", "beta_truncated"):
        # Korn and Graubard's ratio of quantiles is about the sample, whatever quantile others are asked to use.
        truncated, df = rule.interval == "beta_truncated", judged.df_sample[at]
        return korn_graubard_limits(share, effective, n, df, rule.confidence, truncated=truncated)
    if rule.interval == "asin":
        return asin_limits(share, error, df, rule.confidence)
    if rule.interval == "likelihood":
        return likelihood_limits(share, effective, n, df, rule.confidence)
    if rule.interval == "exact":
        return exact_limits(share, effective, rule.confidence)
    return logit_limits(share, error, df, rule.confidence)
