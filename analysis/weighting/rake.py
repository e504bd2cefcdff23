"""Raking: scale weights until they agree with several margins at once; METHODS 2.4."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import WeightError
from analysis.weighting.auxiliaries import Calibration, Margin, known_levels, margin_columns, margin_name
from analysis.weighting.margin_groups import MarginGroups, group_margins

Frame = pl.DataFrame | pl.LazyFrame

MARGINS = {
    "variable": pl.String,
    "level": pl.String,
    "target": pl.Float64,
    "before": pl.Float64,
    "after": pl.Float64,
}


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
    regression: str = "equal",
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
    regression
        By which weights standard errors take off what the margins explain: ``equal``, ``start`` or
        ``calibrated``; or ``ten_sweeps``, which R's ``rake`` stops at. Where the margins overlap little, R is
        ``equal``; where they are strongly related, R has not settled and its errors can be far too large.
        METHODS 3.7.

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
    schema = frame.collect_schema()
    if (kind := schema.get(weight)) is None or not kind.is_numeric():
        found = "is missing" if kind is None else f"is {kind}, a number is needed"
        raise RakingRefused([f"column {weight!r} (weight) {found}; the frame has: {', '.join(schema)}"])
    there = [margin for margin in named if set(margin_columns(margin)) <= set(schema)]
    groups = group_margins(frame, weight=weight, margins=there)
    if groups is None:
        raise RakingRefused(["the margins have more than 134 million combinations of levels"])
    totals = {margin_name(margin): levels for margin, levels in known_levels(named).items()}
    _refuse_impossible(groups, weight, totals)
    sides = [_Side.of(name, groups.levels[name], totals[name]) for name in totals]
    factors, rounds = _scale_in_turns(groups.weight, sides, tolerance, max_rounds)
    return Raked(
        groups.multiply(factors),
        pl.concat(side.tell(groups.weight, factors) for side in sides),
        rounds,
        Calibration(weight, into, tuple(named), regression=regression),
        (float(factors.min()), float(factors.max())),
        frame,
    )


@dataclass(frozen=True)
class _Side:
    """A margin: its levels, the level of each group by number, the totals wanted."""

    name: str
    levels: list[str]
    codes: NDArray[np.int64]
    targets: NDArray[np.float64]

    @classmethod
    def of(cls, name: str, level: pl.Series, totals: Mapping[str, float]) -> "_Side":
        levels = sorted(totals)
        code = {known: index for index, known in enumerate(levels)}
        codes = level.replace_strict(code, return_dtype=pl.Int64).to_numpy()
        return cls(name, levels, codes, np.array([totals[known] for known in levels]))

    def add(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sums of the weights of groups, by level."""
        return np.bincount(self.codes, weights, len(self.levels)).astype(np.float64, copy=False)

    def miss(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far each level is from its total, as a part of it."""
        return self.add(weights) / self.targets - 1

    def tell(self, start: NDArray[np.float64], factors: NDArray[np.float64]) -> pl.DataFrame:
        columns = {
            "variable": [self.name] * len(self.levels),
            "level": self.levels,
            "target": self.targets,
            "before": self.add(start),
            "after": self.add(start * factors),
        }
        return pl.DataFrame(columns, schema=MARGINS)


def _scale_in_turns(
    start: NDArray[np.float64], sides: Sequence[_Side], tolerance: float, max_rounds: int
) -> tuple[NDArray[np.float64], int]:
    """The factor of every group, and after how many rounds; every margin is checked after each. METHODS 2.4."""
    factors, rounds = np.ones_like(start), 0
    while True:
        misses = [np.abs(side.miss(start * factors)) for side in sides]
        if max(miss.max() for miss in misses) <= tolerance:
            return factors, rounds
        if rounds == max_rounds:
            side, miss = max(zip(sides, misses, strict=True), key=lambda each: each[1].max())
            worst = int(np.argmax(miss))
            got, wanted = float(side.add(start * factors)[worst]), float(side.targets[worst])
            raise RakingDidNotConverge(side.name, side.levels[worst], got=got, wanted=wanted, rounds=rounds)
        for side in sides:
            factors *= (side.targets / side.add(start * factors))[side.codes]
        rounds += 1


def _refuse_impossible(groups: MarginGroups, weight: str, margins: Mapping[str, Mapping[str, float]]) -> None:
    problems = []
    for name, totals in margins.items():
        if name not in groups.levels:
            problems.append(f"{name}: no such column")
            continue
        if groups.nulls[name]:
            problems.append(f"{name}: {groups.nulls[name]} responses without a level")
        present = set(groups.levels[name].drop_nulls())
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
    if groups.bad_weights:
        problems.append(f"{weight}: {groups.bad_weights} of {len(groups.rows)} weights are no numbers above 0")
    if problems:
        raise RakingRefused(problems)
