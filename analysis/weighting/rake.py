"""Raking: scale weights until they agree with several margins at once; METHODS 2.4."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.errors import WeightError

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
    """``weights``: one per row of the frame, in its order. ``margins``: target, before and after of each level."""

    weights: pl.Series
    margins: pl.DataFrame
    rounds: int


def rake(
    frame: pl.DataFrame,
    *,
    weight: str,
    margins: Mapping[str, Mapping[str, float]],
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
        Column → level → total. All columns must add up to the same grand total.
    tolerance
        Largest relative difference left in any level; every margin is checked after the last round.

    Raises
    ------
    RakingRefused
        A column is absent or has nulls, a level has responses but no total or a total but no responses, a total
        is not positive, or grand totals differ.
    RakingDidNotConverge
        Names the level that is furthest off.

    Notes
    -----
    Standard errors that take raked weights as given are silently a little off (mostly too large).

    References
    ----------
    METHODS 2.4; Deming and Stephan (1940), Annals of Mathematical Statistics 11.
    """
    _refuse_impossible(frame, weight, margins)
    names = list(margins)
    keys = frame.select(pl.col(name).cast(pl.String) for name in names)
    combined = (
        keys.with_columns(frame[weight].cast(pl.Float64).alias(" weight"))
        .group_by(names)
        .agg(pl.col(" weight").sum())
        .sort(names)
    )
    start = combined[" weight"].to_numpy()
    sides = []
    for name in names:
        levels = sorted(margins[name])
        code = {level: index for index, level in enumerate(levels)}
        codes = combined[name].replace_strict(code, return_dtype=pl.Int64).to_numpy()
        sides.append((name, levels, codes, np.array([float(margins[name][level]) for level in levels])))
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
    scaled = keys.join(
        combined.select(*names, pl.Series(" factor", factors)), on=names, how="left", maintain_order="left"
    )
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
    return Raked((frame[weight] * scaled[" factor"]).rename("weight"), table, rounds)


def _refuse_impossible(frame: pl.DataFrame, weight: str, margins: Mapping[str, Mapping[str, float]]) -> None:
    problems = []
    for name, totals in margins.items():
        if name not in frame.columns:
            problems.append(f"{name}: no such column")
            continue
        if nulls := frame[name].null_count():
            problems.append(f"{name}: {nulls} responses without a level")
        present = set(frame[name].drop_nulls().cast(pl.String).unique())
        problems += [f"{name} = {level}: responses but no total" for level in sorted(present - set(totals))]
        problems += [f"{name} = {level}: a total but no responses" for level in sorted(set(totals) - present)]
        problems += [
            f"{name} = {level}: total {total} is not positive" for level, total in totals.items() if total <= 0
        ]
    grand = {name: float(sum(totals.values())) for name, totals in margins.items()}
    if grand and max(grand.values()) - min(grand.values()) > 1e-6 * max(grand.values()):
        problems.append("grand totals differ: " + ", ".join(f"{name} {total:g}" for name, total in grand.items()))
    if not margins:
        problems.append("no margins given")
    if frame.height and frame.select((pl.col(weight).is_null() | (pl.col(weight) <= 0)).any()).item():
        problems.append(f"{weight}: weights must be above 0")
    if problems:
        raise RakingRefused(problems)
