"""Means, totals, ratios and proportions by domain, each with standard error, interval and df together."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.designs.reading import read_designed
from analysis.errors import EstimateError, ItemError
from analysis.estimation.asked import check_kinds, check_names
from analysis.estimation.designed import estimate_designed
from analysis.estimation.finish import ESTIMATE_COLUMNS, estimate_quantities
from analysis.estimation.passes.levelled import estimate_levels
from analysis.estimation.passes.open import open_narrow
from analysis.estimation.rows import read_rows, restrict_items
from analysis.estimation.rule import Rule
from analysis.estimation.totals import Quantity
from analysis.grouping.names import Names, list_names

Frame = pl.DataFrame | pl.LazyFrame
SHARE_BOUNDS = (0.0, 1.0)
_LEVELS_AT_ONCE = 16  # columns of 0 and 1, one a level; hundreds of them at once would fill the memory


def mean_quantity(name: str, k: int) -> Quantity:
    """Mean of item ``k``: influence (y − ȳ)/Ŵ. METHODS 3.1."""
    return Quantity(name, (k,), pl.col(f"m{k}"), pl.col(f"d{k}"))


def total_quantity(name: str, k: int) -> Quantity:
    """Total of item ``k``: influence y, spread y − ȳ (random sampling would know Ŵ). METHODS 3.1."""
    return Quantity(
        name,
        (k,),
        (pl.col(f"m{k}") * pl.col(f"W{k}")).fill_null(0.0),
        pl.col(f"i{k}").fill_null(0.0),
        spread=pl.col(f"d{k}") * pl.col(f"W{k}"),
    )


def ratio_quantity(name: str, numerator: int, denominator: int) -> Quantity:
    """Ratio of two totals: influence (y − R·x)/X̂. METHODS 3.1."""
    ratio = pl.col(f"m{numerator}") / pl.col(f"m{denominator}")
    deviation = pl.col(f"d{numerator}") - ratio * pl.col(f"d{denominator}")
    return Quantity(name, (numerator, denominator), ratio, deviation / pl.col(f"m{denominator}"))


def ratio_items(
    ratios: Mapping[str, tuple[str, str]], *, after: int = 0
) -> tuple[dict[str, pl.Expr], list[Quantity]]:
    """Two items per ratio, null where either is, numbered from ``after`` on; and the ratios. METHODS 3.1."""
    items: dict[str, pl.Expr] = {}
    quantities = []
    for k, (name, columns) in enumerate(ratios.items()):
        first = after + 2 * k
        both = pl.all_horizontal(pl.col(column).is_not_null() for column in columns)
        items |= {f"{name}.{first + i}": pl.when(both).then(pl.col(column)) for i, column in enumerate(columns)}
        quantities.append(ratio_quantity(name, first, first + 1))
    return items, quantities


def estimate_means(
    frame: Frame,
    design: SurveyDesign,
    *,
    values: Names,
    by: Names = (),
    where: pl.Expr | None = None,
    confidence: float = 0.95,
    df: str | float = "domain",
    design_effect: str = "replace",
) -> pl.DataFrame:
    """Weighted mean of every column of ``values`` in every domain, t interval, in the unit of the column.

    Parameters
    ----------
    frame
        One row per response of the whole sample, filtered nowhere: a filtered frame has other standard errors.
    design
        How the responses came. Design columns hold no nulls.
    values
        Numeric columns, or the name of one. Null, no answer, leaves the domain and stays in the design. Text,
        dates and durations are refused: make numbers of them.
    by
        Columns whose combinations are the domains; empty: the whole sample. Null: in no domain.
    where
        Claim about rows; others stay in the design and leave every domain.
    confidence
        Of the limits, between 0 and 1.
    df
        ``domain``: PSUs − strata that have members; ``design``: of the whole sample; or a number, infinite for
        normal quantiles.
    design_effect
        ``replace`` or ``finite``: against simple random sampling with or without replacement.

    Returns
    -------
    pl.DataFrame
        One row per domain present × column: by…, value (the column's name), n, n_effective, sum_weights,
        estimate, standard_error, low, high, confidence, df, design_effect, method, note. Limits are null where
        the variance is 0 without a census or has no degrees of freedom: a mean without bounds has no fallback.

    Raises
    ------
    DesignError, ItemError, EstimateError
        Each with every problem of its kind.

    Notes
    -----
    Silently wrong when those who did not answer would have answered otherwise.

    References
    ----------
    METHODS 3.1, 3.2, 4.1, 5.

    Examples
    --------
    >>> people = pl.DataFrame({"unit": ["A", "A", "B", "B"], "w": [1.0, 3.0, 2.0, 2.0], "y": [80, 100, 60, 80]})
    >>> found = estimate_means(people, SurveyDesign("w"), values=["y"], by=["unit"])
    >>> found.select("unit", "estimate", "n").rows()  # (1·80 + 3·100)/4, (2·60 + 2·80)/4
    [('A', 95.0, 2), ('B', 70.0, 2)]
    """
    rule = Rule(confidence, "t", None, df=df, reference=design_effect)
    named = list_names(values)
    items = {value: pl.col(value) for value in named}
    quantities = [mean_quantity(value, k) for k, value in enumerate(named)]
    return estimate_items(frame, design, items, quantities, by, rule, "value", where)


def estimate_totals(
    frame: Frame,
    design: SurveyDesign,
    *,
    values: Names,
    by: Names = (),
    where: pl.Expr | None = None,
    confidence: float = 0.95,
    df: str | float = "domain",
    design_effect: str = "replace",
) -> pl.DataFrame:
    """Weighted total of every column of ``values`` in every domain; shape as ``estimate_means``.

    Silently wrong unless weights add up to the population: totals, unlike means, have its scale. Nulls count
    as 0, and make a total silently too small. METHODS 3.1, 3.2, 4.1, 5.

    >>> people = pl.DataFrame({"w": [10.0, 30.0], "visits": [2, 1]})
    >>> estimate_totals(people, SurveyDesign("w"), values=["visits"])["estimate"].item()
    50.0
    """
    rule = Rule(confidence, "t", None, df=df, reference=design_effect)
    named = list_names(values)
    items = {value: pl.col(value) for value in named}
    quantities = [total_quantity(value, k) for k, value in enumerate(named)]
    return estimate_items(frame, design, items, quantities, by, rule, "value", where)


def estimate_ratios(
    frame: Frame,
    design: SurveyDesign,
    *,
    ratios: Mapping[str, tuple[str, str]],
    by: Names = (),
    where: pl.Expr | None = None,
    confidence: float = 0.95,
    df: str | float = "domain",
    design_effect: str = "replace",
) -> pl.DataFrame:
    """Ratio of the totals of two columns: name → (numerator, denominator); shape as ``estimate_means``.

    Rows with a null in either leave the domain; where the denominator adds up to 0 there is no figure. Silently
    unreliable when the denominator's total is itself uncertain (a coefficient of variation above a tenth).
    METHODS 3.1, 3.2, 4.1.

    >>> counters = pl.DataFrame({"w": [1.0, 1.0], "minutes": [90, 30], "cases": [4, 2]})
    >>> found = estimate_ratios(counters, SurveyDesign("w"), ratios={"minutes per case": ("minutes", "cases")})
    >>> found["estimate"].item()
    20.0
    """
    rule = Rule(confidence, "t", None, df=df, reference=design_effect)
    items, quantities = ratio_items(ratios)
    return _leave_out_endless(estimate_items(frame, design, items, quantities, by, rule, "ratio", where))


def _leave_out_endless(found: pl.DataFrame) -> pl.DataFrame:
    """No figure where the denominator adds up to 0, and a note that says so."""
    is_endless = (pl.col("n") > 0) & (pl.col("estimate").is_null() | ~pl.col("estimate").is_finite())
    figures = ("estimate", "standard_error", "low", "high", "n_effective", "design_effect")
    said = pl.lit("mẫu số cộng lại bằng 0 / the denominator adds up to 0")
    return found.with_columns(
        *(pl.when(~is_endless).then(pl.col(name)).alias(name) for name in figures),
        pl.when(is_endless).then(pl.lit("none")).otherwise("method").alias("method"),
        pl.when(is_endless).then(said).otherwise("note").alias("note"),
    )


def estimate_proportions(
    frame: Frame,
    design: SurveyDesign,
    *,
    of: str,
    by: Names = (),
    where: pl.Expr | None = None,
    confidence: float = 0.95,
    interval: str = "wilson",
    df: str | float = "domain",
    design_effect: str = "replace",
) -> pl.DataFrame:
    """Share (0-1) of every level of column ``of`` in every domain; shape as ``estimate_composites``.

    One row per domain × level present in the frame, sorted; ``level`` has the dtype of ``of``. Null leaves
    the domain; where all are null there are no levels and no rows. ``t`` limits are not cut to 0-1 here.
    METHODS 1.1, 3.1, 4, 5.

    >>> people = pl.DataFrame({"w": [1.0, 1.0, 2.0], "level": [4, 5, 5]})
    >>> estimate_proportions(people, SurveyDesign("w"), of="level").select("level", "estimate").rows()
    [(4, 0.25), (5, 0.75)]
    """
    rule = Rule(confidence, interval, SHARE_BOUNDS, clip=False, df=df, reference=design_effect)
    levels = _find_levels(frame, of)
    if levels.is_empty():
        nobody = estimate_items(
            frame, design, {of: pl.lit(None, pl.Float64)}, [mean_quantity(of, 0)], by, rule, "level", where
        )
        return nobody.clear().with_columns(levels.alias("level"))
    parts = [levels.slice(start, _LEVELS_AT_ONCE) for start in range(0, len(levels), _LEVELS_AT_ONCE)]
    tables = [_estimate_shares(frame, design, of, part, by, rule, where) for part in parts]
    if len(tables) == 1:
        return tables[0]
    starts = np.cumsum([0, *(table.height for table in tables)])
    places = [
        (start + np.arange(table.height)).reshape(-1, len(part))
        for start, table, part in zip(starts, tables, parts, strict=False)
    ]
    return pl.concat(tables)[np.hstack(places).ravel()]


def _estimate_shares(
    frame: Frame, design: SurveyDesign, of: str, levels: pl.Series, by: Names, rule: Rule, where: pl.Expr | None
) -> pl.DataFrame:
    items = {f"{of}={level}": pl.when(pl.col(of).is_not_null()).then(pl.col(of) == level) for level in levels}
    quantities = [mean_quantity(str(k), k) for k in range(len(levels))]
    result = estimate_items(frame, design, items, quantities, by, rule, "level", where)
    return result.with_columns(levels.gather(result["level"].cast(pl.UInt32)).alias("level"))


def _find_levels(frame: Frame, of: str) -> pl.Series:
    schema = frame.lazy().collect_schema()
    if of not in schema:
        raise ItemError([f"column {of!r} is missing"], f"The frame has: {', '.join(schema)}.")
    if schema[of].is_nested():
        raise ItemError([f"column {of!r} is {schema[of]}, it has no levels"], "Make one column of each question.")
    levels = frame.lazy().select(pl.col(of).drop_nulls().unique().sort()).collect().to_series()
    if levels.dtype.is_float() and levels.is_nan().any():
        raise ItemError(
            [f"column {of!r} has values that are not numbers (NaN)"], "Make them null: null means no answer."
        )
    return levels


def estimate_items(
    frame: Frame,
    design: SurveyDesign,
    items: Mapping[str, pl.Expr],
    quantities: Sequence[Quantity],
    by: Names,
    rule: Rule,
    label: str,
    where: pl.Expr | None = None,
) -> pl.DataFrame:
    """One row per domain × quantity over the columns ``items`` make, by the way the design asks for. METHODS 3."""
    if not quantities:
        raise EstimateError(["nothing to estimate was named"], "Name at least one column.")
    by = list_names(by)
    check_names(by, [quantity.name for quantity in quantities], taken=ESTIMATE_COLUMNS, label=label)
    within = restrict_items(items, where)
    check_kinds(frame, design, items, where)
    if not design.is_simple:
        return estimate_designed(
            read_designed(frame, design, items=within, keys=by), by, quantities, rule, label=label
        )
    narrow = open_narrow(frame, design, items=items, keys=by, where=where)
    found = None
    if narrow is not None:
        found = estimate_levels(narrow, design, by, quantities, list(items), rule, label=label)
    if found is not None:
        return found
    read = read_rows(frame, design, items=within, by=by)
    return estimate_quantities(read, design, quantities, rule, label=label)
