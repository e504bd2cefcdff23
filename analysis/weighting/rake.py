"""Raking: scale weights until they agree with several margins at once; METHODS 2.4."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.compiled import compiled
from analysis.errors import WeightError
from analysis.grouping.groups import Groups, group_rows
from analysis.grouping.keys import Key, code_column
from analysis.grouping.scatter import Codes, Column, Numbers, add_by_code, blocks, in_halves, in_order, to_column
from analysis.weighting.auxiliaries import (
    CROSSED,
    Calibration,
    Margin,
    known_levels,
    margin_columns,
    margin_name,
)

Frame = pl.DataFrame | pl.LazyFrame

MARGINS = {
    "variable": pl.String,
    "level": pl.String,
    "target": pl.Float64,
    "before": pl.Float64,
    "after": pl.Float64,
}


_WEIGHT, _GROUP = " weight", " group"


class RakingRefused(WeightError):
    """Margins that these responses cannot meet: every problem, by variable and level."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(problems, "Không cân chỉnh được, hãy sửa các lề / Cannot rake, mend these margins.")


class RakingDidNotConverge(WeightError):
    """The margin that is furthest off after the last round."""

    def __init__(self, variable: str, level: str, *, got: float, wanted: float, rounds: int) -> None:
        super().__init__(
            [
                f"sau {rounds} vòng lề {variable} = {level} vẫn là {got:.6g}, cần {wanted:.6g} / after {rounds} "
                f"rounds margin {variable} = {level} is {got:.6g}, wanted {wanted:.6g}"
            ],
            "Hãy gộp mức hoặc bỏ lề / Join levels or drop the margin.",
        )
        self.variable, self.level, self.got, self.wanted, self.rounds = variable, level, got, wanted, rounds


@dataclass(frozen=True)
class Raked:
    """``weights``: one per row of the frame, in its order. ``margins``: target, before and after of each level.
    ``calibration``: for standard errors (METHODS 3.7). ``factors``: smallest and largest new weight over old.
    ``given``: the frame that was raked, kept as it is; ``frame`` has the new weights beside it."""

    weights: pl.Series
    margins: pl.DataFrame
    rounds: int
    calibration: Calibration
    factors: tuple[float, float]
    given: Frame = field(repr=False)

    @property
    def frame(self) -> pl.DataFrame:
        """The rows given (a lazy frame is read again), with the new weights in the column ``into`` named."""
        given, into = self.given.lazy().collect(), self.calibration.weight
        if into in given.columns:
            raise WeightError([f"column {into!r} is in the frame already"], "Name another column: into=….")
        return given.with_columns(self.weights.alias(into))

    @property
    def furthest(self) -> dict[str, object]:
        """The row of ``margins`` that is furthest off."""
        off = (self.margins["after"] / self.margins["target"] - 1).abs()
        return self.margins.row(int(off.arg_max() or 0), named=True)


def rake(
    frame: Frame,
    *,
    weight: str,
    margins: Mapping[str, Mapping[str, float]] | Mapping[Margin, Mapping[object, float]],
    into: str = "weight_calibrated",
    tolerance: float = 1e-10,
    max_rounds: int = 1000,
) -> Raked:
    """Weights whose sums by each level of each margin are the totals asked for.

    Parameters
    ----------
    frame
        One row per response; the margin columns (read as text) and ``weight`` > 0.
    weight
        Column of the weights to start from; they are kept in proportion inside each combination of levels.
    margins
        Column → level → total; or a tuple of columns taken together, with tuples as levels. Levels are compared
        as text. All margins must add up to the same grand total.
    into
        What the column of new weights is called in ``Raked.frame``.
    tolerance
        Largest relative difference left in any level; every margin is checked after the last round.

    Returns
    -------
    Raked
        ``weights``, ``margins``, ``calibration`` for ``estimate_calibrated_means`` and sisters, with ``frame``.

    Raises
    ------
    RakingRefused
        A column is absent or has nulls, a level has responses but no total or a total but no responses, a total
        is not positive, or grand totals differ.
    RakingDidNotConverge
        Names the level that is furthest off.

    Notes
    -----
    Standard errors that take raked weights as given are silently a little off (mostly too large): hand
    ``calibration`` to the calibrated estimators, as R's ``svymean`` does after its ``rake`` (p09).

    References
    ----------
    METHODS 2.4, 3.7, 20.2; Deming and Stephan (1940), Annals of Mathematical Statistics 11.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> from analysis.estimation.calibrated import estimate_calibrated_means
    >>> people = {"sex": ["f", "f", "m", "m"], "job": ["a", "b", "a", "b"], "y": [1.0, 2.0, 4.0, 4.0]}
    >>> sample = pl.DataFrame({"w": [1.0] * 4, **people})
    >>> raked = rake(sample, weight="w", margins={"sex": {"f": 6, "m": 4}, "job": {"a": 5, "b": 5}})
    >>> raked.weights.to_list()
    [3.0, 3.0, 2.0, 2.0]
    >>> design = SurveyDesign("weight_calibrated")
    >>> means = estimate_calibrated_means(raked.frame, design, raked.calibration, values=["y"])
    >>> means.select("estimate", pl.col("standard_error").round(4)).row(0)
    (2.5, 0.1472)
    """
    named = cast(Mapping[Margin, Mapping[object, float]], margins)
    margin_of = {margin_name(margin): margin for margin in named}
    names = list(margin_of)
    read, absent = _read(frame, weight, margin_of)
    totals = {margin_name(margin): levels for margin, levels in known_levels(named).items()}
    keys = {name: code_column(read[name]) for name in read.columns if name != _WEIGHT}
    groups = group_rows(read.height, keys)
    if groups is None:
        raise RakingRefused(["the margins have more than 134 million combinations of levels"])
    weights = to_column(read[_WEIGHT].fill_null(0.0) if read[_WEIGHT].null_count() else read[_WEIGHT])
    of_group, has_bad_weights = _add_up(weights, groups)
    combined = _list_groups(of_group, groups, keys)
    nulls = {name: read[name].null_count() for name in keys}
    _refuse_impossible(combined, weight, totals, absent, has_bad_weights, nulls)
    start = combined[_WEIGHT].to_numpy()
    sides = []
    for name in names:
        levels = sorted(totals[name])
        code = {level: index for index, level in enumerate(levels)}
        codes = combined[name].replace_strict(code, return_dtype=pl.Int64).to_numpy()
        sides.append((name, levels, codes, np.array([totals[name][level] for level in levels])))
    factors = np.ones_like(start)
    rounds = 0
    while True:
        offs = [np.bincount(codes, start * factors) / targets - 1 for _, _, codes, targets in sides]
        if max(np.abs(off).max() for off in offs) <= tolerance:
            break
        if rounds == max_rounds:
            name, levels, codes, targets = sides[int(np.argmax([np.abs(off).max() for off in offs]))]
            sums = np.bincount(codes, start * factors)
            worst = int(np.argmax(np.abs(sums / targets - 1)))
            raise RakingDidNotConverge(
                name, levels[worst], got=float(sums[worst]), wanted=float(targets[worst]), rounds=rounds
            )
        for _, _, codes, targets in sides:
            factors *= (targets / np.bincount(codes, start * factors))[codes]
        rounds += 1
    table = pl.concat(
        pl.DataFrame(
            {
                "variable": [name] * len(levels),
                "level": levels,
                "target": targets,
                "before": np.bincount(codes, start),
                "after": np.bincount(codes, start * factors),
            },
            schema=MARGINS,
        )
        for name, levels, codes, targets in sides
    )
    of_group[combined[_GROUP].to_numpy()] = factors
    return Raked(
        _multiply(weights, groups, of_group),
        table,
        rounds,
        Calibration(weight, into, tuple(margin_of.values())),
        (float(factors.min()), float(factors.max())),
        frame,
    )


def _read(frame: Frame, weight: str, margins: Mapping[str, Margin]) -> tuple[pl.DataFrame, list[str]]:
    """The weights and those margins whose columns are there, in one reading; and those whose are not."""
    schema = frame.collect_schema()
    absent = [name for name, margin in margins.items() if not set(margin_columns(margin)) <= set(schema)]
    there = [_as_one(margin) for name, margin in margins.items() if name not in absent]
    return frame.lazy().select(pl.col(weight).cast(pl.Float64).alias(_WEIGHT), *there).collect(), absent


def _as_one(margin: Margin) -> pl.Expr:
    """A column as it is, several as text taken together; null where one of them is."""
    if isinstance(margin, str):
        return pl.col(margin)
    texts = [pl.col(column).cast(pl.String) for column in margin]
    return pl.concat_str(texts, separator=CROSSED).alias(margin_name(margin))


def _add_up(weights: Column, groups: Groups) -> tuple[Numbers, bool]:
    """Sums of weights by group, and whether one is not above 0."""

    def work(start: int, stop: int) -> list[NDArray]:
        sums, bad = np.zeros(groups.size), np.zeros(1)
        for at, end in blocks(start, stop, borders=weights.borders):
            bad += not add_by_code(sums, groups.cut(at, end), weights.cut(at, end))
        return [sums, bad]

    sums, bad = in_halves(groups.rows, work)
    return sums, bool(bad[0])


def _list_groups(sums: Numbers, groups: Groups, keys: Mapping[str, Key]) -> pl.DataFrame:
    """One row per combination of levels that has rows: its number, levels as text, and weight; sorted."""
    present = np.flatnonzero(sums)
    levels = [keys[name].name(groups.of[name][present]).cast(pl.String).alias(name) for name in keys]
    table = pl.DataFrame([pl.Series(_GROUP, present), pl.Series(_WEIGHT, sums[present]), *levels])
    return table.sort(list(keys)) if keys else table


def _multiply(weights: Column, groups: Groups, factors: Numbers) -> pl.Series:
    raked = np.empty(groups.rows)

    def work(start: int, stop: int) -> None:
        for at, end in blocks(start, stop, borders=weights.borders):
            _scale(raked[at:end], weights.cut(at, end), groups.cut(at, end), factors)

    in_order(len(raked), work)
    return pl.Series("weight", raked)


@compiled
def _scale(raked: Numbers, weights: Numbers, codes: Codes, factors: Numbers) -> None:
    for row in range(len(raked)):
        raked[row] = weights[row] * factors[codes[row]]


def _refuse_impossible(
    combined: pl.DataFrame,
    weight: str,
    margins: Mapping[str, Mapping[str, float]],
    absent: Sequence[str],
    has_bad_weights: bool,
    nulls: Mapping[str, int],
) -> None:
    problems = []
    for name, totals in margins.items():
        if name in absent:
            problems.append(f"{name}: no such column")
            continue
        if nulls[name]:
            problems.append(f"{name}: {nulls[name]} responses without a level")
        present = set(combined[name].drop_nulls())
        problems += [f"{name} = {level}: responses but no total" for level in sorted(present - set(totals))]
        problems += [f"{name} = {level}: a total but no responses" for level in sorted(set(totals) - present)]
        problems += [
            f"{name} = {level}: total {total:g} is not positive" for level, total in totals.items() if total <= 0
        ]
    grand = {name: float(sum(totals.values())) for name, totals in margins.items()}
    if grand and max(grand.values()) - min(grand.values()) > 1e-6 * max(grand.values()):
        problems.append("grand totals differ: " + ", ".join(f"{name} {total:g}" for name, total in grand.items()))
    if not margins:
        problems.append("no margins given")
    if has_bad_weights:
        problems.append(f"{weight}: weights must be above 0")
    if problems:
        raise RakingRefused(problems)
