"""Reliability of a scale of several items."""

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.designs.drawn import Real
from analysis.designs.reading import check_columns
from analysis.errors import EstimateError
from analysis.estimation.variances import estimate_variances
from analysis.models.one_factor import fit_one_factor
from analysis.models.sampled import Calibrated, Frame, Sampled, read_sampled
from analysis.models.scale_statistics import (
    Sloped,
    add_by_row,
    covary,
    find_alpha,
    find_alpha_without,
    find_item_rest,
    find_omega,
)
from analysis.models.spread import spread_estimates
from analysis.models.tabulate import tabulate_estimates

Statistic = Callable[[Real], Sloped]


def estimate_alpha(frame: pl.DataFrame | pl.LazyFrame, design: SurveyDesign, *, items: Sequence[str]) -> float:
    """Cronbach's alpha of ``items`` with survey weights: K/(K − 1)·(1 − Σ s²ᵢ/s²), s² of the sum of the items.

    ``frame``: one row per response; only those who answered every item count (null: no answer). No unit;
    1 at most, negative when items contradict each other. Raises EstimateError for fewer than two items or a
    sum that does not vary. With its interval: ``estimate_reliability``. METHODS 19.7.

    >>> people = pl.DataFrame({"w": [1.0] * 3, "q1": [1, 2, 3], "q2": [1, 3, 2]})
    >>> round(estimate_alpha(people, SurveyDesign("w"), items=["q1", "q2"]), 12)  # 2·(1 − (1 + 1)/3)
    0.666666666667
    """
    if len(items) < 2:
        raise EstimateError([f"alpha of {len(items)} items"], "Name at least two items.")
    check_columns(frame.lazy(), design.columns, {item: pl.col(item) for item in items})
    complete = pl.all_horizontal(pl.col(item).is_not_null() for item in items)
    summed = frame.lazy().with_columns(pl.sum_horizontal(items).alias(_SUM))
    variances = estimate_variances(summed, design, values=[*items, _SUM], where=complete)["estimate"].to_list()
    if not variances[-1]:
        raise EstimateError(["the sum of the items does not vary"], "Alpha needs people who differ.")
    return len(items) / (len(items) - 1) * (1 - sum(variances[:-1]) / variances[-1])


_SUM = "sum of the items"


def estimate_reliability(
    frame: Frame,
    design: SurveyDesign,
    *,
    items: Sequence[str],
    where: pl.Expr | None = None,
    calibration: Calibrated = None,
    confidence: float = 0.95,
    df: float | None = None,
) -> pl.DataFrame:
    """Cronbach's alpha and McDonald's omega of ``items``, with design-based intervals.

    Parameters
    ----------
    frame, design, where, calibration, confidence
        As in ``fit_model``. Only responses with every item filled count; the others stay in the design.
    items
        Numbers or Booleans that all point the same way; turn negatively worded ones round before.
    df
        None: PSUs − strata of the rows used.

    Returns
    -------
    pl.DataFrame
        Rows ``alpha`` and ``omega`` (null with two items): statistic, items, n, sum_weights, estimate (no unit,
        1 at most), standard_error, low, high, confidence, df, design_effect, method, note.

    Raises
    ------
    EstimateError
        Fewer than two items, an item named twice, an item that does not vary.

    Notes
    -----
    Silently wrong as the reliability of the sum where items measure more than one thing: a high figure does not
    show that they measure one. Alpha is too small where items count unequally; omega knows that.

    References
    ----------
    METHODS 19.7; Cronbach (1951), McDonald (1999). Alpha checked against R (p21), omega by hand.

    Examples
    --------
    >>> people = pl.DataFrame({"w": [1.0] * 4, "a": [1, 2, 3, 4], "b": [1, 3, 2, 4], "c": [2, 1, 3, 4]})
    >>> found = estimate_reliability(people, SurveyDesign("w"), items=["a", "b", "c"])
    >>> found.select("statistic", pl.col("estimate").round(4)).rows()
    [('alpha', 0.8571), ('omega', 0.9143)]
    """
    sample, table = _read_items(frame, design, items, where, calibration)
    statistics: dict[str, Statistic] = {"alpha": find_alpha, "omega": find_omega}
    notes = [None, _note_omega(table, sample)]
    result = _estimate(
        sample, table, list(statistics.values()), list(statistics), "one minus", confidence, df, notes
    )
    return result.select(
        pl.col(_NAME).alias("statistic"), pl.lit(len(items)).alias("items"), pl.exclude(_NAME, *_UNTESTED)
    )


def describe_items(
    frame: Frame,
    design: SurveyDesign,
    *,
    items: Sequence[str],
    where: pl.Expr | None = None,
    calibration: Calibrated = None,
    confidence: float = 0.95,
    df: float | None = None,
) -> pl.DataFrame:
    """How every item goes with the others: ``item_rest`` correlation, ``alpha_if_dropped`` (from three items).

    Parameters, errors and columns as ``estimate_reliability``, with ``item`` for ``items``; two rows per item. An
    item of low or negative correlation asks something else, or is coded the wrong way round. Choosing by these
    figures and printing alpha of the rest from the same answers overstates it. METHODS 19.7.

    >>> people = pl.DataFrame({"w": [1.0] * 4, "a": [1, 2, 3, 4], "b": [1, 3, 2, 4], "c": [4, 3, 2, 1]})
    >>> found = describe_items(people, SurveyDesign("w"), items=["a", "b", "c"])
    >>> found.filter(item="c", statistic="item_rest")["estimate"].round(3).item()
    -0.949
    """
    sample, table = _read_items(frame, design, items, where, calibration)
    places = range(len(items))
    parts = [_each_item(find_item_rest, "item_rest", sample, table, items, "fisher", confidence, df)]
    if len(items) > 2:
        parts.append(
            _each_item(find_alpha_without, "alpha_if_dropped", sample, table, items, "one minus", confidence, df)
        )
    order = [row for k in places for row in range(k, len(items) * len(parts), len(items))]
    return pl.concat(parts)[order]


_NAME = " name"
_UNTESTED = ("statistic", "p_value")  # that a reliability is 0 is nobody's question


def _each_item(
    find: Callable[[Real, int], Sloped],
    name: str,
    sample: Sampled,
    table: Real,
    items: Sequence[str],
    scale: str,
    confidence: float,
    df: float | None,
) -> pl.DataFrame:
    statistics = [_of_item(find, k) for k in range(len(items))]
    found = _estimate(sample, table, statistics, list(items), scale, confidence, df, None)
    return found.select(
        pl.col(_NAME).alias("item"), pl.lit(name).alias("statistic"), pl.exclude(_NAME, *_UNTESTED)
    )


def _of_item(find: Callable[[Real, int], Sloped], item: int) -> Statistic:
    return lambda covariance: find(covariance, item)


def _read_items(
    frame: Frame, design: SurveyDesign, items: Sequence[str], where: pl.Expr | None, calibration: Calibrated
) -> tuple[Sampled, Real]:
    problems = [f"item {item!r} is named twice" for item in dict.fromkeys(items) if list(items).count(item) > 1]
    if len(items) < 2:
        problems.append(f"{len(items)} items")
    if problems:
        raise EstimateError(problems, "Name at least two different items.")
    columns = {item: pl.col(item) for item in items}
    sample = read_sampled(frame, design, columns, where=where, calibration=calibration, numbers=items)
    table = sample.values.to_numpy()
    constant = [item for k, item in enumerate(items) if table[:, k].min() == table[:, k].max()]
    if constant:
        raise EstimateError(
            [f"item {item!r} has one answer in all {sample.n} rows used" for item in constant],
            "Leave it out: reliability needs people who differ.",
        )
    return sample, table


def _estimate(
    sample: Sampled,
    table: Real,
    statistics: Sequence[Statistic],
    names: Sequence[str],
    scale: str,
    confidence: float,
    df: float | None,
    notes: Sequence[str | None] | None,
) -> pl.DataFrame:
    weight = sample.weight_used
    away, covariance = covary(table, weight)
    found = [statistic(covariance) for statistic in statistics]
    influence = np.column_stack([add_by_row(away, covariance, weight, each.slope) for each in found])
    estimates = np.array([each.value for each in found])
    known = np.isfinite(estimates)

    def refit(other: Real) -> Real:
        again = covary(table, other)[1]
        return np.array([each(again).value for each, is_known in zip(statistics, known, strict=True) if is_known])

    spread = spread_estimates(sample, influence[:, known], estimates[known], refit)
    shown = {_NAME: [name for name, kept in zip(names, known, strict=True) if kept]}
    said = None if notes is None else [note for note, kept in zip(notes, known, strict=True) if kept]
    free = spread.df if df is None else float(df)
    rows = tabulate_estimates(
        shown, estimates[known], spread, sample, df=free, confidence=confidence, scale=scale, notes=said
    )
    # What cannot be computed keeps its row, empty but for what is said of it.
    whole = pl.DataFrame({_NAME: names}).join(rows, on=_NAME, how="left", maintain_order="left")
    return whole if notes is None else whole.with_columns(pl.Series("note", notes, pl.String))


def _note_omega(table: Real, sample: Sampled) -> str | None:
    covariance = covary(table, sample.weight_used)[1]
    loadings = fit_one_factor(covariance) if len(covariance) > 2 else None
    if loadings is not None and (loadings**2 > np.diag(covariance)).any():
        return "một câu hỏi có phương sai riêng âm / an item has a unique variance below 0"
    return None
