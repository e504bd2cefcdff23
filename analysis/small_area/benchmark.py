"""Modelled figures moved so that together they give the direct figure of the whole; METHODS 13.6."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import AreaError
from analysis.grouping.names import Names, list_names
from analysis.small_area.between_areas import Floats
from analysis.small_area.modelled import Bounds, join_notes, set_limits

_ROW = " row"
RULES = ("error", "difference", "ratio")
_NEEDED = ("estimate", "mse", "modelled", "direct", "df", "confidence", "note")


def benchmark_areas(
    areas: pl.DataFrame | pl.LazyFrame,
    *,
    share: str,
    by: Names = (),
    total: float | Mapping[object, float] | None = None,
    rule: str = "error",
    bounds: Bounds = None,
) -> pl.DataFrame:
    """The rows of a model with figures moved so that Σ share·estimate is the direct figure of the whole.

    Parameters
    ----------
    areas
        ``AreaModel.areas`` or ``UnitModel.areas``, with the column ``share`` joined on.
    share
        Column, >= 0: how much of the whole an area is, such as its transactions; only ratios matter.
    by
        Columns, such as the province: the direct figure of each of their combinations is met on its own. Empty:
        one figure for the whole.
    total
        The figure to be met, in the unit of the figures; best the published direct figure of the whole, with its
        own design. With ``by`` a mapping from every level (of several columns: every tuple) to its figure. None:
        Σ share·direct / Σ share, for which every area of a positive share needs a direct figure.
    rule
        How the difference is spread: ``error`` (by share × mean squared error, so that what is known well moves
        least), ``difference`` (everybody the same), ``ratio`` (everybody by the same factor). Rows that are not
        modelled never move.
    bounds
        Possible range; who would leave it stops there and the others take the rest.

    Returns
    -------
    pl.DataFrame
        As before, with new estimate, standard_error (root of mse + shift²), mse, low, high, and ``shift``.

    Raises
    ------
    AreaError
        Columns absent, shares null, negative or all 0, no direct figure to make the total of, or a total that
        cannot be met.

    Notes
    -----
    Silently wrong when ``total`` is itself from few responses: then it moves well-known areas too.

    References
    ----------
    METHODS 13.6; Wang, Fuller and Qu (2008); Datta, Ghosh, Steorts and Maples (2011).

    Examples
    --------
    >>> from analysis.small_area import fit_fay_herriot
    >>> cells = pl.DataFrame(
    ...     {"unit": list("ABCD"), "estimate": [70.0, 90.0, 80.0, 100.0], "standard_error": [2.0, 2.0, 2.0, 20.0]}
    ... )
    >>> areas = fit_fay_herriot(cells, area="unit").areas.with_columns(transactions=pl.Series([40, 30, 20, 10]))
    >>> met = benchmark_areas(areas, share="transactions")
    >>> round(float((met["estimate"] * pl.Series([0.4, 0.3, 0.2, 0.1])).sum()), 9)
    81.0
    >>> met["shift"].round(2).to_list()
    [1.02, 0.76, 0.51, 6.96]
    """
    areas, by = areas.lazy().collect(), list_names(by)
    if by:
        return _meet_each(areas, by, share, total, rule, bounds)
    if isinstance(total, Mapping):
        raise AreaError(["total is a mapping and by names no columns"], "Name the columns whose levels it has.")
    _check(areas, share, total, rule)
    part = areas[share].cast(pl.Float64).to_numpy() / areas[share].cast(pl.Float64).sum()
    estimate, mse = areas["estimate"].to_numpy(), areas["mse"].to_numpy()
    if total is None:
        total = float((part * areas["direct"].fill_null(0.0).to_numpy()).sum())
    direction = {"error": part * mse, "difference": np.ones_like(part), "ratio": estimate}[rule]
    direction = np.where(areas["modelled"].to_numpy(), direction, 0.0)
    moved = _meet(estimate, part, direction, total, bounds)
    shift = moved - estimate
    remark = f"đã chỉnh theo tổng ({rule}) / benchmarked ({rule})"
    result = areas.with_columns(
        pl.Series("estimate", moved),
        pl.Series("mse", mse + shift**2),
        pl.Series("standard_error", np.sqrt(mse + shift**2)),
        join_notes(pl.col("note"), pl.when(pl.col("modelled")).then(pl.lit(remark))),
    )
    result = set_limits(result, confidence=float(areas["confidence"][0]), bounds=bounds)
    return result.with_columns(pl.Series("shift", shift))


def _meet_each(
    areas: pl.DataFrame,
    by: Sequence[str],
    share: str,
    total: float | Mapping[object, float] | None,
    rule: str,
    bounds: Bounds,
) -> pl.DataFrame:
    """Every group met on its own; the rows stay in their order."""
    problems = [f"column {c!r} is missing" for c in by if c not in areas.columns]
    if isinstance(total, (int, float)):
        problems.append(f"total is {total!r} for several groups")
    if problems:
        raise AreaError(problems, "Give a figure for every group as a mapping, or none.")
    made, problems, remedy = [], [], ""
    for key, part in areas.with_row_index(_ROW).partition_by(by, as_dict=True).items():
        level = key[0] if len(by) == 1 else key
        its = total[level] if isinstance(total, Mapping) and level in total else None
        try:
            if isinstance(total, Mapping) and its is None:
                raise AreaError(["total has no figure for it"], "Give one for every group.")
            made.append(benchmark_areas(part, share=share, total=its, rule=rule, bounds=bounds))
        except AreaError as error:
            problems += [f"{level!r}: {problem}" for problem in error.problems]
            remedy = error.remedy
    if problems:
        raise AreaError(problems, remedy)
    return pl.concat(made).sort(_ROW).drop(_ROW)


def _meet(estimate: Floats, part: Floats, direction: Floats, total: float, bounds: Bounds) -> Floats:
    """Moves along ``direction`` until the total is met; who reaches a bound stays there."""
    moved, free = estimate.copy(), direction != 0
    if bounds is not None:
        moved[free] = np.clip(moved[free], *bounds)
    while abs(missing := total - float((part * moved).sum())) > 1e-12 * max(1.0, abs(total)):
        pull = float((part * direction)[free].sum())
        if not free.any() or pull == 0:
            raise AreaError(
                [f"the total {total:.6g} cannot be met; the nearest is {total - missing:.6g}"],
                "Check total and share, or leave bounds out.",
            )
        moved[free] += missing / pull * direction[free]
        if bounds is None or not (stopped := free & _beyond(moved, bounds)).any():
            break
        moved[stopped] = np.clip(moved[stopped], *bounds)
        free &= ~stopped
    return moved


def _beyond(values: Floats, bounds: tuple[float, float]) -> NDArray[np.bool_]:
    return (values < bounds[0]) | (values > bounds[1])


def _check(areas: pl.DataFrame, share: str, total: float | None, rule: str) -> None:
    problems = [f"column {c!r} is missing" for c in (share, *_NEEDED) if c not in areas.columns]
    if rule not in RULES:
        problems.append(f"rule is {rule!r}, known: {', '.join(RULES)}")
    if total is not None and not np.isfinite(total):
        problems.append(f"total is {total!r}")
    if not problems and not areas[share].dtype.is_numeric():
        problems.append(f"column {share!r} is {areas[share].dtype}, a number is needed")
    if not problems:
        column = areas[share].cast(pl.Float64)
        if bad := int((~(column.is_finite() & (column >= 0)).fill_null(False)).sum()):
            problems.append(f"column {share!r} is null or negative in {bad} rows")
        elif not column.sum():
            problems.append(f"column {share!r} adds up to 0")
        without = int((areas["direct"].is_null() & (column > 0)).sum())
        if total is None and without:
            problems.append(f"{without} areas have no direct figure to make the total of")
    if problems:
        raise AreaError(problems, "Join the parts of the whole to the rows of a model; give total if needed.")
