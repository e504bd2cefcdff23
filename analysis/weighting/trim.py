"""Trimming: weights brought inside limits, and what was cut off given to the others; METHODS 2.9."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.errors import WeightError
from analysis.weighting.auxiliaries import name_problems
from analysis.weighting.diagnostics import kish_design_effect
from analysis.weighting.problem import Numbers

REDISTRIBUTIONS = ("equal", "proportional", "none")
_WITHIN_ROUNDING = 1e-12
_NEAR = 1e-9  # how near the limit is brought to the one asked for


@dataclass(frozen=True)
class Trimmed:
    """``frame``: the rows given, with the new column ``weight``. ``cut``: weights brought to a limit. ``moved``:
    weight taken off and added by the limits, Σ|w − limit|. ``beyond``: weights outside the limits all the same,
    because what they received lifted them there (0 when strict). ``rounds``: how often limits were applied."""

    frame: pl.DataFrame
    weight: str
    cut: int
    moved: float
    beyond: int
    rounds: int

    @property
    def weights(self) -> pl.Series:
        """The new weights, in the order of the frame."""
        return self.frame[self.weight]


def trim_weights(
    frame: pl.DataFrame | pl.LazyFrame,
    *,
    weight: str,
    lower: float = 0.0,
    upper: float = math.inf,
    redistribute: str = "equal",
    strict: bool = False,
    within: Sequence[str] = (),
    start: str | None = None,
    into: str = "weight_trimmed",
) -> Trimmed:
    """Weights no lower than ``lower`` and no higher than ``upper``, their sum kept.

    Parameters
    ----------
    frame
        One row per response. Rows of weight 0 keep 0 and receive nothing.
    weight
        Column of weights, >= 0, no nulls.
    lower, upper
        Limits, in the unit of the weights.
    redistribute
        Who gets what was cut off (and gives what ``lower`` added): ``equal``, every weight that was never cut
        the same amount, as R's trimWeights; ``proportional``, in proportion to those weights; ``none``, nobody,
        and the sum of weights changes.
    strict
        Repeat until nobody is outside; weights that were cut once neither give nor receive any more. Without
        it limits are applied once, and ``beyond`` counts who was lifted over them afterwards.
    within
        Columns inside whose combinations the sum is kept (post-strata, provinces).
    start
        Column of weights > 0 where ``weight`` is: limits are then those of the factor weight / start, and *equal*
        spreads the same factor, not the same amount (R's ``calibrate(trim=)``).
    into
        Name of the new column.

    Returns
    -------
    Trimmed
        ``frame``, ``cut``, ``moved``, ``beyond``, ``rounds``.

    Raises
    ------
    WeightError
        A column is absent or has nulls, limits are reversed, everybody in a class is outside, the sum does not
        fit within the limits, or a weight would become negative.

    Notes
    -----
    Trimming takes variance and adds bias; it also breaks the margins of a calibration before it: look at them
    again, or give the calibrated weights to ``calibrate`` once more with the same totals and ``weight_bounds``.

    References
    ----------
    METHODS 2.9. Checked against R survey 4.5 (p12).

    Examples
    --------
    >>> sample = pl.DataFrame({"w": [1.0, 2.0, 9.0]})
    >>> trim_weights(sample, weight="w", upper=5).weights.to_list()
    [3.0, 4.0, 5.0]
    >>> trim_weights(sample, weight="w", upper=5, redistribute="proportional").weights.round(3).to_list()
    [2.333, 4.667, 5.0]
    """
    data = frame.lazy().collect()
    _check(data, weight, lower, upper, redistribute, within, into, start)
    weights = data[weight].cast(pl.Float64).to_numpy()
    unit = np.ones(data.height) if start is None else data[start].cast(pl.Float64).to_numpy()
    lowest, highest = lower * unit, np.where(unit > 0, upper, 0.0) * unit
    classes = _number_classes(data, within)
    made, cut, rounds = _trim(weights, classes, lowest, highest, redistribute, strict, unit)
    used = weights > 0
    slack = _WITHIN_ROUNDING * max(1.0, float(weights.max(initial=0.0)))
    beyond = int(((made < lowest - slack) | (made > highest + slack))[used].sum())
    _check_result(data, weights, made, beyond, classes, within, strict)
    moved = float(np.abs(weights - np.clip(weights, lowest, highest))[used].sum())
    return Trimmed(data.with_columns(pl.Series(into, made)), into, int(cut.sum()), moved, beyond, rounds)


def trim_to_design_effect(
    frame: pl.DataFrame | pl.LazyFrame,
    *,
    weight: str,
    design_effect: float,
    redistribute: str = "equal",
    within: Sequence[str] = (),
    into: str = "weight_trimmed",
) -> Trimmed:
    """The lightest strict trimming from above after which Kish's design effect is at most ``design_effect``.

    Found by halving; choices and errors as ``trim_weights``. WeightError when no upper limit reaches it, as
    when classes of ``within`` must keep very different sums. METHODS 2.5, 2.9.

    Examples
    --------
    >>> sample = pl.DataFrame({"w": [1.0, 1.0, 1.0, 5.0]})
    >>> met = trim_to_design_effect(sample, weight="w", design_effect=1.25)
    >>> met.weights.round(2).to_list()
    [1.42, 1.42, 1.42, 3.73]
    """
    data = frame.lazy().collect()
    _check(data, weight, 0.0, math.inf, redistribute, within, into, None)
    weights = data[weight].cast(pl.Float64).to_numpy()
    classes = _number_classes(data, within)
    used = weights > 0

    def found(upper: float) -> float:
        lowest, highest = np.zeros(len(weights)), np.full(len(weights), upper)
        made, _, _ = _trim(weights, classes, lowest, highest, redistribute, True, np.ones(len(weights)))
        if not np.isfinite(made).all() or (made[used] > upper * (1 + _WITHIN_ROUNDING)).any():
            return math.inf
        return kish_design_effect(pl.Series(made[used])) or math.inf

    high = float(weights[used].max(initial=0.0))
    if found(high) > design_effect:
        # Below the largest mean of a class the sums do not fit; from there on the design effect only grows.
        low = max(float(weights[used & (classes == k)].mean()) for k in np.unique(classes[used]))
        low *= 1 + _NEAR
        if found(low) > design_effect:
            raise WeightError(
                [f"column {weight!r}: no upper limit brings the design effect down to {design_effect:g}"],
                "Allow a larger design effect, or keep sums within fewer classes.",
            )
        while high - low > _NEAR * high:
            middle = (low + high) / 2
            low, high = (low, middle) if found(middle) > design_effect else (middle, high)
        high = low
    return trim_weights(
        data, weight=weight, upper=high, redistribute=redistribute, strict=True, within=within, into=into
    )


def _check(
    frame: pl.DataFrame,
    weight: str,
    lower: float,
    upper: float,
    redistribute: str,
    within: Sequence[str],
    into: str,
    start: str | None,
) -> None:
    weights = [weight] if start is None else [weight, start]
    problems = name_problems(frame, weights=weights, counts=within, totals=())
    if not problems and start is not None:
        bare = frame.filter((pl.col(weight) > 0) & (pl.col(start) == 0)).height
        if bare:
            problems.append(f"column {start!r}: {bare} of {frame.height} rows are 0 where {weight!r} is not")
    if redistribute not in REDISTRIBUTIONS:
        problems.append(f"redistribute is {redistribute!r}, known: {', '.join(REDISTRIBUTIONS)}")
    if not 0 <= lower < upper:
        problems.append(f"limits are {lower:g} to {upper:g}, must be 0 <= lower < upper")
    if into in frame.columns:
        problems.append(f"column {into!r} is in the frame already")
    if problems:
        raise WeightError(problems, "Mend the columns, or choose other limits or a new name with into=.")


def _number_classes(frame: pl.DataFrame, within: Sequence[str]) -> np.ndarray:
    if not within:
        return np.zeros(frame.height, dtype=np.int64)
    return frame.select(pl.struct(within).rank("dense").cast(pl.Int64) - 1).to_series().to_numpy()


def _trim(
    weights: Numbers,
    classes: np.ndarray,
    lower: Numbers,
    upper: Numbers,
    redistribute: str,
    strict: bool,
    unit: Numbers,
) -> tuple[Numbers, np.ndarray, int]:
    """New weights, who was ever cut, rounds. Not a number in classes with nobody left to take the excess."""
    made, cut, rounds = weights.copy(), np.zeros(len(weights), dtype=bool), 0
    used, size = weights > 0, int(classes.max(initial=0)) + 1
    full = np.zeros(size, dtype=bool)
    while True:
        outside = used & ((made < lower) | (made > upper))
        if (rounds and not strict) or not outside.any():
            return np.where(full[classes], np.nan, made), cut, rounds
        rounds += 1
        clipped = np.where(used, np.clip(made, lower, upper), made)
        excess = np.bincount(classes, made - clipped, size)
        cut |= outside
        if redistribute == "none":
            made = clipped
            continue
        share = np.where(used & ~cut, clipped if redistribute == "proportional" else unit, 0.0)
        shares = np.bincount(classes, share, size)
        full |= (excess != 0) & (shares == 0)
        each = np.divide(excess, shares, out=np.zeros(size), where=shares > 0)
        made = clipped + share * each[classes]


def _check_result(
    frame: pl.DataFrame,
    weights: Numbers,
    made: Numbers,
    beyond: int,
    classes: np.ndarray,
    within: Sequence[str],
    strict: bool,
) -> None:
    problems = []
    for broken in np.unique(classes[~np.isfinite(made)]):
        rows = frame.filter(pl.Series(classes == broken))
        where = ", ".join(f"{column} = {rows[column][0]}" for column in within) or "the sample"
        total = weights[classes == broken].sum()
        problems.append(
            f"{where}: all {rows.height} weights were cut (mean {total / rows.height:.6g}), so that nobody is "
            "left to take what was cut off"
        )
    if (below := made < 0).any():
        problems.append(f"{int(below.sum())} of {len(made)} weights would become negative")
    if problems:
        raise WeightError(
            problems, "Put the limits on both sides of the mean weight, wider, or choose redistribute='none'."
        )
    if strict and beyond:
        raise WeightError([f"{beyond} weights stay outside the limits"], "Widen the limits.")
