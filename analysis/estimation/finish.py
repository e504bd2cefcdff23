"""From variances to the rows people read: standard error, limits by the chosen rule, method and note."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.estimation.judged import NOBODY, judge
from analysis.estimation.limits import find_limits
from analysis.estimation.notes import find_notes, name_methods
from analysis.estimation.rows import Rows
from analysis.estimation.rule import Rule
from analysis.estimation.totals import Quantity, sum_strata
from analysis.estimation.variance import add_up_strata

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
    low, high, is_clipped = find_limits(judged, estimate, rule)
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
